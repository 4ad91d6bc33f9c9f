"""Installs Vendure from npm into the git-ignored folder `.carts/vendure`, once per version."""

from pathlib import Path
from typing import Final

from tests.carts.packages import NPM_INSTALL, InstallError, Packages, Progress, run

__all__ = ["NPM_INSTALL", "InstallError", "install", "missing", "run"]

HERE: Final = Path(__file__).resolve().parent
WANTED: Final = HERE / "package.json"
COMMAND: Final = "python -m tests.carts.vendure install"
VENDURE: Final = Packages("Vendure", WANTED, "@vendure/core", COMMAND)
MODULES: Final = VENDURE.folder


def missing(modules: Path = MODULES) -> str | None:
    """What keeps a shop from starting and how to get it, or None when everything is there."""
    return VENDURE.missing(modules)


def install(progress: Progress = print, modules: Path = MODULES) -> Path:
    """Install the pinned packages; see `Packages`."""
    return VENDURE.install(progress, modules)
