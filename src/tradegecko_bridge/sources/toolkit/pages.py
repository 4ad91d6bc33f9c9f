"""Whole lists from pages: by page number or offset, by cursor or link, and by time, which changes cannot upset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Generic, TypeVar

from attrs import frozen

from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.http_bounds import EndlessList

T = TypeVar("T")


@frozen(kw_only=True)
class Page(Generic[T]):
    """One page. ``more``: whether there are rows behind it; None where the shop does not say, then an empty page is
    the end. ``next``: how to ask for the page behind it (a cursor or an address), where that is the shop's way."""

    rows: Sequence[T]
    more: bool | None = None
    next: str | None = None


@frozen(kw_only=True)
class Row:
    """One order in a listing: its id, and the moment a clock of it shows. ``data`` is what the listing has of it."""

    id: str
    at: datetime
    data: Any = None


def followed(page: Callable[[str | None], Page[T]], shop: str) -> Iterator[Sequence[T]]:
    """Pages that each say how to ask for the next, by a cursor or a link; an empty one may have more behind it.

    Raises:
        SourceUnavailable: the list does not end.
    """
    pages, asked = EndlessList(), set[str]()
    here: str | None = None
    while True:
        found = page(here)
        yield _checked(pages, found.rows, shop)
        here = found.next
        if not here:
            return
        if here in asked:
            raise SourceUnavailable(f"{shop}'s list does not end: it leads back to a page that came before")
        asked.add(here)


def numbered(page: Callable[[int], Page[T]], shop: str, *, first: int = 1) -> Iterator[Sequence[T]]:
    """Pages by their number. For lists that do not change while they are read; of others see :func:`by_time`.

    Raises:
        SourceUnavailable: the list does not end.
    """
    pages, number = EndlessList(), first
    while True:
        found = page(number)
        yield _checked(pages, found.rows, shop)
        if _is_last(found):
            return
        number += 1


def offset(page: Callable[[int], Page[T]], shop: str) -> Iterator[Sequence[T]]:
    """Pages by how many rows come before them. For lists that do not change while they are read.

    Raises:
        SourceUnavailable: the list does not end.
    """
    pages, skip = EndlessList(), 0
    while True:
        found = page(skip)
        yield _checked(pages, found.rows, shop)
        if _is_last(found) or not found.rows:
            return
        skip += len(found.rows)


def by_time(
    page: Callable[[datetime | None, int], Page[Row]], since: datetime | None, shop: str
) -> Iterator[list[Row]]:
    """Every row whose clock shows ``since`` or later, though rows come, go and move between pages.

    ``page(since, skip)`` asks for the rows from a moment on, that moment included, oldest first and ties in any order,
    without the first ``skip``; with page numbers, ``skip`` is how many rows the pages before hold. Each page begins at
    the moment where the last one ended, so that a row that leaves shifts nothing; only within one moment, or where the
    shop's filter is coarser than its clock, is anything skipped.

    Raises:
        SourceUnavailable: the list does not end.
        SourceRefused: it is not oldest first.
    """
    pages, known, skip = EndlessList(), frozenset[str](), 0
    while True:
        found = page(since, skip)
        rows = _checked(pages, found.rows, shop)
        _check_order(rows, shop)
        fresh = [row for row in rows if since is None or row.at > since or (row.at == since and row.id not in known)]
        if fresh:
            yield fresh
        if _is_last(found):
            return
        end = rows[-1].at if rows else since
        if end is not None and (since is None or end > since):
            known, since, skip = frozenset(row.id for row in rows if row.at == end), end, 0
        else:
            known |= {row.id for row in rows if row.at == since}
            skip += max(len(rows), 1)


def sorted_by_time(pages: Iterator[Sequence[Row]], since: datetime | None) -> Iterator[list[Row]]:
    """The rows of a list that the shop cannot put in the order of this clock: read to its end, then sorted.

    The cursor can only move once all was read, so an interrupted reading begins again.
    """
    rows = {row.id: row for some in pages for row in some if since is None or row.at >= since}
    yield sorted(rows.values(), key=lambda row: (row.at, row.id))


def _is_last(page: Page[Any]) -> bool:
    return not page.rows if page.more is None else not page.more


def _check_order(rows: Sequence[Row], shop: str) -> None:
    if any(later.at < row.at for row, later in pairwise(rows)):
        raise SourceRefused(
            f"{shop}'s list of orders is not oldest first, as it was asked for: reading on would leave orders "
            "out; report it to whoever wrote this source"
        )


def _checked(pages: EndlessList, rows: Sequence[T], shop: str) -> Sequence[T]:
    if flaw := pages.flaw(rows):
        raise SourceUnavailable(f"{shop}'s list does not end: {flaw}")
    return rows
