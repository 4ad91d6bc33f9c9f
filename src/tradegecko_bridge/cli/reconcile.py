"""The command ``tgbridge reconcile``."""

from __future__ import annotations

import sys
from datetime import datetime

import click
from attrs import evolve

from tradegecko_bridge.cli.exit_codes import FAILED
from tradegecko_bridge.cli.options import QUIET, Target, on_target, time_option


@click.command()
@time_option("--from", "Orders placed at this time or later; by default of the last 30 days.")
@time_option("--to", "Orders placed before this time.")
@click.option("--repair", is_flag=True, help="Do what can be done safely; without it, it is only said.")
@QUIET
@on_target
def reconcile(target: Target, repair: bool, quiet: bool, **span: datetime | None) -> None:
    """Hold source, ledger and TradeGecko against each other.

    Order by order: missing, doubled, other total or status, voided, tracking or stock that the source does not have.
    Exit code 1 and an alert if anything stays amiss.
    """
    from datetime import UTC, timedelta

    from tradegecko_bridge.cli.output.reports import print_runs, runs_as_json

    since, until = span["from"] or datetime.now(UTC) - timedelta(days=30), span["to"]
    if until and since >= until:
        raise click.UsageError("--from must be before --to")
    with evolve(target, quiet=quiet).open_engines() as engines:
        reports = [engine.reconcile(since, until, repair=repair) for engine in engines]
    if not quiet or not all(reports) or any(report.alerts for report in reports):
        target.show(reports, print_runs, runs_as_json)
    if not all(reports):
        sys.exit(FAILED)
