"""What a running sandbox can be told: ``tgbridge sandbox fault add …`` and so on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from tradegecko_bridge.cli.options import JSON, read_time
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.cli.sandbox.arguments import read_duration, read_fault, read_switches
from tradegecko_bridge.cli.sandbox.control import CONTROL, Control

fault: click.Group = click.Group("fault", help="Make requests go wrong.")
clock: click.Group = click.Group("clock", help="Move the sandbox's clock.")
switches: click.Group = click.Group(
    "switches",
    help="Choose how the account behaves.\n\nA switch decides what happens where the real API is not known.",
)
tokens: click.Group = click.Group("tokens", help="End access tokens, except privileged ones.")


@fault.command("add")
@click.argument("words", nargs=-1, required=True, metavar="KIND METHOD PATH [KEY=VALUE ...]")
@CONTROL
def add_fault(words: tuple[str, ...], control: Control) -> None:
    """Add a fault.

    For example `drop_after_commit POST /orders nth=2`, or the same as one JSON object. Keys: nth, times, seconds,
    status, when, by, until, chance, seed.
    """
    added = control.ask("POST", "faults", read_fault(" ".join(words)))["fault"]
    tell(f"fault added: {added['fault']} on {added['method']} {added['path']}")


@fault.command("list")
@CONTROL
@JSON
def list_faults(control: Control, as_json: bool) -> None:
    """List the faults that are still to come."""
    faults = control.ask("GET", "faults")["faults"]
    _show(faults, faults, ("fault", "method", "path", "nth", "times", "seen", "struck"), as_json)


@fault.command("clear")
@CONTROL
def clear_faults(control: Control) -> None:
    """Remove all faults."""
    control.ask("DELETE", "faults")
    tell("all faults are removed")


@clock.command("show")
@CONTROL
def show_clock(control: Control) -> None:
    """Show the time in the sandbox."""
    tell(control.ask("GET", "clock")["now"])


@clock.command("advance")
@click.argument("duration")
@CONTROL
def advance_clock(duration: str, control: Control) -> None:
    """Advance it at once: 90, 90s, 5m, 2h or 3d."""
    tell(control.ask("POST", "clock", {"advance": read_duration(duration)})["now"])


@clock.command("set")
@click.argument("time", callback=read_time)
@CONTROL
def set_clock(time: datetime, control: Control) -> None:
    """Set it to a time like 2021-03-01T12:00Z.

    Without a zone the time is UTC.
    """
    tell(control.ask("POST", "clock", {"set": time.isoformat()})["now"])


@switches.command("show")
@CONTROL
@JSON
def show_switches(control: Control, as_json: bool) -> None:
    """Show every switch and its value."""
    known = control.ask("GET", "switches")["switches"]
    _show(known, ({"switch": name, "value": value} for name, value in known.items()), ("switch", "value"), as_json)


@switches.command("set")
@click.argument("pairs", nargs=-1, required=True, metavar="NAME=VALUE ...")
@CONTROL
def set_switches(pairs: tuple[str, ...], control: Control) -> None:
    """Set switches; a reset sets them back."""
    chosen = read_switches(pairs, control.ask("GET", "switches")["switches"])
    control.ask("POST", "switches", chosen)
    for name, value in chosen.items():
        tell(f"{name} is {_text(value)}")


@click.command()
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Only this many, the newest.")
@CONTROL
@JSON
def requests(limit: int, control: Control, as_json: bool) -> None:
    """Show the request log, oldest first.

    A request that got no answer has no status.
    """
    log = control.ask("GET", "requests")["requests"][-limit:]
    _show(log, log, ("time", "method", "path", "query", "status"), as_json)


@click.command()
@CONTROL
@JSON
def deliveries(control: Control, as_json: bool) -> None:
    """Show webhook deliveries, oldest first.

    Every attempt is listed, and how many deliveries still wait.
    """
    log = control.ask("GET", "deliveries")
    _show(log, log["deliveries"], ("time", "event", "object_id", "attempt", "status", "error"), as_json)
    if not as_json:
        tell(f"{log['waiting']} waiting")


@click.command()
@CONTROL
def reset(control: Control) -> None:
    """Return to the state at the start.

    Data, logs, faults, clock and switches are as when the sandbox started with a new account.
    """
    control.ask("POST", "reset")
    tell("the sandbox is as at the start")


@tokens.command("expire")
@click.argument("token", required=False)
@CONTROL
def expire_tokens(token: str | None, control: Control) -> None:
    """Let one access token or all expire.

    Refresh tokens still work.
    """
    _end_tokens(control, "expire", token)


@tokens.command("revoke")
@click.argument("token", required=False)
@CONTROL
def revoke_tokens(token: str | None, control: Control) -> None:
    """Revoke one access token or all.

    Their refresh tokens are revoked too.
    """
    _end_tokens(control, "revoke", token)


def _end_tokens(control: Control, how: str, token: str | None) -> None:
    ended = control.ask("POST", f"tokens/{how}", {"token": token} if token else {})["tokens"]
    tell(f"{ended} {'token' if ended == 1 else 'tokens'} {how}d")


def _show(answer: Any, rows: Iterable[Mapping[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    """The answer as JSON, or its rows as a table with some of their columns."""
    from tradegecko_bridge.cli.output.console import print_json, print_table

    if as_json:
        print_json(answer)
    else:
        headings = [name.replace("_", " ") for name in columns]
        print_table(headings, ([_text(row[name]) for name in columns] for row in rows), fold=True)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "-" if value is None or value == "" else str(value)
