"""What is done with an order once it is there: invoiced, paid, packed. Each costs one request."""

from __future__ import annotations

from collections.abc import Callable, Collection

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import OrderAction, RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import audit
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.report import Outcome
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.ledger import LedgerEntry, Reason

REFUSED = "action_refused"
"""The code of the reason why something asked for was not done; a person decides."""


def wanted_actions(order: SourceOrder, remote: RemoteOrder, settings: ConnectionSettings) -> tuple[str, ...]:
    """The actions in their order: what is invoiced first is paid on that invoice, if it costs anything and the source
    does not deny it. Nothing is done with an order that was voided, or canceled at its source."""
    if remote.gone or order.canceled_at is not None:
        return ()
    paid = settings.mark_paid and order.paid is not False and remote.total != 0
    asked = (
        (OrderAction.INVOICE, settings.create_invoice),
        (OrderAction.PAY, paid),
        (OrderAction.PACK, settings.pack_orders),
    )
    return tuple(action.value for action, so in asked if so)


class FollowUps:
    """Carries out the pending actions of delivered orders; ``add`` takes what is to be reported.

    An action does what is still open of an order, so that a second one finds nothing to do: after any doubt the order
    is looked at, and what it does not have behind it is tried again, each time under a key of its own. So it is after a
    refusal: a person, or a worker that had stood still, may have done it a moment before.
    """

    def __init__(self, context: Context, add: Callable[[LedgerEntry, Outcome, str], None]) -> None:
        self._c = context
        self._add = add

    def carry_out(self, entry: LedgerEntry, *, tried: bool) -> None:
        """One action after the other. ``tried``: the first of them may have been carried out already.

        Raises:
            AccessDenied: login, plan or permission.
        """
        try:
            done = self._behind(str(entry.remote_id)) if tried else ()
            if OrderAction.VOID in done:
                self._record(
                    entry.transition_to(entry.state, self._c.clock(), pending_actions=()),
                    "void; nothing more is done with it",
                )
                return
            while entry.pending_actions:
                if entry.pending_actions[0] not in done:
                    self._act(entry)
                entry = self._done(entry)
        except (Unavailable, OutcomeUnknown) as error:
            self._later(entry, error)
        except Rejected as error:
            self._refused(entry, error)

    def _act(self, entry: LedgerEntry) -> None:
        action = entry.pending_actions[0]
        key = idempotency_key(self._c.connection, f"{entry.reference}\n{action}", entry.attempts)
        id_, method = str(entry.remote_id), self._c.settings.payment_method
        try:
            self._c.gateway.perform_action(id_, action, key=key, method=method)
        except Rejected:
            if action not in self._behind(id_):
                raise

    def _behind(self, order_id: str) -> Collection[str]:
        return self._c.gateway.completed_actions(order_id)

    def _done(self, entry: LedgerEntry) -> LedgerEntry:
        action, *rest = entry.pending_actions
        now = self._c.clock()
        claim = evolve(entry.claim, until=self._c.lease_end()) if entry.claim else None
        return self._record(
            entry.transition_to(entry.state, now, pending_actions=tuple(rest), claim=claim), f"{action} done"
        )

    def _later(self, entry: LedgerEntry, error: Unavailable | OutcomeUnknown) -> None:
        now, action = self._c.clock(), entry.pending_actions[0]
        not_before = error.retry_at if isinstance(error, Unavailable) else None
        retry_at = self._c.timing.retry_at(now, entry.attempts, not_before)
        reason = Reason("unavailable", str(error), transient=True)
        attempts = entry.attempts + 1
        later = entry.transition_to(entry.state, now, reason=reason, attempts=attempts, next_attempt_at=retry_at)
        self._record(later, f"{action}: {error}", audit.failed(error))
        text = f"delivered; next try to {action} at {retry_at:%H:%M:%S} UTC: {error}"
        self._add(entry, Outcome.WAITING, text)

    def _refused(self, entry: LedgerEntry, error: Rejected) -> None:
        reason = Reason(REFUSED, f"{entry.pending_actions[0]} was refused: {error}")
        after = entry.transition_to(entry.state, self._c.clock(), reason=reason, attempts=entry.attempts + 1)
        self._record(after, reason.text, audit.failed(error))
        self._add(entry, Outcome.REFUSED, f"delivered, but {reason.text}")

    def _record(self, entry: LedgerEntry, why: str, detail: audit.Detail | None = None) -> LedgerEntry:
        return self._c.store.record(entry, who=self._c.worker, why=why, detail=detail)
