"""The synchronous driver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self, TypeVar, Unpack, cast

import httpx
import tenacity

from tradegecko_bridge import quiet_http
from tradegecko_bridge.http_bounds import BoundedTransport, GivenTransport, read_body
from tradegecko_bridge.tradegecko.base_url import DEFAULT_BASE_URL
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.base import ClientBase
from tradegecko_bridge.tradegecko.client.bound_sync import Resources
from tradegecko_bridge.tradegecko.client.given import ThroughClient
from tradegecko_bridge.tradegecko.client.options import CallOptions
from tradegecko_bridge.tradegecko.client.paging import BoundResource, Walk
from tradegecko_bridge.tradegecko.client.sending import Exchange, Sending, answered_before
from tradegecko_bridge.tradegecko.records.base import Record

__all__ = ["DEFAULT_BASE_URL", "BoundResource", "TradeGeckoClient"]

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class TradeGeckoClient(Resources, ClientBase[httpx.Client, httpx.BaseTransport, Callable[[float], None]]):
    """A client of one TradeGecko account, for any number of threads.

    ``client.orders.list(status="active")`` walks all pages; ``client.send(call)`` sends any
    :class:`~tradegecko_bridge.tradegecko.calls.Call`, also one built by hand. Use it as a context manager.
    :class:`~tradegecko_bridge.tradegecko.client.base.ClientBase` has the arguments.
    """

    if not TYPE_CHECKING:
        __init__ = ClientBase.__init__  # before that of Protocol, whose frame would hold the token

    _http_client = quiet_http.Client
    _through_client = ThroughClient
    _own_transport = BoundedTransport
    _given_transport = GivenTransport
    _real_sleep = staticmethod(time.sleep)

    def send(self, call: Call[T], **options: Unpack[CallOptions]) -> T:
        """Send a call, wait out the rate limit, repeat what may be repeated, and read the answer.

        Raises:
            TradeGeckoError: one of its kinds, with method, path and request id.
        """
        return self.exchange(call, **options).value

    def exchange(self, call: Call[T], **options: Unpack[CallOptions]) -> Exchange[T]:
        """The same, with the answer as it came beside the value."""
        if (known := answered_before(call)) is not None:
            return known
        sending = self._sending(call, options)
        if sending.tried_once:
            return self._attempt(sending)
        return tenacity.Retrying(sleep=self._sleep, **sending.controls())(self._attempt, sending)

    def pages(self, call: Call[Page[R]]) -> Iterator[Page[R]]:
        """Every page of a list from the call's own on, fetched as they are asked for."""
        walk = Walk(call)
        while walk.following is not None:
            page = self.send(walk.following)
            yield page
            walk.go_on(page)

    def close(self) -> None:
        """Close the connections; the client is not used afterwards."""
        if self._owns_pool:
            self._pool.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _attempt(self, sending: Sending[T]) -> Exchange[T]:
        """One request, no repetition. Its connection is nobody else's before the answer is believed."""
        request = sending.begin()
        sending.check_open(self._pool.is_closed)
        while pause := sending.pause():
            self._sleep(pause)
        if sending.guarded:
            sending.check_leave()
            request.extensions.setdefault("trace", sending.check_leave)
        with ExitStack() as until_believed:
            with sending:
                response = sending.answer = self._pool.http.send(request, stream=True)
                stream = cast("httpx.SyncByteStream", response.stream)
                until_believed.callback(stream.close)
                content = read_body(stream, self._core.largest)
            try:
                return sending.read(response, content)
            finally:
                del content  # a traceback that shows locals has it from here
                if (connection := sending.doubtful(response)) is not None:
                    connection.close()
