"""Which company of the account an order's customer is.

The steps, of which the first with a result counts: the source's own customer id as company code; the same name
with the same e-mail address or phone number; the same e-mail address; the same phone number. Strict matching takes an
e-mail address only with the same phone number, and no phone number alone.

Shops number their customers alike, 1, 2, 3, and some give all their guests one number: a code alone says little. It
does not count beside another e-mail address, nor beside whatever else is different where several addresses have that
code; nor, where nothing else agrees, beside another phone number, nor beside another name unless the company has no
contact and the code is no bare number. A bare number leads nobody with a contact to a company without one. And a phone
number alone does not count beside another e-mail address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from tradegecko_bridge.commerce.customers import Identity
from tradegecko_bridge.commerce.remote import CustomerMatch
from tradegecko_bridge.commerce.values import phone_digits
from tradegecko_bridge.ports.mirrors import MirrorRow

INACTIVE: Final = ("disabled", "archived")
"""Lists leave out archived records, not disabled ones (reference §3.7)."""
PHONE_END: Final = 4
"""Digits at the end of a phone number that people seldom part, so that it is found however it is written."""
CONTACTS: Final = frozenset({"email", "phone"})
_CODE, _NAME, _EMAIL, _PHONE = 1, 2, 3, 4
"""The steps."""
LOOKUP_KEYS: Final = {"code": _CODE, "email": _NAME, "phone": _PHONE}
"""By what companies are looked up, one after the other; with the step that no later look-up can better."""


def said(known: Identity, key: str) -> Sequence[str]:
    """What a list of companies is asked for that may have this key; none where it takes one value only."""
    if key == "email":
        return list(dict.fromkeys([known.email, known.email.lower()]))
    return [known.code] if key == "code" else []


def filters(known: Identity, key: str) -> Mapping[str, object]:
    """The API's filters for companies that may have this key."""
    made: dict[str, Mapping[str, object]] = {
        "code": {"company_code": known.code},
        "email": {"email": said(known, "email")},
        "phone": {"term": phone_digits(known.phone)[-PHONE_END:]},
    }
    return made[key]


def best_match(
    keys: Mapping[str, str],
    match: CustomerMatch,
    look_up: Callable[[str], Iterable[MirrorRow]],
    *,
    is_counted: bool = False,
) -> str | None:
    """The id of the company with these keys: of the earliest step that finds one, and of several found the oldest.

    ``look_up`` gives the companies that may agree in one of the keys; it is not called for a key that could only bring
    others of the same step. ``is_counted``: the code is a bare number.
    """
    found: dict[int, Mapping[str, str]] = {}
    best: tuple[int, int] | None = None
    for key, settled in LOOKUP_KEYS.items():
        if key in keys:
            rows = (row for row in look_up(key) if is_customer(row.facts["type"], row.facts["status"]))
            found |= {int(row.id): dict(row.keys) for row in rows}
            coded = [theirs for theirs in (keys, *found.values()) if theirs.get("code") == keys.get("code")]
            shared = len({theirs["email"] for theirs in coded if "email" in theirs}) > 1
            steps = ((_step(theirs, keys, match, is_counted, shared), id_) for id_, theirs in found.items())
            best = min(((step, id_) for step, id_ in steps if step is not None), default=None)
            if best is not None and best[0] <= settled:
                break
    return None if best is None else str(best[1])


def is_customer(company_type: str | None, status: str | None) -> bool:
    """Whether orders can go to such a company: not to suppliers, nor to disabled or archived ones."""
    return company_type != "supplier" and status not in INACTIVE


def _step(
    theirs: Mapping[str, str], ours: Mapping[str, str], match: CustomerMatch, is_counted: bool, is_shared: bool
) -> int | None:
    """The first step by which a company is the one with our code, name, email and phone; None: it is another.

    A code is counted where it is a bare number, and shared where several e-mail addresses have it.
    """
    both = ours.keys() & theirs.keys()
    agrees = {key for key in both if theirs[key] == ours[key]}
    differs = both - agrees
    email, phone = "email" in agrees, "phone" in agrees
    if "code" in agrees and (email or _is_trusted(theirs, ours, differs, is_counted, is_shared)):
        return _CODE
    if "name" in agrees and (email or phone):
        return _NAME
    if match is CustomerMatch.STRICT:
        return _EMAIL if email and phone else None
    return _EMAIL if email else _PHONE if phone and "email" not in differs else None


def _is_trusted(
    theirs: Mapping[str, str], ours: Mapping[str, str], differs: Collection[str], is_counted: bool, is_shared: bool
) -> bool:
    """Whether a code that both have tells who somebody is, where no e-mail address agrees."""
    without_contact = theirs.keys().isdisjoint(CONTACTS)
    if is_counted and without_contact and not ours.keys().isdisjoint(CONTACTS):
        return False  # such a company learns no contact, and would be everybody's
    if not differs:
        return True
    if is_shared or "email" in differs:
        return False
    agrees = (ours.keys() & theirs.keys()) - set(differs)
    return not agrees.isdisjoint({"name", "phone"}) or (differs == {"name"} and not is_counted and without_contact)
