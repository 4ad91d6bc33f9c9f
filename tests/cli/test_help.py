"""What ``--help`` and the page on the command line say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.command import run
from tradegecko_bridge.cli.app import tgbridge

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


def commands(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands below this one, and it, with the words they are typed as."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, *path, name)


ALL = dict(commands(tgbridge))
GROUPS = [path for path, command in ALL.items() if isinstance(command, click.Group)]
TYPED = {
    path for path, command in ALL.items() if not isinstance(command, click.Group) or command.invoke_without_command
}


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_no_help_is_cut(path: tuple[str, ...], tmp_path: Path) -> None:
    """Each command of a group has one short line, whole at 80 columns."""
    done = run(tmp_path, *path, "--help", environment={"COLUMNS": "80"})
    assert done.returncode == 0
    _, listed = done.stdout.split("Commands:\n")
    group = ALL[path]
    assert isinstance(group, click.Group)
    assert len(listed.splitlines()) == len(group.commands)
    for line in listed.splitlines():
        assert len(line) <= 80
        assert line.endswith("."), line
        assert "..." not in line


def named() -> Iterator[tuple[tuple[str, ...], str]]:
    """Each command the page's tables name, and what is written after it."""
    for text in re.findall(r"`tgbridge ([^`]+)`", PAGE):
        words = tuple(text.split())
        path = next(words[:n] for n in range(len(words), -1, -1) if words[:n] in ALL)
        yield path, text


def test_the_page_names_every_command() -> None:
    """And none that does not exist."""
    assert {path for path, _ in named()} == TYPED


def test_the_page_names_options_that_exist() -> None:
    """For each command, the options that are written after it; elsewhere, options of any command."""
    for path, text in named():
        options = {name for param in ALL[path].params for name in param.opts}
        assert set(re.findall(r"--[a-z-]+", text)) <= options, text
    known = {name for command in ALL.values() for param in command.params for name in param.opts} | {"--help"}
    assert set(re.findall(r"--[a-z-]+", re.sub(r"\|[-|]+\|", "", PAGE))) <= known


def test_reason_means_one_thing() -> None:
    """``--reason`` is a person's text wherever it is an option, ``--reason-code`` a filter."""
    for path, command in ALL.items():
        for param in command.params:
            if "--reason" in param.opts:
                assert (path[0], param.metavar, param.opts) == ("orders", "TEXT", ["--reason"])
            if "--reason-code" in param.opts:
                assert param.metavar == "CODE"
