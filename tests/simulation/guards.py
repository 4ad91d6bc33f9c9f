"""Guards of the product that can be taken away, to see whether the simulation notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any, Final
from uuid import UUID

import pytest
from attrs import evolve

from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import actions, decide, lookup, planner, run, sender
from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.ledger import LedgerEntry, OrderState, Reason, Transition
from tradegecko_bridge.stores.row import Change, Row
from tradegecko_bridge.stores.rules import ingest, work
from tradegecko_bridge.stores.sql import orders

Removal = Callable[[pytest.MonkeyPatch], None]


def unique_number(patch: pytest.MonkeyPatch) -> None:
    """The ledger does not ask whether another of its orders has the number."""
    patch.setattr(orders, "_users", lambda *_: defaultdict(set))


def claim_serial(patch: pytest.MonkeyPatch) -> None:
    """A worker may write over what another one has taken since."""
    real = work.recorded

    def recorded(row: Row, transition: Transition) -> Change:
        entry = evolve(transition.entry, serial=row.entry.serial)
        return real(row, evolve(transition, entry=entry))

    patch.setattr(work, "recorded", recorded)


def look_before_resend(patch: pytest.MonkeyPatch) -> None:
    """An order in doubt is sent again unseen."""
    patch.setattr(DueOrder, "must_look", property(lambda due: not due.entry.generation and due.presence != "absent"))


def patience(patch: pytest.MonkeyPatch) -> None:
    """An order that is not to be seen is at once taken for absent."""
    patch.setattr(decide, "may_show_up", lambda *_: False)


def marker_comparison(patch: pytest.MonkeyPatch) -> None:
    """Any order with the number is ours."""

    def find(context: Context, due: DueOrder) -> RemoteOrder | Reason | None:
        return next(iter(context.gateway.find_orders(due.number)), None)

    patch.setattr(planner, "find_own_order", find)
    patch.setattr(sender, "find_own_order", find)


def gone_orders_count(patch: pytest.MonkeyPatch) -> None:
    """An order of ours that was voided or deleted is taken for absent."""
    real = lookup.find_own_order

    def find(context: Context, due: DueOrder) -> RemoteOrder | Reason | None:
        found = real(context, due)
        return None if isinstance(found, RemoteOrder) and found.gone else found

    patch.setattr(planner, "find_own_order", find)
    patch.setattr(sender, "find_own_order", find)


def intent_before_request(patch: pytest.MonkeyPatch) -> None:
    """That an order is being sent is not written down."""
    real = Outcomes.write

    def write(self: Outcomes, transitions: Any = ()) -> Any:
        if any(one.entry.state is OrderState.SENDING for one in transitions):
            return [one.entry for one in transitions]
        return real(self, transitions)

    patch.setattr(Outcomes, "write", write)


def stable_key(patch: pytest.MonkeyPatch) -> None:
    """Every request has a key of its own."""
    numbers = count()
    patch.setattr(sender, "idempotency_key", lambda *_: str(UUID(int=next(numbers))))


def next_key_only_by_hand(patch: pytest.MonkeyPatch) -> None:
    """After a doubt the next request goes out under the next key."""
    real = decide.decide

    def next_key(due: DueOrder, found: RemoteOrder | Reason | None, **when: Any) -> decide.Decision:
        decision = real(due, found, **when)
        if isinstance(decision, decide.Send) and due.entry.state is OrderState.UNCERTAIN:
            return evolve(decision, generation=decision.generation + 1)
        return decision

    patch.setattr(sender, "decide", next_key)


def content_stays_as_sent(patch: pytest.MonkeyPatch) -> None:
    """New content is applied to an order that is on its way."""
    patch.setattr(ingest, "SENT_STATES", frozenset({OrderState.DELIVERED, OrderState.SHIPPED, OrderState.CONFIRMED}))


def partitions(patch: pytest.MonkeyPatch) -> None:
    """Orders of one customer go out side by side."""
    patch.setattr(run, "partition", lambda due: [[one] for one in due])


def actions_are_looked_at(patch: pytest.MonkeyPatch) -> None:
    """An action that may have been carried out is simply tried again."""
    real = actions.FollowUps.carry_out

    def carry_out(self: actions.FollowUps, entry: LedgerEntry, *, tried: bool) -> None:
        real(self, entry, tried=False)

    patch.setattr(actions.FollowUps, "carry_out", carry_out)


def abandoned_is_uncertain(patch: pytest.MonkeyPatch) -> None:
    """An order whose worker died while sending it starts from the beginning."""
    real = work.claimed

    def claimed(row: Row, worker: str, at: Any, until: Any) -> Change:
        entry = row.entry
        if entry.state is OrderState.SENDING:
            entry = evolve(entry, state=OrderState.PENDING, generation=entry.generation + 1, sent_at=None)
        return real(evolve(row, entry=entry), worker, at, until)

    patch.setattr(work, "claimed", claimed)


def _removals() -> Iterator[Removal]:
    yield unique_number
    yield claim_serial
    yield look_before_resend
    yield patience
    yield marker_comparison
    yield gone_orders_count
    yield intent_before_request
    yield stable_key
    yield next_key_only_by_hand
    yield content_stays_as_sent
    yield partitions
    yield actions_are_looked_at
    yield abandoned_is_uncertain


GUARDS: Final[Mapping[str, Removal]] = {removal.__name__: removal for removal in _removals()}
