"""The command ``tgbridge sync``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Final

import click
from attrs import evolve

from tradegecko_bridge.cli.exit_codes import FAILED
from tradegecko_bridge.cli.options import QUIET, Target, on_target
from tradegecko_bridge.engine import Report, RunReport, SyncEngine, run_together

_OPERATIONS: Final[dict[str, Callable[..., Report]]] = {
    "orders": SyncEngine.deliver_orders,
    "tracking": SyncEngine.sync_tracking,
    "inventory": SyncEngine.sync_inventory,
    "products": SyncEngine.sync_products,
}


@click.command()
@click.argument("operation", metavar="[OPERATION]", type=click.Choice(["all", *_OPERATIONS]), default="all")
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing (except a refreshed login).")
@click.option("--full", is_flag=True, help="Inventory, products: tell the source everything, not what changed alone.")
@click.option("--past-brake", is_flag=True, help="Inventory: also where stock_brake holds it, as very much becomes 0.")
@QUIET
@on_target
def sync(target: Target, operation: str, dry_run: bool, quiet: bool, full: bool, past_brake: bool) -> None:
    """Deliver orders and bring the rest back.

    OPERATION is one of all, orders, tracking, inventory and products; by default all of them are done. Product details
    are included in all only if the settings say products = true.
    """
    from tradegecko_bridge.cli.output.reports import print_runs, runs_as_json

    if full and operation not in ("inventory", "products"):
        raise click.UsageError("--full goes with inventory or products")
    if past_brake and operation != "inventory":
        raise click.UsageError("--past-brake goes with inventory")
    more = {name: True for name, given in (("full", full), ("past_brake", past_brake)) if given}
    with evolve(target, quiet=quiet).open_engines(dry_run=dry_run) as engines:
        reports: Sequence[Report | RunReport] = (
            run_together(engines, dry_run=dry_run)
            if operation == "all"
            else [_OPERATIONS[operation](engine, dry_run=dry_run, **more) for engine in engines]
        )
    if not quiet or any(map(_needs_telling, reports)):
        target.show(reports, print_runs, runs_as_json)
    if not all(reports):
        sys.exit(FAILED)


def _needs_telling(done: Report | RunReport) -> bool:
    """Whether anything failed, or an alert opened or closed."""
    reports = done if isinstance(done, RunReport) else [done]
    return not done or any(report.alerts for report in reports)
