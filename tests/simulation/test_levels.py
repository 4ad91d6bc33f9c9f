"""The schedules of the HTTP level and of kinds that came later, and the ledger they run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.disk import Files, Memory
from tests.simulation.faults import ALL_RATES, HTTP_RATES, Faults
from tests.simulation.guards import HTTP_GUARDS, NEWER_GUARDS
from tests.simulation.levels import LEVELS
from tests.simulation.schedule import Result, shrink, simulate
from tests.simulation.seeds import Known
from tests.simulation.seeds_more import HOLD_HTTP, HOLD_MORE, KNOWN_MORE, PARTS, RIGHT_HTTP, RIGHT_MORE, WATCHED
from tests.simulation.test_simulation import digests_in_other_processes

ALL_GUARDS = {**NEWER_GUARDS, **HTTP_GUARDS}


@pytest.mark.parametrize("part", range(PARTS))
def test_everything_holds_under_kinds_that_came_later(part: int) -> None:
    for seed in HOLD_MORE[part::PARTS]:
        result = simulate(seed, RIGHT_MORE)
        assert not result.violations, shrink(result)


@pytest.mark.parametrize("part", range(PARTS))
def test_everything_holds_at_the_http_level(part: int) -> None:
    """With the real client, limiter, gateway and mirror, on a network on which everything goes wrong."""
    for seed in HOLD_HTTP[part::PARTS]:
        result = simulate(seed, RIGHT_HTTP, level="http")
        assert not result.violations, shrink(result)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(one, id=f"{one.level}-{one.seed}", marks=pytest.mark.xfail(reason=one.reason, strict=True))
        for one in KNOWN_MORE
    ],
)
def test_known_failures(known: Known) -> None:
    """Schedules the product is known to fail; once it is corrected, its kinds move to those under which all holds."""
    result = simulate(known.seed, known.kinds, level=known.level, times=known.times)
    assert not result.names & {known.violation}, result


@pytest.mark.parametrize("guard", ALL_GUARDS)
def test_a_missing_guard_is_noticed(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guard taken away breaks what holds with it."""

    def run(seed: int) -> Result:
        return simulate(seed, watched.kinds, level=watched.level, times=watched.times)

    watched = WATCHED[guard]
    with_it = {seed: run(seed).names for seed in watched.seeds}
    ALL_GUARDS[guard](monkeypatch)
    assert any(run(seed).names - names for seed, names in with_it.items())


class TestReplaying:
    SEEDS = (3, 12, 20)

    def test_whatever_python_hashes_with(self) -> None:
        told = digests_in_other_processes(self.SEEDS, "http")
        assert told == [str([simulate(seed, level="http").digest for seed in self.SEEDS])] * 2

    @pytest.mark.parametrize("level", LEVELS)
    def test_on_every_ledger_alike(self, level: str, tmp_path: Path) -> None:
        """What a dictionary holds, a table in memory or in a file: not a step is different."""
        for seed in self.SEEDS:
            directory = tmp_path / str(seed)
            directory.mkdir()
            told = {simulate(seed, disk=disk, level=level).digest for disk in (Memory(), Files(directory))}
            assert told == {simulate(seed, level=level).digest}


def test_every_kind_happens() -> None:
    """None of those that came later is forgotten by the world."""
    happened = {fault.kind for seed in HOLD_HTTP[:20] for fault in simulate(seed, level="http", times=3).happened}
    assert happened >= (ALL_RATES.keys() - {"keys not honoured"}) & {*HTTP_RATES, "settings changed", "key stripped"}


def test_faults_can_be_more_likely() -> None:
    """By so many times, and those that happen as usual are among them."""

    def happening(times: float) -> set[int]:
        faults = Faults(1, {"answer lost"}, (), lambda _: None, times=times)
        for _ in range(1000):
            faults.happens("answer lost")
        return {fault.nth for fault in faults.happened}

    usual, more = happening(1), happening(3)
    assert usual < more
    assert len(more) > 2 * len(usual)
