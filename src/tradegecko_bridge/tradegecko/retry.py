"""What is tried again, how often and how long: one frozen policy that feeds tenacity (sync and async alike)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import tenacity
from attrs import field, frozen

from tradegecko_bridge.errors import RateLimited, ServerError, TransportError
from tradegecko_bridge.tradegecko.calls import Call


@frozen(kw_only=True)
class RetryPolicy:
    """Finite by default: at most ``attempts`` tries and ``patience`` seconds of waiting between them.

    A request that certainly was not carried out (429, no connection made) is repeated whatever it is. One that may
    have been is repeated only if it changes nothing: a write in doubt is the caller's to look into. Waits are
    ``first_wait`` seconds, doubling, with jitter, up to ``longest_wait``; after a 429 that says when the
    window opens, until then.
    """

    attempts: int = 4
    patience: float = 330.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    jitter: Callable[[], float] = field(default=random.random, repr=False)

    def should_retry(self, call: Call[Any], error: BaseException | None) -> bool:
        """Whether this failure of this call is worth another try."""
        if isinstance(error, RateLimited):
            return True
        if isinstance(error, TransportError):
            return call.changes_nothing or not error.may_have_arrived
        return isinstance(error, ServerError) and call.changes_nothing

    def wait(self, attempt: int) -> float:
        """Seconds before try number ``attempt`` + 1, when nothing better is known."""
        longest = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return longest * (0.5 + self.jitter() / 2)

    def controls(self, call: Call[Any], until_reset: Callable[[datetime], float]) -> dict[str, Any]:
        """The arguments of tenacity's ``Retrying`` and ``AsyncRetrying`` for one call."""

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, RateLimited) and error.reset_at is not None:
                return until_reset(error.reset_at)
            return self.wait(state.attempt_number)

        def stop(state: tenacity.RetryCallState) -> bool:
            out_of_time = state.idle_for + state.upcoming_sleep > self.patience
            return state.attempt_number >= self.attempts or out_of_time

        return {
            "retry": tenacity.retry_if_exception(lambda error: self.should_retry(call, error)),
            "wait": wait,
            "stop": stop,
            "reraise": True,
        }


NO_RETRY = RetryPolicy(attempts=1)
"""Every call is tried once."""
