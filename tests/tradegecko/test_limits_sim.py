"""A quarter of an hour of a TradeGecko account, simulated: used to the last request, none refused, orders on time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.limit_sim import START, Process, World, saturate
from tradegecko_bridge.stores.sql import SqlStore


@pytest.mark.parametrize("processes", [1, 4])
@pytest.mark.parametrize("seed", [1, 2])
def test_saturated(processes: int, seed: int) -> None:
    """Under full listings and orders: at least 99.5 % used, no 429, 99 of 100 orders wait 5 s at most."""
    outcome = saturate(processes, windows=3, seed=seed, order_every=4)
    assert outcome.share >= 0.995
    assert outcome.refused == 0
    assert outcome.wait(0.5) == 0
    assert outcome.wait(0.99) <= 5


def test_saturated_through_a_database(tmp_path: Path) -> None:
    """The same with four limiters that share a SQLite ledger."""
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        outcome = saturate(4, windows=2, order_every=10, ledger=store.permits)
    assert outcome.share >= 0.995
    assert outcome.refused == 0
    assert outcome.wait(0.99) <= 5


@given(seed=st.integers(0, 10**9), processes=st.integers(1, 4))
@example(seed=1265, processes=2)  # at the boundary, what one had on its way looked to the other like somebody else's
@settings(max_examples=15, deadline=None)
def test_no_chance_is_refused(seed: int, processes: int) -> None:
    """Whatever the latencies and clocks: no 429, nothing wasted."""
    outcome = saturate(processes, windows=2, seed=seed)
    assert outcome.refused == 0
    assert outcome.share >= 0.995


@given(
    seed=st.integers(0, 10**9),
    processes=st.sampled_from([1, 4]),
    after=st.floats(0, 600),
    by=st.floats(-7200, 7200) | st.floats(-10, 10),
)
@settings(max_examples=15, deadline=None)
def test_a_clock_that_jumps(seed: int, processes: int, after: float, by: float) -> None:
    """Somebody sets one process's clock: two requests are refused at most, and the windows after it are full again."""

    def jump(world: World, ours: Sequence[Process]) -> None:
        world.start(world.jump(ours[0], START - world.now + after, by))

    outcome = saturate(processes, windows=5, seed=seed, more=jump)
    assert outcome.refused <= 2
    assert min(outcome.used) >= 285
    assert min(outcome.used[3:]) >= 297


@pytest.mark.parametrize("processes", [1, 4])
def test_somebody_else_uses_the_same_window(processes: int) -> None:
    """Another program takes a third of each window: few 429s, little left unused, and no order waits long."""
    outcome = saturate(processes, windows=4, seed=3, more=lambda world, _: world.start(world.somebody_else(3.0)))
    assert outcome.refused <= 4
    assert min(outcome.used) >= 290
    assert outcome.wait(0.9) <= 5
