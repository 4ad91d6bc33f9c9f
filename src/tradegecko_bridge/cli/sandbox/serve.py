"""``tgbridge sandbox`` itself: runs a sandbox."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from tradegecko_bridge.cli.exit_codes import Refused
from tradegecko_bridge.cli.sandbox.arguments import read_fault, read_rate_limit, read_switches
from tradegecko_bridge.cli.sandbox.commands import clock, deliveries, fault, requests, reset, switches, tokens
from tradegecko_bridge.cli.sandbox.warehouse import warehouse


@click.group(
    commands=[fault, clock, switches, warehouse, requests, deliveries, tokens, reset], invoke_without_command=True
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port on 127.0.0.1; 0 finds a free one.")
@click.option("--seed", default="demo", show_default=True, help="What the account contains at first: demo, empty, big.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep the account in this file.")
@click.option(
    "--rate-limit",
    callback=read_rate_limit,
    default="300",
    show_default=True,
    metavar="N|off",
    help="Requests per 300 seconds; off: no limit.",
)
@click.option("--switch", "pairs", multiple=True, metavar="NAME=VALUE", help="How the account behaves; repeatable.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="FAULT",
    help="What goes wrong from the start: JSON, or KIND METHOD PATH [KEY=VALUE ...]; repeatable.",
)
@click.option(
    "--access-token",
    envvar="TGBRIDGE_SANDBOX_TOKEN",
    show_envvar=True,
    metavar="TOKEN",
    help="The privileged token; by default each sandbox has another, and a state file keeps its own.",
)
@click.option(
    "--client-secret",
    envvar="TGBRIDGE_SANDBOX_SECRET",
    show_envvar=True,
    metavar="SECRET",
    help="The application's secret; by default as with the token.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="Answer under this host name too; repeatable. Always allowed are the names of this machine.",
)
@click.option(
    "--json", "json_line", is_flag=True, help="Print one line of JSON, with the address and all keys, once it serves."
)
@click.pass_context
def sandbox(context: click.Context, /, pairs: tuple[str, ...], faults: tuple[str, ...], **options: Any) -> None:
    """Run the sandbox, or control one that runs.

    The sandbox is a local server that behaves as the TradeGecko API did. Stop it with Ctrl-C. With a command, talk to
    one that runs: set faults, move its clock, change switches, work in its warehouse.
    """
    if context.invoked_subcommand is not None:
        _refuse_serving_options(context)
        return
    from tradegecko_bridge.sandbox import Switches, serve

    switches = read_switches(pairs, asdict(Switches()))
    try:
        serve(switches=switches, faults=[read_fault(one) for one in faults], **options)
    except ValueError as error:
        raise Refused(str(error)) from None


def _refuse_serving_options(context: click.Context) -> None:
    """Options before a command would otherwise be ignored without a word."""
    given = [name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        options = ", ".join(param.opts[0] for param in context.command.params if param.name in given)
        raise Refused(
            f"{options} can only be used to start a sandbox; "
            f"for one that runs write: tgbridge sandbox {context.invoked_subcommand} … --url URL"
        )
