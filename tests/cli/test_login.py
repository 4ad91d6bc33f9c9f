"""``tgbridge login``, ``logout`` and ``check`` against the sandbox."""

from __future__ import annotations

import getpass
import io
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.cli.command import run
from tests.cli.test_config import load
from tests.stores.test_tokens import Ring
from tests.tradegecko.oauth import DANA, PASSWORD, SASHA, approve, refreshes
from tradegecko_bridge import Sandbox, SqlStore
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.stores import tokens as stores

KEY = Fernet.generate_key().decode()
SETTINGS = """
[tradegecko]
base_url = "{base_url}"
client_id = "{client_id}"
client_secret = "$TG_SECRET"
{more}

[connections.my-shop]
source = "folder"
options = {{ path = "shop", settle = 0 }}
{wired}
"""


@pytest.fixture
def folder(sandbox: Sandbox, tmp_path: Path) -> Path:
    """Settings of an application that nobody has logged in to."""
    (tmp_path / "shop" / "orders").mkdir(parents=True)
    write(sandbox, tmp_path)
    return tmp_path


def write(sandbox: Sandbox, folder: Path, more: str = "", wired: str = "") -> None:
    text = SETTINGS.format(base_url=sandbox.base_url, client_id=sandbox.client_id, more=more, wired=wired)
    (folder / "tgbridge.toml").write_text(text, encoding="utf-8")


def tgbridge(sandbox: Sandbox, folder: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return run(folder, *arguments, said=said, environment=environment(sandbox))


def environment(sandbox: Sandbox) -> dict[str, str]:
    return {**os.environ, "TG_SECRET": sandbox.client_secret, "TG_KEY": KEY}


def by_password(sandbox: Sandbox, folder: Path, user: str = DANA, *more: str) -> subprocess.CompletedProcess[str]:
    return tgbridge(sandbox, folder, "login", "--user", user, "--password-stdin", *more, said=f"{PASSWORD}\n")


@contextmanager
def logging_in(sandbox: Sandbox, folder: Path, *more: str) -> Iterator[tuple[Callable[[], tuple[int, str]], str]]:
    """A login that waits for the browser: how to wait for its end (exit code and output), and the address to open."""
    out = io.StringIO()
    command = ("login", "--no-browser", "--timeout", "30", *more)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, folder, *command, environment=environment(sandbox), out=out)
        while not (found := re.search(r"^ *(http\S+)\n", out.getvalue(), re.MULTILINE)):
            assert not running.done(), running.result()
            sleep(0.01)

        def end() -> tuple[int, str]:
            done = running.result(30)
            return done.returncode, done.stdout + done.stderr

        yield end, found[1]


def test_log_in_check_sync_log_out(sandbox: Sandbox, folder: Path) -> None:
    """The whole way: a browser login, the connection test, a sync, a refresh in between, logging out."""
    with logging_in(sandbox, folder) as (end, url):
        page = httpx.get(approve(url))
        code, said = end()
    assert code == 0, said
    assert "logged in as 'default'" in said
    assert page.status_code == 200
    assert "You can close this page" in page.text
    assert page.headers["cache-control"] == "no-store"

    checked = tgbridge(sandbox, folder, "check")
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("✓ my-shop: ")
    assert f"as {DANA}" in checked.stdout
    sandbox.expire_tokens()
    assert tgbridge(sandbox, folder, "sync", "inventory").returncode == 0
    assert refreshes(sandbox) == 2

    assert tgbridge(sandbox, folder, "logout").stdout == "login 'default' is deleted\n"
    assert tgbridge(sandbox, folder, "logout").stdout == "there is no login 'default'\n"
    gone = tgbridge(sandbox, folder, "check")
    assert gone.returncode == 3
    assert "no login is stored under 'default'; log in again (tgbridge login --name default)" in gone.stderr


def test_a_dry_run_keeps_a_refreshed_login(sandbox: Sandbox, folder: Path) -> None:
    """The one thing it writes: a refresh token works once, so the next pair would be lost."""
    assert by_password(sandbox, folder).returncode == 0
    before = (folder / "ledger.db").read_bytes()
    assert tgbridge(sandbox, folder, "sync", "inventory", "--dry-run").returncode == 0
    assert (folder / "ledger.db").read_bytes() == before
    sandbox.expire_tokens()
    for _ in range(2):
        assert tgbridge(sandbox, folder, "sync", "inventory", "--dry-run").returncode == 0
        assert refreshes(sandbox) == 2
    assert [file.name for file in folder.glob("ledger.db*")] == ["ledger.db"]
    assert tgbridge(sandbox, folder, "check").returncode == 0


def test_a_configured_redirect_uri_is_used(sandbox: Sandbox, folder: Path) -> None:
    """Where the settings name a redirect URI on this machine, its port and path are where the browser comes back."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    write(sandbox, folder, f'redirect_uri = "http://127.0.0.1:{port}/back"')
    with logging_in(sandbox, folder) as (end, url):
        address = approve(url)
        assert urlsplit(address).path == "/back"
        assert urlsplit(address).port == port
        assert httpx.get(f"http://127.0.0.1:{port}/favicon.ico").status_code == 404
        httpx.get(address)
        assert end()[0] == 0
    write(sandbox, folder, 'redirect_uri = "https://bridge.example/back"')
    elsewhere = tgbridge(sandbox, folder, "login", "--no-browser")
    assert elsewhere.returncode == 2
    assert "is not on this machine; register one like http://127.0.0.1:8765/callback" in elsewhere.stderr


def test_a_person_refuses(sandbox: Sandbox, folder: Path) -> None:
    """Deny on TradeGecko's page: the page and the command say so, and nothing is stored."""
    with logging_in(sandbox, folder) as (end, url):
        page = httpx.get(approve(url, decision="deny"))
        code, said = end()
    assert (code, page.status_code) == (3, 400)
    assert "access was refused on TradeGecko's page; begin again and approve" in said
    assert "no login is stored" in tgbridge(sandbox, folder, "check").stderr


def test_an_answer_that_belongs_to_another_login(sandbox: Sandbox, folder: Path) -> None:
    """A callback with another state is turned away, whatever code it brings, and the login goes on waiting."""
    with logging_in(sandbox, folder) as (end, url):
        address = httpx.URL(approve(url))
        for state in ({"state": "forged"}, {"state": ""}, {"state": "forged", "error": "access_denied"}):
            page = httpx.get(address.copy_merge_params(state))
            assert (page.status_code, "The login goes on" in page.text) == (400, True)
        assert refreshes(sandbox) == 0
        assert httpx.get(address).status_code == 200
        code, said = end()
    assert (code, refreshes(sandbox)) == (0, 1), said


def test_only_answers_that_belong_to_another_login(sandbox: Sandbox, folder: Path) -> None:
    """Whoever waited in vain is told that somebody came, but not from this login."""
    out = io.StringIO()
    with ThreadPoolExecutor(1) as pool:
        command = ("login", "--no-browser", "--timeout", "1")
        running = pool.submit(run, folder, *command, environment=environment(sandbox), out=out)
        while not (found := re.search(r"^ *(http\S+)\n", out.getvalue(), re.MULTILINE)):
            assert not running.done(), running.result()
            sleep(0.01)
        address = httpx.URL(dict(httpx.URL(found[1]).params)["redirect_uri"])
        assert httpx.get(address.copy_merge_params({"code": "theirs"})).status_code == 400
        ended = running.result(30)
    assert ended.returncode == 3
    assert "(answers that belong to other logins: 1); begin again" in ended.stderr


def test_nobody_comes_back(sandbox: Sandbox, folder: Path) -> None:
    """A login that nobody finishes ends by itself."""
    waited = tgbridge(sandbox, folder, "login", "--no-browser", "--timeout", "1")
    assert waited.returncode == 3
    assert "nobody came back from TradeGecko's page within 1 s" in waited.stderr


def test_idle_connections_do_no_harm(sandbox: Sandbox, folder: Path) -> None:
    """Browsers open connections they never use: the answer on another one is heard all the same."""
    import socket

    with logging_in(sandbox, folder) as (end, url):
        address = approve(url)
        with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)):
            assert httpx.get(address).status_code == 200
        assert end()[0] == 0


BROWSER = """#!{python}
import sys, json, pathlib
pathlib.Path(sys.argv[0]).with_suffix(".args").write_text(json.dumps(sys.argv))
"""


@contextmanager
def opening(sandbox: Sandbox, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A login in a process of its own, with a browser that writes down what it is started with: the process, that
    address, and the one that people are told."""
    browser = folder / "browser"
    browser.write_text(BROWSER.format(python=sys.executable))
    browser.chmod(0o700)
    command = [sys.executable, "-u", "-m", "tradegecko_bridge", "login", "--timeout", "30"]
    known = {**environment(sandbox), "BROWSER": str(browser)}
    with subprocess.Popen(
        command, cwd=folder, env=known, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as login:
        try:
            assert login.stdout is not None
            told = next(line.strip() for line in login.stdout if line.startswith("  http"))
            while not (written := browser.with_suffix(".args")).exists() or not written.read_text():
                assert login.poll() is None
                sleep(0.01)
            _, opened = json.loads(written.read_text())
            yield login, opened, told
        finally:
            login.kill()


def test_what_a_browser_is_started_with_tells_nobody_anything(sandbox: Sandbox, folder: Path) -> None:
    """Other users of the machine see it. It leads to the login's address, once, and only by its own name."""
    with opening(sandbox, folder) as (login, opened, told):
        values = [value for value in httpx.URL(told).params.values() if value != "code"]
        assert len(values) == 3
        assert not [part for part in (*values, "?", "oauth") if part in opened]
        address = urlsplit(opened)
        assert httpx.get(opened, headers={"Host": f"evil.example:{address.port}"}).status_code == 421
        assert httpx.get(f"http://{address.netloc}/").status_code == 404
        sent = httpx.get(opened)
        assert (sent.status_code, sent.headers["location"]) == (302, told)
        assert sent.headers["cache-control"] == "no-store"
        assert httpx.get(approve(sent.headers["location"])).status_code == 200
        said = login.communicate(timeout=30)[0]
        assert (login.returncode, "logged in as 'default'" in said) == (0, True), said


def test_whoever_opens_the_browser_s_address_before_the_browser_gets_nowhere(sandbox: Sandbox, folder: Path) -> None:
    """The browser comes second, so the login ends before the one who came first can answer it."""
    with opening(sandbox, folder) as (login, opened, told):
        assert httpx.get(opened).headers["location"] == told
        page = httpx.get(opened)
        assert (page.status_code, "This address works once" in page.text) == (410, True)
        assert "location" not in page.headers
        said = login.communicate(timeout=30)[0]
    assert login.returncode == 3
    assert (
        "was opened twice, maybe by another user of this machine; begin again (`tgbridge login --no-browser`)" in said
    )
    assert "no login is stored" in tgbridge(sandbox, folder, "check").stderr


def test_wrong_credentials(sandbox: Sandbox, folder: Path) -> None:
    """A wrong password, a wrong application secret and a dead server are three different lines."""
    wrong = tgbridge(sandbox, folder, "login", "--user", DANA, "--password-stdin", said="nope-SECRET\n")
    assert wrong.returncode == 3
    assert "user name or password are wrong" in wrong.stderr
    assert wrong.stderr.endswith("log in again\n")
    assert "client id" not in wrong.stderr
    assert "nope" not in wrong.stderr + wrong.stdout
    assert len(wrong.stderr.splitlines()) == 1
    path = folder / "tgbridge.toml"
    text = path.read_text()
    path.write_text(text.replace('"$TG_SECRET"', '"other"'))
    assert "correct client_id and client_secret" in by_password(sandbox, folder).stderr
    path.write_text(text.replace(sandbox.base_url, "http://127.0.0.1:9"))
    assert "could not connect" in by_password(sandbox, folder).stderr


def test_a_port_that_is_taken_and_no_terminal(sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is one line that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = tgbridge(sandbox, folder, "login", "--no-browser", "--port", port)
    assert refused.returncode == 3
    assert refused.stderr.startswith(f"error: cannot listen on 127.0.0.1:{port}: ")
    assert refused.stderr.endswith("choose another port\n")
    monkeypatch.setattr(getpass, "getpass", lambda _: warnings.warn("no terminal", getpass.GetPassWarning, 2))
    blind = tgbridge(sandbox, folder, "login", "--user", DANA)
    assert (blind.returncode, blind.stderr.count("\n")) == (2, 1)
    assert "use --password-stdin" in blind.stderr


@pytest.mark.parametrize("where", ["ledger", "tokens.json"])
def test_encrypted_logins(sandbox: Sandbox, folder: Path, where: str) -> None:
    """With a key in the settings no token lies on the disk, in the ledger or in a file; without it, it is told."""
    write(sandbox, folder, f'tokens = "{where}"\ntoken_keys = ["$TG_KEY"]')
    assert by_password(sandbox, folder).returncode == 0
    assert tgbridge(sandbox, folder, "check").returncode == 0
    tokens = [row["token"].encode() for row in sandbox.instance.context.state["access_tokens"].rows.values()]
    files = [file for file in folder.iterdir() if file.is_file() and file.suffix != ".toml"]
    assert not [file.name for file in files for token in tokens if token in file.read_bytes()]
    write(sandbox, folder, f'tokens = "{where}"\ntoken_keys = ["{Fernet.generate_key().decode()}"]')
    assert "was encrypted with another key" in tgbridge(sandbox, folder, "check").stderr


ENCRYPTED = 'token_keys = ["$TG_KEY"]'
OTHER_KEY = f'token_keys = ["{urlsafe_b64encode(bytes(32)).decode()}"]'


@pytest.mark.parametrize(
    ("stored", "asked", "said"),
    [
        (ENCRYPTED, "", "is stored encrypted; it stays as it is"),
        (ENCRYPTED, OTHER_KEY, "was encrypted with another key"),
        (ENCRYPTED, 'tokens = "keyring"', "is stored encrypted, not in the keyring; it stays as it is"),
        (f'tokens = "t.json"\n{ENCRYPTED}', 'tokens = "t.json"', "is stored encrypted; it stays as it is"),
        ("", ENCRYPTED, "is stored in clear, not encrypted; it stays as it is"),
        ("", 'tokens = "other.json"', "no login is stored under 'default'"),
        ('tokens = "t.json"', "", "no login is stored under 'default'"),
    ],
)
def test_a_run_with_other_settings_leaves_the_login_as_it_is(
    stored: str, asked: str, said: str, sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its keys, or with another token store: one line, no request; with the right settings all is well."""
    monkeypatch.setattr(stores, "_system_keyring", Ring)
    write(sandbox, folder, stored)
    assert by_password(sandbox, folder).returncode == 0
    sandbox.expire_tokens()
    write(sandbox, folder, asked)
    before, kept = len(sandbox.requests()), tokens_in(folder)
    for command in (
        "check",
        "ledger check",
        "ledger adopt-account",
        "orders void-double 1 2",
        "sync --dry-run",
        "sync",
    ):
        done = tgbridge(sandbox, folder, *command.split())
        lines = (done.stdout + done.stderr).splitlines()
        problems = [line for line in lines if line.lstrip().startswith(("problem", "error")) and " login " in line]
        assert done.returncode != 0, command
        assert len(problems) == 1, done.stdout + done.stderr
        assert said in problems[0]
        assert len(sandbox.requests()) == before
        assert tokens_in(folder) == kept
    write(sandbox, folder, stored)
    assert tgbridge(sandbox, folder, "sync").returncode == 0


@pytest.mark.parametrize("asked", ["", 'tokens = "keyring"'])
def test_a_login_that_is_encrypted_is_not_replaced_by_one_in_clear(
    asked: str, sandbox: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has left the keys out: the line says so, and logging out first is the way if it is meant."""
    monkeypatch.setattr(stores, "_system_keyring", Ring)
    write(sandbox, folder, ENCRYPTED)
    assert by_password(sandbox, folder).returncode == 0
    kept = tokens_in(folder)
    write(sandbox, folder, asked)
    refused = by_password(sandbox, folder)
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert "is stored encrypted; it stays as it is; set token_keys and tokens as they were" in refused.stderr
    assert tokens_in(folder) == kept
    assert tgbridge(sandbox, folder, "logout").returncode == 0
    assert by_password(sandbox, folder).returncode == 0


def tokens_in(folder: Path) -> list[object]:
    """What the ledger and token files hold of logins."""
    with closing(sqlite3.connect(folder / "ledger.db")) as ledger:
        rows: list[object] = ledger.execute("SELECT * FROM ledger_tokens").fetchall()
    return [*rows, *(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.json")))]


def test_the_same_user_twice(sandbox: Sandbox, folder: Path) -> None:
    """The second login as one user is refused where the first is ours, and warned of where it is not."""
    assert by_password(sandbox, folder).returncode == 0
    second = by_password(sandbox, folder, DANA, "--name", "market")
    assert second.returncode == 3
    assert "login 'default' already uses: both are the same TradeGecko user" in second.stderr
    assert by_password(sandbox, folder, SASHA, "--name", "market").returncode == 0
    sandbox.advance(600)
    (folder / "ledger.db").rename(folder / "of-another-program.db")
    strange = by_password(sandbox, folder)
    assert strange.returncode == 0
    assert "warning: these tokens were in use before" in strange.stderr


def test_check_finds_what_will_not_do(sandbox: Sandbox, folder: Path) -> None:
    """Missing permissions and locations are told, each with what there is; exit code 1."""
    write(sandbox, folder, wired='location = "Atlantis"\nstock_locations = ["1"]')
    assert by_password(sandbox, folder, SASHA).returncode == 0
    checked = tgbridge(sandbox, folder, "check", "--json")
    assert checked.returncode == 1
    (found,) = json.loads(checked.stdout)
    assert found["connection"] == "my-shop"
    assert found["user"] == SASHA
    assert f"user {SASHA} lacks the permission write_companies" in found["problems"]
    assert any(line.startswith("the account has no location 'Atlantis'; it has ") for line in found["problems"])
    assert len(found["problems"]) == 2
    shown = tgbridge(sandbox, folder, "check")
    assert shown.stdout.startswith("✗ my-shop: ")


def test_check_with_a_privileged_token(sandbox: Sandbox, folder: Path) -> None:
    """A fixed token needs no login; logging in says what to change."""
    path = folder / "tgbridge.toml"
    lines = path.read_text().replace(f'client_id = "{sandbox.client_id}"\n', "")
    path.write_text(lines.replace('client_secret = "$TG_SECRET"', f'access_token = "{sandbox.access_token}"'))
    assert tgbridge(sandbox, folder, "check").returncode == 0
    refused = tgbridge(sandbox, folder, "login")
    assert refused.returncode == 2
    assert "replace it by client_id and client_secret" in refused.stderr


def test_nothing_shows_a_secret(sandbox: Sandbox, folder: Path) -> None:
    """Neither password nor secret nor token is in what the commands print."""
    done = [
        by_password(sandbox, folder),
        tgbridge(sandbox, folder, "check", "--json"),
        tgbridge(sandbox, folder, "sync"),
    ]
    sandbox.revoke_tokens()
    done.append(tgbridge(sandbox, folder, "sync"))
    assert done[-1].returncode == 1
    with SqlStore(f"sqlite:///{folder / 'ledger.db'}") as ledger:
        stored = ledger.tokens.load("default")
    assert stored is not None
    assert stored.pair.refresh_token is not None
    told = "".join(one.stdout + one.stderr for one in done)
    secrets = [stored.pair.access_token.reveal(), stored.pair.refresh_token.reveal(), PASSWORD, sandbox.client_secret]
    assert not [secret for secret in secrets if secret in told]


# ── settings ─────────────────────────────────────────────────────────────────────────────────

GOOD = """
[tradegecko]
base_url = "http://127.0.0.1:8080"
client_id = "app"
client_secret = "$SECRET"
tokens = "tokens.json"
token_keys = ["$KEY"]

[connections.shop]
source = "folder"
options = { path = "shop" }
"""


def test_login_settings(tmp_path: Path) -> None:
    """Everything is read, a file is meant from the settings' folder, and no secret shows."""
    config = load(GOOD, tmp_path, SECRET="s3cret", KEY="k3y")
    assert config.login is not None
    assert (config.login.client_id, config.login.name, config.login.tokens) == (
        "app",
        "default",
        tmp_path / "tokens.json",
    )
    assert config.login.client_secret.reveal() == "s3cret"
    assert [key.reveal() for key in config.login.keys] == ["k3y"]
    assert "s3cret" not in repr(config)
    assert "k3y" not in repr(config)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("client_id", "clientid"), "did you mean 'client_id'?"),
        (('client_id = "app"\n', ""), "tradegecko.client_id is missing"),
        (('"$SECRET"', '"$NOT_SET"'), "the environment has no variable NOT_SET"),
        (('["$KEY"]', '"$KEY"'), 'tradegecko.token_keys must be a list of texts, e.g. ["one", "two"]'),
        (
            ("tokens = ", "access_token = "),
            "access_token cannot be used together with client_id: keep the token, or",
        ),
        (('tokens = "tokens.json"', "tokens = 7"), "tradegecko.tokens must be text"),
    ],
)
def test_faults_in_login_settings(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    """Each fault is one clear line."""
    with pytest.raises(ConfigError) as caught:
        load(GOOD.replace(*change), tmp_path, SECRET="s", KEY="k")
    assert said in str(caught.value)
