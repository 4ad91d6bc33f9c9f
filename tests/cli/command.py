"""``tgbridge`` as a process of its own, with its own folder, environment, input and output."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import httpcore  # noqa: F401 - what commands import late, so that it is there when they are forked
import psycopg  # noqa: F401
import rich.console
import rich.table  # noqa: F401

import tradegecko_bridge.cli.commands
import tradegecko_bridge.config
import tradegecko_bridge.sources.folder
import tradegecko_bridge.sources.vendure  # noqa: F401
from tests.forked import processes
from tradegecko_bridge.cli.main import main

PATIENCE = 60.0
"""Seconds until a command is taken to hang."""


def run(
    folder: Path, *arguments: str, said: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command to its end; warnings are errors. ``environment`` comes on top of the present one."""
    with TemporaryDirectory() as streams:
        places = [Path(streams, name) for name in ("in", "out", "err")]
        places[0].write_text(said)
        process = processes.Process(
            target=_run, args=(folder, arguments, {**os.environ, **(environment or {})}, places)
        )
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
        _, out, err = (place.read_text() if place.exists() else "" for place in places)
        assert process.exitcode is not None
        return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


def _run(folder: Path, arguments: tuple[str, ...], environment: dict[str, str], places: list[Path]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, place in enumerate(places):
        file = os.open(place, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - multiprocessing has given it /dev/null
    sys.argv = ["tgbridge", *arguments]
    warnings.simplefilter("error")
    main()
