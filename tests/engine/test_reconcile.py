"""Source, ledger and system held against each other: one of each fault is planted and found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.bench import Bench, stranger
from tests.support import ListSource, accepted, examples
from tradegecko_bridge import Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, SourceOrder, StockLevel, Verdict
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report
from tradegecko_bridge.ledger import OrderState, Reason

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


class Shop(ListSource):
    """It can be asked for all since a date, and shows its stock as it was told, but for what somebody ``edited``."""

    def __init__(self, orders: Iterable[SourceOrder]) -> None:
        super().__init__(list(orders))
        self.later: list[SourceOrder] = []
        self.edited: dict[str, Decimal] = {}

    def fetch_since(self, moment: datetime) -> Iterator[SourceOrder]:
        given = [*cast("list[SourceOrder]", self.orders), *self.later]
        yield from (order for order in given if order.placed_at >= moment)

    def fetch_stock(self) -> Iterator[StockLevel]:
        levels = {level.sku: level for level in self.levels}
        for sku, level in levels.items():
            yield evolve(level, available=self.edited.get(sku, level.available))


def planted(report: Report) -> set[tuple[str, str]]:
    return {(item.name, item.facts["finding"]) for item in report.items if "finding" in item.facts}


def made(sandbox: Sandbox, client: TradeGeckoClient, count: int) -> tuple[Bench, Shop]:
    """So many orders, delivered a day ago, and the shop told of all stock."""
    shop = Shop(stranger(f"c{n}@example.com", str(n)) for n in range(count))
    bench = Bench(sandbox, client, shop, settings=ConnectionSettings(inventory=True, earliest_order=BEGAN))
    bench.deliver()
    bench.engine.sync_inventory()
    bench.clock.move(days=1)
    return bench, shop


def remote_of(bench: Bench, number: str) -> Any:
    (found,) = [order for order in bench.remote() if order.order_number == number]
    return found


def other_total(bench: Bench, _shop: Shop) -> None:
    line = next(iter(bench.client.order_line_items.list(order_id=remote_of(bench, "0").id)))
    bench.client.order_line_items.update(line.id, {"price": "1.00"})


def void(bench: Bench, _shop: Shop) -> None:
    TradeGeckoGateway(bench.client).perform_action(str(remote_of(bench, "1").id), "void", key="k")


def double(bench: Bench, _shop: Shop) -> None:
    first = remote_of(bench, "2")
    same = ("company_id", "shipping_address_id", "billing_address_id", "source_url")
    again = {name: getattr(first, name) for name in same}
    bench.client.orders.create({**again, "order_number": "2 again", "issued_at": "2026-11-03"})


def ship(bench: Bench, _shop: Shop) -> None:
    bench.ship("3", {"MUG-BLUE": 1})


def lose(_bench: Bench, shop: Shop) -> None:
    shop.later.append(stranger("late@example.com", "lost"))


def refuse(bench: Bench, shop: Shop) -> None:
    bench.ship("4", {"MUG-BLUE": 1}, tracking_number="1Z")
    shop.answer = lambda key: ItemResult(key=key, verdict=Verdict.REFUSED, message="no")
    bench.engine.sync_tracking()
    shop.answer = accepted


def give_up(bench: Bench, _shop: Shop) -> None:
    at = bench.clock() - timedelta(days=1)
    bench.store.ingest("shop", [stranger("given@example.com", "given up")], at=at)
    claimed = bench.store.claim("shop", "w", at=at, until=at + timedelta(minutes=1), limit=99)
    (entry,) = [entry for entry in claimed if entry.number == "given up"]
    bench.store.record(entry.transition_to(OrderState.FAILED, at, reason=Reason("gave_up", "for long")), who="w")


def change(_bench: Bench, shop: Shop) -> None:
    order = cast("SourceOrder", shop.orders[5])
    shop.orders[5] = evolve(order, lines=(evolve(order.lines[0], quantity=Decimal(2)),))


def edit_stock(_bench: Bench, shop: Shop) -> None:
    shop.edited["MUG-BLUE"] = Decimal(7777)


FAULTS = {
    refuse: {("4", "tracking")},
    other_total: {("0", "total")},
    void: {("1", "voided")},
    double: {("2", "doubled")},
    ship: {("3", "status"), ("3", "tracking")},
    lose: {("lost", "missing")},
    give_up: {("given up", "missing")},
    change: {("5", "changed")},
    edit_stock: {("MUG-BLUE", "stock")},
}
REPAIRED = {("4", "tracking"), ("lost", "missing"), ("given up", "missing"), ("5", "changed"), ("MUG-BLUE", "stock")}


def test_one_of_each(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Each is found, is one alert in all, and is repaired only when that is asked for, and can be done safely."""
    bench, shop = made(sandbox, client, 7)
    assert planted(bench.engine.reconcile(BEGAN)) == set()
    for plant in FAULTS:
        plant(bench, shop)
    writes, entries = bench.writes(), bench.store.entries()
    report = bench.engine.reconcile(BEGAN)
    assert planted(report) == set().union(*FAULTS.values())
    assert not report
    assert report.count(Outcome.REPAIRED) == 0
    assert {alert.key: alert.count for alert in report.alerts} == {"reconcile": len(report.items), "failed": 1}
    assert (bench.writes(), bench.store.entries()) == (writes, entries), "nothing was changed"
    assert report.calls <= 6
    repaired = bench.engine.reconcile(BEGAN, repair=True)
    assert {(i.name, i.facts["finding"]) for i in repaired.items if i.outcome is Outcome.REPAIRED} == REPAIRED
    bench.deliver()
    bench.engine.sync_tracking()
    shop.edited.clear()
    bench.clock.move(hours=2)
    left = {("0", "total"), ("1", "voided"), ("2", "doubled")}
    assert planted(bench.engine.reconcile(BEGAN)) == left
    assert {remote_of(bench, number).order_number for number in ("lost", "given up")} == {"lost", "given up"}


@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plants=st.sets(st.sampled_from(sorted(FAULTS, key=lambda plant: list(FAULTS).index(plant)))))
def test_what_is_planted_is_found_and_nothing_else(
    sandbox: Sandbox, client: TradeGeckoClient, plants: set[Any]
) -> None:
    """Whatever goes wrong together."""
    sandbox.reset()
    bench, shop = made(sandbox, client, 7)
    for plant in FAULTS:
        if plant in plants:
            plant(bench, shop)
    expected = set().union(*(FAULTS[plant] for plant in plants))
    assert planted(bench.engine.reconcile(BEGAN)) == expected


def test_outside_the_span(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What was placed at the end or later is no part of it, and a moment needs a zone."""
    bench, shop = made(sandbox, client, 1)
    lose(bench, shop)
    placed = shop.later[0].placed_at
    assert planted(bench.engine.reconcile(BEGAN, placed)) == set()
    assert planted(bench.engine.reconcile(placed, placed + timedelta(seconds=1))) == {("lost", "missing")}
    with pytest.raises(ValueError, match="no time zone"):
        bench.engine.reconcile(datetime(2026, 11, 1))  # noqa: DTZ001
