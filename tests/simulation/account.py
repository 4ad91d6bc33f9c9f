"""What an account is to the world, and a model of one: just enough to be wrong with.

It does not reject duplicate order numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from attrs import define, field

from tests.simulation.scheduler import HOUR, MINUTE
from tests.simulation.wire import Arrival
from tradegecko_bridge.commerce.remote import LineKind, OrderDraft, RemoteOrder
from tradegecko_bridge.errors import AlreadySent, GatewayError, Rejected

if TYPE_CHECKING:
    from tests.simulation.world import World

KEYS_LIVE = 24 * HOUR
LATEST = 4 * MINUTE
"""How late an order shows up in lists at most: within the engine's patience."""
Goods = tuple[tuple[str, Decimal, Decimal], ...]
"""Variant, quantity and price of each line."""


@define(eq=False)
class AccountOrder:
    """One order of the account; ``name`` is what the shop's order is called here, None for one made by hand."""

    id: str
    name: str | None
    number: str
    number_as_sent: str
    mark: str | None
    goods: Goods
    company: str
    visible_at: int
    made_at: int
    is_gone: bool = False
    actions: list[str] = field(factory=list)

    def as_remote(self) -> RemoteOrder:
        """What the gateway answers."""
        return RemoteOrder(id=self.id, number=self.number, marker=self.mark, total=Decimal(1), gone=self.is_gone)


@define(eq=False)
class Company:
    """A customer record."""

    id: str
    email: str


class Account(Protocol):
    """What people do in an account, and what is there in the end."""

    on_created: Callable[[AccountOrder], None]
    """Called for each order that comes in from the shop."""

    @property
    def orders(self) -> Mapping[str, AccountOrder]:
        """All orders by id."""

    @property
    def companies(self) -> Collection[Company]:
        """All customers of the shop."""

    @property
    def unpreventable(self) -> Collection[str]:
        """Names of orders which something in between sent twice, with nothing that could have stopped the second one:
        a double of these cannot be prevented, but must be told."""

    def rename(self, order: AccountOrder) -> None:
        """Somebody adds a name to the number."""

    def void(self, order: AccountOrder) -> None:
        """Somebody voids it."""

    def delete(self, order: AccountOrder) -> None:
        """Somebody deletes it."""

    def enter_by_hand(self, number: str, order: AccountOrder) -> None:
        """Somebody types in an order like another one."""


class ModelAccount:
    """Orders, customers and idempotency keys."""

    def __init__(self, world: World, *, honours_keys: bool) -> None:
        self._world = world
        self._honours_keys = honours_keys
        self._keys: dict[str, int] = {}
        self.orders: dict[str, AccountOrder] = {}
        self._companies: dict[str, Company] = {}
        self.unpreventable = set[str]()
        self.on_created: Callable[[AccountOrder], None] = lambda _: None

    # ── what may change it ───────────────────────────────────────────────────────────────────

    def create(
        self, draft: OrderDraft, key: str, customer_id: str | None, arrival: Arrival
    ) -> RemoteOrder | GatewayError:
        """An order comes in. Its key counts from now on, and is forgotten in a day."""
        now = self._world.scheduler.now
        if arrival.keyed and self._honours_keys and self._keys.get(key, -1) > now:
            return AlreadySent("simulated: duplicate idempotency key")
        if customer_id is not None and customer_id not in self._companies:
            return Rejected("simulated: no such company")
        forgotten = self._world.faults.happens("keys forgotten")
        if arrival.keyed:
            self._keys[key] = now + (KEYS_LIVE if forgotten is None else 15 * MINUTE + int(forgotten.amount * HOUR))
        if not (arrival.keyed and self._honours_keys) or arrival.again:
            self.unpreventable.update(draft.tags)
        late = self._world.faults.happens("visible late")
        visible_at = now + (int(late.amount * LATEST) if late else 0)
        goods = tuple(
            (line.variant_id or "", line.quantity, line.price) for line in draft.lines if line.kind is LineKind.PRODUCT
        )
        company = customer_id or self._new_company(draft.customer.email or "")
        order = self._enter(draft.number, (*draft.tags, None)[0], draft.marker, goods, company, visible_at)
        self._world.story.tell("account", f"has order {order.id} as {order.number!r}, for {order.name}")
        self.on_created(order)
        return order.as_remote()

    def rename(self, order: AccountOrder) -> None:
        order.number = f"{order.number} (Ann)"

    def void(self, order: AccountOrder) -> None:
        order.is_gone = True

    delete = void

    def enter_by_hand(self, number: str, order: AccountOrder) -> None:
        self._enter(number, None, None, order.goods, "by hand", self._world.scheduler.now)

    def _enter(
        self, number: str, name: str | None, mark: str | None, goods: Goods, company: str, visible_at: int
    ) -> AccountOrder:
        order = AccountOrder(
            id=str(len(self.orders) + 1),
            name=name,
            number=number,
            number_as_sent=number,
            mark=mark,
            goods=goods,
            company=company,
            visible_at=visible_at,
            made_at=self._world.scheduler.now,
        )
        self.orders[order.id] = order
        return order

    def _new_company(self, email: str) -> str:
        company = Company(f"c{len(self._companies) + 1}", email)
        self._companies[company.id] = company
        return company.id

    def act(self, order_id: str, action: str, key: str, arrival: Arrival) -> GatewayError | None:
        """Something is done with an order; a second time there is nothing left to do."""
        if arrival.keyed and self._honours_keys and self._keys.get(key, -1) > self._world.scheduler.now:
            return AlreadySent("simulated: duplicate idempotency key")
        order = self.orders.get(order_id)
        if order is None or order.is_gone or action in order.actions:
            return Rejected(f"simulated: nothing to {action}")
        self._keys[key] = self._world.scheduler.now + KEYS_LIVE
        order.actions.append(action)
        order.is_gone = action == "void"
        self._world.story.tell("account", f"{action} on order {order_id}")
        return None

    # ── what it shows ────────────────────────────────────────────────────────────────────────

    def visible(self) -> Iterator[AccountOrder]:
        """The orders that lists show by now, void and deleted ones too."""
        return (order for order in self.orders.values() if order.visible_at <= self._world.scheduler.now)

    @property
    def companies(self) -> Collection[Company]:
        return self._companies.values()

    def company_of(self, email: str) -> str | None:
        """The oldest record with this address."""
        return next((one.id for one in self.companies if one.email == email), None)
