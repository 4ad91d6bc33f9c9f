"""How far an account is read in a run, so that orders need not be looked up one by one. Arithmetic, no requests.

A list that is known to its end saves look-ups in this run and the next ones; until then it saves none. So it is read
whole where that costs less than it saves, and leaves an order at two requests at most; else a little in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

RUNS: Final = 25
"""So many runs like this one shall have paid for what is read."""
PART: Final = 10
"""Of what pays, but not in this run, one page in so many orders is read;"""
FEWEST: Final = 4
"""at least so many pages;"""
IDLE: Final = 25
"""and so many in a run without orders, of what was begun."""


SLACK: Final = 50
"""One page in so many more is read where a list that is to be read whole has grown meanwhile."""


class ReadingPlan:
    """The pages of one run, list by list, the most valuable first. ``told`` hears how many were read, and are to be."""

    def __init__(self, orders: int, told: Callable[[int, int], None]) -> None:
        self.orders, self._told = orders, told
        self._whole = max(orders - orders // 20 - 10, 0)
        self._part = max(orders // PART, FEWEST) if orders else IDLE
        self._read = 0

    def share(self, saved: float, *, always: bool = False) -> Share:
        """Of a list that saves so many requests an order, or is worth reading ``always``."""
        return Share(self, saved, always=always)

    def grant(self, pages: int) -> int:
        """How many of these pages are read now."""
        if pages <= self._whole:
            self._whole -= pages
            self._part = min(self._part, self._whole)
            return pages + 1 + pages // SLACK
        granted = min(pages, self._part)
        self._part -= granted
        return granted

    def note(self, to_read: int) -> None:
        """A page was read, and so many more are to be."""
        self._read += 1
        self._told(self._read, self._read + to_read)


class Share:
    """What is read of one list; to be called after each page, whether to read another.

    ``pays``: whether the list is read, now and with later runs; ``left`` are the pages that later runs are to read. The
    first page is read in any case, to see how many there are.
    """

    def __init__(self, plan: ReadingPlan, saved: float, *, always: bool) -> None:
        self._plan, self._saved, self._always = plan, saved, always
        self._granted = 0
        self.pays = False
        self.left = 0

    def __call__(self, read: int, left: int) -> bool:
        """Whether to read on after so many pages, with so many left."""
        if read == 1:
            self.pays = self._always or 1 + left <= self._saved * self._plan.orders * RUNS
            self._granted = self._plan.grant(1 + left) if self.pays else 0
        to_read = min(left, max(self._granted - read, 0))
        self._plan.note(to_read)
        self.left = left
        return to_read > 0
