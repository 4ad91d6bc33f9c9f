"""The delivery of one order. The order of steps is the promise.

Nothing is sent that the ledger does not know; the intent is durable before the request leaves; after any doubt the
order is looked for before anything else happens to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from attrs import evolve

from tradegecko_bridge.commerce import DeliveryReceipt, SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import actions, details
from tradegecko_bridge.engine.catalog import catalog_of
from tradegecko_bridge.engine.customers import Customers
from tradegecko_bridge.engine.keys import idempotency_key, marker
from tradegecko_bridge.engine.mapping import Catalog, plan_order, variant_ids
from tradegecko_bridge.engine.numbers import remote_number
from tradegecko_bridge.engine.report import Item, Outcome, Report
from tradegecko_bridge.engine.rules import dressed, held_by_tag, not_taken, sent_lines, unmapped_ship_method
from tradegecko_bridge.engine.totals import through_the_gate
from tradegecko_bridge.engine.wiring import Wiring
from tradegecko_bridge.errors import (
    AlreadySent,
    ClaimLost,
    GatewayError,
    NumberInUse,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from tradegecko_bridge.ledger import AT_REMOTE, LedgerEntry, OrderState, Reason

FAILURES_TO_STOP: Final = 3
TRIES_TO_GIVE_UP: Final = 12
"""However old an order is: one that a person sends out again gets all its tries again."""


def plan(wiring: Wiring, order: SourceOrder, catalog: Catalog) -> OrderDraft | Reason:
    """The order to create by the connection's settings, or the reason why it cannot be."""
    mark = marker(wiring.connection, order.reference)
    digits = catalog.digits_of(order)
    if waits := held_by_tag(order, wiring.settings) or unmapped_ship_method(order, wiring.settings):
        return waits
    draft = plan_order(dressed(order, wiring.settings, digits), mark, catalog, wiring.settings)
    if isinstance(draft, Reason):
        return draft
    return through_the_gate(draft, order, digits, wiring.settings)


def look(wiring: Wiring, reference: str, number: str, *, certain: bool = True) -> RemoteOrder | Reason | None:
    """Our order if it is there, else the reason why its number is taken, else None."""
    ours = marker(wiring.connection, reference)
    others: list[RemoteOrder] = []
    for found in wiring.gateway.find_orders(number, certain=certain):
        if found.marker == ours:
            return found
        if not found.gone:
            others.append(found)
    if not others:
        return None
    ids = ", ".join(order.id for order in others)
    return Reason(
        "number_taken",
        f"TradeGecko has another order {number!r} (id {ids}) that did not come from {reference!r} of "
        f"{wiring.connection}; renumber one of them, or skip this one",
        passing=True,
    )


class Sender:
    """Delivers claimed orders, from several threads at once, and notes what became of each. One run has one sender."""

    def __init__(self, wiring: Wiring, report: Report) -> None:
        self._w = wiring
        self._report = report
        self._lock = Lock()
        self._said: dict[int, list[Item]] = {}
        self._sent: dict[int, DeliveryReceipt] = {}
        self._customers = Customers(wiring.gateway, wiring.settings)
        self._failed: dict[int, Unavailable] = {}
        self._put_off: list[Unavailable] = []
        self._follow_up = actions.FollowUp(wiring, self._say)
        self.receipts: list[DeliveryReceipt] = []
        """Where the orders of this run went."""

    def deliver(self, entry: LedgerEntry, catalog: Catalog) -> None:
        """One order's failure is its own; only a row of them means that nothing works at the moment.

        Raises:
            AccessDenied: login, plan or permission. Unavailable: several orders in a row could not be delivered.
        """
        try:
            self._attempt(entry, catalog)
        except ClaimLost as error:
            self._say(entry, Outcome.WAITING, str(error))
        with self._lock:
            failure = self._failed.pop(entry.id, None)
            if failure is None:
                self._put_off.clear()
                return
            self._put_off.append(failure)
            if len(self._put_off) >= FAILURES_TO_STOP:
                raise Unavailable(f"stopped after {FAILURES_TO_STOP} failures in a row, the last: {failure}")

    def tell(self, entries: Iterable[LedgerEntry]) -> None:
        """Put what became of these into the report, in their order, whoever was done first."""
        for entry in entries:
            self._report.items.extend(self._said.pop(entry.id, ()))
            if entry.id in self._sent:
                self.receipts.append(self._sent.pop(entry.id))

    def _say(self, entry: LedgerEntry, outcome: Outcome, detail: str = "") -> None:
        with self._lock:
            self._said.setdefault(entry.id, []).append(Item(entry.number, outcome, detail))

    def _attempt(self, entry: LedgerEntry, catalog: Catalog) -> None:
        if entry.order is None:
            self._unreadable(entry)
            return
        if entry.state in AT_REMOTE:
            self._follow_up(entry, tried=True)
            return
        try:
            self._plan_and_look(entry, entry.order, catalog)
        except Rejected as error:
            self._hold(entry, Reason("rejected", str(error)), error)
        except Unavailable as error:
            self._wait(entry, error)

    def _unreadable(self, entry: LedgerEntry) -> None:
        """Left as it is, so that whoever can read it still can; but not in silence."""
        self._w.store.unclaim(entry)
        if entry.reason is not None:
            self._say(entry, Outcome.HELD, entry.reason.text)

    def _plan_and_look(self, entry: LedgerEntry, order: SourceOrder, catalog: Catalog) -> None:
        """An order that was never sent, and is not taken or cannot be planned, need not be looked for."""
        reason = None if entry.generation else not_taken(order, self._w.settings)
        if reason is not None:
            self._skip(entry, reason)
            return
        draft = plan(self._w, order, catalog)
        found = None
        if entry.generation or not isinstance(draft, Reason):
            found = self._look(entry)
        self._act(entry, found or draft, order, catalog)

    def _act(
        self, entry: LedgerEntry, found: RemoteOrder | Reason | OrderDraft, order: SourceOrder, catalog: Catalog
    ) -> None:
        if isinstance(found, RemoteOrder):
            self._delivered(entry, found, order, catalog, Outcome.ADOPTED)
        elif self._may_show_up(entry) and (isinstance(found, Reason) or _used_up(entry) or entry.superseded):
            self._doubt(entry, entry.reason or Reason("no_answer", "nobody knows whether it arrived"))
        elif isinstance(found, Reason):
            self._hold(entry, found)
        elif entry.superseded:
            self._begin_anew(entry)
        else:
            self._send(_next_key(entry) if _used_up(entry) else entry, found, order, catalog)

    def _look(self, entry: LedgerEntry) -> RemoteOrder | Reason | None:
        """What was never sent is absent when what is remembered says so."""
        return look(self._w, entry.reference, self._remote_number(entry), certain=bool(entry.generation))

    def _remote_number(self, entry: LedgerEntry) -> str:
        """What it was last sent as: the settings may have changed since."""
        return entry.remote_number or remote_number(entry.number, self._w.settings)

    def _may_show_up(self, entry: LedgerEntry) -> bool:
        """Whether a request that could have made the order left so lately that its order may yet become visible."""
        if entry.state is not OrderState.UNCERTAIN:
            return False
        return self._w.clock() - (entry.sent_at or entry.updated_at) <= self._w.timing.patience

    def _begin_anew(self, entry: LedgerEntry) -> None:
        """Certainly not there, and the source has changed it since: back to the ledger, which takes the change up."""
        anew = _next_key(entry).moved(OrderState.PENDING, self._w.clock())
        self._record(anew, "certainly not there; the source has changed it since")
        self._say(entry, Outcome.WAITING, "changed at the source; goes out anew with the next run")

    def _send(
        self,
        entry: LedgerEntry,
        draft: OrderDraft,
        order: SourceOrder,
        catalog: Catalog,
        *,
        again: bool = False,
        looked: bool = False,
    ) -> None:
        customer_id = self._customers.id_for(draft)
        try:
            entry, key = self._say_it(entry, draft, order, catalog, customer_id, sole=not (looked or entry.generation))
        except NumberInUse:
            self._look_closely(entry, draft, order, catalog)
            return
        try:
            remote = self._w.gateway.create_order(draft, key=key, customer_id=customer_id)
        except Rejected as error:
            if again or not self._w.gateway.is_stale(draft, customer_id):
                self._hold(entry, Reason("rejected", str(error)), error, generation=entry.generation + 1, sent_at=None)
            else:
                self._send_afresh(_next_key(entry), order, draft)
        except OutcomeUnknown as error:
            self._settle(entry, error, order, catalog)
        except Unavailable as error:
            self._wait(entry, error)
        except GatewayError as error:
            self._record(entry.moved(OrderState.PENDING, self._w.clock()), f"not sent: {error}", details.failed(error))
            raise
        else:
            self._delivered(entry, remote, order, catalog, Outcome.DELIVERED)

    def _look_closely(self, entry: LedgerEntry, draft: OrderDraft, order: SourceOrder, catalog: Catalog) -> None:
        """Another order of the ledger has or had this number: what is remembered of the account may not know it yet."""
        found = look(self._w, entry.reference, self._remote_number(entry))
        if found is None:
            self._send(entry, draft, order, catalog, looked=True)
        else:
            self._act(entry, found, order, catalog)

    def _send_afresh(self, entry: LedgerEntry, order: SourceOrder, refused: OrderDraft) -> None:
        """Refused because of what was remembered of the account and is so no more: planned again from what is."""
        self._customers.forget(refused)
        catalog = catalog_of(self._w, [order])
        draft = plan(self._w, order, catalog)
        if isinstance(draft, Reason):
            self._hold(entry, draft, sent_at=None)
        else:
            self._send(entry, draft, order, catalog, again=True)

    def _say_it(
        self,
        entry: LedgerEntry,
        draft: OrderDraft,
        order: SourceOrder,
        catalog: Catalog,
        customer: str | None,
        *,
        sole: bool,
    ) -> tuple[LedgerEntry, str]:
        """Durable before the request leaves: this order is being sent, under this key, by this worker."""
        now = self._w.clock()
        sending = entry.moved(
            OrderState.SENDING,
            now,
            generation=max(entry.generation, 1),
            attempts=entry.attempts + 1,
            sent_at=now,
            claim=evolve(entry.claim, until=self._w.until(now)) if entry.claim else None,
            reason=entry.reason,
            remote_number=self._remote_number(entry),
        )
        generation, digits = sending.generation, catalog.currencies[draft.currency]
        key = idempotency_key(self._w.connection, entry.reference, generation)
        detail = details.sent(draft, order, digits, key=key, generation=generation, customer=customer)
        return self._record(sending, f"key {generation}", detail, sole=sole), key

    # ── what became of it ────────────────────────────────────────────────────────────────────

    def _settle(self, entry: LedgerEntry, error: OutcomeUnknown, order: SourceOrder, catalog: Catalog) -> None:
        """In doubt: look at once; if it is not there, nobody knows, and only looking again may tell.

        The same key cannot make a second order, so a request without an answer is sent again under it. A key known
        to be used up makes nothing any more: the order its request made must show up, and only when it has stayed
        absent for long after the last request that could have made it is the next key safe.
        """
        try:
            found = look(self._w, entry.reference, self._remote_number(entry))
        except GatewayError:
            found = None
        if isinstance(found, RemoteOrder):
            self._delivered(entry, found, order, catalog, Outcome.ADOPTED)
        else:
            code = "key_used" if isinstance(error, AlreadySent) else "no_answer"
            self._doubt(entry, Reason(code, str(error)), details.failed(error))

    def _doubt(self, entry: LedgerEntry, reason: Reason, answer: details.Detail | None = None) -> None:
        now = self._w.clock()
        retry_at = self._w.timing.retry_at(now, max(entry.attempts, 1))
        doubtful = entry.moved(OrderState.UNCERTAIN, now, reason=reason, next_attempt_at=retry_at)
        self._record(doubtful, "" if entry.state is OrderState.UNCERTAIN else reason.text, answer)
        detail = f"{reason.text}; looked for again from {retry_at:%H:%M:%S} UTC"
        self._say(entry, Outcome.UNCERTAIN, detail)

    def _delivered(
        self, entry: LedgerEntry, remote: RemoteOrder, order: SourceOrder, catalog: Catalog, outcome: Outcome
    ) -> None:
        now = self._w.clock()
        detail = _difference(order, remote)
        if outcome is Outcome.ADOPTED:
            detail = "; ".join(part for part in (f"was in TradeGecko already as id {remote.id}", detail) if part)
        delivered = self._record(
            entry.moved(
                OrderState.DELIVERED,
                now,
                remote_id=remote.id,
                remote_number=remote.number,
                line_ids=variant_ids(sent_lines(order, self._w.settings), catalog),
                todo=actions.wanted(order, remote, self._w.settings),
                next_attempt_at=None,
            ),
            "; ".join(part for part in (f"order id {remote.id}", detail) if part),
            details.answered(remote, "created" if outcome is Outcome.DELIVERED else "found"),
        )
        self._say(entry, outcome, detail)
        self._sent[entry.id] = DeliveryReceipt(
            order_reference=entry.reference,
            order_number=order.number,
            remote_id=remote.id,
            remote_number=remote.number,
            delivered_at=now,
        )
        if delivered.todo:
            self._follow_up(delivered, tried=outcome is not Outcome.DELIVERED)

    def _skip(self, entry: LedgerEntry, reason: Reason) -> None:
        self._record(entry.moved(OrderState.SKIPPED, self._w.clock(), reason=reason), reason.text)
        self._say(entry, Outcome.SKIPPED, reason.text)

    def _hold(self, entry: LedgerEntry, reason: Reason, error: Rejected | None = None, **facts: Any) -> None:
        """Held for a passing reason it is looked at on every run, but only once in each."""
        now = self._w.clock()
        held = entry.moved(OrderState.HELD, now, reason=reason, next_attempt_at=_just_after(now), **facts)
        known = entry.state is OrderState.HELD and entry.reason == reason
        self._record(held, "" if known else reason.text, details.failed(error) if error else None)
        self._say(entry, Outcome.HELD, reason.text)

    def _wait(self, entry: LedgerEntry, error: Unavailable) -> None:
        """Not carried out: try later, and give up only at the horizon. What is in doubt stays in doubt."""
        self._failed[entry.id] = error
        now = self._w.clock()
        in_doubt = entry.state is OrderState.UNCERTAIN
        attempts = entry.attempts + (entry.state is not OrderState.SENDING)  # saying it has counted already
        if not in_doubt and attempts >= TRIES_TO_GIVE_UP and now - entry.taken_in_at > self._w.timing.horizon:
            reason = Reason("gave_up", f"gave up after {self._w.timing.horizon.days} days: {error}")
            self._record(entry.moved(OrderState.FAILED, now, reason=reason), reason.text, details.failed(error))
            self._say(entry, Outcome.FAILED, reason.text)
            return
        retry_at = max(self._w.timing.retry_at(now, attempts), error.retry_at or now)
        to = OrderState.UNCERTAIN if in_doubt else OrderState.PENDING
        reason = (entry.reason if in_doubt else None) or Reason("unavailable", str(error))
        waiting = entry.moved(to, now, reason=reason, attempts=attempts, next_attempt_at=retry_at)
        self._record(waiting, str(error), details.failed(error))
        self._say(entry, Outcome.WAITING, f"{error}; tried again from {retry_at:%H:%M:%S} UTC")

    def _record(
        self, entry: LedgerEntry, why: str, detail: details.Detail | None = None, *, sole: bool = False
    ) -> LedgerEntry:
        return self._w.store.record(entry, who=self._w.worker, why=why, detail=detail, sole=sole)


def _next_key(entry: LedgerEntry) -> LedgerEntry:
    return evolve(entry, generation=entry.generation + 1, reason=None)


def _used_up(entry: LedgerEntry) -> bool:
    return entry.reason is not None and entry.reason.code == "key_used"


def _just_after(moment: datetime) -> datetime:
    return moment + timedelta(microseconds=1)


def _difference(order: SourceOrder, remote: RemoteOrder) -> str:
    """The two grand totals, where they differ: a person should know."""
    ours = order.totals.grand_total
    if ours is None or remote.total is None or ours == remote.total:
        return ""
    return f"total is {remote.total} in TradeGecko and {ours} at the source"
