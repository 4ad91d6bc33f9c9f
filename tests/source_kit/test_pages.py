"""The pages on the kit and the toolkit do what they show."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tradegecko_bridge.commerce import Verdict
from tradegecko_bridge.errors import SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.sources import toolkit
from tradegecko_bridge.testing import AbleShop

DOCS = Path(__file__).parents[2] / "docs"
KIT = (DOCS / "source-kit.md").read_text(encoding="utf-8")
WRITING = (DOCS / "writing-a-source.md").read_text(encoding="utf-8")
TOOLKIT = (DOCS / "toolkit.md").read_text(encoding="utf-8")


def program(page: str) -> str:
    """All Python blocks of a page, one after the other."""
    return "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Python with these arguments."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_tutorial_ends_with_a_kit_that_passes(tmp_path: Path) -> None:
    """It prints what the page says; its suites pass in pytest, but for what the last one names as a deviation."""
    (tmp_path / "test_page.py").write_text(program(KIT), encoding="utf-8")
    done = run(["-W", "error", "test_page.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    (shown,) = re.findall(r"It prints\n\n```none\n(.*?)```", KIT, re.DOTALL)
    assert done.stdout.startswith(shown)
    assert re.search(r"^\d\d passed$", done.stdout, re.MULTILINE)
    tested = run(["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"], tmp_path)
    assert tested.returncode == 0, tested.stdout
    assert "1 xfailed" in tested.stdout


def test_writing_a_source_ends_with_a_kit_that_passes(tmp_path: Path) -> None:
    """All of its blocks are one program; the first of them has thirty lines at most."""
    (tmp_path / "page.py").write_text(program(WRITING), encoding="utf-8")
    done = run(["-W", "error", "page.py"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"\d\d passed\n", done.stdout)
    first, *_ = re.findall(r"```python\n(.*?)```", WRITING, re.DOTALL)
    assert len(first.splitlines()) <= 30
    assert max(map(len, program(WRITING).splitlines())) <= 120


def test_writing_a_source_speaks_of_all_that_one_has_to_know() -> None:
    """On the page itself."""
    words = ["ConfigError", "check", "close", "fetch_order", "fetch_since", "ready=False", "canceled_at"]
    words += [verdict.name for verdict in Verdict]
    words += [error.__name__ for error in (SourceUnavailable, SourceRefused, SourceNeedsLogin)]
    assert [word for word in words if f"`{word}`" not in WRITING] == []


@pytest.mark.slow
@pytest.mark.parametrize("page", [KIT, WRITING], ids=["kit", "writing"])
def test_the_tutorials_are_typed(page: str, tmp_path: Path) -> None:
    """Strictly."""
    (tmp_path / "page.py").write_text(program(page), encoding="utf-8")
    done = run(["-m", "mypy", "--strict", "--allow-redefinition", "page.py"], tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_blocks_of_the_toolkit_run(tmp_path: Path) -> None:
    """And each name on the page is there."""
    (tmp_path / "page.py").write_text(program(TOOLKIT), encoding="utf-8")
    done = run(["-W", "error", "page.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    calls = set(re.findall(r"`(\w+)\(", TOOLKIT)) | set(re.findall(r"`([A-Z]\w+)`", TOOLKIT))
    ours = {"SourceUnavailable", "SourceRefused", "SourceNeedsLogin", "MalformedData", "Secret", "Link", "download"}
    assert not calls - ours - set(toolkit.__all__)


def test_every_method_of_a_driver_is_in_the_table() -> None:
    """And none that there is not."""
    methods = {name for name in vars(AbleShop) if not name.startswith("_")} | {"source", "place"}
    methods |= {"refused_sku", "secrets"}
    table = KIT.split("## What a driver may have")[1]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == methods
