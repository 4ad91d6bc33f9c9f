"""When to try again what was refused: with growing gaps, for as long as it is wanted."""

from __future__ import annotations

from datetime import datetime

from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.ledger import LONGEST_WAIT


def next_try(context: Context, tries: int) -> str:
    """When it is due after so many tries, as text."""
    return (context.clock() + min(context.timing.first_retry * 2.0 ** min(tries, 20), LONGEST_WAIT)).isoformat()


def is_due(moment: str, now: datetime) -> bool:
    """Whether that is over; blank: it is. What is further ahead than anything waits was written by a wrong clock."""
    return not moment or not now < datetime.fromisoformat(moment) <= now + LONGEST_WAIT
