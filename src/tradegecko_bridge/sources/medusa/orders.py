"""An order of Medusa's as one of ours.

Medusa counts money in major units, with exact texts in ``raw_…`` beside numbers that may be noisy, and rounds neither
tax nor discounts: 144.0524 is a total. Each kind of amount is rounded so that its sum is right too, and what then
differs from the order's own total, rounded, is put into the tax of a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from tradegecko_bridge.commerce import Address, Customer, ItemKind, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.sources import toolkit as tk

Json = Mapping[str, Any]
ZERO = Decimal(0)

READY = ("authorized", "partially_captured", "captured", "partially_refunded", "refunded")
"""Payment statuses in which the money is there, or was."""
CANCELED = "canceled"
_WAITING_STATUS = "requires_action"
_PAID = {"captured": True, "partially_refunded": True, "not_paid": False, "awaiting": False, "requires_action": False}
_PLAIN_VARIANT = {"", "default", "default variant"}
_REGION = re.compile(r"([a-z]{2})-([a-z0-9]{1,3})", re.IGNORECASE)

FIELDS = ",".join(
    (
        "id,display_id,custom_display_id,status,email,currency_code,created_at,updated_at,canceled_at,is_draft_order",
        "payment_status,fulfillment_status,total,tax_total,shipping_total,credit_line_total",
        "items.id,items.title,items.variant_sku,items.variant_barcode,items.variant_title,items.requires_shipping",
        "items.is_tax_inclusive,items.raw_unit_price,items.quantity,items.created_at",
        "items.detail.quantity,items.detail.shipped_quantity,items.tax_lines.rate,items.adjustments.code",
        "*shipping_methods,shipping_methods.tax_lines.rate,shipping_methods.adjustments.code",
        "*shipping_address,*billing_address",
        "customer.id,customer.first_name,customer.last_name,customer.company_name,customer.phone",
        "payment_collections.payments.provider_id",
    )
)
"""What is asked for of an order; without it a list has neither addresses nor shipping."""


def read_order(data: Json, ready: frozenset[str]) -> SourceOrder | None:
    """One order; None for a draft, which is none yet.

    Raises:
        MalformedData: what is missing in it, or not what it should be.
    """
    if data.get("is_draft_order") or data.get("status") == "draft":
        return None
    digits = tk.currency_digits(str(data.get("currency_code")))
    with tk.placed(""):
        money = _Money(digits)
        lines = sorted((one for one in data["items"] if one["quantity"]), key=_age)
        total = tk.number(data, "total") + tk.number(data, "credit_line_total")
        status, payment = str(data["status"]), str(data["payment_status"])
        canceled = status == CANCELED
        customer = _customer(data)
        order = SourceOrder(
            reference=str(data["id"]),
            number=number_of(data),
            placed_at=tk.time_of(data, "created_at"),
            currency=str(data["currency_code"]).upper(),
            lines=tk.each("items", lines, lambda one: _line(one, money)),
            shipping=tk.each("shipping_methods", data["shipping_methods"], lambda one: _shipping(one, money)),
            totals=Totals(tax=tk.rounded(tk.number(data, "tax_total"), digits), grand_total=tk.rounded(total, digits)),
            customer=customer,
            shipping_address=_address(data.get("shipping_address")),
            billing_address=_address(data.get("billing_address")),
            source_status=status,
            payment_status=payment,
            fulfillment_status=_shipped(lines),
            paid=_PAID.get(payment),
            payment_method=_methods(data),
            canceled_at=tk.time_of(data, "canceled_at" if data.get("canceled_at") else "updated_at")
            if canceled
            else None,
            ready=canceled or (status != _WAITING_STATUS and (payment in ready or total == 0)),
            extra=_extra(data),
        )
        return tk.balanced(order, digits)


def _age(line: Json) -> tuple[str, str]:
    """Medusa gives lines in any order, another one each time."""
    return str(line["created_at"]), str(line["id"])


def number_of(data: Json) -> str:
    """What people call an order."""
    return str(data.get("custom_display_id") or data["display_id"])


# ── money ────────────────────────────────────────────────────────────────────────────────────


@frozen
class _Money:
    """Rounds amounts to a currency's digits; those of one kind so that their sum is the rounded sum."""

    digits: int
    _exact: dict[str, Decimal] = field(factory=dict, init=False)

    def __call__(self, kind: str, amount: Decimal) -> Decimal:
        before = self._exact.get(kind, ZERO)
        self._exact[kind] = before + amount
        return tk.rounded(before + amount, self.digits) - tk.rounded(before, self.digits)


def _raw(data: Json, name: str) -> Decimal:
    """An amount, from its exact text where there is one."""
    raw = data.get(f"raw_{name}")
    return tk.number({name: raw["value"]} if isinstance(raw, Mapping) else data, name)


def _line(data: Json, money: _Money) -> OrderLine:
    inclusive, quantity = bool(data["is_tax_inclusive"]), _raw(data, "quantity")
    taken = money("discount", _raw(data, "discount_total" if inclusive else "discount_subtotal"))
    discount, rest = tk.per_unit(taken, quantity, money.digits)
    sku, shippable = tk.blank_as_none(data["variant_sku"]), bool(data["requires_shipping"])
    return OrderLine(
        reference=str(data["id"]),
        sku=sku,
        name=_name(data),
        quantity=quantity,
        price=_raw(data, "unit_price"),
        price_includes_tax=inclusive,
        discount=discount,
        additional_discount=rest,
        tax=money(f"tax {inclusive}", _raw(data, "tax_total")),
        tax_rate=_rate(data),
        shippable=shippable,
        barcode=tk.blank_as_none(data.get("variant_barcode")),
        kind=None if sku or shippable else ItemKind.FEE,
    )


def _shipping(data: Json, money: _Money) -> ShippingLine:
    inclusive = bool(data["is_tax_inclusive"])
    taken = _raw(data, "discount_total" if inclusive else "discount_subtotal")
    return ShippingLine(
        label=str(data["name"] or ""),
        code=tk.blank_as_none(data.get("shipping_option_id")),
        amount=money("shipping", _raw(data, "amount") - taken),
        price_includes_tax=inclusive,
        tax=money(f"tax {inclusive}", _raw(data, "tax_total")),
        tax_rate=_rate(data),
    )


def _rate(data: Json) -> Decimal:
    return sum((_raw(one, "rate") for one in data["tax_lines"] or ()), ZERO)


# ── the rest ─────────────────────────────────────────────────────────────────────────────────


def _name(data: Json) -> str:
    title, variant = str(data["title"] or ""), str(data.get("variant_title") or "")
    return title if variant.strip().lower() in _PLAIN_VARIANT | {title.lower()} else f"{title} {variant}".strip()


def _shipped(lines: list[Json]) -> str:
    """How far the goods have left, by their units: Medusa's own word is wrong of orders shipped in parts."""
    goods = [one for one in lines if one["requires_shipping"]]
    left = [_raw(one["detail"], "quantity") - _raw(one["detail"], "shipped_quantity") for one in goods]
    if goods and not any(units > 0 for units in left):
        return "shipped"
    return "partially shipped" if any(_raw(one["detail"], "shipped_quantity") for one in goods) else "not shipped"


def _customer(data: Json) -> Customer:
    """Who ordered. A guest's record has no name: then it is that of whom the bill, or the goods, go to."""
    person = data.get("customer") or {}
    known = (person, data.get("billing_address") or {}, data.get("shipping_address") or {})
    named = next((one for one in known if one.get("first_name") or one.get("last_name")), person)
    return Customer(
        reference=tk.blank_as_none(person.get("id")),
        company=tk.blank_as_none(person.get("company_name")) or tk.blank_as_none(named.get("company")),
        first_name=tk.blank_as_none(named.get("first_name")),
        last_name=tk.blank_as_none(named.get("last_name")),
        email=tk.blank_as_none(data.get("email")),
        phone=tk.blank_as_none(person.get("phone")),
    )


def _address(data: Json | None) -> Address | None:
    if not data:
        return None
    return tk.address(
        first_name=data.get("first_name"),
        last_name=data.get("last_name"),
        company=data.get("company"),
        address1=data.get("address_1"),
        address2=data.get("address_2"),
        city=data.get("city"),
        region=_region(data.get("province"), data.get("country_code")),
        postal_code=data.get("postal_code"),
        country=data.get("country_code"),
        phone=data.get("phone"),
    )


def _region(province: object, country: object) -> object:
    """``ca-on`` of Canada is ON; what people typed themselves stays."""
    found = _REGION.fullmatch(str(province or "").strip())
    return found[2].upper() if found and found[1].lower() == str(country or "").lower() else province


def _methods(data: Json) -> str | None:
    payments = [one for group in data.get("payment_collections") or () for one in group.get("payments") or ()]
    return ", ".join(dict.fromkeys(str(one["provider_id"]).removeprefix("pp_") for one in payments)) or None


def _extra(data: Json) -> dict[str, str]:
    """Promotion codes. Nothing that moves as the order is paid and shipped: that is not a change of it."""
    parts = (*data["items"], *data["shipping_methods"])
    codes = dict.fromkeys(str(one["code"]) for part in parts for one in part["adjustments"] or () if one.get("code"))
    return {"coupon_codes": ", ".join(sorted(codes))} if codes else {}
