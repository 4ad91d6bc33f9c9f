"""``tgbridge sandbox``: what it is started with, and what can be told to one that runs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import click
import httpx
import pytest

from tests.cli.command import run
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.cli.sandbox.serve import sandbox as sandbox_group


class Tell:
    """Runs commands against a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = sandbox.base_url

    def __call__(self, *words: str) -> str:
        """What a command that works prints."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def json(self, *words: str) -> Any:
        """The same, machine-readable."""
        return json.loads(self(*words, "--json"))

    def refused(self, *words: str) -> str:
        """The one line of a command that is refused."""
        done = self.run(*words)
        assert (done.returncode, done.stdout) == (2, ""), done
        (line,) = done.stderr.splitlines()
        assert line.startswith("error: ")
        return line.removeprefix("error: ")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command as it would be typed."""
        return tgbridge("sandbox", *words, "--url", self.url)


def tgbridge(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run(Path.cwd(), *arguments)


@pytest.fixture
def tell(sandbox: Sandbox) -> Tell:
    """Commands for the sandbox."""
    return Tell(sandbox)


def test_faults(tell: Tell, sandbox: Sandbox) -> None:
    """Set in words or as JSON, listed, cleared; what cannot be is told as the sandbox tells it."""
    said = tell("fault", "add", "status", "GET", "/orders", "status=503", "nth=2", "seconds=0.5")
    assert said == "fault added: status on GET /orders"
    tell("fault", "add", '{"fault": "slow", "method": "POST", "path": "/orders", "seconds": 1}')
    first, second = tell.json("fault", "list")
    assert (first["status"], first["nth"], first["seconds"], second["fault"]) == (503, 2, 0.5, "slow")
    assert "/orders" in tell("fault", "list")
    assert tell("fault", "clear") == "all faults are removed"
    assert tell.json("fault", "list") == []
    assert tell.refused("fault", "add", "explode", "GET", "/").startswith("fault must be one of ")
    assert tell.refused("fault", "add", "slow", "GET", "/", "nth=x") == "nth and times must be whole numbers from 1"
    assert tell.refused("fault", "add", "slow", "GET", "/", "seconds=nan") == "seconds must be a number from 0 to 3600"
    assert tell.refused("fault", "add", "slow", "GET", "/", "later=1").startswith("unknown key 'later'")
    assert (
        tell.refused("fault", "add", "slow", "GET")
        == "a fault is written KIND METHOD PATH [KEY=VALUE ...] or as JSON, not 'slow GET'"
    )
    assert tell.refused("fault", "add", "slow", "GET", "/", "soon").endswith("not 'soon'")
    assert "is not JSON" in tell.refused("fault", "add", "{")


def test_the_clock(tell: Tell, sandbox: Sandbox) -> None:
    """Shown, advanced by a duration in any unit, set to a moment."""
    assert tell("clock", "set", "2021-03-01T12:00:00Z").startswith("2021-03-01T12:00:00")
    for duration, moment in (("90", "12:01:3"), ("1.5h", "13:31:3"), ("30m", "14:01:3"), ("3D", "04T14:01:3")):
        assert moment in tell("clock", "advance", duration)
    assert tell("clock", "show").startswith("2021-03-04T14:01:3")
    assert sandbox.now.year == 2021
    assert tell.refused("clock", "advance", "soon") == "'soon' is not a duration; write e.g. 90, 90s, 5m, 2h or 3d"
    assert tell("clock", "set", "2021-03-01T12:00").startswith("2021-03-01T12:00:00"), "without a zone it is UTC"
    assert "'yesterday' is not a date such as" in tell.refused("clock", "set", "yesterday")


def test_switches(tell: Tell, sandbox: Sandbox) -> None:
    """Shown, turned several at once, each read as the kind it is; a wrong name is told the right one."""
    said = tell("switches", "set", "subscription_lapsed=on", "default_order_status = active", "default_page_size=100")
    assert said.splitlines()[0] == "subscription_lapsed is on"
    shown = tell.json("switches", "show")
    assert (shown["subscription_lapsed"], shown["default_order_status"], shown["default_page_size"]) == (
        True,
        "active",
        100,
    )
    assert "subscription_lapsed" in tell("switches", "show")
    tell("switches", "set", "subscription_lapsed=No")
    assert tell.json("switches", "show")["subscription_lapsed"] is False
    for pair, reason in (
        ("subscription_lapse=on", "there is no switch 'subscription_lapse'; did you mean subscription_lapsed?"),
        ("xyz=on", "there is no switch 'xyz'; `tgbridge sandbox switches show` lists those there are"),
        ("subscription_lapsed", "a switch is written NAME=VALUE, not 'subscription_lapsed'"),
        ("subscription_lapsed=maybe", "switch subscription_lapsed takes true or false, not 'maybe'"),
        ("default_page_size=ten", "switch default_page_size takes a whole number, not 'ten'"),
        ("default_order_status=x", "switch default_order_status takes draft or active or finalized, not 'x'"),
    ):
        assert tell.refused("switches", "set", pair) == reason


def test_logs_tokens_and_reset(tell: Tell, sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The newest requests, deliveries, tokens ended, and everything as at first."""
    for _ in range(3):
        list(client.locations.list())
    assert [entry["path"] for entry in tell.json("requests", "--limit", "2")] == ["/locations", "/locations"]
    assert tell("requests").count("/locations") == 3
    assert tell.json("deliveries") == {"deliveries": [], "waiting": 0}
    assert tell("deliveries").endswith("0 waiting")
    assert tell("tokens", "expire") == "0 tokens expired"
    assert tell("tokens", "revoke", sandbox.access_token) == "1 token revoked"
    assert tell("reset") == "the sandbox is as at the start"
    assert tell.json("requests") == []
    assert list(client.locations.list())


def test_the_warehouse(tell: Tell, client: TradeGeckoClient) -> None:
    """Goods in, an order packed in part and shipped; a refusal is the sandbox's line."""
    order = {
        "company_id": 2, "shipping_address_id": 1, "status": "active", "order_number": "WEB-1",
        "order_line_items": [{"variant_id": key, "quantity": 3, "price": "10"} for key in (1, 2)],
    }  # fmt: skip
    client.orders.create(order)
    assert tell("warehouse", "receive", "MUG-RED", "--quantity", "24", "--location", "2").startswith(
        "received: stock adjustment with adjustment number SA"
    )
    refused = tell.refused("warehouse", "pack", "WEB-1")
    assert refused == "order WEB-1 is active; only finalized orders are packed and shipped"
    said = tell("warehouse", "pack", "WEB-1", "--line", "MUG-BLUE=2", "--finalize", "--notes", "fragile")
    assert said == "packed: fulfillment with order number WEB-1, id 1"
    tracking = ("--tracking-number", "1Z", "--tracking-company", "UPS", "--service", "Ground")
    one, two = tell.json("warehouse", "ship", "WEB-1", *tracking)["fulfillments"]
    assert (one["status"], two["status"], two["tracking_number"], one["notes"]) == (
        "fulfilled",
        "fulfilled",
        "1Z",
        "fragile",
    )
    assert client.orders.get(1).status == "fulfilled"
    assert tell.refused("warehouse", "receive", "HAT", "--quantity", "1") == "no variant has the SKU 'HAT'"
    assert tell.refused("warehouse", "receive", "--variant", "1") == "quantity must be a number above 0"
    assert tell.refused("warehouse", "receive", "--purchase-order", "PO1") == "there is no purchase order 'PO1'"
    assert tell.refused("warehouse", "ship", "--fulfillment", "9") == "there is no fulfillment 9"
    for lines in (("--line", "TEE-S"), ("--line", "A=1", "--line", "A=2")):
        assert tell.refused("warehouse", "pack", "WEB-1", *lines).startswith("a line is written SKU=N, each SKU once")


def test_where_the_sandbox_is(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option or variable; without either, or with an address that is none, one line says so."""
    monkeypatch.setenv("TGBRIDGE_SANDBOX_URL", tell.url + "/")
    assert tgbridge("sandbox", "clock", "show").returncode == 0
    monkeypatch.delenv("TGBRIDGE_SANDBOX_URL")
    tell.url = ""
    assert tell.refused("clock", "show").startswith("no sandbox is named; use --url URL or the variable")
    for url in (
        "127.0.0.1:1",
        "https://127.0.0.1:1",
        "http://",
        "http://127.0.0.1:x",
        "http://[::1",
        "http://a b",
        "http://127.0.0.1:1/orders",
    ):
        tell.url = url
        assert tell.refused("reset").startswith("--url must be an address that a sandbox printed"), url
    serving = tgbridge("sandbox", "--port", "1", "--json", "clock", "show")
    assert (serving.returncode, serving.stderr.count("\n")) == (2, 1)
    assert serving.stderr.startswith(
        "error: --port, --json can only be used to start a sandbox; for one that runs write: tgbridge "
    )


@contextmanager
def somebody_else(status: int, body: bytes) -> Iterator[str]:
    """A server that is no sandbox."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_nobody_there_or_somebody_else() -> None:
    """Exit code 3 and one line, whether nothing listens or something that is no sandbox."""
    gone = tgbridge("sandbox", "clock", "show", "--url", "http://127.0.0.1:1")
    assert (gone.returncode, gone.stdout) == (3, "")
    assert gone.stderr == "error: no sandbox answers at http://127.0.0.1:1: Connection refused\n"
    for status, body in ((404, b"nothing"), (200, b"<html>"), (422, b"[]")):
        with somebody_else(status, body) as url:
            done = tgbridge("sandbox", "clock", "show", "--url", url)
        assert (done.returncode, "is not a sandbox" in done.stderr) == (3, True), (status, body)


def test_serving_with_limit_switches_and_faults(tmp_path: Path) -> None:
    """What is said at the start holds from the first request on."""
    page = '{"fault": "html", "method": "GET", "path": "/users"}'
    faults = ("--fault", "status GET /orders status=503", "--fault", page)
    arguments = (
        "sandbox",
        "--json",
        "--rate-limit",
        "3",
        "--switch",
        "default_order_status=active",
        *faults,
        "--client-secret",
        "s",
    )
    command = [sys.executable, "-W", "error", "-m", "tradegecko_bridge", *arguments]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        serving = json.loads(process.stdout.readline())
        assert serving["client_secret"] == "s"
        headers = {"Authorization": f"Bearer {serving['access_token']}"}
        with httpx.Client(base_url=serving["base_url"], headers=headers, verify=False) as http:
            assert http.get("/orders").status_code == 503
            assert http.get("/users").headers["Content-Type"].startswith("text/html")
            made = http.post("/orders", json={"order": {"company_id": 2, "shipping_address_id": 1}})
            assert (made.json()["order"]["status"], made.headers["X-Rate-Limit-Limit"]) == ("active", "3")
            assert http.get("/orders").status_code == 429
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--seed", "x"), "unknown seed 'x'"),
        (("--switch", "a"), "a switch is written NAME=VALUE, not 'a'"),
        (("--switch", "subscription_lapse=on"), "did you mean subscription_lapsed?"),
        (
            ("--switch", "default_order_status=x"),
            "switch default_order_status takes draft or active or finalized, not 'x'",
        ),
        (("--fault", "explode GET /"), "fault must be one of"),
        (("--fault", "slow GET / nth=0"), "nth and times must be whole numbers from 1"),
        (("--fault", "{}"), "a fault needs 'fault'"),
        (("--rate-limit", "0"), "'0' is neither a number from 1 nor off"),
        (("--rate-limit", "-1"), "'-1' is neither a number from 1 nor off"),
    ],
)
def test_what_cannot_be_served(arguments: tuple[str, ...], reason: str) -> None:
    """Wrong values end it before it serves, with what is wrong."""
    done = tgbridge("sandbox", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


def test_no_limit_at_all() -> None:
    """off counts nothing."""
    context = click.Context(sandbox_group)
    limit = next(param for param in sandbox_group.params if param.name == "rate_limit")
    assert [limit.process_value(context, text) for text in ("off", "7")] == [None, 7]
