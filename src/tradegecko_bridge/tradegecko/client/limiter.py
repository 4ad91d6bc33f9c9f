"""Who says when a request may go out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from tradegecko_bridge.tradegecko.limits import Priority


class Limiter(Protocol):
    """Says when a request may go out. Called from several threads at once; ``now`` is aware UTC.

    :class:`~tradegecko_bridge.tradegecko.limits.RateLimiter` is one. It may serve all clients of an account.
    """

    def reserve(self, now: datetime, priority: Priority, /) -> float:
        """Seconds to wait before asking again; 0: go, and this request is counted."""

    def note(self, headers: Mapping[str, str], now: datetime, /) -> None:
        """Take in the headers of an answer; none when no answer came."""

    def refused(self, reset_at: datetime | None, now: datetime, /) -> None:
        """A request was answered 429; its headers were noted."""
