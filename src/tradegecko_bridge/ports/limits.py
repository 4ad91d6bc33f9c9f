"""How much of a rate-limit window is used: what limiters reckon with and what a store keeps for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from attrs import frozen

KEPT: Final = timedelta(hours=1)
"""How long windows are remembered after their beginning: a process whose clock is late may still name an old one."""


@frozen
class WindowUse:
    """The requests of one window: ``taken`` by us, sent or not; ``others`` by somebody else, as far as is known."""

    taken: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.taken + self.others

    def told(self, used: int) -> WindowUse:
        """The server has counted ``used``: what is more than we ever took is somebody else's."""
        return self if used <= self.total else WindowUse(self.taken, used - self.taken)

    def take(self, want: int, up_to: int) -> Permits:
        """Up to ``want`` more, while no more than ``up_to`` are used in all."""
        granted = max(0, min(want, up_to - self.total))
        return Permits(granted, WindowUse(self.taken + granted, self.others))


@frozen
class Permits:
    """``granted`` requests may go out in the window, each once; ``use`` is the window's use, these included."""

    granted: int
    use: WindowUse


class PermitBook:
    """A :class:`~tradegecko_bridge.ports.RateLedger` in memory; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._accounts: dict[str, dict[datetime, WindowUse]] = {}

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        """See :meth:`tradegecko_bridge.ports.RateLedger.take`."""
        with self._lock:
            windows = self._windows(account, window)
            permits = windows[window].told(seen).take(want, up_to)
            windows[window] = permits.use
            return permits

    def note(self, account: str, window: datetime, used: int) -> None:
        """See :meth:`tradegecko_bridge.ports.RateLedger.note`."""
        with self._lock:
            windows = self._windows(account, window)
            windows[window] = windows[window].told(used)

    def _windows(self, account: str, window: datetime) -> dict[datetime, WindowUse]:
        if window.utcoffset() is None:
            raise ValueError(f"{window.isoformat()} has no time zone")
        windows = self._accounts.setdefault(account, {})
        if window not in windows:
            for old in [began for began in windows if began < window - KEPT]:
                del windows[old]
            windows[window] = WindowUse()
        return windows


class RateLedger(Protocol):
    """How much of each account's rate-limit window is used, shared by all who call the account.

    ``account`` names application and account, ``window`` is the moment the window begins (aware UTC). A permit is
    good for one request in its window and is never given back: one that is not used, because its process was
    killed or had nothing more to send, ends with the window. What is older than an hour may be forgotten.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    """

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        """Up to ``want`` permits, none beyond ``up_to`` used in the window by everybody together.

        ``seen`` is the largest use the server has told of for this window. What of it nobody here took counts as used
        by somebody else, from now on and for all.
        """

    def note(self, account: str, window: datetime, used: int) -> None:
        """The server has told that ``used`` requests of this window are used; after a 429, all of them."""
