"""``tgbridge sync``, ``sandbox`` and ``demo`` against a real sandbox; a few as real processes."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.cli.command import run
from tests.stores.older import ledger_at
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.stores.sql import storage

ORDERS = """\
order_number,placed_at,currency,customer_email,ship_last_name,ship_address1,ship_city,ship_country,sku,quantity,price
1001,2026-11-02T09:12:00Z,CAD,ann@example.com,Lee,1 King St W,Toronto,CA,MUG-BLUE,2,19.99
1002,2026-11-02T10:40:00Z,CAD,ben@example.com,Okafor,77 Rideau St,Ottawa,CA,HAT-ONE,1,30.00
"""


def tgbridge(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(folder, *arguments, environment=environment)


@pytest.fixture
def shop(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A settings file and a folder with one good order and one with an unknown SKU."""
    (tmp_path / "tgbridge.toml").write_text(
        f"""
[tradegecko]
base_url = "{sandbox.base_url}"
access_token = "{sandbox.access_token}"

[connections.my-shop]
source = "folder"
options = {{ path = "shop", settle = 0 }}
""",
        encoding="utf-8",
    )
    inbox = tmp_path / "shop" / "orders"
    inbox.mkdir(parents=True)
    (inbox / "today.csv").write_text(ORDERS, encoding="utf-8")
    return tmp_path


def test_sync_then_look(shop: Path, client: TradeGeckoClient) -> None:
    """A sync delivers and says so; the ledger is listed and shown with history; the customer is nowhere."""
    done = tgbridge(shop, "sync")
    assert done.returncode == 0, done.stderr
    assert f"2 {Outcome.INGESTED}, 1 delivered, 1 held" in done.stdout
    assert [order.order_number for order in client.orders.list()] == ["1001"]

    listed = json.loads(tgbridge(shop, "orders", "list", "--json").stdout)
    assert [(order["number"], order["state"]) for order in listed] == [("1002", "held"), ("1001", "delivered")]
    assert listed[0]["reason"]["code"] == "unknown_sku"
    held = tgbridge(shop, "orders", "list", "--state", "held")
    assert "HAT-ONE" in held.stdout
    assert "1001" not in held.stdout
    next_try = "next try         with the next sync once its cause has gone; at the latest 20"
    assert next_try in tgbridge(shop, "orders", "show", "1002").stdout
    shown = tgbridge(shop, "orders", "show", "1001")
    assert "next" not in shown.stdout
    assert "sending -> delivered" in shown.stdout
    assert "2 × MUG-BLUE" in shown.stdout
    history = json.loads(tgbridge(shop, "orders", "show", "1001", "--json").stdout)[0]["history"]
    assert [event["now"] for event in history] == ["pending", "sending", "delivered"]
    for text in (done.stdout, shown.stdout, held.stdout, str(listed)):
        assert "ann@example.com" not in text
        assert "Okafor" not in text


def test_every_line_of_several_connections_says_whose_it_is(shop: Path) -> None:
    """With one connection there is no need."""
    assert "✓ deliver orders: " in tgbridge(shop, "sync", "orders").stdout
    settings = shop / "tgbridge.toml"
    one = settings.read_text()
    settings.write_text(one + '\n[connections.other]\nsource = "folder"\noptions = { path = "other" }\n')
    said = tgbridge(shop, "sync", "orders").stdout
    for name in ("my-shop", "other"):
        assert f"✓ deliver orders of {name}: " in said


def test_one_operation_as_json(shop: Path) -> None:
    """One operation alone, machine-readable, nothing else on standard output."""
    done = tgbridge(shop, "sync", "inventory", "--json")
    (run,) = json.loads(done.stdout)["runs"]
    assert (run["operation"], run["ok"]) == ("sync inventory", True)
    assert run["counts"]["sent"] > 10


def test_a_dry_run_leaves_no_trace(shop: Path, sandbox: Sandbox) -> None:
    """Nothing is written: not to TradeGecko, not to the folder."""
    before = sorted(path.name for path in (shop / "shop").rglob("*"))
    done = tgbridge(shop, "sync", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "1 planned" in done.stdout
    assert {request["method"] for request in sandbox.requests()} == {"GET"}
    assert sorted(path.name for path in (shop / "shop").rglob("*.*")) == [n for n in before if "." in n]


def ledger_files(folder: Path) -> dict[str, bytes]:
    """The ledger and what lies beside it; what SQLite's processes tell each other (``-shm``) is not part of it."""
    return {file.name: b"" if file.name.endswith("-shm") else file.read_bytes() for file in folder.glob("ledger.db*")}


def test_a_dry_run_leaves_the_ledger_as_it_is(shop: Path, client: TradeGeckoClient) -> None:
    """Not a byte changes and no file is left, though there is something to do; the sync after it still does it."""
    assert tgbridge(shop, "sync").returncode == 0
    (shop / "shop" / "orders" / "more.csv").write_text(ORDERS.replace("1001,", "1003,"), encoding="utf-8")
    (order,) = client.orders.list()
    client.orders.update(order.id, {"status": "finalized"})
    client.orders.action(order.id, "fulfil")
    before = ledger_files(shop)
    assert list(before) == ["ledger.db"]
    for operation in ("products", "all"):
        done = tgbridge(shop, "sync", operation, "--dry-run")
        assert done.returncode == 0, done.stderr
        assert ledger_files(shop) == before
    for part in ("deliver orders", "sync tracking"):
        assert re.search(rf"{part} \(dry run\): .*1 planned", done.stdout), done.stdout
    assert "1 delivered" in tgbridge(shop, "sync").stdout
    assert ledger_files(shop) != before


def test_a_dry_run_makes_no_ledger(shop: Path) -> None:
    """Where there is none yet, and where the file has nothing in it yet, all orders are new."""
    for name in ("nothing", "an empty file"):
        done = tgbridge(shop, "sync", "--dry-run")
        assert (done.returncode, "1 planned" in done.stdout) == (0, True), (name, done.stderr)
        assert ledger_files(shop) == ({} if name == "nothing" else {"ledger.db": b""})
        (shop / "ledger.db").touch()
    settings = shop / "tgbridge.toml"
    text = settings.read_text(encoding="utf-8") + '[ledger]\nurl = "sqlite:///nowhere/ledger.db"\n'
    settings.write_text(text, encoding="utf-8")
    done = tgbridge(shop, "sync", "--dry-run")
    assert (done.returncode, "does not exist; create it first" in done.stderr) == (3, True)
    assert not (shop / "nowhere").exists()


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored here would survive a power cut, whatever tests write to."""
    monkeypatch.setattr(storage, "MOUNTS", Path("not Linux"))


def test_a_dry_run_migrates_nothing(shop: Path, on_disk: None) -> None:
    """An earlier version's ledger is named with what to do, in one line; done, the dry run works."""
    ledger_at("0003", shop / "ledger.db")
    before = ledger_files(shop)
    done = tgbridge(shop, "sync", "--dry-run")
    assert done.returncode == 3
    (said,) = done.stderr.splitlines()
    assert re.search(r"ledger\.db: an earlier version wrote it \(schema 0003\).*run `tgbridge ledger check`", said)
    assert ledger_files(shop) == before
    assert tgbridge(shop, "ledger", "check").returncode == 0
    assert tgbridge(shop, "sync", "--dry-run").returncode == 0


def test_a_dry_run_after_a_kill(shop: Path) -> None:
    """What a killed process left in the ledger's log is read where it is, and neither carried over nor removed."""
    assert tgbridge(shop, "sync").returncode == 0
    end = (
        "import os, sqlite3; ledger = sqlite3.connect('ledger.db', isolation_level=None); "
        "ledger.execute(\"UPDATE ledger_orders SET reason_text = 'in the log', reason_passing = 0\"); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", end], cwd=shop, check=True)
    before = ledger_files(shop)
    assert set(before) == {"ledger.db", "ledger.db-wal", "ledger.db-shm"}
    done = tgbridge(shop, "sync", "orders", "--dry-run")
    assert (done.returncode, "in the log" in done.stdout) == (0, True), done.stderr
    assert ledger_files(shop) == before


def test_release_and_skip(shop: Path) -> None:
    """A person decides about a held order; what cannot be is told."""
    tgbridge(shop, "sync", "orders")
    assert tgbridge(shop, "orders", "skip", "1002", "--reason", "test order").returncode == 0
    assert "test order" in tgbridge(shop, "orders", "show", "1002").stdout
    assert tgbridge(shop, "orders", "release", "1002").stdout.strip() == "order 1002 of my-shop: skipped -> pending"
    refused = tgbridge(shop, "orders", "release", "1001")
    assert refused.returncode == 2
    assert "delivered cannot become pending" in refused.stderr


def test_failures_have_their_exit_codes(shop: Path) -> None:
    """1 when something failed, 2 for wrong settings, each one line."""
    settings = shop / "tgbridge.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('access_token = "', 'access_token = "x'), encoding="utf-8")
    wrong = tgbridge(shop, "sync", "orders")
    assert wrong.returncode == 1
    assert "401 on GET" in wrong.stdout
    settings.write_text(text.replace("access_token", "token"), encoding="utf-8")
    misused = tgbridge(shop, "sync")
    assert misused.returncode == 2
    said = misused.stderr.splitlines()
    assert said
    assert all(re.match(r"error: tgbridge\.toml:\d+: ", line) for line in said), said
    assert tgbridge(shop, "orders", "show", "7", "--config", "nowhere.toml").returncode == 2
    settings.write_text(text, encoding="utf-8")
    assert "the ledger has no order '7'" in tgbridge(shop, "orders", "show", "7").stderr
    (shop / "ledger.db").write_text("not a database at all " * 99, encoding="utf-8")
    broken = tgbridge(shop, "sync")
    assert broken.returncode == 3
    assert len(broken.stderr.splitlines()) == 1


def test_the_sandbox_says_where_it_is_and_stops_cleanly(tmp_path: Path) -> None:
    """One JSON line once it serves; the state file outlives it; a taken port is one clear line."""
    arguments = [sys.executable, "-m", "tradegecko_bridge", "sandbox", "--json", "--state", "state.db"]
    for expected in (201, 200):
        with subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            serving = json.loads(process.stdout.readline())
            headers = {"Authorization": f"Bearer {serving['access_token']}"}
            with httpx.Client(base_url=serving["base_url"], headers=headers) as http:
                if expected == 201:
                    made = http.post("/notes", json={"note": {"company_id": 1, "body": "still here"}})
                    assert made.status_code == 201
                else:
                    assert "still here" in http.get("/notes").text
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = tgbridge(tmp_path, "sandbox", "--port", port)
    assert refused.returncode == 3
    assert len(refused.stderr.splitlines()) == 1
    assert refused.stderr.startswith(f"error: the sandbox cannot listen on 127.0.0.1:{port}: ")


@pytest.mark.sandbox  # the command starts it
def test_the_demo_tells_the_whole_story(tmp_path: Path) -> None:
    """The demo delivers, ships, brings back, and does nothing twice."""
    done = tgbridge(tmp_path, "demo", "--folder", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stdout + done.stderr
    facts = dict(re.findall(r"(?m)^  (\S.*?)  +(.*)$", done.stdout))
    assert facts["done twice"] == "0"
    assert facts["in TradeGecko"] == "6"
    assert facts["orders ingested"] == "11"
    assert "HAT-ONE" in done.stdout
    assert list((tmp_path / "demo" / "tracking").glob("*.csv"))
    again = tgbridge(tmp_path, "demo", "--folder", "demo")
    said = "error: demo already has a ledger.db, and the demo needs to create one; choose another folder\n"
    assert (again.returncode, again.stdout, again.stderr) == (2, "", said)
