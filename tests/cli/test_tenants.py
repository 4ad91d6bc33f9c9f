"""Two tenants whose settings name one ledger: whatever command either of them tries, nothing of the other's crosses."""

from __future__ import annotations

import ast
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

import click
import httpx
import pytest
from attrs import frozen

from tests.cli.command import run
from tests.cli.test_help import commands
from tests.tradegecko.oauth import DANA, PASSWORD
from tradegecko_bridge import Sandbox, cli, wiring
from tradegecko_bridge.cli.app import tgbridge

SETTINGS = """
[tradegecko]
base_url = "{base_url}"
client_id = "{client_id}"
client_secret = "$TG_SECRET"
login = "{login}"

[ledger]
url = "sqlite:///{ledger}"

[connections.{connection}]
source = "folder"
options = {{ path = "shop", settle = 0 }}
"""
ORDERS = """\
order_number,placed_at,currency,customer_email,ship_last_name,ship_address1,ship_city,ship_country,sku,quantity,price
3001,{placed},CAD,{who}@example.com,{who},1 {who} Street,Toronto,CA,MUG-BLUE,1,19.99
3002,{placed},CAD,{who}@example.com,{who},1 {who} Street,Toronto,CA,NO-SUCH,1,19.99
"""
A_DAY: Final = "2020-01-01"

TRIED: Final[dict[str, list[str]]] = {
    "sync": ["", "--dry-run", "orders", "tracking", "inventory", "products", "all --connection {name}"],
    "stock": ["", "MUG-BLUE", "--connection {name} --json", "--state accepted --resend"],
    "products": ["", "--connection {name} --json"],
    "shipments": ["", "3001", "--connection {name} --json", "3001 --resend"],
    "status": ["", "--connection {name} --json"],
    "run": ["--once", "--once --connection {name}", "--try-alerts"],
    "reconcile": [f"--from {A_DAY}", f"--from {A_DAY} --repair --json"],
    "check": ["", "--connection {name}", "--json"],
    "alerts": ["", "--all", "--connection {name} --json"],
    "orders list": ["", "--number 3001", "--connection {name} --json"],
    "orders summary": ["", "--json"],
    "orders show": ["3001", "3001 --json", "3002 --connection {name}"],
    "orders resend": ["3001", "3001 --connection {name}"],
    "orders pull": ["3001", f"--since {A_DAY}", "3001 --connection {name}"],
    "orders hold": ["3002 --reason x", "--all --state held --reason x", "3002 --reason x --dry-run"],
    "orders release": ["3002", "--all --state held", "3002 --connection {name} --json"],
    "orders retry": ["3002", "3001", "--all --state held"],
    "orders skip": ["3002 --reason x", "--all --state held --reason x"],
    "orders cancel": ["3002 --reason x", "--all --state held --reason x"],
    "orders confirm": ["3001 --reason x", "--all --state delivered --reason x"],
    "orders accept": ["3001 --why x", "3001 --why x --dry-run", "3001 --connection {name} --why x --json"],
    "orders void": ["3001 --why x", "3001 --why x --force", "3001 --connection {name} --why x --force"],
    "orders edit": ["3002 --set ship.city=Rome --why x", "3002 --line 1 --sku X --why x --dry-run"],
    "orders void-double": ["{id} {id}", "1 2", "1 2 --older --dry-run"],
    "ledger check": ["", "--offline", f"--since {A_DAY} --json"],
    "ledger backup": ["mine.db", "mine.db --force --json"],
    "ledger restore": ["{old}", "{old} --force"],
    "ledger restored": [A_DAY],
    "ledger adopt-account": ["", "--connection {name}", "--force"],
    "ledger adopt-source": ["--connection {name}", "--connection {name} --json"],
    "ledger expire": ["--days 1", "--days 1 --also-delivered", "--days 1 --connection {name} --dry-run"],
    "login": [f"--user {DANA} --password-stdin", f"--user {DANA} --password-stdin --name default"],
    "logout": ["", "--name default"],
}
"""Every command that reads settings, as the second tenant tries it. Left out is what says that it takes over what is
somebody else's: ``logout --force`` and ``ledger adopt-source --force``."""
OF_NO_TENANT: Final = {
    "demo": "has a ledger and a sandbox of its own",
    "ledger copy": "is given ledgers, not settings",
    "sandbox": "reads no settings",
    "settings": "shows the settings it is given, and opens nothing",
    "source": "reads files of orders, and no ledger",
}


def test_every_command_is_tried() -> None:
    """A new one has to be told here what to try, or why it can do no harm."""
    there = {" ".join(path) for path, one in commands(tgbridge) if not isinstance(one, click.Group)}
    harmless = {path for path in there if any(path == one or path.startswith(f"{one} ") for one in OF_NO_TENANT)}
    assert there - harmless == TRIED.keys()


def test_ledgers_are_opened_in_one_place() -> None:
    """Where it is looked whose they are; the others are no commands on orders, or engines that look for themselves."""
    found = set()
    for file in (*Path(cli.__file__).parent.rglob("*.py"), *Path(wiring.__file__).parent.rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = {node.func.id for node in ast.walk(function) if _is_named_call(node)}  # type: ignore[attr-defined]
                found |= {function.name} if "SqlStore" in calls else set()
    engines, logins, copies = {"open_engines", "_read_only_ledger"}, {"open_logins"}, {"copy"}
    assert found == {"ledger_of", "run_demo", "adopt_moved"} | engines | logins | copies


def _is_named_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


@frozen
class Tenant:
    """Somebody with a shop, an account and settings."""

    who: str
    home: Path
    sandbox: Sandbox
    login: str

    def tgbridge(self, *arguments: str, said: str = "") -> CompletedProcess[str]:
        environment = {**os.environ, "TG_SECRET": self.sandbox.client_secret}
        return run(self.home, *arguments, said=said, environment=environment)

    def log_in(self) -> None:
        done = self.tgbridge("login", "--user", DANA, "--password-stdin", said=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr


def a_tenant(home: Path, who: str, sandbox: Sandbox, ledger: Path, login: str, connection: str) -> Tenant:
    (home / "shop" / "orders").mkdir(parents=True)
    given = {"base_url": sandbox.base_url, "client_id": sandbox.client_id, "login": login, "connection": connection}
    (home / "tgbridge.toml").write_text(SETTINGS.format(ledger=ledger, **given), encoding="utf-8")
    placed = f"2026-11-0{len(who)}T12:00:00Z"
    (home / "shop" / "orders" / "orders.csv").write_text(ORDERS.format(who=who, placed=placed), encoding="utf-8")
    return Tenant(who, home, sandbox, login)


Sent = list[tuple[str, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Which credentials went where."""
    found: Sent = []
    send = httpx.HTTPTransport.handle_request

    def note(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        secrets = [request.headers.get("Authorization", "")]
        if request.url.path.startswith("/oauth/"):
            secrets += httpx.QueryParams(request.content.decode()).get_list("refresh_token")
        found.extend((str(request.url.port), secret) for secret in secrets if secret)
        return send(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", note)
    return found


def rows(ledger: Path, connection: str, login: str) -> list[tuple[object, ...]]:
    """Everything in the ledger that belongs to a connection, its orders and its login."""
    with closing(sqlite3.connect(ledger)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: list[tuple[object, ...]] = []
        for table in sorted(tables):
            columns = [name for _, name, *_ in file.execute(f"PRAGMA table_info({table})")]
            condition = {"ledger_tokens": "name = :login"}.get(table, "1")
            if "connection" in columns:
                condition = "connection = :connection"
            elif "order_id" in columns:
                condition = "order_id IN (SELECT id FROM ledger_orders WHERE connection = :connection)"
            elif table.startswith(("ledger_mirror", "ledger_permits")):
                continue  # of accounts, under their addresses
            query = f"SELECT '{table}', * FROM {table} WHERE {condition}"
            found += file.execute(query, {"connection": connection, "login": login}).fetchall()
    return found


def files(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


@pytest.fixture
def sandboxes() -> Iterator[tuple[Sandbox, Sandbox]]:
    with Sandbox() as one, Sandbox() as other:
        yield one, other


@pytest.mark.parametrize("collides", ["the connection", "connection and login"])
def test_nothing_crosses(
    collides: str, sandboxes: tuple[Sandbox, Sandbox], sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second tenant tries every command: of the first one's nothing is shown, sent, or other than it was."""
    monkeypatch.setattr(click, "prompt", lambda *_args, **_options: PASSWORD)
    ledger = tmp_path / "ledger.db"
    ann = a_tenant(tmp_path / "a", "Annika", sandboxes[0], ledger, "default", "shop")
    logins = {"the connection": "bobs", "connection and login": "default"}
    bob = a_tenant(tmp_path / "b", "Bob", sandboxes[1], ledger, logins[collides], "shop")
    old = tmp_path / "old.db"
    ann.log_in()
    assert ann.tgbridge("sync").returncode == 0
    assert ann.tgbridge("ledger", "backup", str(old)).returncode == 0
    assert ann.tgbridge("sync").returncode == 0
    if bob.login != ann.login:
        bob.log_in()
    anns = {secret for port, secret in sent if str(port) == ann.sandbox.base_url.rpartition(":")[2]}
    assert anns
    del sent[:]
    before = rows(ledger, "shop", "default"), files(ann.home), len(ann.sandbox.requests())

    for path, several in TRIED.items():
        for options in several:
            words = options.format(name="shop", id=1, old=old).split()
            done = bob.tgbridge(*path.split(), *words, said=f"{PASSWORD}\n")
            said = f"{path} {options}: {done.stdout}{done.stderr}"
            assert "Annika" not in done.stdout + done.stderr, said
            assert "Traceback" not in done.stderr, said
            own = path in ("login", "logout") and "default" not in (*words, bob.login)
            assert own or done.returncode != 0, said
            assert own or done.stdout == "" or path in ("sync", "orders pull", "reconcile"), said
            assert (rows(ledger, "shop", "default"), files(ann.home), len(ann.sandbox.requests())) == before, said
    port = ann.sandbox.base_url.rpartition(":")[2]
    assert [to for to, secret in sent if to == port or secret in anns] == []
    assert not [one for one in bob.sandbox.requests() if (one["method"], one["path"]) == ("POST", "/orders")]

    again = ann.tgbridge("sync")
    assert (again.returncode, again.stderr) == (0, ""), again.stdout
    listed = ann.tgbridge("orders", "show", "3001")
    assert "delivered" in listed.stdout


def test_a_login_of_the_same_name_is_not_shared(sandboxes: tuple[Sandbox, Sandbox], sent: Sent, tmp_path: Path) -> None:
    """Connections of different names, and the login name that all settings have: the second tenant is told to choose
    another, and then works beside the first."""
    ledger = tmp_path / "ledger.db"
    ann = a_tenant(tmp_path / "a", "Annika", sandboxes[0], ledger, "default", "anns")
    bob = a_tenant(tmp_path / "b", "Bob", sandboxes[1], ledger, "default", "bobs")
    ann.log_in()
    assert ann.tgbridge("sync").returncode == 0
    del sent[:]
    before = rows(ledger, "anns", "default"), files(ann.home), len(ann.sandbox.requests())
    for command in ("sync", "check", "ledger check", "ledger adopt-account", "orders void-double 1 2", "logout"):
        done = bob.tgbridge(*command.split())
        assert done.returncode != 0, command
        assert "login 'default' is for application" in done.stderr + done.stdout, command
    refused = bob.tgbridge("login", "--user", DANA, "--password-stdin", said=f"{PASSWORD}\n")
    assert refused.returncode == 3
    assert refused.stderr.count("\n") == 1
    assert "use another name, or delete it first (`tgbridge logout --force`)" in refused.stderr
    assert (rows(ledger, "anns", "default"), files(ann.home), len(ann.sandbox.requests())) == before
    assert sent == []

    settings = (bob.home / "tgbridge.toml").read_text(encoding="utf-8")
    (bob.home / "tgbridge.toml").write_text(settings.replace('login = "default"', 'login = "bobs"'), encoding="utf-8")
    bob.log_in()
    assert bob.tgbridge("sync").returncode == 0
    assert rows(ledger, "anns", "default") == before[0]
    shown = bob.tgbridge("orders", "show", "3001", "--connection", "bobs").stdout
    assert "delivered" in shown
    assert "anns" not in shown
    assert ann.tgbridge("sync").returncode == 0


@pytest.mark.parametrize("bobs", ["anns", "bobs"])
def test_a_login_of_before_goes_where_the_ledger_s_accounts_are(
    bobs: str, sandboxes: tuple[Sandbox, Sandbox], sent: Sent, tmp_path: Path
) -> None:
    """Nothing says whose it is. The first tenant goes on with it; the second one's host never gets it."""
    ledger = tmp_path / "ledger.db"
    ann = a_tenant(tmp_path / "a", "Annika", sandboxes[0], ledger, "default", "anns")
    bob = a_tenant(tmp_path / "b", "Bob", sandboxes[1], ledger, "default", bobs)
    ann.log_in()
    assert ann.tgbridge("sync").returncode == 0
    with closing(sqlite3.connect(ledger)) as file:
        file.execute("UPDATE ledger_tokens SET content = json_remove(content, '$.owner', '$.seals')")
        file.execute("DELETE FROM ledger_cursors WHERE stream = 'source'")
        file.commit()
    del sent[:]
    before = rows(ledger, "anns", "default")
    tried = ("sync", "sync --dry-run", "check", "ledger check", "orders void-double 1 2", "orders pull 3001", "logout")
    for command in (*tried, f"login --user {DANA} --password-stdin"):
        done = bob.tgbridge(*command.split(), said=PASSWORD)
        assert (done.returncode, done.stdout) == (2, ""), command
        assert (
            f"this ledger knows only accounts at {ann.sandbox.base_url}, none at {bob.sandbox.base_url}" in done.stderr
        )
    assert (sent, rows(ledger, "anns", "default")) == ([], before)
    assert ann.tgbridge("sync").returncode == 0
    assert rows(ledger, "anns", "default") != before, "now it is bound"
    assert "is for application" in bob.tgbridge("logout").stderr


def test_a_shop_that_has_moved(sandboxes: tuple[Sandbox, Sandbox], tmp_path: Path) -> None:
    """One line says how: a command that looks whether the orders are there, or is told that they are."""
    ann = a_tenant(tmp_path / "a", "Annika", sandboxes[0], tmp_path / "ledger.db", "default", "shop")
    ann.log_in()
    assert ann.tgbridge("sync").returncode == 0
    (ann.home / "shop").rename(ann.home / "new-shop")
    settings = (ann.home / "tgbridge.toml").read_text(encoding="utf-8")
    (ann.home / "tgbridge.toml").write_text(settings.replace('"shop"', '"new-shop"'), encoding="utf-8")
    refused = ann.tgbridge("orders", "list")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (3, "", 1)
    assert f"has its orders from folder {ann.home / 'shop'}, and the settings name folder" in refused.stderr
    command = "tgbridge ledger adopt-source --connection shop"
    assert command in refused.stderr
    adopted = ann.tgbridge(*command.split()[1:])
    assert (adopted.returncode, adopted.stderr) == (0, "")
    assert adopted.stdout == f"shop: its orders are now from folder {ann.home / 'new-shop'}\n"
    assert ann.tgbridge("sync").returncode == 0
    assert "still from folder" in ann.tgbridge(*command.split()[1:]).stdout

    for file in (ann.home / "new-shop" / "orders").rglob("*.csv"):
        file.unlink()
    (ann.home / "new-shop").rename(ann.home / "empty")
    (ann.home / "tgbridge.toml").write_text(settings.replace('"shop"', '"empty"'), encoding="utf-8")
    doubted = ann.tgbridge(*command.split()[1:])
    assert doubted.returncode == 2
    assert "is not the one that moved: of the newest 2 orders of shop, it has 0; --force adopts it" in doubted.stderr
    assert ann.tgbridge(*command.split()[1:], "--force").returncode == 0
    assert ann.tgbridge("orders", "list").returncode == 0
