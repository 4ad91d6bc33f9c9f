"""A shop's own rate limit: a bucket that fills again while one waits.

Leaky buckets (40 requests, two a second come back) and cost-based ones (2000 points, 100 a second, each query has its
price) are the same bucket. What the shop says of it in its answers counts more than what was computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.toolkit.reading import number


class Heard(Protocol):
    """What a pace may look at in an answer."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Their names in any case."""

    @property
    def data(self) -> Any:
        """The JSON value, None where there is none."""


Level = tuple[float, float | None, float | None]
"""What is left in the bucket; its size and what comes back each second, where the shop says so."""
Reader = Callable[[Heard], Level | None]
"""Finds the level in an answer; None where it says nothing. What cannot be read is nothing."""


class Pace:
    """A bucket of ``size``, into which ``refill`` comes back each second; without ``reader`` only our own count.

    ``clock`` gives seconds that only grow.
    """

    def __init__(self, size: float, refill: float, *, clock: Callable[[], float], reader: Reader | None = None) -> None:
        self._size, self._refill = size, refill
        self._left, self._at = size, clock()
        self._clock, self._reader = clock, reader

    def wait(self, cost: float = 1.0) -> float:
        """Seconds until a request of this cost may leave; it counts as sent then. Never more than the bucket holds."""
        cost = min(cost, self._size)
        left = self._now() - cost
        self._left = left
        return max(0.0, -left / self._refill)

    def heard(self, answer: Heard) -> None:
        """Go by what the shop says."""
        try:
            level = self._reader(answer) if self._reader else None
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, MalformedData):
            return
        if level is not None:
            self._now()
            left, size, refill = level
            self._size = size if size and size > 0 else self._size
            self._refill = refill if refill and refill > 0 else self._refill
            self._left = min(left, self._size)

    def _now(self) -> float:
        at = self._clock()
        self._left = min(self._size, self._left + max(0.0, at - self._at) * self._refill)
        self._at = at
        return self._left


def used_of(header: str) -> Reader:
    """Reads ``32/40``: used, and how many there are."""

    def read(answer: Heard) -> Level | None:
        used, _, size = answer.headers[header].partition("/")
        return float(size) - float(used), float(size), None

    return read


def remaining_in(header: str) -> Reader:
    """Reads how many requests are left."""
    return lambda answer: (float(answer.headers[header]), None, None)


def cost_in(*path: str) -> Reader:
    """Reads ``{currentlyAvailable, maximumAvailable, restoreRate}`` at this path of the answer, as GraphQL shops with
    costs tell it: ``cost_in("extensions", "cost", "throttleStatus")``."""

    def read(answer: Heard) -> Level | None:
        status = answer.data
        for step in path:
            status = status[step]
        left, size, refill = (
            float(number(status, name)) for name in ("currentlyAvailable", "maximumAvailable", "restoreRate")
        )
        return left, size, refill

    return read
