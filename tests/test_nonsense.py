"""Whatever comes from outside: nothing but the documented errors comes out of any reader, soon and in little memory.

`NONSENSE=3000 pytest tests/test_nonsense.py` tries so many pieces on each reader.
"""

from __future__ import annotations

import json
import os
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.nonsense import MOMENTS, NUMBERS, decimals, deep, json_texts, moments, scalars, texts, values
from tests.sources.folder.helpers import GOOD, HEADER, fetch, put, sheet, source_at
from tests.support import examples
from tradegecko_bridge.bounds import LONGEST_NAME
from tradegecko_bridge.commerce import (
    Address,
    Component,
    Customer,
    Discount,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.commerce.codec import from_plain, to_plain
from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.config import load_config
from tradegecko_bridge.engine.delivery.audit import answered
from tradegecko_bridge.engine.delivery.outside import within_bounds
from tradegecko_bridge.engine.mapping.validation import absurd, impossible
from tradegecko_bridge.errors import (
    BadSignature,
    ConfigError,
    LoginFailed,
    MalformedData,
    SourceError,
    SourceRefused,
    TradeGeckoError,
)
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources.vendure import VendureSource
from tradegecko_bridge.sources.vendure.walk import Cursor
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.tradegecko.codec import read_records, to_json
from tradegecko_bridge.tradegecko.gateway import translate
from tradegecko_bridge.tradegecko.gateway.cursors import cursor_at, reached
from tradegecko_bridge.tradegecko.oauth import OAuthApp, read_callback, read_grant
from tradegecko_bridge.tradegecko.replies import read_reply, server_time
from tradegecko_bridge.tradegecko.resources import ALL
from tradegecko_bridge.tradegecko.webhooks import DELIVERY_HEADER, SIGNATURE_HEADER, receive, sign

SOME = settings(
    max_examples=int(os.environ.get("NONSENSE", examples(60))),
    deadline=5000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""No single piece of nonsense takes longer than five seconds."""
MEMORY = 64 * 1024**2
NOW = datetime(2026, 1, 31, tzinfo=UTC)


@contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def judged(given_: Iterable[SourceOrder | UnreadableOrder]) -> None:
    """Everything a source gave goes into a ledger and can be computed with, or is told in a line."""
    for arrival in map(within_bounds, given_):
        if isinstance(arrival, UnreadableOrder):
            assert len(arrival.problem) < 3000
            continue
        assert from_plain(to_plain(arrival), SourceOrder) == arrival
        if not (impossible(arrival) or absurd(arrival)):
            assert len(f"{arrival.computed_totals.grand_total:f}") < 200


# ── orders ───────────────────────────────────────────────────────────────────────────────────

CELLS = (
    *HEADER.split(","),
    "discount",
    "tax",
    "tax_rate",
    "paid",
    "canceled_at",
    "requested_ship_date",
    "tags",
    "note",
)


@SOME
@given(
    rows=st.lists(st.lists(texts | st.sampled_from(GOOD.split(",")), max_size=len(CELLS)), max_size=3),
    header=st.just(",".join(CELLS)) | st.just(HEADER) | texts,
    tail=st.binary(max_size=4),
)
def test_csv(rows: list[list[str]], header: str, tail: bytes) -> None:
    lines = [header, GOOD, *(",".join(row) for row in rows)]
    with tempfile.TemporaryDirectory() as folder, suppress(SourceError):
        judged(fetch(Path(folder), "a.csv", "\n".join(lines).encode("utf-8", "surrogatepass") + tail))


ORDER = to_plain(
    an_order(
        totals=Totals(grand_total=an_order().lines[0].price),
        discounts=(Discount(amount=an_order().lines[0].unit_price),),
        canceled_at=NOW,
        note="ring",
        tags=("a",),
    )
)


@SOME
@given(text=json_texts({"orders": [ORDER, {**ORDER, "reference": "2"}]}))
def test_json_orders(text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, suppress(SourceError):
        judged(fetch(Path(folder), "a.json", text))


AMOUNTS = st.none() | decimals
PLUGINS_ORDERS: st.SearchStrategy[SourceOrder] = st.builds(
    SourceOrder,
    reference=texts.filter(str.strip),
    number=texts.filter(str.strip),
    placed_at=moments,
    canceled_at=st.none() | moments,
    currency=texts,
    lines=st.lists(
        st.builds(
            OrderLine,
            reference=texts.filter(str.strip),
            sku=texts,
            quantity=decimals,
            price=decimals,
            discount=decimals,
            tax=AMOUNTS,
            tax_rate=AMOUNTS,
            components=st.lists(st.builds(Component, sku=texts, quantity=decimals, price=AMOUNTS), max_size=2),
        ),
        max_size=2,
    ),
    shipping=st.lists(st.builds(ShippingLine, amount=decimals, tax=AMOUNTS), max_size=1),
    discounts=st.lists(st.builds(Discount, amount=decimals), max_size=1),
    totals=st.builds(Totals, subtotal=AMOUNTS, tax=AMOUNTS, shipping=AMOUNTS, discount=AMOUNTS, grand_total=AMOUNTS),
    customer=st.builds(Customer, email=texts),
    shipping_address=st.builds(Address, city=texts),
    extra=st.dictionaries(texts, texts, max_size=2),
    cursor=texts,
)


@SOME
@given(order=PLUGINS_ORDERS)
def test_orders_a_plugin_builds(order: SourceOrder) -> None:
    judged([order])


def shop(answer: bytes) -> VendureSource:
    """A Vendure shop that answers its first question after the login, and all that follow, with this."""

    def served(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["query"]
        if "login" in asked:
            return httpx.Response(200, json={"data": {"login": {}}}, headers={"vendure-auth-token": "t"})
        if "Shop" in asked and b"globalSettings" not in answer:
            return httpx.Response(200, json=SHOP)
        return httpx.Response(200, content=answer)

    transport = httpx.MockTransport(served)
    return VendureSource("https://shop.test/admin-api", username="u", password="p", transport=transport)


SHOP = {
    "data": {
        "globalSettings": {"trackInventory": True, "serverConfig": {"moneyStrategyPrecision": 2}},
        "activeChannel": {"pricesIncludeTax": False},
    }
}
MONEY = json.dumps(SHOP).replace('Precision": 2', 'Precision": 1e999999999').encode()
RECORDED = json.loads((Path(__file__).parent / "sources/vendure/recorded/plain.json").read_text())


@contextmanager
def told() -> Iterator[None]:
    """An error of the port, which says what to do about answers that no Vendure gives."""
    try:
        yield
    except SourceError as error:
        said = str(error)
    else:
        return
    assert "cannot be read (" not in said or "check that url" in said


@SOME
@given(answer=json_texts({"data": {"orders": {"items": [RECORDED]}}}) | json_texts(SHOP))
def test_answers_of_vendure(answer: bytes) -> None:
    source = shop(answer)
    with closing(source):
        for fetched in (source.fetch_order("1"), source.fetch_since(NOW)):
            with told():
                judged(islice(fetched, 3))
        with told():
            list(source.accept_stock([]))


# ── settings ─────────────────────────────────────────────────────────────────────────────────

TOML = """[tradegecko]
base_url = "http://127.0.0.1:8080"
access_token = "t"
[connections.{shop}]
source = "folder"
options = {{ path = "shop" }}
{name} = {value}
"""
NAMES = ("minimum_stock", "number_limit", "total_tolerance", "retry_days", "order_status", "stock_locations", "since")
WRITTEN = st.sampled_from((*NUMBERS, *MOMENTS, deep(3000), "[" * 3000, "{ a = 1 }", "inf", "-nan", "true")) | texts.map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
LONG = st.integers(400, 200_000).map(lambda length: json.dumps("a" * length))


@SOME
@given(
    shop=st.just("shop") | texts.map(json.dumps) | LONG,
    name=st.sampled_from(NAMES) | texts.map(json.dumps) | LONG,
    value=WRITTEN | LONG,
)
def test_toml(shop: str, name: str, value: str) -> None:
    """What is wrong is told in a few lines, and what is taken is short."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tgbridge.toml"
        path.write_bytes(TOML.format(shop=shop, name=name, value=value).encode("utf-8", "surrogatepass"))
        said = ""
        try:
            (connection,) = load_config(path, {}).connections
        except ConfigError as error:
            said = str(error)
        else:
            assert len(connection.name) <= LONGEST_NAME
            assert len(repr(connection.settings)) < 20_000
        assert len(said) < 5000


# ── answers of TradeGecko ────────────────────────────────────────────────────────────────────

ROW = {
    "id": 1,
    "order_number": "1",
    "total": "1.0",
    "status": "active",
    "created_at": "2026-01-31T09:30:00.000Z",
    "issued_at": "2026-01-31",
    "tags": ["a"],
    "invoice_ids": [1],
    "locations": [{"location_id": 1}],
    "quantity": "1",
    "stock_on_hand": "1",
    "updated_at": "2026-01-31T09:30:00.000Z",
    "price": "1",
    "sku": "a",
    "product_id": 1,
}
HEADERS = st.dictionaries(
    st.sampled_from(["date", "x-pagination", "retry-after", "content-type", "x-request-id", "x-rate-limit-reset"]),
    texts | st.sampled_from(["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", '{"last_page":true}']),
)


@SOME
@given(
    content=json_texts({"orders": [ROW, ROW]}) | json_texts({"type": "a", "message": "b", "errors": {"a": ["b"]}}),
    status=st.sampled_from([200, 201, 204, 302, 400, 401, 404, 409, 422, 429, 500, 503, 999]),
    headers=HEADERS,
    resource=st.sampled_from(ALL),
)
def test_answers_of_tradegecko(content: bytes, status: int, headers: dict[str, str], resource: Any) -> None:
    server_time(headers)
    with suppress(TradeGeckoError):
        reply = read_reply("GET", "/orders", status, headers, content)
        rows = reply.body.get("orders") if isinstance(reply.body, dict) else None
        with suppress(MalformedData):
            resource.list().read(reply)
        for record in read_records(resource.record, rows if isinstance(rows, list) else [])[0]:
            to_json(record)
            if resource.plural == "orders":
                order = translate.remote_order(record)
                assert len(str(answered(order, "found"))) < 20_000


@SOME
@given(total=scalars, row=st.dictionaries(st.sampled_from(sorted(ROW)), values))
def test_whatever_an_order_comes_to(total: Any, row: dict[str, Any]) -> None:
    """An absurd total does not cost the record, and is never computed with."""
    records, _ = read_records(ALL_ORDERS.record, [{**ROW, **row, "total": total}])
    for record in records:
        answered(translate.remote_order(record), "created")


ALL_ORDERS = next(resource for resource in ALL if resource.plural == "orders")


@SOME
@given(total=decimals)
def test_whatever_somebody_elses_gateway_says_an_order_comes_to(total: Any) -> None:
    with suppress(ValueError):
        answered(RemoteOrder(id="1", number="1", total=total), "created")


# ── logins and webhooks ──────────────────────────────────────────────────────────────────────

APP = OAuthApp(client_id="c", client_secret=Secret("s"), base_url="https://tg.test", redirect_uri="https://x.test")
GRANT = {"access_token": "a", "refresh_token": "r", "expires_in": 7200, "created_at": 1_700_000_000}


@SOME
@example(
    content=json.dumps({**GRANT, "expires_in": 10**10}).encode(),
    status=200,
    headers={"date": "Fri, 31 Dec 9999 23:59:59 GMT"},
    grant=APP.exchange(Secret("c")),
)
@given(
    content=json_texts(GRANT) | json_texts({"error": "invalid_grant", "error_description": "no"}),
    status=st.sampled_from([200, 201, 302, 400, 401, 403, 429, 500]),
    headers=HEADERS,
    grant=st.sampled_from([APP.exchange(Secret("c")), APP.refresh(Secret("r")), APP.password("u", Secret("p"))]),
)
def test_grants(content: bytes, status: int, headers: dict[str, str], grant: Any) -> None:
    with suppress(TradeGeckoError):
        read_grant(grant, status, headers, content, now=NOW)


def _query(given_: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in given_.items())


@SOME
@given(
    query=texts | st.dictionaries(st.sampled_from(["code", "state", "error", "error_description"]), texts).map(_query)
)
def test_callbacks(query: str) -> None:
    for address in (query, f"http://localhost:1/?{query}", f"http://[{query}?{query}"):
        with suppress(LoginFailed):
            read_callback(address, state="the-state")


EVENT = {
    "object_id": 1,
    "event": "order.create",
    "timestamp": 1_700_000_000,
    "resource_url": "https://tg.test/orders/1",
}


@SOME
@given(body=json_texts(EVENT), headers=st.dictionaries(st.sampled_from([SIGNATURE_HEADER, DELIVERY_HEADER]), texts))
def test_webhooks(body: bytes, headers: Mapping[str, str]) -> None:
    for sent in (headers, {**headers, SIGNATURE_HEADER: sign(body, "secret")}):
        with suppress(BadSignature, MalformedData):
            receive(sent, body, "secret")


# ── cursors ──────────────────────────────────────────────────────────────────────────────────

CURSOR = {"placed": "2026-01-31T09:30:00.000Z", "updated": None, "waiting": ["1"]}


@SOME
@given(text=texts | json_texts(CURSOR).map(lambda data: data.decode("utf-8", "surrogateescape")))
def test_cursors(text: str) -> None:
    """A source refuses what it has not written, and what we have not written is read from the beginning."""
    with suppress(SourceRefused):
        Cursor.read(text).text()
    with tempfile.TemporaryDirectory() as folder, suppress(SourceError):
        source = source_at(Path(folder))
        list(source.fetch_orders(text))
        source.acknowledge_ingest(text)
        put(Path(folder), "a.csv", sheet(GOOD))
        list(source.fetch_orders(None))
        source.acknowledge_ingest(f"a.csv#{text}")

    for one in (text, f"{text} page {text}", f"2026-01-31T09:30:00.000Z page {text}"):
        cursor_at(reached(one, NOW), NOW, one)


# ── memory ───────────────────────────────────────────────────────────────────────────────────

HUGE: dict[str, Callable[[], object]] = {
    "a total of a billion digits": lambda: read_records(ALL_ORDERS.record, [{**ROW, "total": "0E-999999999"}]),
    "an order of a billion digits": lambda: judged([an_order(totals=Totals(tax=Decimal("0E-999999999")))]),
    "money of a billion digits": lambda: _suppressed(lambda: list(shop(MONEY).fetch_orders(None))),
    "a deep answer": lambda: _suppressed(lambda: read_reply("GET", "/", 200, {}, deep().encode())),
    "a deep cursor": lambda: _suppressed(lambda: Cursor.read(deep())),
    "a deep answer of a shop": lambda: _suppressed(lambda: list(shop(deep().encode()).fetch_orders(None))),
}


@pytest.mark.parametrize("what", HUGE)
def test_little_memory(what: str) -> None:
    with little_memory():
        HUGE[what]()


def _suppressed(call: Callable[[], object]) -> None:
    with suppress(SourceError, TradeGeckoError):
        call()
