"""What a type checker must know of names and webhooks. Checked, never run: a needless ``ignore`` is an error there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type, overload

import httpx
from starlette.requests import Request

import tradegecko_bridge
from tradegecko_bridge import (
    AsyncTradeGeckoClient,
    Exchange,
    OrderSource,
    SyncEngine,
    TradeGeckoClient,
    errors,
)
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.tradegecko import records as r
from tradegecko_bridge.tradegecko.calls import Page
from tradegecko_bridge.webhooks import WebhookEvent, receive


class Mine:
    """A source that calls its arguments as it likes."""

    name = "mine"

    def fetch_orders(self, cursor: str | None) -> Iterator[SourceOrder | UnreadableOrder]:
        yield from ()


def names() -> None:
    from tradegecko_bridge import SyncEngin  # type: ignore[attr-defined]
    from tradegecko_bridge.commerce import SourceOder  # type: ignore[attr-defined]
    from tradegecko_bridge.errors import NotFoud  # type: ignore[attr-defined]
    from tradegecko_bridge.sources import FolderSourc  # type: ignore[attr-defined]
    from tradegecko_bridge.testing import an_ordre  # type: ignore[attr-defined]
    from tradegecko_bridge.webhooks import recieve  # type: ignore[attr-defined]

    tradegecko_bridge.TradeGekoClient  # type: ignore[attr-defined]
    source: OrderSource = Mine()
    engine: SyncEngine = tradegecko_bridge.SyncEngine  # type: ignore[assignment]
    del source, engine


class WerkzeugHeaders:
    """As Flask's ``request.headers`` are declared: not a mapping."""

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: str) -> str: ...
    def get(self, key: str, default: Any = None) -> Any:
        return default or key


def webhooks(starlette: Request, flask: WerkzeugHeaders, plain: dict[str, str], body: bytes) -> None:
    assert_type(receive(starlette.headers, body, "secret"), WebhookEvent)
    assert_type(receive(flask, body, "secret"), WebhookEvent)
    assert_type(receive(plain, body, "secret"), WebhookEvent)
    assert_type(receive(httpx.Headers(), body, "secret"), WebhookEvent)
    receive([("x-gecko-signature", "x")], body, "secret")  # type: ignore[arg-type]


def answers(error: errors.StatusError, client: TradeGeckoClient) -> None:
    assert_type(error.response, httpx.Response | None)
    assert_type(client.orders.with_raw_response.get(1), Exchange[r.Order])
    assert_type(client.orders.with_raw_response.list(status="draft"), Exchange[Page[r.Order]])
    client.orders.with_raw_response.list(emial="x")  # type: ignore[call-arg]
    client.images.with_raw_response.update(1, {})  # type: ignore[attr-defined]


async def asynchronously(client: AsyncTradeGeckoClient) -> None:
    assert_type(await client.orders.with_raw_response.update(1, {}), Exchange[r.Order | None])


def clients(http: httpx.Client, loop: httpx.AsyncClient) -> None:
    TradeGeckoClient(http_client=http, max_retries=0, timeout=httpx.Timeout(3), default_headers={"X-A": "b"})
    AsyncTradeGeckoClient("t", http_client=loop).with_options(max_retries=3)
    TradeGeckoClient(http_client=loop)  # type: ignore[arg-type]
    TradeGeckoClient(max_retries="0")  # type: ignore[arg-type]
    TradeGeckoClient(max_retrys=0)  # type: ignore[call-arg]
