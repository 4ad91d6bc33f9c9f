"""Runs of jobs."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from datetime import datetime, timedelta

from tradegecko_bridge.ports import Store
from tradegecko_bridge.runs import KEPT, JobRun
from tradegecko_bridge.testing.store_checks.cases import AT, SHOP


def a_run(at: datetime = AT, *, ok: bool = True, job: str = "sync tracking", connection: str = SHOP) -> JobRun:
    """One that took a minute."""
    return JobRun(
        connection=connection,
        job=job,
        started_at=at,
        finished_at=at + timedelta(minutes=1),
        ok=ok,
        worker="ann:1",
        calls=3,
        counts={"sent": 2, "unchanged": 1},
        problems=() if ok else ("the shop is down",),
    )


class RunChecks:
    """What each job did lately."""

    def test_a_run_is_kept_whole(self, store: Store) -> None:
        """The newest come first; those of other jobs and connections are others.

        *Troubleshooting:* counts and problems as JSON.
        """
        first, second = a_run(), a_run(AT + timedelta(hours=1), ok=False)
        for run in (first, second, a_run(job="deliver orders"), a_run(connection="other")):
            store.record_run(run)
        assert list(store.runs(SHOP, "sync tracking")) == [second, first]
        assert list(store.runs(SHOP, "sync tracking", limit=1)) == [second]
        assert list(store.runs("other", "sync tracking")) == [a_run(connection="other")]

    def test_each_job_has_its_last_run_and_its_last_success(self, store: Store) -> None:
        """A job that failed since has both; one that never went well has no success.

        *Troubleshooting:* the newest run, and the newest that is ``ok``, for each job.
        """
        assert list(store.job_statuses(SHOP)) == []
        good, bad = a_run(), a_run(AT + timedelta(hours=1), ok=False)
        never = a_run(ok=False, job="sync inventory")
        for run in (good, bad, never, a_run(connection="other")):
            store.record_run(run)
        found = [(one.job, one.last, one.last_success) for one in store.job_statuses(SHOP)]
        assert found == [("sync inventory", never, None), ("sync tracking", bad, good)]

    def test_old_runs_go_and_the_last_success_stays(self, store: Store) -> None:
        """After a week of failures it is still told when the job last went well.

        *Troubleshooting:* with each run those of its job go that are too old, but for the newest that is ``ok``.
        """
        good = [a_run(AT), a_run(AT + timedelta(hours=1))]
        bad = [a_run(AT + timedelta(hours=2), ok=False), a_run(AT + KEPT + timedelta(hours=3), ok=False)]
        other = a_run(job="deliver orders")
        for run in (other, *good, *bad):
            store.record_run(run)
        assert list(store.runs(SHOP, "sync tracking")) == [bad[1], good[1]]
        (status,) = [one for one in store.job_statuses(SHOP) if one.job == "sync tracking"]
        assert (status.last, status.last_success) == (bad[1], good[1])
        assert list(store.runs(SHOP, "deliver orders")) == [other]
