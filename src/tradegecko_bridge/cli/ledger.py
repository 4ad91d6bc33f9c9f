"""The commands ``tgbridge alerts`` and ``tgbridge ledger``."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from tradegecko_bridge.cli.exit_codes import FAILED, Refused
from tradegecko_bridge.cli.ledger_copies import COPY_COMMANDS
from tradegecko_bridge.cli.options import CONFIG, JSON, Target, on_target, time_option
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.engine import (
    Adopted,
    AdoptedSource,
    adopt_account,
    adopt_source,
    check_ledger,
    expire_personal_data,
)


@click.command()
@click.option("--all", "closed", is_flag=True, help="Include closed alerts.")
@on_target
def alerts(target: Target, closed: bool) -> None:
    """List what needs a person.

    A sync opens an alert when something begins to need you; the first sync that no longer finds the cause closes it.
    """
    from tradegecko_bridge.cli.output.console import public_fields
    from tradegecko_bridge.cli.output.ledger import print_alerts

    with target.open_ledger() as (store, _):
        found = store.alerts(target.connection, closed=closed)
    target.show(found, print_alerts, lambda found: [{**public_fields(alert), "open": alert.is_open} for alert in found])


ledger: click.Group = click.Group(
    "ledger", COPY_COMMANDS, help="Check, back up and move the ledger, and remove personal data."
)


@ledger.command("check")
@click.option("--offline", is_flag=True, help="Check only what the ledger alone can say.")
@time_option("--since", "List only TradeGecko orders that changed at this time or later.")
@CONFIG
@JSON
def check(offline: bool, since: datetime | None, config_path: Path, as_json: bool) -> None:
    """Look for damage, misplaced orders, unsafe storage.

    Looks up every delivered order of the settings' connections in TradeGecko, and lists the orders there to find those
    that are there twice. Nothing is changed.
    """
    from tradegecko_bridge.cli.output.console import progress_bar, public_fields
    from tradegecko_bridge.cli.output.ledger import print_health
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.wiring.engines import open_account

    target = Target(None, config_path, as_json)
    if offline:
        with target.open_ledger() as (store, names):
            health, storage, findings = store.check(), store.storage(), check_ledger(store, connections=names)
    else:
        config = load_config(config_path)
        with open_account(config_path, config) as (store, gateway), progress_bar(hidden=as_json) as on_progress:
            health, storage = store.check(), store.storage()
            findings = check_ledger(store, gateway, connections=config.names, since=since, on_progress=on_progress)
    problems = (*health.problems, *storage.problems, *(finding.text for finding in findings))
    whole = {"ok": not problems, **public_fields(health), "storage": storage.described, "problems": problems}
    target.show(whole, lambda _: print_health(health, storage.described, problems, offline=offline))
    if problems:
        sys.exit(FAILED)


@ledger.command("adopt-account")
@click.option("--force", is_flag=True, help="Even if the account does not have the orders.")
@on_target
def adopt(target: Target, force: bool) -> None:
    """Go on with the account that the login is for.

    For an account that has moved with its orders. Without this, a connection works only with the account it began with.
    """
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.wiring.engines import open_account

    config = load_config(target.config_path)
    chosen = config.chosen(target.connection)
    with open_account(target.config_path, config) as (store, gateway):
        adopted = [adopt_account(store, gateway, one.name, at=datetime.now(UTC), force=force) for one in chosen]

    def view(adopted: list[Adopted]) -> None:
        for one in adopted:
            is_new = one.was is None or not one.was.is_same(one.now)
            account = f"account {one.now.id} {one.now.name!r}"
            tell(f"{one.connection}: its orders are {'now' if is_new else 'still'} in {account}")

    target.show([one for one in adopted if one], view)
    if not all(adopted):
        raise Refused(*(one.problem for one in adopted if not one))


@ledger.command("adopt-source")
@click.option("--force", is_flag=True, help="Even if the source does not give the orders again.")
@click.option("--connection", metavar="NAME", required=True, help="The connection.")
@CONFIG
@JSON
def adopt_moved(connection: str, force: bool, config_path: Path, as_json: bool) -> None:
    """Go on with the source that the settings name.

    For a folder that has moved, or a shop that has another address. Without this, a connection works only with the
    source its orders are from.
    """
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.stores.sql import SqlStore
    from tradegecko_bridge.wiring.open_ledger import source_of

    config = load_config(config_path)
    (chosen,) = config.chosen(connection)
    with SqlStore(config.ledger_url) as store, source_of(config_path, chosen) as source:
        adopted = adopt_source(store, source, chosen.name, at=datetime.now(UTC), force=force)
    if not adopted:
        raise Refused(adopted.problem)

    def view(adopted: AdoptedSource) -> None:
        still = "still" if adopted.was == adopted.now else "now"
        tell(f"{adopted.connection}: its orders are {still} from {adopted.now}")

    Target(None, config_path, as_json).show(adopted, view)


@ledger.command("expire")
@click.option(
    "--days", type=click.IntRange(1, 36500), required=True, help="Only orders that ended at least this many days ago."
)
@click.option("--also-delivered", is_flag=True, help="Include delivered and shipped orders that were never confirmed.")
@click.option("--dry-run", is_flag=True, help="Only count the orders.")
@on_target
def expire(target: Target, days: int, also_delivered: bool, dry_run: bool) -> None:
    """Remove personal data from finished orders.

    Finished are confirmed, skipped, canceled and failed orders, by default of every connection in the settings;
    --connection may name one that was removed from them. They stay known: if the source gives them again, they are not
    sent again. They can no longer be sent by hand either, and this cannot be undone.
    """
    from tradegecko_bridge.cli.output.console import counted

    with target.open_ledger() as (store, named):
        names = [target.connection] if target.connection else named
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
            tell(f"{name}: {counted(count, 'order')} {'would lose' if dry_run else 'lost'} all personal data")

    target.show(counts, print_counts, lambda counts: {"dry_run": dry_run, "scrubbed": scrubbed, "orders": counts})
    if not scrubbed:
        tell("error: another process reads the ledger, so traces stay in its log; run this command again", err=True)
        sys.exit(FAILED)
