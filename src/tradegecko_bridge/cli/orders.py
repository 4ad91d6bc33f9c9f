"""The commands ``tgbridge orders``: look up orders, and ask the source for them again."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from attrs import evolve

from tradegecko_bridge.cli.answers import ANSWER_COMMANDS
from tradegecko_bridge.cli.decisions import DECISION_COMMANDS
from tradegecko_bridge.cli.exit_codes import FAILED, Refused
from tradegecko_bridge.cli.options import CONFIG, FILTERS, JSON, QUIET, Target, on_target, selected, time_option
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.cli.told import resend_orders
from tradegecko_bridge.engine import Report, VoidedDouble, void_double

orders: click.Group = click.Group(
    "orders", [*DECISION_COMMANDS, *ANSWER_COMMANDS, resend_orders], help="Look up orders, and decide about them."
)


@orders.command("list")
@FILTERS
@click.option("--number", help="Only with exactly this number.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="At most this many.")
@click.option("--before", type=click.IntRange(1), metavar="ID", help="The page after the one that ends with this id.")
@on_target
def list_orders(target: Target, number: str | None, limit: int, before: int | None, **filters: Any) -> None:
    """List orders, newest first."""
    from tradegecko_bridge.cli.output.ledger import print_entries, print_next_page

    which = selected(filters)
    which["number"] = number
    with target.open_ledger(which) as (store, _):
        try:
            entries = store.entries(target.connection, limit=limit, before=before, **which)
        except (KeyError, OverflowError):
            raise Refused(f"--before {before}: the ledger has no order with this id") from None
    target.show(entries, print_entries)
    if len(entries) == limit and not target.as_json:
        print_next_page(entries[-1])


@orders.command("summary")
@on_target
def summary(target: Target) -> None:
    """Count orders by state and reason."""
    from tradegecko_bridge.cli.output.ledger import print_counts

    with target.open_ledger() as (store, _):
        target.show(store.summary(target.connection), print_counts)


@orders.command("show")
@click.argument("number")
@on_target
def show_order(target: Target, number: str) -> None:
    """Show one order with its history.

    NUMBER may be the source's reference too. The history contains what was sent and what was answered.
    """
    from tradegecko_bridge.cli.output.ledger import print_stories, stories_as_json
    from tradegecko_bridge.wiring.open_ledger import find_entries

    with target.open_ledger() as (store, _):
        stories = [
            (entry, store.history(entry.id), store.shipments(entry.connection, [entry.id]))
            for entry in find_entries(store, target.connection, number)
        ]
    target.show(stories, print_stories, stories_as_json)


@orders.command("pull")
@click.argument("names", metavar="[NUMBER]...", nargs=-1)
@time_option("--since", "All orders placed at this time or later.")
@QUIET
@on_target
def pull(target: Target, names: tuple[str, ...], since: datetime | None, quiet: bool) -> None:
    """Ask the source for orders again.

    NUMBER may be the source's reference too. New orders go out with the next sync, changed ones are updated if that is
    still possible, and nothing is duplicated.
    """
    from tradegecko_bridge.cli.output.reports import print_pulled, runs_as_json

    if bool(names) is (since is not None):
        raise click.UsageError("name the orders by number or reference, or use --since")
    with evolve(target, quiet=quiet).open_engines() as engines:
        reports = [engine.pull_since(since) if since else engine.pull_orders(*names) for engine in engines]
    absent = _absent_everywhere(names, reports)
    failed = bool(absent) or not all(reports)
    if failed or not quiet:
        target.show(
            reports,
            lambda reports: print_pulled(reports, absent),
            lambda reports: {**runs_as_json(reports), "ok": not failed, "absent": absent},
        )
    if failed:
        sys.exit(FAILED)


@orders.command("void-double")
@click.argument("ids", metavar="ID ID", nargs=2)
@click.option("--older", is_flag=True, help="Void the older one instead.")
@click.option("--dry-run", is_flag=True, help="Only say what would be voided.")
@CONFIG
@JSON
def void_one(ids: tuple[str, str], older: bool, dry_run: bool, config_path: Path, as_json: bool) -> None:
    """Void the younger of two TradeGecko orders that are one.

    IDs are TradeGecko's, as `tgbridge ledger check` names them. Both orders are looked at once more. The one that the
    ledger has is never voided, nor one of which something has been shipped.
    """
    from tradegecko_bridge.cli.output.console import public_fields
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.wiring.engines import open_account

    def view(done: VoidedDouble) -> None:
        would = "would be voided" if dry_run else "is void"
        entry = done.entry
        whose = f", which is order {entry.number} of {entry.connection}" if entry else ""
        tell(f"order {done.voided} {would}; {done.kept} stays{whose}")

    config, who = load_config(config_path), getpass.getuser()
    with open_account(config_path, config) as (store, gateway):
        done = void_double(store, gateway, ids, who=who, older=older, dry_run=dry_run, connections=config.names)
    if not done:
        raise Refused(done.problem)
    Target(None, config_path, as_json).show(done, view, lambda done: {**public_fields(done), "dry_run": dry_run})


def _absent_everywhere(names: Sequence[str], reports: Sequence[Report]) -> list[str]:
    """The orders that no connection has. If one of several connections has an order, the others need not."""
    if len(reports) == 1:
        return []
    for report in reports:
        report.problems = [problem for problem in report.problems if problem not in report.absent.values()]
    return [name for name in names if all(name in report.absent for report in reports)]
