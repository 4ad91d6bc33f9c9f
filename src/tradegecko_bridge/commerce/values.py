"""Plain values as people write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

SHORTEST_PHONE: Final = 5
"""Digits below which a telephone number is a placeholder."""
SAME_AT_THE_END: Final = 7
"""Digits at the end of a telephone number that are only alike in a placeholder such as ``416-000-0000``."""
_NO_DIGIT: Final = re.compile(r"\D+")
LONGEST_NATIONAL: Final = 10
"""Digits of a telephone number without that of its country, where it is of North America."""
_RISING: Final = "01234567890123456789"
_FALLING: Final = _RISING[::-1]
_CUT_SHORT: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}|[+-]?[0-9][.,][0-9]+[eE][0-9]{1,3}")


def trimmed(number: Decimal) -> Decimal:
    """The same number without zeros at its end: ``2.0`` is ``2``, ``1.50`` is ``1.5``, ``10`` stays ``10``."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def bare(text: str | None) -> str:
    """Text without the blanks around it; none, and nothing but blanks, is the empty text."""
    return (text or "").strip()


def is_cut_short(text: str) -> bool:
    """Whether a spreadsheet shortened a number, as in ``1.23457E+14``: others may have been shortened to the same."""
    return ("E" in text or "e" in text) and _CUT_SHORT.fullmatch(bare(text)) is not None


def phone_digits(phone: str | None) -> str:
    """The digits of a telephone number, to compare it by; nothing for a placeholder such as ``000-0000`` or ``12345``,
    nor for what a spreadsheet shortened."""
    found = _NO_DIGIT.sub("", phone or "").removeprefix("00")
    last = found[-LONGEST_NATIONAL:]
    made_up = len(set(found[-SAME_AT_THE_END:])) <= 1 or last in _RISING or last in _FALLING
    return "" if len(found) < SHORTEST_PHONE or made_up or is_cut_short(phone or "") else found


def is_text(value: str) -> bool:
    """Whether it is made of whole characters: of half of one (a lone surrogate) nothing can be sent."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
