"""What is tried again, how often and how long: one frozen policy that feeds tenacity (sync and async alike)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Self

import tenacity
from attrs import field, frozen

from tradegecko_bridge.errors import (
    BadCertificate,
    ClientClosed,
    RateLimited,
    ServerError,
    StatusError,
    TransportError,
)
from tradegecko_bridge.tradegecko.calls import Call


@frozen(kw_only=True)
class RetryPolicy:
    """Finite by default: at most ``attempts`` tries, and no wait begins that would end later than ``patience``
    seconds after the first.

    A request that certainly was not carried out (429, no connection made) is repeated whatever it is. One that may
    have been (a lost answer, 5xx) is repeated only if :func:`repeatable` says so. Waits are drawn between nothing and
    ``first_wait`` seconds, doubling each time up to ``longest_wait`` (full jitter); after a 429 that says when the
    window opens, until then; and no less than ``Retry-After`` of a 429 or 503 asks for, up to a window. With
    ``sleeps`` off nothing waits: see :meth:`for_tests`.
    """

    attempts: int = 4
    patience: float = 330.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    sleeps: bool = True
    jitter: Callable[[], float] = field(default=random.random, repr=False, eq=False)

    @classmethod
    def for_tests(cls, attempts: int = 4) -> Self:
        """The same decisions without a single wait: for the tests of programs that use a client."""
        return cls(attempts=attempts, sleeps=False)

    def should_retry(self, call: Call[Any], error: BaseException | None) -> bool:
        """Whether this failure of this call is worth another try."""
        if isinstance(error, (BadCertificate, ClientClosed)):
            return False
        if isinstance(error, TransportError):
            return not error.may_have_arrived or repeatable(call)
        return isinstance(error, RateLimited) or (isinstance(error, ServerError) and repeatable(call))

    def wait(self, attempt: int) -> float:
        """Seconds before try number ``attempt`` + 1, when nothing better is known."""
        longest = min(self.longest_wait, self.first_wait * 2.0 ** min(attempt - 1, 64))
        return longest * self.jitter() if self.sleeps else 0.0

    def wait_after(
        self, attempt: int, error: BaseException | None, until_reset: Callable[[RateLimited], float]
    ) -> float:
        """Seconds before the try after this failure of try number ``attempt``."""
        if isinstance(error, RateLimited) and error.reset_at is not None and self.sleeps:
            return until_reset(error)
        asked = error.retry_after if isinstance(error, StatusError) and self.sleeps else None
        return max(self.wait(attempt), asked or 0.0)

    def controls(
        self,
        call: Call[Any],
        until_reset: Callable[[RateLimited], float],
        before_sleep: Callable[[tenacity.RetryCallState], None] | None = None,
    ) -> dict[str, Any]:
        """The arguments of tenacity's ``Retrying`` and ``AsyncRetrying`` for one call.

        ``until_reset`` says how many seconds the window of a 429 stays shut; ``before_sleep`` is told of each wait.
        """

        def wait(state: tenacity.RetryCallState) -> float:
            return self.wait_after(state.attempt_number, _failure(state), until_reset)

        def stop(state: tenacity.RetryCallState) -> bool:
            spent = max(state.idle_for, state.seconds_since_start or 0.0)
            return state.attempt_number >= self.attempts or spent + state.upcoming_sleep > self.patience

        return {
            "retry": lambda state: self.should_retry(call, _failure(state)),
            "wait": wait,
            "stop": stop,
            "before_sleep": before_sleep,
            "reraise": True,
        }


def repeatable(call: Call[Any]) -> bool:
    """Whether a call may go out twice: it changes nothing, or its ``Idempotency-Key`` lets only one through (§3.11).

    The second of two under one key is refused with
    :class:`~tradegecko_bridge.errors.DuplicateIdempotencyKey`, which then means: the first arrived, look for it.
    """
    return call.changes_nothing or call.idempotency_key is not None


def _failure(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


NO_RETRY = RetryPolicy(attempts=1)
"""Every call is tried once."""
