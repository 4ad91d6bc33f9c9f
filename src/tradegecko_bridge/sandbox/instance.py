"""One sandboxed TradeGecko without the network: data, API, faults, request log and state file."""

from __future__ import annotations

import os
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice
from typing import Any

from . import oauth
from .api.dispatch import Api
from .api.limits import RateLimits
from .model.clock import Clock, MovableClock
from .model.context import Session
from .model.formats import datetime_text
from .model.journal import Journal
from .model.state import Row
from .model.switches import Switches
from .rules import create_context
from .rules.base import RulesContext
from .rules.warehouse import Warehouse
from .seeds import Keys, base_of, complete, install_base, seed_world
from .webhooks import Deliveries, events_of
from .wire.faults import ActiveFaults, Fault, Faults
from .wire.messages import Answer, Request

_LOG_LENGTH = 10_000
_LOG_WIDTH = 10_000  # characters of a path or query; far above what is not refused for its length


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


class Instance:
    """One sandboxed TradeGecko. The lock makes calls from other threads safe; requests take it in turn."""

    def __init__(
        self,
        *,
        seed: str = "demo",
        state: str | os.PathLike[str] | None = None,
        rate_limit: int | None = 300,
        clock: Clock | None = None,
        switches: Mapping[str, Any] | None = None,
        access_token: str | None = None,
        client_secret: str | None = None,
    ) -> None:
        self.seed = seed
        self.lock: threading.RLock = threading.RLock()
        self.faults: Faults = Faults()
        self.limits: RateLimits = RateLimits(rate_limit)
        self.clock: MovableClock = MovableClock(clock or utc_now)
        self._initial_switches = dict(switches or {})
        self._switches = Switches.of(switches)
        self._log: deque[dict[str, Any]] = deque(maxlen=_LOG_LENGTH)
        self.deliveries: Deliveries = Deliveries(self.lock, lambda: self.context, self.clock)
        self._journal = None if state is None else Journal(state)
        self._keys = Keys(access_token or secrets.token_hex(32), client_secret or secrets.token_hex(32))
        self.context: RulesContext
        self.api: Api
        self.context, self.api = self._build()
        self._load(replay=True)
        self._ask_for("access_tokens", self._first_token(), "token", access_token)
        self._ask_for("applications", self.application(), "client_secret", client_secret)
        self._keys = Keys(self.access_token(), self.client_secret())
        self.context.set_switches(self._initial_switches)

    def _ask_for(self, table: str, row: Row, name: str, key: str | None) -> None:
        """Change what a state file may have kept, if another was asked for."""
        if key not in (None, row[name]):
            with self.context.state.transaction():
                self.context.state.update(table, row, {name: key}, touch=False)

    def handle(self, request: Request, faults: ActiveFaults | None = None) -> Answer:
        """Answer one request, with the faults that apply to it."""
        with self.lock:
            self.context.webhook_copies = 2 if faults is not None and faults.of("duplicate_webhook") else 1
            answer = self.api.handle(request, faults)
            late = None if faults is None else faults.of("visible_late")
            if late is not None and answer.status == 201:
                self._delay(answer, late.seconds)
            return answer

    def _delay(self, answer: Answer, seconds: float) -> None:
        _, _, table, key = str(answer.header("Location")).rsplit("/", 3)[-4:]
        until = datetime_text(self.clock() + timedelta(seconds=seconds))
        self.context.delay(table, int(key), until)

    def date(self, skew: int = 0) -> str:
        """The `Date` header: the sandbox's time, `skew` seconds off."""
        moment = self.clock() + timedelta(seconds=skew)
        return format_datetime(moment.astimezone(UTC), usegmt=True)

    def log_request(self, request: Request, answer: Answer, status: int | None) -> None:
        """Log a request; never its token or body. `status` is None when no answer was sent."""
        entry = {
            "method": request.method,
            "path": request.path[:_LOG_WIDTH],
            "query": request.query[:_LOG_WIDTH],
            "status": status,
            "request_id": answer.request_id,
            "time": datetime_text(self.clock()),
        }
        with self.lock:
            self._log.append(entry)

    def requests(self) -> list[dict[str, Any]]:
        """The log, oldest first."""
        with self.lock:
            return [dict(entry) for entry in self._log]

    def latest_requests(self, start: int, count: int) -> tuple[list[dict[str, Any]], int]:
        """`count` entries of the log from `start` on, newest first, and how many there are."""
        with self.lock:
            return [dict(entry) for entry in islice(reversed(self._log), start, start + count)], len(self._log)

    def add_fault(self, fault: Fault) -> None:
        """Add a fault."""
        with self.lock:
            self.faults.add(fault)

    def reset(self) -> None:
        """Back to the seed: no writes, no log, no faults, fresh windows, clock and switches as at the start.

        The state file starts over.
        """
        with self.lock:
            self.clock.reset()
            self.faults.clear()
            self.limits.reset()
            self._log.clear()
            self.deliveries.clear()
            self.context, self.api = self._build()
            self._load(replay=False)
            self.context.set_switches(self._initial_switches)

    def advance(self, seconds: float) -> datetime:
        """Let time pass at once; the moment it is then. Raises ValueError."""
        with self.lock:
            moment = self.clock.advance(seconds)
        self.deliveries.clock_moved()
        return moment

    def set_clock(self, moment: datetime) -> datetime:
        """Make it this moment. Raises ValueError for one without a time zone."""
        with self.lock:
            moment = self.clock.set(moment)
        self.deliveries.clock_moved()
        return moment

    def switches(self) -> dict[str, Any]:
        """Every switch and its position."""
        return self.context.switch_values()

    def set_switches(self, given: Mapping[str, Any]) -> None:
        """Turn switches while it runs; a reset turns them back. Raises ValueError."""
        with self.lock:
            self.context.set_switches(given)
            # What is written depends on a switch, and that is decided when an Api is made.
            self.api = Api(self.context, self.limits)

    def warehouse(self, work: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Receive, pack or ship, as the account's first user; the documents it made. Raises ValueError."""
        with self.lock:
            self.context.webhook_copies = 1
            self.context.session = self._owner()
            with self.context.state.transaction():
                table, rows = Warehouse(self.context).do(work, given)
            return {table: [self.api.endpoints.shown(table, row) for row in rows]}

    def _owner(self) -> Session:
        user = next(iter(self.context.state["users"].rows.values()))
        return Session(user["account_id"], user["id"], application_id=1, privileged=True)

    def expire_tokens(self, token: str | None = None) -> int:
        """End the time of one access token, or of all that have one. How many."""
        return self._end_tokens(oauth.expire, token)

    def revoke_tokens(self, token: str | None = None) -> int:
        """Revoke one access token with its refresh token, or all but the privileged. How many."""
        return self._end_tokens(oauth.revoke, token)

    def _end_tokens(self, end: Callable[[RulesContext, Row], None], token: str | None) -> int:
        with self.lock, self.context.state.transaction():
            table = self.context.state["access_tokens"]
            rows = list(table.rows.values()) if token is None else table.where("token", token)
            ended = [row for row in rows if token is not None or row.get("expires_at") is not None]
            for row in ended:
                end(self.context, row)
            return len(ended)

    def application(self) -> Row:
        """The seeded application."""
        return self.context.state["applications"].rows[1]

    def logins(self) -> list[Row]:
        """The users who can sign in."""
        return [row for row in self.context.state["users"].rows.values() if row.get("password")]

    def access_token(self) -> str:
        """The first privileged token."""
        return str(self._first_token()["token"])

    def client_secret(self) -> str:
        """The secret of the seeded application."""
        return str(self.application()["client_secret"])

    def _first_token(self) -> Row:
        return self.context.state["access_tokens"].rows[1]

    def close(self) -> None:
        """Stop delivering webhooks and let go of the state file."""
        self.deliveries.stop()
        if self._journal is not None:
            self._journal.close()

    def _build(self) -> tuple[RulesContext, Api]:
        context = create_context(self.clock, self._switches)
        context.state.on_commit = self._announce
        return context, Api(context, self.limits)

    def _announce(self, before: dict[tuple[str, int], Row | None]) -> None:
        """Queue the events of a transaction, if there are webhooks."""
        if self.context.state["webhooks"].rows:
            self.deliveries.enqueue(events_of(self.context, before), self.context.webhook_copies)

    def _load(self, *, replay: bool) -> None:
        """Take over what the state file kept, if it is to be replayed and there is one; else begin with the seed."""
        state, base = self.context.state, base_of(self.seed, self.context.now())

        def install(base: str) -> None:
            install_base(self.context, base)

        if self._journal is None:
            install(base)
            seed_world(self.context, self.seed, self._keys)
            return
        try:
            if replay and self._journal.load(state, base, install):
                state.sink = self._journal.append
                complete(self.context, self._keys)
                return
            if not replay:
                self._journal.clear(base)
                install(base)
            state.sink = self._journal.append
            seed_world(self.context, self.seed, self._keys)
        except BaseException:
            self._journal.close()
            raise
