"""Which company of the account an order's customer is: pure functions over candidates, and where to look for them.

The steps, of which the first that finds somebody counts: the source's own customer id as company code; the same name
with the same e-mail address or phone number; the same e-mail address; the same phone number. Strict matching takes an
e-mail address only with the same phone number, and no phone number alone.

Shops number their customers alike, 1, 2, 3: in an account that several shops send to, a code alone says little. So it
does not count where nothing else agrees and the e-mail address or phone number that both sides tell differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, Protocol, TypeVar

from attrs import frozen

from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.remote import CustomerMatch
from tradegecko_bridge.tradegecko.normalize import digits, same

INACTIVE: Final = ("disabled", "archived")
"""Lists leave out archived records, not disabled ones (reference §3.7)."""
TAIL: Final = 4
"""Digits at the end of a phone number that people seldom part, so that it is found however it is written."""
CODE, NAME, EMAIL, PHONE = 1, 2, 3, 4
"""The steps."""


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


@frozen(kw_only=True, repr=False)
class Identity:
    """By what a customer is known; what the customer does not say is taken from the bill. None of it ever shows."""

    code: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""


def identity(customer: Customer, billing: Address | None) -> Identity:
    """By what this customer is known; ``billing`` is whom the bill goes to, else the parcel."""
    bill = billing or Address()
    company = customer.company or bill.company or ""
    return Identity(
        code=(customer.reference or "").strip(),
        name=company or customer.full_name or bill.full_name,
        company=company,
        email=(customer.email or bill.email or "").strip(),
        phone=customer.phone or bill.phone or "",
    )


def best_match(candidates: Iterable[C], customer: Customer, billing: Address | None, match: CustomerMatch) -> C | None:
    """The company this customer is: of the earliest step that finds one, and of several the oldest."""
    found = _best(candidates, identity(customer, billing), match)
    return found[1] if found else None


def step(agrees: Collection[str], match: CustomerMatch) -> int | None:
    """The first step by which a company is the one that agrees in these of code, name, email and phone; None: none."""
    email, phone = "email" in agrees, "phone" in agrees
    if "code" in agrees:
        return CODE
    if "name" in agrees and (email or phone):
        return NAME
    if match is CustomerMatch.STRICT:
        return EMAIL if email and phone else None
    return EMAIL if email else PHONE if phone else None


def is_customer(company_type: str | None, status: str | None) -> bool:
    """Whether orders can go to such a company: suppliers and what was put away are left alone."""
    return company_type != "supplier" and status not in INACTIVE


def look_up(
    ask: Callable[[Mapping[str, object]], Iterable[C]],
    customer: Customer,
    billing: Address | None,
    match: CustomerMatch,
) -> C | None:
    """The best match, asking the API with one filter after the other, and for no more than can change the answer."""
    known = identity(customer, billing)
    seen: list[C] = []
    best: tuple[int, C] | None = None
    for settled, filters in _questions(known):
        seen += ask(filters)
        best = _best(seen, known, match)
        if best is not None and best[0] <= settled:
            break
    return best[1] if best else None


def _questions(known: Identity) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Filters of the API, each with the step that no later question can better."""
    phone = digits(known.phone)
    if known.code:
        yield CODE, {"company_code": known.code}
    if known.email:
        yield NAME, {"email": list(dict.fromkeys([known.email, known.email.lower()]))}
    if phone:
        yield PHONE, {"term": phone[-TAIL:]}


def first_of(agreements: Mapping[int, Collection[str]], match: CustomerMatch) -> tuple[int, int] | None:
    """The step and the id of the best of these, of which each agrees in some of code, name, email and phone."""
    steps = ((step(agrees, match), id_) for id_, agrees in agreements.items())
    return min(((number, id_) for number, id_ in steps if number is not None), default=None)


def _best(candidates: Iterable[C], known: Identity, match: CustomerMatch) -> tuple[int, C] | None:
    fit = {one.id: one for one in candidates if is_customer(one.company_type, one.status)}
    found = first_of({id_: _agreement(one, known) for id_, one in fit.items()}, match)
    return None if found is None else (found[0], fit[found[1]])


def _agreement(one: Candidate, known: Identity) -> list[str]:
    """In what a company and a customer agree; what one of them does not have is no agreement."""
    pairs = {
        "code": ((one.company_code or "").strip(), known.code),
        "name": (same(one.name), same(known.name)),
        "email": (same(one.email), same(known.email)),
        "phone": (digits(one.phone_number), digits(known.phone)),
    }
    return agreement(
        {name: theirs for name, (theirs, _) in pairs.items()}, {name: ours for name, (_, ours) in pairs.items()}
    )


def agreement(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[str]:
    """In which of code, name, email and phone two agree; a code beside another address or number is another shop's."""
    both = [name for name, value in ours.items() if value and theirs.get(name)]
    agrees = [name for name in both if theirs[name] == ours[name]]
    return [] if agrees == ["code"] and not {"email", "phone"}.isdisjoint(both) else agrees
