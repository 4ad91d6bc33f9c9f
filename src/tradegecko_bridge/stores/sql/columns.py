"""Column types that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from tradegecko_bridge.stores.row import storable, utc

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row's number; SQLite numbers rows by itself only in a column called INTEGER."""


class Words(TypeDecorator[str]):
    """Text from outside: see :func:`tradegecko_bridge.stores.row.storable`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """On the way in."""
        return None if value is None else storable(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware moment, given back in UTC, to the microsecond.

    PostgreSQL has a type for it. SQLite has none: there it is text of fixed width
    (``2026-01-31T09:30:00.000000Z``), so that comparing and sorting text compares and sorts moments.
    """

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type each database has for it."""
        return DateTime(timezone=True) if dialect.name == "postgresql" else String(27)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """On the way in."""
        if value is None:
            return None
        moment = utc(value)
        if dialect.name == "postgresql":
            return moment
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """On the way out."""
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)
