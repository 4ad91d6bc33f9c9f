"""What runs in the processes that get killed: one worker, delivering orders the way a program would.

Processes are forked from a server that has imported everything and does nothing else (``forkserver``), so one costs
milliseconds instead of an interpreter's start. What a worker talks to, it opens itself, after the fork.
"""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

import httpcore  # noqa: F401 - httpx and SQLAlchemy load these two late, and every worker would do it again
import psycopg  # noqa: F401
from attrs import evolve, field, frozen

from tests.chaos.boundaries import Boundaries, Doom, WatchedTransport, handed_back, watch_databases
from tests.chaos.kept_shop import KeptShop
from tests.support import ALL_ORDERS
from tradegecko_bridge import SqlStore, SyncEngine, Timing, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.engine import ConnectionSettings, Report
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.http_bounds import shared_ssl_context
from tradegecko_bridge.ports import Clock, OrderSource
from tradegecko_bridge.tradegecko.limits import RateLimiter, SharedLimiter
from tradegecko_bridge.tradegecko.retry import RetryPolicy

shared_ssl_context()  # once in the server that is forked, instead of in each worker

CONNECTION = "shop"
SILENCE = 120.0
"""Seconds a worker may say nothing before it is taken to hang."""
PERSISTENCE = 60.0
"""Seconds in which a ledger that fails is tried again."""

T = TypeVar("T")


@frozen(kw_only=True)
class Job:
    """Everything a worker needs to know; it is sent to the worker's process.

    ``clock`` is a file with the seconds by which the clocks of all workers are ahead of the real time, ``ahead`` those
    by which this worker's is ahead of theirs. ``reads`` is how often a read is tried in one go; nothing waits between
    the tries, and hardly for the rate limit. ``engines``: so many at once, in threads that share one client. ``waits``:
    begin only when told to. ``persists``: a ledger that fails ends nothing, it is tried again. ``operations``: the
    engine's methods that are called, in turn.
    """

    base_url: str
    token: str = field(repr=False)
    ledger: str
    clock: Path
    ahead: float = 0.0
    source: Callable[[], OrderSource]
    worker: str = "worker"
    doom: Doom = Doom()
    timing: Timing = Timing()
    settings: ConnectionSettings = ConnectionSettings()
    timeout: float = 30.0
    reads: int = 2
    shared_limit: bool = False
    engines: int = 1
    in_flight: int = 4
    waits: bool = False
    persists: bool = False
    operations: tuple[str, ...] = ("deliver_orders",)


@frozen(kw_only=True)
class Ended:
    """What a worker says when it gets to its end: the boundaries it passed, and its reports."""

    passed: tuple[str, ...]
    reports: tuple[Report, ...]


READY = "ready"
GO = "go"
STOPPING = "stopping"


def work(job: Job, line: Connection) -> None:
    """Do a job; ``line`` leads to whoever gave it."""
    faulthandler.dump_traceback_later(SILENCE / 2)  # where it hangs, should it hang
    boundaries = Boundaries(job.doom, stopping=lambda: line.send(STOPPING))
    watch_databases(boundaries)
    with closing(_persisting(job, lambda: SqlStore(job.ledger))) as store, _client(job, store, boundaries) as client:
        if job.waits:
            line.send(READY)
            line.recv()
        reports = _persisting(job, lambda: deliver(job, store, client, boundaries))
    line.send(Ended(passed=tuple(boundaries.passed), reports=reports))


def _persisting(job: Job, work: Callable[[], T]) -> T:
    """Its result; where the job says so, after as many tries as a server takes that is starting again."""
    until = time.monotonic() + (PERSISTENCE if job.persists else 0)
    while True:
        try:
            return work()
        except StoreError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@contextmanager
def _client(job: Job, store: SqlStore, boundaries: Boundaries) -> Iterator[TradeGeckoClient]:
    limiter = SharedLimiter(store.permits, "app/account") if job.shared_limit else RateLimiter()
    with TradeGeckoClient(
        job.token,
        base_url=job.base_url,
        timeout=job.timeout,
        retry=RetryPolicy(attempts=job.reads, sleeps=False, patience=0.3),
        limiter=limiter,
        transport=WatchedTransport(boundaries),
        listeners=[handed_back(boundaries)],
        clock=clock_of(job),
        sleep=lambda seconds: time.sleep(min(seconds, 0.02)),  # time passes when the test says so
    ) as client:
        yield client


def deliver(job: Job, store: SqlStore, client: TradeGeckoClient, boundaries: Boundaries) -> tuple[Report, ...]:
    """A run of one engine, or of several at once."""

    def run(number: int) -> list[Report]:
        source = job.source()
        if isinstance(source, KeptShop):
            source.passing = boundaries
        engine = SyncEngine(
            CONNECTION,
            source=source,
            gateway=TradeGeckoGateway(client, mirror=store.mirror, clock=clock_of(job)),
            store=store,
            timing=job.timing,
            settings=evolve(job.settings, earliest_order=ALL_ORDERS.earliest_order),
            clock=clock_of(job),
            worker=f"{job.worker}/{number}",
            in_flight=job.in_flight,
        )
        return [getattr(engine, name)() for name in job.operations]

    if job.engines == 1:
        return tuple(run(1))
    with ThreadPoolExecutor(job.engines) as pool:
        return tuple(chain.from_iterable(pool.map(run, range(1, job.engines + 1))))


def clock_of(job: Job) -> Clock:
    """A clock that is ahead of the real one by what its file says now, and by the job's own error."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(job.clock.read_text()) + job.ahead)

    return now
