"""What the made-up shop keeps, and how it counts: no HTTP here.

It is as awkward as real ones are: prices are floats with noise, other amounts whole cents; it takes any parcel without
looking; what is written to an order moves its clock, but paying for it does not; ties come newest id first; pages are
as long as the shop likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from attrs import define, field

from tradegecko_bridge.testing.source_checks.shops import Wanted

Json = dict[str, Any]
CENT = Decimal("0.01")
LOCAL = timezone(timedelta(hours=-5))
"""The zone in which the shop writes when an order was placed."""
NOISE = Decimal("2E-15")
TICK = timedelta(seconds=1)


class Paging(StrEnum):
    """How the shop cuts its lists."""

    OFFSET = "offset"
    """``skip`` rows are left out; the answer has ``more``."""
    NUMBER = "number"
    """``page`` 1 is the first; the answer has ``more``."""
    CURSOR = "cursor"
    """The answer's ``next`` is the ``cursor`` of the next page; null at the end."""
    LINK = "link"
    """The answer has a ``Link`` header with the address of the next page."""


@define(kw_only=True)
class Order:
    """One order. Amounts of ``wanted`` are decimals."""

    id: int
    wanted: Wanted
    placed_at: datetime
    changed_at: datetime
    state: str = "open"
    broken: bool = False
    extra_units: int = 0
    parcels: list[Json] = field(factory=list)
    next_parcel: int = 1
    notes: list[str] = field(factory=list)

    def parcel(self, id: int) -> Json:
        """The parcel with this id; a KeyError where there is none."""
        return {one["id"]: one for one in self.parcels}[id]

    def units(self) -> list[int]:
        """Of each line."""
        return [line.quantity + (self.extra_units if not place else 0) for place, line in enumerate(self.wanted.lines)]


@define(kw_only=True)
class Variant:
    """One SKU: what is on the shelf, and what of it is promised."""

    id: int
    sku: str
    on_hand: int = 10
    reserved: int = 0
    sound: bool = True
    name: str = "Mug"
    description: str = ""


class Records:
    """Orders and variants of one shop; ``now`` is its clock, a second later after each change."""

    def __init__(self, skus: Sequence[str], refused_sku: str) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)
        self.orders: dict[int, Order] = {}
        self.variants = {
            place: Variant(id=place, sku=sku, sound=sku != refused_sku) for place, sku in enumerate(skus, 501)
        }

    def tick(self) -> datetime:
        """The moment of a change."""
        self.now += TICK
        return self.now

    def place(self, wanted: Wanted, *, at: datetime | None = None, **fields: Any) -> Order:
        """A new order; with ``at`` the clock stands still."""
        if at is None:
            at = self.tick() if wanted.at is None else max(self.now, wanted.at)
            self.now = at
        order = Order(id=len(self.orders) + 1, wanted=wanted, placed_at=wanted.at or at, changed_at=at, **fields)
        self.orders[order.id] = order
        return order

    def touch(self, order: Order) -> None:
        """Something of an order changed."""
        order.changed_at = self.tick()

    def listing(self, since: datetime | None) -> list[Order]:
        """Orders that changed at a moment or later, oldest change first, ties newest id first."""
        found = [one for one in self.orders.values() if since is None or one.changed_at >= since]
        return sorted(found, key=lambda one: (one.changed_at, -one.id))

    def variant(self, sku: str) -> Variant:
        """The one with this SKU."""
        return next(one for one in self.variants.values() if one.sku == sku)


def figures(order: Order) -> tuple[list[tuple[Decimal, Decimal]], Decimal, Decimal]:
    """(discount, tax) of each line, the tax on shipping, and what the customer pays."""
    wanted, units = order.wanted, order.units()
    amounts = [line.price * number - line.discount for line, number in zip(wanted.lines, units, strict=True)]
    shares = list(_shares(wanted.discount, amounts))
    taxes = [_tax(amount - share, wanted) for amount, share in zip(amounts, shares, strict=True)]
    discounts = [line.discount + share for line, share in zip(wanted.lines, shares, strict=True)]
    shipping_tax = _tax(wanted.shipping, wanted)
    total = sum(amounts, Decimal(0)) - wanted.discount + wanted.shipping
    if not wanted.prices_include_tax:
        total += sum(taxes, Decimal(0)) + shipping_tax
    return list(zip(discounts, taxes, strict=True)), shipping_tax, total


def _shares(discount: Decimal, amounts: Sequence[Decimal]) -> Iterator[Decimal]:
    """The discount in proportion, in cents; the last line has the rest."""
    whole, left = sum(amounts, Decimal(0)) or Decimal(1), discount
    for amount in amounts[:-1]:
        share = (discount * amount / whole).quantize(CENT, ROUND_DOWN)
        left -= share
        yield share
    yield left


def _tax(amount: Decimal, wanted: Wanted) -> Decimal:
    rate = wanted.tax_rate
    share = rate / (100 + rate) if wanted.prices_include_tax else rate / 100
    return (amount * share).quantize(CENT, ROUND_HALF_UP)


def cents(amount: Decimal) -> int:
    """In whole cents."""
    return int((amount / CENT).to_integral_value(ROUND_HALF_UP))


def order_json(order: Order) -> Json:
    """An order as the API gives it."""
    wanted = order.wanted
    lines, shipping_tax, total = figures(order)
    return {
        "id": order.id,
        "number": f"A-{1000 + order.id}",
        "placed_at": order.placed_at.astimezone(LOCAL).isoformat(),
        "changed_at": written(order.changed_at),
        "state": order.state,
        "currency": "cad",
        "prices_include_tax": wanted.prices_include_tax,
        "lines": [
            {
                "id": 100 * order.id + place,
                "sku": line.sku,
                "name": line.sku.title(),
                "units": "some" if order.broken else number,
                "price": float(line.price + NOISE),
                "discount": cents(discount),
                "tax": cents(tax),
                "tax_rate": str(wanted.tax_rate),
            }
            for place, (line, number, (discount, tax)) in enumerate(
                zip(wanted.lines, order.units(), lines, strict=True)
            )
        ],
        "shipping": {"label": "Flat rate", "price": cents(wanted.shipping), "tax": cents(shipping_tax)},
        "total": cents(total),
        "customer": {"id": 7, "name": "Ann van Lee", "email": "ann@example.com"},
        "ship_to": {"name": "Ann van Lee", "street": "1 King St W", "city": "Toronto", "country": "ca", "phone": ""},
        "bill_to": {"name": None, "street": "", "city": None, "country": None, "phone": None},
        "parcels": order.parcels,
        "notes": order.notes,
    }


def variant_json(variant: Variant) -> Json:
    """A variant as the API gives it."""
    return {"id": variant.id, "sku": variant.sku, "on_hand": variant.on_hand, "reserved": variant.reserved}


def product_json(variant: Variant) -> Json:
    """A product as the API gives it; here each variant is one."""
    return {"id": variant.id, "name": variant.name, "description": variant.description}


def written(moment: datetime) -> str:
    """A moment as the API writes most of them."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def contents_of(parcel: Mapping[str, Any]) -> dict[str, Decimal]:
    """Units by line of a parcel."""
    return {str(line): Decimal(units) for line, units in parcel["lines"].items()}
