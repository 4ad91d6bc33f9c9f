"""Delivering webhooks: real POSTs from threads of their own, repeated until they are taken (reference §3.12).

Nothing here makes a request wait: a commit only puts its events into a bounded queue. What one webhook gets comes one
after the other, in the order it events_of, repeats aside; a receiver that hangs keeps no other one waiting. Waiting
times run on the sandbox's clock, so that moving it brings the next attempt; the ten seconds an answer may take are
real.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import islice
from random import Random
from typing import Any

import orjson

from ..model.clock import Clock
from ..model.context import Context
from ..model.formats import datetime_text
from ..model.state import Row
from ..wire.log import log
from .events import Event
from .post import Attempt

TIMEOUT = 10.0  # seconds
GIVE_UP_AFTER = timedelta(days=3)
_MAX_QUEUE = 10_000
_MAX_THREADS = 8
_POLL = 0.25  # seconds; the clock may have been moved by somebody else


@dataclass(order=True, slots=True)
class Job:
    """One delivery to one webhook."""

    due: datetime
    number: int
    webhook_id: int = field(compare=False)
    event: Event = field(compare=False)
    body: bytes = field(compare=False)
    delivery: str = field(compare=False)
    attempt: int = field(default=1, compare=False)


class Deliveries:
    """The queue and its threads, which begin when they are needed. `lock` guards the context."""

    def __init__(self, lock: threading.RLock, context: Callable[[], Context], clock: Clock) -> None:
        self.timeout = TIMEOUT
        self.base_url = "http://127.0.0.1"
        self._lock, self._context, self._clock = lock, context, clock
        self._wake = threading.Condition()
        self._queue: list[Job] = []
        self._log: deque[dict[str, Any]] = deque(maxlen=_MAX_QUEUE)
        self._numbers = 0
        self._generation = 0
        self._stopping = False
        self._threads: list[threading.Thread] = []
        # What is being delivered: by generation and webhook, so that after a reset nobody waits for what was before.
        self._in_flight: dict[tuple[int, int], Attempt] = {}

    def enqueue(self, events: list[Event], copies: int = 1) -> None:
        """Queue the events for every webhook that wants them. Called with the context's lock held."""
        context = self._context()
        for event in events:
            for webhook in context.state["webhooks"].where("event", event.name):
                job = self._job(webhook, event)
                for _ in range(copies):
                    self._put(replace(job))

    def listing(self) -> list[dict[str, Any]]:
        """Every attempt so far, oldest first."""
        with self._wake:
            return [dict(entry) for entry in self._log]

    def latest(self, start: int, count: int) -> tuple[list[dict[str, Any]], int]:
        """`count` attempts from `start` on, newest first, and how many there were."""
        with self._wake:
            return [dict(entry) for entry in islice(reversed(self._log), start, start + count)], len(self._log)

    def waiting(self) -> int:
        """How many deliveries are still to be made."""
        with self._wake:
            return len(self._queue)

    def clock_moved(self) -> None:
        """Wake the threads after the clock was moved."""
        with self._wake:
            self._wake.notify_all()

    def clear(self) -> None:
        """Drop everything that waits, and the log."""
        with self._wake:
            self._generation += 1
            self._queue.clear()
            self._log.clear()

    def stop(self) -> None:
        """End the threads, attempts under way included. Stopping twice is fine."""
        with self._wake:
            self._stopping = True
            threads, attempts = list(self._threads), list(self._in_flight.values())
            self._wake.notify_all()
        for attempt in attempts:
            attempt.cancel("stopped")
        for thread in threads:
            thread.join()

    def _job(self, webhook: Row, event: Event) -> Job:
        moment = self._clock()
        body = {
            "object_id": event.key,
            "event": event.plural if self._context().switches.webhook_event_plural else event.name,
            "timestamp": int(moment.timestamp()),
            "resource_url": f"{self.base_url}/{event.table}/{event.key}.json",
        }
        self._numbers += 1
        return Job(moment, self._numbers, webhook["id"], event, orjson.dumps(body), str(uuid.uuid4()))

    def _put(self, job: Job) -> None:
        with self._wake:
            if len(self._queue) >= _MAX_QUEUE:
                log.warning("too many webhook deliveries wait; one for %s was dropped", job.event.name)
                return
            heappush(self._queue, job)
            self._add_thread()
            self._wake.notify_all()

    def _add_thread(self) -> None:
        """Start one more thread when all there are have something to do."""
        if self._stopping or not len(self._in_flight) == len(self._threads) < _MAX_THREADS:
            return
        thread = threading.Thread(target=self._run, name="tradegecko-sandbox-webhooks", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (found := self._next()) is not None:
            job, generation, attempt = found
            try:
                self._attempt(job, generation, attempt)
            except Exception:
                log.exception("the sandbox failed to deliver %s", job.event.name)
            finally:
                with self._wake:
                    del self._in_flight[generation, job.webhook_id]
                    self._wake.notify_all()

    def _next(self) -> tuple[Job, int, Attempt] | None:
        """The next job to do, with the generation it belongs to; None when it is time to stop."""
        with self._wake:
            while not self._stopping:
                job = self._next_due()
                if job is not None:
                    attempt = self._in_flight[self._generation, job.webhook_id] = Attempt(self.timeout)
                    if self._queue:
                        self._add_thread()
                    return job, self._generation, attempt
                self._wake.wait(_POLL if self._queue else None)
        return None

    def _next_due(self) -> Job | None:
        """The first job that is due and whose webhook is free."""
        kept, found, now = [], None, self._clock()
        while found is None and self._queue and self._queue[0].due <= now:
            job = heappop(self._queue)
            if (self._generation, job.webhook_id) in self._in_flight:
                kept.append(job)
            else:
                found = job
        for job in kept:
            heappush(self._queue, job)
        return found

    def _attempt(self, job: Job, generation: int, attempt: Attempt) -> None:
        with self._lock:
            webhook = self._context().state.find("webhooks", job.webhook_id)
            if webhook is None:
                return
            address, secret = str(webhook["address"]), self._secret(webhook)
        digest = hmac.new(secret.encode(), job.body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "X-Gecko-Delivery": job.delivery,
            "X-Gecko-Signature": base64.b64encode(digest).decode(),
        }
        status, error = attempt.send(address, job.body, headers)
        with self._lock:
            with self._wake:
                if generation != self._generation or self._stopping:
                    return
                self._log.append(self._entry(job, status, error))
            self._record_outcome(job, status)

    def _record_outcome(self, job: Job, status: int | None) -> None:
        """What an answer means for the webhook and for the next attempt."""
        state = self._context().state
        webhook = state.find("webhooks", job.webhook_id)
        if webhook is None:
            return
        with state.transaction():
            if status is not None and 200 <= status < 400:
                state.update("webhooks", webhook, {"failing_since": None}, touch=False)
                return
            now = self._clock()
            since = webhook.get("failing_since") or datetime_text(now)
            if status == 410 or since <= datetime_text(now - GIVE_UP_AFTER):
                state.delete("webhooks", webhook)
                return
            state.update("webhooks", webhook, {"failing_since": since}, touch=False)
        job.due, job.attempt = now + wait_after(job), job.attempt + 1
        self._put(job)

    def _secret(self, webhook: Row) -> str:
        application = self._context().state.find("applications", webhook["oauth_application_id"]) or {}
        return str(application.get("client_secret") or "")

    def _entry(self, job: Job, status: int | None, error: str | None) -> dict[str, Any]:
        return {
            "webhook_id": job.webhook_id,
            "event": job.event.name,
            "object_id": job.event.key,
            "delivery": job.delivery,
            "attempt": job.attempt,
            "status": status,
            "error": error,
            "time": datetime_text(self._clock()),
        }


def wait_after(job: Job) -> timedelta:
    """Sidekiq's waiting time after a failed attempt: 15 s and more, growing with the fourth power."""
    tried = job.attempt - 1
    random = Random(f"{job.number}/{tried}")  # noqa: S311 - it must be repeatable, not secret
    return timedelta(seconds=tried**4 + 15 + random.randrange(30) * (tried + 1))
