"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from attrs import frozen

from tradegecko_bridge.ledger import Filter, OrderState
from tradegecko_bridge.log_output import show_log
from tradegecko_bridge.visible import log

if TYPE_CHECKING:
    from tradegecko_bridge.engine import SyncEngine
    from tradegecko_bridge.stores.sql import SqlStore

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def stacked(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator; ``--help`` lists them in this order."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _show_log(_ctx: click.Context, _param: click.Parameter, times: int) -> None:
    if times:
        show_log(log, logging.INFO if times == 1 else logging.DEBUG)


_SETTINGS = click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("tgbridge.toml"),
    envvar="TGBRIDGE_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The settings file.",
)
_VERBOSE = click.option(
    "-v",
    "--verbose",
    count=True,
    expose_value=False,
    callback=_show_log,
    help="Log what is done to standard error; -vv: each request and order too.",
)
CONFIG = stacked(_SETTINGS, _VERBOSE)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing if all went well and no alert has changed.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@frozen
class Target:
    """What a command works on (settings, and one connection or all of them), and how it prints."""

    connection: str | None
    config_path: Path
    as_json: bool
    quiet: bool = False

    def open_ledger(self, which: Filter | None = None) -> AbstractContextManager[tuple[SqlStore, tuple[str, ...]]]:
        """The ledger, to look up orders that match a filter, and the settings' connections; see
        :func:`.open_ledger.open_ledger`."""
        from tradegecko_bridge.wiring.open_ledger import open_ledger

        return open_ledger(self.config_path, self.connection, which)

    @contextmanager
    def open_engines(self, *, dry_run: bool = False) -> Iterator[list[SyncEngine]]:
        """An engine for each connection; see :func:`~tradegecko_bridge.wiring.engines.open_engines`. They show a
        progress bar where somebody watches a screen."""
        from tradegecko_bridge.cli.output.console import progress_bar
        from tradegecko_bridge.wiring.engines import open_engines

        with (
            progress_bar(hidden=self.as_json or self.quiet) as shown,
            open_engines(self.config_path, self.connection, dry_run=dry_run, on_progress=shown) as engines,
        ):
            yield engines

    def show(self, found: T, view: Callable[[T], None], as_json: Callable[[T], Any] = lambda found: found) -> None:
        """Print what was found: as JSON, or for people with ``view``."""
        from tradegecko_bridge.cli.output.console import print_json

        if self.as_json:
            print_json(as_json(found))
        else:
            view(found)


def on_target(command: Callable[..., None]) -> Callable[..., None]:
    """The options ``--connection``, ``--config`` and ``--json``; the command gets them as ``target``."""

    @stacked(click.option("--connection", metavar="NAME", help="Only this connection."), CONFIG, JSON)
    @wraps(command)
    def with_target(connection: str | None, config_path: Path, as_json: bool, **more: Any) -> None:
        command(target=Target(connection, config_path, as_json), **more)

    return with_target


def read_time(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """The ``callback`` of an option that takes a date (its beginning) or a time, in UTC unless it names a zone."""
    if value is None:
        return None
    try:
        given = datetime.fromisoformat(value)
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is not a date such as 2026-01-31 or a time such as 2026-01-31T09:30Z"
        ) from None


def time_option(name: str, text: str) -> Callable[[F], F]:
    """An option for a time; see :func:`read_time`."""
    return click.option(name, callback=read_time, metavar="TIME", help=text)


FILTERS = stacked(
    click.option(
        "--state",
        "states",
        multiple=True,
        type=click.Choice([state.value for state in OrderState]),
        help="Only in this state; repeatable.",
    ),
    click.option("--reason-code", "codes", multiple=True, metavar="CODE", help="Only for this reason; repeatable."),
    click.option("--text", help="Only with this text in a number, the reference or the TradeGecko id."),
    time_option("--since", "Only orders that entered their state at this time or later."),
    time_option("--until", "Only orders that entered their state before this time."),
    click.option("--ingested", is_flag=True, help="--since and --until mean the time of ingest instead."),
)
"""The options that select orders; :func:`selected` reads them."""


def selected(given: Mapping[str, Any]) -> Filter:
    """The filter that these options describe; empty if none is given."""
    since, until = given["since"], given["until"]
    if since and until and since > until:
        times = f"--since {since:%Y-%m-%dT%H:%MZ} is after --until {until:%Y-%m-%dT%H:%MZ}"
        raise click.UsageError(f"{times}, so no order can match")
    chosen: Filter = {}
    if given["states"]:
        chosen["states"] = [OrderState(state) for state in given["states"]]
    if given["codes"]:
        chosen["reasons"] = given["codes"]
    if given["text"]:
        chosen["text"] = given["text"]
    if since or until:
        chosen["ingested" if given["ingested"] else "entered"] = (since, until)
    return chosen
