"""What of the account is mirrored: for each kind of record how it is listed, and what of it is kept.

What a person could be known by (names, addresses, e-mail, telephone) is compared by its digest and never stored.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final, Generic, TypeVar

from attrs import Factory, field, frozen

from tradegecko_bridge.commerce.customers import email_address, telling
from tradegecko_bridge.commerce.values import phone_digits
from tradegecko_bridge.ports.mirrors import ASIDE, MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway.marks import GONE, marker_of
from tradegecko_bridge.tradegecko.gateway.normalize import normalized
from tradegecko_bridge.tradegecko.gateway.translate import prices_by_list
from tradegecko_bridge.tradegecko.resources.base import Gets

D = TypeVar("D", bound=records.DatedRecord)
Digest = Callable[[str | None], str]
Keys = tuple[tuple[str, str], ...]

ADDRESS_FIELDS: Final = (
    "address1", "address2", "suburb", "city", "state", "zip_code", "country", "company_name", "first_name", "last_name",
)  # fmt: skip
"""What makes two addresses the same person's same door."""
EVERY_STATUS: Final = ("draft", "active", "finalized", "fulfilled", "void", "deleted")
"""Lists leave out void and deleted orders unless asked for them (reference §3.7)."""


@frozen(kw_only=True)
class Kind(Generic[D]):
    """One kind of record: how it is listed, the values it is found by, and the facts kept beside them."""

    resource: Gets[D]
    statuses: tuple[str, ...] = ("active", "archived")
    keys: Callable[[D, Digest], Keys]
    unique: str = ""
    """The key that no two records share that are alive, where there is one."""
    version: int = 1
    """A later one reads everything anew, for what is kept of it now and was not before."""
    facts: Callable[[D, Digest], dict[str, str]] = lambda _record, _digest: {}
    called: str = ""
    """Under what it is kept, where that is not what the records are called."""
    name: str = field(init=False, default=Factory(lambda kind: kind._named(), takes_self=True))

    def _named(self) -> str:
        name = self.called or self.resource.plural
        return name if self.version == 1 else f"{name} {self.version}"

    def row(self, record: D, digest: Digest) -> MirrorRow:
        """What is kept of a record."""
        stamp = str(write_value(record.updated_at)) if record.updated_at else ""
        return MirrorRow(str(record.id), stamp, self.keys(record, digest), self.facts(record, digest))

    def call_at(self, number: int, since: datetime | None) -> Call[Page[D]]:
        """A page of what changed since a moment; lists leave out what is archived, void or deleted unless asked."""
        call = self.resource.list(order="updated_at asc", page=number)
        return call.with_params(status=self.statuses, updated_at_min=since)


def company_keys(digest: Digest, *, name: str | None, email: str | None, phone: str | None, code: str | None) -> Keys:
    """What a customer is found by: digests of what is given and tells who somebody is."""
    given = {
        "name": normalized(telling(name)),
        "email": normalized(email_address(email)),
        "phone": phone_digits(phone),
        "code": normalized(telling(code)),
    }
    return tuple((key, digest(value)) for key, value in given.items() if value)


ORDERS: Final = Kind(
    resource=resources.ORDERS,
    statuses=EVERY_STATUS,
    unique="mark",
    version=2,
    keys=lambda order, _: (
        ("number", (order.order_number or "").strip()),
        *((("mark", mark),) if (mark := marker_of(order)) else ()),
    ),
    facts=lambda order, _: {"gone": "yes"} if order.status in GONE else {},
)
COMPANIES: Final = Kind(
    resource=resources.COMPANIES,
    version=2,
    statuses=("active", "disabled", "archived"),
    keys=lambda company, digest: company_keys(
        digest, name=company.name, email=company.email, phone=company.phone_number, code=company.company_code
    ),
    facts=lambda company, _: {"status": company.status or "active", "type": company.company_type or ""},
)
ADDRESSES: Final = Kind(
    resource=resources.ADDRESSES,
    version=2,
    keys=lambda address, _: (("company", str(address.company_id)),),
    facts=lambda address, digest: {
        "same": digest(normalized(*(getattr(address, name) for name in ADDRESS_FIELDS))),
        "label": digest(address.label),
        "status": address.status or "active",
    },
)


def twin_key(sku: str | None) -> str:
    """What SKUs have in common that differ only in case, blanks, and what nobody sees."""
    return "".join(char for char in (sku or "").casefold() if char.isprintable() and not char.isspace())


def list_prices(variant: records.Variant) -> dict[str, str]:
    """What a variant costs, by the id of the price list."""
    return {f"{PRICE}{id_}": str(price) for id_, price in prices_by_list(variant).items()}


def prices_of(row: MirrorRow) -> dict[str, Decimal]:
    """What was kept of it, by the id of the price list."""
    return {name.removeprefix(PRICE): Decimal(fact) for name, fact in row.facts.items() if name.startswith(PRICE)}


PRICE: Final = f"{ASIDE}price "
"""Before the id of the price list in the name of a fact: no order that is held for its goods cares for prices."""
VARIANTS: Final = Kind(
    resource=resources.VARIANTS,
    version=2,
    keys=lambda variant, _: tuple(
        (key, value)
        for key, value in (("sku", variant.sku), ("upc", variant.upc), ("twin", twin_key(variant.sku)))
        if value
    ),
    facts=lambda variant, _: {"status": variant.status or "active", **list_prices(variant)},
)
