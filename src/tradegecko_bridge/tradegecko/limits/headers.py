"""What an answer's headers say about the window it was counted in, and of when to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from attrs import frozen

from tradegecko_bridge.tradegecko.limits.pace import SECONDS
from tradegecko_bridge.tradegecko.replies import LATEST, server_time, whole_number

_ABSURD: Final = 86_400.0
"""Seconds from which on ``Retry-After`` is taken for a mistake."""
_SLOWEST: Final = 120.0
"""Seconds an answer may have been worked on after it was counted."""


@frozen
class Told:
    """``used`` of ``limit`` in the window from ``window`` on; ``date`` is the server's clock.

    All in epoch seconds. ``date`` is None where the answer has none.
    """

    window: int
    used: int
    limit: int
    date: float | None


def read_headers(headers: Mapping[str, str], limit: int) -> Told | None:
    """What they say; None where they say nothing, or nothing that can be: then not a word of it counts.

    ``limit`` is the number known so far, for answers that do not name one.
    """
    left, reset = whole_number(headers, "x-rate-limit-remaining"), whole_number(headers, "x-rate-limit-reset")
    if left is None or reset is None or reset > LATEST or reset % SECONDS:
        return None
    limit = whole_number(headers, "x-rate-limit-limit") or limit
    date = moment(headers.get("date", ""))
    if left > limit or (date is not None and not reset - SECONDS <= date <= reset + _SLOWEST):
        return None
    return Told(window=reset - SECONDS, used=limit - left, limit=limit, date=date)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, a window at most; None for none, a moment that is over, or nonsense.

    ``now`` (aware) stands in where the answer has no ``Date`` to tell how far off a moment is.
    """
    seconds: float | None = whole_number(headers, "retry-after")
    if seconds is None and (until := moment(headers.get("retry-after", ""))) is not None:
        seconds = until - (server_time(headers) or now).timestamp()
    return None if seconds is None or not 0 <= seconds < _ABSURD else min(float(seconds), float(SECONDS))


@lru_cache(maxsize=256)
def moment(date: str) -> float | None:
    """A ``Date`` header in epoch seconds; None for anything else. Cached: a second's answers carry the same."""
    try:
        read = parsedate_to_datetime(date)
        seconds = None if read.tzinfo is None else read.timestamp()
    except (ValueError, OverflowError):
        return None
    return None if seconds is None or seconds > LATEST else seconds
