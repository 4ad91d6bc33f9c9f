"""The rate limit (reference §3.10): 300 requests in each fixed window of 300 seconds, per application and account.

Pure: it is told what the server said and when, and says how long to wait. It follows the server's clock, not ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from attrs import define

from tradegecko_bridge.tradegecko.replies import reset_time, whole_number

WINDOW: Final = timedelta(seconds=300)


@define
class RateWindow:
    """What is left of the present window, as the last answers told it."""

    remaining: int | None = None
    reset_at: datetime | None = None
    server_ahead: timedelta = timedelta(0)

    def note(self, headers: Mapping[str, str], now: datetime) -> None:
        """Take in an answer's ``X-Rate-Limit-*`` and ``Date`` headers; ``now`` is our clock, aware."""
        if "date" in headers:
            try:
                self.server_ahead = parsedate_to_datetime(headers["date"]) - now
            except (TypeError, ValueError, OverflowError):
                self.server_ahead = timedelta(0)
        left = whole_number(headers, "x-rate-limit-remaining")
        if left is not None:
            self.remaining = left
            self.reset_at = reset_time(headers)

    def wait(self, now: datetime) -> float:
        """Seconds until a request may go out: none while the window has room or its end is past."""
        if self.remaining is None or self.remaining > 0 or self.reset_at is None:
            return 0.0
        return self.until_reset(self.reset_at, now)

    def until_reset(self, reset_at: datetime, now: datetime) -> float:
        """Seconds until the server's clock has passed ``reset_at``; ``Date`` has whole seconds, so one is added.

        No window is longer than :data:`WINDOW`: a later reset comes from a header that is wrong.
        """
        left = min(reset_at - now - self.server_ahead, WINDOW)
        return max(0.0, left.total_seconds() + 1.0)
