"""The commands ``tgbridge orders void``, ``accept`` and ``edit``: what a person answers to an alert on an order."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tradegecko_bridge.cli.decisions import not_blank, the_one
from tradegecko_bridge.cli.exit_codes import Refused
from tradegecko_bridge.cli.options import Target, on_target, stacked
from tradegecko_bridge.engine import Answers
from tradegecko_bridge.engine.operations.decisions import Decided

if TYPE_CHECKING:
    from tradegecko_bridge.ports import Store

F = TypeVar("F", bound=Callable[..., Any])
_WHY = click.option(
    "--why",
    "why",
    callback=not_blank,
    required=True,
    metavar="TEXT",
    help="Your reason. It stays in the history for good, so name no person in it.",
)
_NUMBERS = click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Only say what would be done.")


def _answers(store: Store, *, dry_run: bool) -> Answers:
    return Answers(store, who=getpass.getuser(), dry_run=dry_run)


def _show(target: Target, decided: Collection[Decided], dry_run: bool, done: str) -> None:
    from tradegecko_bridge.cli.output.ledger import decided_as_json, print_answered

    all_ = list(decided)
    target.show(all_, lambda all_: print_answered(all_, dry_run, done), lambda all_: decided_as_json(all_, dry_run))
    if not all(all_):
        raise Refused(*(one.problem for one in all_ if not one))


@click.command("accept")
@stacked(_NUMBERS, _WHY, _DRY_RUN, on_target)
def accept(target: Target, numbers: tuple[str, ...], why: str, dry_run: bool) -> None:
    """Accept what is different about delivered orders.

    Their alerts close, until something else is different. NUMBER may be the source's reference too.
    """
    with target.open_ledger() as (store, names):
        entries = [the_one(number, store, target.connection, names) for number in numbers]
        decided = _answers(store, dry_run=dry_run).accept(entries, why)
    _show(target, decided, dry_run, "accepted as it is")


@click.command("void")
@stacked(
    _NUMBERS,
    _WHY,
    click.option("--force", is_flag=True, help="Also what its source has neither canceled nor refunded."),
    _DRY_RUN,
    on_target,
)
def void(target: Target, numbers: tuple[str, ...], why: str, force: bool, dry_run: bool) -> None:
    """Void delivered orders in TradeGecko.

    For orders that their source has canceled or refunded; nothing is voided of which something has been shipped. NUMBER
    may be the source's reference too.
    """
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.wiring.engines import open_account

    config = load_config(target.config_path)
    with open_account(target.config_path, config) as (store, gateway):
        names = [name for name in config.names if target.connection in (None, name)]
        entries = [the_one(number, store, target.connection, names) for number in numbers]
        decided = _answers(store, dry_run=dry_run).void(entries, why, gateway, force=force)
    _show(target, decided, dry_run, "void in TradeGecko")


@click.command("edit")
@stacked(
    click.argument("number", metavar="NUMBER"),
    click.option(
        "--set", "changes", multiple=True, metavar="NAME=VALUE", help="Such as ship.city=Toronto; repeatable."
    ),
    click.option("--line", metavar="LINE", help="The line that --sku and --quantity are of: its place, from 1."),
    click.option("--sku", metavar="SKU", help="The line's SKU."),
    click.option("--quantity", metavar="UNITS", help="The line's quantity."),
    _WHY,
    _DRY_RUN,
    on_target,
)
def edit(
    target: Target,
    number: str,
    changes: tuple[str, ...],
    line: str | None,
    sku: str | None,
    quantity: str | None,
    why: str,
    dry_run: bool,
) -> None:
    """Correct a held order.

    NAME is ship., bill. or customer. with a field (ship.address1, bill.company, customer.email), ship_method,
    ship_date, note, line.2.sku or line.2.quantity. The order is sent as edited, whatever its source says of these
    fields; if the source changes one of them, the order is held again. NUMBER may be the source's reference too.
    """
    wanted = _changes(changes, line, {"sku": sku, "quantity": quantity})
    with target.open_ledger() as (store, names):
        entry = the_one(number, store, target.connection, names)
        decided = _answers(store, dry_run=dry_run).edit(entry, wanted, why)
    _show(target, [decided], dry_run, "edited")


def _changes(given: tuple[str, ...], line: str | None, of_line: dict[str, str | None]) -> dict[str, str]:
    """New values by the names of fields."""
    wanted: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes NAME=VALUE, such as ship.city=Toronto, not {one!r}")
        wanted[name.strip()] = value
    said = {name: value for name, value in of_line.items() if value is not None}
    if bool(said) is (line is None):
        raise click.UsageError("--line goes with --sku or --quantity, and these with --line")
    return {**wanted, **{f"line.{line}.{name}": value for name, value in said.items()}}


ANSWER_COMMANDS = [accept, void, edit]
