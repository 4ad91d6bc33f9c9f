"""What a person decides about orders: hold, release, retry, skip, cancel, confirm; one, several, or all found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum

from attrs import frozen

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import BY_HAND, DELIVERED_STATES, NO_CONTENT, LedgerEntry, OrderState
from tradegecko_bridge.ports import Clock, Store

_S = OrderState


class Decision(StrEnum):
    """What can be decided."""

    HOLD = "hold"
    """Not to be sent until somebody releases it."""
    RELEASE = "release"
    """To be sent after all, with all patience anew."""
    RETRY = "retry"
    """What waits for another try, was given up, or is held for a reason of the bridge's own: now."""
    SKIP = "skip"
    """Never to be sent."""
    CANCEL = "cancel"
    """Canceled before it was sent."""
    CONFIRM = "confirm"
    """Its shipments are known to the source: a person has told it what it refused."""


@frozen
class Decided:
    """One order and what became of the decision: ``entry`` is the order after it, or as it is if ``problem`` says why
    it could not be carried out. ``was`` is the state before."""

    entry: LedgerEntry
    was: OrderState
    problem: str = ""

    def __bool__(self) -> bool:
        return not self.problem


def said(name: str, text: object) -> str:
    """A text that stands in an order's history. Raises ValueError where it is blank."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} must not be blank: it stands in the order's history")
    return text


class Decisions:
    """Carries decisions out, order by order: one that cannot be is told and does not stop the others.

    ::

        decisions = Decisions(store, who="ann")
        held = store.entries("my-shop", states={OrderState.HELD}, reasons={"unknown_sku"})
        for decided in decisions.release(held, "the SKUs are there now"):
            print(decided.entry.number, decided.problem or "goes out")

    Args:
        store: the ledger.
        who: who decides; it stands in the orders' history.
        clock: tells the present moment, aware and in UTC.
        dry_run: say what would come of it, and change nothing.

    ``why`` stands in the history for good and outlives the customer's data: name nobody in it.

    Raises:
        ValueError: ``who``, or a decision's ``why``, is blank.
    """

    def __init__(
        self, store: Store, *, who: str, clock: Clock = lambda: datetime.now(UTC), dry_run: bool = False
    ) -> None:
        self._store = store
        self._who = said("who", who)
        self._clock = clock
        self._dry_run = dry_run

    def decide(self, decision: Decision, entries: Iterable[LedgerEntry], why: str) -> list[Decided]:
        """Any of the decisions below, by its name."""
        said("why", why)
        return [self._decide(decision, entry, why) for entry in entries]

    def hold(self, entries: Iterable[LedgerEntry], why: str) -> list[Decided]:
        """Keep pending or held orders back until they are released."""
        return self.decide(Decision.HOLD, entries, why)

    def release(self, entries: Iterable[LedgerEntry], why: str = "released by hand") -> list[Decided]:
        """Send held, skipped, failed or canceled orders out with the next run; not what its source has canceled."""
        return self.decide(Decision.RELEASE, entries, why)

    def retry(self, entries: Iterable[LedgerEntry], why: str = "retried by hand") -> list[Decided]:
        """Try again with the next run what waits for its time; look again now for what is in doubt."""
        return self.decide(Decision.RETRY, entries, why)

    def skip(self, entries: Iterable[LedgerEntry], why: str) -> list[Decided]:
        """Never send these."""
        return self.decide(Decision.SKIP, entries, why)

    def cancel(self, entries: Iterable[LedgerEntry], why: str) -> list[Decided]:
        """These were canceled before they were sent."""
        return self.decide(Decision.CANCEL, entries, why)

    def confirm(self, entries: Iterable[LedgerEntry], why: str) -> list[Decided]:
        """The source knows of all shipments of these: what it refused was told it by hand."""
        return self.decide(Decision.CONFIRM, entries, why)

    def _decide(self, decision: Decision, entry: LedgerEntry, why: str) -> Decided:
        to, problem = _outcome(decision, entry)
        if problem or self._dry_run:
            return Decided(entry if problem else _as_if(entry, to), entry.state, problem)
        try:
            retry = decision is Decision.RETRY
            after = self._store.override_state(entry.id, to, at=self._clock(), who=self._who, why=why, retry=retry)
        except (ClaimLost, ValueError) as error:
            return Decided(entry, entry.state, str(error))
        return Decided(after, entry.state)


def states_for(decision: Decision) -> frozenset[OrderState]:
    """The states an order may be in for this decision."""
    return _FROM[decision]


_FROM: dict[Decision, frozenset[OrderState]] = {
    Decision.HOLD: frozenset({_S.PENDING, _S.HELD}),
    Decision.RELEASE: frozenset({_S.HELD, _S.SKIPPED, _S.FAILED, _S.CANCELED}),
    Decision.RETRY: frozenset({_S.PENDING, _S.UNCERTAIN, _S.HELD, _S.FAILED}) | DELIVERED_STATES,
    Decision.SKIP: frozenset({_S.PENDING, _S.HELD, _S.FAILED}),
    Decision.CANCEL: frozenset({_S.PENDING, _S.HELD, _S.FAILED}),
    Decision.CONFIRM: frozenset({_S.DELIVERED, _S.SHIPPED}),
}
_TO: dict[Decision, Callable[[LedgerEntry], OrderState]] = {
    Decision.HOLD: lambda _: _S.HELD,
    Decision.RELEASE: lambda _: _S.PENDING,
    Decision.RETRY: lambda entry: entry.state if entry.state in DELIVERED_STATES | {_S.UNCERTAIN} else _S.PENDING,
    Decision.SKIP: lambda _: _S.SKIPPED,
    Decision.CANCEL: lambda _: _S.CANCELED,
    Decision.CONFIRM: lambda _: _S.CONFIRMED,
}


def _outcome(decision: Decision, entry: LedgerEntry) -> tuple[OrderState, str]:
    """Where a decision takes an order, and why it cannot."""
    to = _TO[decision](entry)
    if entry.state not in _FROM[decision]:
        return to, f"order {entry.reference}: {_refusal(entry, to)}"
    if decision is Decision.RETRY and entry.reason is not None and entry.reason.code == BY_HAND:
        return to, f"order {entry.reference}: a person holds it ({entry.reason.text}); release it instead"
    if decision is Decision.RETRY and entry.state in DELIVERED_STATES and not entry.pending_actions:
        return to, f"order {entry.reference}: {entry.state}, and nothing is left to be done"
    looks = decision is Decision.RETRY and entry.generation > 0  # what was sent once is looked for before all else
    if to is _S.PENDING and _is_canceled(entry) and not looks:
        said = "canceled at the source, so it is not sent; if it is wanted after all, enter it there anew"
        return to, f"order {entry.reference}: {said}"
    if to is _S.PENDING and entry.expired_at is not None:
        return to, f"order {entry.reference}: its personal data has expired, so it cannot be sent"
    if to is _S.PENDING and entry.order is None:
        return to, f"order {entry.reference}: {NO_CONTENT}"
    return to, ""


def _is_canceled(entry: LedgerEntry) -> bool:
    """Whether its source gives it as canceled."""
    return entry.order is not None and entry.order.canceled_at is not None


def _refusal(entry: LedgerEntry, to: OrderState) -> str:
    if entry.state is to:
        return f"is {to} already"
    if entry.state in {_S.SENDING, _S.UNCERTAIN}:
        return f"{entry.state} cannot become {to}: it may be in TradeGecko; the next run finds out"
    return f"{entry.state} cannot become {to}"


def _as_if(entry: LedgerEntry, to: OrderState) -> LedgerEntry:
    return entry.transition_to(to, entry.updated_at)
