"""A delivery's plan, for a dry run: order by order what would become of it and why, by the same looks and rules.

Nothing is written: not to TradeGecko, not to the source, not to the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.remote import LineKind, RemoteOrder
from tradegecko_bridge.engine import details
from tradegecko_bridge.engine.catalog import catalog_of
from tradegecko_bridge.engine.changes import since_sent
from tradegecko_bridge.engine.decisions import NO_CONTENT
from tradegecko_bridge.engine.deliver import BATCH, OPERATION
from tradegecko_bridge.engine.intake import arrivals
from tradegecko_bridge.engine.looking import look, plan
from tradegecko_bridge.engine.mapping import Catalog
from tradegecko_bridge.engine.numbers import remote_number
from tradegecko_bridge.engine.report import Item, Outcome, Report
from tradegecko_bridge.engine.rules import not_taken
from tradegecko_bridge.engine.wiring import Interrupted, Wiring, in_batches
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ledger import AT_REMOTE, BY_HAND, CANCELED_AT_SOURCE, OPEN, LedgerEntry, OrderState, Reason

_S = OrderState


@frozen
class Waiting:
    """An order that would be planned; ``sent``: it was sent before, so that it would be looked for in any case."""

    order: SourceOrder
    sent: bool = False


Foreseen = Waiting | Item | None
"""An order that would be looked at, what would become of it without a look, or nothing."""


def plan_delivery(wiring: Wiring) -> Report:
    """What delivering would do now."""
    with wiring.report(OPERATION, dry_run=True) as report:
        try:
            for batch in in_batches(_foreseen(wiring, report), BATCH):
                report.items.extend(_batch(wiring, batch))
        except GatewayError as error:
            report.fail(error)
    return report


def _batch(wiring: Wiring, batch: Sequence[Waiting | Item]) -> Iterator[Item]:
    """Some orders planned, those that need no look as they are."""
    orders = [one.order for one in batch if isinstance(one, Waiting)]
    catalog = catalog_of(wiring, orders) if orders else Catalog(variants={}, currencies={})
    for one in batch:
        yield one if isinstance(one, Item) else _planned(wiring, one, catalog)


def _foreseen(wiring: Wiring, report: Report) -> Iterator[Waiting | Item]:
    """The orders that wait in the ledger, as their source gives them now, and then those that are new."""
    waiting = {entry.reference: entry for entry in reversed(wiring.store.entries(wiring.connection, states=OPEN))}
    given: dict[str, Foreseen] = {}
    try:
        for arrival in arrivals(wiring):
            if isinstance(arrival, UnreadableOrder) and arrival.reference is None:
                report.problems.append(arrival.problem)
                continue
            entry = waiting.get(arrival.reference or "") or _known(wiring, arrival)
            foreseen = _of_arrival(wiring, arrival, entry)
            given[arrival.reference or ""] = foreseen
    except Interrupted as error:
        report.fail(error)
    for reference, entry in waiting.items():
        foreseen = given.pop(reference) if reference in given else _of_entry(wiring, entry)
        if foreseen is not None:
            yield foreseen
    yield from (foreseen for foreseen in given.values() if foreseen is not None)


def _known(wiring: Wiring, arrival: SourceOrder | UnreadableOrder) -> LedgerEntry | None:
    if not arrival.reference:
        return None
    return next(iter(wiring.store.entries(wiring.connection, reference=arrival.reference)), None)


def _of_arrival(wiring: Wiring, arrival: SourceOrder | UnreadableOrder, entry: LedgerEntry | None) -> Foreseen:
    """What the source gives, held against what the ledger has, as intake does it."""
    if isinstance(arrival, UnreadableOrder):
        return _item(arrival.number or arrival.reference or "", Outcome.HELD, Reason("unreadable", arrival.problem))
    if entry is None:
        return Waiting(arrival)
    if entry.order == arrival or entry.state in {_S.SENDING, _S.UNCERTAIN}:
        return _of_entry(wiring, entry)
    if entry.state in AT_REMOTE or entry.expired_at is not None:
        said = since_sent(wiring, arrival, entry)
        return Item(entry.number, Outcome.CHANGED, said) if said else None
    by_hand = entry.reason is not None and entry.reason.code == BY_HAND
    if by_hand or entry.state is _S.FAILED:
        return _of_entry(wiring, entry)
    return Waiting(arrival, sent=entry.generation > 0)


def _of_entry(wiring: Wiring, entry: LedgerEntry) -> Foreseen:
    """What waits in the ledger: looked at if it is due."""
    now = wiring.clock()
    if entry.state not in OPEN:
        return None
    if entry.claim is not None and entry.claim.until > now:
        return Item(entry.number, Outcome.CLAIMED, f"{entry.claim.worker} is working on it")
    if entry.state is _S.HELD and entry.reason is not None and not entry.reason.passing:
        return _item(entry.number, Outcome.HELD, entry.reason)
    if entry.state is not _S.SENDING and entry.next_attempt_at is not None and entry.next_attempt_at > now:
        return Item(entry.number, Outcome.KNOWN, f"waits for its next try, from {entry.next_attempt_at:%H:%M:%S} UTC")
    if entry.order is None:
        return _item(entry.number, Outcome.HELD, entry.reason or Reason("unreadable", NO_CONTENT))
    return Waiting(entry.order, sent=entry.generation > 0)


def _planned(wiring: Wiring, one: Waiting, catalog: Catalog) -> Item:
    """An order that is looked at: planned as it would be, and looked for over there."""
    order = one.order
    reason = not_taken(order, wiring.settings)
    if reason is not None and not one.sent:
        return _item(order.number, Outcome.SKIPPED, reason)
    draft = reason if reason == CANCELED_AT_SOURCE else plan(wiring, order, catalog)
    found = None
    if one.sent or not isinstance(draft, Reason):
        found = look(wiring, order.reference, remote_number(order.number, wiring.settings))
    found = found or (draft if isinstance(draft, Reason) else None)
    if isinstance(found, Reason):
        return _item(order.number, Outcome.SKIPPED if found == CANCELED_AT_SOURCE else Outcome.HELD, found)
    if isinstance(found, RemoteOrder):
        said = f"is in TradeGecko already as id {found.id}"
        return Item(order.number, Outcome.ADOPTED, said, {"remote_id": found.id})
    assert not isinstance(draft, Reason)  # noqa: S101 - look() would not have been asked
    facts = details.planned(draft, order, catalog.currencies[draft.currency])
    return Item(order.number, Outcome.PLANNED, _said(facts), facts)


def _said(facts: details.Detail) -> str:
    count = sum(line["kind"] == LineKind.PRODUCT for line in facts["lines"])
    goods = f"{count} {'line' if count == 1 else 'lines'} of goods"
    total = facts["total"]["predicted"]
    worth = f", {total} {facts['currency']}" if total is not None else ""
    return f"would be created as {facts['number']} with {goods}{worth}"


def _item(name: str, outcome: Outcome, reason: Reason) -> Item:
    return Item(name, outcome, reason.text, {"reason": reason.code})
