"""What happened, line by line: for people when a schedule fails, and as a digest to compare two replays."""

from __future__ import annotations

from hashlib import blake2b

from tests.simulation.scheduler import Scheduler


class Story:
    """Lines with their virtual time. ``quiet`` ones count for the digest, but nobody wants to read them."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._lines: list[tuple[int, str, str, bool]] = []

    def tell(self, who: str, what: str, *, quiet: bool = False) -> None:
        """One line."""
        self._lines.append((self._scheduler.now, who, what, quiet))

    @property
    def digest(self) -> str:
        """The same for two schedules that went alike."""
        return blake2b(repr(self._lines).encode(), digest_size=8).hexdigest()

    def __str__(self) -> str:
        return "\n".join(f"  {_clock(at)} {who:<12} {what}" for at, who, what, quiet in self._lines if not quiet)


def _clock(microseconds: int) -> str:
    seconds = microseconds / 1_000_000
    days, seconds = divmod(seconds, 86_400)
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    day = f"{int(days)}d " if days else ""
    return f"{day}{int(hours):02}:{int(minutes):02}:{rest:06.3f}"
