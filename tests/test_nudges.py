"""Webhooks as a nudge: what runs for them, when, and over real HTTP from a sandbox that sends them."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import (
    NUDGE_EVENTS,
    ConnectionSettings,
    Job,
    MemoryStore,
    Nudges,
    RunReport,
    Sandbox,
    SyncEngine,
    TradeGeckoClient,
    TradeGeckoGateway,
    run_nudged,
)
from tradegecko_bridge.commerce import ItemResult, StockLevel
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.webhooks import AsgiReceiver, WebhookEvent, sign
from tradegecko_bridge.wiring.nudges import MOST_VARIANTS, jobs_of


def event(name: str, object_id: int = 1) -> WebhookEvent:
    return WebhookEvent(object_id=object_id, event=name, timestamp=datetime(2026, 11, 3, tzinfo=UTC), resource_url="x")


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def nudges(seconds: Seconds) -> Nudges:
    return Nudges(settle=2, apart=30, monotonic=seconds)


# ── which jobs, and when ─────────────────────────────────────────────────────────────────────


def test_whose_stock_has_changed_is_kept_for_each_connection(nudges: Nudges) -> None:
    """Once, and not without bounds."""
    handle = nudges.handler(["a", "b"])
    for id_ in (7, 8, 7):
        handle(event("variant.stock_level_update", id_))
    handle(event("product.create", 9))
    assert nudges.take_variants("a") == {"7", "8"}
    assert nudges.take_variants("a") == set()
    assert nudges.take_variants("b") == {"7", "8"}
    nudges.add(["b"], [], variants=map(str, range(10_000)))
    assert len(nudges.take_variants("b")) == MOST_VARIANTS


@pytest.mark.parametrize(
    ("name", "jobs"),
    [
        ("fulfillment.fulfilled", {Job.TRACKING}),
        ("fulfillment.update", {Job.TRACKING}),
        ("variant.stock_level_update", {Job.INVENTORY}),
        ("variant.update", {Job.INVENTORY, Job.PRODUCTS}),
        ("product.destroy", {Job.INVENTORY, Job.PRODUCTS}),
        ("image.create", {Job.PRODUCTS}),
        ("order.create", {Job.ORDERS}),
        ("order.fulfilled", {Job.ORDERS, Job.TRACKING}),
        ("account.update", set()),
        ("fulfillment_return.create", set()),
        ("no_such.thing", set()),
    ],
)
def test_what_runs_for_an_event(name: str, jobs: set[Job]) -> None:
    """The jobs that would find what it tells of."""
    assert jobs_of(event(name)) == jobs


def test_a_storm_is_one_run(nudges: Nudges, seconds: Seconds) -> None:
    """However many events come, doubled and out of order."""
    nudge = nudges.handler(["a", "b"])
    for number in range(1000):
        nudge(event("variant.stock_level_update", number % 7))
    assert nudges.take() == {}
    seconds.now += 2
    assert nudges.take() == {"a": {Job.INVENTORY}, "b": {Job.INVENTORY}}
    assert nudges.take() == {}


def test_what_comes_while_it_runs_is_the_next_run(nudges: Nudges, seconds: Seconds) -> None:
    """And not before its time."""
    nudge = nudges.handler("a")
    nudge(event("fulfillment.create"))
    seconds.now += 2
    assert nudges.take() == {"a": {Job.TRACKING}}
    nudge(event("fulfillment.create"))
    nudge(event("order.create"))
    seconds.now += 2
    assert nudges.take() == {"a": {Job.ORDERS}}
    seconds.now += 28
    assert nudges.take() == {"a": {Job.TRACKING}}


def test_each_account_nudges_its_own(nudges: Nudges, seconds: Seconds) -> None:
    """By the receiver a webhook comes to."""
    nudges.handler(["anns"])(event("product.create"))
    seconds.now += 2
    assert list(nudges.take()) == ["anns"]
    with pytest.raises(ValueError, match="name the connections"):
        nudges.handler([])


@given(st.lists(st.tuples(st.sampled_from(["nudge", "take"]), st.integers(0, 1), st.integers(0, 40))))
def test_every_nudge_is_followed_by_a_run_in_time(steps: Sequence[tuple[str, int, int]]) -> None:
    """After it, and neither too soon nor too often; nothing else runs."""
    seconds = Seconds()
    nudges = Nudges(settle=2, apart=30, monotonic=seconds)
    waiting: dict[str, float] = {}
    taken: dict[str, float] = {}
    for what, number, pause in steps:
        seconds.now += pause
        name = f"shop {number}"
        if what == "nudge":
            nudges.add([name], [Job.ORDERS])
            waiting.setdefault(name, seconds.now)
            continue
        due = {
            name for name, since in waiting.items()
            if seconds.now >= max(since + 2, taken.get(name, since - 30) + 30)
        }  # fmt: skip
        assert nudges.take() == {name: {Job.ORDERS} for name in due}
        for name in due:
            del waiting[name]
            taken[name] = seconds.now
    seconds.now += 32
    assert set(nudges.take()) == set(waiting)


def test_only_what_the_settings_ask_for(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A nudge turns nothing on."""
    store = MemoryStore()
    gateway = TradeGeckoGateway(client, mirror=store.mirror)
    off = ConnectionSettings(tracking=False)
    engine = SyncEngine("shop", source=ListSource(), gateway=gateway, store=store, settings=off)
    assert [one.operation for one in engine.run(jobs=[Job.INVENTORY, Job.TRACKING])] == ["sync inventory"]
    assert engine.run(jobs=[Job.PRODUCTS]).reports == []


# ── over real HTTP ───────────────────────────────────────────────────────────────────────────


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of an application on this machine."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def eventually(holds: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


class Slow(ListSource):
    """A shop that takes stock levels only when it is let."""

    def __init__(self) -> None:
        super().__init__([an_order("1001")])
        self.let = threading.Event()
        self.let.set()

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        assert self.let.wait(20)
        return super().accept_stock(levels)

    def level(self, sku: str) -> int:
        return int([level.available for level in self.levels if level.sku == sku][-1])


class Service:
    """Two shops on one account, nudged by the sandbox's webhooks."""

    def __init__(self, sandbox: Sandbox, client: TradeGeckoClient) -> None:
        self.sandbox, self.client = sandbox, client
        self.store = MemoryStore()
        self.shops = {"first": Slow(), "second": Slow()}
        settings = ConnectionSettings(products=True, earliest_order=ALL_ORDERS.earliest_order)
        self.engines = [
            SyncEngine(
                name,
                source=shop,
                gateway=TradeGeckoGateway(client, mirror=self.store.mirror),
                store=self.store,
                settings=settings,
            )
            for name, shop in self.shops.items()
        ]
        self.nudges = Nudges(settle=0.05, apart=0.1)
        self.runs: list[RunReport] = []
        self.end = threading.Event()

    @contextmanager
    def running(self) -> Iterator[str]:
        """The address to subscribe."""
        receiver = AsgiReceiver(self.nudges.handler(self.shops), self.sandbox.client_secret)
        stranger = AsgiReceiver(self.nudges.handler(["somebody's"]), self.sandbox.client_secret)
        routes = [Route("/ours", receiver), Route("/theirs", stranger)]
        work = threading.Thread(
            target=run_nudged,
            args=(self.nudges, self.engines),
            kwargs={"until": self.end.is_set, "on_run": self.runs.append},
            daemon=True,
        )
        with served(Starlette(routes=routes)) as url:
            work.start()
            try:
                yield url
            finally:
                self.end.set()
                work.join(20)

    def operations(self) -> Counter[str]:
        return Counter(report.operation for run in list(self.runs) for report in run)


@pytest.fixture
def service(sandbox: Sandbox, client: TradeGeckoClient) -> Service:
    service = Service(sandbox, client)
    for engine in service.engines:
        engine.run()
    return service


def subscribe(client: TradeGeckoClient, address: str) -> None:
    for name in NUDGE_EVENTS:
        client.webhooks.create({"event": name, "address": address})


def test_what_happens_in_the_account_is_told_at_once(service: Service) -> None:
    """Stock, shipments and products, to all shops of the account, without a turn of any job."""
    client, shops = service.client, service.shops
    with service.running() as url:
        subscribe(client, f"{url}/ours")
        before = {name: shop.level("TEE-M") for name, shop in shops.items()}
        variant = next(iter(client.variants.list(sku="TEE-M")))
        client.stock_adjustments.create(
            {
                "stock_location_id": variant.locations[0].location_id,
                "reason": "supplier",
                "stock_adjustment_line_items": [{"variant_id": variant.id, "quantity": 5, "price": 1}],
            }
        )
        eventually(lambda: all(shop.level("TEE-M") == before[name] + 5 for name, shop in shops.items()))
        client.products.create({"name": "Kite", "variants": [{"sku": "KITE"}]})
        eventually(lambda: all(any(one.name == "Kite" for one in shop.products) for shop in shops.values()))
        (order,) = client.orders.list(order_number="1001")
        client.orders.update(order.id, {"status": "finalized"})
        client.orders.action(order.id, "fulfil", {"fulfillment": {"tracking_number": "1Z1"}})
        eventually(lambda: any(shop.shipments for shop in shops.values()))


def test_the_answer_waits_for_no_work(service: Service) -> None:
    """While a shop takes its time, webhooks are answered; what they say is one more run."""
    first, body = service.shops["first"], hook("variant.stock_level_update")
    with service.running() as url:
        first.let.clear()
        service.client.variants.update(next(iter(service.client.variants.list(sku="TEE-M"))).id, {"max_online": "1"})
        assert post(f"{url}/ours", body, service.sandbox.client_secret) == 200
        eventually(lambda: not service.nudges._due)
        assert [post(f"{url}/ours", body, service.sandbox.client_secret) for _ in range(30)] == [200] * 30
        first.let.set()
        eventually(lambda: service.operations()["sync inventory"] == 4)
    assert service.operations() == {"sync inventory": 4}  # twice, of two connections
    assert service.nudges.take(0) == {}
    assert first.level("TEE-M") == 1


def hook(name: str, **more: object) -> bytes:
    body = {"object_id": 10**9, "event": name, "timestamp": 1, "resource_url": "https://api.example/x.json", **more}
    return json.dumps(body).encode()


def post(url: str, body: bytes, secret: str) -> int:
    with httpx.Client() as client:
        return client.post(url, content=body, headers={"X-Gecko-Signature": sign(body, secret)}).status_code


def test_what_is_not_for_us_makes_nothing_run(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Forged, huge or unreadable webhooks, those of other things, and those of another account."""
    secret, stock = service.sandbox.client_secret, "variant.stock_level_update"
    with service.running() as url:
        assert post(f"{url}/ours", hook(stock), "another secret") == 401
        assert post(f"{url}/ours", hook(stock, more="x" * 70_000), secret) == 413
        assert post(f"{url}/ours", hook(stock, object_id="x"), secret) == 400
        assert post(f"{url}/ours", hook("account.update"), secret) == 200
        assert post(f"{url}/theirs", hook(stock), secret) == 200
        eventually(lambda: "somebody's" in caplog.text)
    assert service.runs == []


def test_what_fails_breaks_nothing(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, without what it quotes, and the next nudge runs."""
    secret, failures = (
        service.sandbox.client_secret,
        [ConfigError("the ledger is full"), RuntimeError("ann@example.com")],
    )

    def broken(report: RunReport) -> None:
        service.runs.append(report)
        if failures:
            raise failures.pop(0)

    engine, body = service.engines[0], hook("fulfillment.create")
    nudges = Nudges(settle=0, apart=0)
    work = threading.Thread(
        target=run_nudged, args=(nudges, [engine]), kwargs={"until": service.end.is_set, "on_run": broken}, daemon=True
    )
    work.start()
    receiver = AsgiReceiver(nudges.handler("first"), secret)
    with served(receiver) as url:
        for runs in (1, 2, 3):
            assert post(url, body, secret) == 200
            eventually(lambda: len(service.runs) == runs)  # noqa: B023
    service.end.set()
    work.join(20)
    assert "first: tracking after a webhook failed, and runs again at its next turn: the ledger is full" in caplog.text
    assert "RuntimeError at" in caplog.text
    assert "ann@example.com" not in caplog.text


def test_the_page_runs(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands there."""
    (tmp_path / "tgbridge.toml").write_text(
        f"""
        [tradegecko]
        base_url = "{sandbox.base_url}"
        access_token = "{sandbox.access_token}"
        [connections.my-shop]
        source = "folder"
        options = {{ path = "." }}
        """
    )
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[1] / "docs" / "way-back.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    there: dict[str, Any] = {}
    exec(block, there)
    try:
        with served(there["app"]) as url:
            assert post(f"{url}/tradegecko", hook("order.create"), there["SECRET"]) == 200
            assert {name for name, _ in there["nudges"]._due} == {"my-shop", "my-market"}
    finally:
        there["end"].set()
        there["worker"].join()
