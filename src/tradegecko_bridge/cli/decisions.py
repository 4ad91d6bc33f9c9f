"""The commands ``tgbridge orders hold`` and its like: decide about one order, several, or all that match a filter."""

from __future__ import annotations

import getpass
from collections.abc import Collection
from typing import Any

import click

from tradegecko_bridge.cli.exit_codes import Refused
from tradegecko_bridge.cli.options import FILTERS, Target, on_target, selected, stacked
from tradegecko_bridge.engine import Decision, Decisions
from tradegecko_bridge.engine.operations.decisions import states_for
from tradegecko_bridge.ledger import LedgerEntry
from tradegecko_bridge.ports import Store

_HELP = {
    Decision.HOLD: ("Keep orders back until they are released.", ""),
    Decision.RELEASE: ("Send orders with the next sync after all.", "For held, skipped, failed and canceled orders."),
    Decision.RETRY: ("Try again with the next sync.", "For orders that wait, were given up or are uncertain."),
    Decision.SKIP: ("Never send orders.", ""),
    Decision.CANCEL: ("Mark unsent orders as canceled.", ""),
    Decision.CONFIRM: ("Mark orders as known to the source.", "If you entered there by hand what it refused."),
}
_DEFAULT_REASON = {Decision.RELEASE: "released by hand", Decision.RETRY: "retried by hand"}


def _command(decision: Decision) -> click.Command:
    def command(
        target: Target, numbers: tuple[str, ...], everything: bool, reason: str, dry_run: bool, **filters: Any
    ) -> None:
        from tradegecko_bridge.cli.output.ledger import decided_as_json, print_decided
        from tradegecko_bridge.wiring.open_ledger import not_named

        if bool(numbers) is everything:
            raise click.UsageError("name the orders by number or reference, or use --all with a filter")
        which = selected(filters)
        if everything and not which:
            raise click.UsageError("--all needs a filter such as --reason-code")
        if which and not everything:
            raise click.UsageError("filters go with --all; leave them out to name orders by number")
        with target.open_ledger(which) as (store, names):
            if target.connection and not names:
                raise not_named(target.connection)
            if everything:
                which["states"] = states_for(decision).intersection(which.get("states") or states_for(decision))
                entries = [entry for name in names for entry in store.entries(name, **which)]
            else:
                entries = [the_one(number, store, target.connection, names) for number in numbers]
            decided = Decisions(store, who=getpass.getuser(), dry_run=dry_run).decide(decision, entries, reason)
        target.show(decided, lambda all_: print_decided(all_, dry_run), lambda all_: decided_as_json(all_, dry_run))
        if not all(decided):
            raise Refused(*(one.problem for one in decided if not one))

    default = _DEFAULT_REASON.get(decision)
    options = stacked(
        click.argument("numbers", metavar="[NUMBER]...", nargs=-1),
        click.option("--all", "everything", is_flag=True, help="All orders that match the filters."),
        click.option(
            "--reason",
            callback=not_blank,
            metavar="TEXT",
            help="Your reason. It stays in the history for good, so name no person in it.",
            **({"default": default, "show_default": True} if default else {"required": True}),
        ),
        FILTERS,
        click.option("--dry-run", is_flag=True, help="Only list the orders and what would become of them."),
        on_target,
    )
    summary, more = _HELP[decision]
    text = f"{summary}\n\n{more} NUMBER may be the source's reference too."
    return click.command(decision.value, help=text)(options(command))


def not_blank(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """The ``callback`` of an option that must say something."""
    if not value.strip():
        raise click.BadParameter("it is blank; give the reason in a few words")
    return value


def the_one(number: str, store: Store, connection: str | None, names: Collection[str]) -> LedgerEntry:
    """The order that is meant, of a connection that the settings name."""
    from tradegecko_bridge.wiring.open_ledger import find_entries, not_named

    found = find_entries(store, connection, number)
    mine = [entry for entry in found if entry.connection in names]
    if not mine:
        raise Refused(f"order {number}: {not_named(found[0].connection)}")
    if len(mine) > 1:
        several = ", ".join(f"{entry.reference} of {entry.connection}" for entry in mine)
        raise Refused(f"order {number}: the number is ambiguous ({several}); use the reference, or --connection")
    return mine[0]


DECISION_COMMANDS = [_command(decision) for decision in Decision]
