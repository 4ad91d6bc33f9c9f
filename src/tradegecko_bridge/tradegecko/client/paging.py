"""Lists as objects to walk, and what endpoints need of the client they are bound to; both drivers' sides by side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from tradegecko_bridge.errors import MalformedData, UnreadableReply
from tradegecko_bridge.http_bounds import ROWS_TOO_MANY, EndlessList
from tradegecko_bridge.tradegecko.calls import Call, Page, Reply
from tradegecko_bridge.tradegecko.client.sending import Exchange
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.resources.base import PAGE_LIMIT, Resource
from tradegecko_bridge.visible import log

T = TypeVar("T")
R = TypeVar("R", bound=Record)
C = TypeVar("C")


class Sender(Protocol):
    """A client, as far as bound endpoints know it."""

    def send(self, call: Call[T]) -> T:
        """Send a call and read the answer."""

    def exchange(self, call: Call[T]) -> Exchange[T]:
        """The same, with the answer as it came."""

    def pages(self, call: Call[Page[R]]) -> Iterator[Page[R]]:
        """Every page of a list from the call's own on."""


class AsyncSender(Protocol):
    """The same of an asynchronous client."""

    async def send(self, call: Call[T]) -> T:
        """Send a call and read the answer."""

    async def exchange(self, call: Call[T]) -> Exchange[T]:
        """The same, with the answer as it came."""

    def pages(self, call: Call[Page[R]]) -> AsyncIterator[Page[R]]:
        """Every page of a list from the call's own on."""


class _Bound(Generic[C]):
    resource: ClassVar[Resource[Any]]
    """What makes the calls."""

    def __init__(self, client: C) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{self.resource.plural} of {self._client!r}>"


class BoundResource(_Bound[Sender]):
    """The endpoints of a resource, sent through one client."""


class AsyncBoundResource(_Bound[AsyncSender]):
    """The endpoints of a resource, sent through one asynchronous client."""


class _Listed(Generic[C, R]):
    def __init__(self, client: C, call: Call[Page[R]]) -> None:
        self._client = client
        self._call = call

    def _none(self) -> Call[Page[R]]:
        return self._call.with_params(limit=0, page=None)

    def __repr__(self) -> str:
        return f"<pages of {self._call.path}>"


class Pages(_Listed[Sender, R]):
    """A list that is fetched as it is walked, page by page; walking it again fetches it again.

    ``for order in client.orders.list()`` gives every record. A row that cannot be read is left out and logged; use
    :meth:`pages` to have such problems, totals and what came along. Memory holds one page.

    A page is a place in a list that others change meanwhile. The newest come first, so a record made on the way pushes
    the rest a place on, and one of them is met twice: ``order="created_at asc"`` avoids that.
    """

    def __iter__(self) -> Iterator[R]:
        for page in self.pages():
            _report(self._call, page)
            yield from page

    def pages(self) -> Iterator[Page[R]]:
        """The same page by page: with totals, what came along, and a line for each row that could not be read."""
        return self._client.pages(self._call)

    def first(self) -> R | None:
        """The first record, None where there is none; nothing but that is fetched.

        Raises:
            UnreadableReply: it cannot be read.
        """
        return self._client.send(_first(self._call))

    def total(self) -> int | None:
        """How many records there are, by one request for none of them (reference §3.6); None where the API hides it."""
        return self._client.send(self._none()).total


class AsyncPages(_Listed[AsyncSender, R]):
    """The same for ``async for order in client.orders.list()``; see :class:`Pages`."""

    async def __aiter__(self) -> AsyncIterator[R]:
        async for page in self.pages():
            _report(self._call, page)
            for record in page:
                yield record

    def pages(self) -> AsyncIterator[Page[R]]:
        """As :meth:`Pages.pages`."""
        return self._client.pages(self._call)

    async def first(self) -> R | None:
        """As :meth:`Pages.first`."""
        return await self._client.send(_first(self._call))

    async def total(self) -> int | None:
        """As :meth:`Pages.total`."""
        return (await self._client.send(self._none())).total


class Walk(Generic[R]):
    """A way through a list, page by page; it ends, also where the list does not.

    ``following`` is the call for the page that comes next, None after the last.
    """

    def __init__(self, call: Call[Page[R]]) -> None:
        self.following: Call[Page[R]] | None = call.with_params(page=_number(call))
        self._pages = EndlessList()
        self._rows = 0

    def go_on(self, page: Page[R]) -> None:
        """``following`` gave this page.

        Raises:
            UnreadableReply: the page came again and again, or the list has more than it says, or than there can be.
        """
        call = self.following
        assert call is not None  # noqa: S101 - there was a page
        if page.last:
            self.following = None
            return
        self._rows += len(page.records)
        flaw = self._pages.flaw([getattr(record, "id", record) for record in page])
        if not flaw and page.total is not None and self._rows > 2 * max(page.total, 0) + ROWS_TOO_MANY:
            flaw = f"{self._rows} rows came of {page.total}"
        if flaw:
            raise UnreadableReply(f"the list does not end: {flaw}", method=call.method, path=call.path)
        self.following = call.with_params(page=_number(call) + 1)


def _number(call: Call[Any]) -> int:
    return int(dict(call.params).get("page", 1))


def _first(call: Call[Page[R]]) -> Call[R | None]:
    """The call for the first record of a list, also of one that begins at a later page."""
    limit = int(dict(call.params).get("limit", PAGE_LIMIT))
    one = call.with_params(limit=1, page=(_number(call) - 1) * limit + 1)

    def read(reply: Reply) -> R | None:
        page = call.read(reply)
        if page.problems and not page.records:
            raise MalformedData(page.problems)
        return page.records[0] if page.records else None

    return Call(method=one.method, path=one.path, params=one.params, known=one.known, read=read)


def _report(call: Call[Page[R]], page: Page[R]) -> None:
    for problem in page.problems:
        log.warning("%s %s left out: %s", call.method, call.path, problem, extra={"problem": problem})
