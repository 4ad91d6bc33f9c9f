"""F17, F18: workers that stand still for longer than their claims, and workers whose clocks differ."""

from __future__ import annotations

import pytest

from tests.chaos.campaign import Tally, racing, suspended
from tests.chaos.ground import Grounds
from tests.chaos.storm import Weather, storm


@pytest.mark.parametrize("seed", [1, 2])
def test_f17_suspended(grounds: Grounds, seed: int) -> None:
    """For minutes or a day, anywhere outside a transaction, with answers lost meanwhile."""
    tally = Tally()
    suspended(grounds, tally, seed)
    tally.assert_clean()


def test_f18_clocks_apart(grounds: Grounds) -> None:
    """Workers at once whose clocks are up to a minute wrong, some of them killed."""
    tally = Tally()
    racing(grounds, tally, 18, count=3, apart=60)
    storm(grounds, tally, 18, size=12, count=2, rounds=2, weather=Weather(apart=60))
    tally.assert_clean()
