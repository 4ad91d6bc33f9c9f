"""How connections fare: for people, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from rich.text import Text

from tradegecko_bridge.cli.output.console import counted, print_columns, print_table, public_fields, say
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.runs import JobRun, JobStatus

_S = OrderState
_NEEDING: Final = {_S.HELD: "held", _S.UNCERTAIN: "in doubt", _S.SENDING: "in doubt", _S.FAILED: "failed"}
_NOT_SAID: Final = ("ingested", "unchanged", "problems")


@frozen(kw_only=True)
class ConnectionStatus:
    """One connection: its orders that need something, its open alerts, and its jobs."""

    connection: str
    orders: Mapping[str, int]
    alerts: int
    jobs: Sequence[JobStatus]


def status_of(store: Store, connection: str) -> ConnectionStatus:
    """As the ledger has it."""
    orders = Counter(dict.fromkeys(_NEEDING.values(), 0))
    for one in store.summary(connection, states=_NEEDING):
        orders[_NEEDING[one.state]] += one.count
    alerts = len(store.alerts(connection))
    return ConnectionStatus(
        connection=connection, orders=dict(orders), alerts=alerts, jobs=store.job_statuses(connection)
    )


def print_statuses(found: Sequence[ConnectionStatus]) -> None:
    """A line for each connection, then a table of the jobs of all."""
    jobs = [job for one in found for job in one.jobs]
    for one in found:
        needing = ", ".join(f"{count} {what}" for what, count in one.orders.items() if count) or "no order needs you"
        alerts = f"{counted(one.alerts, 'open alert')} (`tgbridge alerts`)" if one.alerts else "no open alert"
        say(Text(f"{one.connection}: {needing}; {alerts}"))
    print_table(
        ("connection", "job", "last run (UTC)", "result", "last success (UTC)", "what it did"),
        [
            (
                job.connection,
                job.job,
                _when(job.last.finished_at),
                Text("well" if job.last.ok else "failed", style="green" if job.last.ok else "red"),
                _when(job.last_success.finished_at) if job.last_success else "never",
                _did(job.last),
            )
            for job in jobs
        ],
        none="no job has run yet: `tgbridge sync`",
    )
    if problems := [(f"  {job.job} of {job.connection}", text) for job in jobs for text in job.last.problems]:
        say(Text("problems of the last runs", style="bold"))
        print_columns(problems)


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _did(run: JobRun) -> str:
    parts = [f"{number} {what}" for what, number in run.counts.items() if what not in _NOT_SAID]
    if ingested := run.counts.get("ingested"):
        parts.insert(0, f"{ingested} ingested")
    return f"{', '.join(parts) or 'nothing to do'} - {run.calls} API {'call' if run.calls == 1 else 'calls'}"


def statuses_as_rows(found: Sequence[ConnectionStatus]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "connection": one.connection,
            "orders": {what.replace(" ", "_"): count for what, count in one.orders.items()},
            "alerts": one.alerts,
            "jobs": [
                {
                    **public_fields(job.last),
                    "last_success": job.last_success.finished_at if job.last_success else None,
                }
                for job in one.jobs
            ],
        }
        for one in found
    ]
