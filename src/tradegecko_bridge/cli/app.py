"""The group ``tgbridge`` and its commands."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tradegecko_bridge._version import __version__
from tradegecko_bridge.cli.exit_codes import FAILED
from tradegecko_bridge.cli.ledger import alerts, ledger
from tradegecko_bridge.cli.login import check, login, logout
from tradegecko_bridge.cli.orders import orders
from tradegecko_bridge.cli.sandbox.serve import sandbox
from tradegecko_bridge.cli.sync import sync


@click.group(
    commands=[sandbox, sync, login, logout, check, orders, alerts, ledger],
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
