"""The schedules of the test run beside those of :mod:`tests.simulation.seeds`: kinds that came later, the HTTP level,
and guards that are seldom needed. They are looked for alike; ``make simulate … WITHOUT=…`` finds those that notice a
missing guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from tests.simulation.faults import HTTP_RATES
from tests.simulation.seeds import RIGHT, Known

RIGHT_MORE: Final = RIGHT | {"settings changed"}
"""Kinds under which everything has to hold at the port, in any combination."""
RIGHT_HTTP: Final = RIGHT_MORE | HTTP_RATES.keys()
"""The same at the HTTP level."""
HOLD_MORE: Final = tuple(range(1001, 1301))
HOLD_HTTP: Final = tuple(range(1, 101))
PARTS: Final = 2
"""Into how many tests each of them is divided."""


@frozen(kw_only=True)
class Watched:
    """Schedules that notice when a guard is missing."""

    level: str = "port"
    seeds: tuple[int, ...]
    kinds: frozenset[str]
    times: float


def _watched(level: str, times: float, kinds: str, *seeds: int) -> Watched:
    return Watched(level=level, seeds=seeds, kinds=frozenset(kinds.split(", ")), times=times)


WATCHED: Final[Mapping[str, Watched]] = {
    "claim_is_over": _watched("port", 8, "answer lost, visible late, paused at it, pause lasts, keys forgotten", 1041),
    "row_is_the_orders": _watched(
        "port", 6, "ledger restored live, paused, paused at it, source changes, answer late, rate limit", 3588, 921
    ),
    "answer_is_ours": _watched("http", 8, "answer swapped", 21, 84, 130),
    "refusal_is_the_apis": _watched("http", 8, "proxy answers", 16, 63, 96),
    "intent_is_fresh": _watched("http", 6, "rate limit, paused at it, pause lasts, keys forgotten", 26, 43, 67),
    "mirror_is_whole": _watched("http", 1, "read fails", 1, 2, 3),
    "gone_orders_are_listed": _watched("http", 5, "answer lost, person voids, person deletes", 12, 37, 40),
    "numbers_are_compared": _watched(
        "http", 6, "answer lost, source renumbers, person renames, visible late, same number", 125, 165, 182
    ),
}
"""For each guard the schedules to try: one of them has to notice."""
KNOWN_MORE: Final[tuple[Known, ...]] = ()
