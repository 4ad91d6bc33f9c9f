"""Printing plain lines. It loads nothing, so that quick commands stay quick."""

from __future__ import annotations

import click

from tradegecko_bridge.visible import visible


def tell(*lines: str, err: bool = False) -> None:
    """Print each line as one visible line, which is not wrapped; ``err``: on standard error."""
    for line in lines:
        click.echo(visible(line), err=err)
