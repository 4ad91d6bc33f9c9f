"""How far a list was read, as text that sorts as positions follow each other, and never later than the server's clock.

A record that says it was changed years from now would lead past everything that changes until then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway.listing import Position, moment_in

AHEAD: Final = timedelta(minutes=1)
"""What may be later than the server's clock as far as we know it; less than a listing goes back before its cursor."""
_TOO_FAR: Final = timedelta(days=1)
"""A cursor that is so much later comes from an earlier version; one that is less, from a clock that was set back."""
_MENDED: Final = "~"
"""Before the cursors that take the place of such a one. They never go back, so these sort after all others."""


def reached(cursor: str | None, now: datetime) -> Position:
    """What :func:`cursor_at` wrote; where pages are counted one page earlier, for what has moved forward since. The
    beginning where it wrote no such thing, or it is far later than the server's clock shows ``now``."""
    text, _, number = (cursor or "").removeprefix(_MENDED).partition(" page ")
    moment = moment_in(text)
    if moment is None or moment > now + _TOO_FAR:
        return Position()
    page = int(number) if number.isdecimal() and len(number) <= 9 else 1
    return Position(moment, max(page - 1, 1))


def cursor_at(position: Position, now: datetime, before: str | None = None) -> str | None:
    """A position as text; ``now`` is what the server's clock shows, ``before`` the cursor it was read on from."""
    if position.since is None:
        return None
    if position.since > now + AHEAD:
        position = Position(now)
    begun_again = before is not None and reached(before, now).since is None
    mended = _MENDED if begun_again or (before or "").startswith(_MENDED) else ""
    return f"{mended}{write_value(position.since)} page {position.page:06}"


def moment_within(moment: str, now: datetime) -> str:
    """A moment as text, or what the server's clock shows ``now`` where it is later."""
    return moment if moment <= str(write_value(now + AHEAD)) else str(write_value(now))
