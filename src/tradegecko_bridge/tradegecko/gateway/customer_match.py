"""Which company of the account an order's customer is.

The steps, of which the first with a result counts: the source's own customer id as company code; the same name
with the same e-mail address or phone number; the same e-mail address; the same phone number. Strict matching takes an
e-mail address only with the same phone number, and no phone number alone.

Shops number their customers alike, 1, 2, 3: in an account that several shops send to, a code alone says little. So it
does not count where nothing else agrees and both have an e-mail address or a phone number and these differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.commerce.remote import CustomerMatch
from tradegecko_bridge.commerce.values import phone_digits
from tradegecko_bridge.ports.mirrors import MirrorRow

INACTIVE: Final = ("disabled", "archived")
"""Lists leave out archived records, not disabled ones (reference §3.7)."""
PHONE_END: Final = 4
"""Digits at the end of a phone number that people seldom part, so that it is found however it is written."""
_CODE, _NAME, _EMAIL, _PHONE = 1, 2, 3, 4
"""The steps."""
LOOKUP_KEYS: Final = {"code": _CODE, "email": _NAME, "phone": _PHONE}
"""By what companies are looked up, one after the other; with the step that no later look-up can better."""


@frozen(kw_only=True, repr=False)
class Identity:
    """By what a customer is known; what the customer does not say is taken from the bill. None of it ever shows."""

    code: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""

    def said(self, key: str) -> Sequence[str]:
        """What a list of companies is asked for that may have this key; none where it takes one value only."""
        if key == "email":
            return list(dict.fromkeys([self.email, self.email.lower()]))
        return [self.code] if key == "code" else []

    def filters(self, key: str) -> Mapping[str, object]:
        """The API's filters for companies that may have this key."""
        if key == "email":
            return {"email": self.said(key)}
        return {"company_code": self.code} if key == "code" else {"term": phone_digits(self.phone)[-PHONE_END:]}


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


def best_match(
    keys: Mapping[str, str], match: CustomerMatch, look_up: Callable[[str], Iterable[MirrorRow]]
) -> str | None:
    """The id of the company with these keys: of the earliest step that finds one, and of several found the oldest.

    ``look_up`` gives the companies that may agree in one of the keys; it is not called for a key that could only bring
    others of the same step.
    """
    agreements: dict[int, Collection[str]] = {}
    best: tuple[int, int] | None = None
    for key, settled in LOOKUP_KEYS.items():
        if key in keys:
            rows = (row for row in look_up(key) if is_customer(row.facts["type"], row.facts["status"]))
            agreements |= {int(row.id): _agreement(dict(row.keys), keys) for row in rows}
            steps = ((_step(agrees, match), id_) for id_, agrees in agreements.items())
            best = min(((step, id_) for step, id_ in steps if step is not None), default=None)
            if best is not None and best[0] <= settled:
                break
    return None if best is None else str(best[1])


def is_customer(company_type: str | None, status: str | None) -> bool:
    """Whether orders can go to such a company: not to suppliers, nor to disabled or archived ones."""
    return company_type != "supplier" and status not in INACTIVE


def _step(agrees: Collection[str], match: CustomerMatch) -> int | None:
    """The first step by which a company is the one that agrees in these of code, name, email and phone; None: none."""
    email, phone = "email" in agrees, "phone" in agrees
    if "code" in agrees:
        return _CODE
    if "name" in agrees and (email or phone):
        return _NAME
    if match is CustomerMatch.STRICT:
        return _EMAIL if email and phone else None
    return _EMAIL if email else _PHONE if phone else None


def _agreement(theirs: Mapping[str, str], ours: Mapping[str, str]) -> Collection[str]:
    """In which of code, name, email and phone two agree; a code beside another address or number is another shop's."""
    both = ours.keys() & theirs.keys()
    agrees = {key for key in both if theirs[key] == ours[key]}
    return () if agrees == {"code"} and not both.isdisjoint({"email", "phone"}) else agrees
