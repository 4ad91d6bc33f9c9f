"""The number of an order in the system. Pure functions."""

from __future__ import annotations

from base64 import b32encode
from datetime import date
from hashlib import blake2b
from typing import Final

from tradegecko_bridge.commerce.reuse import is_reused
from tradegecko_bridge.engine.settings.connection import DIGEST, ConnectionSettings
from tradegecko_bridge.ledger import REFERENCE_REUSED, LedgerEntry, Reason

SHORTEST_TAIL: Final = 3
"""Characters of a number's end that still tell a person something."""


def remote_number(number: str, settings: ConnectionSettings, day: date | None = None) -> str:
    """The source's number between prefix and suffix, with its day where that is set, in a short form where the settings
    limit its length."""
    if settings.date_in_number and day is not None:
        number = f"{number.strip()}-{day:%Y%m%d}"
    return f"{settings.number_prefix}{_shortened(number.strip(), settings.number_room)}{settings.number_suffix}"


def reused(entry: LedgerEntry, settings: ConnectionSettings) -> Reason | None:
    """Why an order waits whose reference was another order's before; with its day in it, its number is its own."""
    order = entry.order
    if settings.date_in_number or order is None or not is_reused(entry.reference, order):
        return None
    said = f"its source gave another order as {order.reference!r} before"
    return Reason(
        REFERENCE_REUSED,
        f"{said}; if the numbers there begin again, set date_in_number = true, and it goes out with its day in its "
        "number; else give it a reference of its own there, or skip it if it was that order after all",
        transient=True,
    )


def is_shortened(number: str, settings: ConnectionSettings) -> bool:
    """Whether the whole number has to be told elsewhere."""
    return settings.number_room is not None and len(number.strip()) > settings.number_room


def _shortened(number: str, room: int | None) -> str:
    """As it is where it fits; else its end and a digest of the whole, the same every time.

    Numbers that only differ where they were cut get different digests. Should two ever be alike, the second order is
    held because its number is taken: it is never taken for the first.
    """
    if room is None or len(number) <= room:
        return number
    digest = b32encode(blake2b(number.encode("utf-8", "replace"), digest_size=16).digest()).decode()[:DIGEST]
    tail = number[-(room - DIGEST - 1) :].strip() if room - DIGEST - 1 >= SHORTEST_TAIL else ""
    return f"{tail}-{digest}" if tail else digest
