"""What is logged for whoever asks, and that nobody else's logging changes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tradegecko_bridge import Sandbox

SETTINGS = """
[tradegecko]
base_url = "{url}"
access_token = "{token}"

[connections.shop]
source = "folder"
options = {{ path = "shop", settle = 0 }}
"""
ORDER = """order_number,placed_at,currency,ship_email,ship_last_name,ship_address1,ship_country,sku,quantity,price
{number},2026-11-02T09:12:00Z,CAD,zoe@example.com,Quixote,{where},MUG-BLUE,2,19.99
"""
LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ (DEBUG|INFO|WARNING) +")


@pytest.fixture
def shop(tmp_path: Path, sandbox: Sandbox) -> Path:
    """One order that goes out."""
    settings = SETTINGS.format(url=sandbox.base_url, token=sandbox.access_token)
    (tmp_path / "tgbridge.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "shop" / "orders").mkdir(parents=True)
    (tmp_path / "shop" / "orders" / "p4.csv").write_text(
        ORDER.format(number="P4", where="1 King St,CA"), encoding="utf-8"
    )
    return tmp_path


def python(folder: Path, *arguments: str, log: str = "") -> subprocess.CompletedProcess[str]:
    """A process of its own: logging is changed for a whole one."""
    environment = {**os.environ, "TGBRIDGE_LOG": log}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def command(folder: Path, *arguments: str, log: str = "") -> subprocess.CompletedProcess[str]:
    return python(folder, "-m", "tradegecko_bridge", *arguments, log=log)


@pytest.mark.parametrize(
    ("arguments", "log", "shown"),
    [
        (["-v"], "", {"INFO"}),
        (["--verbose"], "", {"INFO"}),
        (["-vv"], "", {"DEBUG", "INFO"}),
        ([], "info", {"INFO"}),
        ([], "DEBUG", {"DEBUG", "INFO"}),
        (["-v"], "debug", {"DEBUG", "INFO"}),
        ([], "warning", set[str]()),
        ([], "", set[str]()),
    ],
)
def test_what_is_done_is_logged(shop: Path, arguments: list[str], log: str, shown: set[str]) -> None:
    """To standard error; the report stays as it is. Nobody is named."""
    done = command(shop, "sync", "orders", *arguments, log=log)
    assert done.returncode == 0
    assert "1 delivered" in done.stdout
    lines = done.stderr.splitlines()
    assert {match[1] for line in lines if (match := LINE.match(line))} == shown
    assert all(LINE.match(line) for line in lines)
    assert ("shop: deliver orders: 1 ingested, 1 delivered" in done.stderr) is bool(shown)
    assert ("POST /orders 201" in done.stderr) is ("DEBUG" in shown)
    assert "Quixote" not in done.stderr
    assert "zoe@" not in done.stderr


def test_a_level_that_there_is_not(shop: Path) -> None:
    """One line, and what was asked for is done."""
    done = command(shop, "sync", "orders", log="loud")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "TGBRIDGE_LOG='loud' is no level; there are debug, info, warning, error" in done.stderr


def test_quiet(shop: Path) -> None:
    """Nothing where all is well; else the report."""
    done = command(shop, "sync", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert command(shop, "orders", "pull", "P4", "--quiet").stdout == ""
    assert "no order" in command(shop, "orders", "pull", "P5", "--quiet").stdout
    (shop / "shop" / "orders" / "p5.csv").write_text(ORDER.format(number="P5", where=","), encoding="utf-8")
    assert "has no street" in command(shop, "sync", "--quiet").stdout, "an alert opens with it"
    assert command(shop, "sync", "--quiet").stdout == "", "it is known by now"


STATE = """
import logging
def state():
    there = {"": logging.root, **logging.root.manager.loggerDict}
    loggers = {name: one for name, one in there.items() if isinstance(one, logging.Logger)}
    return {name: (one.level, one.handlers, one.propagate, one.disabled) for name, one in loggers.items()}
import httpx
httpx.Client().close()
logging.getLogger("httpcore.http11")
before = state()
from tradegecko_bridge import FolderSource, MemoryStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
client = TradeGeckoClient("token", base_url="http://127.0.0.1:9")
SyncEngine("shop", source=FolderSource("shop"), gateway=TradeGeckoGateway(client), store=MemoryStore())
after = state()
assert {name: after[name] for name in before} == before, (before, after)
ours = {name for name in after if name.startswith("tradegecko_bridge")}
assert all(not after[name][1] and after[name][2] for name in ours), after
"""


def test_making_a_client_changes_nothing_of_anybodys_logging(tmp_path: Path) -> None:
    """Neither levels nor handlers nor what is passed on."""
    done = python(tmp_path, "-c", STATE)
    assert (done.returncode, done.stderr) == (0, "")


OWN = """
import logging, sys
import tradegecko_bridge.visible
log = logging.getLogger("tradegecko_bridge")
log.info("shown by us")
logging.basicConfig(format="program: %(message)s", stream=sys.stderr)
log.info("shown by the program")
"""


def test_a_program_with_handlers_of_its_own_shows_the_records_itself(tmp_path: Path) -> None:
    """Each once."""
    said = python(tmp_path, "-c", OWN, log="info").stderr.splitlines()
    assert len(said) == 2
    assert said[0].endswith("INFO    shown by us")
    assert said[1] == "program: shown by the program"
