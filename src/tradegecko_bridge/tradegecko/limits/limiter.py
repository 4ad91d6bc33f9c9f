"""The limiters: when a request may go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from threading import Lock
from typing import Final

from attrs import define, field

from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.forks import Forked
from tradegecko_bridge.ports import RateLedger
from tradegecko_bridge.tradegecko.limits.clock import ServerClock
from tradegecko_bridge.tradegecko.limits.headers import Told, read_headers
from tradegecko_bridge.tradegecko.limits.pace import LIMIT, RESERVE_UNTIL, SECONDS, WINDOW, Pace, Priority, paces
from tradegecko_bridge.tradegecko.limits.permits import PermitBook

NewLock = Callable[[], AbstractContextManager[object]]
"""Makes a lock that threads wait at."""

_GUARD: Final = 0.1
"""Seconds a new window is left alone after the server's clock has surely passed the old one's end: clocks drift."""
_FORGOTTEN: Final = 60.0
"""Seconds after which a request without an answer no longer counts as on its way; before any answer, a window."""
_EDGE: Final = 5.0
"""Seconds before a window's end from which what leaves may be counted in the next one."""
_PROBE: Final = 3.0
"""Seconds the first request of an unconfirmed window has for its answer before another may try."""
_AMISS: Final = 4.0
"""Seconds before all that is on its way from which on a ``Date`` means a wrong clock of ours; less: one of theirs."""
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


@define
class _Window:
    """A window, from ``began`` on (epoch seconds), as we know it. What ends with it is here.

    ``in_hand`` are permits nobody has used yet, below zero those we owe; ``ahead`` are the next window's. ``mine`` have
    gone; the server told of ``seen``, and ``others`` of these are somebody else's. ``confirmed``: an answer has named
    it. ``again`` is when the store may be asked again.
    """

    began: int = 0
    in_hand: int = 0
    ahead: int = 0
    mine: int = 0
    seen: int = 0
    others: int = 0
    confirmed: bool = False
    again: dict[Priority, float] = field(factory=dict)

    @property
    def end(self) -> int:
        return self.began + SECONDS

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.began, UTC)


class RateLimiter(Forked):
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
        self._new_lock, self._lock = lock, lock()
        self._clock = ServerClock()
        self._limit = LIMIT
        self._silent = 0
        self._told = False
        self._sent: list[_Sent] = []
        self._shut_until = float("-inf")
        self._rivals = 1
        self._window = _Window()

    def after_fork_in_child(self) -> None:
        """What is on its way, and the permits in hand, are the parent's."""
        self._lock = self._new_lock()
        self._sent = []
        self._enter(self._window.began)

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
            if wait := self._must_wait(time, priority) or self._take_ahead(time):
                return min(wait, float(SECONDS))
            self._window.in_hand -= 1
            self._window.mine += 1
            self._sent.append(_Sent(time, self._window.began, priority is Priority.DELIVERY))
            return 0.0

    def note(self, headers: Mapping[str, str], now: datetime) -> None:
        """An answer arrived at ``now`` with these headers (names in lower case, or a mapping that ignores case).

        An empty mapping: no answer came, and none will.
        """
        with self._lock:
            seconds = now.timestamp()
            time = self._clock.at(seconds)
            told = read_headers(headers, self._limit)
            if told is not None:
                self._place(told, seconds)
                return
            self._silent += bool(headers)
            if not self._told or time < self._window.end - _EDGE:  # later, the next window may have counted it
                self._landed(self._sent)

    def refused(self, reset_at: datetime | None, now: datetime) -> None:
        """A request was answered 429: nothing more goes out until the server's clock has passed ``reset_at``.

        Without ``reset_at``, until the present window ends. Tell :meth:`note` the answer's headers first.
        """
        with self._lock:
            time = self._clock.at(now.timestamp())
            end = self._window.end if reset_at is None else reset_at.timestamp()
            if end == self._window.end:
                with suppress(StoreError):  # the others will be told the same by the server
                    self._ledger.note(self._account, self._window.moment, self._limit)
            self._shut_until = max(self._shut_until, min(end, time + SECONDS))

    # ── the server's word ────────────────────────────────────────────────────────────────────

    def _place(self, told: Told, now: float) -> None:
        """The window the answer's request was counted in: this one, another one, or, late, an earlier one."""
        waiting = [sent for sent in self._sent if sent.window <= told.window]
        misled = self._is_misled(told)
        late = told.window < self._window.began and waiting and not misled
        if misled or (told.window != self._window.began and not late):
            self._restart(told.date or told.window, now)
        elif told.date is not None:
            self._clock.hear(told.date, now)
        self._told = True
        if late:  # it was counted where it left, not here
            self._landed(waiting)
            self._window.in_hand += 1
            return
        if told.window != self._window.began:
            self._enter(told.window)
            waiting = self._sent
        self._landed(waiting)
        self._window.confirmed = True
        self._window.seen = max(self._window.seen, told.used)
        if told.limit != self._limit:
            self._limit = told.limit
            self._window.again.clear()

    def _is_misled(self, told: Told) -> bool:
        """Whether our reckoning of the server's clock was wrong: nothing is answered before it has left."""
        if told.date is None:
            return False
        earliest = min((sent.at for sent in self._sent), default=told.date)
        return not self._told or told.date < earliest - _AMISS

    def _restart(self, shown: float, now: float) -> None:
        """Our clock jumped, or was wrong from the beginning: nothing lies further ahead than a new reckoning allows."""
        self._clock.restart(shown, now)
        for sent in self._sent:
            sent.at = shown
        self._shut_until = min(self._shut_until, shown + SECONDS)

    def _landed(self, waiting: Sequence[_Sent]) -> None:
        """One of these was answered: the oldest of the youngest window's."""
        if waiting:
            self._sent.remove(max(waiting, key=lambda sent: sent.window))

    # ── windows ──────────────────────────────────────────────────────────────────────────────

    def _move_on(self, time: float) -> None:
        if time >= self._window.end + _GUARD:
            self._enter(int(time // SECONDS) * SECONDS)
        self._forget(time)

    def _forget(self, time: float) -> None:
        """What left long before this moment was counted before it, or never arrives."""
        before = time - (_FORGOTTEN if self._told else SECONDS)
        self._sent = [sent for sent in self._sent if sent.at >= before]

    def _enter(self, began: int) -> None:
        """A window begins. What is on its way may be counted in it: a permit for each is taken already, or owed."""
        self._forget(began)
        taken = self._window.ahead if began == self._window.end else 0
        self._window = _Window(began, in_hand=taken - len(self._sent))
        for sent in self._sent:
            sent.window = min(sent.window, began)

    # ── permits ──────────────────────────────────────────────────────────────────────────────

    def _must_wait(self, time: float, priority: Priority) -> float:
        window = self._window
        if (shut := self._shut_until + _GUARD - time) > 0:
            return shut
        if not window.confirmed and self._probing(time, priority is Priority.DELIVERY):
            return _ASK_AGAIN
        if window.in_hand > 0:
            return 0.0
        if (again := window.again.get(priority, time)) > time:
            return again - time
        return self._take(time, priority)

    def _probing(self, time: float, order: bool) -> bool:
        """Until the server has named the window, one at a time: our clock may have jumped. Orders wait for orders."""
        return any(
            sent.window == self._window.began and time < sent.at + _PROBE and sent.order >= order for sent in self._sent
        )

    def _take(self, time: float, priority: Priority) -> float:
        """Get permits; 0 when there is one in hand then, otherwise the seconds until there may be."""
        window, pace = self._window, paces(self._limit)[priority]
        if window.in_hand < 0:  # on its way already, whatever the pace
            owed = self._ledger.take(self._account, window.moment, -window.in_hand, up_to=self._limit)
            window.in_hand += owed.granted
        into = time - window.began
        want = self._wanted(into, priority)
        margin = self._limit // 40 if window.others else 0
        up_to = pace.allowed(into) - margin
        permits = self._ledger.take(self._account, window.moment, want, up_to=up_to, seen=window.seen)
        window.in_hand += permits.granted
        window.others = permits.use.others
        granted = window.in_hand > 0
        if not granted:
            self._rivals = min(self._rivals + 1, _RIVALS)
        elif permits.use.total + want <= up_to:  # as many are left: nobody else was waiting for them
            self._rivals = max(1, self._rivals - 1)
        opens = self._opens(pace, permits.use.total + margin, want, rivals=1 if granted else self._rivals)
        window.again[priority] = again = min(window.began + opens, window.end + _GUARD)
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
        return min(self._batch, 1 + self._window.mine)

    def _take_ahead(self, time: float) -> float:
        """Near the window's end, a permit of the next one for each request on its way: the others see it coming.

        0 when there are as many; otherwise the seconds until the window has surely ended.
        """
        window = self._window
        lacking = len(self._sent) + 1 - window.ahead
        if time < window.end - _EDGE or lacking <= 0:
            return 0.0
        permits = self._ledger.take(self._account, window.moment + WINDOW, lacking, up_to=self._limit)
        window.ahead += permits.granted
        return 0.0 if permits.granted == lacking else window.end + _GUARD - time


class SharedLimiter(RateLimiter):
    """A :class:`RateLimiter` whose account is also called from other processes that use the same store.

    Args:
        ledger: where the use is kept, e.g. ``SqlStore(…).permits``.
        account: names application and account; the same wherever they are the same.
        batch: permits taken at once at most, so that the store need not be asked for each request.
        lock: makes the lock that threads wait at, also while the store is asked.

    :meth:`RateLimiter.reserve` may talk to the store; the rest does so after a 429 only.
    """

    def __init__(self, ledger: RateLedger, account: str, *, batch: int = 4, lock: NewLock = Lock) -> None:
        super().__init__(lock=lock)
        self._ledger = ledger
        self._account = account
        self._batch = batch
