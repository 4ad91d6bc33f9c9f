"""Where the runs of jobs are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tradegecko_bridge.runs import JobRun, JobStatus


class RunStore(Protocol):
    """What each job of each connection did lately."""

    def record_run(self, run: JobRun) -> None:
        """Keep a run. Runs of its connection's job that ended more than :data:`~tradegecko_bridge.runs.KEPT` before it
        go, but for the last success."""

    def runs(self, connection: str, job: str, *, limit: int = 50) -> Sequence[JobRun]:
        """The runs of a job, the newest first."""

    def job_statuses(self, connection: str) -> Sequence[JobStatus]:
        """Each job of a connection that ever ran, by name."""
