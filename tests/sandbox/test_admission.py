"""Who may use a sandbox: programs of this machine, and no web site that somebody here looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.support import CALLBACK, Application
from tradegecko_bridge.sandbox import Sandbox
from tradegecko_bridge.sandbox.http.admission import Admission
from tradegecko_bridge.sandbox.wire.messages import Request

NOTE = {"note": {"company_id": 2, "body": "hello"}}
PLACES = (
    ("GET", "/"), ("GET", "/_sandbox/requests"), ("POST", "/_sandbox/reset"), ("GET", "/orders"), ("POST", "/notes"),
    ("DELETE", "/notes/1"), ("GET", "/oauth/authorize"), ("POST", "/oauth/authorize"), ("POST", "/oauth/token"),
    ("OPTIONS", "/notes"), ("GET", "/nowhere"),
)  # fmt: skip
FOREIGN = (
    "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.0.2", "[::1", "0.0.0.0", "a b",
    "[fe80::1]", "127.0.0.1@evil.example", "evil.example:80", "xn--loclhost-5za", "localhost#.evil.example",
    "localhost?.evil.example", "localhost/.evil.example", "localhost\\.evil.example", "localhost:1, evil.example",
)  # fmt: skip
OURS = ("localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.9:80", "[::1]:8080", "shop.localhost")

# Plain HTTP: loading certificates would cost more than the tests.
HTTP = httpx.Client(verify=False, limits=httpx.Limits(max_keepalive_connections=0))


def ask(sandbox: Sandbox, method: str, path: str, **headers: str) -> httpx.Response:
    """A request with the token, as a page could send it whom somebody has told it."""
    body: dict[str, Any] = {"json": NOTE} if (method, path) == ("POST", "/notes") else {}
    given = {"Authorization": f"Bearer {sandbox.access_token}", **headers}
    return HTTP.request(method, sandbox.base_url + path, headers=given, **body)


def untouched(sandbox: Sandbox) -> bool:
    return len(sandbox.instance.context.state["notes"].rows) == 1


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_from_elsewhere_that_leads_here(sandbox: Sandbox, host: str) -> None:
    """Gets nothing of any part of the sandbox, token or not, and is told what to do."""
    for method, path in PLACES:
        answer = ask(sandbox, method, path, Host=host)
        assert answer.status_code == 403, (method, path)
        assert "allowed_hosts" in answer.text
    assert untouched(sandbox)
    assert len(sandbox.requests()) == len(PLACES)


@pytest.mark.parametrize("origin", ["null", "", *(f"https://{host}" for host in FOREIGN)])
def test_a_page_from_elsewhere(sandbox: Sandbox, origin: str) -> None:
    """Has a browser send nothing here, whatever it sends along."""
    for method, path in PLACES:
        assert ask(sandbox, method, path, Origin=origin).status_code == 403, (method, path)
    form = {"Content-Type": "text/plain", "Origin": origin}
    token = sandbox.access_token
    sent = HTTP.post(f"{sandbox.base_url}/notes?access_token={token}", content=b'{"note":{}}', headers=form)
    assert sent.status_code == 403
    assert untouched(sandbox)


@pytest.mark.parametrize("name", ["Origin", "Host"])
@given(st.lists(st.sampled_from([*OURS, *FOREIGN]), min_size=2, max_size=3), st.text("#?/@:,;\\ .[]", max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_second_header_does_not_get_in_behind_the_first(name: str, hosts: list[str], between: str) -> None:
    """Nor does anything behind a name of this machine: one header has one host."""
    admission = Admission()
    scheme = "http://" if name == "Origin" else ""
    together = f",{between}".join(f"{scheme}{host}" for host in hosts)
    headers = {"host": "localhost"} | {name.lower(): together}
    assert admission.refusal(Request("GET", "/orders", "", headers)) is not None


def test_two_origins_over_the_wire(sandbox: Sandbox) -> None:
    """As a client sends them."""
    headers = [("Authorization", f"Bearer {sandbox.access_token}"), ("Origin", "http://localhost:1")]
    address = f"{sandbox.base_url}/orders"
    assert HTTP.get(address, headers=headers).status_code == 200
    assert HTTP.get(address, headers=[*headers, ("Origin", "https://evil.example")]).status_code == 403


@pytest.mark.parametrize("host", OURS)
def test_names_of_this_machine(sandbox: Sandbox, host: str) -> None:
    """Are let in, as host and as origin; programs name no origin."""
    for origin in ({}, {"Origin": f"http://{host}"}):
        assert ask(sandbox, "POST", "/notes", Host=host, **origin).status_code == 201
        assert ask(sandbox, "GET", "/", Host=host, **origin).status_code == 200
        assert ask(sandbox, "GET", "/_sandbox/clock", Host=host, **origin).status_code == 200


def test_no_answer_lets_other_origins_read(sandbox: Sandbox) -> None:
    """There is no CORS, not even for pages of this machine."""
    for method, path in PLACES:
        answer = ask(sandbox, method, path, Origin="http://localhost:3000")
        assert not [name for name in answer.headers if name.startswith("access-control-")], (method, path)


def test_names_that_were_allowed() -> None:
    """By whoever started it, in whatever case; no others."""
    with Sandbox(seed="empty", allowed_hosts=["Sandbox.Test", "fe80::1"]) as sandbox:
        for host in ("sandbox.test:8080", "SANDBOX.test", "[fe80::1]"):
            assert ask(sandbox, "GET", "/orders", Host=host, Origin=f"http://{host}").status_code == 200
        assert ask(sandbox, "GET", "/orders", Host="other.test").status_code == 403
    for name in ("", "http://sandbox.test", "sandbox.test:80", "a/b", "a b", "*", "user@host"):
        with pytest.raises(ValueError, match="an allowed host is a name"):
            Sandbox(allowed_hosts=[name])


def test_the_consent_page_cannot_be_framed(app: Application) -> None:
    """Nobody is made to click on what they do not see."""
    for page in (app.ask(), HTTP.get(f"{app.sandbox.base_url}/oauth/authorize"), HTTP.get(app.sandbox.base_url)):
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://evil.example", "null", "http://127.0.0.1"])
def test_only_the_consent_page_consents(app: Application, origin: str) -> None:
    """A form elsewhere, even in a page of this machine, makes no code; the page itself does."""
    fields = {"client_id": app.sandbox.client_id, "redirect_uri": CALLBACK, "response_type": "code",
              "email": "dana@demo.example", "password": "demo-password", "decision": "allow"}  # fmt: skip
    address = f"{app.sandbox.base_url}/oauth/authorize"
    for path in ("", "/"):
        assert HTTP.post(address + path, data=fields, headers={"Origin": origin}).status_code == 403
    assert not app.sandbox.instance.context.state["access_grants"].rows
    for own in ({"Origin": app.sandbox.base_url}, {}):
        assert "code=" in HTTP.post(address, data=fields, headers=own).headers["Location"]


@pytest.fixture
def two() -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two sandboxes at the same time."""
    with Sandbox(seed="empty") as one, Sandbox(seed="empty") as other:
        yield one, other


def test_each_sandbox_has_a_token_of_its_own(two: tuple[Sandbox, Sandbox]) -> None:
    """In the form real ones had; it stays when the sandbox is reset, and opens no other one."""
    one, other = two
    token = one.access_token
    assert re.fullmatch("[0-9a-f]{64}", token)
    assert token != other.access_token
    one.reset()
    assert one.access_token == token
    assert ask(one, "GET", "/orders").status_code == 200
    stolen = HTTP.get(f"{other.base_url}/orders", headers={"Authorization": f"Bearer {token}"})
    assert stolen.status_code == 401


def test_a_token_that_was_asked_for(tmp_path: Path) -> None:
    """It holds from the start, after a reset and with a state file, which else keeps the token it has."""
    file = tmp_path / "state"
    with Sandbox(seed="empty", state=file) as sandbox:
        first = sandbox.access_token
    with Sandbox(seed="empty", state=file) as sandbox:
        assert sandbox.access_token == first
    with Sandbox(seed="empty", state=file, access_token="asked-for") as sandbox:
        for _ in range(2):
            assert sandbox.access_token == "asked-for"
            assert ask(sandbox, "GET", "/orders").status_code == 200
            old = HTTP.get(f"{sandbox.base_url}/orders", headers={"Authorization": f"Bearer {first}"})
            assert old.status_code == 401
            sandbox.reset()
    with Sandbox(seed="empty", state=file) as sandbox:
        assert sandbox.access_token == "asked-for"
    for wrong in ("", "a b", "a\n", "\x1b[31m", "é"):
        with pytest.raises(ValueError, match="an access token must be"):
            Sandbox(access_token=wrong)
        with pytest.raises(ValueError, match="a client secret must be"):
            Sandbox(client_secret=wrong)


def grant(sandbox: Sandbox, secret: str) -> int:
    """The status of asking for tokens with a password, which is the same in every sandbox, and this secret."""
    who = {"username": sandbox.users[0].email, "password": sandbox.users[0].password}
    form = {"grant_type": "password", "client_id": sandbox.client_id, "client_secret": secret, **who}
    return HTTP.post(f"{sandbox.base_url}/oauth/token", data=form).status_code


def test_each_sandbox_has_a_secret_of_its_own(two: tuple[Sandbox, Sandbox]) -> None:
    """As with the token: one's settings log nobody in to the other."""
    one, other = two
    secret = one.client_secret
    assert re.fullmatch("[0-9a-f]{64}", secret)
    assert secret not in (other.client_secret, one.access_token)
    one.reset()
    assert one.client_secret == secret
    assert (grant(one, secret), grant(other, secret)) == (200, 401)


def test_a_secret_that_was_asked_for(tmp_path: Path) -> None:
    """It holds from the start, after a reset and with a state file, which else keeps the secret it has."""
    file = tmp_path / "state"
    with Sandbox(seed="empty", state=file) as sandbox:
        first = sandbox.client_secret
    with Sandbox(seed="empty", state=file) as sandbox:
        assert (sandbox.client_secret, grant(sandbox, first)) == (first, 200)
    with Sandbox(seed="empty", state=file, client_secret="asked-for") as sandbox:
        for _ in range(2):
            assert (grant(sandbox, "asked-for"), grant(sandbox, first)) == (200, 401)
            sandbox.reset()
    with Sandbox(seed="empty", state=file) as sandbox:
        assert sandbox.client_secret == "asked-for"
