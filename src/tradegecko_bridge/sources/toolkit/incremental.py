"""Reading the orders that are new or have changed since a cursor, by one clock of a shop or several.

Many shops have a clock that tells all (``updated_at`` moves with everything); some have two that each tell half of the
truth, such as one for placing and one for changes. Each is walked by itself, and the cursor holds how far each came.
The last clock is the one by which every order appears; those before it show changes of orders that were there already.

Clocks are never compared with each other, nor with ours. Each walk begins ``overlap`` before where the last one came
to, because clocks have whole seconds, ties come in any order, and a moment taken inside a transaction shows when it
ends. The cursor never passes the *horizon*, what a clock's newest order shows as the reading begins, less ``settle``:
behind it orders may still become visible at any distance from where a long walk ends.

Orders that were seen but not given, or given as not ready (not paid yet, unreadable), are part of the cursor too where
the shop can be asked for them by id: what they wait for may move no clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from attrs import evolve, frozen

from tradegecko_bridge.bounds import aware_moment, parse_json
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import MalformedData, SourceRefused
from tradegecko_bridge.sources.toolkit.faults import AnswerTooLarge, Refusal, ShopFault, one_line
from tradegecko_bridge.sources.toolkit.pages import Row
from tradegecko_bridge.sources.toolkit.reading import stamp

Given = SourceOrder | UnreadableOrder


class Waits(Exception):
    """Raised while an order is read: it is not to be delivered yet; the text says what it waits for."""


@frozen(kw_only=True)
class Clock:
    """One clock of a shop's orders.

    ``pages(since)`` gives the rows at ``since`` or later, oldest first, ``since`` None for all: see
    :func:`~tradegecko_bridge.sources.toolkit.pages.by_time`. ``newest()`` is the newest moment it shows now, None in
    an empty shop.
    """

    name: str
    pages: Callable[[datetime | None], Iterable[Sequence[Row]]]
    newest: Callable[[], datetime | None] | None = None


@frozen(kw_only=True)
class Cursor:
    """How far each clock was read, and what waits."""

    clocks: Mapping[str, datetime] = {}
    waiting: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str | None, shop: str) -> Cursor:
        """A cursor from its text.

        Raises:
            SourceRefused: no text of ours.
        """
        if text is None:
            return cls()
        try:
            data = parse_json(text)
            clocks = {str(name): aware_moment(at) for name, at in data["clocks"].items()}
            return cls(clocks=clocks, waiting=frozenset(map(str, data["waiting"])))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise SourceRefused(f"this cursor is none of the {shop} source's: was the connection changed?") from None

    def text(self) -> str:
        """The cursor as text."""
        clocks = {name: stamp(at, "microseconds") for name, at in self.clocks.items()}
        return json.dumps({"clocks": clocks, "waiting": sorted(self.waiting)}, separators=(",", ":"))

    def past(self, clock: str, at: datetime) -> Cursor:
        """This cursor after a row at ``at``; it never goes back."""
        known = self.clocks.get(clock)
        return evolve(self, clocks={**self.clocks, clock: at if known is None else max(known, at)})


class Incremental:
    """Reads a shop's orders.

    Args:
        shop: what errors call it.
        clocks: the last is the one by which every order appears.
        read: an order from what ``details`` gave of it, or from its row; None for one that is no order (an open
            cart), :class:`Waits` for one that is not to be delivered yet, MalformedData for one that cannot be read.
        details: orders by id, asked for rows without ``data`` and for orders that wait; what went wrong with one of
            them in its place; absent are those that are gone. Without it nothing is asked for again.
        overlap: how much of what was read before is read again.
        settle: how far the cursor stays behind the newest order there is.
        chunk: so many orders are asked for together.
    """

    def __init__(
        self,
        shop: str,
        clocks: Sequence[Clock],
        read: Callable[[Any], Given | None],
        *,
        details: Callable[[Sequence[str]], Mapping[str, Any]] | None = None,
        overlap: timedelta = timedelta(minutes=5),
        settle: timedelta = timedelta(0),
        chunk: int = 50,
    ) -> None:
        self._shop = shop
        self._clocks = clocks
        self._read = read
        self._details = details
        self._overlap, self._settle, self._chunk = overlap, settle, chunk

    def orders(self, after: str | None) -> Iterator[Given]:
        """Every order that is new or changed since the cursor ``after``, each with the cursor that resumes after it.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as what was given to ask the shop with.
        """
        start = Cursor.read(after, self._shop)
        yield from _Course(self, start).run()

    def again(self, rows: Iterable[Row]) -> Iterator[Given]:
        """The orders of these rows as they are now, for ``fetch_order`` and ``fetch_since``.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as what was given to ask the shop with.
        """
        for some in in_chunks(rows, self._chunk):
            for row, data in self.found(some):
                if (given := self.judged(row.id, data)) is not None:
                    yield given

    def found(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Any]]:
        """Each row with all there is of its order, or with what went wrong; without those that are gone."""
        wanted = [row.id for row in rows if row.data is None]
        details = self._details(wanted) if wanted and self._details else {}
        yield from ((row, row.data if row.data is not None else details.get(row.id)) for row in rows)

    def judged(self, id: str, data: Any) -> Given | None:
        """One order, or why it cannot be given."""
        if data is None:
            return None
        number = _number(data)
        try:
            if isinstance(data, Exception):
                raise data
            return self._read(data)
        except Waits as waits:
            problem = f"order {number or id} waits: {one_line(str(waits))}"
        except (MalformedData, Refusal, ShopFault, AnswerTooLarge) as error:
            problem = f"order {number or id}: {error}"
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            problem = f"order {number or id} cannot be read ({type(error).__name__})"
        return UnreadableOrder(reference=id, number=number, problem=problem)

    def from_where(self, cursor: Cursor, clock: Clock) -> datetime | None:
        """Where a clock's walk begins."""
        at = cursor.clocks.get(clock.name)
        return None if at is None else at - self._overlap

    def horizon(self, clock: Clock) -> datetime | None:
        """How far the cursor may go by this clock in the reading that begins now; None: as far as it comes."""
        newest = clock.newest() if clock.newest else None
        return None if newest is None else newest - self._settle

    @property
    def clocks(self) -> Sequence[Clock]:
        """The clocks."""
        return self._clocks

    @property
    def asks_again(self) -> bool:
        """Whether orders can be asked for by id."""
        return self._details is not None

    @property
    def chunk(self) -> int:
        """So many orders are asked for together."""
        return self._chunk


class _Course:
    """One reading, from its cursor on."""

    def __init__(self, reading: Incremental, start: Cursor) -> None:
        self._reading, self._start, self._cursor = reading, start, start
        self._horizon = {clock.name: reading.horizon(clock) for clock in reading.clocks}

    def run(self) -> Iterator[Given]:
        yield from self._waiting()
        *changes, placing = self._reading.clocks
        for clock in changes if placing.name in self._start.clocks else ():
            yield from self._walk(clock)
        for clock in changes:  # all up to the horizon was given, or comes with the walk of everything that follows
            self._pass(clock.name, self._horizon[clock.name])
        yield from self._walk(placing)

    def _waiting(self) -> Iterator[Given]:
        for some in in_chunks(sorted(self._start.waiting), self._reading.chunk):
            rows = [Row(id=one, at=_NEVER) for one in some]
            for row, data in self._reading.found(rows):
                yield from self._give(row.id, data)

    def _walk(self, clock: Clock) -> Iterator[Given]:
        for page in clock.pages(self._reading.from_where(self._start, clock)):
            for rows in in_chunks(page, self._reading.chunk):
                for row, data in self._reading.found(rows):
                    self._pass(clock.name, row.at)
                    yield from self._give(row.id, data)

    def _pass(self, clock: str, at: datetime | None) -> None:
        if at is not None:
            horizon = self._horizon[clock]
            self._cursor = self._cursor.past(clock, at if horizon is None else min(at, horizon))

    def _give(self, id: str, data: Any) -> Iterator[Given]:
        """One order, and the cursor past it; nothing for one that waits already, or is gone."""
        given = self._reading.judged(id, data)
        waited = id in self._cursor.waiting
        waits = self._reading.asks_again and given is not None and _waits(given)
        waiting = self._cursor.waiting | {id} if waits else self._cursor.waiting - {id}
        self._cursor = evolve(self._cursor, waiting=waiting)
        if given is not None and not (waited and isinstance(given, UnreadableOrder)):
            yield evolve(given, cursor=self._cursor.text())


_NEVER = datetime.min.replace(tzinfo=UTC)


def _waits(given: Given) -> bool:
    """Whether it has to be asked for again: it is not whole, or not to be sent yet."""
    return isinstance(given, UnreadableOrder) or (not given.ready and given.canceled_at is None)


def in_chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The items, so many at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _number(data: Any) -> str | None:
    """What people call an order, where its data have it under one of the usual names."""
    if isinstance(data, Mapping):
        for name in ("number", "code", "name", "display_id"):
            if isinstance(data.get(name), str | int) and str(data[name]).strip():
                return one_line(str(data[name]))
    return None
