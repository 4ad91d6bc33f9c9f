"""How likely what can go wrong on the way back is, at each of its opportunities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.simulation.faults import ALL_RATES

_AS_EVER: Final = (
    *("request lost", "answer lost", "account down", "rate limit", "read fails", "limit used up", "list shuffled"),
    *("killed", "killed at it", "paused", "paused at it", "pause lasts", "clock skewed"),
    *("ledger busy", "commit unanswered", "visible late"),
)
RATES: Final[Mapping[str, float]] = {
    **{kind: ALL_RATES[kind] for kind in _AS_EVER},
    # telling a shop
    "telling lost": 0.04,
    "telling unanswered": 0.08,
    "telling partly": 0.04,
    "telling slow": 0.06,
    "telling late": 0.04,
    "item fails": 0.04,
    "item unanswered": 0.02,
    "shop down": 0.05,
    "shop needs login": 0.01,
    "shop's code breaks": 0.03,
    # people at the shop
    "shop refuses": 0.05,
}
