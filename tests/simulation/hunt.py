"""Hunt for schedules that fail: ``make simulate SEED=1 MINUTES=5``, or one alone: ``make simulate SEED=4711``.

At all levels, or at one (``--level``). With ``--kinds`` only these kinds of faults happen (``right``: the ordinary
ones), with ``--times`` more often; ``--without`` takes a guard of the product away. Every failure is printed with its
fewest faults, its story and the ledger's history. Every twentieth seed runs on a SQLite file too, and has to go the
same way. Ends with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from attrs import define, field, frozen

from tests.simulation.disk import Files
from tests.simulation.faults import ALL_RATES, HTTP_RATES
from tests.simulation.guards import GUARDS, HTTP_GUARDS
from tests.simulation.levels import LEVELS
from tests.simulation.schedule import Result, shrink, simulate
from tests.simulation.seeds import RIGHT, TOLD_BY_LISTS

ON_FILES: Final = 20
"""One in so many schedules is run on a SQLite file too."""
SHARED_MEMORY: Final = Path("/dev/shm")
AT_A_TIME: Final = 20
"""Schedules a process runs before it tells what came of them."""
ALL_GUARDS: Final = {**GUARDS, **HTTP_GUARDS}
ORDINARY: Final = {"port": RIGHT, "established": RIGHT, "http": RIGHT | HTTP_RATES.keys()}


@frozen(kw_only=True)
class Task:
    """Some schedules for one process."""

    level: str
    seeds: range
    kinds: frozenset[str]
    times: float
    without: str
    shrinks: bool


@define(kw_only=True)
class Found:
    """What came of schedules at one level. ``restores``: of the ledger, also to nothing. ``astray`` are seeds that went
    another way on a file; ``told`` is what is printed of each failure."""

    level: str
    count: int = 0
    seconds: float = 0.0
    restores: int = 0
    names: dict[str, list[int]] = field(factory=dict)
    failed: int = 0
    astray: list[int] = field(factory=list)
    told: list[str] = field(factory=list)

    def add(self, other: Found) -> None:
        """Both together; what is to be told of the other one has been."""
        self.count += other.count
        self.seconds += other.seconds
        self.restores += other.restores
        self.failed += other.failed
        self.astray += other.astray
        for name, seeds in other.names.items():
            self.names.setdefault(name, []).extend(seeds)

    def lines(self, jobs: int) -> Iterator[str]:
        """The figures, for people."""
        speed = self.count * 60 * jobs / self.seconds
        restores = f"the ledger restored or lost {self.restores} times"
        yield f"{self.level}: {self.count} schedules, {speed:.0f} a minute, {restores}; {self.failed} failed"
        for name, seeds in sorted(self.names.items(), key=lambda pair: -len(pair[1])):
            yield f"  {len(seeds):4} {name}: seeds {', '.join(map(str, sorted(seeds)))}"
        if self.astray:
            yield f"  went another way on a SQLite file: seeds {', '.join(map(str, self.astray))}"


def main() -> int:
    """Run schedules until the time is up, and say what was found."""
    asked = _arguments()
    levels = [asked.level] if asked.level else list(LEVELS)
    kinds = {level: _kinds(asked.kinds, level) for level in levels}
    if unknown := frozenset[str]().union(*kinds.values()) - ALL_RATES.keys():
        print(f"no such kind of fault: {', '.join(sorted(unknown))}; there are {', '.join(ALL_RATES)}")
        return 2
    at_a_time = AT_A_TIME if asked.minutes else 1
    tasks = (
        Task(
            level=level,
            seeds=range(seed, seed + at_a_time),
            kinds=kinds[level],
            times=asked.times,
            without=asked.without,
            shrinks=asked.shrink,
        )
        for seed in count(asked.seed, at_a_time)
        for level in levels
    )
    jobs = asked.jobs if asked.minutes else 1
    found = {level: Found(level=level) for level in levels}
    for one in _hunt(tasks, jobs, asked.minutes * 60) if asked.minutes else map(_run, (next(tasks) for _ in levels)):
        found[one.level].add(one)
        print(*one.told, sep="\n", end="\n" if one.told else "", flush=True)
    print("", *(line for one in found.values() if one.count for line in one.lines(jobs)), sep="\n")
    return any(one.failed or one.astray for one in found.values())


def _kinds(asked: str, level: str) -> frozenset[str]:
    kinds = ORDINARY[level] if asked == "right" else frozenset(asked.split(",") if asked else ALL_RATES)
    return kinds - TOLD_BY_LISTS if level == "established" else kinds


def _hunt(tasks: Iterator[Task], jobs: int, seconds: float) -> Iterator[Found]:
    """Tasks in several processes at once, until the time is up."""
    until, running = time.monotonic() + seconds, set[Future[Found]]()
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        while running or time.monotonic() < until:
            while len(running) < jobs and time.monotonic() < until:
                running.add(pool.submit(_run, next(tasks)))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in done)


def _run(task: Task) -> Found:
    with pytest.MonkeyPatch.context() as patch:
        if task.without:
            ALL_GUARDS[task.without](patch)
        return _simulated(task)


def _simulated(task: Task) -> Found:
    found = Found(level=task.level)
    for seed in task.seeds:
        began = time.perf_counter()
        result = simulate(seed, task.kinds, level=task.level, times=task.times)
        found.seconds += time.perf_counter() - began
        found.count += 1
        found.restores += result.restores
        if seed % ON_FILES == 0 and _on_a_file(result).digest != result.digest:
            found.astray.append(seed)
        if result.violations:
            found.failed += 1
            found.told.append(_told(result, shrinks=task.shrinks))
            for name in result.names:
                found.names.setdefault(name, []).append(seed)
    return found


def _told(result: Result, *, shrinks: bool) -> str:
    if not shrinks:
        return f"seed {result.seed} at the {result.level} level: {', '.join(sorted(result.names))}"
    return f"\n{shrink(result)}"


def _on_a_file(result: Result) -> Result:
    """The same schedule on a SQLite file, in memory if the machine has such a directory."""
    where = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with TemporaryDirectory(dir=where) as directory:
        disk = Files(Path(directory))
        return simulate(result.seed, result.kinds, level=result.level, times=result.times, disk=disk)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--minutes", type=float, default=0.0, help="how long; 0: this seed alone")
    parser.add_argument("--level", choices=list(LEVELS), help="only at this one")
    parser.add_argument("--kinds", default="", help="kinds of faults, with commas between; right; default: all")
    parser.add_argument("--times", type=float, default=1.0, help="so many times as likely as usual are all faults")
    parser.add_argument("--without", choices=sorted(ALL_GUARDS), default="", help="with this guard taken away")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; default: as many as cores")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false", help="only tell the seeds that fail")
    return parser.parse_args()
