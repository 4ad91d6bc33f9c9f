"""What the stand-in keeps: orders with their money, fulfilment orders, stock, products."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from attrs import define, field

ZERO = Decimal(0)
CENT = Decimal("0.01")
Json = dict[str, Any]


def cents(amount: Decimal) -> Decimal:
    """Rounded as Shopify does."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def iso(at: datetime | None) -> str | None:
    """A moment as the API writes it: whole seconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@define(kw_only=True, eq=False)
class Line:
    """A line. ``current`` is what was neither removed nor refunded; ``discount`` is for all units ever ordered."""

    id: int
    sku: str | None = "MUG-BLUE"
    title: str = "Mug"
    quantity: int = 1
    current: int = -1
    price: Decimal = Decimal("19.99")
    discount: Decimal = ZERO
    rates: tuple[Decimal, ...] = (Decimal("0.13"),)
    ships: bool = True
    gift_card: bool = False
    duty: Decimal = ZERO
    location: int = 1
    fulfilled: int = 0

    def __attrs_post_init__(self) -> None:
        self.current = self.quantity if self.current < 0 else self.current


@define(kw_only=True, eq=False)
class Delivery:
    """A shipping line."""

    id: int
    title: str = "Standard"
    price: Decimal = Decimal("12.50")
    refunded: Decimal = ZERO
    rates: tuple[Decimal, ...] = (Decimal("0.13"),)
    category: str | None = None


@define(kw_only=True, eq=False)
class Fulfilment:
    """Something shipped."""

    id: int
    items: dict[int, int]
    tracking: list[str]
    company: str | None = None
    status: str = "SUCCESS"
    notified: bool = False


@define(kw_only=True, eq=False)
class FulfilmentOrder:
    """What is to be shipped from one location: by its item's id, the line and what is left of it."""

    id: int
    location: int
    items: dict[int, list[int]]
    status: str = "OPEN"
    hold: str | None = None


@define(kw_only=True, eq=False)
class Order:
    """An order; what is derived of it is computed when it is asked for."""

    id: int
    at: datetime
    updated: datetime
    lines: list[Line]
    shipping: list[Delivery] = field(factory=list)
    taxes_included: bool = False
    currency: str = "CAD"
    presentment: str = "CAD"
    rate: Decimal = Decimal(1)
    canceled: datetime | None = None
    test: bool = False
    tip: Decimal = ZERO
    fees: list[tuple[str, Decimal]] = field(factory=list)
    duties_included: bool = False
    financial: str = "PAID"
    refunds: list[Json] = field(factory=list)
    fulfilments: list[Fulfilment] = field(factory=list)
    fulfilment_orders: list[FulfilmentOrder] = field(factory=list)
    metafields: dict[tuple[str, str], str] = field(factory=dict)
    company: str | None = None
    no_address: bool = False
    broken: bool = False
    more: Json = field(factory=dict)

    @property
    def name(self) -> str:
        """What people call it."""
        return f"#{1000 + self.id}"

    def tax(self, amount: Decimal, rate: Decimal) -> Decimal:
        """The tax on an amount, or within it."""
        return cents(amount * rate / (1 + rate)) if self.taxes_included else cents(amount * rate)

    def sum(self, amount: Decimal, rates: tuple[Decimal, ...]) -> Decimal:
        """What is paid for something of this price."""
        return amount if self.taxes_included else amount + sum((self.tax(amount, one) for one in rates), ZERO)

    def worth(self, line: Line, units: int) -> Decimal:
        """What is paid for so many units of a line."""
        whole = self.sum(line.price * line.quantity - line.discount, line.rates)
        return whole if units == line.quantity else cents(whole * units / line.quantity)

    @property
    def charges(self) -> Decimal:
        """Fees, duties and tips."""
        duties = ZERO if self.duties_included else sum((line.duty for line in self.lines if line.current), ZERO)
        return sum((amount for _, amount in self.fees), ZERO) + duties + self.tip

    @property
    def total(self) -> Decimal:
        """Before returns."""
        goods = sum((self.worth(line, line.quantity) for line in self.lines), ZERO)
        return goods + sum((self.sum(one.price, one.rates) for one in self.shipping), ZERO) + self.charges

    @property
    def current_total(self) -> Decimal:
        """After returns, refunds and edits."""
        if self.canceled:
            return ZERO
        goods = sum((self.worth(line, line.current) for line in self.lines), ZERO)
        delivery = sum((self.sum(one.price - one.refunded, one.rates) for one in self.shipping), ZERO)
        return goods + delivery + self.charges

    @property
    def fulfillment_status(self) -> str:
        """Shopify's word for how far it is."""
        open_orders = [one for one in self.fulfilment_orders if one.status not in ("CLOSED", "CANCELLED")]
        shipped = any(one.status == "SUCCESS" for one in self.fulfilments)
        if any(one.status == "ON_HOLD" for one in open_orders):
            return "ON_HOLD"
        if any(one.status == "SCHEDULED" for one in open_orders):
            return "SCHEDULED"
        if not open_orders:
            return "FULFILLED" if shipped else "UNFULFILLED"
        return "PARTIALLY_FULFILLED" if shipped else "UNFULFILLED"


@define(kw_only=True, eq=False)
class Variant:
    """A variant, the only one of its product, with its stock by location: available and committed."""

    id: int
    sku: str
    title: str
    product: int
    description: str = ""
    price: Decimal = Decimal("19.99")
    tracked: bool = True
    levels: dict[int, list[int]] = field(factory=dict)


class Records:
    """A whole shop."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.ids = count(1)
        self.orders: dict[int, Order] = {}
        self.locations = {1: "Toronto"}
        self.variants: dict[int, Variant] = {}
        for place, sku in enumerate(("MUG-BLUE", "MUG-RED", "TEE-M", "BROKEN"), 1):
            levels = {} if sku == "BROKEN" else {1: [40, 0]}
            self.variants[place] = Variant(id=place, sku=sku, title=sku.title(), product=100 + place, levels=levels)
        self.unseen: set[int] = set()
        """Orders that the search does not find yet."""
        self.webhooks: list[tuple[str, str]] = []

    def tick(self) -> datetime:
        """A second later."""
        self.now += timedelta(seconds=1)
        return self.now

    def touch(self, order: Order) -> None:
        """It was changed."""
        order.updated = self.tick()

    def place(self, lines: list[Line], *, at: datetime | None = None, tick: bool = True, **fields: Any) -> Order:
        """A new order, with a fulfilment order for each location its goods are at."""
        if tick:
            self.tick()
        self.now = max(self.now, at or self.now)
        order = Order(id=next(self.ids), at=at or self.now, updated=self.now, lines=lines, **fields)
        self.orders[order.id] = order
        for location in sorted({line.location for line in lines if line.ships}):
            items = {
                next(self.ids): [line.id, line.quantity] for line in lines if line.ships and line.location == location
            }
            order.fulfilment_orders.append(FulfilmentOrder(id=next(self.ids), location=location, items=items))
        return order

    def line(self, **fields: Any) -> Line:
        """A line for a new order."""
        return Line(id=next(self.ids), **fields)

    def fulfil(
        self, order: Order, wanted: list[tuple[FulfilmentOrder, dict[int, int]]], tracking: Json, notify: bool
    ) -> Fulfilment:
        """Ship these units.

        Raises:
            ValueError: it cannot be done, for a reason people can read.
        """
        if len({one.location for one, _ in wanted}) > 1:
            raise ValueError("All fulfillment orders must be assigned to the same location.")
        for one, items in wanted:
            if one.status not in ("OPEN", "IN_PROGRESS"):
                raise ValueError(f"Fulfillment order {one.id} has an unfulfillable status= {one.status.lower()}.")
            if any(item not in one.items or not 0 < units <= one.items[item][1] for item, units in items.items()):
                raise ValueError("Invalid fulfillment order line item quantity requested.")
        shipped: dict[int, int] = {}
        for one, items in wanted:
            for item, units in items.items():
                one.items[item][1] -= units
                shipped[one.items[item][0]] = shipped.get(one.items[item][0], 0) + units
            one.status = "IN_PROGRESS" if any(left for _, left in one.items.values()) else "CLOSED"
        for line in order.lines:
            line.fulfilled += shipped.get(line.id, 0)
        numbers = tracking.get("numbers") or ([tracking["number"]] if tracking.get("number") else [])
        made = Fulfilment(
            id=next(self.ids), items=shipped, tracking=list(numbers), company=tracking.get("company"), notified=notify
        )
        order.fulfilments.append(made)
        self.touch(order)
        return made

    def take_back(self, order: Order, fulfilment: Fulfilment) -> None:
        """A fulfilment is canceled, and what it held is to be shipped again."""
        fulfilment.status = "CANCELLED"
        for line in order.lines:
            if units := fulfilment.items.get(line.id):
                line.fulfilled -= units
                order.fulfilment_orders.append(
                    FulfilmentOrder(id=next(self.ids), location=line.location, items={next(self.ids): [line.id, units]})
                )
        self.touch(order)

    def refund(self, order: Order, units: dict[int, int], *, shipping: Decimal = ZERO, amount: Decimal = ZERO) -> None:
        """Units of lines are refunded, those that were shipped as returned; or shipping, or just money."""
        rows, paid = [], amount
        for line in order.lines:
            if not (back := units.get(line.id, 0)):
                continue
            waiting = line.current - max(0, line.fulfilled - (line.quantity - line.current))
            kind = "CANCEL" if back <= waiting and line.fulfilled < line.quantity else "RETURN"
            paid += order.worth(line, back)
            line.current -= back
            rows.append({"line": line.id, "units": back, "kind": kind})
            if kind == "CANCEL":
                for one in order.fulfilment_orders:
                    for item in one.items.values():
                        if item[0] == line.id:
                            taken = min(item[1], back)
                            item[1] -= taken
                            back -= taken
                    if one.status != "CLOSED" and not any(left for _, left in one.items.values()):
                        one.status = "CLOSED"
        for delivery in order.shipping:
            delivery.refunded += min(shipping, delivery.price - delivery.refunded)
        paid += sum((order.sum(shipping, one.rates) for one in order.shipping[:1]), ZERO) if shipping else ZERO
        order.refunds.append({"id": next(self.ids), "rows": rows, "paid": paid, "at": self.now})
        order.financial = "REFUNDED" if order.current_total <= 0 else "PARTIALLY_REFUNDED"
        self.touch(order)

    def cancel(self, order: Order) -> None:
        """The whole order is canceled and refunded."""
        for line in order.lines:
            line.current = line.fulfilled
        order.canceled, order.financial = self.tick(), "REFUNDED"
        for one in order.fulfilment_orders:
            one.status = "CLOSED"
        self.touch(order)
