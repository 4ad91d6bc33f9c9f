"""A group of commands whose modules load when they are used: most of a program's commands are not."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Knows of each command where it is and its first line.

    Args:
        homes: by name the module below ``tradegecko_bridge.cli``, in which the command is called so too, and the first
            line of its help.
    """

    def __init__(self, *args: Any, homes: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them, loaded or not."""
        return sorted({*super().list_commands(ctx), *self.homes})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded now."""
        if cmd_name in self.homes and cmd_name not in self.commands:
            module = import_module(f"tradegecko_bridge.cli.{self.homes[cmd_name][0]}")
            self.add_command(getattr(module, cmd_name))
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, none of which is loaded for it."""
        lines = {name: command.get_short_help_str() for name, command in self.commands.items()}
        lines |= {name: line for name, (_, line) in self.homes.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(lines.items()))
