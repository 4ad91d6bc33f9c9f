"""Endpoints bound to a client, and lists to walk."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

from scripts import bind_resources
from tests.tradegecko.support import PAGED, mocked, scripted
from tradegecko_bridge import TradeGeckoClient
from tradegecko_bridge.errors import UnreadableReply
from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.client import AsyncTradeGeckoClient
from tradegecko_bridge.tradegecko.payloads import NewProduct, ProductChanges

ORDER_PAGE = httpx.Response(200, headers=PAGED, json={"orders": [{"id": 1}, {"id": None}, {"id": 3}]})


@pytest.mark.process
def test_the_bound_files_are_as_written() -> None:
    """Nobody edits them by hand, and no endpoint is missing: run ``python scripts/bind_resources.py``."""
    for path, text in bind_resources.written().items():
        assert path.read_text() == text


@pytest.mark.parametrize("kind", [TradeGeckoClient, AsyncTradeGeckoClient])
def test_every_resource_is_an_attribute(kind: type[TradeGeckoClient] | type[AsyncTradeGeckoClient]) -> None:
    """With a method for each endpoint, documented."""
    client = kind("token")
    for resource in resources.ALL:
        bound = getattr(client, resource.plural)
        assert bound.resource is resource
        assert resource.plural in repr(bound)
        raw = bound.with_raw_response
        assert raw.resource is resource
        assert set(dir(raw)) == set(dir(bound)) - {"with_raw_response"}
        for name in ("list", "get", "create", "update", "delete", "current", "action"):
            assert hasattr(bound, name) == hasattr(resource, name)
            assert not hasattr(bound, name) or getattr(bound, name).__doc__


def test_a_payload_is_sent() -> None:
    """Create with a class, update with another."""
    client, script = scripted(httpx.Response(201, json={"product": {"id": 1}}), httpx.Response(204))
    made = client.products.create(NewProduct(name="Mug"), idempotency_key="k")
    assert client.products.update(made.id, ProductChanges(brand=None)) is None
    assert [request.content for request in script.requests] == [
        b'{"product":{"name":"Mug"}}',
        b'{"product":{"brand":null}}',
    ]


def test_a_list_is_lazy_and_can_be_walked_again() -> None:
    """Nothing is asked before it is needed; a second walk asks again."""
    client, script = scripted(ORDER_PAGE)
    orders = client.orders.list(status="active")
    assert script.requests == []
    assert [order.id for order in orders] == [order.id for order in orders] == [1, 3]
    assert len(script.requests) == 2


def test_a_row_that_cannot_be_read_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Walking by record logs it, walking by page has it in ``problems``."""
    client, _ = scripted(ORDER_PAGE)
    with caplog.at_level(logging.WARNING, "tradegecko_bridge"):
        list(client.orders.list())
    assert "GET /orders left out: Order ?: id is missing" in caplog.text
    assert [page.problems for page in client.orders.list().pages()] == [["Order ?: id is missing"]]


def test_the_first_of_a_list() -> None:
    """One record is asked for; None where there is none."""
    client, script = scripted(ORDER_PAGE, httpx.Response(200, headers=PAGED, json={"orders": []}))
    first = client.orders.list().first()
    assert first is not None
    assert first.id == 1
    assert dict(script.requests[0].url.params) == {"limit": "1", "page": "1"}
    assert client.orders.list(page=3, limit=10).first() is None
    assert dict(script.requests[1].url.params) == {"limit": "1", "page": "21"}


def test_a_first_record_that_cannot_be_read_is_an_error() -> None:
    """It is not passed over for the second."""
    client, _ = scripted(httpx.Response(200, headers=PAGED, json={"orders": [{"id": None}]}))
    with pytest.raises(UnreadableReply, match="id is missing"):
        client.orders.list().first()


def test_a_list_counts() -> None:
    """By one request for no record (reference §3.6)."""
    client, script = scripted(httpx.Response(200, headers=PAGED, json={"orders": []}))
    assert client.orders.list(page=3).total() == 1
    assert dict(script.requests[0].url.params) == {"limit": "0"}


def test_a_list_of_nothing_asks_nobody() -> None:
    """No request, no record, a total of none."""
    client, script = scripted(httpx.Response(500))
    nothing = client.variants.list(sku=[])
    assert (list(nothing), nothing.first(), nothing.total()) == ([], None, 0)
    assert script.requests == []


async def walk(client: AsyncTradeGeckoClient) -> tuple[list[int], int | None, int | None]:
    orders = client.orders.list()
    first = await orders.first()
    return [order.id async for order in orders], first.id if first else None, await orders.total()


def test_the_asynchronous_lists_do_the_same() -> None:
    """Walk, first, total."""
    answer = httpx.Response(200, headers=PAGED, json={"orders": [{"id": 1}, {"id": 3}]})
    client = AsyncTradeGeckoClient("t", base_url="https://a.example", transport=httpx.MockTransport(lambda _: answer))
    assert asyncio.run(walk(client)) == ([1, 3], 1, 1)


def test_what_came_along_is_shown() -> None:
    """``show`` keeps it."""
    client = mocked(lambda _: httpx.Response(200, json={"addresses": [{"id": 3}], "order": {"id": 7}}))
    shown = client.orders.show(7, include=["shipping_address"])
    assert (shown.record.id, shown.sideloaded["shipping_address"][0].id) == (7, 3)
