"""The commands ``tgbridge login``, ``logout`` and ``check``."""

from __future__ import annotations

import getpass
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tradegecko_bridge.cli.exit_codes import FAILED, Refused
from tradegecko_bridge.cli.options import CONFIG, Target, on_target
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.ports.logins import Secret


@click.command()
@click.option("--name", help="The name of the login; by default the one in the settings.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port of 127.0.0.1 to wait on; 0 finds a free one."
)
@click.option("--browser/--no-browser", default=True, help="Open a browser, or only print the address.")
@click.option(
    "--timeout", type=click.IntRange(1, 86400), default=300, show_default=True, help="Seconds to wait for the browser."
)
@click.option("--user", metavar="EMAIL", help="Log in by password, if the application allows it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it.")
@CONFIG
def login(
    name: str | None, port: int, browser: bool, timeout: int, user: str | None, password_stdin: bool, config_path: Path
) -> None:
    """Log in to TradeGecko and store the tokens.

    The settings say where they are stored. Use one TradeGecko user per connection: two logins as the same user end each
    other.
    """
    from tradegecko_bridge.wiring.credentials import open_logins

    if password_stdin and user is None:
        raise click.UsageError("--password-stdin needs --user")
    with open_logins(config_path, name) as (logins, chosen):
        if user is not None:
            stored = logins.with_password(chosen, user, _password(password_stdin))
        else:
            more: dict[str, Any] = {} if browser else {"open_browser": None}
            stored = logins.at_browser(
                chosen,
                tell=lambda url: tell("Log in and approve at", "", f"  {url}", ""),
                port=port,
                patience=timeout,
                **more,
            )
    tell(f"logged in as {stored.name!r}; `tgbridge check` shows what this login can access")
    if stored.pair.second_hand:
        tell(
            "warning: these tokens were in use before: another program is logged in as the same TradeGecko user, and "
            "whichever refreshes them first ends the other's login; log in as a user of its own",
            err=True,
        )


@click.command()
@click.option("--name", help="The name of the login; by default the one in the settings.")
@click.option("--force", is_flag=True, help="Even if it is for another application or address.")
@CONFIG
def logout(name: str | None, force: bool, config_path: Path) -> None:
    """Delete the stored tokens of a login.

    TradeGecko is not told: access stays there until somebody revokes it.
    """
    from tradegecko_bridge.wiring.credentials import open_logins

    with open_logins(config_path, name, force=force) as (logins, chosen):
        known = logins.forget(chosen, force=force)
    tell(f"login {chosen!r} is deleted" if known else f"there is no login {chosen!r}")


def _password(from_stdin: bool) -> Secret:
    if not from_stdin:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            try:
                return Secret(click.prompt("Password", hide_input=True))
            except getpass.GetPassWarning:
                raise click.UsageError("no terminal to ask for the password; use --password-stdin") from None
    if line := sys.stdin.readline().rstrip("\r\n"):
        return Secret(line)
    raise Refused("standard input has no password; write it on the first line")


@click.command()
@on_target
def check(target: Target) -> None:
    """Test the connection to TradeGecko.

    Shows account, user and locations. A permission that is missing is a problem, as is a location in the settings that
    the account does not have, and a source that says it cannot be asked for orders.
    """
    from tradegecko_bridge.wiring.credentials import check_access

    checked = check_access(target.config_path, target.connection)
    target.show(checked, _print_checked)
    if any(one["problems"] for one in checked):
        sys.exit(FAILED)


def _print_checked(checked: Sequence[Mapping[str, Any]]) -> None:
    for one in checked:
        tell(f"{'✗' if one['problems'] else '✓'} {one['connection']}: {one['account']}, as {one['user']}")
        tell(f"  locations: {', '.join(one['locations']) or 'none'}")
        for problem in one["problems"]:
            tell(f"  problem: {problem}")
