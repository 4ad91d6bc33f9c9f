"""Both drivers behind one face, so that a test is written once and run for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import pytest

from tests.tradegecko.support import Script, Waits
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client import AsyncTradeGeckoClient, Exchange, TradeGeckoClient

T = TypeVar("T")
Handler = Callable[[httpx.Request], httpx.Response]
NOW = datetime(2026, 11, 3, 12, 4, 18, tzinfo=UTC)
"""Forty-two seconds before a window of the rate limit ends."""
RESET = str(int(NOW.timestamp()) + 42)
DATE = "Tue, 03 Nov 2026 12:04:18 GMT"


class SyncDriver:
    """The synchronous client as it is."""

    name = "sync"

    def __init__(self) -> None:
        self.waits = Waits(NOW)
        self.client: TradeGeckoClient = None  # type: ignore[assignment]  # until open

    def open(self, handler: Handler | None, **options: Any) -> SyncDriver:
        """A client of an API that is a function, or of the one at ``base_url``."""
        given: dict[str, Any] = {
            "base_url": "https://api.example",
            "clock": self.waits.clock,
            "sleep": self.waits.sleep,
        }
        given["transport"] = None if handler is None else httpx.MockTransport(handler)
        self.client = TradeGeckoClient("secret-token", **(given | options))
        return self

    def send(self, call: Call[T], **options: Any) -> T:
        return self.client.send(call, **options)

    def exchange(self, call: Call[T], **options: Any) -> Exchange[T]:
        return self.client.exchange(call, **options)

    def pages(self, call: Call[Page[Any]]) -> list[Page[Any]]:
        return list(self.client.pages(call))

    def close(self) -> None:
        if self.client is not None:
            self.client.close()


class AsyncDriver:
    """The asynchronous client on an event loop of its own."""

    name = "async"

    def __init__(self) -> None:
        self.waits = Waits(NOW)
        self.loop = asyncio.Runner()
        self.client: AsyncTradeGeckoClient = None  # type: ignore[assignment]  # until open

    def open(self, handler: Handler | None, **options: Any) -> AsyncDriver:
        async def sleep(seconds: float) -> None:
            self.waits.sleep(seconds)

        given: dict[str, Any] = {"base_url": "https://api.example", "clock": self.waits.clock, "sleep": sleep}
        given["transport"] = None if handler is None else httpx.MockTransport(handler)
        self.client = AsyncTradeGeckoClient("secret-token", **(given | options))
        return self

    def send(self, call: Call[T], **options: Any) -> T:
        return self.loop.run(self.client.send(call, **options))

    def exchange(self, call: Call[T], **options: Any) -> Exchange[T]:
        return self.loop.run(self.client.exchange(call, **options))

    def pages(self, call: Call[Page[Any]]) -> list[Page[Any]]:
        async def walk() -> list[Page[Any]]:
            return [page async for page in self.client.pages(call)]

        return self.loop.run(walk())

    def close(self) -> None:
        if self.client is not None:
            self.loop.run(self.client.close())
        self.loop.close()


Driver = SyncDriver | AsyncDriver


@pytest.fixture(params=[SyncDriver, AsyncDriver], ids=["sync", "async"])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Each driver in turn; ``open`` it on an API."""
    made: Driver = request.param()
    yield made
    made.close()


def answering(driver: Driver, *answers: httpx.Response | Exception, **options: Any) -> Script:
    """Open the driver on an API that gives these answers in turn, the last one for ever."""
    script = Script(answers)
    driver.open(lambda request: fresh(script(request)), **options)
    return script


def fresh(answer: httpx.Response) -> httpx.Response:
    """The same answer, unread: one that was read by one driver is of no use to the other."""
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
