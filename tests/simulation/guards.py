"""Guards of the product that can be taken away, to see whether the simulation notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final, cast
from uuid import UUID

import pytest
from attrs import evolve

from tests.simulation.book import LedgerBook
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import actions, decide, lookup, planner, run, sender
from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.ledger import LedgerEntry, OrderState, Reason, Transition
from tradegecko_bridge.ports import Gateway
from tradegecko_bridge.stores.row import Change, Row
from tradegecko_bridge.stores.rules import ingest, work
from tradegecko_bridge.stores.sql import orders
from tradegecko_bridge.tradegecko.gateway import error_mapping, gateway, mirror, mirror_kinds, new_orders

Removal = Callable[[pytest.MonkeyPatch], None]


def unique_number(patch: pytest.MonkeyPatch) -> None:
    """The ledger does not ask whether another of its orders has the number."""
    patch.setattr(orders, "_users", lambda *_: defaultdict(set))
    patch.setattr(LedgerBook, "_users", lambda *_: set())


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


def restores_are_waited_out(patch: pytest.MonkeyPatch) -> None:
    """Right after a restore, too, an order that is not to be seen is taken for absent."""
    real = decide.decide

    def decided(due: DueOrder, found: RemoteOrder | Reason | None, **when: Any) -> decide.Decision:
        return real(evolve(due, not_known=None), found, **when)

    patch.setattr(sender, "decide", decided)


def marker_comparison(patch: pytest.MonkeyPatch) -> None:
    """Any order with the number is ours."""

    def find(context: Context, due: DueOrder, *_others: object) -> RemoteOrder | Reason | None:
        return next(iter(context.gateway.find_orders(due.number)), None)

    patch.setattr(planner, "find_own_order", find)
    patch.setattr(sender, "find_own_order", find)


def gone_orders_count(patch: pytest.MonkeyPatch) -> None:
    """An order of ours that was voided or deleted is taken for absent."""
    real = lookup.find_own_order

    def find(context: Context, due: DueOrder, *others: Any) -> RemoteOrder | Reason | None:
        found = real(context, due, *others)
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


def one_customer_at_a_time(patch: pytest.MonkeyPatch) -> None:
    """Orders of one new customer go out side by side."""
    patch.setattr(run, "partition", lambda due: [[one] for one in due])
    patch.setattr(sender.Sender, "_new_customer", lambda *_: None)


def actions_are_looked_at(patch: pytest.MonkeyPatch) -> None:
    """An action that may have been carried out is simply tried again, and a refusal believed."""
    patch.setattr(actions.FollowUps, "_behind", lambda *_: ())


def abandoned_is_uncertain(patch: pytest.MonkeyPatch) -> None:
    """An order whose worker died while sending it starts from the beginning."""
    real = work.claimed

    def claimed(row: Row, worker: str, at: Any, until: Any) -> Change:
        entry = row.entry
        if entry.state is OrderState.SENDING:
            entry = evolve(entry, state=OrderState.PENDING, generation=entry.generation + 1, sent_at=None)
        return real(evolve(row, entry=entry), worker, at, until)

    patch.setattr(work, "claimed", claimed)


def answer_is_ours(patch: pytest.MonkeyPatch) -> None:
    """Whatever is answered to an order is taken for it."""
    patch.setattr(new_orders, "_answered_by", lambda call, _marker: call)
    real = sender.Sender._post

    def post(self: sender.Sender, one: sender.PlannedOrder, sent: LedgerEntry) -> None:
        class Believed:
            def __getattr__(self, name: str) -> Any:
                return getattr(asked, name)

            def create_order(self, draft: OrderDraft, **options: Any) -> RemoteOrder:
                return evolve(asked.create_order(draft, **options), marker=draft.marker)

        asked, believing = self._c.gateway, copy(self)
        believing._c = evolve(self._c, gateway=cast("Gateway", Believed()))
        real(believing, one, sent)

    patch.setattr(sender.Sender, "_post", post)


def refusal_is_the_apis(patch: pytest.MonkeyPatch) -> None:
    """What something in between refuses was not carried out."""
    patch.setattr(error_mapping, "_is_the_apis", lambda _: True)


def claim_is_over(patch: pytest.MonkeyPatch) -> None:
    """A worker revives his own claim after it has run out, and looks not again."""
    real = work.recorded
    patch.setattr(sender, "FRESH", timedelta(days=999))
    patch.setattr(sender, "_oldest", lambda *_: datetime.max.replace(tzinfo=UTC))

    def recorded(row: Row, transition: Transition) -> Change:
        claim = transition.entry.claim
        if transition.entry.state is OrderState.SENDING and claim and row.entry.claim:
            row = evolve(row, entry=evolve(row.entry, claim=evolve(row.entry.claim, until=claim.until)))
        return real(row, transition)

    patch.setattr(work, "recorded", recorded)


def row_is_the_orders(patch: pytest.MonkeyPatch) -> None:
    """A worker that has outlived its ledger writes on whatever order is there now."""
    real = work.recorded

    def recorded(row: Row, transition: Transition) -> Change:
        present = row.entry
        identity = {name: getattr(present, name) for name in ("connection", "reference", "ingested_at")}
        entry = evolve(transition.entry, **identity)
        return real(row, evolve(transition, entry=entry))

    patch.setattr(work, "recorded", recorded)


def mirror_is_whole(patch: pytest.MonkeyPatch) -> None:
    """What the mirror does not hold is not there, however little of the account it has read."""
    patch.setattr(mirror.Mirror, "_is_complete", lambda *_: True)
    patch.setattr(mirror.Mirror, "read_on", lambda *_, **__: None)


def gone_orders_are_listed(patch: pytest.MonkeyPatch) -> None:
    """Void and deleted orders are not asked for."""
    some = evolve(mirror_kinds.ORDERS, statuses=("draft", "active", "finalized", "fulfilled"))
    patch.setattr(gateway, "ORDERS", some)
    read = [(some if kind is mirror_kinds.ORDERS else kind, *how) for kind, *how in gateway.READ_ONCE]
    patch.setattr(gateway, "READ_ONCE", read)


def _removals() -> Iterator[Removal]:
    yield unique_number
    yield claim_serial
    yield look_before_resend
    yield patience
    yield restores_are_waited_out
    yield marker_comparison
    yield gone_orders_count
    yield intent_before_request
    yield stable_key
    yield next_key_only_by_hand
    yield content_stays_as_sent
    yield one_customer_at_a_time
    yield actions_are_looked_at
    yield abandoned_is_uncertain
    yield claim_is_over
    yield row_is_the_orders


def _http_removals() -> Iterator[Removal]:
    yield answer_is_ours
    yield refusal_is_the_apis
    yield mirror_is_whole
    yield gone_orders_are_listed


GUARDS: Final[Mapping[str, Removal]] = {removal.__name__: removal for removal in _removals()}
HTTP_GUARDS: Final[Mapping[str, Removal]] = {removal.__name__: removal for removal in _http_removals()}
