"""The commands: sandbox, sync, login, logout, check, orders, demo."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tradegecko_bridge._version import __version__
from tradegecko_bridge.cli.at_sandbox import sandbox
from tradegecko_bridge.cli.main import FAILED
from tradegecko_bridge.cli.operations import alerts, ledger
from tradegecko_bridge.cli.options import CONFIG, CONNECTION, JSON, print_json
from tradegecko_bridge.cli.orders import orders


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def tgbridge() -> None:
    """Bring shop orders to TradeGecko exactly once, and tracking, stock and product details back.

    Exit codes: 0 done (held orders are listed, not failures); 1 something failed or waits for another try;
    2 wrong usage or settings; 3 the command could not do its work (ledger, network, port).
    """


tgbridge.add_command(sandbox)


@tgbridge.command()
@click.argument("operation", type=click.Choice(["all", "orders", "tracking", "inventory", "products"]), default="all")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show what would be done; nothing is written (but a refreshed login).",
)
@CONNECTION
@CONFIG
@JSON
def sync(operation: str, dry_run: bool, connection: str | None, config_path: Path, as_json: bool) -> None:
    """Deliver orders and bring back tracking, stock levels and product details, or only one of these.

    With "all", product details come only where the settings say products = true.
    """
    from tradegecko_bridge.cli.engines import engines, run_operation
    from tradegecko_bridge.cli.output import print_open_alerts, print_run, progress_bar

    reports = []
    with (
        progress_bar(hidden=as_json) as on_progress,
        engines(config_path, connection, on_progress, dry_run=dry_run) as wired,
    ):
        for name, engine in wired:
            reports.append((name, run_operation(engine, operation, dry_run=dry_run)))
    if as_json:
        print_json({"ok": all(report for _, report in reports), "runs": [report.as_dict() for _, report in reports]})
    else:
        for _, report in reports:
            print_run(report)
        print_open_alerts(report for _, report in reports)
    if not all(report for _, report in reports):
        sys.exit(FAILED)


@tgbridge.command()
@click.option("--name", help="What to call the login; the settings' own name unless given.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Wait on this port of 127.0.0.1; 0 finds one.")
@click.option("--browser/--no-browser", default=True, help="Open a browser, or only print the address.")
@click.option("--timeout", type=click.FloatRange(1), default=300, show_default=True, help="Seconds to wait for you.")
@click.option("--user", metavar="EMAIL", help="Log in by password instead, where the application may (asks for it).")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@CONFIG
def login(
    name: str | None,
    port: int,
    browser: bool,
    timeout: float,
    user: str | None,
    password_stdin: bool,
    config_path: Path,
) -> None:
    """Log in to TradeGecko and keep the tokens where the settings say.

    Use one TradeGecko user per connection: two logins as the same user end each other.
    """
    from tradegecko_bridge.cli.logins import log_in, password_from_stdin
    from tradegecko_bridge.ports.logins import Secret

    def password() -> Secret:
        return password_from_stdin() if password_stdin else Secret(click.prompt("Password", hide_input=True))

    def tell(url: str) -> None:
        click.echo(f"Log in and approve at\n\n  {url}\n")

    stored = log_in(
        config_path, name, browser=browser, port=port, patience=timeout, user=user, password=password, tell=tell
    )
    click.echo(f"logged in as {stored.name!r}; `tgbridge check` shows what that opens")
    if stored.pair.second_hand:
        click.echo(
            "warning: these tokens were in use before: another program is logged in as the same TradeGecko user, and "
            "the first of both to refresh them ends the other; log in as a user of its own",
            err=True,
        )


@tgbridge.command()
@click.option("--name", help="Which login; the settings' own unless given.")
@CONFIG
def logout(name: str | None, config_path: Path) -> None:
    """Forget a login's tokens on this side. In TradeGecko its access stays until somebody revokes it there."""
    from tradegecko_bridge.cli.logins import log_out

    chosen, known = log_out(config_path, name)
    click.echo(f"login {chosen!r} is forgotten" if known else f"there was no login {chosen!r}")


@tgbridge.command()
@CONNECTION
@CONFIG
@JSON
def check(connection: str | None, config_path: Path, as_json: bool) -> None:
    """Test the connection: who and what the login opens, permissions, and whether configured locations exist."""
    from tradegecko_bridge.cli.logins import check as look

    found = look(config_path, connection)
    if as_json:
        print_json([checked.as_dict() for checked in found])
    for checked in () if as_json else found:
        click.echo(f"{'✗' if checked.problems else '✓'} {checked.connection}: {checked.account}, as {checked.user}")
        click.echo(f"  locations: {', '.join(checked.locations) or 'none'}")
        for problem in checked.problems:
            click.echo(f"  problem: {problem}")
    if any(checked.problems for checked in found):
        sys.exit(FAILED)


@tgbridge.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to work; a new temporary folder if left out.",
)
def demo(folder: Path | None) -> None:
    """Show the whole round on embedded defaults: sandbox, a folder of order files, a ledger in SQLite."""
    from tradegecko_bridge.cli.demo import run_demo

    if not run_demo(folder):
        sys.exit(FAILED)


tgbridge.add_command(orders)
tgbridge.add_command(alerts)
tgbridge.add_command(ledger)
