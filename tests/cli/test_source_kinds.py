"""Which sources there are, what they take and can do, and one to start from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from click.testing import CliRunner, Result

from tradegecko_bridge import Secret
from tradegecko_bridge.cli.exit_codes import Refused
from tradegecko_bridge.cli.source import source
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.sources import FolderSource
from tradegecko_bridge.wiring.described import FUNCTIONS, described

SRC = Path(__file__).parents[2] / "src"


def run(*arguments: str) -> Result:
    """The command with these arguments."""
    return CliRunner().invoke(source, arguments)


class Odd:
    """Orders of nowhere: and more.

    Args:
        here, there: two of them,
            on two lines.
        mode: how.
    """

    def __init__(
        self,
        here: str,
        there: Secret | str | None = None,
        *,
        mode: Literal["a", "b"] = "a",
        wait: timedelta = timedelta(seconds=90),
        name: str = "odd",
        **more: Any,
    ) -> None: ...

    def fetch_orders(self, after: str | None) -> Iterator[Any]:
        raise NotImplementedError

    accept_stock = None


def test_a_class_says_what_it_takes_and_can_do() -> None:
    """By its arguments, their annotations and its docstring; a method that is None is none."""
    found = described("odd", Odd, "odd 1.0")
    assert (found.summary, found.functions) == ("Orders of nowhere", ("fetch_orders",))
    assert [(one.name, one.takes, one.default, one.meaning) for one in found.options] == [
        ("here", "text", None, "two of them, on two lines."),
        ("there", "a secret", "none", "two of them, on two lines."),
        ("mode", '"a" or "b"', "a", "how."),
        ("wait", "seconds", "90", ""),
    ]


def test_a_function_and_what_says_nothing() -> None:
    """By what it returns."""

    def make(url: str) -> FolderSource:
        raise NotImplementedError

    found = described("made", make, "x")
    assert "fetch_orders" in found.functions
    assert found.summary == "says nothing of itself"
    with pytest.raises(ConfigError, match="cannot be described"):
        described("none", 7, "x")  # type: ignore[arg-type]


def test_list_and_describe() -> None:
    """For people and for programs."""
    listed = run("list")
    assert listed.exit_code == 0
    assert "vendure" in listed.output
    assert {"folder", "vendure"} <= {one["kind"] for one in json.loads(run("list", "--json").stdout)}
    shown = run("describe", "vendure")
    assert "password: a secret, must be given" in shown.output
    assert all(said in shown.output for said in FUNCTIONS.values())
    told = json.loads(run("describe", "vendure", "--json").stdout)
    assert told["kind"] == "vendure"
    assert "accept_tracking" in told["functions"]
    assert isinstance(run("describe", "nothing").exception, ConfigError)


# ── a new one ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package as it is written."""
    folder = tmp_path_factory.mktemp("new")
    assert run("new", "corner-shop", "--into", str(folder)).exit_code == 0
    return folder / "corner-shop"


def python(*words: str, cwd: Path, path: Mapping[str, Path]) -> subprocess.CompletedProcess[str]:
    """A Python of the tests', with more to import."""
    there = os.pathsep.join(map(str, path.values()))
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": there},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.process
def test_it_installs_and_its_tests_pass(made: Path, tmp_path: Path) -> None:
    """Without a network: built by what is installed; then found by its name, described and checked."""
    site = {"site": tmp_path / "site", "src": SRC}
    quiet = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "-q")
    done = python("-m", "pip", "install", *quiet, "--target", str(site["site"]), ".", cwd=made, path={"src": SRC})
    assert done.returncode == 0, done.stderr
    tested = python("-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "tests", cwd=made, path=site)
    assert tested.returncode == 0, tested.stdout
    assert "failed" not in tested.stdout
    shown = python("-m", "tradegecko_bridge", "source", "describe", "corner-shop", cwd=tmp_path, path=site)
    assert "corner-shop (tradegecko-bridge-corner-shop 0.1.0)" in shown.stdout, shown.stderr
    checked = python(
        "-m",
        "tradegecko_bridge",
        "source",
        "check",
        "corner-shop",
        "--only",
        "gives_every_order",
        cwd=tmp_path,
        path=site,
    )
    assert checked.stdout.endswith("1 passed\n"), checked.stderr


@pytest.mark.process
def test_it_is_typed_and_clean(made: Path) -> None:
    """As strictly as our own code."""
    words = ("-m", "mypy", "--strict", "--config-file", os.devnull, "src", "tests")
    typed = python(*words, cwd=made, path={"own": made / "src", "src": SRC})
    assert typed.returncode == 0, typed.stdout + typed.stderr
    linted = python("-m", "ruff", "check", "--no-cache", "--line-length", "120", ".", cwd=made, path={"src": SRC})
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize("name", ["", "My Shop", "../shop", "shop_1", "1shop", "-x", "a" * 61, "shop\n"])
def test_a_name_that_will_not_do(name: str, tmp_path: Path) -> None:
    """One line, and nothing is written."""
    done = run("new", "--into", str(tmp_path), "--", name)
    assert isinstance(done.exception, Refused)
    assert "such as my-shop" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(made: Path) -> None:
    """A folder that is there stays as it is."""
    before = (made / "pyproject.toml").read_text(encoding="utf-8")
    done = run("new", "corner-shop", "--into", str(made.parent))
    assert isinstance(done.exception, Refused)
    assert "is there already" in str(done.exception)
    assert (made / "pyproject.toml").read_text(encoding="utf-8") == before
