"""Text of strangers in every place there is, and every command there is: nothing of it does anything to a terminal."""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import click
import httpx
import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from tests.cli.command import run
from tests.support import unseen
from tradegecko_bridge import Sandbox, SqlStore
from tradegecko_bridge.cli.app import tgbridge
from tradegecko_bridge.cli.output import console
from tradegecko_bridge.cli.output.console import print_json, print_table, progress_bar, say
from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.engine import Progress
from tradegecko_bridge.ledger import Finding, Severity
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.visible import VisibleStream

EVIL = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202eevil\u2066\u200b\u2028\r\nerror: forged\ufeff\u3164"
ENCODED = "%1B%5D0%3Bowned%07%1B%5B31m%C2%9B2J%E2%80%AEevil%0Aerror: forged"
NAME = "1\x1b[31m\u202e\x9b2J"
CLI = Path(__file__).parents[2] / "src" / "tradegecko_bridge" / "cli"
SETTINGS = """
[tradegecko]
base_url = "{base_url}"
{login}

[ledger]
url = "sqlite:///{ledger}"

[connections.my-shop]
source = "folder"
options = {{ path = "shop", settle = 0 }}

[connections.other]
source = "folder"
options = {{ path = "other", settle = 0 }}
location = "nowhere"
"""
TOKEN = 'access_token = "{}"'
APP = 'client_id = "{}"\nclient_secret = "s"'

# What every command is tried with; E stands for the hostile text, N for the number of an order that has it. A new
# command is not run until it is here, and the test says so.
COMMANDS: dict[str, list[str]] = {
    "sync": ["", "--dry-run", "tracking", "E", "--connection|E", "inventory|--full", "inventory|--past-brake"],
    "stock": ["", "E", "--state|E", "E|--resend", "--state|accepted|--resend"],
    "products": ["", "E", "--connection|E", "--json"],
    "shipments": ["", "N", "E", "--json", "--state|E", "N|--resend"],
    "status": ["", "--connection|E", "--json"],
    "run": ["--once", "--once|--connection|E", "--try-alerts"],
    "reconcile": ["--from|2020-01-01", "--from|E", "--from|2020-01-01|--repair"],
    "settings": ["", "--changed", "--connection|E"],
    "orders list": ["", "--text|forged", "--number|E", "--reason-code|E", "--state|E", "--since|E", "--connection|E"],
    "orders summary": ["", "--connection|E"],
    "orders show": ["N", "E", "held\x1b[31m", "1"],
    "orders resend": ["N", "E"],
    "orders pull": ["N", "E", "--since|2020-01-01", "--since|E"],
    "orders hold": ["N|--reason|E", "E|--reason|x"],
    "orders release": ["N|--dry-run", "N", "--all|--text|forged|--dry-run", "E"],
    "orders retry": ["N", "E"],
    "orders skip": ["N|--reason|E", "E|--reason|x"],
    "orders cancel": ["N|--reason|E", "E|--reason|x"],
    "orders confirm": ["N|--reason|E", "E|--reason|x"],
    "orders accept": ["N|--why|E", "E|--why|x"],
    "orders void": ["N|--why|E", "E|--why|x", "N|--why|E|--force|--dry-run"],
    "orders edit": ["N|--set|ship.city=E|--why|E", "N|--set|E|--why|x", "E|--line|E|--sku|E|--why|x"],
    "orders void-double": ["1|2", "E|E"],
    "source list": ["", "--json"],
    "source describe": ["E", "vendure|--json"],
    "source new": ["E", "my-shop|--into|E"],
    "source try": ["E", "shop/orders/E.csv", "shop/orders/E.csv|--preset|E", "shop/orders/E.csv|--connection|E"],
    "source check": ["E", "E:E", "examples.rest_cart:E", "E|--only|E|--json"],
    "source guess": ["shop/orders/E.csv", "E", "shop/orders/E.csv|--connection|E"],
    "alerts": ["", "--all", "--connection|E"],
    "ledger check": ["", "--offline", "--since|E"],
    "ledger adopt-account": ["", "--force"],
    "ledger adopt-source": ["--connection|my-shop", "--connection|my-shop|--force", "--connection|E"],
    "ledger expire": ["--days|1|--dry-run", "--days|E"],
    "ledger backup": ["E.db", "E.db", "/E/E.db"],
    "ledger restore": ["E.db", "E.db|--force", "missing E.db"],
    "ledger restored": ["2020-01-01", "E"],
    "ledger copy": ["sqlite:///ledger.db|sqlite:///E", "E|E", "$E|x"],
    "login": ["--user|E|--password-stdin", "--name|E|--user|E|--password-stdin", "--timeout|E"],
    "logout": ["", "--name|E"],
    "check": ["", "--connection|E"],
    "demo": ["--folder|demo"],
    "sandbox": [
        "--seed|E",
        "--switch|E",
        "--switch|E=E",
        "--fault|E",
        "--state|/E/E",
        "--port|E",
        "--access-token|E",
        "--client-secret|E",
    ],
    "sandbox fault add": ["E", "status|GET|/E|status=500", "E|E|E|E=E"],
    "sandbox fault list": [""],
    "sandbox fault clear": [""],
    "sandbox clock show": [""],
    "sandbox clock advance": ["1s", "E"],
    "sandbox clock set": ["2030-01-01", "E"],
    "sandbox switches show": [""],
    "sandbox switches set": ["era=E", "E=E", "E"],
    "sandbox warehouse receive": ["E|--quantity|1", "--purchase-order|E", "MUG-RED|--quantity|1|--location|E"],
    "sandbox warehouse pack": ["E", "N|--line|E=1", "N|--line|E"],
    "sandbox warehouse ship": ["E", "N|--tracking-company|E|--tracking-number|E|--notes|E", "N"],
    "sandbox requests": [""],
    "sandbox deliveries": [""],
    "sandbox tokens expire": ["E"],
    "sandbox tokens revoke": ["E"],
    "sandbox reset": [""],
}


def commands(group: click.Group = tgbridge, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command of the registry that does something by itself."""
    context = click.Context(group)
    for name in group.list_commands(context):  # those that are loaded when they are used, too
        command = group.get_command(context, name)
        assert command is not None
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield " ".join((*path, name))
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def order(number: str, sku: str) -> dict[str, Any]:
    person = {"first_name": EVIL, "last_name": EVIL}
    address = {"address1": EVIL, "city": EVIL, "region": EVIL, "postal_code": EVIL, "country": "CA", "company": EVIL}
    line = {"reference": EVIL, "sku": sku, "name": EVIL, "quantity": 1, "price": "1"}
    return {
        "reference": f"{number}{EVIL}", "number": number, "placed_at": "2026-01-31T09:30:00Z", "currency": "CAD",
        "lines": [line], "customer": {**person, "email": "a@example.com"}, "shipping_address": {**person, **address},
        "tags": [EVIL], "note": EVIL, "shipping": [{"label": EVIL, "amount": "0"}],
    }  # fmt: skip


class Hostile(BaseHTTPRequestHandler):
    """Answers every request with words nobody should print."""

    status = 200

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said: dict[str, Any] = {"type": EVIL, "message": EVIL, "error": EVIL, "error_description": EVIL, "now": EVIL}
        said |= {"errors": {EVIL: [EVIL]}, "waiting": EVIL, "tokens": EVIL, "switches": {EVIL: EVIL, "era": EVIL}}
        row = dict.fromkeys(("fault", "method", "path", "nth", "times", "seen", "struck", "time", "query"), EVIL)
        row |= dict.fromkeys(("event", "object_id", "attempt", "status", "error"), EVIL)
        said |= {"fault": row, "faults": [row], "requests": [row], "deliveries": [row]}
        made = {"fulfillments": [{"id": EVIL, "order_number": EVIL, "adjustment_number": EVIL}]}
        body = json.dumps(made if "/warehouse/" in self.path and self.status < 400 else said).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json\x9b31m")
        self.send_header("X-Request-Id", "1\x9b31m")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def hostile_server(status: int) -> Iterator[str]:
    handler = type("Handler", (Hostile,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def folder(sandbox: Sandbox, tmp_path: Path) -> Path:
    """A shop whose orders, files, ledger and account are full of it."""
    with httpx.Client(base_url=sandbox.base_url, headers={"Authorization": f"Bearer {sandbox.access_token}"}) as client:
        client.put("/locations/1", json={"location": {"label": EVIL}}).raise_for_status()
        client.put("/variants/1", json={"variant": {"sku": EVIL}}).raise_for_status()
        client.get(f"/{ENCODED}", params={ENCODED: EVIL})
        client.post(
            "/webhooks", json={"webhook": {"address": f"http://127.0.0.1:9/{ENCODED}", "event": "order.create"}}
        )
    state = sandbox.instance.context.state
    with state.transaction():
        state.update("accounts", state["accounts"].rows[1], {"name": EVIL})
        state.update("users", state["users"].rows[1], {"email": f"{EVIL}@example.com"})
    for place in ("shop", "other"):
        (tmp_path / place / "orders").mkdir(parents=True)
    orders = [order(NAME, EVIL), order(f"{NAME}2", "MUG-BLUE"), order("3", "MUG-BLUE"), order("4", EVIL)]
    inbox = tmp_path / "shop" / "orders"
    (inbox / "a\x1b[31m\u202e\n.json").write_text(json.dumps(orders), encoding="utf-8")
    (inbox / "bad\x1b[31m.json").write_text('{"\\u001b[31m": 1}', encoding="utf-8")
    (inbox / "bad\x1b[31m.csv").write_text("order_number,\x1b[31m\n1,2\n", encoding="utf-8")
    (inbox / "bytes\x9b31m\udcff.json").write_bytes(b"\xff")
    (tmp_path / "demo" / "orders").mkdir(parents=True)
    (tmp_path / "demo" / "orders" / "a\x1b[31m.json").write_text(json.dumps(orders), encoding="utf-8")
    now = datetime.now(UTC)
    with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        unreadable = UnreadableOrder(reference="held\x1b[31m", number=EVIL, problem=EVIL)
        store.ingest("my-shop", [unreadable, an_order("9")], at=now)
        store.ingest(f"gone{EVIL}", [an_order("1"), an_order(EVIL)], at=now)
        alert = Finding(key=EVIL, severity=Severity.ERROR, text=EVIL, count=1)
        store.update_alerts("my-shop", [alert], scope=[EVIL], at=now)
    write_settings(tmp_path, sandbox.base_url, TOKEN.format(sandbox.access_token))
    return tmp_path


def write_settings(folder: Path, base_url: str, login: str) -> None:
    text = SETTINGS.format(base_url=base_url, login=login, ledger="ledger.db")
    (folder / "tgbridge.toml").write_text(text, encoding="utf-8")


def arguments(given: str) -> list[str]:
    """The words of one try."""
    named = (word if word != "N" else NAME for word in given.split("|") if word)
    return [re.sub(r"\bE\b", lambda _: EVIL, word) for word in named]


def try_all(folder: Path, url: str) -> str:
    """Run every command in every way; all that was printed."""
    said = []
    for command, tries in COMMANDS.items():
        for given in (*tries, "--E"):
            talks = command.startswith("sandbox ") and given != "--E"
            words = [*command.split(), *arguments(given), *(["--url", url] if talks else [])]
            done = run(folder, *words, said="password\n")
            for output in (done.stdout, done.stderr):
                assert not unseen(output), (words, output)
                assert not [line for line in output.split("\n") if line.startswith("error: forged")], (words, output)
            said.append(done.stdout + done.stderr)
    return "".join(said)


def test_every_command_is_tried() -> None:
    """One that is new is added above, or nobody knows what it lets through."""
    assert set(COMMANDS) == set(commands())


def test_hostile_orders_files_and_accounts(sandbox: Sandbox, folder: Path) -> None:
    """A delivery of them, then every command that there is, once more with a login of its own."""
    first = run(folder, "sync")
    assert not unseen(first.stdout + first.stderr)
    assert "delivered" in first.stdout
    said = try_all(folder, sandbox.base_url)
    assert said.count("\\x1b[31m") > 100
    assert "\\x9b2J" in said
    write_settings(folder, sandbox.base_url, APP.format(sandbox.client_id))
    for command in ("login", "logout"):
        for given in COMMANDS[command]:
            done = run(folder, command, *arguments(given), said="password\n")
            assert not unseen(done.stdout + done.stderr), done


@pytest.mark.parametrize("status", [200, 422])
def test_hostile_servers(folder: Path, status: int) -> None:
    """Whatever a server in TradeGecko's or the sandbox's place says, and under whatever request id."""
    with hostile_server(status) as url:
        write_settings(folder, url, TOKEN.format("t"))
        for command, tries in COMMANDS.items():
            for given in tries[:1] if command != "demo" else ():
                talks = ["--url", url] if command.startswith("sandbox ") else []
                done = run(folder, *command.split(), *arguments(given), *talks, said="password\n")
                assert not unseen(done.stdout + done.stderr), (command, given, done)


def test_json_is_exact_and_plain(folder: Path) -> None:
    """Programs get each character as it is, terminals get ASCII."""
    for command in ("sync", "orders list", "orders show N", "alerts --all", "check"):
        done = run(folder, *(word if word != "N" else NAME for word in command.split()), "--json")
        assert done.stdout.isascii(), command
        assert not unseen(done.stdout), command
        exact = json.dumps(json.loads(done.stdout), ensure_ascii=False)
        assert any(mark in exact for mark in ("\u202e", "\x9b")), command


class Terminal(io.StringIO):
    """Where rich believes to see a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_only_our_own_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours of ours pass; texts are laid out by the width they have once they can be seen."""
    colours = Console(force_terminal=True, color_system="standard", width=200, highlight=False)
    monkeypatch.setattr(console, "_SCREEN", colours)
    screen = Terminal()
    with redirect_stdout(VisibleStream.over(screen)):
        print_table(
            ("order", "state"), [(EVIL, Text("held", style="yellow")), ("1", Text(EVIL, style="red")), ("東京", "x")]
        )
        say(Text("✗ ", style="red") + Text(EVIL, style="bold"))
        say("[red]not markup[/red]")
        print_json({"name": EVIL})
    text = screen.getvalue()
    assert "\x1b[33mheld" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert not unseen(plain)
    assert "[red]not markup[/red]" in plain
    head, *lines = plain.split("\n")[:4]
    column = head.index("state")
    for row, second in zip(lines, ("held", "\\x1b]0", "x"), strict=True):
        assert cell_len(row[: row.index(second, 3)]) == column, row


def test_what_others_print_beside_a_progress_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """rich puts it above the bar, and would obey the escapes in it."""
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = Terminal()
    with redirect_stderr(VisibleStream.over(screen)), progress_bar() as on_progress:
        on_progress(Progress(operation="deliver orders", done=1, total=2))
        print(f"warning: {EVIL}", file=sys.stderr)
    assert "\\x1b]0;owned" in screen.getvalue()
    assert not {"\x07", "\x9b", "\u202e", "\u2066"} & set(screen.getvalue())


def test_one_place_prints() -> None:
    """No module of the command line prints by itself."""
    printing = set()
    for path in CLI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if name == "print" or name.endswith((".echo", ".secho", ".stdout.write", ".stderr.write", "Console")):
                printing.add(f"{path.relative_to(CLI)}: {name}")
    assert printing == {"main.py: print", "output/lines.py: click.echo", "output/console.py: Console"}
