"""How much of a rate-limit window is used, in memory."""

from __future__ import annotations

from datetime import datetime

from tradegecko_bridge.forks import ForkedLock
from tradegecko_bridge.ports.limits import KEPT, Permits, RateLedger, WindowUse


class PermitBook(RateLedger):
    """Rate-limit windows in memory; threads may share them."""

    def __init__(self) -> None:
        self._lock = ForkedLock()
        self._accounts: dict[str, dict[datetime, WindowUse]] = {}

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        with self._lock:
            windows = self._windows(account, window)
            permits = windows[window].at_least(seen).take(want, up_to)
            windows[window] = permits.use
            return permits

    def note(self, account: str, window: datetime, used: int) -> None:
        with self._lock:
            windows = self._windows(account, window)
            windows[window] = windows[window].at_least(used)

    def _windows(self, account: str, window: datetime) -> dict[datetime, WindowUse]:
        if window.utcoffset() is None:
            raise ValueError(f"{window.isoformat()} has no time zone")
        windows = self._accounts.setdefault(account, {})
        if window not in windows:
            for old in [began for began in windows if began < window - KEPT]:
                del windows[old]
            windows[window] = WindowUse()
        return windows
