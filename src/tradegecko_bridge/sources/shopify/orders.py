"""An order of Shopify's as one of ours.

``quantity`` of a line counts what was ever ordered, ``currentQuantity`` what was neither removed nor refunded. Ours is
what is to be shipped or was: units that came back after they were shipped stay, so that a return changes no order;
units that were removed before are gone. The total is the shop's own, with the value of what came back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from attrs import evolve

from tradegecko_bridge.commerce import Address, Customer, ItemKind, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify.api import Json, tail

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
HELD = frozenset({"ON_HOLD", "SCHEDULED"})
"""Of ``displayFulfillmentStatus``: nothing of it may be shipped yet."""
NOTHING_SHIPPED = HELD | {"UNFULFILLED", "OPEN", "PENDING_FULFILLMENT", "REQUEST_DECLINED", "FULFILLMENT_NOT_REQUIRED"}
_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", "REFUNDED"})
_UNPAID = frozenset({"PENDING", "PARTIALLY_PAID", "EXPIRED"})
_MOST_CHARGES = 6
"""Fees, duties and tips of one order that are tried out against its total."""


def wants_shipped(order: Json) -> bool:
    """Whether it takes the shipments to know which of the units that are gone were shipped before."""
    if order["cancelledAt"] or order["displayFulfillmentStatus"] in NOTHING_SHIPPED:
        return False
    return any(line["currentQuantity"] != line["quantity"] for line in order["lineItems"]["nodes"])


def read_order(data: Json, host: str, money: str) -> SourceOrder:
    """One order, with all of its lines, and units ``shipped`` by line where that counts.

    Raises:
        MalformedData: what is missing in it, or not what it should be.
    """
    with tk.placed(""):
        return _Reading(data, money).order(host)


class _Reading:
    """What the parts of one order share."""

    def __init__(self, data: Json, money: str) -> None:
        self.data = data
        self.lines: Sequence[Json] = data["lineItems"]["nodes"]
        self.shipped: Mapping[str, int] = data.get("shipped") or {}
        self.currency = str(data["currencyCode" if money == "shop" else "presentmentCurrencyCode"])
        self.digits = tk.currency_digits(self.currency)
        self.inclusive = bool(data["taxesIncluded"])
        self.canceled = data["cancelledAt"] is not None
        self.removed = any(self.units(line) < line["quantity"] for line in self.lines)

    def order(self, host: str) -> SourceOrder:
        data, reference = self.data, tail(self.data["id"])
        lines = tk.each("lineItems", [one for one in self.lines if self.units(one)], self.line)
        plain = SourceOrder(
            reference=reference,
            number=str(data["name"]),
            placed_at=tk.time_of(data, "processedAt"),
            currency=self.currency,
            lines=lines,
            shipping=tk.each("shippingLines", data["shippingLines"]["nodes"], self.shipping),
            totals=Totals(grand_total=self.total()),
            customer=_customer(data),
            shipping_address=_address(data["shippingAddress"]),
            billing_address=_address(data["billingAddress"]),
            note=tk.blank_as_none(data["note"]),
            tags=tuple(data["tags"]),
            url=f"https://{host}/admin/orders/{reference}",
            canceled_at=tk.time_of(data, "cancelledAt") if self.canceled else None,
            source_status="cancelled" if self.canceled else "closed" if data["closed"] else "open",
            payment_status=data["displayFinancialStatus"],
            fulfillment_status=data["displayFulfillmentStatus"],
            payment_method=", ".join(data["paymentGatewayNames"]) or None,
            paid=_is_paid(data["displayFinancialStatus"]),
            ready=self.canceled or data["displayFulfillmentStatus"] not in HELD,
            extra=dict(_extra(data)),
        )
        return tk.balanced(self.charged(plain), self.digits)

    # ── lines ────────────────────────────────────────────────────────────────────────────────

    def units(self, line: Json) -> int:
        """Units that were shipped, or are to be."""
        ordered, current = int(line["quantity"]), int(line["currentQuantity"])
        if self.canceled or current >= ordered:
            return ordered
        shipped = self.shipped.get(str(line["id"]), 0)
        return min(ordered, max(current, shipped + int(line["unfulfilledQuantity"]) if shipped else current))

    def line(self, data: Json) -> OrderLine:
        units = Decimal(self.units(data))
        discount, rest = tk.per_unit(self.part(data, self.discount(data), units), units, self.digits)
        goods = bool(data["requiresShipping"])
        return OrderLine(
            reference=tail(data["id"]),
            sku=tk.blank_as_none(data["sku"]),
            name=data["name"] or "",
            quantity=units,
            price=_amount(data, "originalUnitPriceSet"),
            price_includes_tax=self.inclusive,
            discount=discount,
            additional_discount=rest,
            tax=self.part(data, _tax(data), units),
            tax_rate=_rate(data),
            shippable=goods,
            kind=ItemKind.FEE if data["isGiftCard"] and not goods and not tk.blank_as_none(data["sku"]) else None,
        )

    def part(self, line: Json, whole: Decimal, units: Decimal) -> Decimal:
        """What of an amount for all units ever ordered is for so many."""
        ordered = Decimal(line["quantity"])
        return whole if units == ordered else tk.rounded(whole * units / ordered, self.digits)

    def discount(self, line: Json) -> Decimal:
        return sum((_amount(one, "allocatedAmountSet") for one in line["discountAllocations"]), ZERO)

    def worth(self, line: Json, units: Decimal) -> Decimal:
        """What a customer pays for so many units of a line."""
        price = _amount(line, "originalUnitPriceSet") * units - self.part(line, self.discount(line), units)
        return price if self.inclusive else price + self.part(line, _tax(line), units)

    def shipping(self, data: Json) -> ShippingLine:
        sold, now = _amount(data, "discountedPriceSet"), _amount(data, "currentDiscountedPriceSet")
        amount, tax = (now, _scaled(_tax(data), now, sold, self.digits)) if self.removed else (sold, _tax(data))
        return ShippingLine(
            label=data["title"] or "",
            code=tk.blank_as_none(data["code"]),
            amount=amount,
            price_includes_tax=self.inclusive,
            tax=tax,
            tax_rate=_rate(data),
        )

    # ── totals, and what is charged beside goods and shipping ────────────────────────────────

    def total(self) -> Decimal:
        """What the shop says the customer pays, with what was refunded after it was shipped."""
        data = self.data
        if self.canceled:
            return _amount(data, "totalPriceSet")
        total = _amount(data, "currentTotalPriceSet")
        for line in self.lines:
            if (back := self.units(line) - int(line["currentQuantity"])) > 0:
                total += self.worth(line, Decimal(back))
        if not self.removed:
            for one in data["shippingLines"]["nodes"]:
                sold, now = _amount(one, "discountedPriceSet"), _amount(one, "currentDiscountedPriceSet")
                total += sold - now
                total += ZERO if self.inclusive else _tax(one) - _scaled(_tax(one), now, sold, self.digits)
        before = _amount(data, "totalPriceSet")
        return before if not self.removed and self.is_rounding(total - before) else total

    def charged(self, order: SourceOrder) -> SourceOrder:
        """With the fees, duties and tips that make its total: a tip may be a line already, duties a fee already."""
        tip = _amount(self.data, "totalTipReceivedSet")
        if tip and (line := _tip_among(order.lines, tip)):
            tipped = evolve(line, kind=ItemKind.TIP)
            order = evolve(order, lines=tuple(tipped if one is line else one for one in order.lines))
            tip = ZERO
        charges = [*self.fees(), *self.duties()]
        if tip:
            charges.append(self.charge("tip", "Tip", tip, ZERO, ZERO, ItemKind.TIP))
        whole = evolve(order, lines=(*order.lines, *charges))
        if len(charges) > _MOST_CHARGES:
            return whole
        for count in range(len(charges), -1, -1):
            for some in combinations(charges, count):
                tried = evolve(order, lines=(*order.lines, *some))
                if self.adds_up(tried):
                    return tried
        return whole

    def adds_up(self, order: SourceOrder) -> bool:
        computed, total = order.computed_totals.grand_total, order.totals.grand_total
        if computed is None or total is None:
            return False
        return self.is_rounding(computed - total)

    def is_rounding(self, difference: Decimal) -> bool:
        """Up to a minor unit for each line."""
        count = len(self.lines) + len(self.data["shippingLines"]["nodes"])
        return abs(difference) <= count * Decimal(1).scaleb(-self.digits)

    def fees(self) -> Iterator[OrderLine]:
        for fee in self.data["additionalFees"]:
            yield self.charge(f"fee-{tail(fee['id'])}", fee["name"], _amount(fee, "price"), _tax(fee), _rate(fee))

    def duties(self) -> Iterator[OrderLine]:
        if self.data["dutiesIncluded"]:
            return
        duties = [duty for line in self.lines if self.units(line) for duty in line["duties"]]
        if amount := sum((_amount(duty, "price") for duty in duties), ZERO):
            tax = sum(map(_tax, duties), ZERO)
            yield self.charge("duties", "Duties", amount, tax, _rate(duties[0]))

    def charge(
        self, reference: str, name: str, amount: Decimal, tax: Decimal, rate: Decimal, kind: ItemKind = ItemKind.FEE
    ) -> OrderLine:
        return OrderLine(
            reference=reference,
            name=name,
            quantity=Decimal(1),
            price=amount,
            price_includes_tax=self.inclusive,
            tax=tax,
            tax_rate=rate,
            shippable=False,
            kind=kind,
        )


def _tip_among(lines: Sequence[OrderLine], tip: Decimal) -> OrderLine | None:
    fitting = (one for one in lines if not one.sku and not one.shippable and one.extended_amount == tip)
    return next(fitting, None)


def _amount(data: Mapping[str, Any], name: str) -> Decimal:
    with tk.placed(f"{name}."):
        bag = data[name]
        return tk.number(bag["money"], "amount")


def _tax(data: Mapping[str, Any]) -> Decimal:
    return sum((_amount(one, "priceSet") for one in data["taxLines"]), ZERO)


def _rate(data: Mapping[str, Any]) -> Decimal:
    """Percent, of all taxes together; 0 where none is charged."""
    return sum((tk.exact(one["rate"] or 0) * _HUNDRED for one in data["taxLines"]), ZERO)


def _scaled(amount: Decimal, now: Decimal, before: Decimal, digits: int) -> Decimal:
    return amount if now == before or not before else tk.rounded(amount * now / before, digits)


def _is_paid(status: str | None) -> bool | None:
    """None where the money is authorized, and taken when the goods leave; and of what is void."""
    return True if status in _PAID else False if status in _UNPAID else None


def _customer(data: Json) -> Customer:
    person = data["customer"] or {}
    address = data["billingAddress"] or data["shippingAddress"] or {}
    email = data["email"] or (person.get("defaultEmailAddress") or {}).get("emailAddress")
    phone = data["phone"] or (person.get("defaultPhoneNumber") or {}).get("phoneNumber")
    company = (data["purchasingEntity"] or {}).get("company")
    reference = f"company-{tail(company['id'])}" if company else tail(person["id"]) if person else None
    return Customer(
        reference=reference,
        company=tk.blank_as_none(company["name"] if company else address.get("company")),
        first_name=tk.blank_as_none(person.get("firstName") or address.get("firstName")),
        last_name=tk.blank_as_none(person.get("lastName") or address.get("lastName")),
        email=tk.blank_as_none(email),
        phone=tk.blank_as_none(phone),
    )


def _address(data: Json | None) -> Address | None:
    if data is None:
        return None
    return tk.address(
        first_name=data["firstName"],
        last_name=data["lastName"],
        company=data["company"],
        address1=data["address1"],
        address2=data["address2"],
        city=data["city"],
        region=data["province"],
        postal_code=data["zip"],
        country=data["countryCodeV2"],
        phone=data["phone"],
    )


def _extra(data: Json) -> Iterator[tuple[str, str]]:
    yield from ((str(one["key"]), str(one["value"] or "")) for one in data["customAttributes"])
    if data["discountCodes"]:
        yield "discount_codes", ", ".join(data["discountCodes"])
    if data["poNumber"]:
        yield "po_number", str(data["poNumber"])
    if data["sourceName"]:
        yield "channel", str(data["sourceName"])
    if (data["purchasingEntity"] or {}).get("location"):
        yield "company_location", str(data["purchasingEntity"]["location"]["name"])
    for line in data["shippingLines"]["nodes"][:1]:
        if line["deliveryCategory"]:
            yield "delivery", str(line["deliveryCategory"])
