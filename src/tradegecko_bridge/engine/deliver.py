"""Intake and delivery: every order into the ledger first, then each into the order-management system once.

The order of steps is the promise. Nothing is sent that the ledger does not know; the intent is durable before the
request leaves; after any doubt the order is looked for before anything else happens to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve

from tradegecko_bridge.commerce import DeliveryReceipt, SourceOrder, UnreadableOrder, Verdict
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine.keys import idempotency_key, marker
from tradegecko_bridge.engine.mapping import LONGEST_SKU, Catalog, plan_order, variant_ids
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.wiring import Interrupted, Wiring, fenced, in_batches, offer, plugin_fence
from tradegecko_bridge.errors import (
    AlreadySent,
    ClaimLost,
    GatewayError,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from tradegecko_bridge.ledger import AT_REMOTE, OPEN, LedgerEntry, OrderState, Reason
from tradegecko_bridge.ports import AcceptsReceipts, AcknowledgesIntake

INTAKE_BATCH: Final = 100
CLAIM_BATCH: Final = 20
FAILURES_TO_STOP: Final = 3
TRIES_TO_GIVE_UP: Final = 12
"""However old an order is: one that a person sends out again gets all its tries again."""
OPERATION: Final = "deliver orders"


def deliver_orders(wiring: Wiring) -> Report:
    """Take in what is new, then deliver what is due."""
    with wiring.report(OPERATION) as report:
        _take_in(wiring, report)
        delivery = _Delivery(wiring, report)
        try:
            delivery.run()
        except GatewayError as error:
            report.problems.append(str(error))
        delivery.send_receipts()
        _note_claimed(wiring, report)
    return report


def plan_delivery(wiring: Wiring) -> Report:
    """What :func:`deliver_orders` would do: the same looks and plans, and no write anywhere."""
    with wiring.report(OPERATION, dry_run=True) as report:
        orders: dict[str, SourceOrder] = {}
        known = {e.reference: e for e in wiring.store.entries(wiring.connection)}
        for entry in known.values():
            if entry.state in OPEN and entry.order is not None:
                orders[entry.reference] = entry.order
        try:
            for arrival in _arrivals(wiring):
                if isinstance(arrival, UnreadableOrder):
                    report.add(arrival.number or arrival.reference or "?", Outcome.HELD, arrival.problem)
                elif arrival.reference not in known or known[arrival.reference].state in OPEN:
                    orders[arrival.reference] = arrival
        except Interrupted as error:
            report.problems.append(str(error))
        try:
            _Delivery(wiring, report).plan(list(orders.values()))
        except GatewayError as error:
            report.problems.append(str(error))
    return report


def _note_claimed(wiring: Wiring, report: Report) -> None:
    """Orders this run left alone because somebody else has them, or died with them."""
    now = wiring.clock()
    for entry in wiring.store.entries(wiring.connection, states=OPEN - {OrderState.HELD}):
        if entry.claim is not None and entry.claim.until > now:
            until = f"{entry.claim.until:%H:%M:%S} UTC"
            report.add(entry.number, Outcome.CLAIMED, f"{entry.claim.worker} is working on it, until {until} at most")


def _arrivals(wiring: Wiring) -> Iterable[SourceOrder | UnreadableOrder]:
    cursor = wiring.store.cursor(wiring.connection, "orders")
    return fenced(wiring.source, lambda: wiring.source.fetch_orders(cursor), "fetching orders")


def _take_in(wiring: Wiring, report: Report) -> None:
    """From the source into the ledger, batch by batch; what came before a failure of the source counts."""
    try:
        for batch in in_batches(_arrivals(wiring), INTAKE_BATCH):
            counts = wiring.store.take_in(wiring.connection, batch, at=wiring.clock())
            report.taken_in += len(counts.new)
            report.unchanged += counts.known - len(counts.changed)
            _note_unreadable(batch, report)
            _note_changed(wiring, [a for a in batch if a.reference in counts.changed], report)
            _acknowledge(wiring, batch, report)
            wiring.progress("take in orders", report.taken_in + report.unchanged)
    except Interrupted as error:
        report.problems.append(str(error))


def _note_unreadable(batch: Sequence[SourceOrder | UnreadableOrder], report: Report) -> None:
    for arrival in batch:
        if isinstance(arrival, UnreadableOrder):
            if arrival.reference is None:
                report.problems.append(arrival.problem)
            else:
                report.add(arrival.number or arrival.reference, Outcome.HELD, arrival.problem)


def _note_changed(wiring: Wiring, changed: Sequence[SourceOrder | UnreadableOrder], report: Report) -> None:
    """Nothing is edited silently: an order that changed after it was delivered is a person's business."""
    for arrival in changed:
        for entry in wiring.store.entries(wiring.connection, reference=arrival.reference, states=AT_REMOTE):
            canceled = isinstance(arrival, SourceOrder) and arrival.canceled_at is not None
            said = "canceled" if canceled else "changed"
            report.add(entry.number, Outcome.CHANGED, f"{said} at the source after it was delivered")


def _acknowledge(wiring: Wiring, batch: Sequence[SourceOrder | UnreadableOrder], report: Report) -> None:
    source, cursor = wiring.source, batch[-1].cursor
    if not cursor or not isinstance(source, AcknowledgesIntake):
        return
    try:
        with plugin_fence(source, "acknowledging orders"):
            source.acknowledge_intake(cursor)
    except Interrupted as error:
        report.problems.append(str(error))


class _Delivery:
    """One run over the orders that are due."""

    def __init__(self, wiring: Wiring, report: Report) -> None:
        self._w = wiring
        self._report = report
        self._receipts: list[DeliveryReceipt] = []
        self._customers: dict[str, str] = {}
        self._started = wiring.clock()
        self._put_off: list[Unavailable] = []

    def run(self) -> None:
        """Claim and deliver until nothing is due.

        Raises:
            AccessDenied, Unavailable: nothing can be delivered now; what was claimed is given back.
        """
        done = 0
        seen: set[int] = set()
        while claimed := self._claim(seen):
            seen |= {entry.id for entry in claimed}
            remaining = list(claimed)
            try:
                catalog = self._catalog([entry.order for entry in claimed if entry.order])
                while remaining:
                    self._deliver(remaining[0], catalog)
                    remaining.pop(0)
                    done += 1
                    self._w.progress(OPERATION, done)
            finally:
                for entry in remaining:
                    self._w.store.unclaim(entry)

    def plan(self, orders: Sequence[SourceOrder]) -> None:
        """Say what would become of each order."""
        for batch in in_batches(orders, CLAIM_BATCH):
            catalog = self._catalog(batch)
            for order in batch:
                self._plan_one(order, catalog)

    def send_receipts(self) -> None:
        """Tell a source that wants to know where its orders went; not essential, so a failure is only reported."""
        source = self._w.source
        if not self._receipts or not isinstance(source, AcceptsReceipts):
            return
        results = offer(
            source, source.accept_receipts, self._receipts, lambda r: r.order_reference, "accepting receipts"
        )
        failed = {r.message for r in results.values() if r.verdict in (Verdict.FAILED, Verdict.REFUSED)}
        self._report.problems.extend(f"receipts: {message}" for message in sorted(failed))

    # ── one batch ────────────────────────────────────────────────────────────────────────────

    def _claim(self, seen: set[int]) -> Sequence[LedgerEntry]:
        """The next orders that were due when the run began: what is put off meanwhile waits for the next run."""
        until = self._w.until(self._w.clock())
        claimed = self._w.store.claim(
            self._w.connection, self._w.worker, at=self._started, until=until, limit=CLAIM_BATCH
        )
        for entry in claimed:
            if entry.id in seen:
                self._w.store.unclaim(entry)
        return [entry for entry in claimed if entry.id not in seen]

    def _catalog(self, orders: Sequence[SourceOrder]) -> Catalog:
        skus = {line.sku for order in orders for line in order.lines if line.sku and len(line.sku) <= LONGEST_SKU}
        gateway = self._w.gateway
        return Catalog(variants=gateway.find_variants(skus) if skus else {}, currencies=gateway.currencies())

    # ── one order ────────────────────────────────────────────────────────────────────────────

    def _deliver(self, entry: LedgerEntry, catalog: Catalog) -> None:
        """One order's failure is its own; only a row of them means that nothing works at the moment."""
        before = len(self._put_off)
        try:
            self._attempt(entry, catalog)
        except ClaimLost as error:
            self._report.add(entry.number, Outcome.WAITING, str(error))
        if len(self._put_off) == before:
            self._put_off.clear()
        elif len(self._put_off) >= FAILURES_TO_STOP:
            raise Unavailable(f"stopped after {FAILURES_TO_STOP} failures in a row, the last: {self._put_off[-1]}")

    def _attempt(self, entry: LedgerEntry, catalog: Catalog) -> None:
        try:
            self._look_then_send(entry, catalog)
        except Rejected as error:
            self._hold(entry, Reason("rejected", str(error)))
        except Unavailable as error:
            self._wait(entry, error)

    def _look_then_send(self, entry: LedgerEntry, catalog: Catalog) -> None:
        if entry.order is None:
            self._w.store.unclaim(entry)
            return
        mark = marker(self._w.connection, entry.reference)
        draft = plan_order(entry.order, mark, catalog, self._w.settings)
        if isinstance(draft, Reason) and not entry.generation:
            self._hold(entry, draft)  # never sent, so there is nothing to look for
            return
        found = self._look(entry) or draft
        if isinstance(found, RemoteOrder):
            self._delivered(entry, found, entry.order, catalog, Outcome.ADOPTED)
        elif isinstance(found, Reason):
            self._hold(entry, found)
        elif entry.state is OrderState.UNCERTAIN and (_used_up(entry) or entry.superseded):
            self._wait_for_it(entry, found, entry.order, catalog)
        else:
            self._send(entry, found, entry.order, catalog)

    def _wait_for_it(self, entry: LedgerEntry, draft: OrderDraft, order: SourceOrder, catalog: Catalog) -> None:
        """Its order may yet show up, and sending again makes nothing or is no longer wanted: wait, then begin anew."""
        if self._w.clock() - (entry.sent_at or entry.updated_at) <= self._w.timing.patience:
            self._doubt(entry, entry.reason or Reason("no_answer", "nobody knows whether it arrived"))
            return
        entry = evolve(entry, generation=entry.generation + 1, reason=None)
        if entry.superseded:
            self._record(entry.moved(OrderState.PENDING, self._w.clock()), "certainly not there; the source changed it")
            self._report.add(entry.number, Outcome.WAITING, "changed at the source; goes out anew with the next run")
        else:
            self._send(entry, draft, order, catalog)

    def _look(self, entry: LedgerEntry) -> RemoteOrder | Reason | None:
        """Ours if it is there, else the reason why its number is taken, else None."""
        ours = marker(self._w.connection, entry.reference)
        others: list[RemoteOrder] = []
        for found in self._w.gateway.find_orders(entry.number):
            if found.marker == ours:
                return found
            if not found.gone:
                others.append(found)
        if not others:
            return None
        ids = ", ".join(order.id for order in others)
        return Reason(
            "number_taken",
            f"TradeGecko has another order {entry.number!r} (id {ids}) that did not come from {entry.reference!r} "
            f"of {self._w.connection}; renumber one of them, or skip this one",
            passing=True,
        )

    def _plan_one(self, order: SourceOrder, catalog: Catalog) -> None:
        draft = plan_order(order, marker(self._w.connection, order.reference), catalog, self._w.settings)
        if isinstance(draft, Reason):
            self._report.add(order.number, Outcome.HELD, draft.text)
            return
        ours = draft.marker
        for found in self._w.gateway.find_orders(order.number):
            if found.marker == ours:
                self._report.add(order.number, Outcome.ADOPTED, f"is in TradeGecko already as id {found.id}")
                return
            if not found.gone:
                self._report.add(order.number, Outcome.HELD, f"another order has its number (id {found.id})")
                return
        self._report.add(order.number, Outcome.PLANNED, f"would be created with {len(draft.lines)} lines")

    def _send(self, entry: LedgerEntry, draft: OrderDraft, order: SourceOrder, catalog: Catalog) -> None:
        customer_id = self._customer(draft)
        entry = self._say_it(entry)
        key = idempotency_key(self._w.connection, entry.reference, entry.generation)
        try:
            remote = self._w.gateway.create_order(draft, key=key, customer_id=customer_id)
        except Rejected as error:
            self._hold(entry, Reason("rejected", str(error)), generation=entry.generation + 1, sent_at=None)
        except OutcomeUnknown as error:
            self._settle(entry, error, order, catalog)
        except Unavailable as error:
            self._wait(entry, error)
        except GatewayError as error:
            self._record(entry.moved(OrderState.PENDING, self._w.clock()), f"not sent: {error}")
            raise
        else:
            self._delivered(entry, remote, order, catalog, Outcome.DELIVERED)

    def _say_it(self, entry: LedgerEntry) -> LedgerEntry:
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
        )
        return self._record(sending, f"key {sending.generation}")

    def _customer(self, draft: OrderDraft) -> str | None:
        """Asked for once a run and customer; a customer an order of this run created is found by the next look."""
        email = draft.customer.email
        if not email:
            return None
        if email not in self._customers:
            found = self._w.gateway.find_customer(draft.customer)
            if found is None:
                return None
            self._customers[email] = found
        return self._customers[email]

    # ── what became of it ────────────────────────────────────────────────────────────────────

    def _settle(self, entry: LedgerEntry, error: OutcomeUnknown, order: SourceOrder, catalog: Catalog) -> None:
        """In doubt: look at once; if it is not there, nobody knows, and only looking again may tell.

        The same key cannot make a second order, so a request without an answer is sent again under it. A key known
        to be used up makes nothing any more: the order its request made must show up, and only when it has stayed
        absent for long after the last request that could have made it is the next key safe.
        """
        try:
            found = self._look(entry)
        except GatewayError:
            found = None
        if isinstance(found, RemoteOrder):
            self._delivered(entry, found, order, catalog, Outcome.ADOPTED)
        else:
            self._doubt(entry, Reason("key_used" if isinstance(error, AlreadySent) else "no_answer", str(error)))

    def _doubt(self, entry: LedgerEntry, reason: Reason) -> None:
        now = self._w.clock()
        retry_at = self._w.timing.retry_at(now, max(entry.attempts, 1))
        doubtful = entry.moved(OrderState.UNCERTAIN, now, reason=reason, next_attempt_at=retry_at)
        self._record(doubtful, "" if entry.state is OrderState.UNCERTAIN else reason.text)
        detail = f"{reason.text}; looked for again from {retry_at:%H:%M:%S} UTC"
        self._report.add(entry.number, Outcome.UNCERTAIN, detail)

    def _delivered(
        self, entry: LedgerEntry, remote: RemoteOrder, order: SourceOrder, catalog: Catalog, outcome: Outcome
    ) -> None:
        now = self._w.clock()
        detail = _difference(order, remote)
        if outcome is Outcome.ADOPTED:
            detail = "; ".join(part for part in (f"was in TradeGecko already as id {remote.id}", detail) if part)
        self._record(
            entry.moved(
                OrderState.DELIVERED,
                now,
                remote_id=remote.id,
                remote_number=remote.number,
                line_ids=variant_ids(order, catalog),
                next_attempt_at=None,
            ),
            "; ".join(part for part in (f"order id {remote.id}", detail) if part),
        )
        self._report.add(entry.number, outcome, detail)
        self._receipts.append(
            DeliveryReceipt(
                order_reference=entry.reference,
                order_number=order.number,
                remote_id=remote.id,
                remote_number=remote.number,
                delivered_at=now,
            )
        )

    def _hold(self, entry: LedgerEntry, reason: Reason, **facts: Any) -> None:
        """Held for a passing reason it is looked at on every run, but only once in each."""
        now = self._w.clock()
        held = entry.moved(OrderState.HELD, now, reason=reason, next_attempt_at=_just_after(now), **facts)
        known = entry.state is OrderState.HELD and entry.reason == reason
        self._record(held, "" if known else reason.text)
        self._report.add(entry.number, Outcome.HELD, reason.text)

    def _wait(self, entry: LedgerEntry, error: Unavailable) -> None:
        """Not carried out: try later, and give up only at the horizon. What is in doubt stays in doubt."""
        self._put_off.append(error)
        now = self._w.clock()
        in_doubt = entry.state is OrderState.UNCERTAIN
        attempts = entry.attempts + (entry.state is not OrderState.SENDING)  # saying it has counted already
        if not in_doubt and attempts >= TRIES_TO_GIVE_UP and now - entry.taken_in_at > self._w.timing.horizon:
            reason = Reason("gave_up", f"gave up after {self._w.timing.horizon.days} days: {error}")
            self._record(entry.moved(OrderState.FAILED, now, reason=reason), reason.text)
            self._report.add(entry.number, Outcome.FAILED, reason.text)
            return
        retry_at = max(self._w.timing.retry_at(now, attempts), error.retry_at or now)
        to = OrderState.UNCERTAIN if in_doubt else OrderState.PENDING
        reason = (entry.reason if in_doubt else None) or Reason("unavailable", str(error))
        waiting = entry.moved(to, now, reason=reason, attempts=attempts, next_attempt_at=retry_at)
        self._record(waiting, str(error))
        self._report.add(entry.number, Outcome.WAITING, f"{error}; tried again from {retry_at:%H:%M:%S} UTC")

    def _record(self, entry: LedgerEntry, why: str) -> LedgerEntry:
        return self._w.store.record(entry, who=self._w.worker, why=why)


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
