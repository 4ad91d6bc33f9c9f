"""Which schedules the test run takes, and which are known to fail until the product is corrected.

What a seed brings depends on every number that is drawn: whoever changes the world looks for such seeds anew
(``python -m tests.simulation --kinds right --minutes 10``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from tests.simulation.faults import RATES

WRONG: Final = frozenset(
    {
        "answer swapped",
        "clock jumps",
        "keys not honoured",
        "ledger lost",
        "ledger restored",
        "ledger restored live",
        "odd reference",
        "pause lasts",
        "person renames",
        "prefix changed",
        "same customer",
        "same number",
    }
)
"""Kinds of faults under which the product is known to fail; see :data:`KNOWN`."""
RIGHT: Final = frozenset(RATES) - WRONG
"""Kinds of faults, in any combination, under which everything has to hold."""

PARTS: Final = 4
"""Into how many tests the schedules that hold are divided."""
HOLD: Final = tuple(range(1, 121))


@frozen
class Known:
    """A schedule in which ``violation`` is known to be found, for this ``reason``."""

    seed: int
    more: frozenset[str]
    violation: str
    reason: str
    level: str = "port"
    times: float = 1.0

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of faults that happen in it."""
        return RIGHT | self.more


KNOWN: Final = (
    Known(
        230,
        frozenset({"person renames"}),
        "doubled",
        "an order that a person has renamed is not found by its number, and is created again after the patience",
    ),
    Known(
        90,
        frozenset({"person renames", "ledger lost"}),
        "doubled",
        "an empty ledger finds its orders by number alone, and a used key is followed by the next one",
    ),
    Known(
        61,
        frozenset({"ledger restored", "prefix changed"}),
        "doubled",
        "a restored ledger does not find orders that went out under another prefix",
    ),
    Known(
        11,
        frozenset({"ledger restored"}),
        "doubled",
        "a restored ledger does not find orders whose number has changed at the source since",
    ),
    Known(
        48,
        frozenset({"person renames", "ledger lost"}),
        "alive",
        "an order that was delivered and canceled before the ledger was lost is told as canceled before it was sent",
    ),
    Known(
        3,
        frozenset({"ledger restored live"}),
        "stray KeyError",
        "a worker that outlives its ledger ends its run with the store's KeyError",
    ),
    Known(
        5,
        frozenset({"clock jumps"}),
        "unsettled",
        "a time that a clock running ahead has written keeps an order waiting until that time",
    ),
    Known(
        12,
        frozenset({"odd reference"}),
        "not in the ledger",
        "references that differ only in characters a database cannot hold become one order",
    ),
    Known(
        62,
        frozenset({"same number"}),
        "number used twice",
        "a number that was delivered a moment ago counts as free while lists do not show it yet",
    ),
    Known(
        259,
        frozenset({"same customer"}),
        "customer made twice",
        "two workers with an order each of one new customer both make the customer",
    ),
    Known(
        23,
        frozenset({"keys not honoured"}),
        "doubled",
        "where the account honours no keys and shows orders late, one is sent twice, and nobody is told",
    ),
)
"""Each is an expected failure, and strictly: one that holds fails the test run, so that it is taken off this list."""
MENDED: Final = ((4, "answer swapped"), (255, "pause lasts"))
"""Schedules that failed once, with the kind of fault they failed with beside those of :data:`RIGHT`."""

SAME_NUMBER: Final = RIGHT | {"same number"}
GUARD_SEEDS: Final[Mapping[str, tuple[int, frozenset[str]]]] = {
    "unique_number": (4, SAME_NUMBER),
    "claim_serial": (132, RIGHT),
    "look_before_resend": (6, RIGHT),
    "patience": (415, RIGHT),
    "marker_comparison": (4, SAME_NUMBER),
    "gone_orders_count": (63, RIGHT),
    "intent_before_request": (4, RIGHT),
    "stable_key": (20, RIGHT),
    "next_key_only_when_absent": (72, RIGHT),
    "content_stays_as_sent": (57, RIGHT),
    "partitions": (61, RIGHT | {"same customer"}),
    "actions_are_looked_at": (4, RIGHT),
    "abandoned_is_uncertain": (20, RIGHT),
}
"""For each guard that can be taken away the schedule that notices: its seed, and the kinds of faults in it."""
