"""What is set for a client, for a copy of it, or for one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Final, Literal, Protocol, TypedDict

import httpx
from attrs import frozen

from tradegecko_bridge.http_bounds import DEADLINE
from tradegecko_bridge.tradegecko.limits import Priority
from tradegecko_bridge.tradegecko.retry import RetryPolicy

Timeout = float | httpx.Timeout | None
"""Seconds for each of connecting, sending and waiting for an answer, or one for each; None waits for as long as
``deadline`` lets it."""


class Default(Enum):
    """Stands for “as the client is set”, so that None can mean none."""

    DEFAULT = "default"

    def __repr__(self) -> str:
        return self.name


DEFAULT: Final = Default.DEFAULT
AsSet = Literal[Default.DEFAULT]


class CallOptions(TypedDict, total=False):
    """What may be different for one call, or for a copy of a client; what is left out is as the client is set."""

    timeout: Timeout | AsSet
    deadline: float | AsSet | None
    """Seconds for one request and all of its answer, connecting included; None sets none."""
    retry: RetryPolicy | AsSet | None
    priority: Priority | AsSet
    may_leave: Callable[[], bool] | AsSet
    """Asked last, before the first byte leaves; where it says no, nothing is sent and NotSent is raised."""


@frozen(kw_only=True)
class Options:
    """How a client is set."""

    timeout: httpx.Timeout
    deadline: float | None = DEADLINE
    retry: RetryPolicy
    priority: Priority
    may_leave: Callable[[], bool] | None = None

    def changed(
        self,
        *,
        timeout: Timeout | AsSet = DEFAULT,
        deadline: float | AsSet | None = DEFAULT,
        retry: RetryPolicy | AsSet | None = DEFAULT,
        priority: Priority | AsSet = DEFAULT,
        may_leave: Callable[[], bool] | AsSet = DEFAULT,
    ) -> Options:
        """These with others in their place. A ``retry`` of None changes nothing."""
        return Options(
            timeout=self.timeout if timeout is DEFAULT else httpx.Timeout(timeout),
            deadline=self.deadline if deadline is DEFAULT else deadline,
            retry=self.retry if retry is DEFAULT or retry is None else retry,
            priority=self.priority if priority is DEFAULT else priority,
            may_leave=self.may_leave if may_leave is DEFAULT else may_leave,
        )


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
