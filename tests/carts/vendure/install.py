"""Installs Vendure from npm into the git-ignored folder `.carts/vendure`, once per version."""

import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
WANTED: Final = HERE / "package.json"
MODULES: Final = HERE.parents[2] / ".carts" / "vendure"
COMMAND: Final = "python -m tests.carts.vendure install"

# No install scripts: nothing of the 400 packages runs before a test starts the shop.
# No lock file: it would carry download addresses.
NPM_INSTALL: Final = ("install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund")


class InstallError(Exception):
    """Vendure could not be installed; the message ends with what npm said last."""


def missing(modules: Path = MODULES) -> str | None:
    """What keeps a shop from starting and how to get it, or None when everything is there."""
    if shutil.which("node") is None:
        return "node is not on the PATH: the Vendure shop needs Node.js 20 or newer"
    if not is_installed(modules):
        return f"Vendure is not installed in {modules}: run `{COMMAND}`"
    return None


def is_installed(modules: Path = MODULES) -> bool:
    """True when exactly our package.json was installed there, to the end."""
    done = _mark(modules)
    core = modules / "node_modules" / "@vendure" / "core" / "package.json"
    return core.is_file() and done.is_file() and done.read_bytes() == WANTED.read_bytes()


def install(progress: Callable[[str], object] = print, modules: Path = MODULES) -> Path:
    """Install the pinned packages into `modules`, telling `progress` line by line; return the folder.

    Does nothing when they are there already. Raises `InstallError` when npm is absent or refuses.
    """
    if is_installed(modules):
        progress(f"Vendure is already installed in {modules}")
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise InstallError("npm is not on the PATH: install Node.js 20 or newer")
    modules.mkdir(parents=True, exist_ok=True)
    _mark(modules).unlink(missing_ok=True)
    shutil.copyfile(WANTED, modules / "package.json")
    progress(f"Installing Vendure into {modules}")
    run((npm, *NPM_INSTALL), modules, progress)
    shutil.copyfile(WANTED, _mark(modules))
    return modules


def _mark(modules: Path) -> Path:
    # Written last, so that an interrupted installation does not count.
    return modules / ".installed.json"


def run(command: tuple[str, ...], folder: Path, progress: Callable[[str], object]) -> None:
    """Run npm in a folder, telling `progress` line by line. Raises `InstallError` with what it said last."""
    last: deque[str] = deque(maxlen=15)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=subprocess.STDOUT, text=True) as npm:
        for line in npm.stdout or ():
            last.append(line.rstrip())
            progress(line.rstrip())
    if npm.returncode:
        raise InstallError(f"npm ended with status {npm.returncode} in {folder}:\n" + "\n".join(last))
