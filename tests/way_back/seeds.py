"""Which schedules the test run takes. Whoever changes the world or how it draws looks for such seeds anew
(``python -m tests.way_back --minutes 10``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

HOLD: Final = (9, 21)
"""Schedules in which everything holds."""
DAY: Final = 5
"""A day that is full."""


@frozen
class Noticing:
    """A schedule that fails only while a guard is taken away. ``times``: how much more likely faults are in it."""

    seed: int
    kinds: frozenset[str] = frozenset()
    times: float = 1.0


GUARD_SEEDS: Final[Mapping[str, Noticing]] = {
    "abandoned_is_told_again": Noticing(2, frozenset({"killed at it"}), 8),
    "doubt_is_kept": Noticing(2, frozenset({"telling late"}), 6),
    "refused_rests": Noticing(2, frozenset({"shop refuses"}), 2),
    "what_vanished_is_told": Noticing(1),
}
"""For each guard that can be taken away the schedule that notices."""
