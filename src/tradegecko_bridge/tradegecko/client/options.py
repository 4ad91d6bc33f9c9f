"""What is set for a client, for a copy of it, or for one call."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

import httpx
from attrs import frozen

from tradegecko_bridge.tradegecko.limits import Priority
from tradegecko_bridge.tradegecko.retry import RetryPolicy

Timeout = float | httpx.Timeout | None
"""Seconds for each of connecting, sending and waiting for an answer, or one for each; None waits for ever."""


class Default(Enum):
    """Stands for “as the client is set”, so that None can mean none."""

    DEFAULT = "default"

    def __repr__(self) -> str:
        return self.name


DEFAULT: Final = Default.DEFAULT
AsSet = Literal[Default.DEFAULT]


@frozen(kw_only=True)
class Options:
    """What ``with_options`` changes, and ``send`` for one call."""

    timeout: httpx.Timeout
    retry: RetryPolicy
    priority: Priority

    def changed(
        self, timeout: Timeout | AsSet, retry: RetryPolicy | AsSet | None, priority: Priority | AsSet
    ) -> Options:
        """These with others in their place; itself when nothing is changed. A ``retry`` of None changes nothing."""
        if timeout is DEFAULT and priority is DEFAULT and (retry is DEFAULT or retry is None):
            return self
        return Options(
            timeout=self.timeout if timeout is DEFAULT else httpx.Timeout(timeout),
            retry=self.retry if retry is DEFAULT or retry is None else retry,
            priority=self.priority if priority is DEFAULT else priority,
        )
