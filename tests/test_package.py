"""The package as its users meet it: names, import time, README, examples."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import tradegecko_bridge

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)


def test_every_public_name_is_there_and_sorted() -> None:
    """All names promised can be imported, and the list is in order, constants first."""
    names = [name for name in tradegecko_bridge.__all__ if name != "__version__"]
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))
    assert dir(tradegecko_bridge) == sorted(tradegecko_bridge.__all__)
    for name in tradegecko_bridge.__all__:
        assert getattr(tradegecko_bridge, name) is not None
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = tradegecko_bridge.NoSuchName  # type: ignore[attr-defined]


def test_importing_loads_no_heavy_part() -> None:
    """``import tradegecko_bridge`` loads neither HTTP nor database nor web server until something is used."""
    code = (
        "import sys, tradegecko_bridge; "
        "print([m for m in ('httpx', 'sqlalchemy', 'alembic', 'starlette', 'click', 'rich') if m in sys.modules])"
    )
    assert run(["-c", code], ROOT).stdout.strip() == "[]"


@pytest.mark.parametrize("number", range(len(re.findall(r"```python\n", README))))
def test_a_readme_block_runs(number: int, tmp_path: Path) -> None:
    """What the README shows works when it is pasted into a file."""
    block = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[number]
    (tmp_path / "block.py").write_text(block, encoding="utf-8")
    done = run(["-W", "error", "block.py"], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_an_example_runs(example: Path, tmp_path: Path) -> None:
    """Every example does what it shows, against the sandbox it starts."""
    done = run(["-W", "error", str(example)], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


def test_every_example_is_described() -> None:
    """The list of examples names each file there is."""
    listed = set(re.findall(r"`(\w+\.py)`", (ROOT / "examples" / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in (ROOT / "examples").glob("*.py")}


def test_the_oldest_versions_are_those_of_the_project_file(tmp_path: Path) -> None:
    """One line for each requirement of what is installed, as pip takes constraints; what says none is told."""
    made = run(["scripts/minimums.py", "cli,sandbox"], ROOT)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *extras["cli"], *extras["sandbox"]]
    assert [line.partition("==")[0] for line in made.stdout.splitlines()] == [
        re.split(r"\W*[>]=", requirement)[0] for requirement in needed
    ]
    assert all(re.fullmatch(r"[\w-]+==[\d.]+(; .+)?", line) for line in made.stdout.splitlines())
    assert "no extra nothing" in run(["scripts/minimums.py", "nothing"], ROOT).stderr
    assert "says no oldest version" in run(["scripts/minimums.py", "docs"], ROOT).stderr
