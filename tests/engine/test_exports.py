"""Exports of shops, read by their presets, all the way to TradeGecko."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from attrs import evolve

from tests.engine.bench import Bench, outcomes
from tests.sources.folder.shops import FILES
from tests.sources.folder.test_presets import order_of
from tests.support import ListSource
from tradegecko_bridge import Sandbox
from tradegecko_bridge.engine import ConnectionSettings, Outcome
from tradegecko_bridge.tradegecko.client import TradeGeckoClient

CASES = [case for case in FILES if case != "square"]  # sales at a till, which nobody sends anywhere


def test_every_export_is_delivered_with_its_own_total(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """By the settings that its preset asks for, and the currency where it has none; to the cent."""
    orders = [evolve(order_of(case), reference=case, number=case.upper(), cursor=case) for case in CASES]
    settings = ConnectionSettings(currency="CAD", earliest_order=datetime(2026, 1, 1, tzinfo=UTC))
    bench = Bench(sandbox, client, ListSource(orders), settings=settings)
    report = bench.deliver()
    assert outcomes(report) == dict.fromkeys((order.number for order in orders), Outcome.DELIVERED)
    made = {order.order_number: order for order in bench.remote()}
    for order in orders:
        if order.totals.grand_total is not None:
            assert made[order.number].total == order.totals.grand_total
    listed = made["CARTROVER"]
    assert listed.total is not None
    assert listed.total > Decimal(0)
