"""Returns that a source tells of: noted once with their order, an alert until they are settled, created once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.bench import outcomes
from tests.engine.test_after_delivery import SENT, Shop
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import OrderReturn, ReturnedLine
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.testing.builders import a_line, an_order
from tradegecko_bridge.tradegecko.records import FulfillmentReturn

TWO = an_order("1001", [a_line("MUG-BLUE", 2)], paid=True, payment_status="paid")


class Returning(ListSource):
    """A source that tells of returns."""

    def __init__(self) -> None:
        super().__init__()
        self.returns: list[Any] = []
        self.asked: list[str | None] = []

    def fetch_returns(self, after: str | None) -> Iterable[OrderReturn]:
        self.asked.append(after)
        for one in self.returns:
            if isinstance(one, Exception):
                raise one
            if not isinstance(one, OrderReturn) or one.cursor > (after or ""):
                yield one


def a_return(reference: str = "RMA-1", units: int = 1, order: str | None = None, **more: Any) -> OrderReturn:
    line = ReturnedLine(line_reference=TWO.lines[0].reference, quantity=Decimal(units))
    given = {"lines": (line,), "cursor": reference, "reason": "Ann Lee did not like it", **more}
    return OrderReturn(reference=reference, order_reference=order or TWO.reference, **given)


class ReturnShop(Shop):
    """A shop whose order was shipped, and some of it comes back."""

    def __init__(self, sandbox: Sandbox, client: TradeGeckoClient, **settings: Any) -> None:
        self.returning = Returning()
        super().__init__(sandbox, client, TWO, source=self.returning, **settings)
        self.ship("1001", {"MUG-BLUE": 2})

    def made(self) -> list[FulfillmentReturn]:
        return list(self.client.fulfillment_returns.list())

    def posts(self) -> int:
        return self.writes().count("/fulfillment_returns")


def test_noted_once_and_open_until_accepted(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By default nothing is created; neither the alert nor the history says what the customer said."""
    shop = ReturnShop(sandbox, client)
    shop.returning.returns = [a_return(refunded=Decimal("19.99"))]
    assert outcomes(shop.deliver()) == {"1001": Outcome.CHANGED}
    assert shop.told() == "return RMA-1 of 1 unit, 19.99 refunded at the source"
    history = shop.store.history(shop.entry().id)
    assert [event.why for event in history if "RMA" in event.why] == ["return RMA-1 of 1 unit, 19.99 refunded"]
    assert "Ann" not in repr(history) + shop.open_alerts()[0].text
    assert (shop.deliver().items, shop.returning.asked[-1]) == ([], "RMA-1")
    assert shop.made() == []
    assert shop.accept("entered by hand") == ""
    assert (shop.deliver().items, shop.open_alerts()) == ([], [])
    shop.returning.returns.append(a_return("RMA-2"))
    shop.deliver()
    assert shop.told() == "return RMA-1 of 1 unit, 19.99 refunded, return RMA-2 of 1 unit at the source"


@pytest.mark.parametrize("status", ["returning", "received"])
def test_created_by_setting(sandbox: Sandbox, client: TradeGeckoClient, status: str) -> None:
    """Once; the alert closes, and given again it is known."""
    shop = ReturnShop(sandbox, client, return_status=status)
    shop.returning.returns = [a_return(units=2)]
    shop.deliver()
    (made,) = shop.made()
    assert (made.order_id, made.status) == (int(str(shop.entry().remote_id)), status)
    assert shop.open_alerts() == []
    assert f"created in TradeGecko as {made.id}" in shop.store.history(shop.entry().id)[-1].why
    shop.returning.returns = [a_return(units=2, cursor="Z")]
    assert (shop.deliver().items, len(shop.made())) == ([], 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 503, "when": "before"},
        {"fault": "status", "status": 500, "when": "after"},
        {"fault": "drop_after_commit"},
        {"fault": "drop_before_commit"},
    ],
)
def test_a_lost_answer_makes_no_second_return(
    sandbox: Sandbox, client: TradeGeckoClient, fault: dict[str, Any]
) -> None:
    shop = ReturnShop(sandbox, client, return_status="returning")
    sandbox.fault(method="POST", path="/fulfillment_returns", **fault)
    shop.returning.returns = [a_return()]
    assert Outcome.WAITING in [item.outcome for item in shop.deliver().items]
    assert shop.told() == "return RMA-1 of 1 unit at the source"
    for _ in range(3):
        shop.deliver()
    if fault["fault"] == "drop_before_commit":  # its key is used up: until it is forgotten, only a person knows
        assert (shop.made(), len(shop.open_alerts())) == ([], 1)
        sandbox.advance(25 * 3600)
        shop.deliver()
    assert len(shop.made()) == 1
    assert shop.open_alerts() == []


def test_what_is_refused_is_tried_again(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nothing has been shipped yet; told once, an alert meanwhile, with growing gaps."""
    returning = Returning()
    shop = Shop(sandbox, client, TWO, source=returning, return_status="returning")
    returning.returns = [a_return()]
    assert Outcome.REFUSED in [item.outcome for item in shop.deliver().items]
    for _ in range(12):
        shop.clock.move(minutes=1)
        assert shop.engine.deliver_orders().items == []
        assert shop.told() == "return RMA-1 of 1 unit at the source"
    assert 2 < shop.writes().count("/fulfillment_returns") < 6
    shop.ship("1001", {"MUG-BLUE": 2})
    shop.deliver()
    assert len(list(client.fulfillment_returns.list())) == 1
    assert shop.open_alerts() == []


def test_more_than_was_ordered_and_lines_nobody_knows(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A person creates these by hand."""
    shop = ReturnShop(sandbox, client, return_status="returning")
    unknown = ReturnedLine(line_reference="what", quantity=Decimal(1))
    shop.returning.returns = [a_return("R1", 3), a_return("R2", lines=(unknown,)), a_return("R3", lines=())]
    report = shop.deliver()
    refused = [item.detail for item in report.items if item.outcome is Outcome.REFUSED]
    assert [said.partition("created: ")[2] for said in refused] == [
        "more comes back than the order has of it; create the return by hand",
        "a returned line was not delivered as a line of its own; create the return by hand",
        "the source does not say which lines come back; create the return by hand",
    ]
    assert shop.made() == []
    assert "return R1 of 3 units, return R2 of 1 unit, return R3 of 0 units" in shop.told()


def test_returns_of_orders_that_are_not_ours(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    shop = ReturnShop(sandbox, client)
    shop.returning.returns = [a_return("R1", order="of last year"), a_return("R2")]
    report = shop.deliver()
    assert "1 returns are of orders that the ledger does not have" in str(report)
    assert shop.told() == "return R2 of 1 unit at the source"


def test_a_return_that_comes_with_its_order(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It waits until the order is there, and is forgotten where it never will be."""
    returning = Returning()
    shop = Shop(sandbox, client, SENT, source=returning)
    held = an_order("1002", shipping_address=None)
    shop.say(held)
    returning.returns = [a_return("R1", order=held.reference)]
    shop.deliver()
    assert shop.open_alerts() == []
    shop.say(an_order("1002"))
    shop.deliver()
    assert "return R1" in shop.open_alerts()[0].text


@pytest.mark.parametrize("broken", [SourceUnavailable("maintenance"), RuntimeError("Ann Lee"), "no return", None])
def test_a_source_at_fault_stops_nothing(sandbox: Sandbox, client: TradeGeckoClient, broken: Any) -> None:
    """What came before counts; orders go out."""
    shop = ReturnShop(sandbox, client)
    shop.returning.returns = [a_return(), broken]
    shop.say(an_order("1002"))
    report = shop.deliver()
    assert outcomes(report)["1002"] is Outcome.DELIVERED
    assert not report
    assert "Ann" not in str(report)
    assert "return RMA-1" in next(one.text for one in shop.open_alerts())


@pytest.mark.parametrize("status", ["none", "received"])
def test_a_dry_run_says_what_becomes_of_returns(sandbox: Sandbox, client: TradeGeckoClient, status: str) -> None:
    """Noting, and creating by setting; nothing is written, and a run then does so."""
    shop = ReturnShop(sandbox, client, return_status=status)
    shop.returning.returns = [a_return(units=2), a_return("RMA-2", lines=()), a_return("RMA-3", order="unknown")]
    shop.returning.asked.clear()
    for _ in range(2):
        report = shop.engine.deliver_orders(dry_run=True)
        noted = [(item.outcome, item.detail) for item in report.items]
        assert (Outcome.CHANGED, "return RMA-1 of 2 units at the source") in noted
        created = [detail for outcome, detail in noted if outcome is Outcome.PLANNED]
        refused = [detail for outcome, detail in noted if outcome is Outcome.REFUSED]
        assert [len(created), len(refused)] == ([0, 0] if status == "none" else [1, 1])
        assert any("1 returns are of orders" in note for note in report.notes)
    assert (shop.made(), shop.open_alerts(), shop.returning.asked) == ([], [], [None, None])
    shop.deliver()
    assert len(shop.made()) == len(created)


def test_a_dry_run_tells_that_returns_cannot_be_fetched(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What came before that counts."""
    shop = ReturnShop(sandbox, client)
    shop.returning.returns = [a_return(), SourceUnavailable("down")]
    report = shop.engine.deliver_orders(dry_run=True)
    assert outcomes(report) == {"1001": Outcome.CHANGED}
    assert "down" in report.problems[0]
