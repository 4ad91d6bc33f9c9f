"""Which company of the account an order's customer is: a pure function over candidates, and where to look for them.

The steps, of which the first that finds somebody counts: the source's own customer id as company code; the same name
with the same e-mail address or phone number; the same e-mail address; the same phone number. Strict matching takes an
e-mail address only with the same phone number, and no phone number alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Protocol, TypeVar

from attrs import frozen

from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.remote import CustomerMatch

INACTIVE: Final = ("disabled", "archived")
"""Lists leave out archived records, not disabled ones (reference §3.7)."""
SHORTEST_PHONE: Final = 5
"""Digits below which a phone number is a placeholder."""
TAIL: Final = 4
"""Digits at the end of a phone number that people seldom part, so that it is found however it is written."""
CODE, NAME, EMAIL, PHONE = 1, 2, 3, 4


class Candidate(Protocol):
    """A company, as far as it matters here; a record of the client is one."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def phone_number(self) -> str | None: ...
    @property
    def company_code(self) -> str | None: ...
    @property
    def company_type(self) -> str | None: ...
    @property
    def status(self) -> str | None: ...


C = TypeVar("C", bound=Candidate)


@frozen(kw_only=True)
class Identity:
    """By what a customer is known. Of the bill where the customer does not say it; none of it ever shows."""

    code: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return "Identity(…)"


def identity(customer: Customer, billing: Address | None) -> Identity:
    """By what this customer is known; ``billing`` is whom the bill goes to, else the parcel."""
    bill = billing or Address()
    company = customer.company or bill.company or ""
    return Identity(
        code=(customer.reference or "").strip(),
        name=company or customer.full_name or bill.full_name,
        company=company,
        email=customer.email or bill.email or "",
        phone=customer.phone or bill.phone or "",
    )


def best_match(candidates: Iterable[C], customer: Customer, billing: Address | None, match: CustomerMatch) -> C | None:
    """The company this customer is: of the earliest step that finds one, and of several the oldest."""
    found = _ranked(candidates, identity(customer, billing), match)
    return found[1] if found else None


def look_up(
    ask: Callable[[Mapping[str, object]], Iterable[C]],
    customer: Customer,
    billing: Address | None,
    match: CustomerMatch,
) -> C | None:
    """The same, asking the API with one filter after the other, and for no more than can still change the answer."""
    known = identity(customer, billing)
    seen: list[C] = []
    best: tuple[int, C] | None = None
    for settles, filters in _questions(known, match):
        seen += ask(filters)
        best = _ranked(seen, known, match)
        if best is not None and best[0] <= settles:
            break
    return best[1] if best else None


def _questions(known: Identity, match: CustomerMatch) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Filters of the API, each with the step up to which no later question can find anything better."""
    phone = _digits(known.phone)
    if known.code:
        yield CODE, {"company_code": known.code}
    if known.email:
        yield NAME if phone else EMAIL, {"email": list(dict.fromkeys([known.email, known.email.lower()]))}
    if known.name and phone:
        yield EMAIL, {"term": known.name}
    if phone and match is CustomerMatch.NORMAL:
        yield PHONE, {"term": phone[-TAIL:]}


def _ranked(candidates: Iterable[C], known: Identity, match: CustomerMatch) -> tuple[int, C] | None:
    steps = [(_step(candidate, known, match), candidate) for candidate in candidates if is_customer(candidate)]
    found = [(step, candidate) for step, candidate in steps if step is not None]
    return min(found, key=lambda pair: (pair[0], pair[1].id), default=None)


def is_customer(candidate: Candidate) -> bool:
    """Whether orders can go to this company: suppliers and what was put away are left alone."""
    return candidate.company_type != "supplier" and candidate.status not in INACTIVE


def _step(candidate: Candidate, known: Identity, match: CustomerMatch) -> int | None:
    """The first step by which this company is the one, if any."""
    email = same(candidate.email, known.email)
    phone = bool(_digits(known.phone)) and _digits(candidate.phone_number) == _digits(known.phone)
    if known.code and (candidate.company_code or "").strip() == known.code:
        return CODE
    if same(candidate.name, known.name) and (email or phone):
        return NAME
    if match is CustomerMatch.STRICT:
        return EMAIL if email and phone else None
    return EMAIL if email else PHONE if phone else None


def same(one: str | None, other: str | None) -> bool:
    """The same words, whatever their case and the blanks between them; nothing is not the same as nothing."""
    words = (one or "").casefold().split()
    return bool(words) and words == (other or "").casefold().split()


def _digits(phone: str | None) -> str:
    """A phone number's digits alone; none of a placeholder such as ``000-0000``."""
    digits = re.sub(r"\D", "", phone or "").removeprefix("00")
    return digits if len(digits) >= SHORTEST_PHONE and len(set(digits)) > 1 else ""
