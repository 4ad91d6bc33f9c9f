"""The schedules of the test run: those that hold, and those that notice a missing guard."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.simulation.disk import Files
from tests.simulation.faults import RATES, Fault, Faults
from tests.simulation.guards import GUARDS, HTTP_GUARDS
from tests.simulation.schedule import shrink, simulate
from tests.simulation.seeds import (
    EVERY,
    GUARD_SEEDS,
    HOLD,
    HOLD_ESTABLISHED,
    HOLD_HTTP,
    MENDED,
    PARTS,
    RIGHT,
    TOLD_BY_LISTS,
    Mended,
)

ROOT = Path(__file__).parents[2]
ALL_GUARDS = {**GUARDS, **HTTP_GUARDS}


@pytest.mark.parametrize("kinds", [RIGHT, EVERY], ids=["ordinary", "every"])
@pytest.mark.parametrize("part", range(PARTS))
def test_everything_holds(part: int, kinds: frozenset[str]) -> None:
    """In any combination of faults."""
    for seed in HOLD[part::PARTS]:
        result = simulate(seed, kinds)
        assert not result.violations, shrink(result)


def test_everything_holds_in_established_accounts() -> None:
    """Where it is only known whether a number is taken."""
    for seed in HOLD_ESTABLISHED:
        result = simulate(seed, EVERY - TOLD_BY_LISTS, level="established")
        assert not result.violations, shrink(result)


@pytest.mark.parametrize("mended", MENDED, ids=lambda mended: str(mended.seed))
def test_what_was_mended_holds(mended: Mended) -> None:
    """Schedules that failed once."""
    result = simulate(mended.seed, mended.kinds, level=mended.level)
    assert not result.violations, shrink(result)


@pytest.mark.parametrize("part", range(PARTS))
def test_everything_holds_over_http(part: int) -> None:
    """With the real client, limiter, gateway and mirror before the sandbox."""
    for seed in HOLD_HTTP[part::PARTS]:
        result = simulate(seed, level="http")
        assert not result.violations, shrink(result)


@pytest.mark.parametrize("guard", GUARD_SEEDS)
def test_a_missing_guard_is_noticed(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guard taken away breaks what holds with it."""
    noticing = GUARD_SEEDS[guard]
    run = partial(simulate, noticing.seed, noticing.kinds, times=noticing.times, level=noticing.level)
    with_it = run().names
    ALL_GUARDS[guard](monkeypatch)
    assert run().names - with_it


class TestReplaying:
    SEEDS = (27, 176, 188)

    def test_the_seed_alone_tells_everything(self) -> None:
        for seed in self.SEEDS:
            assert simulate(seed).digest == simulate(seed).digest

    def test_whatever_python_hashes_with(self) -> None:
        program = f"from tests.simulation.schedule import simulate\nprint([simulate(s).digest for s in {self.SEEDS}])"
        told = [self._run(program, hash_seed) for hash_seed in ("1", "4711")]
        assert told == [str([simulate(seed).digest for seed in self.SEEDS])] * 2

    def test_on_a_file_as_in_memory(self, tmp_path: Path) -> None:
        for seed in self.SEEDS[:2]:
            directory = tmp_path / str(seed)
            directory.mkdir()
            assert simulate(seed, disk=Files(directory)).digest == simulate(seed).digest

    def _run(self, program: str, hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        ran = subprocess.run(
            [sys.executable, "-c", program], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
        )
        return ran.stdout.strip()


class TestFaults:
    def _drawn(self, off: frozenset[Fault] = frozenset(), times: int = 200) -> list[Fault]:
        faults = Faults(1, RATES, off, lambda _: None)
        for _ in range(times):
            faults.happens("answer lost")
            faults.happens("killed")
        return faults.happened

    def test_one_can_be_switched_off_alone(self) -> None:
        every = self._drawn()
        assert len(every) > 3
        assert self._drawn(frozenset({every[1]})) == [fault for fault in every if fault != every[1]]

    def test_kinds_draw_from_streams_of_their_own(self) -> None:
        faults = Faults(1, {"answer lost"}, (), lambda _: None)
        for _ in range(200):
            faults.happens("answer lost")
        assert faults.happened == [fault for fault in self._drawn() if fault.kind == "answer lost"]

    def test_none_happens_once_they_have_stopped(self) -> None:
        faults = Faults(1, RATES, (), lambda _: None)
        faults.stopped = True
        assert not any(faults.happens("visible late") for _ in range(200))


def test_a_failure_is_told_with_its_fewest_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS["look_before_resend"](monkeypatch)
    failed = simulate(GUARD_SEEDS["look_before_resend"].seed)
    smallest = shrink(failed)
    assert smallest.names & failed.names
    assert 0 < len(smallest.happened) < len(failed.happened)
    told = str(smallest)
    assert f"seed {failed.seed}" in told
    assert all(str(fault) in told for fault in smallest.happened)
    assert "the story:" in told
    assert "pending -> sending" in told
