"""Which schedules the test run takes, and which are known to fail until the product is corrected."""

from __future__ import annotations

from typing import Final

from tests.simulation.faults import RATES

WRONG: Final = frozenset(
    {
        "answer swapped",
        "keys not honoured",
        "ledger restored",
        "ledger restored live",
        "ledger lost",
        "prefix changed",
        "clock jumps",
        "odd reference",
        "person renames",
        "pause lasts",
        "same number",
        "same customer",
    }
)
"""Kinds of faults under which the product is known to fail; see :data:`KNOWN`."""
RIGHT: Final = frozenset(RATES) - WRONG
"""Kinds of faults, in any combination, under which everything holds."""
