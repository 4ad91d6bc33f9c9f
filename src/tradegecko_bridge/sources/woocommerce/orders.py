"""An order of WooCommerce as one of ours.

Its amounts are without tax, whatever its prices are: a line has ``subtotal`` before coupons and ``total`` after them,
each with its tax beside it. Where the shop's prices contain tax, price and discount are put together with theirs again.
Coupons come off before tax. Fees below zero are discounts of plugins, and are shared out over the goods.

Units that were refunded before the order was completed are not to be sent, so they are taken off their lines; what is
refunded later is a return.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Address, Customer, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.orders import ItemKind
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import Json
from tradegecko_bridge.sources.woocommerce.listing import REFUNDS, modified

ZERO = Decimal(0)
HUNDRED = Decimal(100)
NOT_PLACED = frozenset({"checkout-draft", "auto-draft", "draft", "new", "trash"})
"""States of what is no order yet, or no longer."""
UNPAID = frozenset({"pending", "failed"})
"""States in which a customer is still at the till, or has left it."""
READY = ("processing", "completed")
STATUS_WORDS = {
    "pending": "unpaid",
    "on-hold": "unpaid",
    "failed": "unpaid",
    "processing": "open",
    "completed": "shipped",
    "cancelled": "canceled",
    "refunded": "refunded",
}


@frozen
class Side:
    """On which side of tax an order's prices are, and how many digits its currency has."""

    gross: bool
    digits: int

    def of(self, data: Json, name: str, tax: str) -> Decimal:
        """An amount on that side: rounded where it was put together."""
        net = amount(data, name)
        return tk.rounded(net + amount(data, tax), self.digits) if self.gross else trimmed(net, self.digits)


def amount(data: Json, name: str) -> Decimal:
    """An amount; 0 where it is blank or missing, which is how WooCommerce writes no tax."""
    return ZERO if data.get(name) in (None, "") else tk.number(data, name)


def trimmed(value: Decimal, digits: int) -> Decimal:
    """With the currency's digits, and with more only where they say something."""
    short = tk.rounded(value, digits)
    return short if short == value else value


def read_order(data: Json, ready: Collection[str], home: str) -> SourceOrder | None:
    """One order; None for what is none.

    Raises:
        MalformedData: what is missing in it, or not what it should be.
    """
    with tk.placed(""):
        status = str(data["status"]).removeprefix("wc-")
        paid = bool(data.get("date_paid_gmt"))
        if status in NOT_PLACED or (status in UNPAID and not paid):
            return None
        side = Side(bool(data["prices_include_tax"]), tk.currency_digits(str(data["currency"])))
        rates = rates_of(data.get("tax_lines") or ())
        removed = refunded_units(data)
        goods = tk.each("line_items", data["line_items"], lambda line: read_line(line, side, rates, removed))
        goods, charges = with_fees(goods, data.get("fee_lines") or (), side, rates)
        shipping = data.get("shipping_lines") or ()
        shipping_address = read_address(data.get("shipping") or {})
        billing_address = read_address(data.get("billing") or {})
        return tk.balanced(
            SourceOrder(
                reference=str(data["id"]),
                number=str(data.get("number") or data["id"]),
                placed_at=tk.time_of(data, "date_created_gmt", UTC),
                currency=str(data["currency"]).upper(),
                lines=(*goods, *charges),
                shipping=tk.each("shipping_lines", shipping, lambda line: read_shipping(line, side, rates)),
                totals=read_totals(data, side, removed),
                customer=read_customer(data),
                shipping_address=with_phone(shipping_address, billing_address) or billing_address,
                billing_address=billing_address,
                note=tk.blank_as_none(data.get("customer_note")),
                url=f"{home}/wp-admin/post.php?post={data['id']}&action=edit",
                canceled_at=canceled_at(data, status),
                source_status=status,
                payment_status="paid" if paid else "authorized" if status in ready else "unpaid",
                fulfillment_status="shipped" if data.get("date_completed_gmt") else None,
                payment_method=tk.blank_as_none(data.get("payment_method_title") or data.get("payment_method")),
                paid=paid,
                ready=status in ready or status in {"cancelled", "refunded"},
            ),
            side.digits,
        )


def canceled_at(data: Json, status: str) -> datetime | None:
    """When it was cancelled, or refunded whole before it was completed."""
    if status == "cancelled" or (status == "refunded" and not data.get("date_completed_gmt")):
        return modified(data)
    return None


# ── lines ────────────────────────────────────────────────────────────────────────────────────


@frozen
class Removed:
    """What refunds have taken off one line: units, and money on the side of tax that prices are on; and its tax."""

    units: Decimal = ZERO
    net: Decimal = ZERO
    tax: Decimal = ZERO


def read_line(line: Json, side: Side, rates: Mapping[str, Json], removed: Mapping[str, Removed]) -> OrderLine:
    """One line of goods, less what was refunded of it."""
    off = removed.get(str(line["id"]), Removed())
    ordered = tk.number(line, "quantity")
    before = side.of(line, "subtotal", "subtotal_tax")
    left = ordered - off.units
    price = per_piece(before, ordered, side.digits)
    after = side.of(line, "total", "total_tax") - (off.net + off.tax if side.gross else off.net)
    discount, rest = discount_on(trimmed(price * left - after, side.digits), left, side.digits)
    return OrderLine(
        reference=str(line["id"]),
        sku=tk.blank_as_none(line.get("sku")),
        name=str(line.get("name") or ""),
        quantity=left,
        price=price,
        price_includes_tax=side.gross,
        discount=discount,
        additional_discount=rest,
        tax=tk.rounded(amount(line, "total_tax") - off.tax, side.digits),
        tax_rate=rate_of(line, rates),
    )


def per_piece(total: Decimal, quantity: Decimal, digits: int) -> Decimal:
    """A unit's price: the one with the fewest digits that comes to the total."""
    if not quantity:
        return total
    for finer in range(digits, digits + 7):
        price = round(total / quantity, finer)
        if price * quantity == total:
            return price
    return price


def discount_on(total: Decimal, quantity: Decimal, digits: int) -> tuple[Decimal, Decimal]:
    """What came off each unit, and the rest; a noise below the smallest coin is nothing."""
    if not quantity or tk.rounded(total, digits) <= 0:
        return ZERO, ZERO
    return tk.per_unit(tk.rounded(total, digits), quantity, digits)


def with_fees(
    goods: tuple[OrderLine, ...], fees: Sequence[Json], side: Side, rates: Mapping[str, Json]
) -> tuple[tuple[OrderLine, ...], list[OrderLine]]:
    """The goods less fees below zero, and lines for the other fees."""
    charges = []
    for fee, line in zip(fees, tk.each("fee_lines", fees, lambda fee: read_fee(fee, side, rates)), strict=True):
        price = line.price or ZERO
        if price < 0 and -price <= sum((one.extended_amount - one.additional_discount for one in goods), ZERO):
            goods = less(goods, -price, -tk.rounded(amount(fee, "total_tax"), side.digits), side.digits)
        elif price or line.tax:
            charges.append(line)
    return goods, charges


def less(goods: tuple[OrderLine, ...], money: Decimal, tax: Decimal, digits: int) -> tuple[OrderLine, ...]:
    """The goods with this much less to pay, in proportion, and less tax in proportion to theirs."""
    moneys = tk.shared(money, [one.extended_amount - one.additional_discount for one in goods], digits)
    taxes = tk.shared(tax, [one.tax or ZERO for one in goods], digits)
    return tuple(_less(*parts, digits) for parts in zip(goods, moneys, taxes, strict=True))


def _less(line: OrderLine, money: Decimal, tax: Decimal, digits: int) -> OrderLine:
    if not line.quantity:
        return line
    off, rest = tk.per_unit(line.discount * line.quantity + line.additional_discount + money, line.quantity, digits)
    return evolve(line, discount=off, additional_discount=rest, tax=(line.tax or ZERO) - tax)


def read_fee(fee: Json, side: Side, rates: Mapping[str, Json]) -> OrderLine:
    """What is charged beside goods and shipping."""
    return OrderLine(
        reference=str(fee["id"]),
        name=str(fee.get("name") or "Fee"),
        quantity=Decimal(1),
        price=side.of(fee, "total", "total_tax"),
        price_includes_tax=side.gross,
        tax=tk.rounded(amount(fee, "total_tax"), side.digits),
        tax_rate=rate_of(fee, rates),
        shippable=False,
        kind=ItemKind.FEE,
    )


def read_shipping(line: Json, side: Side, rates: Mapping[str, Json]) -> ShippingLine:
    """What shipping costs."""
    return ShippingLine(
        label=str(line.get("method_title") or ""),
        code=tk.blank_as_none(line.get("method_id")),
        amount=side.of(line, "total", "total_tax"),
        price_includes_tax=side.gross,
        tax=tk.rounded(amount(line, "total_tax"), side.digits),
        tax_rate=rate_of(line, rates),
    )


# ── tax ──────────────────────────────────────────────────────────────────────────────────────


def rates_of(tax_lines: Sequence[Json]) -> Mapping[str, Json]:
    """The taxes of an order by the id of their rate."""
    return {str(line["rate_id"]): line for line in tax_lines}


def rate_of(line: Json, rates: Mapping[str, Json]) -> Decimal | None:
    """The rate on a line, of all its taxes together; None where the shop (before WooCommerce 3.7) does not say."""
    if not amount(line, "total_tax") and not amount(line, "subtotal_tax"):
        return ZERO
    plain, on_top = ZERO, Decimal(1)
    for tax in line.get("taxes") or ():
        if not amount(tax, "total") and not amount(tax, "subtotal"):
            continue
        rate = rates.get(str(tax["id"]), {})
        if rate.get("rate_percent") in (None, ""):
            return None
        if rate.get("compound"):
            on_top *= 1 + tk.number(rate, "rate_percent") / HUNDRED
        else:
            plain += tk.number(rate, "rate_percent")
    return ((1 + plain / HUNDRED) * on_top - 1) * HUNDRED if plain or on_top != 1 else None


# ── refunds ──────────────────────────────────────────────────────────────────────────────────


def refunded_units(order: Json) -> Mapping[str, Removed]:
    """By line, what refunds from before the order was completed took off it; money alone takes off nothing."""
    done = tk.time_of(order, "date_completed_gmt", UTC) if order.get("date_completed_gmt") else None
    removed: dict[str, Removed] = defaultdict(Removed)
    for refund in order.get(REFUNDS, ()):
        if done is not None and tk.time_of(refund, "date_created_gmt", UTC) >= done:
            continue
        for key, units, line in refunded_lines(refund):
            before, net, tax = removed[key], amount(line, "total"), amount(line, "total_tax")
            removed[key] = Removed(before.units + units, before.net - net, before.tax - tax)
    return removed


def refunded_lines(refund: Json) -> list[tuple[str, Decimal, Json]]:
    """Lines of a refund that have units: the id of the order's line, the units, and what the API gives."""
    found = []
    for line in refund.get("line_items") or ():
        metas = {meta.get("key"): meta.get("value") for meta in line.get("meta_data") or ()}
        units = -amount(line, "quantity")
        if units > 0 and metas.get("_refunded_item_id"):
            found.append((str(metas["_refunded_item_id"]), units, line))
    return found


def read_totals(data: Json, side: Side, removed: Mapping[str, Removed]) -> Totals:
    """The shop's own figures, less what was refunded of lines."""
    net = sum((one.net for one in removed.values()), ZERO)
    tax = sum((one.tax for one in removed.values()), ZERO)
    return Totals(
        tax=trimmed(amount(data, "total_tax") - tax, side.digits),
        grand_total=trimmed(tk.number(data, "total") - net - tax, side.digits),
    )


# ── people ───────────────────────────────────────────────────────────────────────────────────


def read_customer(data: Json) -> Customer:
    """Who ordered; guests have no number."""
    billing = data.get("billing") or {}
    number = data.get("customer_id")
    return Customer(
        reference=str(number) if number else None,
        company=tk.blank_as_none(billing.get("company")),
        first_name=tk.blank_as_none(billing.get("first_name")),
        last_name=tk.blank_as_none(billing.get("last_name")),
        email=tk.blank_as_none(billing.get("email")),
        phone=tk.blank_as_none(billing.get("phone")),
    )


def read_address(data: Json) -> Address | None:
    """An address; None where nothing of it is filled in but the country, which shops fill in by themselves."""
    if not any(tk.blank_as_none(value) for name, value in data.items() if name not in {"country", "state"}):
        return None
    names = {"address1": "address_1", "address2": "address_2", "region": "state", "postal_code": "postcode"}
    same = ("first_name", "last_name", "company", "city", "country", "phone", "email")
    return tk.address(
        **{name: data.get(name) for name in same}, **{ours: data.get(theirs) for ours, theirs in names.items()}
    )


def with_phone(shipping: Address | None, billing: Address | None) -> Address | None:
    """Carriers want one; shops before WooCommerce 5.6 only ask for it with the bill."""
    if shipping is None or shipping.phone or billing is None:
        return shipping
    return evolve(shipping, phone=billing.phone)
