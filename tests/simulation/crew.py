"""Workers of any kind in one world: processes that die, stand still and go on, with clocks that may be wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from random import Random
from typing import Final

from attrs import frozen

from tests.simulation.disk import Disk
from tests.simulation.faults import ALL_RATES, Fault, Faults
from tests.simulation.scheduler import HOUR, MINUTE, SECOND, Process, Scheduler
from tests.simulation.story import Story

SHORT: Final = MINUTE
"""How long a worker may be stopped so that its claim holds, whatever else it waits for."""


@frozen(kw_only=True)
class Manner:
    """What a seed decides of a world's workers. ``tempo`` stretches all durations but those the product knows."""

    kinds: frozenset[str]
    tempo: float
    same_names: bool
    one_machine: bool
    """Whether all workers have one clock, as with a ledger in a file; else the ledger has one that they share."""


class Crew(ABC):
    """A world's time, faults and workers."""

    def __init__(
        self,
        seed: int,
        manner: Manner,
        off: Collection[Fault],
        disk: Disk,
        *,
        least_time: int,
        times: float = 1.0,
        rates: Mapping[str, float] = ALL_RATES,
    ) -> None:
        self.seed = seed
        self.disk = disk
        self.scheduler = Scheduler(Random(f"{seed} ties"))
        self.story = Story(self.scheduler)
        self.faults = Faults(
            seed, manner.kinds, off, lambda fault: self.story.tell("⚡", str(fault)), times=times, rates=rates
        )
        self.workers: dict[int, Process] = {}
        self.retired: list[Process] = []
        self.faults_until = least_time
        self._manner = manner
        self._off = frozenset(off)
        self._rng = Random(f"{seed} schedule")

    # ── time ─────────────────────────────────────────────────────────────────────────────────

    def duration(self, usual: int) -> int:
        """About so many microseconds, sometimes a lot more."""
        return int(usual * self._manner.tempo * self._rng.expovariate(1.0)) + 1

    def pause_for(self, usual: int) -> None:
        """Let whoever has the baton wait about so long."""
        self.scheduler.sleep(self.duration(usual))

    def point(self, where: str, usual: int, near: str = "") -> None:
        """A call on its way: time passes, others run, and the process may die or be stopped."""
        self.story.tell(self.scheduler.current.process.name, where, quiet=True)
        self.trouble(near, within=usual)
        self.pause_for(usual)

    def trouble(self, near: str, within: int) -> None:
        """The process of whoever has the baton may die or be stopped a moment later."""
        process = self.scheduler.current.process
        suffix = f" {near}" if near else ""
        if killed := self.faults.happens(f"killed{suffix}"):
            self.scheduler.after(int(killed.amount * within * 2), lambda: self.kill(process, killed.other))
        if paused := self.faults.happens(f"paused{suffix}"):
            lasts = self.faults.happens("pause lasts")
            length = _long(lasts.amount) if lasts else int(paused.other * SHORT)
            self.faults_until = max(self.faults_until, self.scheduler.now + length + 10 * MINUTE)
            self.scheduler.after(int(paused.amount * within * 2), lambda: self.stop(process, length))

    # ── workers ──────────────────────────────────────────────────────────────────────────────

    def start_worker(self, slot: int) -> None:
        """A new process; its clock is what the machine's is."""
        number = 1 + sum(one.name.startswith(f"w{slot}") for one in self.retired)
        process = Process(f"w{slot}" if self._manner.same_names else f"w{slot}.{number}")
        if (skewed := self.faults.happens("clock skewed")) and not self._manner.one_machine:
            process.skew = timedelta(minutes=20 * skewed.amount - 10)
        self.workers[slot] = process
        self.scheduler.spawn(process, lambda: self._work(slot, process))

    def kill(self, process: Process, restart: float = 0.0) -> None:
        """It dies; a supervisor starts another one in its place."""
        slot = next((slot for slot, one in self.workers.items() if one is process), None)
        if process.dead or slot is None:
            return
        self.story.tell(process.name, "is killed")
        self.scheduler.kill(process)
        self.retired.append(process)
        self.scheduler.after(SECOND + int(restart * 5 * MINUTE), lambda: self.start_worker(slot))

    def stop(self, process: Process, length: int) -> None:
        """It is suspended for a while."""
        if not process.dead and not self.faults.stopped:
            self.story.tell(process.name, f"is stopped for {timedelta(microseconds=length)}")
            self.scheduler.stop(process)
            self.scheduler.after(length, lambda: self.go_on(process))

    def go_on(self, process: Process) -> None:
        if process.stopped:
            self.story.tell(process.name, "goes on")
            self.scheduler.resume(process)

    @abstractmethod
    def _work(self, slot: int, process: Process) -> None:
        """What a worker does all its life."""

    def in_time(self, delay: int, happen: Callable[[], object]) -> None:
        """Do something before the faults stop."""
        self.faults_until = max(self.faults_until, self.scheduler.now + delay)
        self.scheduler.after(delay, happen)


def _long(amount: float) -> int:
    """Mostly minutes, sometimes more than a day."""
    if amount < 0.6:
        return int(amount * 30 * MINUTE)
    return int((amount - 0.6) / 0.4 * 30 * HOUR)
