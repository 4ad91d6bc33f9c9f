"""Webhooks as a nudge: what changed in TradeGecko makes the matching jobs run now, and not at their next turn.

A webhook is never the truth: it may be lost, late, doubled or about something else. It only says when to look, and at
which variant's stock. So nothing of it is kept but that, and which jobs of which connections are to run; nothing is
lost with it that a later turn of the job would not find.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Condition
from typing import Final

from tradegecko_bridge.engine import Job, RunReport, SyncEngine
from tradegecko_bridge.errors import BridgeError
from tradegecko_bridge.foreign import place_of
from tradegecko_bridge.forks import Forked
from tradegecko_bridge.tradegecko.webhooks import WebhookEvent
from tradegecko_bridge.visible import log

NUDGE_EVENTS: Final[Mapping[str, Collection[Job]]] = {
    "fulfillment.create": {Job.TRACKING},
    "fulfillment.fulfilled": {Job.TRACKING},
    "image.create": {Job.PRODUCTS},
    "order.create": {Job.ORDERS},
    "order.finalized": {Job.ORDERS},
    "order.fulfilled": {Job.ORDERS, Job.TRACKING},
    "product.create": {Job.INVENTORY, Job.PRODUCTS},
    "product.destroy": {Job.INVENTORY, Job.PRODUCTS},
    "variant.create": {Job.INVENTORY, Job.PRODUCTS},
    "variant.stock_level_update": {Job.INVENTORY},
}
"""The events worth subscribing to (reference §3.12), and what runs for each."""
_RESOURCES: Final[Mapping[str, Collection[Job]]] = {
    "fulfillment": {Job.TRACKING},
    "image": {Job.PRODUCTS},
    "order": {Job.ORDERS, Job.TRACKING},
    "product": {Job.INVENTORY, Job.PRODUCTS},
    "variant": {Job.INVENTORY, Job.PRODUCTS},
}
"""Of other events of these kinds, should there be some."""
MOST_VARIANTS: Final = 5_000
"""So many variants are kept for a connection; what more there are is found when its turn comes."""
_LOOK: Final = 1.0
"""Seconds after which who waits for nudges looks whether it is to end."""


def jobs_of(event: WebhookEvent) -> frozenset[Job]:
    """The jobs that would find what an event tells of; none for most."""
    return frozenset(NUDGE_EVENTS.get(event.event, _RESOURCES.get(event.resource, ())))


class Nudges(Forked):
    """Which jobs of which connections are to run now. Any number of threads may add and take.

    ::

        nudges = Nudges()
        app = AsgiReceiver(nudges.handler(["my-shop"]), "the application's secret")

    A job becomes due ``settle`` after its first nudge, so that a storm of them is one run, and not before it is
    ``apart`` since it was taken last. However many nudges come, only one of each job of a connection is kept. They are
    this process's: a forked one begins without any.

    Args:
        settle, apart: those times, in seconds.
        monotonic: tells seconds.
    """

    def __init__(
        self,
        *,
        settle: float = 2,
        apart: float = 30,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settle, self._apart = settle, apart
        self._monotonic = monotonic
        self._due: dict[tuple[str, Job], float] = {}
        self._taken: dict[tuple[str, Job], float] = {}
        self._variants: dict[str, set[str]] = {}
        self._changed = Condition()

    def after_fork_in_child(self) -> None:
        """Begin anew."""
        self._due, self._taken, self._variants, self._changed = {}, {}, {}, Condition()

    def handler(self, connections: Iterable[str]) -> Callable[[WebhookEvent], None]:
        """What to hand to a receiver: it notes the jobs for these connections and returns at once.

        The connections are those of the account that the webhooks are of: a webhook does not say whose it is, so each
        account has an address, and so a receiver, of its own.

        Raises:
            ValueError: there are none.
        """
        names = [connections] if isinstance(connections, str) else list(connections)
        if not names:
            raise ValueError("name the connections of the account that the webhooks are of")
        return lambda event: self.add(names, jobs_of(event), variants=_variants_of(event))

    def add(self, connections: Iterable[str], jobs: Iterable[Job], *, variants: Iterable[str] = ()) -> None:
        """Have these jobs of these connections run soon, and look at the stock of these variants."""
        wanted, names, ids = list(jobs), list(connections), list(variants)
        with self._changed:
            for name in names if ids else ():
                noted = self._variants.setdefault(name, set())
                noted.update(ids[: max(MOST_VARIANTS - len(noted), 0)])
            now = self._monotonic()
            for key in [(name, job) for name in names for job in wanted]:
                last = self._taken.get(key, now - self._apart)
                self._due.setdefault(key, max(now + self._settle, last + self._apart))
            self._changed.notify_all()

    def take(self, timeout: float = 0) -> dict[str, frozenset[Job]]:
        """The jobs that are due, by connection; they are not due any more. If there are none, those that become so
        within ``timeout`` seconds, else none."""
        with self._changed:
            until = self._monotonic() + timeout
            while not (due := [key for key, at in self._due.items() if at <= self._monotonic()]):
                now, soonest = self._monotonic(), min(self._due.values(), default=until)
                if now >= until:
                    return {}
                self._changed.wait(max(min(soonest, until) - now, 0.001))
            now = self._monotonic()
            for key in due:
                del self._due[key]
                self._taken[key] = now
            return {name: frozenset(job for one, job in due if one == name) for name, _ in due}

    def take_variants(self, connection: str) -> frozenset[str]:
        """The ids of variants whose stock is to be looked at for this connection, once."""
        with self._changed:
            return frozenset(self._variants.pop(connection, ()))


def _variants_of(event: WebhookEvent) -> list[str]:
    return [str(event.object_id)] if event.event == "variant.stock_level_update" else []


def run_nudged(
    nudges: Nudges,
    engines: Iterable[SyncEngine],
    *,
    until: Callable[[], bool],
    on_run: Callable[[RunReport], object] = lambda _: None,
) -> None:
    """Run what is nudged, until ``until`` says so; what runs then is finished. For a thread of its own.

    Orders of all connections go before tracking, and so on. What a run or ``on_run`` raises is logged, and the next
    turn of the job makes up for it.
    """
    by_name = {engine.connection: engine for engine in engines}
    while not until():
        due = nudges.take(_LOOK)
        for job in Job:
            for name, jobs in due.items():
                if job in jobs and not until():
                    variants = nudges.take_variants(name) if job is Job.INVENTORY else frozenset[str]()
                    _run(by_name.get(name), name, job, variants, on_run)


def _run(
    engine: SyncEngine | None, name: str, job: Job, variants: Collection[str], on_run: Callable[[RunReport], object]
) -> None:
    if engine is None:
        log.warning("a webhook is for connection %s, and no engine here has it", name)
        return
    try:
        engine.stock_changed(variants)
        report = engine.run(jobs={job})
        if report.reports:
            on_run(report)
    except Exception as error:
        why = error if isinstance(error, BridgeError) else f"{type(error).__name__} at {place_of(error)}"
        log.error("%s: %s after a webhook failed, and runs again at its next turn: %s", name, job, why)
