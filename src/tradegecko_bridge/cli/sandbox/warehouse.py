"""What people in the sandbox's warehouse do: ``tgbridge sandbox warehouse receive …`` and so on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from tradegecko_bridge.cli.exit_codes import Refused
from tradegecko_bridge.cli.options import JSON, stacked
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.cli.sandbox.control import CONTROL, Control

warehouse: click.Group = click.Group("warehouse", help="Receive, pack and ship goods.")


@warehouse.command("receive")
@click.argument("sku", required=False)
@click.option("--quantity", metavar="N", help="How many arrived.")
@click.option("--variant", "variant_id", type=int, metavar="ID", help="The variant, instead of a SKU.")
@click.option("--location", metavar="LABEL|ID", help="Where they arrived; by default the primary location.")
@click.option("--cost", metavar="PRICE", help="The cost of one unit; by default what such goods cost so far.")
@click.option("--purchase-order", metavar="NUMBER|ID", help="Receive what is open of this purchase order instead.")
@CONTROL
@JSON
def receive(control: Control, as_json: bool, **given: Any) -> None:
    """Receive goods: a SKU, or a purchase order."""
    _work(control, "receive", given, as_json, "received", "adjustment_number")


_PARCEL = stacked(
    click.option("--line", "lines", multiple=True, metavar="SKU=N", help="Only N units of this SKU; repeatable."),
    click.option("--location", metavar="LABEL|ID", help="Where it leaves from; by default the order's location."),
    click.option("--finalize", is_flag=True, help="Finalize the order first if it is not finalized."),
    click.option("--tracking-number", metavar="NUMBER"),
    click.option("--tracking-company", metavar="NAME"),
    click.option("--tracking-url", metavar="URL"),
    click.option("--service", metavar="NAME", help="The carrier's service."),
    click.option("--notes", metavar="TEXT"),
    CONTROL,
    JSON,
)


@warehouse.command("pack")
@click.argument("order")
@_PARCEL
def pack(control: Control, as_json: bool, lines: tuple[str, ...], **given: Any) -> None:
    """Pack an order.

    ORDER is its number or id. Everything that is not packed yet is packed, or only the given lines.
    """
    _work(control, "pack", {**given, "lines": _lines(lines)}, as_json, "packed", "order_number")


@warehouse.command("ship")
@click.argument("order", required=False)
@click.option("--fulfillment", type=int, metavar="ID", help="Ship this packed parcel.")
@_PARCEL
def ship(control: Control, as_json: bool, lines: tuple[str, ...], **given: Any) -> None:
    """Ship an order.

    ORDER is its number or id. What is not packed yet is packed first.
    """
    _work(control, "ship", {**given, "lines": _lines(lines)}, as_json, "shipped", "order_number")


def _lines(given: Sequence[str]) -> dict[str, str]:
    lines = {}
    for text in given:
        # The quantity follows the last sign: a SKU may contain one of its own.
        sku, sign, quantity = text.rpartition("=")
        if not sign or sku in lines:
            raise Refused(f"a line is written SKU=N, each SKU once, not {text!r}")
        lines[sku] = quantity
    return lines


def _work(control: Control, work: str, given: dict[str, Any], as_json: bool, done: str, number: str) -> None:
    """Have it done, and print the documents that were made: as JSON, or a line for each."""
    from tradegecko_bridge.cli.output.console import print_json

    body = {name: value for name, value in given.items() if value not in (None, False, {})}
    made: dict[str, list[dict[str, Any]]] = control.ask("POST", f"warehouse/{work}", body)
    if as_json:
        print_json(made)
        return
    for table, rows in made.items():
        kind = table.removesuffix("s").replace("_", " ")
        for row in rows:
            facts = ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in (number, "id") if row.get(name))
            tell(f"{done}: {kind} with {facts}")
