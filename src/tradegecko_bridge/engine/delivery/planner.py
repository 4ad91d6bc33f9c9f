"""Planning a batch of orders: what is worked out of each, once, with one look at the account for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.commerce.remote import Presence, RemoteOrder, Topic
from tradegecko_bridge.engine.address_checks import objection
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.decide import DueOrder, visible_at
from tradegecko_bridge.engine.delivery.first_day import first_day
from tradegecko_bridge.engine.delivery.grounds import GOODS, NUMBERS, Grounds, as_text, needs_setup
from tradegecko_bridge.engine.delivery.lookup import find_marked, find_own_order, load_account, load_goods
from tradegecko_bridge.engine.delivery.restores import not_known_since
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.mapping.catalog import Catalog
from tradegecko_bridge.engine.mapping.customers import customer_of
from tradegecko_bridge.engine.mapping.order_numbers import remote_number, reused
from tradegecko_bridge.engine.mapping.plan import OrderPlan, PreparedOrder, plan, prepare
from tradegecko_bridge.engine.mapping.rules import not_taken, not_yet
from tradegecko_bridge.errors import BridgeError
from tradegecko_bridge.evolving import evolve
from tradegecko_bridge.foreign import place_of
from tradegecko_bridge.ledger import DELIVERED_STATES, OVER_AT_SOURCE, LedgerEntry, Reason
from tradegecko_bridge.visible import log

FRESH: Final = timedelta(seconds=30)
"""For how long an answer that a number is free is good for; it was some minutes old when it came, at most."""
UNUSED: Final = (Presence.ABSENT, Presence.FREE)
"""As what a number is known that nothing has."""


class Planner:
    """Plans orders; the run and the dry run have it from here alike."""

    def __init__(self, context: Context) -> None:
        self._c = context
        self._not_known = not_known_since(context)
        self._first_day = first_day(context)

    def plan(self, entries: Sequence[LedgerEntry]) -> list[DueOrder]:
        """What would be sent of each order, in their order.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """
        due = [self._due(entry) for entry in entries]
        to_plan = [one for one in due if _is_to_plan(one)]
        known = self._prefetch([one for one in due if _may_be_known(one)], to_plan)
        due = [evolve(one, presence=known.get(one.marker, one.presence), looked_at=self._c.clock()) for one in due]
        to_plan = [one for one in due if _is_to_plan(one)]
        if not to_plan:
            return due
        gateway, settings = self._c.gateway, self._c.settings
        account = load_account(gateway, settings, [one.entry.order for one in to_plan if one.entry.order])
        grounds = self._grounds(account, goods=True, numbers=True)  # before anything is looked up
        prepared: dict[str, PreparedOrder] = {}
        faults: dict[str, Reason] = {}
        for one in to_plan:
            with _own_fault(one, faults):
                order = one.entry.order
                if order is not None:
                    prepared[one.entry.reference] = prepare(order, one.number, settings, account.digits_of(order))
        catalog = load_goods(gateway, settings, account, list(prepared.values()))
        for number, one in enumerate(due):
            with _own_fault(one, faults):
                if one.entry.reference in prepared:
                    due[number] = self._planned(one, prepared[one.entry.reference], catalog, grounds)
            if one.entry.reference in faults:
                due[number] = evolve(one, plan=faults[one.entry.reference], grounds=grounds)
        return due

    def grounds(self, codes: Collection[str]) -> Grounds:
        """What holds for reasons with these codes rest on now.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """
        account = None
        if needs_setup(codes):
            self._c.gateway.currencies({""})  # as if one were wanted that nobody knows: read anew
            account = load_account(self._c.gateway, self._c.settings, [])
        return self._grounds(account, goods=not GOODS.isdisjoint(codes), numbers=not NUMBERS.isdisjoint(codes))

    def _grounds(self, account: Catalog | None, *, goods: bool, numbers: bool) -> Grounds:
        state_of = self._c.gateway.state_of
        return Grounds(
            settings=as_text(self._c.settings),
            goods=state_of(Topic.GOODS) if goods else None,
            numbers=state_of(Topic.NUMBERS) if numbers else None,
            setup=account.as_text() if account else None,
        )

    def up_to_date(self, due: Sequence[DueOrder]) -> list[DueOrder]:
        """These orders, where it was a while ago that their numbers were free with a look whether they still are.

        ``looked_at`` is when they last were.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """
        now = self._c.clock()
        old = [
            one
            for one in due
            if one.is_planned and one.presence in UNUSED and one.looked_at and now - one.looked_at > FRESH
        ]
        known = self._prefetch(old, old)
        if not known:
            return list(due)
        looked = [evolve(one, presence=known.get(one.marker, one.presence)) for one in due]
        return [evolve(one, looked_at=now) if one.marker in known and not one.must_look else one for one in looked]

    def find(self, due: DueOrder, now: datetime) -> RemoteOrder | Reason | None:
        """What is there of an order: the order itself, or the reason why its number is taken.

        Where it was sent, and what that has made must be visible by ``now``, it is looked for by its marker as well.

        Raises:
            AccessDenied, Rejected, Unavailable: from the look-up.
        """
        if not due.must_look:
            return None
        is_free = due.presence is Presence.ABSENT and not due.entry.generation
        found = None if is_free else find_own_order(self._c, due)
        shown_at = visible_at(due, self._c.timing)
        if isinstance(found, RemoteOrder) or shown_at is None or now < shown_at:
            return found
        return find_marked(self._c, due, as_of=shown_at) or found

    def _due(self, entry: LedgerEntry) -> DueOrder:
        day = entry.order.placed_at.date() if entry.order else None
        number = entry.remote_number or remote_number(entry.number, self._c.settings, day)
        skip = not_taken(entry.order, self._c.settings, self._c.words) if entry.order else None
        span, order = self._not_known, entry.order if entry.state not in DELIVERED_STATES else None
        return DueOrder(
            entry=entry,
            number=number,
            marker=marker(self._c.connection, entry.reference),
            skip=skip,
            plan=self._first_day.keeps(entry) if skip is None else None,
            not_known=span if span and order and order.placed_at <= span[1] else None,
        )

    def _prefetch(self, due: Sequence[DueOrder], to_plan: Iterable[DueOrder]) -> Mapping[str, Presence]:
        """What is known of each, by its marker; with the customers of those that are to be planned.

        After a restore a free number says too little: an order that was sent may have been renumbered since.
        """
        if not due:
            return {}
        orders = [one.entry.order for one in to_plan if one.entry.order]
        customers = [customer_of(order, self._c.settings) for order in orders]
        known = self._c.gateway.prefetch([(one.number, one.marker) for one in due], customers)
        if self._not_known is None:
            return known
        return {mark: Presence.POSSIBLE if said is Presence.FREE else said for mark, said in known.items()}

    def _planned(self, due: DueOrder, prepared: PreparedOrder, catalog: Catalog, grounds: Grounds) -> DueOrder:
        settings = self._c.settings
        over = due.skip is not None and due.skip.code in OVER_AT_SOURCE
        waits = not_yet(prepared.order, settings, self._c.words)
        kept_back = due.skip if over else reused(due.entry, settings) or waits
        planned = kept_back or plan(prepared, due.marker, catalog, settings)
        if self._c.check_address and isinstance(planned, OrderPlan):
            planned = objection(self._c.check_address, planned.draft) or planned
        return evolve(
            due,
            plan=planned,
            line_ids=catalog.line_ids(prepared.applied.lines),
            grounds=grounds,
        )


@contextmanager
def _own_fault(due: DueOrder, faults: dict[str, Reason]) -> Iterator[None]:
    """A fault of ours in planning one order holds that order, and only that one."""
    try:
        yield
    except BridgeError:
        raise
    except Exception as error:
        text = f"{type(error).__name__} at {place_of(error)} while planning: a fault in tradegecko-bridge; report it"
        log.error("order %s: %s", due.entry.id, text)
        faults[due.entry.reference] = Reason("fault", text, transient=True)


def _may_be_known(due: DueOrder) -> bool:
    """Whether an order is one to look for."""
    return due.entry.order is not None and due.entry.state not in DELIVERED_STATES


def _is_to_plan(due: DueOrder) -> bool:
    """Whether an order may have to be sent."""
    return _may_be_known(due) and due.plan is None and (due.skip is None or due.entry.generation > 0)
