"""A delivery's plan, for a dry run: order by order what would become of it and why, by the same looks and rules.

Nothing is written: not to TradeGecko, not to the source, not to the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.remote import LineKind, RemoteOrder
from tradegecko_bridge.engine.context import Context, Interrupted, in_batches
from tradegecko_bridge.engine.delivery import audit
from tradegecko_bridge.engine.delivery.catalog_lookup import catalog_of
from tradegecko_bridge.engine.delivery.ingest import arrivals
from tradegecko_bridge.engine.delivery.lookup import look, plan
from tradegecko_bridge.engine.delivery.run import BATCH, OPERATION
from tradegecko_bridge.engine.mapping.draft import Catalog
from tradegecko_bridge.engine.mapping.order_numbers import remote_number
from tradegecko_bridge.engine.mapping.rules import not_taken
from tradegecko_bridge.engine.operations.decisions import NO_CONTENT
from tradegecko_bridge.engine.report import Item, Outcome, Report
from tradegecko_bridge.engine.source_changes.changes import since_sent
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ledger import (
    BY_HAND,
    CANCELED_AT_SOURCE,
    DELIVERED_STATES,
    OPEN_STATES,
    LedgerEntry,
    OrderState,
    Reason,
)

_S = OrderState


@frozen
class Waiting:
    """An order that would be planned; ``sent``: it was sent before, so that it would be looked for in any case."""

    order: SourceOrder
    sent: bool = False


Foreseen = Waiting | Item | None
"""An order that would be looked at, what would become of it without a look, or nothing."""


def plan_delivery(context: Context) -> Report:
    """What delivering would do now."""
    with context.report(OPERATION, dry_run=True) as report:
        try:
            for batch in in_batches(_foreseen(context, report), BATCH):
                report.items.extend(_batch(context, batch))
        except GatewayError as error:
            report.fail(error)
    return report


def _batch(context: Context, batch: Sequence[Waiting | Item]) -> Iterator[Item]:
    """Some orders planned, those that need no look as they are."""
    orders = [one.order for one in batch if isinstance(one, Waiting)]
    catalog = catalog_of(context, orders) if orders else Catalog(variants={}, currencies={})
    for one in batch:
        yield one if isinstance(one, Item) else _planned(context, one, catalog)


def _foreseen(context: Context, report: Report) -> Iterator[Waiting | Item]:
    """The orders that wait in the ledger, as their source gives them now, and then those that are new."""
    waiting = {
        entry.reference: entry for entry in reversed(context.store.entries(context.connection, states=OPEN_STATES))
    }
    given: dict[str, Foreseen] = {}
    try:
        for arrival in arrivals(context):
            if isinstance(arrival, UnreadableOrder) and arrival.reference is None:
                report.problems.append(arrival.problem)
                continue
            entry = waiting.get(arrival.reference or "") or _known(context, arrival)
            foreseen = _of_arrival(context, arrival, entry)
            given[arrival.reference or ""] = foreseen
    except Interrupted as error:
        report.fail(error)
    for reference, entry in waiting.items():
        foreseen = given.pop(reference) if reference in given else _of_entry(context, entry)
        if foreseen is not None:
            yield foreseen
    yield from (foreseen for foreseen in given.values() if foreseen is not None)


def _known(context: Context, arrival: SourceOrder | UnreadableOrder) -> LedgerEntry | None:
    if not arrival.reference:
        return None
    return next(iter(context.store.entries(context.connection, reference=arrival.reference)), None)


def _of_arrival(context: Context, arrival: SourceOrder | UnreadableOrder, entry: LedgerEntry | None) -> Foreseen:
    """What the source gives, held against what the ledger has, as ingest does it."""
    if isinstance(arrival, UnreadableOrder):
        return _item(arrival.number or arrival.reference or "", Outcome.HELD, Reason("unreadable", arrival.problem))
    if entry is None:
        return Waiting(arrival)
    if entry.order == arrival or entry.state in {_S.SENDING, _S.UNCERTAIN}:
        return _of_entry(context, entry)
    if entry.state in DELIVERED_STATES or entry.expired_at is not None:
        said = since_sent(context, arrival, entry)
        return Item(entry.number, Outcome.CHANGED, said) if said else None
    by_hand = entry.reason is not None and entry.reason.code == BY_HAND
    if by_hand or entry.state is _S.FAILED:
        return _of_entry(context, entry)
    return Waiting(arrival, sent=entry.generation > 0)


def _of_entry(context: Context, entry: LedgerEntry) -> Foreseen:
    """What waits in the ledger: looked at if it is due."""
    now = context.clock()
    if entry.state not in OPEN_STATES:
        return None
    if entry.claim is not None and entry.claim.until > now:
        return Item(entry.number, Outcome.CLAIMED, f"{entry.claim.worker} is working on it")
    if entry.state is _S.HELD and entry.reason is not None and not entry.reason.transient:
        return _item(entry.number, Outcome.HELD, entry.reason)
    if entry.state is not _S.SENDING and entry.next_attempt_at is not None and entry.next_attempt_at > now:
        return Item(entry.number, Outcome.KNOWN, f"waits for its next try, from {entry.next_attempt_at:%H:%M:%S} UTC")
    if entry.order is None:
        return _item(entry.number, Outcome.HELD, entry.reason or Reason("unreadable", NO_CONTENT))
    return Waiting(entry.order, sent=entry.generation > 0)


def _planned(context: Context, one: Waiting, catalog: Catalog) -> Item:
    """An order that is looked at: planned as it would be, and looked for over there."""
    order = one.order
    reason = not_taken(order, context.settings)
    if reason is not None and not one.sent:
        return _item(order.number, Outcome.SKIPPED, reason)
    draft = reason if reason == CANCELED_AT_SOURCE else plan(context, order, catalog)
    found = None
    if one.sent or not isinstance(draft, Reason):
        found = look(context, order.reference, remote_number(order.number, context.settings))
    found = found or (draft if isinstance(draft, Reason) else None)
    if isinstance(found, Reason):
        return _item(order.number, Outcome.SKIPPED if found == CANCELED_AT_SOURCE else Outcome.HELD, found)
    if isinstance(found, RemoteOrder):
        said = f"is in TradeGecko already as id {found.id}"
        return Item(order.number, Outcome.ADOPTED, said, {"remote_id": found.id})
    assert not isinstance(draft, Reason)  # noqa: S101 - look() would not have been asked
    facts = audit.planned(draft, order, catalog.currencies[draft.currency])
    return Item(order.number, Outcome.PLANNED, _said(facts), facts)


def _said(facts: audit.Detail) -> str:
    count = sum(line["kind"] == LineKind.PRODUCT for line in facts["lines"])
    goods = f"{count} {'line' if count == 1 else 'lines'} of goods"
    total = facts["total"]["predicted"]
    worth = f", {total} {facts['currency']}" if total is not None else ""
    return f"would be created as {facts['number']} with {goods}{worth}"


def _item(name: str, outcome: Outcome, reason: Reason) -> Item:
    return Item(name, outcome, reason.text, {"reason": reason.code})
