"""The number of an order in the system. Pure functions."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b
from typing import Final

from tradegecko_bridge.engine.settings.connection import DIGEST, ConnectionSettings

SHORTEST_TAIL: Final = 3
"""Characters of a number's end that still tell a person something."""


def remote_number(number: str, settings: ConnectionSettings) -> str:
    """The source's number between prefix and suffix, in a short form where the settings limit its length."""
    return f"{settings.number_prefix}{_shortened(number.strip(), settings.number_room)}{settings.number_suffix}"


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
