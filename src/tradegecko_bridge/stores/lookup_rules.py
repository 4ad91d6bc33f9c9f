"""Which orders a look-up finds, and how orders are counted: the rules that every store shares."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from tradegecko_bridge.ledger import Filter, LedgerEntry, OrderState, Span, StateCount
from tradegecko_bridge.stores.row import utc_or_none

_LONGEST = 120
"""How much of each name is searched: an index cannot hold long ones."""
_BETWEEN = "\n"


def search_key(entry: LedgerEntry) -> str:
    """All that an order can be called, as text is looked for in it."""
    names = (entry.number, entry.reference, entry.remote_number or "", entry.remote_id or "")
    return _BETWEEN.join(name.casefold()[:_LONGEST].replace(_BETWEEN, " ") for name in names)


def searched(text: str) -> str:
    """Text as it is looked for in :func:`search_key`."""
    return text.casefold().strip()[:_LONGEST].replace(_BETWEEN, " ")


def matches(entry: LedgerEntry, wanted: Filter) -> bool:
    """Whether an entry is meant."""
    return (
        _is_one_of(entry.state, wanted.get("states"))
        and _is_one_of(entry.reason.code if entry.reason else None, wanted.get("reasons"))
        and wanted.get("reference") in (None, entry.reference)
        and wanted.get("number") in (None, entry.number, entry.remote_number)
        and searched(wanted.get("text") or "") in search_key(entry)
        and _is_in(entry.ingested_at, wanted.get("ingested"))
        and _is_in(entry.in_state_since, wanted.get("entered"))
    )


def _is_one_of(value: str | None, values: Collection[str] | None) -> bool:
    return values is None or value in values


def _is_in(moment: datetime, span: Span | None) -> bool:
    since, until = span or (None, None)
    return (since is None or moment >= since) and (until is None or moment < until)


def in_utc(wanted: Filter) -> Filter:
    """A filter that is to be used: its moments in UTC.

    Raises:
        ValueError: a moment has no time zone.
    """
    checked = wanted.copy()
    checked["ingested"], checked["entered"] = _utc_span(wanted.get("ingested")), _utc_span(wanted.get("entered"))
    return checked


def _utc_span(span: Span | None) -> Span | None:
    return None if span is None else (utc_or_none(span[0]), utc_or_none(span[1]))


def summary(entries: Iterable[LedgerEntry]) -> list[StateCount]:
    """The orders counted."""
    groups: dict[tuple[str, OrderState, str | None, bool], list[LedgerEntry]] = {}
    for entry in entries:
        code, transient = (entry.reason.code, entry.reason.transient) if entry.reason else (None, False)
        groups.setdefault((entry.connection, entry.state, code, transient), []).append(entry)
    return in_order(
        StateCount(
            connection=connection,
            state=state,
            code=code,
            transient=transient,
            count=len(some),
            since=min(entry.in_state_since for entry in some),
        )
        for (connection, state, code, transient), some in groups.items()
    )


def in_order(counts: Iterable[StateCount]) -> list[StateCount]:
    """By connection, state and code; databases sort text each in its own way."""
    return sorted(counts, key=lambda count: (count.connection, count.state, count.code or "", count.transient))
