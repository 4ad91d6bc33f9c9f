"""Where each setting of a connection comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import attrs

from tradegecko_bridge.config.file import text_of
from tradegecko_bridge.config.toml_lines import line_numbers, line_of
from tradegecko_bridge.engine.settings.connection import ConnectionSettings


def origins(path: Path, connection: str) -> Mapping[str, str]:
    """The line of each setting of a connection that a settings file gives, with the variable it takes the value from if
    there is one. What is not there has its default. The file is one that was read before."""
    text = text_of(path)
    lines = line_numbers(text)
    given = tomllib.loads(text)["connections"][connection]
    found = {}
    for name in attrs.fields_dict(ConnectionSettings):
        if name in given:
            line = line_of(("connections", connection, name), lines)
            value = given[name]
            variable = f", {value}" if isinstance(value, str) and value[:1] == "$" != value[1:2] else ""
            found[name] = f"{path}{f':{line}' if line else ''}{variable}"
    return found
