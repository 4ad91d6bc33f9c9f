"""The limiters: when a request may go out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Final

from attrs import define

from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ports import RateLedger
from tradegecko_bridge.tradegecko.limits.clock import ServerClock
from tradegecko_bridge.tradegecko.limits.headers import Told, read_headers
from tradegecko_bridge.tradegecko.limits.pace import LIMIT, RESERVE_UNTIL, SECONDS, Pace, Priority, paces
from tradegecko_bridge.tradegecko.limits.permits import PermitBook

NewLock = Callable[[], AbstractContextManager[object]]

_GUARD: Final = 0.1
"""Seconds a new window is left alone after the server's clock has surely passed the old one's end: clocks drift."""
_FORGOTTEN: Final = 60.0
"""Seconds after which a request without an answer no longer counts as on its way; before any answer, a window."""
_EDGE: Final = 5.0
"""Seconds before a window's end from which the server may be in the next one already."""
_PROBE: Final = 3.0
"""Seconds the first request of an unconfirmed window has for its answer before another may try."""
_ASK_AGAIN: Final = 0.25
_RIVALS: Final = 16
"""With how many other processes permits are shared before a refusal makes nobody wait longer."""
_SILENT: Final = 5
"""Answers without a word on any limit, and never one with, after which the server is taken to have none."""


@define(eq=False)
class _Sent:
    """A request on its way.

    ``at`` is when it left, by the server's clock, in ``window``; ``order``: for an order.
    """

    at: float
    window: int
    order: bool


class RateLimiter:
    """The rate limit of one application and account, for all who call it from this process: give them one object.

    Ask :meth:`reserve` before each request, tell :meth:`note` each answer and :meth:`refused` each 429. Threads may
    share it. It counts what it lets go itself, and takes from the answers which window they were counted in, what the
    server's clock shows, and what somebody else has used; a ``Remaining`` that is too high is not believed. About
    four requests at once fill a window; answers may come late and in any sequence.
    """

    def __init__(self, *, lock: NewLock = Lock) -> None:
        self._ledger: RateLedger = PermitBook()
        self._account = ""
        self._batch = 1
        self._lock = lock()
        self._clock = ServerClock()
        self._limit = LIMIT
        self._silent = 0
        self._told = False
        self._sent: list[_Sent] = []
        self._again: dict[Priority, float] = {}
        self._shut_until = float("-inf")
        self._in_hand = self._mine = self._seen = self._others = 0
        self._rivals = 1
        self._enter(0)

    def reserve(self, now: datetime, priority: Priority = Priority.NORMAL) -> float:
        """0: the request may go out now and has been counted. Otherwise the seconds to wait before asking again.

        ``now`` is our clock, aware; no answer is longer than a window.

        Raises:
            StoreError: the shared store fails; nothing was counted.
        """
        with self._lock:
            if not self._told and self._silent >= _SILENT:
                return 0.0
            time = self._clock.at(now.timestamp())
            self._move_on(time)
            if wait := self._must_wait(time, priority):
                return min(wait, float(SECONDS))
            self._in_hand -= 1
            self._mine += 1
            self._sent.append(_Sent(time, self._window, priority is Priority.DELIVERY))
            return 0.0

    def note(self, headers: Mapping[str, str], now: datetime) -> None:
        """An answer arrived at ``now`` with these headers (names in lower case, or a mapping that ignores case).

        An empty mapping: no answer came, and none will.
        """
        with self._lock:
            seconds = now.timestamp()
            time = self._clock.at(seconds)
            told = read_headers(headers, self._limit)
            if told is None:
                self._silent += bool(headers)
                if not self._told or time < self._end - _EDGE:  # later, it may have been counted in the next window
                    self._landed(self._sent)
                return
            self._place(told, seconds, misled=self._hear(told, seconds))

    def refused(self, reset_at: datetime | None, now: datetime) -> None:
        """A request was answered 429: nothing more goes out until the server's clock has passed ``reset_at``.

        Without ``reset_at``, until the present window ends. Tell :meth:`note` the answer's headers first.
        """
        with self._lock:
            time = self._clock.at(now.timestamp())
            end = self._end if reset_at is None else reset_at.timestamp()
            if end == self._end:
                self._in_hand = min(self._in_hand, 0)
                self._again.clear()
                self._seen = max(self._seen, self._limit)
                with suppress(StoreError):  # the others will be told the same by the server
                    self._ledger.note(self._account, self._began_at, self._limit)
            if end >= self._end or end % SECONDS:  # an earlier window's is over
                self._shut_until = max(self._shut_until, min(end, time + SECONDS))

    # ── the server's word ────────────────────────────────────────────────────────────────────

    def _hear(self, told: Told, now: float) -> bool:
        """The server's clock. True: until now we had a wrong one."""
        if told.date is None:
            return not self._told
        too_early = self._sent and told.date + 1 < min(sent.at for sent in self._sent) - _PROBE
        if self._told and not too_early:
            self._clock.hear(told.date, now)
            return False
        self._restart(told.date, now)
        return True

    def _restart(self, shown: float, now: float) -> None:
        """Our clock jumped, or was wrong from the beginning: nothing lies further ahead than a new reckoning allows."""
        self._clock.restart(shown, now)
        for sent in self._sent:
            sent.at = min(sent.at, shown)
        self._shut_until = min(self._shut_until, shown + SECONDS)
        self._again.clear()

    def _place(self, told: Told, now: float, *, misled: bool) -> None:
        """The window the answer's request was counted in: this one, the next one, or an earlier one."""
        self._told = True
        waiting = [sent for sent in self._sent if sent.window <= told.window]
        if told.window < self._window and waiting and not misled:
            self._landed(waiting)  # late: it was counted where it left, not here
            self._in_hand += 1
            return
        if told.window != self._window:
            if told.date is None or (told.window < self._window and not misled):
                self._restart(told.date or told.window, now)  # all that is on its way left later than that window
            self._enter(told.window)
            waiting = self._sent
        self._landed(waiting)
        self._confirmed = True
        if told.limit not in (None, self._limit):
            self._limit = told.limit or self._limit
            self._again.clear()
        self._seen = max(self._seen, told.used)

    def _landed(self, waiting: Iterable[_Sent]) -> None:
        """One of these was answered: one of the youngest window's, and of those the oldest."""
        found = max(waiting, key=lambda sent: (sent.window, -sent.at), default=None)
        if found is not None:
            self._sent.remove(found)

    # ── windows ──────────────────────────────────────────────────────────────────────────────

    def _move_on(self, time: float) -> None:
        if time >= self._end + _GUARD:
            self._enter(int(time // SECONDS) * SECONDS)
        self._forget(time)

    def _forget(self, time: float) -> None:
        """What left long before this moment was counted before it, or never arrives."""
        before = time - (_FORGOTTEN if self._told else SECONDS)
        if self._sent and self._sent[0].at < before:
            self._sent = [sent for sent in self._sent if sent.at >= before]

    def _enter(self, window: int) -> None:
        """A window begins. What is on its way may be counted in it: we owe a permit for each."""
        self._window, self._end = window, window + SECONDS
        self._began_at = datetime.fromtimestamp(window, UTC)
        self._forget(window)
        self._in_hand = -len(self._sent)
        for sent in self._sent:
            sent.window = min(sent.window, window)
        self._confirmed = False
        self._mine = self._seen = self._others = 0
        self._again.clear()

    # ── permits ──────────────────────────────────────────────────────────────────────────────

    def _must_wait(self, time: float, priority: Priority) -> float:
        if time < self._shut_until + _GUARD:
            return self._shut_until + _GUARD - time
        if not self._confirmed and self._probing(time, priority is Priority.DELIVERY):
            return _ASK_AGAIN
        if self._in_hand > 0:
            return 0.0
        if (again := self._again.get(priority, 0.0)) > time:
            return again - time
        return self._take(time, priority)

    def _probing(self, time: float, order: bool) -> bool:
        """Until the server has named the window, one at a time: our clock may have jumped. Orders wait for orders."""
        return any(
            sent.window == self._window and time < sent.at + _PROBE and sent.order >= order for sent in self._sent
        )

    def _take(self, time: float, priority: Priority) -> float:
        """Get permits; 0 when there is one in hand then, otherwise the seconds until there may be."""
        pace, into = paces(self._limit)[priority], time - self._window
        want = self._wanted(into, priority)
        margin = self._limit // 40 if self._others else 0
        owed = max(0, -self._in_hand)
        up_to = pace.allowed(into) - margin
        permits = self._ledger.take(self._account, self._began_at, want + owed, up_to=up_to, seen=self._seen - owed)
        self._in_hand += permits.granted
        self._others = permits.use.others
        granted = self._in_hand > 0
        if not granted:
            self._rivals = min(self._rivals + 1, _RIVALS)
        elif permits.use.total + want <= up_to:  # as many are left: nobody else was waiting for them
            self._rivals = max(1, self._rivals - 1)
        used = permits.use.total + margin - min(self._in_hand, 0)
        opens = self._opens(pace, used, want, rivals=1 if granted else self._rivals)
        self._again[priority] = again = min(self._window + opens, self._end + _GUARD)
        return 0.0 if granted else max(again - time, 0.01)

    def _opens(self, pace: Pace, used: int, want: int, *, rivals: int) -> float:
        """Seconds into the window from which asking again is worth the while: use only grows.

        From then on there are as many permits as we want, and as all those who were faster than us before want too.
        """
        if used + want > self._limit:
            return pace.when(used + 1)
        return max(pace.when(used + want), min(pace.when(used + want * rivals), RESERVE_UNTIL))

    def _wanted(self, into: float, priority: Priority) -> int:
        """Few while little is going on, so that what is not needed stays with the others; one by one near the end."""
        if priority is Priority.DELIVERY or into > SECONDS - 10:
            return 1
        return min(self._batch, 1 + self._mine)


class SharedLimiter(RateLimiter):
    """A :class:`RateLimiter` whose account is also called from other processes that use the same store.

    Args:
        ledger: where the use is kept, e.g. ``SqlStore(…).permits``.
        account: names application and account; the same wherever they are the same.
        batch: permits taken at once at most, so that the store need not be asked for each request.
        lock: makes the lock that threads wait at, also while the store is asked.

    :meth:`reserve` may talk to the store; the rest does so after a 429 only.
    """

    def __init__(self, ledger: RateLedger, account: str, *, batch: int = 4, lock: NewLock = Lock) -> None:
        super().__init__(lock=lock)
        self._ledger = ledger
        self._account = account
        self._batch = batch
