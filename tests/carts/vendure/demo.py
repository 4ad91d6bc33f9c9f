"""The round with a real Vendure shop, for people to watch: `make demo-vendure`."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from rich.rule import Rule
from rich.text import Text

from tests.carts.vendure.shop import VendureShop
from tests.carts.vendure.warehouse import find, ship
from tradegecko_bridge import (
    ConnectionSettings,
    Sandbox,
    SqlStore,
    SyncEngine,
    TradeGeckoClient,
    TradeGeckoGateway,
    VendureSource,
)
from tradegecko_bridge.cli.output.console import progress_bar, say
from tradegecko_bridge.cli.output.reports import print_run
from tradegecko_bridge.engine import RunReport


def show() -> bool:
    """Shop, deliver, ship in two parcels, bring back, and once more. True when the shop ends up shipped, once."""
    _head("Starting a Vendure shop and TradeGecko's sandbox")
    with (
        VendureShop() as shop,
        Sandbox(seed="demo") as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
        VendureSource(shop.admin_url, username=shop.username, password=shop.password) as source,
        tempfile.TemporaryDirectory() as folder,
        closing(SqlStore(f"sqlite:///{Path(folder, 'ledger.db')}")) as store,
    ):
        say(f"  Vendure   {shop.admin_url}\n  sandbox   {sandbox.base_url}")

        def run() -> RunReport:
            with progress_bar() as on_progress:
                report = SyncEngine(
                    "vendure",
                    source=source,
                    gateway=TradeGeckoGateway(client),
                    store=store,
                    settings=ConnectionSettings(products=True),
                    on_progress=on_progress,
                ).run()
            print_run(report)
            return report

        _head("One shopper buys mugs and tees, another a hat that is unknown")
        code = shop.place_order({"MUG-BLUE": 2, "TEE-M": 3})
        shop.place_order({"HAT-ONE": 1}, "ben@example.com")
        say(f"  order {code} over {shop.order(code)['totalWithTax'] / 100:.2f} CAD")
        ok = bool(run())
        say(f"  in TradeGecko: {find(client, code)!r} over {find(client, code).total} CAD")

        for units, tracking in (({"MUG-BLUE": 2, "TEE-M": 1}, "1Z-FIRST"), ({"TEE-M": 2}, "1Z-SECOND")):
            _head("The warehouse ships " + ", ".join(f"{n} × {sku}" for sku, n in units.items()))
            ship(client, code, units, tracking)
            ok = bool(run()) and ok
            parcels = ", ".join(parcel["trackingCode"] for parcel in shop.order(code)["fulfillments"])
            say(f"  in Vendure: {shop.order(code)['state']} ({parcels})")

        _head("Once more: nothing happens twice")
        ok = bool(run()) and ok
        stock = shop.stock("TEE-M")
        say(f"  TEE-M in Vendure: {stock.on_hand - stock.allocated} to sell")
        return ok and shop.order(code)["state"] == "Shipped" and len(shop.order(code)["fulfillments"]) == 2


def _head(text: str) -> None:
    say()
    say(Rule(Text(text, style="bold"), align="left"), width=80)
