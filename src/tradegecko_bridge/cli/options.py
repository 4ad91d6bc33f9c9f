"""Options that several commands share, and how values are read and written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from tradegecko_bridge.ledger import Filter, OrderState

F = TypeVar("F", bound=Callable[..., Any])

CONFIG = click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("tgbridge.toml"),
    envvar="TGBRIDGE_CONFIG",
    show_default=True,
    help="The settings file.",
)
CONNECTION = click.option("--connection", metavar="NAME", help="Only this connection.")
JSON = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


def moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """A date (its beginning) or a time, UTC unless it says its zone; for an option's ``callback``."""
    if value is None:
        return None
    try:
        said = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is not a date such as 2026-01-31, or a time such as 2026-01-31T09:30Z"
        ) from None
    return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)


def filters(*reason_names: str) -> Callable[[F], F]:
    """The options that say which orders are meant; see :func:`wanted`. ``reason_names``: more names of one of them."""
    options = (
        click.option(
            "--state",
            "states",
            multiple=True,
            type=click.Choice([state.value for state in OrderState]),
            help="Only orders in this state.",
        ),
        click.option(
            "--reason-code", *reason_names, "codes", multiple=True, metavar="CODE", help="Only for this reason."
        ),
        click.option("--text", help="Only where this is in a number, reference or TradeGecko id."),
        click.option("--since", callback=moment, metavar="MOMENT", help="Only what came into its state since."),
        click.option("--until", callback=moment, metavar="MOMENT", help="Only what came into its state before."),
        click.option("--ingested", is_flag=True, help="--since and --until mean when the order was ingested."),
    )

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def wanted(
    *,
    states: tuple[str, ...],
    codes: tuple[str, ...],
    text: str | None,
    since: datetime | None,
    until: datetime | None,
    ingested: bool,
) -> Filter:
    """The filter that these options say; empty where none is given."""
    chosen: Filter = {}
    if states:
        chosen["states"] = [OrderState(state) for state in states]
    if codes:
        chosen["reasons"] = list(codes)
    if text:
        chosen["text"] = text
    if since and until and since > until:
        raise click.UsageError(f"--since {_told(since)} is after --until {_told(until)}: nothing lies between")
    if since or until:
        chosen["ingested" if ingested else "entered"] = (since, until)
    return chosen


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"


def print_json(value: Any) -> None:
    """For programs."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
