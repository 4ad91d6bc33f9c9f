"""Who an order is for, in TradeGecko's fields: a new company, addresses a company has or gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tradegecko_bridge.commerce import Address
from tradegecko_bridge.commerce.remote import OrderDraft
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko.customers import identity
from tradegecko_bridge.tradegecko.mirror import ADDRESS_FIELDS
from tradegecko_bridge.tradegecko.normalize import same


def company_fields(draft: OrderDraft) -> dict[str, Any]:
    """A new customer, known by what the next order of theirs will be matched by."""
    known = identity(draft.customer, draft.billing_address or draft.shipping_address)
    fields = {
        "name": known.name or known.email or f"Customer of {draft.number}",
        "company_type": "business" if known.company else "consumer",
        "company_code": known.code,
        "email": known.email,
        "phone_number": known.phone,
    }
    return {field: value for field, value in fields.items() if value}


class AddressBook:
    """The addresses one company has, by what they are compared by."""

    def __init__(self, digest: Callable[[str | None], str], rows: Sequence[MirrorRow]) -> None:
        self._digest = digest
        self._rows = [row for row in rows if row.facts["status"] == "active"]
        self._labels = {row.facts["label"] for row in self._rows}

    def field(self, name: str, address: Address, label: str) -> dict[str, Any]:
        """``…_id`` of an address the company already has, or the address itself under a label it has not (§5.2)."""
        fields = _address_fields(address)
        wanted = self._digest(_sameness(fields))
        for row in self._rows:
            if row.facts["same"] == wanted:
                return {f"{name}_id": int(row.id)}
        fields["label"], number = label, 2
        while self._digest(fields["label"]) in self._labels:
            fields["label"] = f"{label} {number}"
            number += 1
        return {name: fields}


def address_row(digest: Callable[[str | None], str], id_: int, company_id: int, fields: Mapping[str, str]) -> MirrorRow:
    """An address as it was made."""
    facts = {"same": digest(_sameness(fields)), "label": digest(fields.get("label")), "status": "active"}
    return MirrorRow(str(id_), "", (("company", str(company_id)),), facts)


def _sameness(fields: Mapping[str, str]) -> str:
    return same(*(fields.get(name) for name in ADDRESS_FIELDS))


_ADDRESS: Final = {
    "address1": "address1",
    "address2": "address2",
    "suburb": "suburb",
    "city": "city",
    "state": "region",
    "zip_code": "postal_code",
    "country": "country",
    "company_name": "company",
    "first_name": "first_name",
    "last_name": "last_name",
    "phone_number": "phone",
    "email": "email",
}
"""TradeGecko's address fields and ours."""


def _address_fields(address: Address) -> dict[str, str]:
    fields = {name: getattr(address, ours) for name, ours in _ADDRESS.items()}
    return {name: value for name, value in fields.items() if value}
