"""The round with a real shop, for people to watch."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol

from rich.rule import Rule
from rich.text import Text

from tests.carts.vendure.warehouse import find, ship
from tradegecko_bridge import (
    ConnectionSettings,
    Sandbox,
    SqlStore,
    SyncEngine,
    TradeGeckoClient,
    TradeGeckoGateway,
)
from tradegecko_bridge.cli.output.console import progress_bar, say
from tradegecko_bridge.cli.output.reports import print_run
from tradegecko_bridge.engine import RunReport
from tradegecko_bridge.ports import OrderSource


class Watched(Protocol):
    """What is shown of a shop, and what happens in it."""

    name: str

    @property
    def address(self) -> str:
        """Of its API."""

    def source(self) -> OrderSource:
        """The shop as a source."""

    def buy(self, lines: Mapping[str, int], email: str, /) -> str:
        """Shop as a guest; the order's number."""

    def total(self, number: str, /) -> str:
        """What the customer pays."""

    def shipped(self, number: str, /) -> tuple[bool, list[str]]:
        """Whether all is shipped, as the shop shows it, and the tracking numbers."""

    def for_sale(self, sku: str, /) -> int:
        """Units of a SKU."""


def show(shop: Watched) -> bool:
    """Shop, deliver, ship in two parcels, bring back, and once more. True when the shop ends up shipped, once."""
    with (
        Sandbox(seed="demo") as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
        tempfile.TemporaryDirectory() as folder,
        closing(SqlStore(f"sqlite:///{Path(folder, 'ledger.db')}")) as store,
    ):
        say(f"  {shop.name:<9} {shop.address}\n  sandbox   {sandbox.base_url}")
        source = shop.source()

        def run() -> RunReport:
            with progress_bar() as on_progress:
                report = SyncEngine(
                    shop.name.lower(),
                    source=source,
                    gateway=TradeGeckoGateway(client),
                    store=store,
                    settings=ConnectionSettings(products=True),
                    on_progress=on_progress,
                ).run()
            print_run(report)
            return report

        head("One shopper buys mugs and tees, another a hat that is unknown")
        number = shop.buy({"MUG-BLUE": 2, "TEE-M": 3}, "ann@example.com")
        shop.buy({"HAT-ONE": 1}, "ben@example.com")
        say(f"  order {number} over {shop.total(number)} CAD")
        ok = bool(run())
        say(f"  in TradeGecko: {find(client, number)!r} over {find(client, number).total} CAD")

        for units, tracking in (({"MUG-BLUE": 2, "TEE-M": 1}, "1Z-FIRST"), ({"TEE-M": 2}, "1Z-SECOND")):
            head("The warehouse ships " + ", ".join(f"{n} × {sku}" for sku, n in units.items()))
            ship(client, number, units, tracking)
            ok = bool(run()) and ok
            whole, parcels = shop.shipped(number)
            say(f"  in {shop.name}: {'all is shipped' if whole else 'a part is shipped'} ({', '.join(parcels)})")

        head("Once more: nothing happens twice")
        ok = bool(run()) and ok
        say(f"  TEE-M in {shop.name}: {shop.for_sale('TEE-M')} to sell")
        whole, parcels = shop.shipped(number)
        return ok and whole and len(parcels) == 2


def head(text: str) -> None:
    """A heading."""
    say()
    say(Rule(Text(text, style="bold"), align="left"), width=80)
