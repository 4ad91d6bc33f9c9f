"""The group ``tgbridge`` and its commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from tradegecko_bridge._version import __version__
from tradegecko_bridge.cli.exit_codes import FAILED
from tradegecko_bridge.cli.lazy import LazyGroup

COMMANDS: Final = {
    "alerts": ("ledger", "List what needs a person."),
    "check": ("login", "Test the connection to TradeGecko."),
    "ledger": ("ledger", "Check, back up and move the ledger, and remove personal data."),
    "login": ("login", "Log in to TradeGecko and store the tokens."),
    "logout": ("login", "Delete the stored tokens of a login."),
    "orders": ("orders", "Look up orders, and decide about them."),
    "products": ("told", "Show what each source was told of products."),
    "reconcile": ("reconcile", "Hold source, ledger and TradeGecko against each other."),
    "run": ("run", "Run every job at its rhythm, and tell of alerts."),
    "sandbox": ("sandbox.serve", "Run the sandbox, or control one that runs."),
    "source": ("source", "Find, try and write sources."),
    "shipments": ("told", "Show the shipments each source was told of."),
    "stock": ("told", "Show what each source was told of stock."),
    "settings": ("settings", "Show every setting of each connection."),
    "status": ("status", "Show how each connection fares."),
    "sync": ("sync", "Deliver orders and bring the rest back."),
}
"""The module of each command below this package, and the first line of its help."""


@click.group(cls=LazyGroup, homes=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def tgbridge() -> None:
    """Bring shop orders to TradeGecko exactly once, and tracking, stock and product details back.

    Exit codes: 0 done (held orders are listed; they are not failures); 1 something failed, waits for another try or is
    uncertain; 2 wrong usage or settings; 3 the command could not do its work (ledger, network, port).
    """


@tgbridge.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to work; by default a temporary folder."
)
def demo(folder: Path | None) -> None:
    """Show a whole round on this machine.

    It uses the sandbox, a folder of order files and a ledger in SQLite.
    """
    from tradegecko_bridge.cli.demo import run_demo

    if not run_demo(folder):
        sys.exit(FAILED)
