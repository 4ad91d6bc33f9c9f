"""Records that settings name: found by the name people gave them, or by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from tradegecko_bridge.commerce.remote import Named
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.tradegecko.customers import is_customer, same
from tradegecko_bridge.tradegecko.records import Company
from tradegecko_bridge.tradegecko.records.base import Record

R = TypeVar("R", bound=Record)

LONGEST_ID: Final = 18
"""Digits; no id is longer, and a longer number is none the API can read."""


def pick(kind: Named, name: str, known: Iterable[R], *fields: str) -> str:
    """The id of the record whose id or one of whose ``fields`` is ``name``, ids first.

    Raises:
        Rejected: there is none; the message names those there are.
    """
    rows = list(known)
    found = _picked(name, rows, fields)
    if found is not None:
        return found
    names = ", ".join(repr(getattr(row, fields[0])) for row in rows)
    raise Rejected(f"no {kind} {name!r} in TradeGecko; it has {names}")


def pick_user(name: str, known: Iterable[R]) -> str:
    """The id of the user with this e-mail address or id; no message names anybody.

    Raises:
        Rejected: there is none.
    """
    found = _picked(name, list(known), ("email",))
    if found is None:
        raise Rejected(f"no {Named.USER} in TradeGecko with this e-mail address or id")
    return found


def _picked(name: str, rows: list[R], fields: tuple[str, ...]) -> str | None:
    by_id = [name for row in rows if str(getattr(row, "id", "")) == name]
    by_name = [str(getattr(row, "id", "")) for field in fields for row in rows if same(getattr(row, field), name)]
    return next(iter(by_id + by_name), None)


def find_customer_named(ask: Callable[[Mapping[str, object]], Iterable[Company]], name: str) -> str:
    """The id of the one customer settings name: by id, else by company code, else by exact name, the oldest of several.

    Raises:
        Rejected: there is none.
    """
    questions: list[tuple[Mapping[str, object], Callable[[Company], bool]]] = [
        ({"company_code": name}, lambda company: company.company_code == name),
        ({"term": name}, lambda company: same(company.name, name)),
    ]
    if name.isdecimal() and len(name) <= LONGEST_ID:
        questions.insert(0, ({"ids": [name]}, lambda company: str(company.id) == name))
    for filters, is_it in questions:
        found = [company.id for company in ask(filters) if is_it(company) and is_customer(company)]
        if found:
            return str(min(found))
    raise Rejected(f"no {Named.CUSTOMER} in TradeGecko with this id, company code or name")
