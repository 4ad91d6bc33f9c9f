"""Plain values as people write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

SHORTEST_PHONE: Final = 5
"""Digits below which a telephone number is a placeholder."""
_NO_DIGIT: Final = re.compile(r"\D+")


def trimmed(number: Decimal) -> Decimal:
    """The same number without zeros at its end: ``2.0`` is ``2``, ``1.50`` is ``1.5``, ``10`` stays ``10``."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def bare(text: str | None) -> str:
    """Text without the blanks around it; none, and nothing but blanks, is the empty text."""
    return (text or "").strip()


def phone_digits(phone: str | None) -> str:
    """The digits of a telephone number, to compare it by; nothing for a placeholder such as ``000-0000``."""
    found = _NO_DIGIT.sub("", phone or "").removeprefix("00")
    return found if len(found) >= SHORTEST_PHONE and len(set(found)) > 1 else ""


def is_text(value: str) -> bool:
    """Whether it is made of whole characters: of half of one (a lone surrogate) nothing can be sent."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
