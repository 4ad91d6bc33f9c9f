"""Sources that do what no source should: told in one line, and the rest of the run goes on."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource, OrdersOnly
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import OrderLine, SourceOrder
from tradegecko_bridge.engine import Outcome
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
