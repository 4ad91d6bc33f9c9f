"""The whole round with default settings, as a person would see it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from time import perf_counter
from typing import Final
from urllib.parse import quote

from rich.rule import Rule
from rich.text import Text

from tradegecko_bridge.cli.output.console import print_columns, progress_bar, say
from tradegecko_bridge.cli.output.ledger import print_entries
from tradegecko_bridge.cli.output.reports import print_run
from tradegecko_bridge.engine import ConnectionSettings, Outcome, RunReport, SyncEngine
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway

LEDGER: Final = "ledger.db"
PARCELS: Final[tuple[tuple[str, Mapping[str, int], str], ...]] = (
    ("1001", {"MUG-BLUE": 2, "TEE-M": 1}, "1Z-MUGS-AND-A-TEE"),
    ("1002", {"TEE-S": 1}, "1Z-SMALL-TEE"),
    ("STALL-7", {"TEE-L": 2}, "1Z-STALL"),
)
"""What the warehouse ships: order number, units of each SKU, tracking number. One order is shipped only in part."""


def run_demo(folder: Path | None) -> bool:
    """Deliver, ship, bring back, and do it all again to show that nothing happens twice. True if it all worked.

    Raises:
        ConfigError: the folder has a ledger already; the demo's new sandbox would not know its orders.
    """
    began = perf_counter()
    home = folder or Path(tempfile.mkdtemp(prefix="tgbridge-demo-"))
    if (home / LEDGER).exists():
        raise ConfigError(f"{home} already has a {LEDGER}, and the demo needs to create one; choose another folder")
    inbox = home / "orders"
    inbox.mkdir(parents=True, exist_ok=True)
    with as_file(files("tradegecko_bridge.cli") / "demo_orders") as samples:
        for sample in samples.iterdir():
            shutil.copyfile(sample, inbox / sample.name)
    with (
        Sandbox(seed="demo") as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
        closing(SqlStore(f"sqlite:///{quote(str(home.resolve()))}/{LEDGER}")) as store,
    ):
        _head("A shop's folder, and TradeGecko's sandbox")
        say(f"  sandbox   {sandbox.base_url}, with products, stock in two warehouses, customers")
        say(f"  folder    {home}")
        for file in sorted(inbox.iterdir()):
            say(f"            orders/{file.name}")
        say(f"  ledger    {LEDGER} (SQLite)")

        def run() -> RunReport:
            with progress_bar() as on_progress:
                return SyncEngine(
                    "demo-shop",
                    source=FolderSource(home, settle=timedelta(0)),
                    gateway=TradeGeckoGateway(client, mirror=store.mirror),
                    store=store,
                    settings=ConnectionSettings(products=True),
                    on_progress=on_progress,
                ).run()

        _head("1. Orders go out; the answer to one of them is lost on the way")
        sandbox.fault(method="POST", path="/orders", nth=3, fault="drop_after_commit")
        first = run()
        print_run(first)

        _head("2. The warehouse packs and ships, one order only in part")
        for number, units, tracking in PARCELS:
            sandbox.ship(number, units, finalize=True, tracking_number=tracking, tracking_company="UPS")
            say(f"  shipped   {number}: " + ", ".join(f"{n} × {sku}" for sku, n in units.items()))
        sandbox.receive_stock("MUG-RED", 24)
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


def _sum_up(home: Path, client: TradeGeckoClient, runs: list[RunReport], seconds: float) -> bool:
    deliveries = [run.reports[0] for run in runs]
    delivered = deliveries[0].count(Outcome.DELIVERED, Outcome.ADOPTED)
    in_tradegecko = sum(1 for order in client.orders.list() if "#tgb-" in (order.source_url or ""))
    repeated = sum(len([i for i in r.items if i.outcome is Outcome.SENT]) for r in runs[2]) + deliveries[2].ingested
    facts = {
        "orders ingested": deliveries[0].ingested,
        "delivered": f"{delivered}, of them {deliveries[0].count(Outcome.ADOPTED)} found again after a lost answer",
        "in TradeGecko": in_tradegecko,
        "held, each with a reason": deliveries[0].count(Outcome.HELD),
        "done twice": repeated,
        "API calls": f"{deliveries[0].calls} to deliver ({deliveries[0].calls / max(delivered, 1):.1f} an order), "
        f"{sum(run.calls for run in runs)} in all three runs",
        "time": f"{seconds:.1f} s",
    }
    _head("Summary")
    print_columns((f"  {name}", Text(str(value), style="bold")) for name, value in facts.items())
    _head("What came back to the folder")
    for file in sorted(home.rglob("*.*")):
        if file.parent.name in ("tracking", "stock", "products", "receipts", "done"):
            say(f"  {file.relative_to(home)}")
    end = "The sandbox has ended with the demo; `tgbridge sandbox` starts one that stays."
    say()
    say(Text(f"Look around in {home}. {end}", style="dim"))
    return delivered == in_tradegecko and not repeated


def _head(text: str) -> None:
    say()
    say(Rule(Text(text, style="bold"), align="left"), width=80)
