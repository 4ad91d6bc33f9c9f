"""Starting the processes of ``process.py`` and hearing what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Process = subprocess.Popen[str]


@contextmanager
def running(task: str, url: str, *more: str) -> Iterator[Process]:
    """A process doing a task on a ledger; killed in the end, should it still run."""
    command = [sys.executable, str(Path(__file__).with_name("process.py")), task, url, *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def start(*processes: Process) -> None:
    """Wait until all are ready, then let them go."""
    for process in processes:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == "ready"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def said(process: Process) -> list[Any]:
    """Everything a process printed until its end."""
    assert process.stdout is not None
    lines = [json.loads(line) for line in process.stdout]
    assert process.wait() == 0
    return lines
