"""When each job of a connection runs next. What ran last is kept in the ledger, so that a restart makes up once for
what was missed, and runs nothing that is not due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.config.schedules import JOBS, Schedule
from tradegecko_bridge.ports import Store

_KIND: Final = "service runs"
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_RETRY: Final = timedelta(minutes=15)


class Agenda:
    """What one connection is to do; for one thread."""

    def __init__(self, connection: str, schedule: Schedule, store: Store, jobs: Collection[str], now: datetime) -> None:
        self.connection, self.schedule = connection, schedule
        self.jobs = tuple(job for job in JOBS if job in jobs and job in schedule.jobs)
        self._store, self._begun = store, now
        self._last: dict[str, datetime] | None = None
        self._broken: dict[str, int] = {}
        self._not_before: dict[str, datetime] = {}
        self._nudged: set[str] = set()
        self.tried: set[str] = set()
        """The jobs that came to an end since the start, well or not."""

    def nudge(self, jobs: Collection[str]) -> None:
        """Have these jobs run now."""
        self._nudged.update(set(jobs).intersection(self.jobs))

    def next(self, job: str, now: datetime) -> datetime:
        """When a job is due, quiet hours heeded; what lies back is due now. Raises StoreError."""
        if self._last is None:
            told = self._store.told_values(self.connection, _KIND)
            self._last = {name: datetime.fromisoformat(value) for name, value in told.items()}
        rhythm, last = self.schedule.jobs[job], self._last.get(job)
        if job in self._nudged:
            due = now
        elif last is None:
            due = now if rhythm.every is not None else rhythm.after(self._begun)
        else:
            due = rhythm.after(min(last, now))  # the clock may have been put back
        return self.schedule.begins(max(due, self._not_before.get(job, due)))

    def due(self, now: datetime) -> list[str]:
        """The jobs to run now, in their order. A pass over all of the stock stands for one over what changed."""
        found = [job for job in self.jobs if self.next(job, now) <= now]
        return [job for job in found if job != "inventory" or "full_stock" not in found]

    def soonest(self, now: datetime) -> datetime | None:
        """When the next job is due; None: there is none."""
        return min((self.next(job, now) for job in self.jobs), default=None)

    def ran(self, job: str, started: datetime, at: datetime) -> None:
        """A job came to its end, well or not: it is due again at its next turn. Raises StoreError."""
        done = [job, "inventory"] if job == "full_stock" and "inventory" in self.jobs else [job]
        self._store.record_told_values(self.connection, _KIND, {one: started.isoformat() for one in done}, at=at)
        self._last = {**(self._last or {}), **dict.fromkeys(done, started)}
        self.tried.update(done)
        for one in done:
            self._broken.pop(one, None)
            self._not_before.pop(one, None)
        self._nudged.difference_update(done)

    def broke(self, job: str, now: datetime) -> None:
        """A job could not come to its end: it is tried again soon, and then less and less often."""
        self.tried.add(job)
        times = self._broken[job] = min(self._broken.get(job, 0) + 1, 10)
        self._not_before[job] = now + min(FIRST_RETRY * 2 ** (times - 1), LONGEST_RETRY)
