"""Which schedules the test run takes. Whoever changes the world or how it draws looks for such seeds anew
(``python -m tests.way_back --minutes 10``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HOLD: Final = (1, 9, 21, 26)
"""Schedules in which everything holds, of those that are quick."""
DAY: Final = 5
"""A day whose faults are many."""
GUARD_SEEDS: Final[Mapping[str, int]] = {
    "written_before_telling": 3,
    "abandoned_is_told_again": 100,
}
"""For each guard that can be taken away the schedule that notices."""
