"""Plain values as people write them."""

from __future__ import annotations

from decimal import Decimal


def trimmed(number: Decimal) -> Decimal:
    """The same number without zeros at its end: ``2.0`` is ``2``, ``1.50`` is ``1.5``, ``10`` stays ``10``."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if number == whole else number.normalize()


def bare(text: str | None) -> str:
    """Text without the blanks around it; none, and nothing but blanks, is the empty text."""
    return (text or "").strip()
