"""The commands ``tgbridge source``: which there are, and what the files of a shop give before anything is sent."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from tradegecko_bridge.cli.exit_codes import FAILED, Refused
from tradegecko_bridge.cli.options import CONFIG, JSON, Target
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.cli.source_check import check
from tradegecko_bridge.cli.source_kinds import describe, list_sources, new
from tradegecko_bridge.errors import ConfigError, MalformedData

if TYPE_CHECKING:
    from tradegecko_bridge.sources.folder.format import Format

T = TypeVar("T")
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def source() -> None:
    """Find, try and write sources."""


for command in (list_sources, describe, new, check):
    source.add_command(command)


@source.command("try")
@_FILE
@click.option("--preset", metavar="NAME", help="A format that ships, such as shopify.")
@click.option(
    "--format",
    "format_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a format, as `tgbridge source guess` writes it.",
)
@click.option("--connection", metavar="NAME", help="The format of this connection of the settings file.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="Show so many orders.")
@CONFIG
@JSON
def try_file(
    file: Path,
    preset: str | None,
    format_path: Path | None,
    connection: str | None,
    limit: int,
    config_path: Path,
    as_json: bool,
) -> None:
    """Show what a file of orders gives.

    Nothing is sent, and the file stays where it is. It shows each order, what became of each column, what was passed
    over, and all that is wrong.
    """
    from tradegecko_bridge.cli.output.sources import explained_as_json, print_explained
    from tradegecko_bridge.sources.folder.explain import explain

    if sum(one is not None for one in (preset, format_path, connection)) > 1:
        raise click.UsageError("use one of --preset, --format and --connection")
    chosen = _format(preset, format_path, connection, config_path)
    found = _opened(file, lambda name, opened: explain(name, opened, chosen))
    Target(None, config_path, as_json).show(found, lambda found: print_explained(found, limit), explained_as_json)
    if found.problems:
        sys.exit(FAILED)


@source.command("guess")
@_FILE
@click.option("--connection", metavar="NAME", default="my-shop", show_default=True, help="The connection it is for.")
def guess_format(file: Path, connection: str) -> None:
    """Name a file's preset, or write a format to start from.

    What is printed is a part of a settings file.
    """
    from tradegecko_bridge.sources.folder.guess import as_toml, guess

    found = _opened(file, guess)
    if found.is_own:
        tell("# These are our own columns: no preset and no format is needed.")
    elif found.unusable:
        raise Refused(f"{file.name} is {found.title}: {found.unusable}")
    else:
        what = f"This is {found.title}." if found.preset else "A format to start from; check each line of it."
        tell(f"# {what}", *as_toml(found, connection).split("\n"))


def _opened(file: Path, read: Callable[[str, BinaryIO], T]) -> T:
    try:
        with file.open("rb") as opened:
            return read(file.name, opened)
    except MalformedData as error:
        raise Refused(*error.problems) from None


def _format(preset: str | None, format_path: Path | None, connection: str | None, config_path: Path) -> Format:
    from tradegecko_bridge.sources.folder.chosen import format_of

    options = _options(format_path, connection, config_path)
    try:
        return format_of(preset or options.get("preset"), options.get("format"))
    except ConfigError as error:
        raise ConfigError("\n".join(f"{format_path or 'format'}: {line}" for line in str(error).split("\n"))) from None


def _options(format_path: Path | None, connection: str | None, config_path: Path) -> Mapping[str, Any]:
    if connection is not None:
        from tradegecko_bridge.config import load_config

        (one,) = load_config(config_path).chosen(connection)
        if one.source != "folder":
            raise Refused(f"connection {connection!r} is of the source {one.source!r}, which reads no files")
        return one.options
    return {} if format_path is None else _from_file(format_path)


def _from_file(path: Path) -> Mapping[str, Any]:
    """The options in a file: at its top, or those of its first connection."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    connections = data.get("connections")
    if isinstance(connections, dict) and connections:
        first = next(iter(connections.values()))
        options = first.get("options") if isinstance(first, dict) else None
        if not isinstance(options, dict) or not {"preset", "format"} & options.keys():
            raise ConfigError(f"{path}: its first connection has no preset and no format in its options")
        return options
    return data if {"preset", "format"} & data.keys() else {"format": data}
