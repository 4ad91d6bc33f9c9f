"""Validators shared by the canonical records."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from tradegecko_bridge.commerce.formatting import shown


def aware(_instance: object, attribute: attrs.Attribute[Any], value: datetime | None) -> None:
    """A moment without a time zone means a different moment on every machine: refuse it.

    Raises:
        ValueError: the value has no time zone.
    """
    if value is not None and value.utcoffset() is None:
        raise ValueError(f"{attribute.name} {value.isoformat()} has no time zone; write e.g. 2026-01-31T09:30:00Z")


def finite(_instance: object, attribute: attrs.Attribute[Any], value: Decimal | None) -> None:
    """Money and quantities are finite decimals: a float would already have lost cents.

    Raises:
        TypeError: the value is not a Decimal.
        ValueError: it is NaN or infinite.
    """
    if value is None:
        return
    if not isinstance(value, Decimal):
        raise TypeError(f"{attribute.name} must be a Decimal, not {type(value).__name__}")
    if not value.is_finite():
        raise ValueError(f"{attribute.name} must be a finite number, not {shown(value)}")


def filled(_instance: object, attribute: attrs.Attribute[Any], value: str) -> None:
    """An identifier must identify.

    Raises:
        ValueError: the value is blank.
    """
    if not value.strip():
        raise ValueError(f"{attribute.name} must not be blank")
