"""How much of a window may be used by when."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from typing import Final

from attrs import frozen

SECONDS: Final = 300
"""A window's length."""
WINDOW: Final = timedelta(seconds=SECONDS)
"""The same."""
LIMIT: Final = 300
"""A window's requests, until the server names another number."""
RESERVE_UNTIL: Final = 285.0
"""Seconds into the window up to which the whole reserve for deliveries is kept."""
_DONE: Final = 297.0
"""Seconds into the window by which everything may be used. What is sent then still arrives before the window ends."""


class Priority(Enum):
    """Who goes first when the rate limit runs short."""

    DELIVERY = "delivery"
    """Orders on their way out: they may use all that is left, at once."""
    NORMAL = "normal"
    """Everything else: up to a quarter of the window ahead of the pace, never the reserve for deliveries."""
    BULK = "bulk"
    """Listings of all stock or all products: evenly over the window, and what nobody else has used by its end."""


@frozen
class Pace:
    """A line of straight pieces from knot to knot: how many requests (all kinds counted) may be used by when."""

    times: tuple[float, ...]
    counts: tuple[float, ...]

    def allowed(self, time: float) -> int:
        """How many may be used ``time`` seconds into the window."""
        after = bisect_right(self.times, time)
        if after == 0:
            return int(self.counts[0])
        if after == len(self.times):
            return int(self.counts[-1])
        t0, t1, n0, n1 = self.times[after - 1], self.times[after], self.counts[after - 1], self.counts[after]
        return int(n0 + (n1 - n0) * (time - t0) / (t1 - t0) + 1e-6)

    def when(self, count: int) -> float:
        """Seconds into the window from which ``count`` may be used; infinite for more than there are."""
        after = bisect_left(self.counts, count)
        if after == len(self.counts):
            return float("inf")
        if after == 0:
            return 0.0
        t0, t1, n0, n1 = self.times[after - 1], self.times[after], self.counts[after - 1], self.counts[after]
        return t0 + (t1 - t0) * (count - n0) / (n1 - n0)


@lru_cache(maxsize=64)
def paces(limit: int) -> Mapping[Priority, Pace]:
    """The three paces of a window of ``limit`` requests."""
    first, ahead, reserve = max(1, limit // 75), max(1, limit // 4), limit // 15
    kept = limit - reserve
    slope = (kept - first) / RESERVE_UNTIL
    head_start = min(first + ahead, kept)
    caught_up = (kept - head_start) / slope if slope else 0.0
    return {
        Priority.DELIVERY: Pace((0.0,), (limit,)),
        Priority.NORMAL: Pace((0.0, caught_up, RESERVE_UNTIL, _DONE), (head_start, kept, kept, limit)),
        Priority.BULK: Pace((0.0, RESERVE_UNTIL, _DONE), (first, kept, limit)),
    }
