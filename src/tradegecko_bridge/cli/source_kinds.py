"""The commands ``tgbridge source list``, ``describe`` and ``new``: which sources there are, what each takes and can do,
and one to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from tradegecko_bridge.cli.options import JSON
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.errors import ConfigError

if TYPE_CHECKING:
    from tradegecko_bridge.wiring.described import Described


@click.command("list")
@JSON
def list_sources(as_json: bool) -> None:
    """List the kinds of source that can be used.

    Those that are included, and those of other packages, each with what it is.
    """
    from tradegecko_bridge.cli.output.console import print_columns, print_json
    from tradegecko_bridge.plugins import source_names
    from tradegecko_bridge.wiring.described import package_of

    found = [(kind, package_of(kind), _summary(kind)) for kind in source_names()]
    if as_json:
        print_json([dict(zip(("kind", "package", "summary"), one, strict=True)) for one in found])
    else:
        print_columns(found)


def _summary(kind: str) -> str:
    """One that cannot be loaded does not hide the others."""
    from tradegecko_bridge.wiring.described import describe_source

    try:
        return describe_source(kind).summary
    except ConfigError as error:
        return str(error)


@click.command("describe")
@click.argument("kind", metavar="NAME")
@JSON
def describe(kind: str, as_json: bool) -> None:
    """Show what a kind of source takes, and what it can do."""
    from tradegecko_bridge.cli.output.console import print_json
    from tradegecko_bridge.wiring.described import describe_source

    found = describe_source(kind)
    if as_json:
        print_json(_plain(found))
    else:
        _print_described(found)


def _plain(found: Described) -> dict[str, Any]:
    return attrs.asdict(found) | {"functions": list(found.functions)}


def _print_described(found: Described) -> None:
    from rich.text import Text

    from tradegecko_bridge.cli.output.console import print_columns, say
    from tradegecko_bridge.wiring.described import FUNCTIONS

    say(Text(f"{found.kind} ({found.package})", style="bold"))
    say(found.summary)
    say("")
    say(Text("what it can do", style="bold"))
    print_columns((f"  {'yes' if name in found.functions else 'no'}", said) for name, said in FUNCTIONS.items())
    say("")
    say(Text("options", style="bold"))
    for one in found.options:
        needed = "must be given" if one.default is None else f"default {one.default}"
        say(f"  {one.name}: {one.takes}, {needed}")
        if one.meaning:
            say(Text(f"    {one.meaning}", style="dim"))


@click.command("new")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    show_default="here",
    help="The folder to make the package's folder in.",
)
def new(name: str, into: Path) -> None:
    """Write a source of your own to start from.

    It is a package; NAME is what settings files will call it, such as my-shop. It is complete: it installs, and its
    tests, which are the kit, pass. Its shop is made up; make it yours.
    """
    from tradegecko_bridge.cli.new_source import write_package

    folder = write_package(name, into)
    tell(
        f"wrote {folder}",
        "",
        f"  cd {folder}",
        "  pip install -e .[test]",
        "  pytest",
        f"  tgbridge source check {name}",
    )
