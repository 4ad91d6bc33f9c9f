"""A limiter's day in a window of the server: what the limiter's tests are told in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter

BEGIN = datetime(2020, 7, 16, 3, 30, tzinfo=UTC)
"""A moment a window begins."""
SECONDS = 300
DELIVERY, NORMAL, BULK = Priority.DELIVERY, Priority.NORMAL, Priority.BULK


def at(into: float) -> datetime:
    """So many seconds after the window began."""
    return BEGIN + timedelta(seconds=into)


def headers(left: int, into: float, *, window: int = 0, limit: int = 300, ahead: float = 0.0) -> dict[str, str]:
    """An answer's headers, ``into`` seconds after ``BEGIN``; the server's clock is ``ahead`` of ours."""
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": str(int(BEGIN.timestamp()) + (window + 1) * SECONDS),
        "date": format_datetime(at(into + ahead).replace(microsecond=0), usegmt=True),
    }


def go(limiter: RateLimiter, into: float, priority: Priority = DELIVERY) -> bool:
    """Whether a request may go now."""
    return limiter.reserve(at(into), priority) == 0


def send(limiter: RateLimiter, into: float, left: int, priority: Priority = DELIVERY) -> bool:
    """A request that is answered at once, if it may go."""
    if not go(limiter, into, priority):
        return False
    limiter.note(headers(left, into, window=int(into // SECONDS)), at(into))
    return True


def begun(into: float = 0.0, left: int = 299) -> RateLimiter:
    """A limiter after its first answer."""
    limiter = RateLimiter()
    assert send(limiter, into, left)
    return limiter


def drain(limiter: RateLimiter, into: float, priority: Priority = DELIVERY) -> int:
    """How many requests may go at this moment."""
    count = 0
    while send(limiter, into, 299, priority):
        count += 1
    return count
