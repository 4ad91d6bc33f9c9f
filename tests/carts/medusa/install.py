"""Installs Medusa from npm into the git-ignored folder `.carts/medusa`, once per version."""

from pathlib import Path
from typing import Final

from tests.carts.packages import Packages, Progress
from tests.stores import postgres

HERE: Final = Path(__file__).resolve().parent
COMMAND: Final = "python -m tests.carts.medusa install"
MEDUSA: Final = Packages("Medusa", HERE / "package.json", "@medusajs/medusa", COMMAND)
MODULES: Final = MEDUSA.folder


def missing(modules: Path = MODULES) -> str | None:
    """What keeps a shop from starting and how to get it, or None when everything is there."""
    return MEDUSA.missing(modules) or postgres.missing()


def install(progress: Progress = print, modules: Path = MODULES) -> Path:
    """Install the pinned packages; see `Packages`. Without what builds its administration pages."""
    return MEDUSA.install(progress, modules, "--omit=optional", "--omit=dev", "--loglevel=error")
