"""What can be told to a running sandbox: ``tgbridge sandbox fault add …`` and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from tradegecko_bridge.cli.control import Control, Refused, read_duration, read_fault, read_switches
from tradegecko_bridge.cli.options import print_json
from tradegecko_bridge.cli.sandbox import sandbox

__all__ = ["sandbox"]

URL = click.option(
    "--url", envvar="TGBRIDGE_SANDBOX_URL", show_envvar=True, default="", metavar="URL", help="Where the sandbox is."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


@sandbox.group()
def fault() -> None:
    """Have requests go wrong."""


@fault.command("add")
@click.argument("words", nargs=-1, required=True, metavar="KIND METHOD PATH [KEY=VALUE ...]")
@URL
def add_fault(words: tuple[str, ...], url: str) -> None:
    """Set a fault, e.g. `drop_after_commit POST /orders nth=2`, or the same as one JSON object.

    Keys: nth, times, seconds, status, when, by, until, chance, seed.
    """
    added = Control(url).ask("POST", "faults", read_fault(" ".join(words)))["fault"]
    click.echo(f"fault set: {added['fault']} on {added['method']} {added['path']}")


@fault.command("list")
@URL
@JSON
def list_faults(url: str, as_json: bool) -> None:
    """The faults still to come."""
    found = Control(url).ask("GET", "faults")["faults"]
    _show(found, ("fault", "method", "path", "nth", "times", "seen", "struck"), as_json)


@fault.command("clear")
@URL
def clear_faults(url: str) -> None:
    """No more faults."""
    Control(url).ask("DELETE", "faults")
    click.echo("no more faults")


@sandbox.group()
def clock() -> None:
    """Move the sandbox's time."""


@clock.command("show")
@URL
def show_clock(url: str) -> None:
    """What time it is in the sandbox."""
    click.echo(Control(url).ask("GET", "clock")["now"])


@clock.command("advance")
@click.argument("duration")
@URL
def advance_clock(duration: str, url: str) -> None:
    """Let time pass at once: 90, 90s, 5m, 2h or 3d."""
    click.echo(Control(url).ask("POST", "clock", {"advance": read_duration(duration)})["now"])


@clock.command("set")
@click.argument("moment")
@URL
def set_clock(moment: str, url: str) -> None:
    """Make it a moment, with its time zone: 2021-03-01T12:00:00Z."""
    click.echo(Control(url).ask("POST", "clock", {"set": moment})["now"])


@sandbox.group()
def switches() -> None:
    """How the account behaves where the evidence is silent."""


@switches.command("show")
@URL
@JSON
def show_switches(url: str, as_json: bool) -> None:
    """Every switch and its position."""
    known = Control(url).ask("GET", "switches")["switches"]
    rows = [{"switch": name, "position": value} for name, value in known.items()]
    _show(known if as_json else rows, ("switch", "position"), as_json)


@switches.command("set")
@click.argument("pairs", nargs=-1, required=True, metavar="NAME=VALUE ...")
@URL
def set_switches(pairs: tuple[str, ...], url: str) -> None:
    """Turn switches while it runs; a reset turns them back."""
    control = Control(url)
    turned = read_switches(pairs, control.ask("GET", "switches")["switches"])
    control.ask("POST", "switches", turned)
    for name, value in turned.items():
        click.echo(f"{name} is {_text(value)}")


@sandbox.command("requests")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Only the newest.")
@URL
@JSON
def show_requests(limit: int, url: str, as_json: bool) -> None:
    """The request log, oldest first; without a status where no answer was sent."""
    found = Control(url).ask("GET", "requests")["requests"][-limit:]
    _show(found, ("time", "method", "path", "query", "status"), as_json)


@sandbox.command("deliveries")
@URL
@JSON
def show_deliveries(url: str, as_json: bool) -> None:
    """Attempts to deliver webhooks, oldest first, and how many still wait."""
    said = Control(url).ask("GET", "deliveries")
    if as_json:
        print_json(said)
        return
    _show(said["deliveries"], ("time", "event", "object_id", "attempt", "status", "error"), as_json=False)
    click.echo(f"{said['waiting']} waiting")


@sandbox.command()
@URL
def reset(url: str) -> None:
    """Back to the seed: no writes, no log, no faults, clock and switches as at the start."""
    Control(url).ask("POST", "reset")
    click.echo("back to the seed")


@sandbox.group()
def tokens() -> None:
    """End access tokens, all but the privileged ones."""


@tokens.command("expire")
@click.argument("token", required=False)
@URL
def expire_tokens(token: str | None, url: str) -> None:
    """End the time of one access token, or of all; refresh tokens still work."""
    _end_tokens(url, "expire", token)


@tokens.command("revoke")
@click.argument("token", required=False)
@URL
def revoke_tokens(token: str | None, url: str) -> None:
    """Revoke one access token, or all, with their refresh tokens."""
    _end_tokens(url, "revoke", token)


@sandbox.group()
def warehouse() -> None:
    """What people in the warehouse do: receive, pack, ship."""


@warehouse.command("receive")
@click.argument("sku", required=False)
@click.option("--quantity", metavar="N", help="How many came.")
@click.option("--variant", "variant_id", type=int, metavar="ID", help="The variant, instead of a SKU.")
@click.option("--location", metavar="LABEL|ID", help="Where they came in; the primary location unless given.")
@click.option("--cost", metavar="PRICE", help="What one unit cost; unless given, what such goods cost so far.")
@click.option("--purchase-order", metavar="NUMBER|ID", help="Receive what is open of this purchase order instead.")
@URL
@JSON
def receive(url: str, as_json: bool, **given: Any) -> None:
    """Goods arrive: so many of a SKU, or a purchase order."""
    said = _work(url, "receive", given)
    _tell(said, as_json, "received", "adjustment_number", "id")


def _parcel(command: Callable[..., None]) -> Callable[..., None]:
    """The options packing and shipping share."""
    for option in (
        click.option("--notes", metavar="TEXT"),
        click.option("--service", metavar="NAME", help="The carrier's service."),
        click.option("--tracking-url", metavar="URL"),
        click.option("--tracking-company", metavar="NAME"),
        click.option("--tracking-number", metavar="NUMBER"),
        click.option("--finalize", is_flag=True, help="Finalize the order first, where it is not yet."),
        click.option("--location", metavar="LABEL|ID", help="From where; the order's location unless given."),
        click.option("--line", "lines", multiple=True, metavar="SKU=N", help="Only so many of a SKU; repeatable."),
    ):
        command = option(command)
    return command


@warehouse.command("pack")
@click.argument("order")
@_parcel
@URL
@JSON
def pack(url: str, as_json: bool, lines: tuple[str, ...], **given: Any) -> None:
    """Pack an order, by number or id: all that is not packed yet, or the lines that are named."""
    _tell(_work(url, "pack", {**given, "lines": _lines(lines)}), as_json, "packed", "order_number", "id")


@warehouse.command("ship")
@click.argument("order", required=False)
@click.option("--fulfillment", type=int, metavar="ID", help="Ship this packed parcel.")
@_parcel
@URL
@JSON
def ship(url: str, as_json: bool, lines: tuple[str, ...], **given: Any) -> None:
    """Ship an order, by number or id; what is not packed yet is packed first."""
    _tell(_work(url, "ship", {**given, "lines": _lines(lines)}), as_json, "shipped", "order_number", "id")


def _lines(given: Sequence[str]) -> dict[str, str] | None:
    lines = {}
    for text in given:
        # The quantity is what follows the last sign: a SKU may hold one of its own.
        sku, sign, quantity = text.rpartition("=")
        if not sign or sku in lines:
            raise Refused(f"a line is SKU=N, each SKU once, not {text!r}")
        lines[sku] = quantity
    return lines or None


def _work(url: str, work: str, given: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    body = {name: value for name, value in given.items() if value not in (None, False)}
    said: dict[str, list[dict[str, Any]]] = Control(url).ask("POST", f"warehouse/{work}", body)
    return said


def _tell(said: Mapping[str, Sequence[Mapping[str, Any]]], as_json: bool, done: str, *names: str) -> None:
    """What was made: its JSON, or a line for each document."""
    if as_json:
        print_json(said)
        return
    for table, rows in said.items():
        word = table.removesuffix("s").replace("_", " ")
        for row in rows:
            facts = ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in names if row.get(name) is not None)
            click.echo(f"{done}: {word} with {facts}")


def _end_tokens(url: str, how: str, token: str | None) -> None:
    ended = Control(url).ask("POST", f"tokens/{how}", {"token": token} if token else {})["tokens"]
    click.echo(f"{ended} {'token' if ended == 1 else 'tokens'} {how}d")


def _show(found: Any, names: Sequence[str], as_json: bool) -> None:
    """Rows as JSON, or as a table of some of their columns."""
    if as_json:
        print_json(found)
        return
    from rich.table import Table
    from rich.text import Text

    from tradegecko_bridge.cli.output import say

    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in found:
        table.add_row(*(Text(_text(row[name])) for name in names))
    say(table)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "-" if value is None or value == "" else str(value)
