"""How long the engine waits for what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
from attrs import field, frozen

from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ledger import LONGEST_WAIT


def _not_negative(_instance: object, attribute: attrs.Attribute[Any], value: timedelta) -> None:
    if value < timedelta(0):
        raise ConfigError(f"{attribute.name} must not be negative")


def _a_wait(instance: object, attribute: attrs.Attribute[Any], value: timedelta) -> None:
    _not_negative(instance, attribute, value)
    if value > LONGEST_WAIT:
        raise ConfigError(f"{attribute.name} must not be longer than {LONGEST_WAIT}")


@frozen(kw_only=True)
class Timing:
    """How long the engine waits for what.

    Attributes:
        lease: how long a worker may be silent before another takes over the order it was sending. A request that waits
            for a whole window of the rate limit (five and a half minutes at most) must leave within it.
        first_retry, longest_retry: the wait after a transient failure; it doubles from the one to the other.
            These and the lease are two hours at most.
        horizon: how long after ingest an order is retried before it is given up as failed.
        patience: how long an order whose key was used must stay absent before it is certain that the first
            request made nothing and the next key may be used. Late visibility must fit into it.
        held_again: how long an order held for a transient reason is left alone while nothing shows that its cause has
            gone; where that would not show, it is looked at with every run.
        alert_after: how long an order may be held for a transient reason, or in doubt, before that is an alert.
    """

    lease: timedelta = field(default=timedelta(minutes=7), validator=_a_wait)
    held_again: timedelta = field(default=timedelta(hours=1), validator=_a_wait)
    alert_after: timedelta = field(default=timedelta(hours=1), validator=_not_negative)
    first_retry: timedelta = field(default=timedelta(seconds=30), validator=_a_wait)
    longest_retry: timedelta = field(default=timedelta(hours=1), validator=_a_wait)
    horizon: timedelta = field(default=timedelta(days=15), validator=_not_negative)
    patience: timedelta = field(default=timedelta(minutes=10), validator=_not_negative)

    @classmethod
    def of(cls, settings: ConnectionSettings) -> Timing:
        """The usual waits, with the horizon a connection's settings ask for."""
        return cls(horizon=timedelta(days=float(settings.retry_days)))

    def retry_at(self, now: datetime, attempts: int, not_before: datetime | None = None) -> datetime:
        """When to try again after ``attempts`` failures; ``not_before`` is what the other side asks for."""
        wait = self.first_retry * 2.0 ** min(attempts - 1, 20)
        retry_at = now + min(wait, self.longest_retry)
        return retry_at if not_before is None else max(retry_at, min(not_before, now + LONGEST_WAIT))
