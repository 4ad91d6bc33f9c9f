"""Prices, tax and totals of order lines (reference §7).

Every line (net of its discount, with tax on top when the order is tax exclusive) is rounded half-up to the
currency's precision, then lines are summed. Nothing is rounded once for the whole order: a recorded total
can only be explained that way.
"""

from __future__ import annotations

from decimal import Decimal

from ..model.context import Context
from ..model.formats import HUNDRED, ONE, ZERO, round_half_up
from ..model.state import Row


def effective_rate(context: Context, tax_type_id: int | None) -> Decimal:
    """The percentage of a tax type: plain components add up, compound ones go on top in order of position."""
    if tax_type_id is None:
        return ZERO
    parts: list[Row] = context.state["tax_components"].where("tax_type_id", tax_type_id)
    parts.sort(key=lambda part: part.get("position") or 0)
    factor = ONE + sum((part["rate"] for part in parts if not part.get("compound")), ZERO) / HUNDRED
    for part in parts:
        if part.get("compound"):
            factor *= ONE + part["rate"] / HUNDRED
    rate: Decimal = (factor - ONE) * HUNDRED
    return rate


def line_rate(context: Context, line: Row) -> Decimal:
    """The tax percentage of an order line; an override wins over the tax type."""
    override: Decimal | None = line.get("tax_rate_override")
    return effective_rate(context, line.get("tax_type_id")) if override is None else override


def unit_price(line: Row) -> Decimal:
    """What one unit costs after discount, in the order's currency, tax treated as the order treats it."""
    price: Decimal = line.get("price") or ZERO
    amount = line.get("discount_amount")
    if isinstance(amount, Decimal) and amount:
        return price - amount
    discount = line.get("discount")
    return price * (ONE - discount / HUNDRED) if discount else price


def line_total(context: Context, order: Row, line: Row, quantity: Decimal, precision: int) -> Decimal:
    """One line's share of a total for `quantity` units, rounded to `precision` decimals."""
    amount = unit_price(line) * quantity
    if order.get("tax_treatment") == "exclusive":
        amount *= ONE + line_rate(context, line) / HUNDRED
    return round_half_up(amount, precision)


def precision_of(context: Context, order: Row) -> int:
    """Decimal places of the order's currency."""
    currency = context.state.find("currencies", order.get("currency_id"))
    return 2 if currency is None else min(max(context.value("currencies", currency, "precision"), 0), 8)


def default_tax_type(context: Context, order: Row, variant: Row | None, kind: str = "sales") -> int | None:
    """A line's tax type when none was sent: exempt for untaxed variants, the company's, the account's."""
    account = context.account
    if variant is not None and not variant.get("taxable", True):
        exempt: int | None = account.get("default_tax_exempt_id")
        return exempt
    company = context.state.find("companies", order.get("company_id")) or {}
    chosen: int | None = company.get("default_tax_type_id") or account.get(f"default_{kind}_order_tax_type_id")
    return chosen


def rate_of(context: Context, currency_id: int | None) -> Decimal:
    """What one unit of the account's currency is worth in this one."""
    currency = context.state.find("currencies", currency_id)
    rate: Decimal = ONE if currency is None else context.value("currencies", currency, "rate")
    return rate


def list_price(context: Context, order: Row, variant: Row) -> Decimal | None:
    """A variant's price on the order's price list, exchanged into the order's currency where the list has another."""
    text = str(order.get("default_price_list_id"))
    built_in = text in {"buy", "retail", "wholesale"}
    price: Decimal | None = variant.get(f"{text}_price") if built_in else variant.get("list_prices", {}).get(text)
    listed_in = (context.price_list(text) or {}).get("currency_id")
    if price is None or listed_in == order.get("currency_id"):
        return price
    exchanged = price * rate_of(context, order.get("currency_id")) / rate_of(context, listed_in)
    return round_half_up(exchanged, precision_of(context, order))
