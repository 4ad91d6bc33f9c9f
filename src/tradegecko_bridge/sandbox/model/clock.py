"""A clock that can be moved, so that an hour passes in no time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


class MovableClock:
    """Another clock, as far ahead of it (or behind) as it was moved. It keeps running."""

    def __init__(self, inner: Clock) -> None:
        self._inner = inner
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        return self._inner() + self._offset

    @property
    def moved(self) -> timedelta:
        """How far ahead of the clock behind it this one is; less than nothing when it was set back."""
        return self._offset

    def advance(self, seconds: float) -> datetime:
        """Move on; the moment it is then. Raises ValueError for a step back or out of the calendar."""
        if not seconds >= 0:
            raise ValueError("advance takes a number of seconds from 0; set a moment to go back")
        return self._shift(lambda now: now + timedelta(seconds=seconds))

    def set(self, moment: datetime) -> datetime:
        """Make it this moment now. Raises ValueError for one without a time zone."""
        if moment.tzinfo is None:
            raise ValueError("the moment needs a time zone, e.g. 2021-03-01T12:00:00Z")
        return self._shift(lambda _: moment.astimezone(UTC))

    def reset(self) -> None:
        """Show the time the clock behind it shows."""
        self._offset = timedelta(0)

    def _shift(self, to: Callable[[datetime], datetime]) -> datetime:
        try:
            moment = to(self())
            if not 1971 <= moment.year <= 9000:
                raise OverflowError
        except OverflowError as exc:
            raise ValueError("the moment is out of the calendar") from exc
        self._offset += moment - self()
        return moment
