"""The whole round on embedded defaults, as a person would see it: ``tgbridge demo``."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from time import perf_counter
from typing import Final

from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tradegecko_bridge.cli.output import print_entries, print_run, progress_bar, say
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Progress, RunReport, SyncEngine
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway

LEDGER: Final = "ledger.db"
PARCELS: Final[tuple[tuple[str, Mapping[str, int], str], ...]] = (
    ("1001", {"MUG-BLUE": 2, "TEE-M": 1}, "1Z-MUGS-AND-A-TEE"),
    ("1002", {"TEE-S": 1}, "1Z-SMALL-TEE"),
    ("STALL-7", {"TEE-L": 2}, "1Z-STALL"),
)
"""What the warehouse ships: order number, units of each SKU, tracking number. Two tees of 1001 stay behind."""


def run_demo(folder: Path | None) -> bool:
    """Deliver, ship, bring back, and do it all again to show that nothing happens twice. True when it all worked.

    Raises:
        ConfigError: the folder has a ledger, whose orders the demo's new sandbox knows nothing of.
    """
    began = perf_counter()
    home = folder or Path(tempfile.mkdtemp(prefix="tgbridge-demo-"))
    if (home / LEDGER).exists():
        raise ConfigError(f"{home} has a {LEDGER} already, and the demo begins with a new one; name another folder")
    inbox = home / "orders"
    _lay_out_orders(inbox)
    with (
        Sandbox(seed="demo") as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
        closing(SqlStore(f"sqlite:///{(home / LEDGER).resolve()}")) as store,
    ):
        _head("A shop's folder, and TradeGecko's sandbox")
        say(f"  sandbox   {sandbox.base_url}, with products, stock in two warehouses, customers")
        say(f"  folder    {home}")
        for file in sorted(inbox.iterdir()):
            say(f"            orders/{file.name}")
        say(f"  ledger    {LEDGER} (SQLite)")

        def run() -> RunReport:
            with progress_bar() as on_progress:
                return _engine(home, client, store, on_progress).run()

        _head("1. Orders go out; the answer to one of them is lost on the way")
        sandbox.fault(method="POST", path="/orders", nth=3, fault="drop_after_commit")
        first = run()
        print_run(first)

        _head("2. The warehouse packs and ships, one order only in part")
        for number, units, tracking in PARCELS:
            _ship(client, number, units, tracking)
            say(f"  shipped   {number}: " + ", ".join(f"{n} × {sku}" for sku, n in units.items()))
        _receive(client, "MUG-RED", 24)
        say("  received  24 × MUG-RED from the pottery")

        _head("3. Tracking comes back, and only the stock levels that changed")
        second = run()
        print_run(second)

        _head("4. Once more: nothing happens twice")
        third = run()
        print_run(third)

        _head("What the ledger says")
        print_entries(store.entries())
        return _sum_up(home, client, [first, second, third], perf_counter() - began)


def _engine(
    home: Path, client: TradeGeckoClient, store: SqlStore, on_progress: Callable[[Progress], None]
) -> SyncEngine:
    return SyncEngine(
        "demo-shop",
        source=FolderSource(home, settle=timedelta(0)),
        gateway=TradeGeckoGateway(client, mirror=store.mirror),
        store=store,
        settings=ConnectionSettings(products=True),
        on_progress=on_progress,
    )


def _lay_out_orders(inbox: Path) -> None:
    inbox.mkdir(parents=True, exist_ok=True)
    with as_file(files("tradegecko_bridge.cli") / "demo_orders") as samples:
        for sample in sorted(samples.iterdir()):
            shutil.copyfile(sample, inbox / sample.name)


def _ship(client: TradeGeckoClient, number: str, units: Mapping[str, int], tracking: str) -> None:
    """What a person in the warehouse would do: finalize the order, pack these units, ship the parcel."""
    order = next(order for order in client.orders.list(order_number=number) if order.order_number == number)
    client.orders.update(order.id, {"status": "finalized"})
    variants = {variant.id: variant.sku for variant in client.variants.list(sku=list(units))}
    lines = {variants.get(line.variant_id or 0): line.id for line in client.order_line_items.list(order_id=order.id)}
    parcel = client.fulfillments.create(
        {
            "order_id": order.id,
            "tracking_company": "UPS",
            "tracking_number": tracking,
            "fulfillment_line_items": [
                {"order_line_item_id": lines[sku], "quantity": quantity} for sku, quantity in units.items()
            ],
        }
    )
    client.fulfillments.update(parcel.id, {"status": "fulfilled"})


def _receive(client: TradeGeckoClient, sku: str, units: int) -> None:
    """Goods come in: a stock adjustment at the account's primary location."""
    (variant,) = client.variants.list(sku=sku)
    location = client.accounts.current().primary_location_id
    line = {"variant_id": variant.id, "quantity": units, "price": "6.50"}
    adjustment = {"stock_location_id": location, "reason": "supplier", "stock_adjustment_line_items": [line]}
    client.send(
        Call(method="POST", path="/stock_adjustments", body={"stock_adjustment": adjustment}, read=lambda _: None)
    )


def _sum_up(home: Path, client: TradeGeckoClient, runs: list[RunReport], seconds: float) -> bool:
    deliveries = [run.reports[0] for run in runs]
    went_out = deliveries[0].count(Outcome.DELIVERED, Outcome.ADOPTED)
    there = sum(1 for order in client.orders.list() if "#tgb-" in (order.source_url or ""))
    again = sum(len([i for i in r.items if i.outcome is Outcome.SENT]) for r in runs[2]) + deliveries[2].ingested
    facts = {
        "orders taken in": deliveries[0].ingested,
        "delivered": f"{went_out}, of them {deliveries[0].count(Outcome.ADOPTED)} found again after a lost answer",
        "in TradeGecko": there,
        "held, each with its reason": deliveries[0].count(Outcome.HELD),
        "done twice": again,
        "API calls": f"{deliveries[0].calls} to deliver ({deliveries[0].calls / max(went_out, 1):.1f} an order), "
        f"{sum(run.calls for run in runs)} in all three runs",
        "time": f"{seconds:.1f} s",
    }
    _head("Summary")
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        table.add_row(Text(f"  {name}"), Text(str(value), style="bold"))
    say(table)
    _head("What came back to the folder")
    for file in sorted(home.rglob("*.*")):
        if file.parent.name in ("tracking", "stock", "products", "receipts", "done"):
            say(f"  {file.relative_to(home)}")
    say(Text(f"\nLook around in {home}; correct web-shop-monday.csv there and the rest goes out.", style="dim"))
    return went_out == there and not again


def _head(text: str) -> None:
    say()
    say(Rule(Text(text, style="bold"), align="left"), width=80)
