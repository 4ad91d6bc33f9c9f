"""Records that settings name: found by the name people gave them, or by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tradegecko_bridge.commerce.remote import RecordKind
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.customers import is_customer
from tradegecko_bridge.tradegecko.normalize import same
from tradegecko_bridge.tradegecko.records import Company

LISTED: Final[Mapping[RecordKind, tuple[resources.Resource[Any], tuple[str, ...]]]] = {
    RecordKind.LOCATION: (resources.LOCATIONS, ("label",)),
    RecordKind.PAYMENT_METHOD: (resources.PAYMENT_METHODS, ("name",)),
    RecordKind.PRICE_LIST: (resources.PRICE_LISTS, ("name", "code")),
    RecordKind.USER: (resources.USERS, ("email",)),
}
"""Short lists, and what people call what is on them."""
PERSONS: Final = (RecordKind.CUSTOMER, RecordKind.USER)
"""Whose names no message and no table of ours may hold."""
LONGEST_ID: Final = 18
"""Digits; no id is longer, and a longer number is none the API can read."""


def ids_by_name(rows: Iterable[Any], fields: Iterable[str], written: Callable[[str], str]) -> dict[str, str]:
    """Ids by id and by what people call them; ids first, and of several with one name the oldest."""
    by_age = sorted(rows, key=lambda row: str(row.id).zfill(LONGEST_ID), reverse=True)
    found = {written(getattr(row, name)): str(row.id) for name in fields for row in by_age if getattr(row, name)}
    return found | {str(row.id): str(row.id) for row in by_age}


def unknown(kind: RecordKind, name: str, known: Mapping[str, str]) -> Rejected:
    """The complaint that nothing has this name, with the names there are."""
    if kind in PERSONS:
        what = "id, company code or name" if kind is RecordKind.CUSTOMER else "e-mail address or id"
        return Rejected(f"no {kind} in TradeGecko with this {what}")
    names = ", ".join(repr(label) for label, id_ in known.items() if label != id_)
    return Rejected(f"no {kind} {name!r} in TradeGecko; it has {names}")


def customer_named(ask: Callable[[Mapping[str, object]], Iterable[Company]], name: str) -> str | None:
    """The id of the one customer settings name: by id, else by company code, else by name, the oldest of several."""
    questions: list[tuple[Mapping[str, object], Callable[[Company], bool]]] = [
        ({"company_code": name}, lambda company: company.company_code == name),
        ({"term": name}, lambda company: same(company.name) == same(name)),
    ]
    if name.isdecimal() and len(name) <= LONGEST_ID:
        questions.insert(0, ({"ids": [name]}, lambda company: str(company.id) == name))
    for filters, is_it in questions:
        fit = [c.id for c in ask(filters) if is_it(c) and is_customer(c.company_type, c.status)]
        if fit:
            return str(min(fit))
    return None
