"""A transport that is given to a client is kept to the deadline as well: in each step with an event loop, between steps
without one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from itertools import repeat
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import serving
from tests.support import examples
from tests.tradegecko.drivers import AsyncDriver, Driver, SyncDriver, driver
from tradegecko_bridge import errors
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources.vendure import VendureSource
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.oauth import OAuthApp
from tradegecko_bridge.tradegecko.resources import ORDERS, USERS, current
from tradegecko_bridge.tradegecko.retry import NO_RETRY

__all__ = ["driver"]

WHO = current(USERS)
BODY = b'{"user":{"id":1}}'
Pauses = Callable[[], Iterator[float]]
"""The seconds before the headers, and before each piece of the body."""


class Slow(httpx.BaseTransport, httpx.SyncByteStream):
    """Answers with a blank a piece, and a body at the end."""

    def __init__(self, pauses: Pauses) -> None:
        self.pauses = pauses
        self.closed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.timeouts = request.extensions.get("timeout", {})
        self.left = self.pauses()
        time.sleep(next(self.left))
        return httpx.Response(200, stream=self)

    def __iter__(self) -> Iterator[bytes]:
        for pause in self.left:
            time.sleep(pause)
            yield b" "
        yield BODY

    def close(self) -> None:
        self.closed += 1


class AsyncSlow(httpx.AsyncBaseTransport, httpx.AsyncByteStream):
    """The same for an event loop."""

    def __init__(self, pauses: Pauses) -> None:
        self.pauses = pauses
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.timeouts = request.extensions.get("timeout", {})
        self.left = self.pauses()
        await asyncio.sleep(next(self.left))
        return httpx.Response(200, stream=self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for pause in self.left:
            await asyncio.sleep(pause)
            yield b" "
        yield BODY

    async def aclose(self) -> None:
        self.closed += 1


def slowly(driver: Driver, pauses: Pauses, **options: Any) -> Slow | AsyncSlow:
    """Open the driver on a transport that takes this long."""
    transport = Slow(pauses) if isinstance(driver, SyncDriver) else AsyncSlow(pauses)
    driver.open(None, **{"transport": transport, "retry": NO_RETRY, "deadline": 0.2, **options})
    return transport


def out_of_time(driver: Driver, **options: Any) -> float:
    """The seconds until a call was given up."""
    started = time.monotonic()
    with pytest.raises(errors.TimedOut, match="by the deadline") as caught:
        driver.send(ORDERS.create({"notes": "x"}), **options)
    assert caught.value.may_have_arrived
    return time.monotonic() - started


@pytest.mark.parametrize("pauses", [lambda: repeat(0.02), lambda: repeat(0.0)], ids=["a drop", "a flood"])
def test_an_answer_that_goes_on_for_ever_ends(driver: Driver, pauses: Pauses) -> None:
    """Its connection is closed."""
    transport = slowly(driver, pauses, largest_answer=2**40)
    assert 0.15 < out_of_time(driver) < 1.5
    assert transport.closed == 1


def test_late_headers_are_too_late(driver: Driver) -> None:
    """Also where nothing could interrupt them, nothing more is waited for."""
    slowly(driver, lambda: iter([0.4, 0.0]))
    assert out_of_time(driver) < 1.0


def test_an_event_loop_interrupts_every_step() -> None:
    """Headers that never come, and a piece that never does."""
    for pauses in ([60.0], [0.0, 60.0]):
        one = AsyncDriver()
        slowly(one, lambda pauses=pauses: iter(pauses))  # type: ignore[misc]
        assert out_of_time(one) < 1.0
        one.close()


def test_the_deadline_of_a_call_and_none(driver: Driver) -> None:
    """It may be another one for a call; without one, an answer takes as long as it does."""
    slowly(driver, lambda: iter([0.1, 0.1, 0.1]), deadline=60.0)
    assert out_of_time(driver, deadline=0.15) < 1.0
    assert driver.send(WHO).id == 1
    assert driver.send(WHO, deadline=None).id == 1


@pytest.mark.parametrize("timeout", [None, 90.0, 0.1])
def test_no_timeout_is_longer_than_the_deadline(timeout: float | None) -> None:
    """So a transport that heeds them cannot block for longer."""
    one = SyncDriver()
    transport = slowly(one, lambda: iter([0.0]), timeout=timeout)
    one.send(WHO)
    assert set(transport.timeouts) == {"connect", "read", "write", "pool"}
    assert all(0 < seconds <= min(timeout or 90.0, 0.2) for seconds in transport.timeouts.values())


@pytest.mark.process
def test_httpx_own_transport_ends_by_the_deadline(driver: Driver) -> None:
    """Headers that never come, with no timeout of its own."""
    with serving(lambda peer: peer.for_ever(b"", every=0.05)) as server:
        own = httpx.HTTPTransport() if isinstance(driver, SyncDriver) else httpx.AsyncHTTPTransport()
        slowly(driver, lambda: iter([0.0]), transport=own, base_url=server.url, timeout=None)
        assert out_of_time(driver) < 1.5


def test_a_late_token_and_a_late_shop() -> None:
    """The token endpoint and the Vendure source take a transport too."""
    app = OAuthApp(client_id="a", client_secret=Secret("s"), base_url="https://a.example")
    with pytest.raises(errors.TimedOut, match="by the deadline"):
        TokenEndpoint(transport=Slow(lambda: repeat(0.02)), deadline=0.2).ask(app.refresh(Secret("r")))
    shop = VendureSource(
        "https://shop.example/admin-api",
        username="u",
        password="p",
        transport=Slow(lambda: repeat(0.02)),
        deadline=0.2,
    )
    with pytest.raises(SourceUnavailable, match="did not answer within"):
        list(shop.fetch_orders(None))
    shop.close()


@settings(max_examples=examples(25), deadline=None)
@given(
    kind=st.sampled_from([SyncDriver, AsyncDriver]),
    pauses=st.lists(st.sampled_from([0.0, 0.005, 0.03, 0.06]), min_size=1, max_size=12),
)
def test_whatever_a_transport_does_ends_with_the_step_the_deadline_falls_into(
    kind: type[Driver], pauses: list[float]
) -> None:
    """And no answer counts that took longer."""
    one, begun = kind(), list[float]()

    def steps() -> Iterator[float]:
        for pause in pauses:
            begun.append(pause)
            yield pause

    slowly(one, steps, deadline=0.1)
    with suppress(errors.TimedOut):
        one.send(WHO)
        assert sum(pauses) <= 0.1
    assert sum(begun[:-1]) <= 0.1
    one.close()
