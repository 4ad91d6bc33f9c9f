"""The service: each connection in a thread of its own, so that none holds up another; one more tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.config import Connection
from tradegecko_bridge.engine import Job, Progress, Report, SyncEngine
from tradegecko_bridge.engine.report import DELIVER
from tradegecko_bridge.errors import BridgeError, StoreError
from tradegecko_bridge.foreign import place_of
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ledger import Finding, Severity
from tradegecko_bridge.ports import Store
from tradegecko_bridge.service.agenda import Agenda
from tradegecko_bridge.service.channels import NotTold, post
from tradegecko_bridge.service.metrics import Metrics
from tradegecko_bridge.service.telling import Teller
from tradegecko_bridge.visible import log
from tradegecko_bridge.wiring.nudges import Nudges

OPERATIONS: Final = {
    "orders": "deliver orders",
    "tracking": "sync tracking",
    "inventory": "sync inventory",
    "products": "sync products",
}
"""What a job is called in the ledger's runs; a pass over all of the stock counts as one of it."""
LOOK: Final = timedelta(seconds=60)
"""So often alerts are looked at, and the clock, which may be set meanwhile."""
_OVERDUE: Final = "overdue "
Ping = Callable[[str, bytes, dict[str, str]], None]


class Stopped(Exception):
    """The service is to end; the order in hand is finished."""


class Stopping(OfThisProcess):
    """Whether the service is to end. Given to engines as ``on_progress``, it stops deliveries between two orders."""

    def __init__(self) -> None:
        self.event: Final = threading.Event()

    def __call__(self, progress: Progress) -> None:
        """Stop a delivery that goes on. Raises Stopped."""
        if progress.operation == DELIVER and self.event.is_set():
            raise Stopped


class Service(OfThisProcess):
    """Runs the jobs of connections at their rhythms, and tells of alerts, until it is stopped.

    Args:
        engines, connections: those of the settings, in the same order.
        store: the ledger of all.
        teller: who tells of alerts.
        stopping: the same that the engines have as ``on_progress``.
        clock: tells the present moment, aware.
        nudges: what webhooks note, if any are received.
    """

    def __init__(
        self,
        engines: Sequence[SyncEngine],
        connections: Sequence[Connection],
        store: Store,
        teller: Teller,
        *,
        stopping: Stopping,
        clock: Callable[[], datetime],
        nudges: Nudges | None = None,
        ping: Ping = post,
    ) -> None:
        self._store, self._teller, self._clock, self._ping = store, teller, clock, ping
        self._nudges, self._stopping = nudges, stopping
        self._begun = clock()
        self._engines = {one.name: engine for one, engine in zip(connections, engines, strict=True)}
        self.agendas: dict[str, Agenda] = {
            one.name: Agenda(one.name, one.schedule, store, _switched_on(one), self._begun) for one in connections
        }
        self._wake = {name: threading.Event() for name in self.agendas}
        self._threads: list[threading.Thread] = []
        self.metrics: Metrics = Metrics()
        self.overdue: dict[str, list[str]] = {}
        """By connection, the jobs that have not gone well for too long."""
        self.ledger_down: bool = False

    # ── one step, whatever the clock ─────────────────────────────────────────────────────────

    def step(self, name: str) -> datetime | None:
        """Run what is due of a connection; when the next job is. None: there is none, or the ledger fails."""
        agenda = self.agendas[name]
        try:
            for job in agenda.due(self._clock()):
                if self._stopping.event.is_set():
                    return None
                self._run(agenda, job)
            return agenda.soonest(self._clock())
        except StoreError as error:
            self._ledger_fails(error)
            return None

    def look(self) -> None:
        """Find jobs that are overdue, and tell of alerts."""
        now = self._clock()
        try:
            for name, agenda in self.agendas.items():
                found = self._find_overdue(name, agenda, now)
                self.overdue[name] = [one.key.removeprefix(_OVERDUE) for one in found]
                self._store.update_alerts(name, found, scope=[_OVERDUE], at=now)
                self.metrics.open_alerts(name, len(self._store.alerts(name)))
            self._teller.tell(now)
            self.ledger_down = False
        except StoreError as error:
            self._ledger_fails(error)
        self.metrics.telling_failures(self._teller.failures)

    def _ledger_fails(self, error: StoreError) -> None:
        if not self.ledger_down:
            log.error("the ledger fails: %s", error)
        self.ledger_down = True
        self._teller.tell_ledger(error, self._clock())

    def _run(self, agenda: Agenda, job: str) -> None:
        name, engine, started = agenda.connection, self._engines[agenda.connection], self._clock()
        ok = False
        try:
            if job == "full_stock":
                reports: list[Report] = [engine.sync_inventory(full=True)]
            else:
                if job == "inventory" and self._nudges:
                    engine.stock_changed(self._nudges.take_variants(name))
                reports = list(engine.run(jobs={Job(job)}))
            ok = all(reports)
            agenda.ran(job, started, self._clock())
            self.metrics.ran(name, job, reports, ok=ok, seconds=(self._clock() - started).total_seconds())
        except Stopped:
            log.info("%s: %s stopped after the order in hand; the next run goes on", name, job)
            return
        except StoreError:
            agenda.broke(job, self._clock())
            raise
        except Exception as error:
            why = error if isinstance(error, BridgeError) else f"{type(error).__name__} at {place_of(error)}"
            log.error("%s: %s broke off, and is tried again: %s", name, job, why)
            agenda.broke(job, self._clock())
        self._call(agenda, job, ok=ok)

    def _call(self, agenda: Agenda, job: str, *, ok: bool) -> None:
        if not (address := agenda.schedule.ping.reveal()):
            return
        try:
            self._ping(address if ok else f"{address.rstrip('/')}/fail", job.encode(), {})
        except NotTold as error:
            log.warning("connections.%s.schedule.ping: %s", agenda.connection, error)

    def _find_overdue(self, name: str, agenda: Agenda, now: datetime) -> list[Finding]:
        succeeded = {
            one.job: one.last_success.finished_at for one in self._store.job_statuses(name) if one.last_success
        }
        found = []
        for job in agenda.jobs:
            if (operation := OPERATIONS.get(job)) is None:
                continue
            since = succeeded.get(operation, self._begun)
            self.metrics.last_success(name, job, succeeded.get(operation))
            late = agenda.schedule.late_after(job, now)
            if now - since > late and (job in agenda.tried or now - self._begun > late):
                text = f"{job} has not gone well since {since:%Y-%m-%d %H:%M} UTC; `tgbridge status` shows its last run"
                found.append(Finding(key=f"{_OVERDUE}{job}", severity=Severity.ERROR, text=text))
        return found

    # ── threads ──────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Begin, in threads."""
        self._threads = [threading.Thread(target=self._work, args=(name,), name=name) for name in self.agendas]
        self._threads.append(threading.Thread(target=self._tell, name="telling"))
        if self._nudges:
            self._threads.append(threading.Thread(target=self._take_nudges, args=(self._nudges,), name="nudges"))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Have the orders in hand finished, and what else runs; returns when all is done."""
        self._stopping.event.set()
        for wake in self._wake.values():
            wake.set()
        for thread in self._threads:
            thread.join()

    @property
    def alive(self) -> bool:
        """Whether all threads go on."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def _work(self, name: str) -> None:
        wake = self._wake[name]
        while not self._stopping.event.is_set():
            wake.clear()
            soonest = self._guarded(lambda: self.step(name))
            wait = LOOK if soonest is None else min(soonest - self._clock(), LOOK)
            wake.wait(max(wait.total_seconds(), 0.05))

    def _tell(self) -> None:
        while not self._stopping.event.wait(1):
            self._guarded(self.look)
            self._stopping.event.wait(15)
        self._guarded(self.look)

    def _take_nudges(self, nudges: Nudges) -> None:
        while not self._stopping.event.is_set():
            for name, jobs in nudges.take(1).items():
                if name in self.agendas:
                    self.agendas[name].nudge(jobs)
                    self._wake[name].set()

    def _guarded(self, work: Callable[[], datetime | None]) -> datetime | None:
        """A thread goes on, whatever its work raises."""
        try:
            return work()
        except Exception as error:
            log.error("a fault in the service, which goes on: %s at %s", type(error).__name__, place_of(error))
            return None


def _switched_on(connection: Connection) -> list[str]:
    settings = connection.settings
    on: Mapping[str, bool] = {
        "orders": True,
        "tracking": settings.tracking,
        "inventory": settings.inventory,
        "full_stock": settings.inventory,
        "products": settings.products,
    }
    return [job for job, wanted in on.items() if wanted]
