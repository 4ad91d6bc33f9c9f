"""Carriers: what the source calls them, and whose a tracking number is that comes without one. Pure functions.

A number is a carrier's only where its check digit says so: a wrong guess sends a customer to the wrong page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_UPS: Final = re.compile(r"1Z[0-9A-Z]{16}")
_USPS: Final = re.compile(r"(?:420\d{5}(?:\d{4})?)?(9[1-5]\d{20})")
_POSTAL: Final = re.compile(r"[A-Z]{2}(\d{9})([A-Z]{2})")
_SPACES: Final = re.compile(r"[\s-]+")
_POSTS: Final = {"US": "USPS", "CA": "Canada Post", "GB": "Royal Mail", "DE": "Deutsche Post", "AU": "Australia Post"}


def carrier_of(number: str) -> str | None:
    """The carrier whose number this is for certain: UPS, USPS, or the post of a country (UPU S10).

    Numbers of nothing but digits, as FedEx, DHL and Purolator have them, fit several carriers and are not guessed.
    """
    plain = _SPACES.sub("", number).upper()
    if _UPS.fullmatch(plain) and _ups(plain):
        return "UPS"
    if (usps := _USPS.fullmatch(plain)) and _mod_10(usps[1]):
        return "USPS"
    if (post := _POSTAL.fullmatch(plain)) and _s10(post[1]):
        return _POSTS.get(post[2], f"Post ({post[2]})")
    return None


def named_carrier(carrier: str | None, numbers: tuple[str, ...], names: Mapping[str, str]) -> str | None:
    """The carrier as the source calls it (the setting ``carriers``, whatever the case); guessed where there is none."""
    known = carrier or next((found for number in numbers if (found := carrier_of(number))), None)
    if known is None:
        return None
    meant = {name.casefold(): theirs for name, theirs in names.items()}
    return meant.get(known.casefold(), known)


def named_service(service: str | None, methods: Mapping[str, str]) -> str | None:
    """The service as the source calls its ship method (the setting ``ship_methods``, the other way). Where several of
    its methods are one service, it is left as it is."""
    if service is None:
        return None
    theirs = [method for method, name in methods.items() if name.casefold() == service.casefold()]
    return theirs[0] if len(theirs) == 1 else service


def _ups(plain: str) -> bool:
    digits = [int(char) if char.isdigit() else (ord(char) - 63) % 10 for char in plain[2:]]
    total = sum(digit * (2 if place % 2 else 1) for place, digit in enumerate(digits[:-1]))
    return (-total) % 10 == digits[-1]


def _mod_10(plain: str) -> bool:
    """Digits counted threefold and once in turn, from the last but one."""
    digits = [int(char) for char in reversed(plain)]
    return (digits[0] + sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits[1:]))) % 10 == 0


def _s10(plain: str) -> bool:
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(plain, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
    return int(plain[8]) == {10: 0, 11: 5}.get(rest, rest)
