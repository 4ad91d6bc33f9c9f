"""Orders as shops make them, from what is really bought: every way to give discounts, to work out tax, to round it, and
to tell of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, Final

from attrs import evolve, frozen
from hypothesis import strategies as st

from tradegecko_bridge.commerce import Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.testing.builders import an_order

D = Decimal
DIGITS: Final = {"CAD": 2, "JPY": 0, "KWD": 3}
RATES: Final = [D(0), D(5), D(10), D(13), D("8.875"), D(19), D(20)]
SKUS: Final = ("MUG-BLUE", "TEE-M", "PIN-OWL", "MUG-RED")
MODES: Final = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)


@frozen(kw_only=True)
class Shop:
    """How a shop reckons, and what it tells.

    ``per_line``: tax is rounded line by line, else once. ``before_tax``: discounts lower what is taxed. ``tells`` is
    what it tells of tax: ``rates``, ``lines`` (amounts), ``total`` alone; ``floats``: it computes with binary fractions
    and writes them out; ``net_subtotal``: its subtotal has the discount off, None where it gives none.
    """

    included: bool
    per_line: bool
    mode: str
    before_tax: bool
    tells: str
    floats: bool
    net_subtotal: bool | None


shops = st.builds(
    Shop,
    included=st.booleans(),
    per_line=st.booleans(),
    mode=st.sampled_from(MODES),
    before_tax=st.booleans(),
    tells=st.sampled_from(["rates", "rates", "lines", "total"]),
    floats=st.booleans(),
    net_subtotal=st.sampled_from([True, False, None]),
)


@st.composite
def true_orders(draw: st.DrawFn, number: str = "1") -> tuple[Shop, SourceOrder]:
    """A shop and an order of its; what is told of it is all that the order holds."""
    shop = draw(shops)
    iso = draw(st.sampled_from(["CAD", "CAD", "CAD", "JPY", "KWD"]))
    digits = DIGITS[iso]
    amounts = st.decimals(min_value=D("0.5") if digits else 50, max_value=400, places=digits)
    mixed = draw(st.booleans()) and shop.tells != "total"
    rate = draw(st.sampled_from(RATES))
    rates = st.sampled_from(RATES) if mixed else st.just(rate)
    unit_discounts = st.sampled_from([D(0), D(0), D("0.5") if digits else D(5)])
    lines = [
        OrderLine(
            reference=str(n), sku=SKUS[n % len(SKUS)], quantity=D(draw(st.integers(1, 6))), price=draw(amounts),
            price_includes_tax=shop.included, tax_rate=draw(rates), discount=draw(unit_discounts),
        )
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        fee = OrderLine(reference="fee", name="Rush fee", shippable=False, quantity=D(1), price=draw(amounts),
                        price_includes_tax=shop.included, tax_rate=draw(rates))  # fmt: skip
        lines.append(fee)
    shipping = [
        ShippingLine(label="Post", amount=draw(amounts), price_includes_tax=shop.included, tax_rate=draw(rates))
    ]
    worth = sum((line.extended_amount for line in lines), D(0))
    share = draw(st.sampled_from([D(0), D("0.1"), D("0.15"), D("0.25")]))
    off = (worth * share).quantize(D(1).scaleb(-digits), ROUND_HALF_UP)
    order = an_order(
        number, lines, currency=iso, shipping=tuple(shipping[: draw(st.integers(0, 1))]),
        discounts=(Discount(label="SAVE", amount=off),) if off else (),
    )  # fmt: skip
    return shop, told(order, shop, digits)


def told(order: SourceOrder, shop: Shop, digits: int) -> SourceOrder:
    """The order as its shop tells of it, with what it comes to there."""
    off = sum((one.amount for one in order.discounts), D(0))
    goods = [line for line in order.lines if line.sku]
    worth = sum((line.extended_amount for line in goods), D(0))
    lowered = off if shop.before_tax else D(0)
    taxes = []
    for part in order.priced:
        amount = part.extended_amount if isinstance(part, OrderLine) else part.amount
        if part in goods and worth:
            amount -= lowered * amount / worth
        rate = part.tax_rate or D(0)
        taxes.append(amount * rate / (100 + rate if shop.included else 100))
    step = D(1).scaleb(-digits)
    if shop.per_line:
        taxes = [tax.quantize(step, shop.mode) for tax in taxes]
    tax = sum(taxes, D(0)).quantize(step, shop.mode)
    subtotal = sum((line.extended_amount for line in order.lines), D(0))
    shipping = sum((line.amount for line in order.shipping), D(0))
    grand = (subtotal + shipping - off + (D(0) if shop.included else tax)).quantize(step, shop.mode)
    said = Totals(
        tax=tax,
        grand_total=grand,
        subtotal=None if shop.net_subtotal is None else subtotal - (off if shop.net_subtotal else 0),
    )
    order = _with_taxes(order, shop, taxes if shop.per_line else [t.quantize(step, shop.mode) for t in taxes])
    order = evolve(order, totals=said)
    return _in_floats(order) if shop.floats else order


def _with_taxes(order: SourceOrder, shop: Shop, taxes: Sequence[Decimal]) -> SourceOrder:
    told_of: dict[str, Callable[[Decimal | None, Decimal], dict[str, Any]]] = {
        "rates": lambda rate, _tax: {"tax_rate": rate},
        "lines": lambda _rate, tax: {"tax_rate": None, "tax": tax},
        "total": lambda _rate, _tax: {"tax_rate": None},
    }
    parts = [
        evolve(part, **told_of[shop.tells](part.tax_rate, tax)) for part, tax in zip(order.priced, taxes, strict=True)
    ]
    lines = tuple(part for part in parts if isinstance(part, OrderLine))
    return evolve(order, lines=lines, shipping=tuple(part for part in parts if isinstance(part, ShippingLine)))


def _in_floats(order: SourceOrder) -> SourceOrder:
    """As a program tells of it that divides by the quantity and multiplies again, in binary fractions."""
    lines = tuple(
        evolve(line, price=D(repr(float(line.price or 0) * float(line.quantity) / float(line.quantity))))
        for line in order.lines
    )
    grand = D(repr(float(order.totals.grand_total or 0) + 0.1 + 0.2 - 0.3))
    return evolve(order, lines=lines, totals=evolve(order.totals, grand_total=grand))
