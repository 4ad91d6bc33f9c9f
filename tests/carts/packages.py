"""Packages of npm that tests need: installed into a git-ignored folder of `.carts`, once per version."""

import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import frozen

CARTS: Final = Path(__file__).resolve().parents[2] / ".carts"

# No install scripts: nothing of hundreds of packages runs before a test starts it.
# No lock file: it would carry download addresses.
NPM_INSTALL: Final = ("install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund")

Progress = Callable[[str], object]


class InstallError(Exception):
    """npm could not install it; the message ends with what npm said last."""


@frozen
class Packages:
    """What a `package.json` asks for. `core` is a package that is there once all is; `command` installs it."""

    name: str
    wanted: Path
    core: str
    command: str

    @property
    def folder(self) -> Path:
        """Where they are installed unless said otherwise."""
        return CARTS / self.name.lower()

    def missing(self, folder: Path) -> str | None:
        """What keeps a shop from starting and how to get it, or None when everything is there."""
        if shutil.which("node") is None:
            return f"node is not on the PATH: the {self.name} shop needs Node.js 20 or newer"
        if not self.is_installed(folder):
            return f"{self.name} is not installed in {folder}: run `{self.command}`"
        return None

    def is_installed(self, folder: Path) -> bool:
        """True when exactly our package.json was installed there, to the end."""
        done = self._mark(folder)
        core = folder / "node_modules" / self.core / "package.json"
        return core.is_file() and done.is_file() and done.read_bytes() == self.wanted.read_bytes()

    def install(self, progress: Progress, folder: Path, *options: str) -> Path:
        """Install the pinned packages into `folder`, telling `progress` line by line; return the folder.

        Does nothing when they are there already. Raises `InstallError` when npm is absent or refuses.
        """
        if self.is_installed(folder):
            progress(f"{self.name} is already installed in {folder}")
            return folder
        npm = shutil.which("npm")
        if npm is None:
            raise InstallError("npm is not on the PATH: install Node.js 20 or newer")
        folder.mkdir(parents=True, exist_ok=True)
        self._mark(folder).unlink(missing_ok=True)
        shutil.copyfile(self.wanted, folder / "package.json")
        progress(f"Installing {self.name} into {folder}")
        run((npm, *NPM_INSTALL, *options), folder, progress)
        shutil.copyfile(self.wanted, self._mark(folder))
        return folder

    def _mark(self, folder: Path) -> Path:
        # Written last, so that an interrupted installation does not count.
        return folder / ".installed.json"


def run(command: tuple[str, ...], folder: Path, progress: Progress) -> None:
    """Run npm in a folder, telling `progress` line by line. Raises `InstallError` with what it said last."""
    last: deque[str] = deque(maxlen=15)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=subprocess.STDOUT, text=True) as npm:
        for line in npm.stdout or ():
            last.append(line.rstrip())
            progress(line.rstrip())
    if npm.returncode:
        raise InstallError(f"npm ended with status {npm.returncode} in {folder}:\n" + "\n".join(last))
