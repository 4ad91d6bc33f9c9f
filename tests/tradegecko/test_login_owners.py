"""Whose a stored login is: tokens go to the host they are for, to no other, and only as what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from attrs import evolve
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from tests.stores.test_tokens import Ring
from tests.support import ListSource
from tests.tradegecko.oauth import APP, AT, DANA, PASSWORD, app_of, log_in, pair
from tradegecko_bridge import AsyncTradeGeckoClient, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.errors import AccessDenied, LoginTaken, OtherLogin
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import LoginOwner, Secret, StoredToken
from tradegecko_bridge.stores.tokens import EncryptedTokenStore, FileTokenStore, KeyringTokenStore, MemoryTokenStore
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.tradegecko.client import Logins, StoredLogin
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.oauth import OAuthApp


def an_app(client_id: str = "the-app", base_url: str = "https://api.example", **more: Any) -> OAuthApp:
    return OAuthApp(client_id=client_id, client_secret=Secret("the-app-secret"), base_url=base_url, **more)


class Hosts:
    """Every host there is; remembers what tokens were brought to which."""

    def __init__(self, account: int = 12) -> None:
        self.account = account
        self.seen: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append((request.url.host, request.headers.get("Authorization") or request.content.decode()))
        return httpx.Response(200, json={"account": {"id": self.account, "name": "Ann's Tea"}})


def client_of(hosts: Callable[[httpx.Request], httpx.Response], store: TokenStore, app: OAuthApp) -> TradeGeckoClient:
    transport = httpx.MockTransport(hosts)
    login = StoredLogin(app, store, clock=lambda: AT, endpoint=TokenEndpoint(transport=transport))
    return TradeGeckoClient(login, base_url=app.base_url, allow_http=app.allow_http, transport=transport)


def stored(store: TokenStore) -> StoredToken:
    found = store.load("default")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "other",
    [
        an_app(base_url="https://elsewhere.example"),
        an_app(client_id="another-app"),
        an_app(base_url="http://api.example", allow_http=True),
        an_app(base_url="https://api.example:8080"),
        an_app(base_url="https://api.example/v2"),
        an_app(token_url="https://elsewhere.example/oauth/token"),
    ],
    ids=["host", "application", "scheme", "port", "path", "token endpoint"],
)
def test_another_s_login_is_not_used(other: OAuthApp) -> None:
    """Not sent, not renewed, not replaced, not deleted; and the line says whose it is and what to do."""
    store, hosts = MemoryTokenStore(), Hosts()
    before = store.save("default", pair(owner=APP.owner), at=AT)
    with client_of(hosts, store, other) as client, pytest.raises(OtherLogin) as raised:
        client.accounts.current()
    assert "login 'default' is for application 'the-app' at https://api.example, and the settings" in str(raised.value)
    assert 'login = "…" in [tradegecko]' in str(raised.value)
    logins = Logins(other, store, endpoint=TokenEndpoint(transport=httpx.MockTransport(hosts)))
    with pytest.raises(LoginTaken, match="use another name, or delete it first"):
        logins.with_password("default", DANA, Secret(PASSWORD))
    with pytest.raises(LoginTaken):
        logins.at_browser("default", tell=lambda _: None, open_browser=lambda _: True, patience=0.01)
    with pytest.raises(LoginTaken):
        logins.forget("default")
    assert stored(store) == before
    assert hosts.seen == []
    assert logins.forget("default", force=True)
    assert store.load("default") is None


@given(
    st.sampled_from(
        ["HTTPS://API.example", "https://api.example/", "https://api.example:443", "https://API.EXAMPLE:443/"]
    ),
    st.sampled_from(["http", "https"]),
)
def test_one_address_is_written_in_many_ways(written: str, scheme: str) -> None:
    """And is the same all the same."""
    assert an_app(base_url=written).owner == APP.owner
    assert (an_app(base_url=f"{scheme}://api.example", allow_http=True).owner == APP.owner) is (scheme == "https")


def test_a_client_for_another_host_gets_no_token() -> None:
    """A login given to a client with another address: nothing leaves."""
    store, hosts = MemoryTokenStore(), Hosts()
    store.save("default", pair(owner=APP.owner), at=AT)
    transport = httpx.MockTransport(hosts)
    with (
        TradeGeckoClient(StoredLogin(APP, store), base_url="https://evil.example", transport=transport) as client,
        pytest.raises(
            OtherLogin, match=r"is for https://api.example, and the request was to go to https://evil.example"
        ),
    ):
        client.accounts.current()
    assert hosts.seen == []


def test_a_login_of_before_is_bound_when_it_has_worked(caplog: pytest.LogCaptureFixture) -> None:
    """And goes on working, and the log says once whose it is now; where it does not work, it stays anybody's."""
    store, hosts = MemoryTokenStore(), Hosts()
    before = store.save("default", pair(), at=AT)

    def refuse(_: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={"type": "Not Found", "message": "Account not found"})

    with client_of(refuse, store, APP) as client, pytest.raises(Exception, match="404"):
        client.accounts.current()
    assert (stored(store), caplog.messages) == (before, [])
    for _ in range(2):
        with client_of(hosts, store, APP) as client:
            client.accounts.current()
            client.accounts.current()
    after = stored(store)
    (said,) = caplog.messages
    assert said.startswith("login default, of an earlier version, was nobody's yet; from now on it is for application")
    assert said.endswith("'the-app' at https://api.example")
    assert (after.pair.owner, after.generation, after.serial) == (APP.owner, before.generation, before.serial + 1)
    with client_of(hosts, store, an_app(client_id="another-app")) as client, pytest.raises(OtherLogin):
        client.accounts.current()


def test_a_store_that_fails_then_does_not_spoil_the_answer() -> None:
    """The request was carried out: to say that it was not would have it sent again."""

    class Failing(MemoryTokenStore):
        def rewrite(self, *_: object) -> bool:
            raise LoginTaken("not now")

    store, hosts = Failing(), Hosts()
    store.save("default", pair(), at=AT)
    with client_of(hosts, store, APP) as client:
        assert client.accounts.current().id == 12


def test_a_login_is_kept_to_its_account() -> None:
    """The gateway asks which one it is. Another one behind the same login, say after logging in anew, is refused."""
    store = MemoryTokenStore()
    store.save("default", pair(owner=APP.owner), at=AT)
    with client_of(Hosts(), store, APP) as client:
        assert TradeGeckoGateway(client).account().id == "12"
    bound = stored(store)
    assert bound.pair.owner == LoginOwner(client_id="the-app", base_url="https://api.example", account="12")
    with client_of(Hosts(account=34), store, APP) as client, pytest.raises(AccessDenied) as raised:
        TradeGeckoGateway(client).account()
    assert "login 'default' is for account 12, and now opens 34" in str(raised.value)
    assert stored(store) == bound


TOKEN_STORES: dict[str, Callable[[SqlStore, Path], TokenStore]] = {
    "ledger": lambda ledger, _: ledger.tokens,
    "memory": lambda *_: MemoryTokenStore(),
    "file": lambda _, folder: FileTokenStore(folder / "tokens.json"),
    "encrypted": lambda ledger, _: EncryptedTokenStore(ledger.tokens, [Fernet.generate_key().decode()]),
    "keyring": lambda _, folder: KeyringTokenStore(FileTokenStore(folder / "tokens.json"), backend=Ring()),
}


@pytest.mark.parametrize("kept", TOKEN_STORES)
@pytest.mark.parametrize(
    ("owner", "said"),
    [
        (None, "and the login is for account 34"),
        (APP.owner, "and the login is for account 34"),
        (evolve(APP.owner, account="34"), "and the login is for account 34"),
        (evolve(APP.owner, account="12"), "login 'default' is for account 12, and now opens 34"),
    ],
    ids=["of before", "application", "account", "other account"],
)
def test_a_run_with_the_login_of_another_account(
    kept: str, owner: LoginOwner | None, said: str, tmp_path: Path
) -> None:
    """Wherever tokens are kept, and whatever is known of them: the account is asked which it is, and nothing else."""
    asked, hosts = list[str](), Hosts(account=34)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        return hosts(request)

    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        ledger.remember_account("shop", AccountIdentity(id="12", name="Bob's", base_url=APP.base_url), at=AT)
        store = TOKEN_STORES[kept](ledger, tmp_path)
        store.save("default", pair(owner=owner), at=AT)
        with client_of(answer, store, APP) as client:
            gateway = TradeGeckoGateway(client, mirror=ledger.mirror)
            engine = SyncEngine("shop", source=ListSource([an_order()]), gateway=gateway, store=ledger)
            (report, *more) = engine.run()
            assert not report
            assert more == []
            (problem,) = report.problems
            assert said in problem
            assert "login of the first one" in problem or 'login = "…" in [tradegecko]' in problem
            assert set(asked) == {"GET /accounts/current"}
        found = stored(store).pair.owner
        assert found == evolve(APP.owner, account="12" if owner and owner.account == "12" else "34")
        known = ledger.known_account("shop")
        assert known is not None
        assert known.account.id == "12"


def test_logging_in_to_another_account_needs_another_name(sandbox: Sandbox) -> None:
    """It is found out before anything is stored; the same account may log in again."""
    store = MemoryTokenStore()
    for account, kept in (("12", "12"), (None, "12"), ("12", "12")):
        logins = Logins(app_of(sandbox), store, account_of=lambda _, account=account: account)  # type: ignore[misc]
        owner = logins.with_password("default", DANA, Secret(PASSWORD)).pair.owner
        assert owner is not None
        assert owner.account == kept
    before = stored(store)
    logins = Logins(app_of(sandbox), store, account_of=lambda _: "34")
    with pytest.raises(LoginTaken, match=r"account 12, and this user's is account 34"):
        logins.with_password("default", DANA, Secret(PASSWORD))
    assert stored(store) == before


@pytest.mark.parametrize("expired", [False, True])
def test_without_its_keys_a_login_is_left_alone(expired: bool, sandbox: Sandbox, tmp_path: Path) -> None:
    """No ciphertext goes out as a token, and none is refreshed: that would have the login refused for good."""
    file = FileTokenStore(tmp_path / "tokens.json")
    sealed = EncryptedTokenStore(file, [Fernet.generate_key().decode()])
    app = app_of(sandbox)
    log_in(sandbox, sealed)
    if expired:
        sandbox.expire_tokens()
    before, asked = stored(file), len(sandbox.requests())
    others = EncryptedTokenStore(file, [Fernet.generate_key().decode()])
    for store, said in ((file, "stored encrypted; it stays as it is"), (others, "encrypted with another key")):
        with (
            TradeGeckoClient(StoredLogin(app, store), base_url=app.base_url) as client,
            pytest.raises(OtherLogin, match=said) as raised,
        ):
            client.accounts.current()
        assert "\n" not in str(raised.value)
    assert stored(file) == before
    assert len(sandbox.requests()) == asked
    with TradeGeckoClient(StoredLogin(app, sealed), base_url=app.base_url) as client:
        assert client.accounts.current().id


def test_async_clients_keep_to_it_too() -> None:
    """The steps are the same."""
    anyio.run(_in_async)


async def _in_async() -> None:
    store, hosts = MemoryTokenStore(), Hosts()
    store.save("default", pair(), at=AT)
    login = StoredLogin(APP, store, clock=lambda: AT)
    transport = httpx.MockTransport(hosts)
    async with AsyncTradeGeckoClient(login, base_url=APP.base_url, transport=transport) as client:
        await client.accounts.current()
    assert stored(store).pair.owner == APP.owner
    other = StoredLogin(an_app(client_id="another-app"), store)
    async with AsyncTradeGeckoClient(other, base_url=APP.base_url, transport=transport) as client:
        with pytest.raises(OtherLogin):
            await client.accounts.current()
    assert len(hosts.seen) == 1
