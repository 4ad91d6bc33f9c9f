"""Starting, stopping, the command's entry, and the state file."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.support import Client, Json
from tradegecko_bridge.sandbox import Sandbox, StateFileError

SERVE = (
    "import sys; from tradegecko_bridge.sandbox import serve; "
    "serve(port=int(sys.argv[1]), state=sys.argv[2] or None, json_line=True, rate_limit=None)"
)


@contextmanager
def served(port: int = 0, state: str = "") -> Iterator[tuple[subprocess.Popen[str], Json]]:
    """A sandbox in a process of its own, and what it announced."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE, str(port), state],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def test_stopping_leaves_nothing() -> None:
    """A sandbox takes its thread and port with it."""
    threads = threading.active_count()
    sandbox = Sandbox()
    with sandbox:
        headers = {"Authorization": f"Bearer {sandbox.access_token}"}
        assert httpx.get(f"{sandbox.base_url}/orders", headers=headers).status_code == 200
        port = int(sandbox.base_url.rsplit(":", 1)[1])
    sandbox.stop()
    assert threading.active_count() == threads
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


def test_a_sandbox_is_started_once_and_before_it_is_used() -> None:
    """Asking too early and starting twice are errors that say so."""
    sandbox = Sandbox(seed="empty")
    with pytest.raises(RuntimeError, match="not been started"):
        sandbox.requests()
    with sandbox, pytest.raises(RuntimeError, match="running already"):
        sandbox.start()


def test_a_taken_port_is_said_clearly() -> None:
    """The error names address and port, and nothing is left running."""
    with Sandbox() as first:
        port = int(first.base_url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}"):
            Sandbox(port=port).start()
    with pytest.raises(OSError, match="0 to 65535"):
        Sandbox(port=70000).start()
    with pytest.raises(ValueError, match="unknown seed"):
        Sandbox(seed="nothing").start()


def test_the_empty_seed_has_an_account_and_nothing_to_sell() -> None:
    """empty: account, user, one location, base currency and taxes, no products and no customers."""
    with Sandbox(seed="empty") as sandbox:
        api = Client(sandbox)
        for name, total in (("products", 0), ("variants", 0), ("companies", 0), ("locations", 1), ("users", 1),
                            ("currencies", 1), ("tax_types", 3), ("stock_adjustments", 0)):  # fmt: skip
            assert len(api.get(f"/{name}")[name]) == total, name
        assert api.get("/accounts/current")["account"]["default_currency_id"] == 1
        api.close()


def test_no_rate_limit_when_measuring() -> None:
    """rate_limit=None counts nothing and sends no headers; another number is another limit."""
    with Sandbox(rate_limit=None) as free, Sandbox(rate_limit=2) as tight:
        one, two = Client(free), Client(tight)
        assert "X-Rate-Limit-Limit" not in one("GET", "/orders?limit=0").headers
        assert [two("GET", "/orders").status_code for _ in range(3)] == [200, 200, 429]
        one.close()
        two.close()


def test_the_state_file_keeps_everything(tmp_path: Path) -> None:
    """Orders, stock, numbers, keys and removed ids are as they were after a restart; reset starts over."""
    path = tmp_path / "state"
    key: Any = {"headers": {"Idempotency-Key": "k"}}
    with Sandbox(state=path) as sandbox:
        api = Client(sandbox)
        order = api.order(api.line("MUG-BLUE", 2), api.line("MUG-SET", 1), status="finalized")
        api("POST", f"/orders/{order['id']}/actions/fulfil", **key).raise_for_status()
        note = api.post("/notes", "note", company_id=2, body="x")
        api("DELETE", f"/notes/{note['id']}")
        before = [api.get(name) for name in ("/orders", "/variants", "/fulfillments", "/order_line_items")]
        api.close()
    for _ in range(2):
        with Sandbox(state=path) as sandbox:
            api = Client(sandbox)
            after = [api.get(name) for name in ("/orders", "/variants", "/fulfillments", "/order_line_items")]
            assert after == before
            assert api("POST", "/orders/1/actions/pack", **key).status_code == 400
            assert api.get("/orders/available_identifiers") == {"identifier": "SO0002"}
            api.close()
    with Sandbox(state=path) as sandbox:
        sandbox.instance._journal.rewrite(sandbox.instance.context.state)  # type: ignore[union-attr]
        api = Client(sandbox)
        assert api.post("/notes", "note", company_id=2, body="y")["id"] == note["id"] + 1
        sandbox.reset()
        assert api.get("/orders")["meta"]["total"] == 0
        api.close()
    with Sandbox(state=path) as sandbox:
        api = Client(sandbox)
        assert api.get("/orders")["meta"]["total"] == 0
        api.close()


def test_a_killed_server_loses_no_answered_write(tmp_path: Path) -> None:
    """After SIGKILL in the middle of writing, every order that was answered is there, once."""
    path = str(tmp_path / "state")
    answered: list[str] = []
    with served(state=path) as (process, facts):

        def write(name: str) -> None:
            headers = {"Authorization": f"Bearer {facts['access_token']}"}
            with httpx.Client(base_url=facts["base_url"], headers=headers) as client:
                for number in range(1000):
                    order = {
                        "company_id": 2,
                        "shipping_address_id": 1,
                        "status": "active",
                        "order_number": f"{name}-{number}",
                        "order_line_items": [{"variant_id": 1, "quantity": 1, "price": 1}],
                    }
                    try:
                        client.post("/orders", json={"order": order}).raise_for_status()
                    except httpx.TransportError:
                        return
                    answered.append(f"{name}-{number}")

        writers = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
        for writer in writers:
            writer.start()
        patience = time.monotonic() + 30
        while len(answered) < 20 and time.monotonic() < patience:
            time.sleep(0.01)
        process.kill()
        for writer in writers:
            writer.join()
    assert len(answered) >= 20
    with Path(path).open("ab") as file:
        file.write(b'[["orders",999')  # What a kill in the middle of a write leaves behind.
    with Sandbox(state=path, rate_limit=None) as sandbox:
        api = Client(sandbox)
        found = [
            row["order_number"] for page in range(1, 9) for row in api.get("/orders", limit=250, page=page)["orders"]
        ]
        assert set(answered) <= set(found)
        assert len(found) == len(set(found)) <= len(answered) + 2
        assert api.variant("MUG-BLUE")["committed_stock"] == str(len(found))
        api.close()


def test_a_state_file_is_used_by_one_sandbox_at_a_time(tmp_path: Path) -> None:
    """A second sandbox on the same file, and a file that is something else, are refused."""
    path = tmp_path / "state"
    with Sandbox(state=path), pytest.raises(StateFileError, match="in use"):
        Sandbox(state=path).start()
    path.write_text("something else\n")
    with pytest.raises(StateFileError, match="not a sandbox state file"):
        Sandbox(state=path).start()
    assert path.read_text() == "something else\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_announces_itself_and_ends_on_signals(number: signal.Signals) -> None:
    """The line comes when requests are answered; SIGTERM and SIGINT end it with status 0 and no noise."""
    with served() as (process, facts):
        headers = {"Authorization": f"Bearer {facts['access_token']}"}
        assert httpx.get(facts["base_url"] + "/users/current", headers=headers).status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
