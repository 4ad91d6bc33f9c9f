"""The asynchronous driver: native, for asyncio and trio alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self, TypeVar, Unpack, cast

import anyio
import httpx
import tenacity

from tradegecko_bridge import quiet_http
from tradegecko_bridge.http_bounds import AsyncBoundedTransport, AsyncGivenTransport, read_body_async
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.base import ClientBase
from tradegecko_bridge.tradegecko.client.bound_async import AsyncResources
from tradegecko_bridge.tradegecko.client.given import ThroughAsyncClient
from tradegecko_bridge.tradegecko.client.options import CallOptions
from tradegecko_bridge.tradegecko.client.paging import Walk
from tradegecko_bridge.tradegecko.client.sending import Exchange, Sending, answered_before
from tradegecko_bridge.tradegecko.records.base import Record

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class AsyncTradeGeckoClient(
    AsyncResources, ClientBase[httpx.AsyncClient, httpx.AsyncBaseTransport, Callable[[float], Awaitable[None]]]
):
    """A client of one TradeGecko account, for any number of tasks of one event loop.

    ``async for order in client.orders.list(status="active")`` walks all pages; ``await client.send(call)`` sends any
    :class:`~tradegecko_bridge.tradegecko.calls.Call`, also one built by hand. Use it as an asynchronous context
    manager. :class:`~tradegecko_bridge.tradegecko.client.base.ClientBase` has the arguments.
    """

    if not TYPE_CHECKING:
        __init__ = ClientBase.__init__  # before that of Protocol, whose frame would hold the token

    _http_client = quiet_http.AsyncClient
    _through_client = ThroughAsyncClient
    _own_transport = AsyncBoundedTransport
    _given_transport = AsyncGivenTransport
    _real_sleep = staticmethod(anyio.sleep)

    async def send(self, call: Call[T], **options: Unpack[CallOptions]) -> T:
        """Send a call, wait out the rate limit, repeat what may be repeated, and read the answer.

        Raises:
            TradeGeckoError: one of its kinds, with method, path and request id.
        """
        return (await self.exchange(call, **options)).value

    async def exchange(self, call: Call[T], **options: Unpack[CallOptions]) -> Exchange[T]:
        """The same, with the answer as it came beside the value."""
        if (known := answered_before(call)) is not None:
            return known
        sending = self._sending(call, options)
        if sending.tried_once:
            return await self._attempt(sending)
        return await tenacity.AsyncRetrying(sleep=self._sleep, **sending.controls())(self._attempt, sending)

    async def pages(self, call: Call[Page[R]]) -> AsyncIterator[Page[R]]:
        """Every page of a list from the call's own on, fetched as they are asked for."""
        walk = Walk(call)
        while walk.following is not None:
            page = await self.send(walk.following)
            yield page
            walk.go_on(page)

    async def close(self) -> None:
        """Close the connections; the client is not used afterwards."""
        if self._owns_pool:
            await self._pool.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def _attempt(self, sending: Sending[T]) -> Exchange[T]:
        """One request, no repetition. Its connection is nobody else's before the answer is believed."""
        request = sending.begin()
        sending.check_open(self._pool.is_closed)
        while pause := sending.pause():
            await self._sleep(pause)
        if sending.guarded:
            sending.check_leave()
            request.extensions.setdefault("trace", _checking(sending))
        async with AsyncExitStack() as until_believed:
            with sending:
                response = sending.answer = await self._pool.http.send(request, stream=True)
                stream = cast("httpx.AsyncByteStream", response.stream)
                until_believed.push_async_callback(stream.aclose)
                content = await read_body_async(stream, self._core.largest)
            try:
                return sending.read(response, content)
            finally:
                del content  # a traceback that shows locals has it from here
                if (connection := sending.doubtful(response)) is not None:
                    await connection.aclose()


def _checking(sending: Sending[T]) -> Callable[[str, object], Awaitable[None]]:
    async def check(step: str, facts: object) -> None:
        sending.check_leave(step, facts)

    return check
