"""Where a source shows other stock than it has accepted: edited there, restored, or never set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce import StockLevel
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.back_sync.stock_rules import level_of
from tradegecko_bridge.engine.back_sync.telling import PAGE, some_of, write
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import Report
from tradegecko_bridge.engine.settings.choices import StockDrift
from tradegecko_bridge.engine.source_calls import SourceFailed, a_kind, iterate
from tradegecko_bridge.ledger import Finding, Severity
from tradegecko_bridge.outbox import OutboxEntry, OutboxState, Stream, Wanted
from tradegecko_bridge.ports import GivesStock, Spool

KEY: Final = "stock drift"
APART: Final = timedelta(days=1)
SETTLED: Final = timedelta(minutes=10)
"""What a source accepted it may show so much later."""
_NONE: Final = "0"
_DOING: Final = "giving its stock levels"


@frozen
class Drift:
    """What it accepted, and what it shows in its place; blank where it shows nothing."""

    wanted: Wanted
    told: str
    shown: str


def look_for_drift(context: Context, stream: Stream, report: Report, *, full: bool) -> None:
    """Once a day, and in ``full``: hold what the source shows against what it has accepted; by the setting what differs
    is reported, or told again in this pass.

    Raises:
        ClaimLost: somebody else tells it now.
    """
    source, settings, now = context.source, context.settings, context.clock()
    if not isinstance(source, GivesStock) or settings.stock_drift is StockDrift.IGNORE:
        return
    looked = context.store.told_values(context.connection, KEY).get("looked")
    if looked and not full and timedelta(0) <= now - datetime.fromisoformat(looked) < APART:
        return
    try:
        found = list(drifts(context, source, stream.kind, now - SETTLED))
    except SourceFailed as error:
        report.fail(error)
        return
    report.judged.append(KEY)
    context.store.record_told_values(context.connection, KEY, {"looked": now.isoformat()}, at=now)
    if not found:
        return
    some = some_of([f"{one.wanted.key} ({one.shown or 'none'}, told {one.told})" for one in found])
    text = f"the source shows other stock than it has accepted, for {len(found)} of its SKUs: {some}"
    if settings.stock_drift is StockDrift.TELL:
        report.notes.append(f"{text}; it is told again")
        write(context, stream, (one.wanted for one in found), again=True)
        return
    text += (
        '; look who else sets it there, or have it told again: `stock_drift = "tell"`, or once `sync inventory --full`'
    )
    report.notes.append(text)
    report.findings.append(Finding(key=KEY, severity=Severity.WARNING, text=text, count=len(found)))


def drifts(context: Context, source: GivesStock, kind: str, before: datetime) -> Iterator[Drift]:
    """Where the source shows other stock than it had accepted ``before``.

    Raises:
        SourceFailed: it cannot say.
    """
    with context.store.spool() as spool:
        spool.add((json.dumps(one.key), json.dumps([str(trimmed(one.available))])) for one in _shown(context, source))
        _add_accepted(context, kind, spool, before)
        yield from _drifts(spool)


def _shown(context: Context, source: GivesStock) -> Iterator[StockLevel]:
    for level in iterate(context.source, source.fetch_stock, _DOING):
        if not isinstance(level, StockLevel):
            raise SourceFailed(f"{context.source.name}: {_DOING}: {a_kind(level)} where a StockLevel is due")
        yield level


def _add_accepted(context: Context, kind: str, spool: Spool, before: datetime) -> None:
    """What the source has accepted, long enough ago to show it, and is still to show."""
    last = 0
    accepted = [OutboxState.ACCEPTED]
    while page := context.store.outbox(context.connection, kind, states=accepted, after=last, limit=PAGE):
        spool.add((json.dumps(one.key), json.dumps(_facts(one))) for one in page if _counts(one, before))
        last = page[-1].id


def _counts(one: OutboxEntry, before: datetime) -> bool:
    return one.told == one.value and one.told_at is not None and one.told_at <= before


def _facts(one: OutboxEntry) -> list[object]:
    return [str(level_of(one).available), one.key, one.value, one.content, one.name, one.gone]


def _drifts(spool: Spool) -> Iterable[Drift]:
    """Those of both sides that differ. What has gone from here, or is sold out, need not be shown there."""
    for _, rows in spool.groups():
        sides = [json.loads(row) for row in rows]
        shown = next((side[0] for side in sides if len(side) == 1), "")
        for told, key, value, content, name, gone in (side for side in sides if len(side) > 1):
            if shown != told and (shown or not (gone or told == _NONE)):
                yield Drift(Wanted(key=key, value=value, content=content, name=name, gone=gone), told, shown)
