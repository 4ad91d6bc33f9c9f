"""What every operation works with."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from time import perf_counter
from typing import Final

from attrs import field, frozen

from tradegecko_bridge.commerce.statuses import Standing
from tradegecko_bridge.engine.clock import SharedClock
from tradegecko_bridge.engine.report import Report
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.settings.timing import Timing
from tradegecko_bridge.engine.telemetry import Tracer, item_done
from tradegecko_bridge.ledger import Alert
from tradegecko_bridge.ports import ChecksAddresses, Clock, Gateway, OrderSource, Store
from tradegecko_bridge.visible import log


@frozen(kw_only=True)
class Progress:
    """How far an operation is; ``total`` is None while nobody knows."""

    operation: str
    done: int
    total: int | None = None


_host: Final = cache(socket.gethostname)


def _threads(count: int) -> Executor:
    return ThreadPoolExecutor(count, "delivery")


@frozen(kw_only=True)
class Concurrency:
    """How several orders are worked on at once: ``executor`` makes a pool of so many threads, ``monotonic`` tells
    seconds. After ``patience`` seconds a second thread is begun, if the first has not shown that it waits for nothing;
    None begins all at once."""

    executor: Callable[[int], Executor] = _threads
    monotonic: Callable[[], float] = perf_counter
    patience: float | None = 0.02


REAL_THREADS: Final = Concurrency()


@frozen(kw_only=True)
class Context:
    """One connection: a source, an order-management system, a ledger, settings, and who is working."""

    connection: str
    source: OrderSource
    gateway: Gateway
    store: Store
    settings: ConnectionSettings
    timing: Timing
    clock: Clock
    given_worker: str | None
    in_flight: int
    on_progress: Callable[[Progress], None] = field(repr=False)
    on_alert: Callable[[Alert], None] = field(repr=False, default=lambda _: None)
    concurrency: Concurrency = REAL_THREADS
    tracer: Tracer | None = field(repr=False, default=None)
    check_address: ChecksAddresses | None = field(repr=False, default=None)
    account: Callable[[], str] = field(repr=False, default=lambda: "")
    """What tells the account from the others of the ledger; asks nobody."""
    siblings: Mapping[str, ConnectionSettings] = field(repr=False, factory=dict)
    """The settings of the ledger's other connections, by name, as far as they were given."""
    words: Mapping[str, Standing] = field(factory=dict)
    """What the source's own words for statuses mean, and those of the settings."""
    _clock_notes: list[str] = field(factory=list, repr=False, eq=False, init=False)
    """What was logged of the clock: once is enough."""

    def synchronize(self) -> None:
        """Read the clock that all workers share, where there is one."""
        if isinstance(self.clock, SharedClock):
            self.clock.synchronize()

    @contextmanager
    def report(self, operation: str, *, dry_run: bool = False) -> Iterator[Report]:
        """A report that knows when it began and ended and how many calls were made meanwhile."""
        self.synchronize()
        report = Report(
            operation=operation,
            connection=self.connection,
            started_at=self.clock(),
            dry_run=dry_run,
            on_item=partial(item_done, self.connection, operation),
        )
        before = self.gateway.calls
        try:
            yield report
        finally:
            report.calls = self.gateway.calls - before
            report.clock_offset = getattr(self.gateway, "clock_offset", None)  # gateways of others may not tell
            if report.clock_note and not self._clock_notes:
                log.warning("%s: %s", self.connection, report.clock_note)
                self._clock_notes.append(report.clock_note)
            report.finished_at = self.clock()

    @property
    def worker(self) -> str:
        """Who is working; unless it was given, this process, which may have been forked since."""
        return self.given_worker or f"{_host()}:{os.getpid()}"

    def progress(self, operation: str, done: int, total: int | None = None) -> None:
        """Tell whoever listens."""
        self.on_progress(Progress(operation=operation, done=done, total=total))

    def lease_end(self) -> datetime:
        """When a claim made now runs out."""
        return self.clock() + self.timing.lease
