"""Pyright, the type checker of many editors: installed from npm into the git-ignored folder `.cache/pyright`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.carts.packages import NPM_INSTALL, InstallError, run

VERSION: Final = "1.1.414"
ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / ".cache" / "pyright"
PACKAGE: Final = FOLDER / "node_modules" / "pyright" / "package.json"


def missing() -> str | None:
    """What keeps it from running and how to get it, or None when it is there."""
    if shutil.which("node") is None:
        return "node is not on the PATH: pyright needs Node.js"
    if not PACKAGE.is_file() or f'"version": "{VERSION}"' not in PACKAGE.read_text(encoding="utf-8"):
        return f"pyright {VERSION} is not installed in {FOLDER}: run `make pyright`"
    return None


def install(progress: Callable[[str], object] = print) -> None:
    """Install the pinned version, unless it is there. Raises `InstallError` when npm is absent or refuses."""
    if missing() is None:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise InstallError("npm is not on the PATH: install Node.js")
    FOLDER.mkdir(parents=True, exist_ok=True)
    run((npm, *NPM_INSTALL, "--no-save", f"pyright@{VERSION}"), FOLDER, progress)


def pyright(folder: Path, *arguments: str) -> str:
    """What it says, run in a folder, of what this interpreter has and of this source tree."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [FOLDER / "node_modules" / ".bin" / "pyright", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    install()
