"""An order draft in TradeGecko's fields: lines, a new company, addresses a company has or gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from tradegecko_bridge.commerce import Address
from tradegecko_bridge.commerce.customers import email_address, identity
from tradegecko_bridge.commerce.remote import DraftLine, OrderDraft
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.gateway.marks import MARK
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    ADDRESS_FIELDS,
    ADDRESSES,
    COMPANIES,
    VARIANTS,
    Digest,
    Kind,
)

_OURS: Final = {"state": "region", "zip_code": "postal_code", "company_name": "company", "phone_number": "phone"}
"""Our names of TradeGecko's address fields, where they differ."""
MIRRORED_COLUMNS: Final[tuple[tuple[Kind[Any], tuple[str, ...]], ...]] = (
    (VARIANTS, ("variant_id",)),
    (COMPANIES, ("company_id",)),
    (ADDRESSES, ("shipping_address_id", "billing_address_id")),
)
"""By which columns an order and its lines name what is mirrored one by one."""
LISTED_COLUMNS: Final[tuple[tuple[str, resources.Resource[Any]], ...]] = (
    ("stock_location_id", resources.LOCATIONS),
    ("default_price_list_id", resources.PRICE_LISTS),
    ("assignee_id", resources.USERS),
    ("tax_type_id", resources.TAX_TYPES),
)
"""The same of what is remembered as a short list."""


class AddressBook:
    """The addresses one company has, by what they are compared by."""

    def __init__(self, digest: Digest, rows: Iterable[MirrorRow]) -> None:
        self._digest = digest
        self._rows = [row for row in rows if row.facts["status"] == "active"]
        self._labels = {row.facts["label"] for row in self._rows}

    def field(self, name: str, address: Address, label: str) -> dict[str, Any]:
        """``…_id`` of an address the company already has, or the address itself under a label it has not (§5.2)."""
        names = (*ADDRESS_FIELDS, "phone_number", "email")
        fields = _given({name: getattr(address, _OURS.get(name, name)) for name in names})
        if self._rows:
            wanted = ADDRESSES.row(records.Address(id=0, **fields), self._digest).facts["same"]
            for row in self._rows:
                if row.facts["same"] == wanted:
                    return {f"{name}_id": int(row.id)}
        fields["label"], number = label, 2
        while self._labels and self._digest(fields["label"]) in self._labels:
            fields["label"] = f"{label} {number}"
            number += 1
        return {name: fields}


def order_fields(
    draft: OrderDraft,
    customer_id: str | None,
    *,
    addresses: AddressBook,
    location_id: int | None,
    tax_type_of: Callable[[Decimal], int | None],
) -> dict[str, Any]:
    """The fields of a new order. ``tax_type_of`` finds the account's tax type of a rate (percent)."""
    customer, shipping = draft.customer, draft.shipping_address
    treatment = {True: "inclusive", False: "exclusive", None: None}[draft.prices_include_tax]
    lines = [_line_fields(line, tax_type_of) for line in draft.lines]
    fields: dict[str, Any] = {
        "order_number": draft.number.strip(),
        "reference_number": draft.reference,
        "source_url": f"{draft.url or ''}{MARK}{draft.marker}",
        "status": draft.status,
        "issued_at": draft.issued_on,
        "ship_at": draft.ship_on,
        "currency_iso": draft.currency,
        "tax_treatment": None if draft.account_treatment else treatment,
        "default_price_list_id": draft.price_list,
        "assignee_id": None if draft.assignee is None else int(draft.assignee),
        "email": email_address(customer.email) or email_address(shipping.email) or None,
        "phone_number": customer.phone or shipping.phone,
        "notes": draft.note,
        "tags": list(draft.tags) or None,
        "stock_location_id": location_id,
        "order_line_items": [{**line, "position": position} for position, line in enumerate(lines)],
        **({"company": _company_fields(draft)} if customer_id is None else {"company_id": int(customer_id)}),
        **_address_fields(draft, addresses),
    }
    return {name: value for name, value in fields.items() if value is not None}


def ids_in(fields: Mapping[str, Any], columns: Iterable[str]) -> set[str]:
    """What an order and its lines name by these columns."""
    rows = (fields, *fields["order_line_items"])
    return {str(row[column]) for column in columns for row in rows if column in row}


def _line_fields(line: DraftLine, tax_type_of: Callable[[Decimal], int | None]) -> dict[str, Any]:
    """A line. Its tax is a tax type with just this rate where the account has one, so that its tax report stays whole;
    else the bare rate, which wins over any tax type (reference §7)."""
    fields: dict[str, Any] = {"quantity": line.quantity, "price": line.price}
    if line.tax_rate is not None:
        tax_type = tax_type_of(line.tax_rate)
        fields |= {"tax_rate_override": line.tax_rate} if tax_type is None else {"tax_type_id": tax_type}
    if line.variant_id is not None:
        return {"variant_id": int(line.variant_id), **fields}
    return {"freeform": True, "line_type": line.kind.value, "label": line.label, **fields}


def _company_fields(draft: OrderDraft) -> dict[str, Any]:
    """A new customer, known by what the next order of theirs will be matched by."""
    known = identity(draft.customer, draft.billing_address or draft.shipping_address)
    return _given(
        {
            "name": known.name or known.email or f"Customer of {draft.number}",
            "company_type": "business" if known.company else "consumer",
            "company_code": known.code,
            "email": known.email.lower(),  # as it is asked for
            "phone_number": known.phone,
        }
    )


def _address_fields(draft: OrderDraft, addresses: AddressBook) -> dict[str, Any]:
    """Ids of what exists, nested records for what does not: nested addresses are never looked up (§5.16)."""
    shipping = addresses.field("shipping_address", draft.shipping_address, "Shipping")
    bill_to = draft.billing_address or draft.shipping_address
    if bill_to != draft.shipping_address:
        return shipping | addresses.field("billing_address", bill_to, "Billing")
    if "shipping_address_id" in shipping:
        shipping["billing_address_id"] = shipping["shipping_address_id"]
    return shipping


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
