"""The tutorial, typed as it stands there, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.cli.command import run
from tests.support import require

PAGE: Final = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK: Final = re.compile(r"(?:`([\w./]+)`[^\n]*:\n\n)?^```(toml|text|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPED: Final = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ |```).*\n)*)", re.MULTILINE)
"""A command, over as many lines as end in a backslash, and its answer."""
DIFFERS: Final = (
    (r"\b[0-9a-f]{64}\b", "TOKEN"),
    (r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "KEY"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?Z?)?", "TIME"),
    (r"(?<=127\.0\.0\.1):\d+", ":PORT"),
    (r"[\w.-]+:\d+  ", "WORKER  "),
    (r" +", " "),
)
"""What is another one each time; and columns are as wide as that."""


def plain(text: str) -> str:
    for pattern, instead in DIFFERS:
        text = re.sub(pattern, instead, text)
    return text


@pytest.fixture
def sandbox() -> Iterator[tuple[str, str]]:
    """The first terminal: what it prints, and on the page."""
    (command, said) = TYPED.findall(PAGE)[0]
    words = shlex.split(command.replace("--port 8080", "--port 0"))
    with subprocess.Popen(
        [sys.executable, "-m", "tradegecko_bridge", *words[1:]], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline(), said
        finally:
            running.terminate()


def test_the_tutorial_says_what_happens(
    tmp_path: Path, sandbox: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file it names is written and every command is typed; each prints what the page has."""
    if shutil.which("curl") is None:
        require("curl is not installed")
    printed, said = sandbox
    assert plain(printed) == plain(said)
    here, there = (re.findall(r"127\.0\.0\.1:\d+|\b[0-9a-f]{64}\b", text) for text in (printed, said))
    page = PAGE
    for mine, theirs in zip(here, there, strict=True):
        page = page.replace(theirs, mine)
    typed = 0
    for file, kind, text in BLOCK.findall(page)[1:]:
        if kind != "console":
            (tmp_path / file).write_text(text, encoding="utf-8")
            os.utime(tmp_path / file, (0, 0))
            continue
        for command, answer in TYPED.findall(text):
            typed += 1
            assert plain(typing(command, tmp_path, monkeypatch)) == plain(answer), command
    assert typed == len(TYPED.findall(PAGE)) - 1 > 14


def typing(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the second terminal shows."""
    if command.startswith("export "):
        monkeypatch.setenv(*command.removeprefix("export ").split("="))
        return ""
    ours = re.fullmatch(r"(?:echo ([\w-]+) \| )?tgbridge (.*)", command)
    if ours is None:
        return subprocess.run(["bash", "-c", command], cwd=folder, check=True, capture_output=True, text=True).stdout
    done = run(folder, *shlex.split(ours[2]), said=f"{ours[1]}\n")
    return done.stdout + done.stderr
