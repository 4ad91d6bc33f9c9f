"""What is set for a client, for a copy of it, or for one call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal, Protocol, TypedDict

import httpx
from attrs import evolve, frozen

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.http_bounds import DEADLINE
from tradegecko_bridge.ports.logins import Secret, as_secret
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
    max_retries: int | AsSet | None
    """How often what may be repeated is: 0 for one attempt. The rest of the retry policy stays as it is."""
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
        max_retries: int | AsSet | None = DEFAULT,
        priority: Priority | AsSet = DEFAULT,
        may_leave: Callable[[], bool] | AsSet = DEFAULT,
    ) -> Options:
        """These with others in their place. A ``retry`` and a ``max_retries`` of None change nothing.

        Raises:
            ConfigError: a value that cannot work, or two of which one would be left out.
        """
        return Options(
            timeout=self.timeout if timeout is DEFAULT else as_timeout(timeout),
            deadline=self.deadline if deadline is DEFAULT else as_deadline(deadline),
            retry=as_policy(
                None if retry is DEFAULT else retry, None if max_retries is DEFAULT else max_retries, self.retry
            ),
            priority=self.priority if priority is DEFAULT else priority,
            may_leave=self.may_leave if may_leave is DEFAULT else may_leave,
        )


def as_timeout(timeout: Timeout) -> httpx.Timeout:
    """What was given for a timeout.

    Raises:
        ConfigError: it is none.
    """
    if isinstance(timeout, httpx.Timeout):
        return timeout
    if timeout is not None and not _is_seconds(timeout):
        raise ConfigError(f"timeout must be a number of seconds above 0, an httpx.Timeout or None, not {timeout!r}")
    return httpx.Timeout(timeout)


def as_deadline(deadline: float | None) -> float | None:
    """What was given for a deadline.

    Raises:
        ConfigError: it is none.
    """
    if deadline is not None and not _is_seconds(deadline):
        raise ConfigError(f"deadline must be a number of seconds above 0, or None, not {deadline!r}")
    return deadline


def as_policy(retry: Any, max_retries: Any, otherwise: RetryPolicy) -> RetryPolicy:
    """What was given for what is tried again.

    Raises:
        ConfigError: it is no policy or no number, or both were given.
    """
    if retry is not None and not isinstance(retry, RetryPolicy):
        raise ConfigError(f"retry must be a RetryPolicy, not {retry!r}; for a number of repetitions write max_retries")
    if max_retries is None:
        return otherwise if retry is None else retry
    if retry is not None:
        raise ConfigError("give either retry or max_retries: RetryPolicy(attempts=…) counts the first attempt too")
    if not isinstance(max_retries, int) or isinstance(max_retries, bool) or max_retries < 0:
        raise ConfigError(f"max_retries must be a whole number from 0, not {max_retries!r}")
    return evolve(otherwise, attempts=max_retries + 1)


def as_headers(given: Mapping[Any, Any]) -> dict[str, Secret]:
    """Headers for every request; none of them shows.

    Raises:
        ConfigError: one that the client writes itself, or that is none.
    """
    headers: dict[str, Secret] = {}
    for name, value in given.items():
        if not _HEADER_NAME.fullmatch(str(name)):
            raise ConfigError(f"default_headers: {name!r} is not the name of a header")
        if name.lower() in _OURS:
            raise ConfigError(f"default_headers: {name} is left to the client{_OURS[name.lower()]}")
        if not isinstance(value, (Secret, str)):
            raise ConfigError(f"default_headers: the value of {name} must be a text, not a {type(value).__name__}")
        secret = as_secret(value)
        if not (secret.reveal().isascii() and secret.reveal().isprintable()):
            raise ConfigError(f"default_headers: the value of {name} is not one line of printable ASCII")
        headers[name] = secret
    return headers


def _is_seconds(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS: Final = {
    "accept-encoding": ", which bounds what is decompressed",
    "authorization": ": give the token, or an httpx.Auth in its place",
    "connection": "",
    "content-length": "",
    "content-type": ", which sends JSON",
    "cookie": ", which keeps no cookies",
    "host": ": give base_url",
    "idempotency-key": ": give idempotency_key to each call",
    "transfer-encoding": "",
}
"""Headers that are not given, and what to do instead."""


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
