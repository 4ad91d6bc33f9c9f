"""The command: as a process that is stopped, once for cron, and what it says of bad settings."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.cli.command import run
from tradegecko_bridge import Sandbox

SETTINGS = """
[tradegecko]
base_url = "{url}"
access_token = "{token}"

[service]
port = {port}
webhook_secret = "s3cret"

[alerts.me]
kind = "command"
command = ["{python}", "-c", "import sys; open('told', 'a').write(sys.stdin.read())"]

[connections.my-shop]
source = "folder"
options = {{ path = "shop" }}
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path, sandbox: Sandbox, port: int) -> Path:
    (tmp_path / "shop" / "orders").mkdir(parents=True)
    text = SETTINGS.format(url=sandbox.base_url, token=sandbox.access_token, port=port, python=sys.executable)
    (tmp_path / "tgbridge.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_it_runs_until_it_is_told_to_end(folder: Path, port: int) -> None:
    """It answers for its health, runs its jobs, and ends well."""
    command = [sys.executable, "-m", "tradegecko_bridge", "run"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, env={**os.environ}, text=True) as process:
        try:
            until = time.monotonic() + 60
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as web:
                while 'job="inventory",ok="true"' not in _metrics(web):
                    assert time.monotonic() < until
                    time.sleep(0.1)
                assert web.get("/readyz").json()["ready"] is True
                assert web.post("/webhooks", content=b"{}").status_code == 401, "it is not signed"
        finally:
            process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.startswith("my-shop: orders, tracking, inventory, full_stock\n")
    assert said.endswith("stopping after the order in hand\n")


def _metrics(web: httpx.Client) -> str:
    try:
        return web.get("/metrics").text
    except httpx.TransportError:
        return ""


@pytest.mark.process
def test_once_for_cron(folder: Path) -> None:
    """It runs what is due, tells, and ends; what ran a moment ago is not due."""
    file = folder / "shop" / "orders" / "bad.csv"
    file.write_text("nothing\n1\n", encoding="utf-8")
    os.utime(file, (1e9, 1e9))
    done = run(folder, "run", "--once")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert run(folder, "status").stdout.count("deliver orders") == 1
    assert (folder / "told").exists()
    told = (folder / "told").read_text(encoding="utf-8")
    run(folder, "run", "--once")
    assert (folder / "told").read_text(encoding="utf-8") == told


@pytest.mark.process
def test_a_message_to_try(folder: Path) -> None:
    """To everybody; what fails is a line."""
    assert run(folder, "run", "--try-alerts").stdout == "✓ alerts.me was told\n"
    file = folder / "tgbridge.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(sys.executable, "/no/such"), encoding="utf-8")
    done = run(folder, "run", "--try-alerts")
    assert done.returncode == 1
    assert done.stdout.startswith("✗ alerts.me could not be told: the command /no/such cannot be run")


@pytest.mark.process
def test_a_port_that_is_taken(folder: Path, port: int) -> None:
    """One line, and what to do."""
    with socket.create_server(("127.0.0.1", port)):
        done = run(folder, "run", "--once")
    assert done.returncode == 2
    why = f"nothing can listen on 127.0.0.1:{port} (Address already in use); choose another port or host"
    assert done.stderr == f"error: service: {why}\n"
