"""What the figures of an order prove that its columns leave open."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from tradegecko_bridge.commerce import OrderLine

_ZERO: Final = Decimal(0)
_CENTS: Final = Decimal("0.05")
"""What rounding line by line may come to."""


def _goods(lines: Sequence[dict[str, Any]]) -> Decimal | None:
    """What lines come to after their own discounts; None where one has no price."""
    parts = [(line.get("price"), line.get("discount", _ZERO), line.get("quantity")) for line in lines]
    if any(price is None or units is None for price, _, units in parts):
        return None
    return sum(((price - less) * units for price, less, units in parts), _ZERO)


def settle_discount(values: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    """Take out a discount that lines or free shipping have already: only without it the total is right."""
    off, grand, goods = values.get("discount_amount"), values.get("grand_total"), _goods(lines)
    if not off or grand is None or goods is None:
        return
    in_lines = sum((line.get("discount", _ZERO) * line["quantity"] for line in lines), _ZERO)
    is_free = values.get("shipping_amount") == 0 and values.get("subtotal") == goods
    whole = goods + values.get("shipping_amount", _ZERO)
    tax = values.get("tax_total", _ZERO)
    with_it, without = (any(abs(one + t - grand) <= _CENTS for t in (_ZERO, tax)) for one in (whole - off, whole))
    if (abs(in_lines - off) <= _CENTS or is_free) and without and not with_it:
        del values["discount_amount"]


def settle_tax(values: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    """What the figures prove of tax: amounts on lines that do not make the order's are not used, and prices include it
    where only then the total is right."""
    total, grand = values.get("tax_total"), values.get("grand_total")
    taxes = [part.get(name) for part, name in (*((line, "tax") for line in lines), (values, "shipping_tax"))]
    said = sum((tax for tax in taxes if tax is not None), _ZERO)
    if total is not None and any(tax is not None for tax in taxes) and abs(said - total) > _CENTS:
        for line in lines:
            line.pop("tax", None), line.pop("tax_rate", None)
        values.pop("shipping_tax", None)
    if total and grand is not None and "prices_include_tax" not in values and (goods := _goods(lines)) is not None:
        goods += values.get("shipping_amount", _ZERO) - values.get("discount_amount", _ZERO)
        values["prices_include_tax"] = abs(goods - grand) <= _CENTS < abs(goods + total - grand)


def is_in_lines(lines: Sequence[OrderLine], subtotal: Decimal | None) -> bool:
    """Whether lines have the order's discount already: their own make it, and the subtotal is what they come to."""
    taken = sum((line.discount * line.quantity for line in lines), _ZERO)
    return bool(taken) and subtotal is not None and subtotal == sum(line.extended_amount for line in lines)
