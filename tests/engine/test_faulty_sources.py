"""Sources that do what no source should: told in one line, and the rest of the run goes on."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource, OrdersOnly, accepted
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, OrderLine, SourceOrder, Verdict
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.source_calls import offer
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.testing.builders import an_order


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("ann@example.com", "a value of type str"),
        (None, "None"),
        ({"number": "9"}, "a value of type dict"),
        (3, "a value of type int"),
    ],
)
def test_what_is_no_order_is_a_fault_of_the_source(
    sandbox: Sandbox, client: TradeGeckoClient, what: Any, said: str, *, dry_run: bool
) -> None:
    """The orders before it go out, tracking and stock are brought back, and only its kind is told."""

    class Odd(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[Any]:
            return [an_order("1001"), what, an_order("1002")]

    bench = Bench(sandbox, client, Odd())
    orders, tracking, stock = bench.engine.run(dry_run=dry_run)
    assert outcomes(orders) == {"1001": Outcome.PLANNED if dry_run else Outcome.DELIVERED}
    assert orders.problems == [
        f"list: gave {said} that is no SourceOrder and no UnreadableOrder while fetching orders: a fault in the source"
    ]
    assert (bool(orders), bool(tracking), bool(stock)) == (False, True, True)
    assert [alert.key for alert in bench.store.alerts("shop")] == ([] if dry_run else ["source deliver orders"])


def test_what_is_no_order_is_told_when_it_is_pulled(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The same, where one order is asked for."""

    class Archive(ListSource):
        def fetch_order(self, _name: str) -> Any:
            return [an_order("1001"), "1002"]

    report = Bench(sandbox, client, Archive()).engine.pull_orders("1001")
    assert outcomes(report) == {"1001": Outcome.INGESTED}
    assert report.problems[0].startswith("list: gave a value of type str that is no SourceOrder")


@pytest.mark.parametrize("name", [None, "", "  ", 7])
def test_a_source_without_a_name_is_refused(client: TradeGeckoClient, name: Any) -> None:
    """Every report would need it."""

    class Nameless(OrdersOnly):
        pass

    source = Nameless()
    source.name = name
    with pytest.raises(ConfigError, match="source Nameless has no name; give the class one"):
        SyncEngine("shop", source=source, gateway=TradeGeckoGateway(client), store=MemoryStore())


@pytest.mark.parametrize("fields", [{"quantity": 2.5}, {"price": Decimal("NaN")}, {"reference": " "}])
def test_a_fault_our_validators_find_is_placed_at_the_source(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]
) -> None:
    """Whoever writes the source sees the line of theirs, not ours."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            given: dict[str, Any] = {
                "reference": "1",
                "sku": "MUG-BLUE",
                "quantity": Decimal(1),
                "price": Decimal(1),
            } | fields
            yield an_order("1001", [OrderLine(**given)])

    (problem,) = Bench(sandbox, client, Careless()).deliver().problems
    assert f" at {__file__}:" in problem


@pytest.mark.parametrize("way", ["tracking", "stock", "products"])
@given(keys=st.lists(st.sampled_from(["", "zz", "MUG-BLUE", "TEE-M", "1", "2"]), max_size=4))
def test_whatever_keys_a_source_answers_with(way: str, keys: list[str]) -> None:
    """Each thing it was handed gets one answer; keys that nobody asked for are ignored."""
    asked = ["MUG-BLUE", "1", "TEE-M"]
    answers = [ItemResult(key=key, verdict=Verdict.ACCEPTED) for key in keys]
    results = offer(ListSource(), lambda _: answers, asked, str, f"accepting {way}")
    assert list(results) == asked
    for key, result in results.items():
        told = (Verdict.ACCEPTED, "") if key in keys else (Verdict.FAILED, "the source gave no answer for it")
        assert (result.key, result.verdict, result.message) == (key, *told)


def test_a_key_nobody_asked_for_is_no_answer(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """On all three ways back: what was handed over waits, and the run goes on."""
    source = ListSource([an_order("1001")], answer=lambda _: accepted("zz"))
    bench = Bench(sandbox, client, source)
    bench.deliver()
    bench.ship("1001", {"MUG-BLUE": 1})
    for report in (bench.engine.sync_tracking(), bench.engine.sync_inventory(), bench.engine.sync_products()):
        told = {item.detail for item in report.items if item.outcome is Outcome.WAITING}
        assert told == {"the source gave no answer for it"}
        assert report.count(Outcome.SENT) == 0


async def _never(*_: object) -> None:
    """What somebody writes who takes the engine for an asynchronous one."""


def _without_arguments() -> Any:
    return []


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (lambda _: None, "{method} gave None; it must give an iterable of {kind}: a fault in the source"),
        (lambda _: 3, "{method} gave a value of type int; it must give an iterable of {kind}: a fault in the source"),
        (_never, "{method} gave a value of type coroutine; it must give an iterable of {kind}: a fault in the source"),
        (
            _without_arguments,
            "_without_arguments() takes 0 positional arguments but 1 was given while {doing}: a fault",
        ),
    ],
)
def test_a_method_that_does_not_fit_is_named(
    sandbox: Sandbox, client: TradeGeckoClient, method: Any, said: str
) -> None:
    """The fault is in the source, so no line of ours stands in the message."""
    source: Any = ListSource([an_order("1001")])
    bench = Bench(sandbox, client, source)
    bench.deliver()
    source.accept_products = source.fetch_orders = method
    (problem,) = bench.deliver().problems
    assert problem.startswith(f"list: {said.format(method='fetch_orders', kind='orders', doing='fetching orders')}")
    (item, *_) = bench.engine.sync_products().items
    told = said.format(method="accept_products", kind="ItemResults", doing="accepting products")
    assert item.detail.startswith(f"list: {told}")


def test_an_answer_that_is_none_is_a_fault_of_the_source(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What was answered before it counts, and the others are offered anew, until each has an answer or none."""

    class Odd(ListSource):
        def accept_products(self, products: Any) -> Any:
            return [accepted(product.reference) for product in products if product.reference != "3"] + [
                product.reference for product in products if product.reference == "3"
            ]

    items = Bench(sandbox, client, Odd()).engine.sync_products().items
    told = "list: accept_products gave a value of type str that is no ItemResult: a fault in the source"
    assert [(item.name, item.detail) for item in items if item.outcome is not Outcome.SENT] == [("Wool Scarf", told)]
    assert {item.outcome for item in items} == {Outcome.SENT, Outcome.WAITING}


@pytest.mark.parametrize(
    "fields", [{"lines": ({"sku": "x"},)}, {"customer": {"email": "x"}}, {"tags": "vip"}, {"cursor": None}]
)
def test_an_order_with_a_part_of_a_wrong_type(
    sandbox: Sandbox, client: TradeGeckoClient, fields: dict[str, Any]
) -> None:
    """The orders before it go out, and whoever writes the source sees the line of theirs."""

    class Careless(ListSource):
        def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
            yield an_order("1001")
            yield evolve(an_order("1002"), **fields)

    report = Bench(sandbox, client, Careless()).deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    assert f"TypeError at {__file__}:" in report.problems[0]


@pytest.mark.parametrize("name", [None, "", " "])
def test_a_connection_without_a_name_is_refused(client: TradeGeckoClient, name: Any) -> None:
    """It is part of every key the orders are known by."""
    with pytest.raises(ValueError, match="the connection needs a name"):
        SyncEngine(name, source=OrdersOnly(), gateway=TradeGeckoGateway(client), store=MemoryStore())
