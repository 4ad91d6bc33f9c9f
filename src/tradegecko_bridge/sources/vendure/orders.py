"""A Vendure order, as JSON, in our canonical form. Nothing here asks the shop anything.

Money. Vendure counts in whole minor units and gives every amount with and without tax. We take the side the
channel's prices are on (``pricesIncludeTax``); an order whose lines only add up on the other side, because the
channel was switched since, stays on that side. What a line costs is its *prorated* price: item discounts
and the line's share of order promotions taken off, before tax where prices are before tax. So each promotion
is a ``discount`` per unit of the lines it was spread over, and never a discount of the order, which would be
after tax. Where it does not divide by the quantity, the rest, less than one minor unit per unit, is the line's
``additional_discount``. ``lineTax`` is no use: it is the tax before promotions.

Vendure rounds line by line and adds up, and so do these figures, to the cent. A shop that rounds tax once per
rate instead (``OrderLevelTaxCalculationStrategy``) may differ by a cent per line; that difference goes into
the tax of the line with the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Address, Customer, Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.vendure.api import Json
from tradegecko_bridge.structuring import Mismatch, decimal

FIELDS = """
  id code state active updatedAt orderPlacedAt currencyCode
  subTotal subTotalWithTax shipping shippingWithTax total totalWithTax couponCodes
  customer{id firstName lastName emailAddress phoneNumber}
  shippingAddress{...address} billingAddress{...address}
  lines{
    id quantity unitPrice unitPriceWithTax linePrice linePriceWithTax proratedLinePrice proratedLinePriceWithTax
    taxRate productVariant{sku name}
  }
  surcharges{id description sku price priceWithTax taxRate}
  shippingLines{discountedPrice discountedPriceWithTax shippingMethod{code name}}
  discounts{description}
  taxSummary{taxRate}
  payments{method}
"""
ADDRESS = """
fragment address on OrderAddress{
  fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber
}"""

CANCELLED = "Cancelled"
SURCHARGE = "surcharge-"
"""What begins the reference of a line that is a surcharge in Vendure, and can therefore not be shipped there."""


@frozen
class Money:
    """How this shop writes amounts: ``digits`` decimal places, and which side of tax its prices are on."""

    digits: int
    includes_tax: bool

    def amount(self, minor: int) -> Decimal:
        """Minor units as a decimal, exactly."""
        return Decimal(minor).scaleb(-self.digits)


def read_order(data: Json, money: Money) -> SourceOrder:
    """One order, complete but for its cursor. Cancelled lines, of quantity 0, are left out.

    Raises:
        MalformedData: what is missing or not what it should be; says no personal data.
    """
    code = data.get("code") or f"id {data.get('id')}"
    with tk.placed(f"order {code}, "):
        return tk.balanced(_order(data, evolve(money, includes_tax=_inclusive(data, money))), money.digits)


def _order(data: Json, money: Money) -> SourceOrder:
    customer = _customer(data)
    charges = [one for one in data["surcharges"] if one["price"] >= 0]
    reductions = [one for one in data["surcharges"] if one["price"] < 0]
    rates = _rates(data)
    return SourceOrder(
        reference=str(data["id"]),
        number=data["code"],
        placed_at=tk.time_of(data, "orderPlacedAt"),
        currency=data["currencyCode"],
        lines=(
            *tk.each("lines", [line for line in data["lines"] if line["quantity"]], lambda line: _line(line, money)),
            *tk.each("surcharges", charges, lambda one: _surcharge(one, money)),
        ),
        shipping=tk.each("shippingLines", data["shippingLines"], lambda line: _shipping(line, money, rates)),
        discounts=tk.each("surcharges", reductions, lambda one: _reduction(one, money)),
        totals=_totals(data, money),
        customer=customer,
        shipping_address=_address(data["shippingAddress"], customer.last_name),
        billing_address=_address(data["billingAddress"], customer.last_name),
        source_status=data["state"],
        canceled_at=tk.time_of(data, "updatedAt") if data["state"] == CANCELLED else None,
        extra=_extra(data),
    )


# ── money ────────────────────────────────────────────────────────────────────────────────────


def _line(data: Json, money: Money) -> OrderLine:
    quantity = _whole(data, "quantity")
    unit = _side(data, "unitPrice", money.includes_tax)
    whole = _side(data, "proratedLinePrice", money.includes_tax)
    unit = max(unit, -(-whole // quantity))  # a unit price that was rounded down cannot make the line
    discount, rest = tk.per_unit(money.amount(unit * quantity - whole), Decimal(quantity), money.digits)
    return OrderLine(
        reference=str(data["id"]),
        sku=data["productVariant"]["sku"] or None,
        name=data["productVariant"]["name"],
        quantity=Decimal(quantity),
        price=money.amount(unit),
        price_includes_tax=money.includes_tax,
        discount=discount,
        additional_discount=rest,
        tax=_tax(data, "proratedLinePrice", money),
        tax_rate=_number(data, "taxRate"),
    )


def _inclusive(data: Json, money: Money) -> bool:
    """Whether this order's prices contain tax: as the channel's do, unless they only add up the other way."""
    side, other = money.includes_tax, not money.includes_tax
    return other if not _add_up(data["lines"], side) and _add_up(data["lines"], other) else side


def _add_up(lines: Sequence[Json], inclusive: bool) -> bool:
    def adds_up(line: Json) -> bool:
        return _side(line, "unitPrice", inclusive) * _whole(line, "quantity") == _side(line, "linePrice", inclusive)

    return all(tk.each("lines", lines, adds_up))


def _surcharge(data: Json, money: Money) -> OrderLine:
    return OrderLine(
        reference=f"{SURCHARGE}{data['id']}",
        sku=data["sku"] or None,
        name=data["description"],
        quantity=Decimal(1),
        price=money.amount(_side(data, "price", money.includes_tax)),
        price_includes_tax=money.includes_tax,
        tax=_tax(data, "price", money),
        tax_rate=_number(data, "taxRate"),
        shippable=False,
    )


def _reduction(data: Json, money: Money) -> Discount:
    """A surcharge below zero, which is what Vendure calls a discount a shopkeeper gives by hand."""
    return Discount(
        label=data["description"], code=data["sku"] or None, amount=money.amount(-_whole(data, "priceWithTax"))
    )


def _shipping(data: Json, money: Money, rates: Sequence[Decimal]) -> ShippingLine:
    net, gross = _side(data, "discountedPrice", False), _side(data, "discountedPrice", True)
    return ShippingLine(
        label=data["shippingMethod"]["name"],
        code=data["shippingMethod"]["code"],
        amount=money.amount(_side(data, "discountedPrice", money.includes_tax)),
        price_includes_tax=money.includes_tax,
        tax=money.amount(gross - net),
        tax_rate=tk.rate_between(money.amount(net), money.amount(gross), rates, money.digits),
    )


def _rates(data: Json) -> list[Decimal]:
    """The tax rates at work in an order, percent."""
    summary = [_number(entry, "taxRate") for entry in data["taxSummary"]]
    return list(dict.fromkeys([*summary, *(_number(line, "taxRate") for line in data["lines"])]))


def _totals(data: Json, money: Money) -> Totals:
    return Totals(
        subtotal=money.amount(_side(data, "subTotal", money.includes_tax)),
        tax=_tax(data, "total", money),
        shipping=money.amount(_side(data, "shipping", money.includes_tax)),
        grand_total=money.amount(_whole(data, "totalWithTax")),
    )


def _tax(data: Json, name: str, money: Money) -> Decimal:
    return money.amount(_side(data, name, True) - _side(data, name, False))


def _side(data: Json, name: str, inclusive: bool) -> int:
    return _whole(data, f"{name}WithTax" if inclusive else name)


def _whole(data: Json, name: str) -> int:
    number = _number(data, name, "whole number")
    if number != number.to_integral_value():
        raise MalformedData([f"{name} is not a whole number"])
    return int(number)


def _number(data: Json, name: str, kind: str = "number") -> Decimal:
    try:
        return decimal(data[name], (int, Decimal))
    except Mismatch:
        raise MalformedData([f"{name} is not a {kind} that can be sent"]) from None


# ── people and places ────────────────────────────────────────────────────────────────────────


def _customer(data: Json) -> Customer:
    """Who ordered: guests have a customer record too; without one, whom the goods go to."""
    person = data["customer"]
    billing, shipping = data["billingAddress"] or {}, data["shippingAddress"] or {}
    company = billing.get("company") or shipping.get("company") or None
    if person is None:
        first, last = tk.split_name(billing.get("fullName") or shipping.get("fullName"))
        return Customer(first_name=first, last_name=last, company=company)
    return Customer(
        reference=str(person["id"]),
        company=company,
        first_name=person["firstName"] or None,
        last_name=person["lastName"] or None,
        email=person["emailAddress"] or None,
        phone=person["phoneNumber"] or None,
    )


def _address(data: Json | None, last_name: str | None) -> Address | None:
    """An address, None where Vendure has one of nothing but null, which is how it says "not given"."""
    if not data or not any(data.values()):
        return None
    first, last = tk.split_name(data["fullName"], last_name)
    return Address(
        first_name=first,
        last_name=last,
        company=data["company"] or None,
        address1=data["streetLine1"] or None,
        address2=data["streetLine2"] or None,
        city=data["city"] or None,
        region=data["province"] or None,
        postal_code=data["postalCode"] or None,
        country=(data["countryCode"] or "").upper() or None,
        phone=data["phoneNumber"] or None,
    )


def _extra(data: Json) -> dict[str, str]:
    """What else people look for. Nothing that moves as the order is paid and shipped: that is not a change of it."""
    found = {
        "coupon_codes": data["couponCodes"],
        "promotions": (one["description"] for one in data["discounts"]),
        "payment_methods": (one["method"] for one in data["payments"] or ()),
    }
    texts = {name: ", ".join(dict.fromkeys(values)) for name, values in found.items()}
    return {name: text for name, text in texts.items() if text}
