"""The delivery of orders. The order of its steps is the promise.

Nothing is sent that the ledger does not know; the intent is durable before the request leaves; after any doubt the
order is looked for before anything else happens to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import audit
from tradegecko_bridge.engine.delivery.decide import (
    Adopt,
    Decision,
    DueOrder,
    FollowUp,
    Send,
    Settled,
    decide,
    hold,
    look_refused,
    refused,
    stay_uncertain,
    wait_for_customer,
)
from tradegecko_bridge.engine.delivery.lookup import (
    Customers,
    as_new_customer,
    find_marked,
    find_own_order,
    others_with_number,
)
from tradegecko_bridge.engine.delivery.outcomes import Outcomes, WriteResult
from tradegecko_bridge.engine.delivery.planner import Planner
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.mapping.plan import OrderPlan
from tradegecko_bridge.engine.report import Outcome
from tradegecko_bridge.engine.telemetry import order_span
from tradegecko_bridge.errors import (
    AlreadySent,
    ClaimLost,
    CustomerInUse,
    GatewayError,
    NumberInUse,
    OutcomeUnknown,
    OutdatedDraft,
    Rejected,
    Unavailable,
)
from tradegecko_bridge.evolving import evolve
from tradegecko_bridge.ledger import KEY_USED, LedgerEntry, NewCustomer, OrderState, Reason, Transition

FRESH: Final = timedelta(seconds=30)
"""How long before its request leaves an intent may have been written: much less than a claim lasts."""


@frozen(kw_only=True)
class PlannedOrder:
    """An order that is going to be sent, and how.

    ``due.entry`` is as the order was before, ``generation`` that of the key it goes out under. ``number_shared_with``:
    ids of ledger entries that have or had its number, and do not stand in its way. ``replanned``: it was refused for
    something that has gone, and was planned again.
    """

    due: DueOrder
    plan: OrderPlan
    customer_id: str | None
    generation: int
    number_shared_with: frozenset[int] = frozenset()
    replanned: bool = False

    @property
    def entry(self) -> LedgerEntry:
        """The order as it was before it is sent."""
        return self.due.entry


class Sender:
    """Delivers claimed orders, from several threads at once. One run has one sender."""

    def __init__(self, context: Context, outcomes: Outcomes, planner: Planner) -> None:
        self._c = context
        self._outcomes = outcomes
        self._planner = planner
        self._customers = Customers(context.gateway, context.settings)

    def settle_unlooked(self, orders: Sequence[DueOrder]) -> list[DueOrder]:
        """Settle what is decided without a look and sends nothing, in one durable write; given are the other orders."""
        rest: list[DueOrder] = []
        for due in orders:
            decision = None if due.must_look else self._decide(due)
            if isinstance(decision, Settled):
                self._outcomes.settle_later(due.entry, decision)
            else:
                rest.append(due)
        self._outcomes.write()
        return rest

    def deliver(self, chunk: Sequence[DueOrder], going_on: Callable[[], bool]) -> None:
        """Orders that have nothing to do with each other: their intents in one durable write, then one by one.

        What was not sent when it ends, for a failure or because it is not ``going_on`` any more, is given back as it
        was. That they arrived is written with the next chunk's intents, or at the end by the caller.

        Raises:
            AccessDenied: login, plan or permission. Unavailable: several orders in a row could not be delivered.
        """
        intents = dict[int, tuple[PlannedOrder, WriteResult]]()
        try:
            chunk = self._planner.up_to_date(chunk)
            tried = [self._attempt("look at order", due.entry, partial(self._carry_out, due)) for due in chunk]
            planned = [one for one in tried if one is not None]
            results = self._outcomes.write([self._intent(one) for one in planned])
            intents.update((one.entry.id, (one, result)) for one, result in zip(planned, results, strict=True))
            for due in chunk:
                if not going_on():
                    break
                if due.entry.id in intents:
                    self._keep_fresh(intents, due.entry)
                    self._attempt("send order", due.entry, partial(self._send_after_a_look, *intents.pop(due.entry.id)))
                self._outcomes.attempt_finished(due.entry)
        finally:
            unsent = [(one, sent) for one, sent in intents.values() if isinstance(sent, LedgerEntry)]
            if unsent:
                self._outcomes.write([self._withdrawn(one, sent, "not sent") for one, sent in unsent])

    def _keep_fresh(self, intents: dict[int, tuple[PlannedOrder, WriteResult]], entry: LedgerEntry) -> None:
        """Where the order before it took long, all intents that still wait are written, and claimed, anew, after
        another look at what was free."""
        one, oldest = intents[entry.id]
        if not isinstance(oldest, LedgerEntry) or self._c.clock() - _oldest(one, oldest) <= FRESH:
            return
        waiting = [(one, sent) for one, sent in intents.values() if isinstance(sent, LedgerEntry)]
        looked = self._planner.up_to_date([one.due for one, _ in waiting])
        waiting = [(evolve(one, due=due), sent) for (one, sent), due in zip(waiting, looked, strict=True)]
        renewed = [Transition(entry=self._sending(sent, reason=sent.reason), who=self._c.worker) for _, sent in waiting]
        for (one, _), result in zip(waiting, self._outcomes.write(renewed), strict=True):
            intents[one.entry.id] = one, result

    def _attempt(
        self, doing: str, entry: LedgerEntry, attempt: Callable[[], PlannedOrder | None]
    ) -> PlannedOrder | None:
        """An order whose claim is lost is left to the worker who has it."""
        try:
            with order_span(self._c.tracer, doing, self._c.connection, entry):
                return attempt()
        except ClaimLost as error:
            self._outcomes.add(entry, Outcome.WAITING, str(error))
            return None

    # ── before it is sent ────────────────────────────────────────────────────────────────────

    def _carry_out(self, due: DueOrder) -> PlannedOrder | None:
        """Decide on an order and carry that out; the order, if it is to be sent now."""
        looked = evolve(due, looked_at=self._c.clock()) if due.must_look else due
        return self._guard_look(due.entry, lambda: self._decided(looked, self._decide(due)))

    def _decide(self, due: DueOrder) -> Decision:
        now = self._c.clock()
        return decide(due, self._planner.find(due, now), now=now, timing=self._c.timing)

    def _decided(self, due: DueOrder, decision: Decision) -> PlannedOrder | None:
        entry = due.entry
        if isinstance(decision, Send):
            customer_id = self._customers.id_for(decision.plan.draft)
            return PlannedOrder(due=due, plan=decision.plan, customer_id=customer_id, generation=decision.generation)
        if isinstance(decision, Adopt):
            self._outcomes.delivered(due, entry, decision.remote, Outcome.ADOPTED)
        elif isinstance(decision, FollowUp):
            self._outcomes.follow_up(entry)
        else:
            self._outcomes.settle_later(entry, decision)
        return None

    def _guard_look(self, entry: LedgerEntry, attempt: Callable[[], PlannedOrder | None]) -> PlannedOrder | None:
        """What a look-up meets in the order-management system is this order's own business; it settles no doubt."""
        try:
            return attempt()
        except Rejected as error:
            decision = look_refused(entry, Reason("rejected", str(error)), self._c.clock(), self._c.timing)
            self._outcomes.settle(entry, decision, error)
        except Unavailable as error:
            self._outcomes.retry_later(entry, error)
        return None

    # ── the intent ───────────────────────────────────────────────────────────────────────────

    def _intent(self, one: PlannedOrder) -> Transition:
        """Durable before the request leaves: this order is being sent, under this key, by this worker."""
        entry = one.entry
        sending = self._sending(
            entry,
            generation=one.generation,
            attempts=entry.attempts + (entry.state is not OrderState.SENDING),
            reason=entry.reason,
            remote_number=one.due.number,
        )
        return Transition(
            entry=sending,
            who=self._c.worker,
            why=f"key {one.generation}",
            detail=audit.sent(
                one.plan, entry.order, key=self._key(sending), generation=one.generation, customer=one.customer_id
            ),
            require_unique_number=not entry.generation,
            number_shared_with=one.number_shared_with,
            new_customer=self._new_customer(one),
        )

    def _new_customer(self, one: PlannedOrder) -> NewCustomer | None:
        """Whom it makes."""
        return None if one.customer_id is not None else as_new_customer(self._c, one.entry.order)

    def _sending(self, entry: LedgerEntry, **facts: object) -> LedgerEntry:
        claim = evolve(entry.claim, until=self._c.lease_end()) if entry.claim else None
        now = self._c.clock()
        return entry.transition_to(OrderState.SENDING, now, sent_at=now, claim=claim, **facts)

    def _key(self, entry: LedgerEntry) -> str:
        return idempotency_key(self._c.connection, entry.reference, entry.generation)

    def _withdrawn(
        self, one: PlannedOrder, sent: LedgerEntry, why: str, detail: audit.Detail | None = None
    ) -> Transition:
        """An intent that was not carried out after all: the order as it was before, for whoever comes next."""
        before = one.entry
        unsent = sent.transition_to(
            before.state,
            self._c.clock(),
            reason=before.reason,
            generation=before.generation,
            attempts=before.attempts,
            sent_at=before.sent_at,
            remote_number=before.remote_number,
        )
        return Transition(entry=unsent, who=self._c.worker, why=why, detail=detail)

    # ── sending ──────────────────────────────────────────────────────────────────────────────

    def _send_after_a_look(self, one: PlannedOrder, intent: WriteResult) -> None:
        """Where it was a while ago that the order was looked for, or something has come under its number since, another
        look: what is not to be sent any more, the next run decides on."""
        now, looked_at = self._c.clock(), one.due.looked_at
        if not isinstance(intent, LedgerEntry) or not one.due.must_look or (looked_at and now - looked_at <= FRESH):
            self._send(one, intent)
            return
        self._guard_look(one.entry, partial(self._look_again, one, intent, now))

    def _look_again(self, one: PlannedOrder, sent: LedgerEntry, now: datetime) -> None:
        decision = decide(one.due, self._planner.find(one.due, now), now=now, timing=self._c.timing)
        if isinstance(decision, Adopt):
            self._outcomes.delivered(one.due, sent, decision.remote, Outcome.ADOPTED)
        elif isinstance(decision, Send):
            self._send(evolve(one, due=evolve(one.due, looked_at=now)), sent)
        else:
            self._outcomes.write([self._withdrawn(one, sent, "not sent: the account has changed meanwhile")])

    def _send(self, one: PlannedOrder, intent: WriteResult) -> None:
        if isinstance(intent, NumberInUse):
            self._guard_look(one.entry, partial(self._look_closely, one))
        elif isinstance(intent, CustomerInUse):
            decision = wait_for_customer(one.entry, intent, self._c.clock(), self._c.timing)
            self._outcomes.settle(one.entry, decision)
        elif isinstance(intent, Exception):
            raise intent
        else:
            self._post(one, intent)

    def _record_and_send(self, one: PlannedOrder) -> None:
        (intent,) = self._outcomes.write([self._intent(one)])
        self._send(one, intent)

    def _post(self, one: PlannedOrder, sent: LedgerEntry) -> None:
        draft = one.plan.draft

        def may_leave() -> bool:
            """Whether all that this rests on still holds: the claim, the intent and the look."""
            now = self._c.clock()
            return (sent.claim is None or sent.claim_runs(now)) and now - _oldest(one, sent) <= self._c.timing.lease

        try:
            remote = self._c.gateway.create_order(
                draft, key=self._key(sent), customer_id=one.customer_id, may_leave=may_leave
            )
            if remote.marker != draft.marker:
                raise OutcomeUnknown(f"the answer is about another order, {remote.id}")
        except Rejected as error:
            self._refused(one, sent, error)
        except OutcomeUnknown as error:
            self._look_after(one, sent, error)
        except Unavailable as error:
            self._outcomes.retry_later(one.entry, error)
        except GatewayError as error:
            self._outcomes.write([self._withdrawn(one, sent, f"not sent: {error}", audit.failed(error))])
            raise
        else:
            self._outcomes.delivered(one.due, sent, remote, Outcome.DELIVERED)

    def _refused(self, one: PlannedOrder, sent: LedgerEntry, error: Rejected) -> None:
        """The next attempt is under the next key: a refused request may have used this one up."""
        after = evolve(sent, generation=sent.generation + 1, reason=None, sent_at=None, remote_number=None)
        decision = refused(one.entry, after, Reason("rejected", str(error)), self._c.clock(), self._c.timing)
        if decision.state is OrderState.HELD and isinstance(error, OutdatedDraft) and not one.replanned:
            self._guard_look(after, partial(self._plan_again, one, after))
        else:
            self._outcomes.settle(one.entry if decision.state is OrderState.UNCERTAIN else after, decision, error)

    def _plan_again(self, one: PlannedOrder, entry: LedgerEntry) -> None:
        """Refused for something that has gone: planned from what is there now, once."""
        self._customers.forget(one.plan.draft)
        (planned,) = self._planner.plan([evolve(entry, remote_number=one.due.number)])
        due = evolve(planned, entry=entry)
        if isinstance(due.plan, OrderPlan):
            customer_id = self._customers.id_for(due.plan.draft)
            again = evolve(one, due=due, plan=due.plan, customer_id=customer_id, generation=entry.generation)
            self._record_and_send(evolve(again, replanned=True))
        elif due.plan is not None:
            self._outcomes.settle_later(entry, hold(entry, due.plan, self._c.clock()))

    def _look_closely(self, one: PlannedOrder) -> None:
        """Another order of the ledger has or had this number: what is remembered of the account may not know it yet.

        While nobody knows whether that one arrives, this one is held.
        """
        others = others_with_number(self._c, one.due)
        found = find_own_order(self._c, one.due, others)
        due = evolve(one.due, grounds=None, looked_at=self._c.clock())  # what that rests on may be in the ledger
        decision = decide(due, found, now=self._c.clock(), timing=self._c.timing)
        if isinstance(decision, Send):
            shared_with = frozenset(other.id for other in others)
            self._record_and_send(evolve(one, due=due, number_shared_with=shared_with))
        else:
            self._decided(due, decision)

    def _look_after(self, one: PlannedOrder, sent: LedgerEntry, error: OutcomeUnknown) -> None:
        """In doubt: look at once; if it is not there, nobody knows, and only looking again may tell.

        The same key cannot make a second order, so a request without an answer is sent again under it. A key known
        to be used up makes nothing any more: the order its request made must show up, under whatever number.
        """
        used_up = isinstance(error, AlreadySent)
        try:
            found = find_own_order(self._c, one.due)
            if used_up and not isinstance(found, RemoteOrder):
                found = find_marked(self._c, one.due, as_of=self._c.clock())
        except GatewayError:
            found = None
        if isinstance(found, RemoteOrder):
            self._outcomes.delivered(one.due, sent, found, Outcome.ADOPTED)
        else:
            reason = Reason(KEY_USED if used_up else "no_answer", str(error))
            self._outcomes.settle(sent, stay_uncertain(sent, reason, self._c.clock(), self._c.timing), error)


def _oldest(one: PlannedOrder, sent: LedgerEntry) -> datetime:
    """When the older of the two was, that a request rests on: its intent, and the look that found nothing."""
    intended_at = sent.sent_at or sent.updated_at
    return min(intended_at, one.due.looked_at or intended_at)
