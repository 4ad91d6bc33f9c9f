"""What somebody meets who looks into the ledger and mistypes: never an answer that looks as if all were well."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.command import run
from tradegecko_bridge import SqlStore
from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.testing.builders import an_order

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
WORDS = "words " * 40
SETTINGS = """
[tradegecko]
base_url = "http://127.0.0.1:9"
access_token = "t"

[connections.my-shop]
source = "folder"
options = { path = "mine", settle = 0 }

[connections.other]
source = "folder"
options = { path = "theirs", settle = 0 }
"""
ORDER = """order_number,placed_at,currency,sku,quantity,price
P4,2026-11-02T09:12:00Z,CAD,MUG-BLUE,2,19.99
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two connections, and a ledger that also knows one of the past."""
    (tmp_path / "tgbridge.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "mine" / "orders").mkdir(parents=True)
    inbox = tmp_path / "theirs" / "orders"
    inbox.mkdir(parents=True)
    (inbox / "p4.csv").write_text(ORDER, encoding="utf-8")
    with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        store.ingest("past", [an_order("1")], at=NOW)
        store.ingest("my-shop", [UnreadableOrder(reference="2", number="2", problem=WORDS)], at=NOW)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "orders list",
        "orders summary",
        "orders show 1",
        "orders hold 1 --reason x",
        "orders retry --all --text 1",
        "alerts",
        "ledger expire --days 1",
    ],
)
def test_a_misspelt_connection_is_told(folder: Path, command: str) -> None:
    """With those there are, also those the settings no longer have."""
    done = run(folder, *command.split(), "--connection", "nosuch")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "error: there is no connection 'nosuch'; the connections are my-shop, other, past (only in the ledger)\n"
    )


def test_a_connection_of_the_past_can_be_looked_at(folder: Path) -> None:
    """Its orders are still in the ledger."""
    done = run(folder, "orders", "list", "--connection", "past", "--json")
    assert [order["number"] for order in json.loads(done.stdout)] == ["1"]
    assert run(folder, "alerts", "--connection", "other").returncode == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("list --reason-code unknown_skus", "there is no reason code 'unknown_skus'; did you mean 'unknown_sku'?"),
        ("release --all --reason-code nope", "there is no reason code 'nope'; there are "),
        (
            "list --since 2026-11-02 --until 2026-11-01",
            "--since 2026-11-02T00:00Z is after --until 2026-11-01T00:00Z, so no order can match",
        ),
        ("hold 2 --reason ", "invalid value for '--reason': it is blank; give the reason in a few words"),
        ("cancel 2 --reason ", "invalid value for '--reason': it is blank; give the reason in a few words"),
    ],
)
def test_a_filter_that_can_match_nothing_is_told(folder: Path, options: str, said: str) -> None:
    """In one line."""
    done = run(folder, "orders", *options.split(" "))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {said}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["orders", "list", "--stat", "held"], "error: no such option"),
        (["orders", "list", "--state", "done"], "error: invalid value for '--state': 'done' is not one of"),
        (["orders", "hold", "2"], "error: missing option '--reason' (see tgbridge orders hold --help)"),
        (["orders", "lst"], "error: no such command 'lst'"),
        (["sync", "everything"], "error: invalid value for"),
    ],
)
def test_wrong_usage_is_one_line(folder: Path, arguments: list[str], said: str) -> None:
    """On standard error, with where to read more; the exit code is 2."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert done.stderr.endswith(" --help)\n")
    assert done.stderr.count("\n") == 1


def test_help_still_helps(folder: Path) -> None:
    """Asked for it is no error; a group without a command shows its commands."""
    asked = run(folder, "orders", "--help")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "Look up orders" in asked.stdout
    assert "summary" in run(folder, "orders").stderr
    assert run(folder, "--version").returncode == 0


def test_an_order_is_pulled_from_whichever_connection_has_it(folder: Path) -> None:
    """The connections that do not have it say nothing; when none has it, that is one line and a failure."""
    found = run(folder, "orders", "pull", "P4")
    assert (found.returncode, found.stderr) == (0, "")
    assert "has no order" not in found.stdout
    assert "✗" not in found.stdout
    assert found.stdout.count("P4") == 1
    missing = run(folder, "orders", "pull", "P5")
    assert (missing.returncode, missing.stdout) == (1, "✗ no connection has order 'P5'\n")
    said = json.loads(run(folder, "orders", "pull", "P4", "P5", "--json").stdout)
    assert (said["ok"], said["absent"]) == (False, ["P5"])
    alone = run(folder, "orders", "pull", "P4", "--connection", "my-shop")
    assert (alone.returncode, "my-shop: has no order 'P4'" in alone.stdout) == (1, True)


def test_an_ambiguous_number(folder: Path) -> None:
    """Nothing is decided; the references to use instead are named."""
    with SqlStore(f"sqlite:///{folder / 'ledger.db'}") as store:
        store.ingest("other", [an_order("2")], at=NOW)
    done = run(folder, "orders", "hold", "2", "--reason", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: order 2: the number is ambiguous (")
    assert done.stderr.endswith("); use the reference, or --connection\n")
    assert run(folder, "orders", "hold", "2", "--reason", "x", "--connection", "other").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["orders", "list", "--before", "9" * 30],
            2,
            "--before 999999999999999999999999999999: the ledger has no order",
        ),
        (["orders", "list", "--since", "0001-01-01T00:00+05:00"], 2, "is not a date such as"),
        (["ledger", "expire", "--days", "9" * 12], 2, "is not in the range 1<=x<=36500"),
        (["orders", "hold", "--all", "--reason", "x"], 2, "--all needs a filter such as --reason-code"),
        (["orders", "hold", "1", "--state", "held", "--reason", "x"], 2, "filters go with --all"),
        (["login", "--password-stdin"], 2, "--password-stdin needs --user"),
        (["demo", "--folder", "tgbridge.toml/x"], 3, "tgbridge.toml/x/orders: Not a directory"),
    ],
)
def test_what_cannot_work_is_one_line(folder: Path, arguments: list[str], code: int, said: str) -> None:
    """With what is wrong, where."""
    done = run(folder, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert said in done.stderr


def test_an_extra_that_is_not_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is said."""
    monkeypatch.setattr("tradegecko_bridge.cli.demo.run_demo", needs_starlette)
    done = run(folder, "demo")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "error: starlette is not installed; run: pip install 'tradegecko-bridge[sandbox]'\n"


def needs_starlette(_folder: Path | None) -> bool:
    raise ModuleNotFoundError("No module named 'starlette'", name="starlette")


def test_a_line_stays_one_in_a_file(folder: Path) -> None:
    """However long it is: it can be searched for."""
    for command in (["orders", "list"], ["orders", "show", "2"]):
        said = run(folder, *command).stdout
        assert WORDS.strip() in said
        assert not [line for line in said.splitlines() if line != line.rstrip()]


def test_a_terminal_wraps(folder: Path) -> None:
    """There nobody searches."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "tradegecko_bridge", "orders", "show", "2"],
        cwd=folder,
        env={**os.environ, "TERM": "dumb"},
        stdout=slave,
    ) as process:
        os.close(slave)
        said = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:
                break
            if not part:
                break
            said += part
        assert process.wait(60) == 0
    os.close(master)
    assert WORDS.strip() not in said.decode()
    assert max(len(line) for line in said.decode().splitlines()) <= 80
