"""Runs of jobs in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, func, insert, select

from tradegecko_bridge.commerce.card_numbers import without_card_numbers
from tradegecko_bridge.ports.runs import RunStore
from tradegecko_bridge.runs import KEPT, JobRun, JobStatus
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.sql.database import InDatabase
from tradegecko_bridge.stores.sql.tables import runs

_c = runs.c
NO_PROBLEMS: Final = "[]"
"""As they are stored."""


class SqlRuns(InDatabase, RunStore):
    """What each job of each connection did lately."""

    def record_run(self, run: JobRun) -> None:
        finished = utc(run.finished_at)
        values = {
            "connection": run.connection,
            "job": run.job,
            "started_at": utc(run.started_at),
            "finished_at": finished,
            "ok": run.ok,
            "worker": run.worker,
            "calls": run.calls,
            "counts": json.dumps(dict(run.counts)),
            "problems": json.dumps([without_card_numbers(problem) for problem in run.problems]),
        }
        mine = (_c.connection == run.connection, _c.job == run.job)
        with self._database.writing() as tx:
            tx.execute(insert(runs).values(values))
            success = tx.execute(select(func.max(_c.id)).where(*mine, _c.ok.is_(True))).scalar_one()
            old = delete(runs).where(*mine, _c.finished_at < finished - KEPT)
            tx.execute(old if success is None else old.where(_c.id != success))

    def runs(self, connection: str, job: str, *, limit: int = 50) -> Sequence[JobRun]:
        query = select(runs).where(_c.connection == connection, _c.job == job).order_by(_c.id.desc()).limit(limit)
        with self._database.reading() as tx:
            return [_run(stored) for stored in tx.execute(query)]

    def job_statuses(self, connection: str) -> Sequence[JobStatus]:
        newest = select(_c.job, _c.ok, func.max(_c.id).label("id")).where(_c.connection == connection)
        with self._database.reading() as tx:
            found = tx.execute(newest.group_by(_c.job, _c.ok)).all()
            stored = tx.execute(select(runs).where(_c.id.in_([row.id for row in found])).order_by(_c.id))
            found_runs = [_run(row) for row in stored]
        jobs: dict[str, list[JobRun]] = {}
        for run in found_runs:
            jobs.setdefault(run.job, []).append(run)
        return [
            JobStatus(last=of_job[-1], last_success=next((run for run in of_job if run.ok), None))
            for _, of_job in sorted(jobs.items())
        ]


def _run(stored: Any) -> JobRun:
    return JobRun(
        connection=stored.connection,
        job=stored.job,
        started_at=stored.started_at,
        finished_at=stored.finished_at,
        ok=stored.ok,
        worker=stored.worker,
        calls=stored.calls,
        counts=json.loads(stored.counts),
        problems=tuple(json.loads(stored.problems)),
    )
