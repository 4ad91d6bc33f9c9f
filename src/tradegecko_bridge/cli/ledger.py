"""The commands ``tgbridge alerts`` and ``tgbridge ledger``."""

from __future__ import annotations

import getpass
import sys
from datetime import timedelta
from pathlib import Path

import click

from tradegecko_bridge.cli.exit_codes import FAILED
from tradegecko_bridge.cli.options import CONFIG, JSON, Target, on_target
from tradegecko_bridge.engine import expire_personal_data


@click.command()
@click.option("--all", "closed", is_flag=True, help="Include closed alerts.")
@on_target
def alerts(target: Target, closed: bool) -> None:
    """List what needs a person.

    A sync opens an alert when something begins to need you; the first sync that no longer finds the cause closes it.
    """
    from tradegecko_bridge.cli.output.console import public_fields
    from tradegecko_bridge.cli.output.ledger import print_alerts

    with target.open_ledger() as store:
        found = store.alerts(target.connection, closed=closed)
    target.show(found, print_alerts, lambda found: [{**public_fields(alert), "open": alert.is_open} for alert in found])


ledger = click.Group("ledger", help="Check the ledger, and remove personal data.")


@ledger.command("check")
@CONFIG
@JSON
def check_ledger(config_path: Path, as_json: bool) -> None:
    """Count what the ledger holds, and look for damage."""
    from tradegecko_bridge.cli.output.console import public_fields
    from tradegecko_bridge.cli.output.ledger import print_health

    target = Target(None, config_path, as_json)
    with target.open_ledger() as store:
        health = store.check()
    target.show(health, print_health, lambda health: {"ok": not health.problems, **public_fields(health)})
    if health.problems:
        sys.exit(FAILED)


@ledger.command("expire")
@click.option(
    "--days", type=click.IntRange(1, 36500), required=True, help="Only orders that ended at least this many days ago."
)
@click.option("--also-delivered", is_flag=True, help="Include delivered and shipped orders that were never confirmed.")
@click.option("--dry-run", is_flag=True, help="Only count the orders.")
@on_target
def expire(target: Target, days: int, also_delivered: bool, dry_run: bool) -> None:
    """Remove personal data from finished orders.

    Finished are confirmed, skipped, canceled and failed orders, by default of every connection in the ledger. They stay
    known: if the source gives them again, they are not sent again. They can no longer be sent by hand either, and
    this cannot be undone.
    """
    with target.open_ledger() as store:
        names = [target.connection] if target.connection else sorted({one.connection for one in store.summary()})
        age, who = timedelta(days=days), getpass.getuser()
        expired = {
            name: expire_personal_data(
                store, name, older_than=age, who=who, also_delivered=also_delivered, dry_run=dry_run
            )
            for name in names
        }
    scrubbed = dry_run or all(one.scrubbed for one in expired.values())
    counts = {name: one.orders for name, one in expired.items()}

    def print_counts(counts: dict[str, int]) -> None:
        for name, count in counts.items():
            click.echo(f"{name}: {count} orders {'would lose' if dry_run else 'lost'} their personal data")

    target.show(counts, print_counts, lambda counts: {"dry_run": dry_run, "scrubbed": scrubbed, "orders": counts})
    if not scrubbed:
        click.echo(
            "error: another process is reading the ledger, so traces stay in its log; run this command again", err=True
        )
        sys.exit(FAILED)
