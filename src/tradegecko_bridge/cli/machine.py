"""Output for programs."""

from __future__ import annotations

from typing import Any

import click
import orjson


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
