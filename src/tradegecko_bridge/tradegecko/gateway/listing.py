"""Lists read to their end, with the port's errors; and lists of what changed since a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import quote

from attrs import frozen

from tradegecko_bridge.bounds import aware_moment
from tradegecko_bridge.errors import Unavailable
from tradegecko_bridge.http_bounds import EndlessList
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.paging import Walk
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway.error_mapping import reading
from tradegecko_bridge.tradegecko.records import DatedRecord, Record
from tradegecko_bridge.tradegecko.resources.base import PAGE_LIMIT

R = TypeVar("R", bound=Record)
D = TypeVar("D", bound=DatedRecord)

READINGS: Final = 3
"""How often a page that is not what was asked for is read."""
VALUES_A_CALL: Final = 50
URL_LENGTH: Final = 4000
"""Characters of values a URL may carry; beyond some 8,000 in all the answer is 414 (reference §3.9)."""
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def pages(client: TradeGeckoClient, call: Call[Page[R]], *, whole: bool = False) -> Iterator[Page[R]]:
    """The pages of a list; ``whole``: each row once, or it is none that says what is not there.

    Raises:
        Unavailable: also for a row that cannot be read, and for a page that is not what was asked for, again and again:
            leaving something out would be acting on half the truth.
    """
    walk = Walk(call)
    ids = set[object]()
    while walk.following is not None:
        page = _read(client, walk.following)
        if whole:
            ids.update(getattr(record, "id", record) for record in page)
        if whole and page.last and page.total not in (None, len(ids)):
            came = f"{len(ids)} rows came of {page.total}"
            raise Unavailable(f"{call.method} {call.path}: {came}; it is read again later")
        yield page
        with reading():
            walk.go_on(page)


def _read(client: TradeGeckoClient, call: Call[Page[R]]) -> Page[R]:
    """A page, read again where it is not whole, or not in the order asked for."""
    flaw = ""
    for _ in range(READINGS):
        with reading():
            page = client.send(call)
        if page.problems:
            raise Unavailable(f"{call.method} {call.path}: {page.problems[0]}")
        flaw = _flaw(call, page)
        if not flaw:
            return page
    raise Unavailable(f"{call.method} {call.path}: {flaw}, {READINGS} times; it is read again later")


def _flaw(call: Call[Page[R]], page: Page[R]) -> str:
    """What shows that a page is not the part of the list that was asked for; blank where nothing does."""
    asked = dict(call.params)
    number, limit = int(asked["page"]), int(asked.get("limit", PAGE_LIMIT))
    if page.total is not None:
        due = max(min(limit, page.total - (number - 1) * limit), 0)
        if len(page.records) != due:
            return f"{len(page.records)} rows came where {due} of {page.total} are due"
    field, _, direction = asked.get("order", "").partition(" ")
    moments = [moment for record in page if (moment := getattr(record, field or "id", None)) is not None]
    if field and moments != sorted(moments, reverse=direction == "desc"):
        return f"the rows are not in the order of {field}"
    return ""


def chunks_by_url_length(values: Iterable[str], name: str, most: int = VALUES_A_CALL) -> Iterator[list[str]]:
    """Values of a filter in lists that fit into one URL each."""
    chunk: list[str] = []
    length = 0
    for value in values:
        size = len(quote(value, safe="")) + len(f"&{name}%5B%5D=")
        if chunk and (len(chunk) == most or length + size > URL_LENGTH):
            yield chunk
            chunk, length = [], 0
        chunk.append(value)
        length += size
    if chunk:
        yield chunk


def moment_in(cursor: str | None) -> datetime | None:
    """The moment that a cursor of ours is; None, the beginning, where it is none."""
    try:
        return aware_moment(cursor or "")
    except ValueError:
        return None


CallAt = Callable[[int, datetime | None], Call[Page[D]]]
"""Makes the call for a page (from 1) of what changed since a moment, by ``updated_at``."""


@frozen
class Position:
    """Where a list by ``updated_at`` is read on: a page of what changed since a moment.

    What changes while we read moves to the end and everything after it forward, past the edge of a page. So each page
    is asked for by the moment the last one ended with; the rows of that moment come again. Only where one moment has
    more rows than a page are pages counted.
    """

    since: datetime | None = None
    page: int = 1

    def __lt__(self, other: Position) -> bool:
        return (self.since or BEGINNING, self.page) < (other.since or BEGINNING, other.page)

    def after(self, page: Page[D]) -> Position:
        """Where to read on after this page; where the list may grow, if it was the last one."""
        until = page.records[-1].updated_at if page.records else None
        if until not in (None, self.since):
            return Position(until)
        return self if page.last else Position(self.since, self.page + 1)


def page_at(client: TradeGeckoClient, call_at: CallAt[D], position: Position) -> Page[D]:
    """The page at a position of a list; raises as :func:`pages` does."""
    return next(pages(client, call_at(position.page, position.since)))


def changes(client: TradeGeckoClient, call_at: CallAt[D], since: datetime | None) -> Iterator[Page[D]]:
    """Pages of what changed since a moment; see :class:`Position` for how one leads to the next."""
    position = Position(since)
    come = EndlessList()
    while True:
        page = page_at(client, call_at, position)
        if flaw := come.flaw([record.id for record in page]):
            raise Unavailable(f"a list of what changed since {since} does not end: {flaw}; it is read again later")
        yield page
        if page.last or not page.records:
            return
        position = position.after(page)
