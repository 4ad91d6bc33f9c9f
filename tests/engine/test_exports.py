"""Exports of shops, read by their presets, all the way to TradeGecko."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from attrs import evolve

from tests.engine.bench import Bench, outcomes
from tests.engine.test_in_memory import Scripted
from tests.sources.folder.shops import FILES
from tests.sources.folder.test_presets import order_of
from tests.support import ListSource
from tradegecko_bridge import FolderSource, MemoryStore, Sandbox, SyncEngine
from tradegecko_bridge.engine import ConnectionSettings, Outcome
from tradegecko_bridge.ledger import OrderState
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


def test_what_stood_for_an_order_is_closed_when_the_order_comes(tmp_path: Path) -> None:
    """Its id was shortened by a spreadsheet; the repaired file gives the order under its id. Damaged once more, it is
    told."""
    store, folder = MemoryStore(), FolderSource(tmp_path, settle=0, whole_after=0, preset="shopify")
    engine = SyncEngine("shop", source=folder, gateway=Scripted(), store=store, worker="me")
    file, text = tmp_path / "orders" / "a.csv", FILES["shopify"][1].replace(",9001,", ",5123456789012,")
    file.parent.mkdir()
    damaged = text.replace(",5123456789012,", ",5.12346E+12,")
    assert damaged != text
    file.write_text(damaged)
    assert outcomes(engine.deliver_orders()) == {"#2001": Outcome.HELD}
    assert [alert.key for alert in store.alerts()] == ["held unreadable"]
    file.write_text(text)
    engine.deliver_orders()
    states = {entry.reference: entry.state for entry in store.entries()}
    assert states.pop("#2001") is OrderState.SKIPPED
    assert [*states] == ["5123456789012"]
    assert not [alert for alert in store.alerts() if "unreadable" in alert.key]
    (tmp_path / "orders" / "b.csv").write_text(damaged)
    report = engine.deliver_orders()
    assert ["shortened by a spreadsheet" in problem for problem in report.problems] == [True]
    assert [alert.key for alert in store.alerts() if "unread" in alert.key] == ["source deliver orders unread"]
