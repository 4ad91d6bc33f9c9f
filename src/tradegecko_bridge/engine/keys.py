"""The names by which an order is ours: derived, never random, so that a restarted process finds its own."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

_OURS: Final = UUID("6b0a1c9e-3c0f-5d55-9d0a-6f3f3a5f6a01")


def marker(connection: str, reference: str) -> str:
    """What the order carries in the system for good."""
    return uuid5(_OURS, f"{connection}\n{reference}").hex


def idempotency_key(connection: str, reference: str, generation: int) -> str:
    """The key one request is sent under; a new generation is a new request for the same order."""
    return str(uuid5(_OURS, f"{connection}\n{reference}\n{generation}"))
