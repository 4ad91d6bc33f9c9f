"""What became of orders: the transitions written into the ledger, and the report's lines about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import partial
from threading import Lock
from typing import Final, TypeAlias

from attrs import frozen

from tradegecko_bridge.commerce import DeliveryReceipt, SourceOrder
from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.commerce.codec import dumped
from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import audit
from tradegecko_bridge.engine.delivery.actions import FollowUps, wanted_actions
from tradegecko_bridge.engine.delivery.decide import DueOrder, Settled, id_in_use, not_carried_out
from tradegecko_bridge.engine.keys import storable_reference, whole_reference
from tradegecko_bridge.engine.mapping.plan import OrderPlan
from tradegecko_bridge.engine.report import Item, Outcome, Report
from tradegecko_bridge.engine.source_changes.differences import note_void
from tradegecko_bridge.errors import BridgeError, ClaimLost, RemoteIdInUse, Unavailable
from tradegecko_bridge.ledger import CHANGED_TOO_LATE, LedgerEntry, OrderState, Transition
from tradegecko_bridge.ports import AcceptsReceipts

FAILURES_TO_STOP: Final = 3
WriteResult: TypeAlias = LedgerEntry | Exception
"""An entry as it was written, or why it was not."""


@frozen(kw_only=True)
class _Arrival:
    """An order that is there and needs nothing more; neither written nor reported yet. ``before`` is it as it was."""

    before: LedgerEntry
    transition: Transition
    outcome: Outcome
    detail: str
    receipt: DeliveryReceipt
    is_void: bool = False


class FailuresInARow:
    """Counts orders that could not be delivered, one after the other: then there is no use in going on."""

    def __init__(self) -> None:
        self._count = 0

    def note(self, failure: Unavailable | None) -> None:
        """An order's attempt is over; ``failure`` is why it was not carried out.

        Raises:
            Unavailable: several in a row were not.
        """
        self._count = self._count + 1 if failure else 0
        if self._count >= FAILURES_TO_STOP:
            raise Unavailable(f"stopped after {FAILURES_TO_STOP} failures in a row, the last: {failure}")


class Outcomes:
    """Records what became of orders, for several threads at once: all that they share is behind one lock.

    That an order arrived, or is not sent, may be written a little later, with others. Until then the ledger says that
    it is being sent, and whoever finds that looks for it; or has it as it was, and whoever finds that decides again.
    """

    def __init__(self, context: Context, report: Report) -> None:
        self._c = context
        self._report = report
        self._wants_receipts = isinstance(context.source, AcceptsReceipts)
        self._follow_ups = FollowUps(context, self.add)
        self._lock = Lock()
        self._items: dict[int, list[Item]] = {}
        self._receipts: dict[int, DeliveryReceipt] = {}
        self._waiting: list[tuple[Transition, Callable[[WriteResult], None]]] = []
        self.newly_held: dict[int, str] = {}
        """Orders that are held since this run for a transient reason: its code by entry id."""
        self._failures: dict[int, Unavailable] = {}
        self._in_a_row = FailuresInARow()

    # ── the report ───────────────────────────────────────────────────────────────────────────

    def add(self, entry: LedgerEntry, outcome: Outcome, detail: str = "", **facts: str) -> None:
        """A line of the report that does not say whose the order is; ``facts`` say the same for programs."""
        item = Item(entry.number, outcome, cleared(detail, entry.order), facts)
        self._report.on_item(item)
        with self._lock:
            self._items.setdefault(entry.id, []).append(item)

    def flush(self, entries: Iterable[LedgerEntry]) -> list[DeliveryReceipt]:
        """Put what became of these into the report, in their order, whoever was done first; their receipts."""
        with self._lock:
            ids = [entry.id for entry in entries]
            for id_ in ids:
                self._report.items.extend(self._items.pop(id_, ()))
            return [self._receipts.pop(id_) for id_ in ids if id_ in self._receipts]

    def attempt_finished(self, entry: LedgerEntry) -> None:
        """An order's attempt is over, well or not; called in the order of attempts.

        Raises:
            Unavailable: several orders in a row could not be delivered.
        """
        with self._lock:
            self._in_a_row.note(self._failures.pop(entry.id, None))

    # ── the ledger ───────────────────────────────────────────────────────────────────────────

    def write(self, transitions: Sequence[Transition] = ()) -> Sequence[WriteResult]:
        """These transitions and all that waits to be written, durable; the result of each of the transitions."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        if not transitions and not waiting:
            return []
        try:
            results = self._c.store.record_all([*transitions, *(transition for transition, _ in waiting)])
        except BaseException:
            with self._lock:
                self._waiting = [*waiting, *self._waiting]  # another thread's too: whoever writes next tries again
            raise
        for (_, report), result in zip(waiting, results[len(transitions) :], strict=True):
            report(result)
        return results[: len(transitions)]

    def _write_later(self, transition: Transition, report: Callable[[WriteResult], None]) -> None:
        with self._lock:
            self._waiting.append((transition, report))

    def settle(self, entry: LedgerEntry, decision: Settled, error: BridgeError | None = None) -> None:
        """Write a decision that sends nothing, and report it; ``error`` is what led to it, for the history."""
        (result,) = self._c.store.record_all([self._settling(entry, decision, error)])
        if isinstance(result, Exception):
            raise result
        self._report_settled(entry, decision, result)

    def settle_later(self, entry: LedgerEntry, decision: Settled) -> None:
        """The same, with what is written next."""
        self._write_later(self._settling(entry, decision), partial(self._report_settled, entry, decision))

    def _settling(self, entry: LedgerEntry, decision: Settled, error: BridgeError | None = None) -> Transition:
        settled = decision.applied_to(entry, self._c.clock())
        detail = audit.failed(error) if error else None
        return Transition(entry=settled, who=self._c.worker, why=decision.note, detail=detail)

    def _report_settled(self, entry: LedgerEntry, decision: Settled, result: WriteResult) -> None:
        if isinstance(result, ClaimLost):
            self.add(entry, Outcome.WAITING, str(result))
        elif isinstance(result, Exception):
            raise result
        elif not decision.known:
            reason = decision.reason
            self.add(entry, decision.outcome, decision.text, **({"reason": reason.code} if reason else {}))
            if reason is not None and reason.transient and result.state is OrderState.HELD:
                with self._lock:
                    self.newly_held[entry.id] = reason.code

    def retry_later(self, entry: LedgerEntry, error: Unavailable) -> None:
        """It was not carried out; several of these in a row end the run."""
        with self._lock:
            self._failures[entry.id] = error
        self.settle(entry, not_carried_out(entry, error, self._c.clock(), self._c.timing), error)

    def delivered(self, due: DueOrder, entry: LedgerEntry, remote: RemoteOrder, outcome: Outcome) -> None:
        """It is there: created just now, or found. Its pending actions are begun."""
        order, now = entry.order, self._c.clock()
        assert order is not None  # noqa: S101 - what has no content is never sent or looked for
        notes = due.plan.notes if isinstance(due.plan, OrderPlan) else ()
        detail = adopted(order, remote) if outcome is Outcome.ADOPTED else said(*notes, _difference(order, remote))
        delivered = entry.transition_to(
            OrderState.DELIVERED,
            now,
            remote_id=remote.id,
            remote_number=remote.number,
            line_ids=due.line_ids or {},
            remote_lines=_remote_lines(due.plan, remote),
            pending_actions=wanted_actions(order, remote, self._c.settings),
            next_attempt_at=None,
        )
        receipt = DeliveryReceipt(
            order_reference=whole_reference(order.reference),
            order_number=order.number,
            remote_id=remote.id,
            remote_number=remote.number,
            delivered_at=now,
        )
        transition = Transition(
            entry=delivered,
            who=self._c.worker,
            why=said(f"order id {remote.id}", detail),
            detail=audit.answered(remote, "created" if outcome is Outcome.DELIVERED else "found"),
            receipt=(storable_reference(receipt.order_reference), dumped(receipt)) if self._wants_receipts else None,
        )
        arrival = _Arrival(
            before=entry, transition=transition, outcome=outcome, detail=detail, receipt=receipt, is_void=remote.gone
        )
        if not delivered.pending_actions:
            self._write_later(transition, partial(self._report_arrival, arrival))
            return
        (result,) = self._c.store.record_all([transition])
        self._report_arrival(arrival, result)
        if isinstance(result, LedgerEntry):
            self._follow_ups.carry_out(result, tried=outcome is not Outcome.DELIVERED)

    def follow_up(self, entry: LedgerEntry) -> None:
        """Go on with the pending actions of a delivered order.

        Raises:
            AccessDenied: login, plan or permission.
        """
        self._follow_ups.carry_out(entry, tried=True)

    def _report_arrival(self, arrival: _Arrival, result: WriteResult) -> None:
        entry = arrival.transition.entry
        if isinstance(result, ClaimLost):
            self.add(entry, Outcome.WAITING, str(result))
        elif isinstance(result, RemoteIdInUse):
            before = arrival.before
            self.settle(before, id_in_use(before, str(result), self._c.clock(), self._c.timing))
        elif isinstance(result, Exception):
            raise result
        else:
            self.add(entry, arrival.outcome, arrival.detail, remote_id=arrival.receipt.remote_id)
            if entry.pending_update:
                self.add(entry, Outcome.CHANGED, CHANGED_TOO_LATE)
            if arrival.is_void:
                note_void(self._c.store, entry, self._c.clock())
            with self._lock:
                self._receipts[entry.id] = arrival.receipt


def _remote_lines(plan: object, remote: RemoteOrder) -> dict[str, str]:
    """The source's lines by the ids the system made them under. Nothing where it has other lines than were planned."""
    lines = plan.draft.lines if isinstance(plan, OrderPlan) else ()
    if len(lines) != len(remote.line_ids):
        return {}
    return {id_: line.reference for id_, line in zip(remote.line_ids, lines, strict=True) if line.reference}


def adopted(order: SourceOrder | None, remote: RemoteOrder) -> str:
    """What is reported of an order that is there already."""
    there = f"was in TradeGecko already as id {remote.id}" + (", and is void" if remote.gone else "")
    canceled = "is canceled at the source" if order is not None and order.canceled_at is not None else ""
    return said(there, canceled, _difference(order, remote))


def said(*parts: str) -> str:
    """What there is to say, in one line."""
    return "; ".join(part for part in parts if part)


NOISE: Final = Decimal("1e-8")
"""Two totals this near are the same."""


def _difference(order: SourceOrder | None, remote: RemoteOrder) -> str:
    """The two grand totals, where they differ: a person should know."""
    ours = order.totals.grand_total if order else None
    if ours is None or remote.total is None or abs(ours - remote.total) < NOISE:
        return ""
    return f"total is {remote.total} in TradeGecko and {ours} at the source"
