"""``tgbridge sandbox``: run a sandbox, or with a command after it talk to one that runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tradegecko_bridge.cli.control import Refused, read_fault, read_switches


class RateLimit(click.ParamType[int | None]):
    """A number of requests, or ``off``."""

    name = "N|off"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number; None counts nothing."""
        if value is None or str(value).lower() == "off":
            return None
        if not str(value).isdecimal() or int(value) < 1:
            self.fail(f"{value!r} is neither a number from 1 nor off", param, ctx)
        return int(value)


@click.group(invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 finds a free one.")
@click.option("--seed", default="demo", show_default=True, help="What the account holds at first: demo, empty, big.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep the account in this file.")
@click.option(
    "--rate-limit",
    type=RateLimit(),
    default="300",
    show_default=True,
    help="Requests per 300 seconds; off: no limit.",
)
@click.option("--switch", "switches", multiple=True, metavar="NAME=VALUE", help="How the account behaves; repeatable.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="What goes wrong from the start: JSON, or KIND METHOD PATH [KEY=VALUE ...]; repeatable.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON line with base_url and access_token once it serves."
)
@click.pass_context
def sandbox(
    context: click.Context,
    port: int,
    seed: str,
    state: Path | None,
    rate_limit: int | None,
    switches: tuple[str, ...],
    faults: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run the sandbox, a local server that behaves as the TradeGecko API did. Stop it with Ctrl-C.

    With a command, talk to one that runs: set faults, move its clock, turn switches, play the warehouse.
    """
    if context.invoked_subcommand is not None:
        _nothing_to_serve(context)
        return
    try:
        from tradegecko_bridge.sandbox import Switches, serve
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{error.name} is not installed; run: pip install 'tradegecko-bridge[sandbox]'"
        ) from None
    turned = read_switches(switches, asdict(Switches()))
    struck = [read_fault(fault) for fault in faults]
    try:
        serve(
            port=port, seed=seed, state=state, rate_limit=rate_limit, switches=turned, faults=struck, json_line=as_json
        )
    except ValueError as error:
        raise Refused(str(error)) from None


def _nothing_to_serve(context: click.Context) -> None:
    """Options before a command would be lost without a word."""
    given = [name for name in context.params if context.get_parameter_source(name) is not ParameterSource.DEFAULT]
    options: Iterable[str] = (param.opts[0] for param in context.command.params if param.name in given)
    if given:
        raise Refused(
            f"{', '.join(options)} is for running a sandbox; "
            f"for one that runs write: tgbridge sandbox {context.invoked_subcommand} … --url URL"
        )
