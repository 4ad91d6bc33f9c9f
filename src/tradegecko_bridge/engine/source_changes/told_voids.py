"""Orders that somebody voided in the system: their source is told to cancel them, where the settings say so.

Each is told until the source has taken it, one by one in its answer; what it refuses stays an open alert, and is told
again with growing gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import original_reference
from tradegecko_bridge.engine.report import OUTCOME_OF, Outcome, Report
from tradegecko_bridge.engine.settings.choices import OnVoid
from tradegecko_bridge.engine.source_calls import in_batches, offer
from tradegecko_bridge.engine.source_changes.differences import NOTHING, OpenDifference, note_accepted, open_differences
from tradegecko_bridge.engine.source_changes.gaps import is_due, next_try
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import LedgerEntry
from tradegecko_bridge.ports import CancelsOrders

KIND: Final = "cancellation at source"
"""The kind of told value that holds how often a source was told in vain, and when it is due again."""
TOLD: Final = "void in TradeGecko; its source was told to cancel it"
BATCH: Final = 100


def tell_voids(context: Context, report: Report, *, dry_run: bool = False, seen: Mapping[str, str] = NOTHING) -> None:
    """Tell the source what is void and due; in a dry run, which has noted nothing of what is ``seen``, only say so."""
    if context.settings.on_void is not OnVoid.CANCEL:
        return
    tries = context.store.told_values(context.connection, KIND)
    void = [one for one in open_differences(context.store, context.connection, seen).values() if one.is_void]
    due = [one for one in void if is_due(_due(tries.get(one.reference, "")), context.clock())]
    if due and not isinstance(context.source, CancelsOrders):
        report.notes.append(f"{context.source.name}: this source cannot cancel orders, so on_void changes nothing")
    elif dry_run:
        for one in due:
            report.add(one.number, Outcome.PLANNED, "void in TradeGecko; its source would be told to cancel it")
    else:
        for batch in in_batches(due, BATCH):
            _tell(context, report, batch, tries)


def _tell(context: Context, report: Report, batch: Sequence[OpenDifference], tries: Mapping[str, str]) -> None:
    source = context.source
    assert isinstance(source, CancelsOrders)  # noqa: S101
    asked = {original_reference(one.reference): one for one in batch}
    results = offer(source, source.cancel_orders, list(asked), lambda one: one, "canceling orders")
    for key, one in asked.items():
        result, count = results[key], _tries(tries.get(one.reference, "")) + 1
        if result.verdict is Verdict.ACCEPTED:
            _settle(context, one)
            report.add(one.number, OUTCOME_OF[result.verdict], TOLD)
            continue
        value = f"{count} {next_try(context, count)}"
        context.store.record_told_values(context.connection, KIND, {one.reference: value}, at=context.clock())
        if count == 1:  # the alert tells it from then on
            report.add(one.number, OUTCOME_OF[result.verdict], _in_vain(context, one, result))


def _in_vain(context: Context, one: OpenDifference, result: ItemResult) -> str:
    """What the source said, without whom it is about."""
    entry = _entry(context, one.reference)
    return f"void in TradeGecko, and its source did not cancel it: {cleared(result.message, entry and entry.order)}"


def _settle(context: Context, one: OpenDifference) -> None:
    entry = _entry(context, one.reference)
    if entry is None:
        return
    try:
        context.store.override_state(entry.id, entry.state, at=context.clock(), who=context.worker, why=TOLD)
    except (ClaimLost, KeyError, ValueError):
        return  # told again with the next run, which the source can bear
    note_accepted(context.store, entry, one, context.clock())
    context.store.record_told_values(context.connection, KIND, {one.reference: ""}, at=context.clock())


def _entry(context: Context, reference: str) -> LedgerEntry | None:
    return next(iter(context.store.entries(context.connection, reference=reference)), None)


def _tries(value: str) -> int:
    return int(value.partition(" ")[0] or 0)


def _due(value: str) -> str:
    return value.partition(" ")[2]
