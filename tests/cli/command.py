"""``tgbridge`` as it is typed, run inside the test process: with its own folder, environment, input and output."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from tradegecko_bridge.cli.main import main


def run(
    folder: Path,
    *arguments: str,
    said: str = "",
    environment: Mapping[str, str] | None = None,
    out: io.StringIO | None = None,
) -> CompletedProcess[str]:
    """The command to its end. ``said`` is its standard input; ``environment`` comes on top of the present one."""
    out, err = out or io.StringIO(), io.StringIO()
    with (
        chdir(folder),
        patch.dict(os.environ, environment or {}),
        patch.object(sys, "argv", ["tgbridge", *arguments]),
        patch.object(sys, "stdin", io.StringIO(said)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    return CompletedProcess(arguments, code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())
