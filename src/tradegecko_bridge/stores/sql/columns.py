"""Column types that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from tradegecko_bridge.bounds import findable
from tradegecko_bridge.stores.row import storable, utc, utc_or_none

Id: BigInteger = BigInteger().with_variant(Integer, "sqlite")
"""A row's number; SQLite numbers rows by itself only in a column called INTEGER."""


class Words(TypeDecorator[str]):
    """Text from outside: see :func:`tradegecko_bridge.stores.row.storable`."""

    impl: type[Text] = Text
    cache_ok: bool = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002
        """On the way in, without what a decorator calls for every value: a batch of orders has thousands."""
        return _as_storable


class Name(Words):
    """What something is found by: see :func:`tradegecko_bridge.bounds.findable`."""

    cache_ok: bool = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002
        """On the way in, and in conditions."""
        return _as_findable


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, given back in UTC, to the microsecond.

    PostgreSQL has a type for it. SQLite has none: there it is text of fixed width
    (``2026-01-31T09:30:00.000000Z``), so that comparing and sorting text compares and sorts moments.
    """

    impl: String = String(27)
    cache_ok: bool = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type each database has for it."""
        return DateTime(timezone=True) if dialect.name == "postgresql" else String(27)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """On the way in."""
        return utc_or_none if dialect.name == "postgresql" else _as_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        """On the way out."""
        return utc_or_none if dialect.name == "postgresql" else _from_text


def _as_storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _as_findable(text: str | None) -> str | None:
    return None if text is None else findable(storable(text))


def _as_text(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return utc(moment).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else utc(datetime.fromisoformat(text))
