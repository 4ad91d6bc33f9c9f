"""Every moment at which a process can end so that it matters: counted, named, and ended at on demand.

The hooks are generic: SQLAlchemy's events see every statement and every commit whatever the store is made of, httpx's
transport sees every request whoever sends it. So the boundaries follow the code without being told of it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

import httpx
from attrs import field, frozen
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool

from tradegecko_bridge.http_bounds import shared_ssl_context
from tradegecko_bridge.tradegecko.client.events import AnswerReceived, Event, RequestFailed

DATABASE: Final = "database: "
"""Begins the names of the boundaries of the ledger."""
_STEPS = {
    "http11.send_request_headers.complete": "half sent",
    "http11.send_request_body.complete": "sent",
    "http11.receive_response_headers.complete": "answered",
    "http11.receive_response_body.complete": "read",
}
"""The steps of a write on its way, by httpcore's names. What happens inside a read makes no difference to anybody."""


@frozen(kw_only=True)
class Doom:
    """Where a process is to end, or to stop until somebody lets it go on: the number of a boundary from 1.

    ``stop_asking`` counts those of requests alone: a process that stops inside a transaction keeps others waiting.
    ``stop_named`` is the first of this name, ``kill_named`` too.
    """

    kill_at: int | None = None
    stop_at: int | None = None
    stop_asking: int | None = None
    stop_named: str | None = None
    kill_named: str | None = None


@frozen
class Boundaries:
    """Counts the boundaries a process passes, in all its threads; ``stopping`` is called just before it stops."""

    doom: Doom = Doom()
    stopping: Callable[[], None] = lambda: None
    passed: list[str] = field(factory=list)
    _lock: Lock = field(factory=Lock, repr=False)

    def __call__(self, name: str) -> None:
        """The process has come to this boundary; it may be its last."""
        with self._lock:
            self.passed.append(name)
            number, asking = len(self.passed), not name.startswith(DATABASE)
            asked = sum(not passed.startswith(DATABASE) for passed in self.passed)
            first = self.passed.count(name) == 1
            stops = number == self.doom.stop_at or (first and name == self.doom.stop_named)
            if stops or (asking and asked == self.doom.stop_asking):
                self.stopping()
                os.kill(os.getpid(), signal.SIGSTOP)
            if number == self.doom.kill_at or (first and name == self.doom.kill_named):
                os.kill(os.getpid(), signal.SIGKILL)


def watch_databases(boundaries: Boundaries) -> None:
    """Each statement (inside its transaction), each commit (about to), each connection given back (it is durable)."""

    def executed(_tx: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        boundaries(f"{DATABASE}{_in_short(statement)}")

    event.listen(Engine, "after_cursor_execute", executed)
    event.listen(Engine, "commit", lambda _tx: boundaries(f"{DATABASE}about to commit"))
    event.listen(Pool, "checkin", lambda *_: boundaries(f"{DATABASE}done"))


def _in_short(statement: str) -> str:
    words = [word for word in statement.split() if word not in ("INTO", "IMMEDIATE")]
    return " ".join(words[: 1 if words[0] == "SELECT" else 2]).partition("(")[0]


class WatchedTransport(httpx.HTTPTransport):
    """Each request before it leaves; a write also half sent, sent, answered, and read."""

    def __init__(self, boundaries: Boundaries) -> None:
        super().__init__(verify=shared_ssl_context())
        self._boundaries = boundaries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        what = f"{request.method} {request.url.path}"
        self._boundaries(f"{what}: leaves")
        if request.method != "GET":
            request.extensions = {**request.extensions, "trace": self._tracer(what)}
        return super().handle_request(request)

    def _tracer(self, what: str) -> Callable[[str, Any], None]:
        def trace(step: str, _facts: Any) -> None:
            if step in _STEPS:
                self._boundaries(f"{what}: {_STEPS[step]}")

        return trace


def handed_back(boundaries: Boundaries) -> Callable[[Event], None]:
    """A listener for the client: the answer, or that there is none, is about to reach whoever asked."""

    def listen(happened: Event) -> None:
        if isinstance(happened, AnswerReceived | RequestFailed):
            boundaries(f"{happened.method} {happened.path}: handed back")

    return listen
