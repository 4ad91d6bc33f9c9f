"""Finding every order that is new or has changed, with two clocks that each tell half of the truth.

Vendure's ``orderPlacedAt`` is set once, when a cart becomes an order, and ``updatedAt`` moves when content
changes or the order is cancelled, but not when it is placed, paid or shipped. So there are two walks, and a
cursor that holds how far each came:

1. *changes*: orders placed before where the last run ended, whose ``updatedAt`` is past ``updated``;
2. *placed*: orders whose ``orderPlacedAt`` is past ``placed``.

The two clocks are never compared with each other, nor with ours. Both walks begin ``overlap`` before where the
last one came to, because clocks have whole seconds on some databases, and because Vendure takes both moments
inside a transaction, which becomes visible when it ends. The cursor never passes the *horizon*, the newest moment
that each clock showed before the first walk. Everything more than ``overlap`` older was visible by then, so the
walks do not miss it. A walk in a busy shop goes on beyond the horizon, and there orders may become visible behind
it, at any distance from where it ends; the next run finds them. Changes up to the horizon are all given by the end
of the second walk.

A third part of the cursor, ``waiting``, holds the ids of orders seen but not given yet (payment not settled,
being modified, unreadable): what they wait for moves no clock, so they are asked for by id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from attrs import evolve, frozen

from tradegecko_bridge.bounds import aware_moment, parse_json
from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.http_bounds import EndlessList

PLACED = "orderPlacedAt"
UPDATED = "updatedAt"

TICK = timedelta(milliseconds=1)
"""The finest step of a time in Vendure's JSON."""


@frozen(kw_only=True)
class Row:
    """One placed order in a listing: its id and its two clocks."""

    id: str
    placed: datetime
    updated: datetime

    def at(self, clock: str) -> datetime:
        """What this clock of the order shows."""
        return self.placed if clock == PLACED else self.updated


@frozen(kw_only=True)
class Window:
    """A page of placed orders whose ``clock`` shows ``since`` or later, oldest first, ties in any order.

    Left out are orders that are ``known`` and do not show more than ``beyond``. With ``placed_before`` only
    orders placed before that moment.
    """

    clock: str
    since: datetime | None = None
    beyond: datetime | None = None
    known: frozenset[str] = frozenset()
    placed_before: datetime | None = None
    take: int


Listing = Callable[[Window], Sequence[Row]]


@frozen(kw_only=True)
class Cursor:
    """How far the two walks came, and what waits; None: nowhere yet. Built from the shop's data only."""

    placed: datetime | None = None
    updated: datetime | None = None
    waiting: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        """A cursor from its text.

        Raises:
            SourceRefused: no text of ours.
        """
        if text is None:
            return cls()
        try:
            data = parse_json(text)
            placed, updated = _moment(data["placed"]), _moment(data["updated"])
            return cls(placed=placed, updated=updated, waiting=frozenset(map(str, data["waiting"])))
        except (ValueError, TypeError, KeyError):
            raise SourceRefused("this cursor is not one of the Vendure source's: was the connection changed?") from None

    def text(self) -> str:
        """The cursor as text, to be read back by :meth:`read`."""
        data = {"placed": _text(self.placed), "updated": _text(self.updated), "waiting": sorted(self.waiting)}
        return json.dumps(data, separators=(",", ":"))

    def past(self, clock: str, moment: datetime) -> Cursor:
        """This cursor after an order at ``moment``; a walk never goes back."""
        if clock == PLACED:
            return evolve(self, placed=_later(self.placed, moment))
        return evolve(self, updated=_later(self.updated, moment))

    def awaiting(self, id: str) -> Cursor:
        """This cursor with one more order to ask for again."""
        return evolve(self, waiting=self.waiting | {id})

    def without(self, id: str) -> Cursor:
        """This cursor with that order given."""
        return evolve(self, waiting=self.waiting - {id})


def windows(cursor: Cursor, overlap: timedelta, page_size: int) -> tuple[Window, ...]:
    """The walks that follow a cursor: changes, then placed; only placed where there is no cursor yet."""
    if cursor.placed is None:
        return (Window(clock=PLACED, take=page_size),)
    floor = cursor.placed - overlap
    since = None if cursor.updated is None else cursor.updated - overlap
    changes = Window(clock=UPDATED, since=since, placed_before=floor + TICK, take=page_size)
    return (changes, Window(clock=PLACED, since=floor, take=page_size))


def walk(listing: Listing, window: Window) -> Iterator[list[Row]]:
    """Every row of a window, a page at a time, though rows come, go and move between pages.

    No offsets, which any row that leaves would shift, and no order among ties, which Vendure does not give: it
    sorts by the fields of a ``sort`` in the order of its schema, ``id`` before any clock. So each page begins at
    the moment where the last one ended, without the rows of that moment we have.

    Raises:
        SourceUnavailable: the list does not end.
    """
    pages = EndlessList()
    while True:
        rows = listing(window)
        if flaw := pages.flaw(rows):
            raise SourceUnavailable(f"Vendure's list of orders does not end: {flaw}")
        fresh = [row for row in rows if row.id not in window.known or row.at(window.clock) != window.since]
        yield fresh
        if len(rows) < window.take:
            return
        end = rows[-1].at(window.clock)
        known = {row.id for row in rows if row.at(window.clock) == end}
        if end == window.since:
            known |= window.known
        # PostgreSQL may keep microseconds that the JSON does not show: such rows are "after" the moment they show.
        beyond = end if fresh else end + TICK
        window = evolve(window, since=end, beyond=beyond, known=frozenset(known))


def stamp(moment: datetime) -> str:
    """A moment as Vendure takes and gives it: UTC, milliseconds, with its zone."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else aware_moment(text)


def _later(known: datetime | None, moment: datetime) -> datetime:
    return moment if known is None else max(known, moment)
