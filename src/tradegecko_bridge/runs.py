"""The runs of a connection's jobs, as the ledger keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen

KEPT: Final = timedelta(days=7)
"""How long a run is kept; the last success of each job stays."""


@frozen(kw_only=True)
class JobRun:
    """One run of one job (``"deliver orders"``, ``"sync tracking"``…) that came to its end. Times are aware UTC.

    ``counts`` are those of its report: items by what became of them, and what was ``ingested`` or ``unchanged``;
    ``calls`` are requests to the system. ``problems`` are one line each, without personal data.
    """

    connection: str
    job: str
    started_at: datetime
    finished_at: datetime
    ok: bool
    worker: str = ""
    calls: int = 0
    counts: Mapping[str, int] = field(factory=dict)
    problems: tuple[str, ...] = ()


@frozen(kw_only=True)
class JobStatus:
    """How one job of one connection fares: its last run, and the last one that went well (None: not one has)."""

    last: JobRun
    last_success: JobRun | None

    @property
    def connection(self) -> str:
        """Whose job it is."""
        return self.last.connection

    @property
    def job(self) -> str:
        """Which one."""
        return self.last.job
