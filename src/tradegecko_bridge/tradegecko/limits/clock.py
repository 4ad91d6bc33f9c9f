"""The server's clock, as far as it is certain."""

from __future__ import annotations

from collections import deque
from typing import Final

DOUBT: Final = 2.0
"""Seconds our clock may be ahead of the server's before any answer told."""
_REMEMBERED: Final = 8
_BACKWARDS: Final = 60.0
"""Our clock went back if it shows this many seconds less; a thread may be late with its reading by less."""


class ServerClock:
    """The earliest moment the server's clock can show, in epoch seconds. Its time never goes back by itself.

    ``Date`` has whole seconds and has travelled for a while: when an answer arrives, the server's clock shows at least
    that. The best of the last few answers counts, so that a jump of our clock is forgotten soon.
    """

    def __init__(self) -> None:
        self._ahead: deque[float] = deque([-DOUBT], maxlen=_REMEMBERED)
        self._reached = self._ours = float("-inf")

    def at(self, now: float) -> float:
        """The server's time when ours is ``now``."""
        if now < self._ours - _BACKWARDS:
            self._ahead = deque((ahead + self._ours - now for ahead in self._ahead), maxlen=_REMEMBERED)
            self._ours = now
        self._ours = max(self._ours, now)
        self._reached = max(self._reached, now + max(self._ahead))
        return self._reached

    def hear(self, date: float, now: float) -> None:
        """An answer that arrived at ``now`` carried ``date``."""
        self._ahead.append(date - now)

    def restart(self, date: float, now: float) -> None:
        """What was known before is not so: the server's clock shows ``date``."""
        self._ahead = deque([date - now], maxlen=_REMEMBERED)
        self._reached, self._ours = float("-inf"), now
