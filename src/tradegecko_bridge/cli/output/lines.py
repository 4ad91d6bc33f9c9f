"""Printing plain lines. It loads nothing, so that quick commands stay quick."""

from __future__ import annotations

import click

from tradegecko_bridge.visible import visible


def tell(*lines: str, err: bool = False) -> None:
    """Print each line as one visible line, which is not wrapped; ``err``: on standard error."""
    if lines:
        click.echo("\n".join(map(visible, lines)), err=err)
