"""Which schedules the test run takes: those that failed once among them.

What a seed brings depends on every number that is drawn: whoever changes the world looks for such seeds anew
(``python -m tests.simulation --minutes 10``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from tests.simulation.faults import RATES

LATER: Final = frozenset(
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
"""Kinds of faults under which the product failed at first."""
EVERY: Final = frozenset(RATES)
RIGHT: Final = EVERY - LATER
"""The others."""

PARTS: Final = 4
"""Into how many tests the schedules that hold are divided."""
HOLD: Final = tuple(range(1, 61))
"""Schedules of the test run, each with the kinds of :data:`RIGHT` and once more with :data:`EVERY`."""


@frozen
class Mended:
    """A schedule that failed once, for this ``reason``, with ``more`` kinds of faults than the others."""

    seed: int
    more: frozenset[str]
    reason: str

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of faults that happen in it."""
        return RIGHT | self.more


def _mended(seed: int, *more: str, reason: str) -> Mended:
    return Mended(seed, frozenset(more), reason)


MENDED: Final = (
    _mended(4, "answer swapped", reason="an answer about another order was believed"),
    _mended(255, "pause lasts", reason="a request left whose claim had run out"),
    _mended(230, "person renames", reason="an order that a person has renamed was not found by its number"),
    _mended(90, "person renames", "ledger lost", reason="an empty ledger followed a used key by the next one"),
    _mended(61, "ledger restored", "prefix changed", reason="an order that went out with another prefix was missed"),
    _mended(11, "ledger restored", reason="an order whose number has changed at the source since was missed"),
    _mended(48, "person renames", "ledger lost", reason="an order an earlier ledger had delivered was canceled"),
    _mended(3, "ledger restored live", reason="a worker that outlived its ledger ended with a KeyError"),
    _mended(5, "clock jumps", reason="a time that a clock running ahead had written put an order off"),
    _mended(12, "odd reference", reason="references that no database can hold became one order"),
    _mended(62, "same number", reason="a number delivered a moment ago counted as free, as lists did not show it yet"),
    _mended(259, "same customer", reason="two workers with an order each of one new customer both made the customer"),
    _mended(23, "keys not honoured", reason="an order was there twice, and nobody was told"),
)

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
    "next_key_only_by_hand": (72, RIGHT),
    "content_stays_as_sent": (57, RIGHT),
    "partitions": (61, RIGHT | {"same customer"}),
    "actions_are_looked_at": (4, RIGHT),
    "abandoned_is_uncertain": (20, RIGHT),
}
"""For each guard that can be taken away the schedule that notices: its seed, and the kinds of faults in it."""
