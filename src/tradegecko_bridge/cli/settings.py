"""The command ``tgbridge settings``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs
import click

from tradegecko_bridge.cli.options import Target, on_target


@click.command()
@click.option("--changed", is_flag=True, help="Only settings that are not as they are by default.")
@on_target
def settings(target: Target, changed: bool) -> None:
    """Show every setting of each connection.

    With its value, its default, and where the value comes from: a line of the settings file, and the variable that is
    named there, or the default. The page on settings says what each does.
    """
    from tradegecko_bridge.config import load_config
    from tradegecko_bridge.config.origins import origins
    from tradegecko_bridge.engine import ConnectionSettings

    usual = ConnectionSettings()
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for one in load_config(target.config_path).chosen(target.connection):
        given = origins(target.config_path, one.name)
        found[one.name] = {
            name: {
                "value": _plain(getattr(one.settings, name)),
                "default": _plain(getattr(usual, name)),
                "from": given.get(name, "default"),
            }
            for name in attrs.fields_dict(ConnectionSettings)
            if not changed or getattr(one.settings, name) != getattr(usual, name)
        }
    target.show(found, _print_settings)


def _plain(value: Any) -> Any:
    """As JSON values; numbers are texts, so that they stay exact."""
    match value:
        case str() | bool() | int() | None:
            return value
        case datetime():
            return value.isoformat()
        case Decimal():
            return f"{value}"
        case Mapping():
            return {str(name): _plain(one) for name, one in value.items()}
        case Sequence():
            return [_plain(one) for one in value]
    return {name: _plain(getattr(value, name)) for name in attrs.fields_dict(type(value))}


def _print_settings(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    from tradegecko_bridge.cli.output.console import print_table, say

    for connection, several in found.items():
        say(connection)
        rows = [(name, _written(one["value"]), _written(one["default"]), one["from"]) for name, one in several.items()]
        print_table(("setting", "value", "default", "from"), rows, fold=True, none="all as by default")


def _written(value: Any) -> str:
    """As a person reads it."""
    return "none" if value is None or value == [] or value == {} else json.dumps(value, ensure_ascii=False)
