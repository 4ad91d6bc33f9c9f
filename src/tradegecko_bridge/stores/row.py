"""A ledger row, and values in the form in which it holds them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from attrs import field, frozen

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.ledger import LedgerEntry, LedgerEvent

_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
_SURROGATE = re.compile("[\ud800-\udfff]")


@frozen(kw_only=True)
class Row:
    """An entry, and what the ledger remembers beside it.

    ``fingerprint`` is that of the newest content its source gave, whether or not it was applied. ``pending_update`` is
    content that came while the order was being sent; it is applied if the order turns out not to have arrived.
    ``differs`` is what is noted as different at its source (:data:`~tradegecko_bridge.ledger.AT_SOURCE`); None where
    nobody has looked.
    """

    entry: LedgerEntry
    fingerprint: str
    pending_update: SourceOrder | None = field(default=None, repr=False)
    differs: str | None = None


Change = tuple[Row, tuple[LedgerEvent, ...]]
Arrival = SourceOrder | UnreadableOrder


def plain(detail: Mapping[str, Any] | None) -> dict[str, Any]:
    """A detail as a copy in JSON's own types.

    Raises:
        TypeError: it holds what JSON cannot.
    """
    if not detail:
        return {}
    try:
        return cast("dict[str, Any]", orjson.loads(orjson.dumps(detail, option=_STRICT)))
    except (TypeError, ValueError):  # lone surrogates, which orjson does not know, and what is none of JSON's types
        return cast("dict[str, Any]", json.loads(json.dumps(detail)))


def utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; write e.g. datetime.now(UTC)")
    return moment.astimezone(UTC)


def utc_or_none(moment: datetime | None) -> datetime | None:
    """:func:`utc`, where there may be no moment."""
    return None if moment is None else utc(moment)


def storable(text: str) -> str:
    """Text as every database accepts it. Lone surrogates and NULs, which some carts send, become U+FFFD.

    One order that cannot be written would keep its whole batch out of the ledger.
    """
    if "\0" not in text and (text.isascii() or not _SURROGATE.search(text)):
        return text
    return _SURROGATE.sub("\ufffd", text.replace("\0", "\ufffd"))
