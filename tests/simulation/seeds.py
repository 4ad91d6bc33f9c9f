"""Which schedules the test run takes: those that failed once among them.

What a seed brings depends on every number that is drawn: whoever changes the world looks for such seeds anew
(``python -m tests.simulation --minutes 10``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from tests.simulation.faults import ALL_RATES, RATES

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
EVERY: Final = frozenset(ALL_RATES)
RIGHT: Final = frozenset(RATES) - LATER
"""The others."""
TOLD_BY_LISTS: Final = frozenset(
    {"key stripped", "keys not honoured", "ledger lost", "ledger restored", "ledger restored live"}
)
"""What is only noticed where all orders of the account have been listed: not at the level of established accounts."""

PARTS: Final = 4
"""Into how many tests the schedules that hold are divided."""
HOLD: Final = tuple(range(1, 61))
"""Schedules of the test run, each with the kinds of :data:`RIGHT` and once more with :data:`EVERY`."""
HOLD_ESTABLISHED: Final = tuple(range(1, 121))
"""The same in established accounts, with every kind but :data:`TOLD_BY_LISTS`."""
HOLD_HTTP: Final = tuple(range(1, 41))
"""The same at the HTTP level, with every kind."""


@frozen
class Mended:
    """A schedule that failed once, for this ``reason``, with ``more`` kinds of faults than the others."""

    seed: int
    more: frozenset[str]
    reason: str
    level: str = "port"

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
    Mended(1555, EVERY, "the cursor of a run that began before the ledger was restored passed over orders"),
    Mended(3130, EVERY, "a worker that outlived its ledger ended with a ValueError"),
    Mended(1359, EVERY, "a double was seen in a run that died before it could tell", "http"),
    Mended(
        5257, EVERY, "a lost request that was sent on an hour later counted as one that could be waited for", "http"
    ),
    Mended(4452, EVERY, "an order that a restored ledger knew as delivered was looked for, and that failed"),
    Mended(8062, EVERY, "a number got by a clock that was ahead counted as got long ago, and was used again"),
    Mended(1361, EVERY, "the last order was placed before the account showed what it was to tell"),
    Mended(1448, EVERY, "an action that another worker had just done counted as refused"),
    Mended(337, EVERY, "an order shown minutes late behind a listing's cursor was never seen, nor its double", "http"),
    Mended(240, EVERY, "the absence of an order sent minutes before the ledger was restored was believed too soon"),
)


@frozen
class Noticing:
    """A schedule that fails only while a guard is taken away. ``times``: how much more likely faults are in it."""

    seed: int
    kinds: frozenset[str] = EVERY
    times: float = 1.0
    level: str = "port"


GUARD_SEEDS: Final[Mapping[str, Noticing]] = {
    "unique_number": Noticing(4),
    "claim_serial": Noticing(86),
    "look_before_resend": Noticing(8),
    "patience": Noticing(95),
    "restores_are_waited_out": Noticing(
        221, frozenset({"ledger restored", "visible late", "source cancels"}), times=5.0
    ),
    "marker_comparison": Noticing(4),
    "gone_orders_count": Noticing(726),
    "intent_before_request": Noticing(4),
    "stable_key": Noticing(93),
    "next_key_only_by_hand": Noticing(93),
    "content_stays_as_sent": Noticing(
        295,
        frozenset(
            {
                *("source changes", "source cancels", "source renumbers"),
                *("answer lost", "request lost", "request late", "visible late", "killed at it", "paused at it"),
            }
        ),
        times=3.0,
    ),
    "one_customer_at_a_time": Noticing(12),
    "actions_are_looked_at": Noticing(4),
    "abandoned_is_uncertain": Noticing(436),
    "claim_is_over": Noticing(889, times=3.0),
    "row_is_the_orders": Noticing(
        699,
        frozenset({"ledger restored live", "paused at it", "rate limit", "same number", "request lost"}),
        times=6.0,
    ),
    "refusal_is_the_apis": Noticing(
        1447,
        frozenset(
            {
                *("proxy answers", "answer lost", "request late", "request doubled"),
                *("visible late", "killed at it"),
            }
        ),
        times=4.0,
        level="http",
    ),
    "answer_is_ours": Noticing(
        25,
        frozenset({"answer swapped", "answer lost", "answer doubled", "request doubled", "visible late"}),
        times=6.0,
        level="http",
    ),
    "mirror_is_whole": Noticing(1, level="http"),
    "gone_orders_are_listed": Noticing(159, times=2.0, level="http"),
}
"""For each guard that can be taken away the schedule that notices."""
