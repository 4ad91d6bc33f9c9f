"""The schedules of the test run: those that hold, those known to fail, and those that notice a missing guard."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.disk import Files
from tests.simulation.faults import RATES, Fault, Faults
from tests.simulation.guards import GUARDS
from tests.simulation.schedule import shrink, simulate
from tests.simulation.seeds import GUARD_SEEDS, HOLD, KNOWN, MENDED, PARTS, RIGHT, Known

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("part", range(PARTS))
def test_everything_holds(part: int) -> None:
    """In any combination of the faults under which it should."""
    for seed in HOLD[part::PARTS]:
        result = simulate(seed, RIGHT)
        assert not result.violations, shrink(result)


@pytest.mark.parametrize(("seed", "kind"), MENDED)
def test_what_was_mended_holds(seed: int, kind: str) -> None:
    """Neither an answer about another order nor a request whose claim has run out does harm any more."""
    result = simulate(seed, RIGHT | {kind})
    assert not result.violations, shrink(result)


@pytest.mark.parametrize(
    "known",
    [pytest.param(one, id=f"{one.seed}", marks=pytest.mark.xfail(reason=one.reason, strict=True)) for one in KNOWN],
)
def test_known_failures(known: Known) -> None:
    """Schedules the product is known to fail; once it is corrected, its seeds move to those that hold."""
    result = simulate(known.seed, known.kinds)
    assert not result.names & {known.violation}, result


@pytest.mark.parametrize("guard", GUARDS)
def test_a_missing_guard_is_noticed(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guard taken away breaks what holds with it."""
    seed, kinds = GUARD_SEEDS[guard]
    with_it = simulate(seed, kinds).names
    GUARDS[guard](monkeypatch)
    assert simulate(seed, kinds).names - with_it


class TestReplaying:
    SEEDS = (27, 176, 188)

    def test_the_seed_alone_tells_everything(self) -> None:
        for seed in self.SEEDS:
            assert simulate(seed).digest == simulate(seed).digest

    def test_whatever_python_hashes_with(self) -> None:
        told = digests_in_other_processes(self.SEEDS, "port")
        assert told == [str([simulate(seed).digest for seed in self.SEEDS])] * 2

    def test_on_a_file_as_in_memory(self, tmp_path: Path) -> None:
        for seed in self.SEEDS[:2]:
            directory = tmp_path / str(seed)
            directory.mkdir()
            assert simulate(seed, disk=Files(directory)).digest == simulate(seed).digest


def digests_in_other_processes(seeds: tuple[int, ...], level: str) -> list[str]:
    """The digests of these schedules, printed by two processes that hash in different ways."""
    program = (
        "from tests.simulation.schedule import simulate\n"
        f"print([simulate(seed, level={level!r}).digest for seed in {seeds}])"
    )
    return [_printed(program, hash_seed) for hash_seed in ("1", "4711")]


def _printed(program: str, hash_seed: str) -> str:
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
    failed = simulate(*GUARD_SEEDS["look_before_resend"])
    smallest = shrink(failed)
    assert smallest.names & failed.names
    assert 0 < len(smallest.happened) < len(failed.happened)
    told = str(smallest)
    assert f"seed {failed.seed}" in told
    assert all(str(fault) in told for fault in smallest.happened)
    assert "the story:" in told
    assert "pending -> sending" in told
