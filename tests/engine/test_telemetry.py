"""What a program's log and tracing get to know of a run, and its asynchronous methods."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

import anyio
import pytest
from attrs import evolve
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.engine.bench import Bench
from tests.stores.tagged import CALLING, CARD, STEM, tagged
from tests.support import ListSource
from tradegecko_bridge import Report, RunReport, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.testing.builders import a_line, an_order
from tradegecko_bridge.tradegecko.client.otel import OpenTelemetry

LOGGER = "tradegecko_bridge"


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    """The fields of the records about these events."""
    return [vars(record) for record in caplog.records if getattr(record, "event", "") == event]


class TestLog:
    @pytest.fixture(autouse=True)
    def everything(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG, LOGGER)

    def test_an_operation_from_beginning_to_end(
        self, sandbox: Sandbox, client: TradeGeckoClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        """With what it counted, and each item as soon as it is known."""
        orders = [an_order("1001"), an_order("1002", [a_line("NO-SUCH-SKU")])]
        report = Bench(sandbox, client, ListSource(orders)).deliver()
        (begun,), (ended,) = told(caplog, "OperationStarted"), told(caplog, "OperationEnded")
        for record in (begun, ended):
            assert (record["connection"], record["operation"]) == ("shop", "deliver orders")
            assert record["dry_run"] is False
        assert (begun["levelname"], ended["levelname"]) == ("DEBUG", "INFO")
        assert (ended["counts"], ended["calls"], ended["ok"]) == ({"delivered": 1, "held": 1}, report.calls, True)
        assert ended["message"].startswith("shop: deliver orders: 2 ingested, 1 delivered, 1 held")
        items = {record["item"]: record for record in told(caplog, "Item")}
        assert items["1001"]["message"] == "shop: deliver orders: 1001 delivered"
        assert items["1002"]["message"] == "shop: deliver orders: 1002 held (unknown_sku)"
        assert (items["1001"]["levelname"], items["1002"]["levelname"]) == ("DEBUG", "INFO")
        assert items["1001"]["remote_id"]

    def test_what_went_wrong(
        self, sandbox: Sandbox, client: TradeGeckoClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        """By its kind; the words stay in the report."""

        class Down(ListSource):
            def fetch_orders(self, after: str | None) -> Any:
                raise SourceUnavailable(f"{STEM} is not to be reached")

        report = Bench(sandbox, client, Down([])).deliver()
        (ended,) = told(caplog, "OperationEnded")
        assert (ended["levelname"], ended["ok"], ended["problems"]) == ("INFO", False, 1)
        assert ended["causes"]
        assert STEM in str(report)
        assert STEM not in caplog.text

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_nobody_is_named(
        self, sandbox: Sandbox, client: TradeGeckoClient, caplog: pytest.LogCaptureFixture, *, dry_run: bool
    ) -> None:
        """Orders that go out, are held, refused, in doubt; whatever is logged, in lines and in fields."""
        sandbox.fault("POST", "/orders", "drop_after_commit")
        orders = [tagged(str(number)) for number in range(2001, 2006)]
        orders.append(evolve(tagged("2006"), lines=(a_line(f"{STEM}-SKU"),)))
        bench = Bench(sandbox, client, ListSource(orders))
        for _ in range(2):
            bench.clock.move(hours=1)
            bench.engine.run(dry_run=dry_run)
        assert told(caplog, "Item")
        for record in caplog.records:
            said = f"{record.getMessage()} {vars(record)}"
            assert STEM not in said
            assert CALLING not in said
            assert CARD not in said


@pytest.fixture
def provider() -> Iterator[tuple[TracerProvider, InMemorySpanExporter]]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider, exporter
    provider.shutdown()


@pytest.mark.parametrize("in_flight", [1, 4])
def test_spans(sandbox: Sandbox, provider: tuple[TracerProvider, InMemorySpanExporter], in_flight: int) -> None:
    """One for the operation; in it one for each order on its way, and in these the requests, whatever the thread."""
    traced, exporter = provider
    tracer = traced.get_tracer("a program")
    listeners = [OpenTelemetry(traced)]
    orders = [an_order(str(n), customer=Customer(email=f"c{n}@example.com")) for n in range(1001, 1005)]
    orders = [evolve(order, shipping_address=Address(address1="1 King St", country="CA")) for order in orders]
    with (
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, listeners=listeners) as client,
        tracer.start_as_current_span("a request of the program"),
    ):
        Bench(sandbox, client, ListSource(orders), tracer=tracer, in_flight=in_flight).deliver()
    spans = exporter.get_finished_spans()
    by_id = {span.context.span_id: span for span in spans}

    def parent(span: ReadableSpan) -> str:
        return by_id[span.parent.span_id].name if span.parent else ""

    (operation,) = [span for span in spans if span.name == "deliver orders"]
    assert parent(operation) == "a request of the program"
    assert operation.attributes is not None
    assert operation.attributes["tgbridge.connection"] == "shop"
    assert operation.attributes["tgbridge.items.delivered"] == 4
    sent = [span for span in spans if span.name == "send order"]
    assert [parent(span) for span in sent] == ["deliver orders"] * 4
    assert sorted(str((span.attributes or {})["tgbridge.order"]) for span in sent) == ["1001", "1002", "1003", "1004"]
    assert [parent(span) for span in spans if span.name == "POST /orders"] == ["send order"] * 4


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_the_same_without_waiting_in_the_loop(sandbox: Sandbox, client: TradeGeckoClient, loop: str) -> None:
    """Each has its asynchronous one, which gives the same kind of report while the loop goes on."""
    bench = Bench(sandbox, client, ListSource([an_order("1001")]))
    engine, turns = bench.engine, list[int]()

    async def work() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            report = await engine.deliver_orders_async()
            assert [item.name for item in report.items] == ["1001"]
            assert isinstance(await engine.run_async(dry_run=True), RunReport)
            back = (engine.sync_tracking_async, engine.sync_inventory_async, engine.sync_products_async)
            for method in (*back, partial(engine.pull_orders_async, "1001")):
                assert isinstance(await method(), Report)
            assert isinstance(await engine.pull_since_async(bench.clock()), Report)
            tasks.cancel_scope.cancel()

    async def tick() -> None:
        while True:
            turns.append(1)
            await anyio.sleep(0)

    anyio.run(work, backend=loop)
    assert len(turns) > 1
