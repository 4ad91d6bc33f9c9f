"""When what people wrote is the same: names, addresses, telephone numbers."""

from __future__ import annotations

from typing import Final

SHORTEST_PHONE: Final = 5
"""Digits below which a telephone number is a placeholder."""


def same(*parts: str | None) -> str:
    """Texts as people write them, made comparable."""
    return "\n".join(" ".join((part or "").casefold().split()) for part in parts)


def digits(phone: str | None) -> str:
    """A telephone number, made comparable; nothing for a placeholder such as ``000-0000``."""
    found = "".join(letter for letter in phone or "" if letter.isdecimal()).removeprefix("00")
    return found if len(found) >= SHORTEST_PHONE and len(set(found)) > 1 else ""
