"""See whether what `make dist` built is what people need: python scripts/check_dist.py dist

Metadata, contents, the fast tests from the unpacked sdist, and the demo from the installed wheel, each in a folder and
an environment of its own. The tests find what they need beside them, in the environment that runs this; the wheel
brings it along. Needs the extra `dev` and git.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from collections.abc import Iterator, Sequence
from email import message_from_string
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile

from packaging.metadata import Metadata

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = "src/tradegecko_bridge/"
NEEDED: Final = ("py.typed", "*/schema.json", "*/migrations/versions/*.py", "*/demo_orders/*", "*.css")
"""What a wheel without would still install, and fail later."""


def complaints(sdist: Path, wheel: Path, tracked: Sequence[str]) -> Iterator[str]:
    """What is wrong with the files themselves; ``tracked`` are those of the repository."""
    with tarfile.open(sdist) as archive:
        top, members = sdist.name.removesuffix(".tar.gz"), [one for one in archive if not one.isdir()]
        metadata = [("sdist", archive.extractfile(f"{top}/PKG-INFO").read())]
        yield from difference("sdist", {one.name.removeprefix(f"{top}/") for one in members}, {*tracked, "PKG-INFO"})
    with ZipFile(wheel) as zipped:
        names = [name for name in zipped.namelist() if ".dist-info/" not in name]
        metadata += [("wheel", zipped.read(name)) for name in zipped.namelist() if name.endswith(".dist-info/METADATA")]
    inside = {name.removeprefix("src/") for name in tracked if name.startswith(PACKAGE)}
    yield from difference("wheel", set(names), inside)
    for pattern in NEEDED:
        if not any(PurePosixPath(name).match(pattern) for name in names):
            yield f"wheel: nothing like {pattern}"
    for kind, text in metadata:
        yield from (f"{kind}: {complaint}" for complaint in of_metadata(text))


def difference(kind: str, found: set[str], wanted: set[str]) -> Iterator[str]:
    """Files that are missing, and files that do not belong there."""
    yield from (f"{kind}: {name} is missing" for name in sorted(wanted - found))
    yield from (f"{kind}: {name} is not in the repository" for name in sorted(found - wanted))


def of_metadata(text: bytes) -> Iterator[str]:
    """What a package index would refuse, and what it would show badly."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        read = Metadata.from_email(text)
    except ExceptionGroup as error:
        yield from map(str, error.exceptions)
        return
    if (read.description or "").strip() != (ROOT / project["readme"]).read_text(encoding="utf-8").strip():
        yield "the description is not the README"
    if not (read.description_content_type or "").startswith("text/markdown"):
        yield f"the description is shown as {read.description_content_type}, not as Markdown"
    if (read.license_expression, read.license_files) != (project["license"], project["license-files"]):
        yield "the licence is missing"
    if {str(one) for one in read.provides_extra or ()} != set(project["optional-dependencies"]):
        yield "the extras are others"
    if not message_from_string(text.decode()).get("Requires-Python"):
        yield "no Requires-Python"


def fresh(folder: Path, *, beside: Path | None = None) -> Path:
    """A new environment and its interpreter; it also finds what is installed ``beside``, but no editable packages."""
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    if beside is not None:
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "beside.pth").write_text(f"{beside}\n", encoding="utf-8")
    return python


def run(*command: str | Path, folder: Path | None = None) -> None:
    """A command that has to work, with nothing of this environment."""
    print("──", *command, flush=True)
    ours = {"CI", "MAKEFLAGS", "PYTHONPATH", "VIRTUAL_ENV"}
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    subprocess.run(command, cwd=folder, env=environment, check=True)  # noqa: S603 - all of it is ours


def main(folder: Path) -> None:
    """Check what is there, then use it.

    Raises:
        SystemExit: something is wrong with it.
        subprocess.CalledProcessError: a test or the demo fails.
    """
    (sdist,), (wheel,) = folder.resolve().glob("*.tar.gz"), folder.resolve().glob("*.whl")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607
    if found := list(complaints(sdist, wheel, listed.stdout.splitlines())):
        raise SystemExit("\n".join(found))
    with TemporaryDirectory() as name:
        elsewhere = Path(name)
        with tarfile.open(sdist) as archive:
            archive.extractall(elsewhere, filter="data")
        unpacked = elsewhere / sdist.name.removesuffix(".tar.gz")
        python = fresh(elsewhere / "for-tests", beside=Path(sysconfig.get_path("purelib")))
        run(python, "-m", "pip", "install", "-q", "--no-deps", "-e", unpacked)
        run(python, "-m", "pytest", "--fast", "-q", "-n", "2", "--dist", "loadfile", folder=unpacked)
        python = fresh(elsewhere / "for-people")
        constraints = ROOT / "constraints.txt"
        run(python, "-m", "pip", "install", "-q", "-c", constraints, f"{wheel}[all]", folder=elsewhere)
        run(python.with_name("tgbridge"), "demo", "--folder", elsewhere / "demo", folder=elsewhere)
    print(f"{sdist.name} and {wheel.name} are complete, pass their tests and run")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
