"""What people write, made comparable: names, addresses, telephone numbers."""

from __future__ import annotations

import re
from typing import Final

SHORTEST_PHONE: Final = 5
"""Digits below which a telephone number is a placeholder."""
_NO_DIGIT: Final = re.compile(r"\D+")


def normalized(*parts: str | None) -> str:
    """Texts without differences of case and white space."""
    return "\n".join(" ".join((part or "").casefold().split()) for part in parts)


def normalized_phone(phone: str | None) -> str:
    """The digits of a telephone number; nothing for a placeholder such as ``000-0000``."""
    found = _NO_DIGIT.sub("", phone or "").removeprefix("00")
    return found if len(found) >= SHORTEST_PHONE and len(set(found)) > 1 else ""
