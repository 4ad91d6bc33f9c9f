"""What a WooCommerce shop keeps, and how it counts, by its documentation and its source: no HTTP here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, field

from tradegecko_bridge.testing import Wanted

Json = dict[str, Any]
CENT, KEPT = Decimal("0.01"), Decimal("0.000001")
ZERO = Decimal(0)


@define(kw_only=True)
class Line:
    """One line: amounts before and after coupons, without tax, and the tax on each."""

    id: int
    sku: str
    quantity: Any
    price: Decimal
    off: Decimal = ZERO

    def amounts(self, wanted: Wanted, at_subtotal: bool) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """``subtotal``, ``subtotal_tax``, ``total``, ``total_tax``."""
        quantity = self.quantity if isinstance(self.quantity, int) else 1
        before = self.price * quantity
        return (*_split(before, wanted, at_subtotal), *_split(before - self.off, wanted, at_subtotal))


def _split(money: Decimal, wanted: Wanted, at_subtotal: bool) -> tuple[Decimal, Decimal]:
    """Net and tax, of what the customer sees: inside prices, tax is rounded half down, and the net is what is left."""
    rate = wanted.tax_rate / 100
    unit = KEPT if at_subtotal else CENT
    if wanted.prices_include_tax:
        tax = (money - money / (1 + rate)).quantize(unit, ROUND_HALF_DOWN)
        return money - tax, tax
    return money, (money * rate).quantize(unit, ROUND_HALF_UP)


@define(kw_only=True)
class Order:
    """One order."""

    id: int
    wanted: Wanted
    lines: list[Line]
    created: datetime
    modified: datetime
    number: str = ""
    status: str = "processing"
    paid: datetime | None = None
    completed: datetime | None = None
    fees: list[tuple[str, Decimal]] = field(factory=list)
    refunds: list[Json] = field(factory=list)
    meta: dict[str, Any] = field(factory=dict)
    notes: list[str] = field(factory=list)
    fulfilments: list[Json] = field(factory=list)


@define(kw_only=True)
class Product:
    """One product, or a variation of one."""

    id: int
    sku: str
    parent: int = 0
    stock: int | None = 10
    manage: bool | str = True
    name: str = "Mug"
    description: str = ""
    price: str = "19.99"


class Records:
    """Orders and products of one shop in a zone; its clock is a second later after each change."""

    def __init__(self, zone: str, *, at_subtotal: bool = False) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.zone = ZoneInfo(zone)
        self.at_subtotal = at_subtotal
        self.orders: dict[int, Order] = {}
        self._next = 100
        self.products = {
            one.id: one
            for one in (
                Product(id=11, sku="MUG-BLUE"),
                Product(id=12, sku="MUG-RED"),
                Product(id=20, sku="", stock=None, manage=False, name="Tee"),
                Product(id=21, sku="TEE-M", parent=20),
                Product(id=30, sku="", stock=5, name="Tee, long"),
                Product(id=31, sku="TEE-L", parent=30, manage="parent", stock=5),
            )
        }

    def id(self) -> int:
        """Another id: orders, lines, refunds and parcels share them, as posts do."""
        self._next += 1
        return self._next

    def tick(self) -> datetime:
        """The moment of a change."""
        self.now += timedelta(seconds=1)
        return self.now

    def place(self, wanted: Wanted, *, at: datetime | None = None, status: str = "processing") -> Order:
        """A new order; with ``at`` the clock stands still."""
        if at is None:
            at = self.tick() if wanted.at is None else max(self.now, wanted.at)
            self.now = at
        offs = _shares(wanted)
        lines = [
            Line(id=self.id(), sku=one.sku, quantity=one.quantity, price=one.price, off=one.discount + off)
            for one, off in zip(wanted.lines, offs, strict=True)
        ]
        order = Order(id=self.id(), wanted=wanted, lines=lines, created=wanted.at or at, modified=at, status=status)
        order.number, order.paid = str(order.id), at if status == "processing" else None
        self.orders[order.id] = order
        return order

    def touch(self, order: Order) -> None:
        """Something of an order changed."""
        order.modified = self.tick()

    def set_status(self, order: Order, status: str) -> None:
        """With the moments that go with it."""
        order.status = status
        self.touch(order)
        if status in {"processing", "completed"}:
            order.paid = order.paid or order.modified
        if status == "completed":
            order.completed = order.modified

    def refund(self, order: Order, units: Mapping[int, int], money: Decimal | None = None) -> Json:
        """A refund of units by line, or of money alone."""
        moment, lines, total = self.tick(), [], money or ZERO
        for line in order.lines:
            if count := units.get(line.id, 0):
                _, _, net, tax = line.amounts(order.wanted, self.at_subtotal)
                net, tax = net * count / line.quantity, tax * count / line.quantity
                total += (net + tax).quantize(CENT)
                meta = [{"id": self.id(), "key": "_refunded_item_id", "value": str(line.id)}]
                row = {"id": self.id(), "quantity": -count, "total": str(-net), "total_tax": str(-tax)}
                lines.append({**row, "meta_data": meta})
        refund: Json = {
            "id": self.id(),
            "parent_id": order.id,
            "date_created_gmt": written(moment),
            "amount": str(total),
            "reason": "too small",
            "line_items": lines,
        }
        order.refunds.append(refund)
        order.modified = moment
        return refund

    def total(self, order: Order) -> Decimal:
        """What the customer pays."""
        return self.figures(order)[0]

    def figures(self, order: Order) -> tuple[Decimal, Decimal]:
        """``total`` and ``total_tax``."""
        parts = [line.amounts(order.wanted, self.at_subtotal)[2:] for line in order.lines]
        parts += [_split(money, order.wanted, self.at_subtotal) for _, money in order.fees]
        parts.append(self.shipping(order))
        tax = sum((one for _, one in parts), ZERO).quantize(CENT, ROUND_HALF_UP)
        net = sum((one for one, _ in parts), ZERO)
        whole = net + sum((one for _, one in parts), ZERO)
        return whole.quantize(CENT, ROUND_HALF_UP) if order.wanted.prices_include_tax else (
            (net + tax).quantize(CENT, ROUND_HALF_UP)
        ), tax

    def shipping(self, order: Order) -> tuple[Decimal, Decimal]:
        """Net and tax."""
        return _split(order.wanted.shipping, order.wanted, self.at_subtotal)

    def order_json(self, order: Order, decimals: int) -> Json:
        """An order as the API gives it."""
        total, tax = self.figures(order)
        shipping, shipping_tax = self.shipping(order)
        rate = {"id": 9, "rate_id": 3, "rate_code": "CA-HST", "label": "HST", "compound": False}

        def told(money: Decimal) -> str:
            return f"{money:.{decimals}f}"

        def taxed(net: Decimal, tax: Decimal) -> Json:
            return {
                "total": told(net),
                "total_tax": told(tax),
                "taxes": [{"id": 3, "total": str(tax), "subtotal": str(tax)}, {"id": 4, "total": "", "subtotal": ""}],
                "meta_data": [],
            }

        return {
            "id": order.id,
            "parent_id": 0,
            "number": order.number,
            "status": order.status,
            "currency": "CAD",
            "prices_include_tax": order.wanted.prices_include_tax,
            **self._moments(order),
            "discount_total": told(sum((line.off for line in order.lines), ZERO)),
            "shipping_total": told(shipping),
            "total": told(total),
            "total_tax": told(tax),
            "customer_id": 7,
            "customer_note": "",
            "billing": _person(phone="+1 416 555 0100"),
            "shipping": _person(),
            "payment_method": "bacs",
            "payment_method_title": "Direct bank transfer",
            "line_items": [self._line(line, order, told, taxed) for line in order.lines],
            "tax_lines": [{**rate, "rate_percent": float(order.wanted.tax_rate)}],
            "shipping_lines": [
                {"id": order.id * 10, "method_title": "Flat", "method_id": "flat_rate", **taxed(shipping, shipping_tax)}
            ],
            "fee_lines": [
                {"id": 900 + place, "name": name, **taxed(*_split(money, order.wanted, self.at_subtotal))}
                for place, (name, money) in enumerate(order.fees)
            ],
            "coupon_lines": [],
            "refunds": [
                {"id": one["id"], "reason": one["reason"], "total": f"-{one['amount']}"} for one in order.refunds
            ],
            "meta_data": [
                {"id": place, "key": key, "value": value} for place, (key, value) in enumerate(order.meta.items(), 1)
            ],
        }

    def _line(self, line: Line, order: Order, told: Any, taxed: Any) -> Json:
        before, before_tax, after, tax = line.amounts(order.wanted, self.at_subtotal)
        return {
            "id": line.id,
            "name": line.sku.title(),
            "product_id": 11,
            "variation_id": 0,
            "quantity": line.quantity,
            "subtotal": told(before),
            "subtotal_tax": told(before_tax),
            **taxed(after, tax),
            "sku": line.sku,
            "price": float(after),
        }

    def _moments(self, order: Order) -> Json:
        moments = {
            "created": order.created,
            "modified": order.modified,
            "paid": order.paid,
            "completed": order.completed,
        }
        local = {f"date_{name}": at and written(at, self.zone) for name, at in moments.items()}
        return local | {f"date_{name}_gmt": at and written(at) for name, at in moments.items()}


def written(moment: datetime, zone: Any = UTC) -> str:
    """As the API writes moments: without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def _shares(wanted: Wanted) -> Sequence[Decimal]:
    """A coupon of the whole cart over its lines, in cents; the last has the rest."""
    amounts = [line.price * line.quantity - line.discount for line in wanted.lines]
    whole, left, shares = sum(amounts, ZERO) or Decimal(1), wanted.discount, []
    for amount in amounts[:-1]:
        shares.append((wanted.discount * amount / whole).quantize(CENT))
        left -= shares[-1]
    return [*shares, left] if amounts else []


def _person(phone: str = "") -> Json:
    return {
        "first_name": "Ann",
        "last_name": "Lee",
        "company": "",
        "address_1": "1 King St W",
        "address_2": "",
        "city": "Toronto",
        "state": "ON",
        "postcode": "M5H 1A1",
        "country": "CA",
        "email": "ann@example.com",
        "phone": phone,
    }
