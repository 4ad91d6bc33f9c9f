"""How far an account is read in a run, so that orders need not be looked up one by one. Arithmetic, no requests.

A list that is known to its end saves look-ups in this run and the next ones; until then it saves none. So it is read
whole where that costs this run less than a request an order; else a little in every run, for as long as that pays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

RUNS: Final = 25
"""So many runs like this one shall have paid for what is read."""
PART: Final = 10
"""Of what pays, but not in this run, one page in so many orders is read,"""
FEWEST: Final = 4
"""at least so many pages;"""
IDLE: Final = 25
"""and so many in a run without orders, of what was begun."""
SPARED: Final = 10
"""Requests a run makes besides."""
SLACK: Final = 50
"""One page in so many more is allowed for where a list is to be read whole: it grows meanwhile."""


class ReadingPlan:
    """The pages of one run, list by list, the most useful first.

    ``orders`` are to be delivered; ``told`` hears after each page how many were read, and how many are to be. Beside
    its ``budget`` a page of each list may be read.
    """

    def __init__(self, orders: int, told: Callable[[int, int], None]) -> None:
        self.orders: int = orders
        self._told = told
        self._whole = max(orders - orders // 20 - SPARED, 0)
        self.spared: int = self._whole
        self._part = max(orders // PART, FEWEST) if orders else IDLE
        self.budget: int = max(self._whole, self._part)
        self.pages: int = 0

    def share(self, saved: float, *, always: bool = False) -> Share:
        """Of a list that saves so many requests an order, or is worth reading ``always``."""
        return Share(self, saved, always=always)

    def grant(self, pages: int) -> int:
        """How many of the pages of a list are read now; once a list has to be read in parts, so are those after it."""
        needed = pages + 1 + pages // SLACK
        if needed <= self._whole:
            self._whole -= needed
            self._part = min(self._part, self._whole)
            return needed
        self._whole = 0
        granted = min(pages, self._part)
        self._part -= granted
        return granted

    def note(self, to_read: int) -> None:
        """A page was read, and so many more are to be."""
        self.pages += 1
        self._told(self.pages, self.pages + to_read)


class Share:
    """What is read of one list; to be called after each page, whether to read another.

    The first page is read in any case, to see how many there are. ``left`` are the pages that later runs are to read;
    none where that does not pay.
    """

    def __init__(self, plan: ReadingPlan, saved: float, *, always: bool) -> None:
        self._plan, self._saved, self._always = plan, saved, always
        self._granted = 0
        self._pays = False
        self.left: int = 0

    @property
    def worth(self) -> int:
        """Pages that cost this run no more than they save it."""
        return int(self._saved * self._plan.spared)

    def __call__(self, read: int, left: int) -> bool:
        """Whether to read on after so many pages, with so many left."""
        if read == 1:
            self._pays = self._always or 1 + left <= self._saved * self._plan.orders * RUNS
            self._granted = self._plan.grant(1 + left) if self._pays else 0
        to_read = min(left, max(self._granted - read, 0))
        self._plan.note(to_read)
        self.left = left if self._pays else 0
        return to_read > 0
