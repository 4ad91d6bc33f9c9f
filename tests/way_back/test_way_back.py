"""Schedules in which everything holds, a day, and those that notice a missing guard."""

from __future__ import annotations

from functools import partial

import pytest

from tests.way_back.guards import GUARDS
from tests.way_back.schedule import shrink, simulate
from tests.way_back.seeds import DAY, GUARD_SEEDS, HOLD


@pytest.mark.parametrize("seed", HOLD)
def test_everything_holds(seed: int) -> None:
    """Each shop shows what the rules say of the account's books, whatever happened on the way."""
    result = simulate(seed)
    assert not result.violations, shrink(result)


def test_a_day_ends_with_what_is_true() -> None:
    """A night later nothing is missing, nothing is there twice, and nothing is told any more."""
    result = simulate(DAY, hours=24, times=0.5)
    assert not result.violations, str(result)
    assert result.heard > 50


@pytest.mark.parametrize("guard", GUARD_SEEDS)
def test_a_missing_guard_is_noticed(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guard taken away breaks what holds with it."""
    noticing = GUARD_SEEDS[guard]
    run = partial(simulate, noticing.seed, noticing.kinds, times=noticing.times)
    with_it = run().names
    GUARDS[guard](monkeypatch)
    assert run().names - with_it


def test_the_seed_alone_tells_everything() -> None:
    """The same story twice."""
    few = frozenset({"telling late", "killed at it"})
    assert simulate(HOLD[-1], few).digest == simulate(HOLD[-1], few).digest
