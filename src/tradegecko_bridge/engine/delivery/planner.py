"""Planning a batch of orders: what is worked out of each, once, with one look at the account for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.engine.delivery.lookup import find_own_order, load_account, load_goods
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.mapping.catalog import Catalog
from tradegecko_bridge.engine.mapping.order_numbers import remote_number
from tradegecko_bridge.engine.mapping.plan import PreparedOrder, plan, prepare
from tradegecko_bridge.engine.mapping.rules import not_taken
from tradegecko_bridge.ledger import CANCELED_AT_SOURCE, DELIVERED_STATES, LedgerEntry, Reason


class Planner:
    """Plans orders; the run and the dry run have it from here alike."""

    def __init__(self, context: Context) -> None:
        self._c = context

    def plan(self, entries: Sequence[LedgerEntry]) -> list[DueOrder]:
        """What would be sent of each order, in their order.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """
        due = [self._due(entry) for entry in entries]
        to_plan = [one for one in due if _is_planned(one)]
        if not to_plan:
            return due
        gateway, settings = self._c.gateway, self._c.settings
        account = load_account(gateway, settings, [one.entry.order for one in to_plan if one.entry.order])
        prepared = {
            one.entry.reference: prepare(one.entry.order, one.number, settings, account.digits_of(one.entry.order))
            for one in to_plan
            if one.entry.order
        }
        catalog = load_goods(gateway, settings, account, list(prepared.values()))
        in_use = set(self._prefetch(to_plan))
        return [
            self._planned(one, prepared[one.entry.reference], catalog, in_use) if _is_planned(one) else one
            for one in due
        ]

    def find(self, due: DueOrder) -> RemoteOrder | Reason | None:
        """What is there under an order's number: the order itself, or the reason why the number is taken.

        Raises:
            AccessDenied, Rejected, Unavailable: from the look-up.
        """
        return find_own_order(self._c, due.entry.reference, due.number) if due.must_look else None

    def _due(self, entry: LedgerEntry) -> DueOrder:
        number = entry.remote_number or remote_number(entry.number, self._c.settings)
        skip = not_taken(entry.order, self._c.settings) if entry.order else None
        return DueOrder(entry=entry, number=number, skip=skip)

    def _prefetch(self, due: Sequence[DueOrder]) -> Sequence[str]:
        orders = [one.entry.order for one in due if one.entry.order]
        customers = [(order.customer, order.billing_address or order.shipping_address) for order in orders]
        return list(self._c.gateway.prefetch([one.number for one in due], customers))

    def _planned(self, due: DueOrder, prepared: PreparedOrder, catalog: Catalog, in_use: set[str]) -> DueOrder:
        entry = due.entry
        canceled = due.skip == CANCELED_AT_SOURCE
        mark = marker(self._c.connection, entry.reference)
        return evolve(
            due,
            plan=due.skip if canceled else plan(prepared, mark, catalog, self._c.settings),
            line_ids=catalog.line_ids(prepared.applied.lines),
            may_exist=due.number in in_use,
        )


def _is_planned(due: DueOrder) -> bool:
    """Whether an order may have to be sent, or to be recognised."""
    entry = due.entry
    if entry.order is None or entry.state in DELIVERED_STATES:
        return False
    return due.skip is None or entry.generation > 0
