"""Fetches Shopify's schemas from npm into the git-ignored folder `.carts/shopify`, once per version."""

import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.carts.vendure.install import InstallError
from tradegecko_bridge.sources.shopify.api import VERSIONS

HERE: Final = Path(__file__).resolve().parent
WANTED: Final = HERE / "package.json"
SCHEMAS: Final = HERE.parents[2] / ".carts" / "shopify"
COMMAND: Final = "python -m tests.carts.shopify install"


def schema_file(version: str, folder: Path = SCHEMAS) -> Path:
    """Where the schema of a version of the API is kept."""
    return folder / f"admin_{version}.json.gz"


def missing(folder: Path = SCHEMAS) -> str | None:
    """What keeps the stand-in from starting and how to get it, or None when everything is there."""
    if find_spec("graphql") is None:
        return "graphql-core is not installed: run `make` with the dev extra"
    if not is_installed(folder):
        return f"Shopify's schemas are not in {folder}: run `{COMMAND}`"
    return None


def is_installed(folder: Path = SCHEMAS) -> bool:
    """True when the schemas of exactly our package.json are there."""
    mark = folder / ".installed.json"
    return mark.is_file() and mark.read_bytes() == WANTED.read_bytes()


def install(progress: Callable[[str], object] = print, folder: Path = SCHEMAS) -> Path:
    """Fetch the pinned package, without those that it needs to run, and keep the schemas; return the folder.

    Does nothing when they are there already. Raises `InstallError` when npm is absent or refuses.
    """
    if is_installed(folder):
        progress(f"Shopify's schemas are already in {folder}")
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise InstallError("npm is not on the PATH: install Node.js 20 or newer")
    folder.mkdir(parents=True, exist_ok=True)
    ((name, version),) = json.loads(WANTED.read_text())["dependencies"].items()
    progress(f"Fetching {name} {version}")
    with TemporaryDirectory() as packed:
        command = (npm, "pack", f"{name}@{version}", "--pack-destination", packed, "--silent")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = list(Path(packed).glob("*.tgz"))
        if done.returncode or not archives:
            raise InstallError(f"npm ended with status {done.returncode}:\n{done.stderr.strip()}")
        with tarfile.open(archives[0]) as archive:
            for one in VERSIONS:
                kept = archive.extractfile(f"package/dist/data/{schema_file(one).name}")
                if kept is None:
                    raise InstallError(f"{name} {version} has no schema of {one}")
                schema_file(one, folder).write_bytes(kept.read())
    shutil.copyfile(WANTED, folder / ".installed.json")
    return folder
