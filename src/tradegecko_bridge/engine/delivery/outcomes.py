"""What became of orders: the steps written into the ledger, and what is said of them in the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from attrs import frozen

from tradegecko_bridge.commerce import DeliveryReceipt, SourceOrder
from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import actions, audit
from tradegecko_bridge.engine.mapping.draft import Catalog, variant_ids
from tradegecko_bridge.engine.mapping.rules import sent_lines
from tradegecko_bridge.engine.operations.decisions import NO_CONTENT
from tradegecko_bridge.engine.report import Item, Outcome, Report
from tradegecko_bridge.errors import ClaimLost, Rejected, Unavailable
from tradegecko_bridge.ledger import CANCELED_AT_SOURCE, GAVE_UP_IN_DOUBT, LedgerEntry, OrderState, Reason, Transition

FAILURES_TO_STOP: Final = 3
CHANGED_MEANWHILE: Final = "changed or canceled at the source while it was on its way; TradeGecko has it as it was sent"
TRIES_TO_GIVE_UP: Final = 12
"""However old an order is: one that a person sends out again gets all its tries again."""


@frozen(kw_only=True)
class _Arrived:
    """An order that is there and needs nothing more; neither written nor said yet."""

    step: Transition
    outcome: Outcome
    detail: str
    receipt: DeliveryReceipt


class Outcomes:
    """Notes what became of orders, for several threads at once. One run has one.

    That an order arrived may be written a little later, with others: until then the ledger says that it is being sent,
    and whoever finds that looks for it.
    """

    def __init__(self, context: Context, report: Report) -> None:
        self._w = context
        self._report = report
        self._lock = Lock()
        self._said: dict[int, list[Item]] = {}
        self._sent: dict[int, DeliveryReceipt] = {}
        self._arrived: list[_Arrived] = []
        self._failed: dict[int, Unavailable] = {}
        self._put_off: list[Unavailable] = []
        self._follow_up = actions.FollowUp(context, self.say)
        self.receipts: list[DeliveryReceipt] = []
        """Where the orders of this run went."""

    # ── the report ───────────────────────────────────────────────────────────────────────────

    def say(self, entry: LedgerEntry, outcome: Outcome, detail: str = "") -> None:
        """A line of the report."""
        with self._lock:
            self._said.setdefault(entry.id, []).append(Item(entry.number, outcome, detail))

    def tell(self, entries: Iterable[LedgerEntry]) -> None:
        """Put what became of these into the report, in their order, whoever was done first."""
        for entry in entries:
            self._report.items.extend(self._said.pop(entry.id, ()))
            if entry.id in self._sent:
                self.receipts.append(self._sent.pop(entry.id))

    def through(self, entry: LedgerEntry) -> None:
        """An order is through with its attempt, well or not; they come in their order.

        Raises:
            Unavailable: several orders in a row could not be delivered.
        """
        with self._lock:
            failure = self._failed.pop(entry.id, None)
            if failure is None:
                self._put_off.clear()
                return
            self._put_off.append(failure)
            if len(self._put_off) >= FAILURES_TO_STOP:
                raise Unavailable(f"stopped after {FAILURES_TO_STOP} failures in a row, the last: {failure}")

    # ── the ledger ───────────────────────────────────────────────────────────────────────────

    def record(self, entry: LedgerEntry, why: str = "", detail: audit.Detail | None = None) -> LedgerEntry:
        """One step, durable."""
        return self._w.store.record(entry, who=self._w.worker, why=why, detail=detail)

    def write(self, steps: Sequence[Transition] = ()) -> Sequence[LedgerEntry | Exception]:
        """These steps and all that was put off, durable; what came of each of these."""
        with self._lock:
            arrived, self._arrived = self._arrived, []
        if not steps and not arrived:
            return []
        try:
            answers = self._w.store.record_all([*steps, *(one.step for one in arrived)])
        except BaseException:
            with self._lock:
                self._arrived = [*arrived, *self._arrived]  # another thread's too: whoever writes next tries again
            raise
        for one, answer in zip(arrived, answers[len(steps) :], strict=True):
            self._told(one, answer)
        return answers[: len(steps)]

    def _told(self, one: _Arrived, answer: LedgerEntry | Exception) -> None:
        entry = one.step.entry
        if isinstance(answer, ClaimLost):
            self.say(entry, Outcome.WAITING, str(answer))
        elif isinstance(answer, Exception):
            raise answer
        else:
            self.say(entry, one.outcome, one.detail)
            if entry.pending_update:
                self.say(entry, Outcome.CHANGED, CHANGED_MEANWHILE)
            self._sent[entry.id] = one.receipt

    # ── what became of one ───────────────────────────────────────────────────────────────────

    def delivered(
        self, entry: LedgerEntry, remote: RemoteOrder, order: SourceOrder, catalog: Catalog, outcome: Outcome
    ) -> None:
        """It is there: created just now, or found. What is still to be done with it is begun."""
        now = self._w.clock()
        detail = _difference(order, remote)
        if outcome is Outcome.ADOPTED:
            detail = "; ".join(part for part in (f"was in TradeGecko already as id {remote.id}", detail) if part)
        delivered = entry.transition_to(
            OrderState.DELIVERED,
            now,
            remote_id=remote.id,
            remote_number=remote.number,
            line_ids=variant_ids(sent_lines(order, self._w.settings), catalog),
            pending_actions=actions.wanted(order, remote, self._w.settings),
            next_attempt_at=None,
        )
        why = "; ".join(part for part in (f"order id {remote.id}", detail) if part)
        answered = audit.answered(remote, "created" if outcome is Outcome.DELIVERED else "found")
        receipt = DeliveryReceipt(
            order_reference=entry.reference,
            order_number=order.number,
            remote_id=remote.id,
            remote_number=remote.number,
            delivered_at=now,
        )
        step = Transition(entry=delivered, who=self._w.worker, why=why, detail=answered)
        arrived = _Arrived(step=step, outcome=outcome, detail=detail, receipt=receipt)
        if not delivered.pending_actions:
            with self._lock:
                self._arrived.append(arrived)
            return
        delivered = self.record(delivered, why, answered)
        self._told(arrived, delivered)
        self._follow_up(delivered, tried=outcome is not Outcome.DELIVERED)

    def follow_up(self, entry: LedgerEntry) -> None:
        """Go on with what is to be done with an order that is there.

        Raises:
            AccessDenied: login, plan or permission.
        """
        self._follow_up(entry, tried=True)

    def skip(self, entry: LedgerEntry, reason: Reason) -> None:
        """Not to be sent: by a setting, or because its source canceled it."""
        canceled = reason == CANCELED_AT_SOURCE
        to = OrderState.CANCELED if canceled else OrderState.SKIPPED
        self.record(entry.transition_to(to, self._w.clock(), reason=reason), reason.text)
        self.say(entry, Outcome.CANCELED if canceled else Outcome.SKIPPED, reason.text)

    def hold(self, entry: LedgerEntry, reason: Reason, error: Rejected | None = None, **facts: Any) -> None:
        """Held for a transient reason it is looked at on every run, but only once in each."""
        now = self._w.clock()
        held = entry.transition_to(OrderState.HELD, now, reason=reason, next_attempt_at=_just_after(now), **facts)
        known = entry.state is OrderState.HELD and entry.reason == reason
        self.record(held, "" if known else reason.text, audit.failed(error) if error else None)
        self.say(entry, Outcome.HELD, reason.text)

    def wait(self, entry: LedgerEntry, error: Unavailable) -> None:
        """Not carried out: try later, and give up only at the horizon. What is in doubt stays in doubt."""
        self._failed[entry.id] = error
        now = self._w.clock()
        in_doubt = entry.state is OrderState.UNCERTAIN
        attempts = entry.attempts + (entry.state is not OrderState.SENDING)  # saying it has counted already
        if not in_doubt and self._is_over(entry, attempts, now):
            reason = Reason("gave_up", f"gave up after {self._w.timing.horizon.days} days: {error}")
            self._give_up(entry, reason, audit.failed(error))
            return
        retry_at = max(self._w.timing.retry_at(now, attempts), error.retry_at or now)
        to = OrderState.UNCERTAIN if in_doubt else OrderState.PENDING
        reason = (entry.reason if in_doubt else None) or Reason("unavailable", str(error))
        waiting = entry.transition_to(to, now, reason=reason, attempts=attempts, next_attempt_at=retry_at)
        self.record(waiting, str(error), audit.failed(error))
        self.say(entry, Outcome.WAITING, f"{error}; tried again from {retry_at:%H:%M:%S} UTC")

    def doubt(self, entry: LedgerEntry, reason: Reason, answer: audit.Detail | None = None) -> None:
        """Nobody knows whether it is there: looked for again later."""
        now = self._w.clock()
        retry_at = self._w.timing.retry_at(now, max(entry.attempts, 1))
        doubtful = entry.transition_to(OrderState.UNCERTAIN, now, reason=reason, next_attempt_at=retry_at)
        self.record(doubtful, "" if entry.state is OrderState.UNCERTAIN else reason.text, answer)
        self.say(entry, Outcome.UNCERTAIN, f"{reason.text}; looked for again from {retry_at:%H:%M:%S} UTC")

    def is_over(self, entry: LedgerEntry) -> bool:
        """Whether an order in doubt has had all its time and tries."""
        return entry.state is OrderState.UNCERTAIN and self._is_over(entry, entry.attempts, self._w.clock())

    def give_up_in_doubt(self, entry: LedgerEntry) -> None:
        """Sent as often as it may be, never answered, not to be found: only a person can find out more."""
        last = f"; last: {entry.reason.text}" if entry.reason else ""
        text = (
            f"gave up after {self._w.timing.horizon.days} days: nobody knows whether it arrived, it was not found when "
            f"last looked for; look in TradeGecko, then retry (looks first), skip or cancel it{last}"
        )
        self._give_up(entry, Reason(GAVE_UP_IN_DOUBT, text))

    def _is_over(self, entry: LedgerEntry, attempts: int, now: datetime) -> bool:
        return attempts >= TRIES_TO_GIVE_UP and now - entry.ingested_at > self._w.timing.horizon

    def _give_up(self, entry: LedgerEntry, reason: Reason, answer: audit.Detail | None = None) -> None:
        self.record(entry.transition_to(OrderState.FAILED, self._w.clock(), reason=reason), reason.text, answer)
        self.say(entry, Outcome.FAILED, reason.text)

    def begin_anew(self, entry: LedgerEntry) -> None:
        """Certainly not there, and the source has changed it since: back to the ledger, which takes the change up."""
        facts = {"generation": entry.generation + 1, "remote_number": None}
        anew = entry.transition_to(OrderState.PENDING, self._w.clock(), **facts)
        after = self.record(anew, "certainly not there; the source has changed it since")
        if after.state is OrderState.CANCELED:
            self.say(entry, Outcome.CANCELED, "canceled at the source; is certainly not in TradeGecko")
        else:
            self.say(entry, Outcome.WAITING, "changed at the source; goes out anew with the next run")

    def unreadable(self, entry: LedgerEntry) -> None:
        """Left as it is where there is a reason, so that whoever can read it still can, but later, so that it does not
        stand in others' way; else held for one."""
        if entry.reason is None:
            self.hold(entry, Reason("unreadable", NO_CONTENT))
            return
        now = self._w.clock()
        retry_at = self._w.timing.retry_at(now, max(entry.attempts, 1))
        self.record(entry.transition_to(entry.state, now, reason=entry.reason, next_attempt_at=retry_at))
        self.say(entry, Outcome.HELD, entry.reason.text)


def _just_after(moment: datetime) -> datetime:
    return moment + timedelta(microseconds=1)


def _difference(order: SourceOrder, remote: RemoteOrder) -> str:
    """The two grand totals, where they differ: a person should know."""
    ours = order.totals.grand_total
    if ours is None or remote.total is None or ours == remote.total:
        return ""
    return f"total is {remote.total} in TradeGecko and {ours} at the source"
