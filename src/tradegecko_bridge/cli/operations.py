"""The commands of the person on duty that are not about single orders: alerts, and the ledger itself."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import click

from tradegecko_bridge.cli.main import FAILED
from tradegecko_bridge.cli.options import CONFIG, CONNECTION, JSON, print_json


@click.command()
@click.option("--all", "closed", is_flag=True, help="Also those that are over.")
@CONNECTION
@CONFIG
@JSON
def alerts(closed: bool, connection: str | None, config_path: Path, as_json: bool) -> None:
    """List what needs a person: opened by a sync that met it, closed by the first that no longer does."""
    from tradegecko_bridge.cli.engines import open_ledger
    from tradegecko_bridge.cli.output import alert_as_dict, print_alerts

    with open_ledger(config_path, connection) as store:
        found = store.alerts(connection, closed=closed)
    if as_json:
        print_json([alert_as_dict(alert) for alert in found])
    else:
        print_alerts(found)


@click.group()
def ledger() -> None:
    """Look after the ledger: check it, and let go of personal data that is no longer needed."""


@ledger.command("check")
@CONFIG
@JSON
def check_ledger(config_path: Path, as_json: bool) -> None:
    """Count what the ledger holds and look whether anything is wrong with it."""
    from attrs import asdict

    from tradegecko_bridge.cli.engines import open_ledger
    from tradegecko_bridge.cli.output import print_health

    with open_ledger(config_path) as store:
        health = store.check()
    if as_json:
        print_json({"ok": not health.problems, **asdict(health)})
    else:
        print_health(health)
    if health.problems:
        sys.exit(FAILED)


@ledger.command("expire")
@click.option("--days", type=click.IntRange(1), required=True, help="How many days ago an order came to its end.")
@click.option("--also-delivered", is_flag=True, help="Also orders delivered or shipped that were never confirmed.")
@click.option("--dry-run", is_flag=True, help="Only count them.")
@CONNECTION
@CONFIG
@JSON
def expire(
    days: int, also_delivered: bool, dry_run: bool, connection: str | None, config_path: Path, as_json: bool
) -> None:
    """Take names, addresses and all else personal out of orders that are over.

    Confirmed, skipped, canceled and failed ones, of every connection in the ledger. They stay known: given again they
    are not sent again. They cannot be sent any more either, and it cannot be undone.
    """
    import getpass

    from tradegecko_bridge.cli.engines import open_ledger
    from tradegecko_bridge.engine import expire_personal_data

    with open_ledger(config_path, connection) as store:
        names = [connection] if connection else sorted({count.connection for count in store.summary()})
        done = {
            name: expire_personal_data(
                store,
                name,
                older_than=timedelta(days=days),
                who=getpass.getuser(),
                also_delivered=also_delivered,
                dry_run=dry_run,
            )
            for name in names
        }
    scrubbed = dry_run or all(one.scrubbed for one in done.values())
    if as_json:
        print_json(
            {"dry_run": dry_run, "scrubbed": scrubbed, "orders": {name: one.orders for name, one in done.items()}}
        )
    else:
        for name, one in done.items():
            click.echo(f"{name}: {one.orders} orders {'would lose' if dry_run else 'lost'} their personal data")
    if not scrubbed:
        click.echo(
            "error: another process is reading the ledger; traces stay in its log until you run this again", err=True
        )
        sys.exit(FAILED)
