"""What a look-up searches, and in which order counts are given."""

from __future__ import annotations

from collections.abc import Iterable

from tradegecko_bridge.ledger import Filter, LedgerEntry, Span, StateCount
from tradegecko_bridge.stores.row import utc_or_none

_LONGEST = 120
"""How many characters of each name are searched: an index cannot hold long ones."""
_BETWEEN = "\n"


def search_key(entry: LedgerEntry) -> str:
    """Everything an order can be called, as text is looked for in it."""
    names = (entry.number, entry.reference, entry.remote_number or "", entry.remote_id or "")
    return _BETWEEN.join(_folded(name) for name in names)


def searched(text: str) -> str:
    """Text as it is looked for in :func:`search_key`."""
    return _folded(text.strip())


def _folded(text: str) -> str:
    return text.casefold()[:_LONGEST].replace(_BETWEEN, " ")


def in_utc(wanted: Filter) -> Filter:
    """The filter with its moments in UTC.

    Raises:
        ValueError: a moment has no time zone.
    """
    return {**wanted, "ingested": _utc_span(wanted.get("ingested")), "entered": _utc_span(wanted.get("entered"))}


def _utc_span(span: Span | None) -> Span | None:
    return None if span is None else (utc_or_none(span[0]), utc_or_none(span[1]))


def in_order(counts: Iterable[StateCount]) -> list[StateCount]:
    """By connection, state and code; databases sort text each in its own way."""
    return sorted(counts, key=lambda count: (count.connection, count.state, count.code or "", count.transient))
