"""Records that settings name: found by the name people gave them, or by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tradegecko_bridge.commerce.remote import RecordKind
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.gateway.customer_match import is_customer
from tradegecko_bridge.tradegecko.gateway.normalize import normalized
from tradegecko_bridge.tradegecko.records import Company

SHORT_LISTS: Final[Mapping[RecordKind, tuple[resources.Resource[Any], tuple[str, ...]]]] = {
    RecordKind.LOCATION: (resources.LOCATIONS, ("label",)),
    RecordKind.PAYMENT_METHOD: (resources.PAYMENT_METHODS, ("name",)),
    RecordKind.PRICE_LIST: (resources.PRICE_LISTS, ("name", "code")),
    RecordKind.USER: (resources.USERS, ("email",)),
}
"""Short lists, and what people call what is on them."""
PERSONS: Final = (RecordKind.CUSTOMER, RecordKind.USER)
"""Whose names appear in no message and in no table."""
LONGEST_ID: Final = 18
"""Digits; no id is longer, and a longer number is none the API can read."""


def ids_by_name(rows: Iterable[Any], fields: Iterable[str], as_key: Callable[[str], str]) -> dict[str, str]:
    """Ids by id and by what people call them; ids first, and of several with one name the oldest."""
    by_age = sorted(rows, key=lambda row: str(row.id).zfill(LONGEST_ID), reverse=True)
    found = {as_key(getattr(row, name)): str(row.id) for name in fields for row in by_age if getattr(row, name)}
    return found | {str(row.id): str(row.id) for row in by_age}


def not_found(kind: RecordKind, name: str, known: Mapping[str, str]) -> Rejected:
    """The complaint that nothing has this name, with the names there are."""
    if kind in PERSONS:
        what = "id, company code or name" if kind is RecordKind.CUSTOMER else "e-mail address or id"
        return Rejected(f"no {kind} in TradeGecko with this {what}")
    names = ", ".join(repr(label) for label, id_ in known.items() if label != id_)
    return Rejected(f"no {kind} {name!r} in TradeGecko; it has {names}")


def find_company(companies: Callable[..., Iterable[Company]], name: str) -> str | None:
    """The id of the one customer settings name: by id, else by company code, else by name, the oldest of several.

    ``companies`` lists them by filters of the API.
    """
    lookups: list[tuple[dict[str, Any], Callable[[Company], bool]]] = [
        ({"company_code": name}, lambda company: company.company_code == name),
        ({"term": name}, lambda company: normalized(company.name) == normalized(name)),
    ]
    if name.isdecimal() and len(name) <= LONGEST_ID:
        lookups.insert(0, ({"ids": [name]}, lambda company: str(company.id) == name))
    for filters, matches in lookups:
        found = [c.id for c in companies(**filters) if matches(c) and is_customer(c.company_type, c.status)]
        if found:
            return str(min(found))
    return None
