"""The commands on orders: look into the ledger, decide, and ask the source again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tradegecko_bridge.cli.main import FAILED, MISUSED
from tradegecko_bridge.cli.options import CONFIG, CONNECTION, JSON, filters, moment, print_json, wanted
from tradegecko_bridge.engine.operations.decisions import Decided, Decision, states_for
from tradegecko_bridge.engine.report import Report
from tradegecko_bridge.ledger import Filter, LedgerEntry


@click.group()
def orders() -> None:
    """Look into the ledger, and decide about orders: every order ever seen and what became of it."""


@orders.command("list")
@filters("--reason")
@click.option("--number", help="Only orders with exactly this number.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--before", type=click.IntRange(1), metavar="ID", help="The page after the one that ended with this id.")
@CONNECTION
@CONFIG
@JSON
def list_orders(
    number: str | None,
    limit: int,
    before: int | None,
    connection: str | None,
    config_path: Path,
    as_json: bool,
    **chosen: Any,
) -> None:
    """List orders, newest first."""
    from tradegecko_bridge.cli.engines import open_ledger
    from tradegecko_bridge.cli.output import entry_as_dict, print_entries, print_next_page

    which = wanted(**chosen)
    which["number"] = number
    with open_ledger(config_path, connection, which) as store:
        try:
            entries = store.entries(connection, limit=limit, before=before, **which)
        except KeyError:
            raise click.UsageError(f"there is no order with the id {before}") from None
    if as_json:
        print_json([entry_as_dict(entry) for entry in entries])
    else:
        print_entries(entries)
        print_next_page(entries, limit)


@orders.command("summary")
@CONNECTION
@CONFIG
@JSON
def summary(connection: str | None, config_path: Path, as_json: bool) -> None:
    """Count orders by state and reason."""
    from tradegecko_bridge.cli.engines import open_ledger
    from tradegecko_bridge.cli.output import count_as_dict, print_counts

    with open_ledger(config_path, connection) as store:
        counts = store.summary(connection)
    if as_json:
        print_json([count_as_dict(count) for count in counts])
    else:
        print_counts(counts)


@orders.command("show")
@click.argument("number")
@CONNECTION
@CONFIG
@JSON
def show_order(number: str, connection: str | None, config_path: Path, as_json: bool) -> None:
    """Show one order by its number or the source's reference, with all that was sent and answered."""
    from tradegecko_bridge.cli.engines import find_entries, open_ledger
    from tradegecko_bridge.cli.output import entry_as_dict, event_as_dict, print_entry, shipment_as_dict

    with open_ledger(config_path, connection) as store:
        found = find_entries(store, connection, number)
        stories = [(entry, store.history(entry.id), store.shipments(entry.connection, [entry.id])) for entry in found]
    if as_json:
        print_json(
            [
                {
                    **entry_as_dict(entry),
                    "shipments": [shipment_as_dict(shipment) for shipment in shipments],
                    "history": [event_as_dict(event) for event in history],
                }
                for entry, history, shipments in stories
            ]
        )
    else:
        for entry, history, shipments in stories:
            print_entry(entry, history, shipments)


@orders.command("pull")
@click.argument("names", nargs=-1)
@click.option("--since", callback=moment, metavar="MOMENT", help="Everything placed since (UTC unless it says a zone).")
@CONNECTION
@CONFIG
@JSON
def pull(
    names: tuple[str, ...], since: datetime | None, connection: str | None, config_path: Path, as_json: bool
) -> None:
    """Have the source give orders again, by NAMES (numbers or references) or from a date on.

    New ones go out with the next sync, changed ones are taken up where that is still possible, none is there twice.
    """
    from rich.text import Text

    from tradegecko_bridge.cli.engines import engines
    from tradegecko_bridge.cli.output import print_run, progress_bar, say

    if bool(names) is (since is not None):
        raise click.UsageError("say which orders: their numbers or references, or --since")
    with progress_bar(hidden=as_json) as on_progress, engines(config_path, connection, on_progress) as wired:
        reports = [engine.pull_since(since) if since else engine.pull_orders(*names) for _, engine in wired]
    nowhere = _found_nowhere(names, reports)
    done = all(reports) and not nowhere
    if as_json:
        print_json({"ok": done, "absent": nowhere, "runs": [report.as_dict() for report in reports]})
    else:
        for report in reports:
            if report.items or report.problems or since:
                print_run(report)
        for name in nowhere:
            say(Text(f"✗ no connection has order {name!r}", style="red"))
    if not done:
        sys.exit(FAILED)


def _found_nowhere(names: Sequence[str], reports: Sequence[Report]) -> list[str]:
    """The orders no connection has. Of several connections one has an order: that the others lack it is no problem."""
    if len(reports) == 1:
        return []
    for report in reports:
        report.problems = [problem for problem in report.problems if problem not in report.absent.values()]
    return [name for name in names if all(name in report.absent for report in reports)]


# ── decisions ────────────────────────────────────────────────────────────────────────────────

_HELP = {
    Decision.HOLD: "Do not send these orders until they are released.",
    Decision.RELEASE: "Send held, skipped, failed or canceled orders out again with the next sync.",
    Decision.RETRY: "Try what waits, was given up or is in doubt with the next sync, instead of when its time comes.",
    Decision.SKIP: "Never send these orders.",
    Decision.CANCEL: "Mark these orders as canceled before they were sent.",
    Decision.CONFIRM: "Mark these orders as known to the source: you told it by hand what it refused.",
}
_NAMES_ITS_REASON = {Decision.RELEASE: "released by hand", Decision.RETRY: "retried by hand"}


def _decision_command(decision: Decision) -> click.Command:
    """``tgbridge orders hold`` and its like: one, several, or all that match."""

    def command(
        numbers: tuple[str, ...],
        everything: bool,
        dry_run: bool,
        connection: str | None,
        config_path: Path,
        as_json: bool,
        why: str = _NAMES_ITS_REASON.get(decision, ""),
        **chosen: Any,
    ) -> None:
        if bool(numbers) is everything:
            raise click.UsageError("say which orders: their numbers or references, or --all with a filter")
        which = wanted(**chosen)
        if everything is not bool(which):
            raise click.UsageError("--all and filters such as --reason-code go together")
        decided = _carry_out(decision, numbers, which, connection, config_path, why, dry_run=dry_run)
        _tell(decided, as_json=as_json, dry_run=dry_run)

    own_reason = decision in _NAMES_ITS_REASON
    for add in reversed(
        (
            click.argument("numbers", nargs=-1),
            click.option("--all", "everything", is_flag=True, help="All that match the filters."),
            *(() if own_reason else (_REASON,)),
            filters("--reason") if own_reason else filters(),
            click.option("--dry-run", is_flag=True, help="List the orders and what would become of them."),
            CONNECTION,
            CONFIG,
            JSON,
        )
    ):
        command = add(command)
    return click.command(decision.value, help=f"{_HELP[decision]} NUMBERS may be references too.")(command)


def _said(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter("is blank; say why in a few words")
    return value


_REASON = click.option(
    "--reason",
    "why",
    callback=_said,
    required=True,
    metavar="TEXT",
    help="Why; kept in the history for good, so name nobody in it.",
)

for _decision in Decision:
    orders.add_command(_decision_command(_decision))


def _carry_out(
    decision: Decision,
    numbers: Sequence[str],
    which: Filter,
    connection: str | None,
    config_path: Path,
    why: str,
    *,
    dry_run: bool,
) -> list[Decided]:
    import getpass

    from tradegecko_bridge.cli.engines import find_entries, open_ledger
    from tradegecko_bridge.engine import Decisions

    with open_ledger(config_path, connection, which) as store:
        if numbers:
            entries = [_only(number, find_entries(store, connection, number)) for number in numbers]
        else:
            allowed = states_for(decision)
            which["states"] = set(which.get("states") or allowed) & allowed
            entries = list(store.entries(connection, **which))
        return Decisions(store, who=getpass.getuser(), dry_run=dry_run).decide(decision, entries, why)


def _only(number: str, found: Sequence[LedgerEntry]) -> LedgerEntry:
    if len(found) > 1:
        names = ", ".join(f"{entry.reference} of {entry.connection}" for entry in found)
        raise click.UsageError(f"order {number} is there several times ({names}); say its reference, or --connection")
    return found[0]


def _tell(decided: Sequence[Decided], *, as_json: bool, dry_run: bool) -> None:
    from tradegecko_bridge.cli.output import decided_as_dict, escaped, in_one_line

    refused = [one for one in decided if not one]
    if as_json:
        print_json({"ok": not refused, "dry_run": dry_run, "orders": [decided_as_dict(one) for one in decided]})
    else:
        for one in decided:
            if one:
                would = " (dry run)" if dry_run else ""
                number = in_one_line(one.entry.number)
                click.echo(f"order {number} of {one.entry.connection}: {one.was} -> {one.entry.state}{would}")
        if not decided:
            click.echo("no orders match")
    for one in refused:
        click.echo(f"error: {escaped(one.problem)}", err=True)
    if refused:
        sys.exit(MISUSED)
