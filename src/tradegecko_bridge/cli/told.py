"""The commands ``tgbridge stock``, ``products`` and ``shipments``: what each source was told."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from attrs import frozen

from tradegecko_bridge.cli.decisions import the_one
from tradegecko_bridge.cli.exit_codes import Refused
from tradegecko_bridge.cli.options import Target, on_target, stacked
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.ledger import LedgerEntry, ShipmentEntry, ShipmentState
from tradegecko_bridge.outbox import OutboxState
from tradegecko_bridge.ports import Store

_LISTED = stacked(
    click.option(
        "--state",
        "states",
        type=click.Choice([str(state) for state in OutboxState]),
        multiple=True,
        help="Only these; may be given several times.",
    ),
    click.option(
        "--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="At most this many."
    ),
    click.option("--resend", is_flag=True, help="Have the next run tell the source these again, whatever it said."),
)


def _command(kind: str, key: str, help_text: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command that lists one kind of thing, or has it told again."""
    return lambda function: click.command(kind, help=help_text)(
        click.argument("keys", metavar=f"[{key}]...", nargs=-1)(_LISTED(on_target(function)))
    )


@_command(
    "stock",
    "SKU",
    "Show what each source was told of stock.\n\nSKU is the source's. A source that does not know a SKU, or takes no"
    " stock of it, says ignored.",
)
def stock(target: Target, **asked: Any) -> None:
    _listed(target, "stock", **asked)


@_command(
    "products",
    "ID",
    "Show what each source was told of products.\n\nID is the product's in TradeGecko.",
)
def products(target: Target, **asked: Any) -> None:
    _listed(target, "products", **asked)


def _listed(
    target: Target, kind: str, *, keys: tuple[str, ...], states: tuple[str, ...], limit: int, resend: bool
) -> None:
    from tradegecko_bridge.cli.output.told import as_rows, print_told
    from tradegecko_bridge.engine import resend as tell_again
    from tradegecko_bridge.errors import ClaimLost

    wanted = [OutboxState(state) for state in states] or None
    if resend and not keys and not wanted:
        raise click.UsageError("name what is to be told again, or use --state")
    with target.open_ledger() as (store, names):
        connections = [target.connection] if target.connection else list(names)
        found = [
            entry
            for connection in connections
            for key in keys or (None,)
            for entry in store.outbox(connection, kind, key=key, states=wanted, limit=limit)
        ]
        unknown = [key for key in keys if not any(entry.key == key for entry in found)]
        if resend and not unknown:
            try:
                count = sum(
                    tell_again(store, one, kind, keys=keys, states=wanted, who=getpass.getuser(), at=datetime.now(UTC))
                    for one in connections
                )
            except ClaimLost as error:
                raise Refused(str(error)) from None
    if unknown:
        raise Refused(f"no source was ever told of {', '.join(unknown)}; see `tgbridge {kind}`")
    if resend:
        tell(f"{count} to be told again with the next `tgbridge sync`")
    else:
        target.show(found, print_told, as_rows)


@click.command("shipments")
@click.argument("number", metavar="[NUMBER]", required=False)
@click.option(
    "--state",
    "states",
    type=click.Choice([str(state) for state in ShipmentState]),
    multiple=True,
    help="Only these; may be given several times.",
)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="At most this many.")
@click.option("--resend", is_flag=True, help="Have the next run tell the source these again, whatever it said.")
@on_target
def shipments(target: Target, number: str | None, states: tuple[str, ...], limit: int, resend: bool) -> None:
    """Show the shipments each source was told of.

    NUMBER is an order's, or the source's reference of it. The newest come first.
    """
    from tradegecko_bridge.cli.output.told import print_shipments, shipments_as_rows
    from tradegecko_bridge.wiring.open_ledger import find_entries

    wanted = [ShipmentState(state) for state in states] or None
    if resend and number is None:
        raise click.UsageError("name the order whose shipments are to be told again")
    found: Sequence[ShipmentEntry] = ()
    resent: _Resent | None = None
    with target.open_ledger() as (store, names):
        if number is None:
            connections = [target.connection] if target.connection else list(names)
            found = [row for one in connections for row in store.shipments(one, became=wanted, newest=limit)]
        elif resend:
            resent = _resend(store, the_one(number, store, target.connection, names), wanted)
        else:
            orders = find_entries(store, target.connection, number)
            found = [row for entry in orders for row in store.shipments(entry.connection, [entry.id], became=wanted)]
    if resent:
        target.show(resent, lambda one: tell(one.text), _Resent.as_dict)
        return
    target.show(sorted(found, key=lambda row: -row.id)[:limit], print_shipments, shipments_as_rows)


@click.command("resend")
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@on_target
def resend_orders(target: Target, numbers: tuple[str, ...]) -> None:
    """Tell the source of shipments again.

    All shipments of these orders go to it with the next sync, whatever it was told or has said. NUMBER may be the
    source's reference too.
    """
    with target.open_ledger() as (store, names):
        entries = [the_one(number, store, target.connection, names) for number in numbers]
        told = [_resend(store, entry, None) for entry in entries]
    target.show(told, lambda told: tell(*(one.text for one in told)), lambda told: [one.as_dict() for one in told])


@frozen
class _Resent:
    entry: LedgerEntry
    count: int

    @property
    def text(self) -> str:
        shipments = "1 shipment is" if self.count == 1 else f"{self.count} shipments are"
        return f"order {self.entry.number}: {shipments} told again with the next `tgbridge sync`"

    def as_dict(self) -> dict[str, Any]:
        return {"number": self.entry.number, "reference": self.entry.reference, "shipments": self.count}


def _resend(store: Store, entry: LedgerEntry, states: Collection[ShipmentState] | None) -> _Resent:
    """Raises Refused if there is nothing to tell."""
    from tradegecko_bridge.engine import resend_tracking

    count = resend_tracking(store, entry, states=states, who=getpass.getuser(), at=datetime.now(UTC))
    if not count:
        why = "its tracking numbers have expired" if entry.expired_at else "it has no such shipments"
        raise Refused(f"order {entry.number}: nothing to tell: {why}")
    return _Resent(entry, count)
