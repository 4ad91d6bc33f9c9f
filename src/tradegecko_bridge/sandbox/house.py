"""Everything behind the socket in one piece: the world, its API, faults, the request log, the state file."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .api import Answer, Api, Request
from .faults import Fault, Faults
from .formats import datetime_text
from .journal import Journal
from .limits import RateLimits
from .rules import attach
from .seeds import seed_world
from .switches import Switches
from .world import Clock, World

_LOG_LENGTH = 100_000


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


class House:
    """One sandboxed TradeGecko. The lock makes calls from other threads safe; requests take it in turn."""

    def __init__(
        self,
        *,
        seed: str = "demo",
        state: str | os.PathLike[str] | None = None,
        rate_limit: int | None = 300,
        clock: Clock | None = None,
        switches: Mapping[str, Any] | None = None,
    ) -> None:
        self.seed = seed
        self.lock = threading.RLock()
        self.faults = Faults()
        self.limits = RateLimits(rate_limit)
        self._clock = clock or utc_now
        self._switches = Switches.of(switches)
        self._log: deque[dict[str, Any]] = deque(maxlen=_LOG_LENGTH)
        self._journal = None if state is None else Journal(state)
        self.world, self.api = self._build()
        self._fill(replay=True)

    def handle(self, request: Request, *, undo: bool = False) -> Answer:
        """Answer one request of the resource API."""
        with self.lock:
            return self.api.handle(request, undo=undo)

    def note(self, request: Request, answer: Answer, status: int | None) -> None:
        """Log a request; never its token or body. `status` is None when no answer left the house."""
        entry = {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "status": status,
            "request_id": answer.request_id,
            "time": datetime_text(self._clock()),
        }
        with self.lock:
            self._log.append(entry)

    def requests(self) -> list[dict[str, Any]]:
        """The log, oldest first."""
        with self.lock:
            return [dict(entry) for entry in self._log]

    def fault(self, fault: Fault) -> None:
        """Have a fault strike."""
        with self.lock:
            self.faults.add(fault)

    def reset(self) -> None:
        """Back to the seed: no writes, no log, no faults, fresh windows. The state file starts over."""
        with self.lock:
            self.faults.clear()
            self.limits.forget()
            self._log.clear()
            if self._journal is not None:
                self._journal.clear()
            self.world, self.api = self._build()
            self._fill(replay=False)

    def access_token(self) -> str:
        """The first privileged token."""
        token: str = self.world.state["access_tokens"].rows[1]["token"]
        return token

    def close(self) -> None:
        """Let go of the state file."""
        if self._journal is not None:
            self._journal.close()

    def _build(self) -> tuple[World, Api]:
        world = attach(World(self._clock, self._switches))
        return world, Api(world, self.limits)

    def _fill(self, *, replay: bool) -> None:
        state = self.world.state
        if self._journal is None:
            seed_world(self.world, self.seed)
            return
        try:
            kept = replay and self._journal.load(state)
            state.sink = self._journal.append
            if not kept:
                seed_world(self.world, self.seed)
        except BaseException:
            self._journal.close()
            raise
