"""The commands of the person on duty that are not about single orders: alerts, and the ledger itself."""

from __future__ import annotations

from pathlib import Path

import click

from tradegecko_bridge.cli.options import CONFIG, CONNECTION, JSON, print_json


@click.command()
@click.option("--all", "closed", is_flag=True, help="Also those that are over.")
@CONNECTION
@CONFIG
@JSON
def alerts(closed: bool, connection: str | None, config_path: Path, as_json: bool) -> None:
    """List what needs a person: opened by a sync that met it, closed by the first that no longer does."""
    from tradegecko_bridge.cli.output import alert_as_dict, print_alerts
    from tradegecko_bridge.cli.wiring import open_ledger

    with open_ledger(config_path) as store:
        found = store.alerts(connection, closed=closed)
    if as_json:
        print_json([alert_as_dict(alert) for alert in found])
    else:
        print_alerts(found)
