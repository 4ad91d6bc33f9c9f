"""What a delivery would do now: the same ingest, plans, looks and decisions as a run, printed instead of carried out.

Nothing is written: not to TradeGecko, not to the source, not to the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from tradegecko_bridge.commerce.remote import LineKind, RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import audit, first_day, holds
from tradegecko_bridge.engine.delivery.decide import (
    Adopt,
    Decision,
    DueOrder,
    FollowUp,
    Send,
    Settled,
    decide,
    look_refused,
    not_carried_out,
    wait_for_customer,
)
from tradegecko_bridge.engine.delivery.grounds import Grounds
from tradegecko_bridge.engine.delivery.ingest import preview
from tradegecko_bridge.engine.delivery.lookup import (
    Customers,
    as_new_customer,
    find_own_order,
    on_its_way,
    others_with_number,
)
from tradegecko_bridge.engine.delivery.outcomes import FailuresInARow, adopted, said
from tradegecko_bridge.engine.delivery.planner import Planner
from tradegecko_bridge.engine.delivery.restores import after_restore
from tradegecko_bridge.engine.delivery.run import BATCH, report_left_alone
from tradegecko_bridge.engine.report import DELIVER, Item, Outcome, Report
from tradegecko_bridge.engine.source_calls import in_batches
from tradegecko_bridge.engine.source_changes.cancellations import preview_voids
from tradegecko_bridge.engine.source_changes.differences import look_at_system
from tradegecko_bridge.engine.source_changes.returns import preview_returns
from tradegecko_bridge.engine.source_changes.told_voids import tell_voids
from tradegecko_bridge.errors import CustomerInUse, GatewayError, Rejected, Unavailable
from tradegecko_bridge.ledger import CHANGED_TOO_LATE, OPEN_STATES, LedgerEntry, OrderState, Reason

_S = OrderState


def preview_delivery(context: Context) -> Report:
    """What delivering would do now."""
    with context.report(DELIVER, dry_run=True) as report:
        after_restore(context, report)
        planner, decider = Planner(context), _Decider(context)
        after, noted = preview(context, report)
        found = context.store.entries(context.connection, states=OPEN_STATES)
        waiting = {entry.reference: entry for entry in reversed(found)}
        others: dict[int, str] = {}
        for reference in after.keys() & waiting.keys():
            others |= _code(waiting[reference])
        try:
            preview_voids(context, noted, report)
            seen = look_at_system(context, report, dry_run=True)
            tell_voids(context, report, dry_run=True, seen=seen)
            grounds = holds.grounds_now(context, planner)
            for batch in in_batches(_due(context, {**waiting, **after}, grounds, report), BATCH):
                for due in planner.plan(batch):
                    decision, failure = decider.decide(planner, due)
                    if not (isinstance(decision, Settled) and decision.known):
                        others |= _code(due.entry)
                        for item in _items(due, decision):
                            report.note(item)
                    if due.must_look or not isinstance(decision, Settled):
                        decider.in_a_row.note(failure)
            preview_returns(context, report)
        except GatewayError as error:
            report.fail(error)
        first_day.sum_up(report)
        holds.report_kept(context, report, others)
    return report


def _due(
    context: Context, orders: Mapping[str, LedgerEntry], grounds: Grounds | None, report: Report
) -> Iterator[LedgerEntry]:
    """The orders a run would claim, oldest first, as it would claim them; what it would leave alone is reported."""
    reported = {item.name for item in report.items}
    let_go = first_day.let_go(context)
    for entry in orders.values():
        now = context.clock()
        if entry.is_due(now) or ((holds.may_go(entry, grounds) or let_go(entry)) and not entry.claim_runs(now)):
            yield evolve(entry, state=_S.UNCERTAIN) if entry.state is _S.SENDING else entry
        elif _code(entry) and not entry.claim_runs(now):
            continue  # told with the others that stay held
        elif entry.state is _S.HELD and entry.reason is not None and not entry.claim_runs(now):
            if entry.number not in reported:
                report.add(entry.number, Outcome.KNOWN, f"held: {entry.reason.text}", entry.reason)
        elif entry.state in OPEN_STATES:
            report_left_alone(entry, now, report, reported)


def _code(entry: LedgerEntry) -> dict[int, str]:
    """The code of the transient reason the order is held for, by its id; nothing where it is not."""
    held = entry.state is _S.HELD and entry.reason is not None and entry.reason.transient
    return {entry.id: entry.reason.code} if held and entry.reason else {}


class _Decider:
    """Decides as a run does; of what the run would have created by then it knows the numbers and the customers."""

    def __init__(self, context: Context) -> None:
        self._c = context
        self._planned: dict[str, LedgerEntry] = {}
        self._there: set[int] = set()
        self._customers = Customers(context.gateway, context.settings)
        self.in_a_row = FailuresInARow()

    def decide(self, planner: Planner, due: DueOrder) -> tuple[Decision, Unavailable | None]:
        """The decision, and why the account could not be asked; what a look-up meets is the order's own business."""
        now, timing = self._c.clock(), self._c.timing
        try:
            decision = decide(due, planner.find(due, now), now=now, timing=timing)
            if isinstance(decision, Send):
                decision = self._with_number_of_its_own(due, decision)
            if isinstance(decision, Send):
                decision = self._with_customer_of_its_own(due, decision)
            if isinstance(decision, Send | Adopt):
                self._there.add(due.entry.id)
        except Rejected as error:
            return look_refused(due.entry, Reason("rejected", str(error)), now, timing), None
        except Unavailable as error:
            return not_carried_out(due.entry, error, now, timing), error
        return decision, None

    def _with_number_of_its_own(self, due: DueOrder, decision: Send) -> Decision:
        planned = self._planned.setdefault(due.number, due.entry)
        if due.entry.generation:
            return decision
        if planned is not due.entry:
            found: RemoteOrder | Reason | None = on_its_way(self._c, due.number, [planned])
        elif others := others_with_number(self._c, due):
            found = find_own_order(self._c, due, others)
        else:
            return decision
        return decide(due, found, now=self._c.clock(), timing=self._c.timing)

    def _with_customer_of_its_own(self, due: DueOrder, decision: Send) -> Decision:
        new, entry = as_new_customer(self._c, due.entry.order), due.entry
        makers = set(self._c.store.customer_makers(new)) if new else set()
        if makers <= self._there | {entry.id} or self._customers.id_for(decision.plan.draft) is not None:
            return decision
        return wait_for_customer(entry, CustomerInUse.for_order(entry.reference), self._c.clock(), self._c.timing)


def _items(due: DueOrder, decision: Decision) -> Iterator[Item]:
    entry = due.entry
    if isinstance(decision, Send):
        facts = audit.planned(decision.plan, entry.order)
        yield Item(entry.number, Outcome.PLANNED, said(_summary(facts), *decision.plan.notes), facts)
    elif isinstance(decision, Adopt):
        remote = decision.remote
        yield Item(entry.number, Outcome.ADOPTED, adopted(entry.order, remote), {"remote_id": remote.id})
        if entry.pending_update:
            yield Item(entry.number, Outcome.CHANGED, CHANGED_TOO_LATE)
    elif isinstance(decision, FollowUp):
        actions = ", ".join(entry.pending_actions)
        yield Item(entry.number, Outcome.PLANNED, f"is delivered; still to do: {actions}")
    else:
        facts = {"reason": decision.reason.code} if decision.reason else {}
        yield Item(entry.number, decision.outcome, decision.text, facts)


def _summary(facts: audit.Detail) -> str:
    count = sum(line["kind"] == LineKind.PRODUCT for line in facts["lines"])
    goods = f"{count} {'line' if count == 1 else 'lines'} of goods"
    total = facts["total"]["predicted"]
    worth = f", {total} {facts['currency']}" if total is not None else ""
    return f"would be created as {facts['number']} with {goods}{worth}"
