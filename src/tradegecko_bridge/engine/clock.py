"""The present moment, the same for all who work on one ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from tradegecko_bridge.ports import Clock

TOLERATED: Final = timedelta(seconds=30)
"""How far a worker's clock may be off before it is told."""


def utc_now() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


class SharedClock:
    """A worker's own clock, corrected by the one it shares with the others.

    Leases, patience and due times are judged by it, so that workers whose clocks differ agree on them.

    Args:
        own: the worker's clock, aware UTC. It may be wrong, and may be set while we work.
        shared: reads the shared one; None where there is none.
        elapsed: seconds that pass whatever becomes of ``own``.
    """

    def __init__(
        self, own: Clock, shared: Callable[[], datetime | None], *, elapsed: Callable[[], float] = monotonic
    ) -> None:
        self._own, self._shared, self._elapsed = own, shared, elapsed
        self._read: tuple[timedelta, datetime, float] | None = None  # replaced as a whole: threads need no lock

    def __call__(self) -> datetime:
        """Never earlier than the shared clock: whichever of our two has gone further since it was read counts."""
        now = self._own()
        if self._read is None:
            return now
        offset, moment, at = self._read
        return max(now + offset, moment + timedelta(seconds=self._elapsed() - at))

    @property
    def offset(self) -> timedelta:
        """How far the shared clock is ahead of ours, as last read."""
        return self._read[0] if self._read else timedelta(0)

    def synchronize(self) -> None:
        """Read the shared clock.

        Raises:
            StoreError: it cannot be read.
        """
        before = self._own()
        shared = self._shared()
        if shared is not None:
            offset = shared - before - (self._own() - before) / 2
            self._read = offset, shared, self._elapsed()
