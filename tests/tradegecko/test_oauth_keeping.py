"""Keeping a login usable: when it is refreshed, what happens when that goes wrong, and what nobody ever sees."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from tests.tradegecko.oauth import (
    APP,
    AT,
    DANA,
    SASHA,
    Clock,
    Server,
    app_of,
    approve,
    keeper,
    log_in,
    pair,
    refreshes,
    refusal,
)
from tradegecko_bridge import Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.errors import (
    AccessDenied,
    ClientRefused,
    LoginEnded,
    LoginFailed,
    LoginRefused,
    NeedsLogin,
    StoreBusy,
    TokenUnavailable,
    Unavailable,
)
from tradegecko_bridge.ports.logins import Mishap, StoredToken, TokenPair
from tradegecko_bridge.stores.tokens import FileTokenStore, MemoryTokenStore
from tradegecko_bridge.tradegecko.client import AsyncTradeGeckoClient
from tradegecko_bridge.tradegecko.client.keeper import TokenKeeper, this_worker
from tradegecko_bridge.tradegecko.client.login import Logins
from tradegecko_bridge.tradegecko.client.stored_login import StoredLogin
from tradegecko_bridge.tradegecko.oauth import OAuthApp
from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy

NEAR_END = AT + timedelta(hours=2, minutes=-4)
AT_END = AT + timedelta(hours=2, seconds=-10)
OVER = AT + timedelta(hours=2, seconds=1)


def number(stored: StoredToken) -> str:
    """Which pair it is."""
    return stored.pair.access_token.reveal().split("-")[1]


# ── ahead of time ────────────────────────────────────────────────────────────────────────────


def test_a_fresh_token_takes_nothing() -> None:
    """While a token is fresh neither store nor server is asked."""
    clock = Clock()
    server = Server(clock)
    kept, store = keeper(server, clock)
    assert kept.at_hand() is None
    assert number(kept.usable()) == "0"
    store.delete("default")
    at_hand = kept.at_hand()
    assert at_hand is not None
    assert number(at_hand) == "0"
    assert not server.forms


@pytest.mark.parametrize("now", [NEAR_END, AT_END, OVER, AT + timedelta(days=30)])
def test_a_token_near_its_end_is_refreshed(now: Any) -> None:
    """Ahead of its end, or after it, one refresh gives the next pair, which is stored before it is handed out."""
    clock = Clock(now)
    server = Server(clock)
    kept, store = keeper(server, clock)
    got = kept.usable()
    assert number(got) == "1"
    assert store.load("default") == got
    assert got.pair.expires_at == now.replace(microsecond=0) + timedelta(hours=2)
    assert [form["grant_type"] for form in server.forms] == ["refresh_token"]
    assert kept.at_hand() == got


def test_saved_before_used() -> None:
    """At the moment the new pair is saved nobody has been given it."""
    clock = Clock(OVER)
    seen: list[str] = []

    class Watched(MemoryTokenStore):
        def save(self, name: str, pair: TokenPair, **how: Any) -> StoredToken:
            seen.append(f"saved {pair.access_token.reveal()[7]}")
            return super().save(name, pair, **how)

    kept, _ = keeper(Server(clock), clock, Watched())
    seen.append(f"used {number(kept.usable())}")
    assert seen == ["saved 0", "saved 1", "used 1"]


def test_the_server_s_clock_counts() -> None:
    """Our clock is hours wrong: after one answer, tokens are judged by the server's."""
    clock = Clock(AT - timedelta(hours=3))
    server = Server(lambda: clock.now + timedelta(hours=5))
    kept, _ = keeper(server, clock)
    assert number(kept.usable()) == "0", "by our clock the token is good for ages"
    kept.note_answer({"date": "Sun, 01 Mar 2026 14:00:00 GMT"})
    assert number(kept.usable()) == "1"
    assert kept.at_hand() is not None


def test_somebody_else_has_refreshed() -> None:
    """A worker that comes later reads the new pair, and asks nobody."""
    clock = Clock(OVER)
    server = Server(clock)
    one, store = keeper(server, clock)
    other, _ = keeper(server, clock, store)
    one.usable()
    assert number(other.usable()) == "1"
    assert len(server.forms) == 1


def test_who_is_not_in_a_hurry_does_not_wait() -> None:
    """While another worker refreshes ahead of time, the old token is used without waiting."""
    clock = Clock(NEAR_END)
    server = Server(clock)
    kept, store = keeper(server, clock)
    assert store.claim_refresh("default", 1, "other", at=clock.now, until=clock.now + timedelta(minutes=1))
    assert number(kept.usable()) == "0"
    assert not clock.slept
    assert not server.forms


def test_who_must_waits_for_the_other() -> None:
    """With a token that is over, a worker waits for the one that refreshes and takes its pair."""
    clock = Clock(OVER)
    server = Server(clock)
    store = MemoryTokenStore()
    kept, _ = keeper(server, clock, store)
    claimed = store.claim_refresh("default", 1, "other", at=clock.now, until=clock.now + timedelta(minutes=1))
    assert claimed is not None

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if len(clock.slept) == 3:
            store.save("default", pair(7, at=clock.now), at=clock.now, after=claimed)

    kept._sleep = sleep
    assert number(kept.usable()) == "7"
    assert not server.forms


def test_a_dead_worker_s_lease_runs_out() -> None:
    """The worker that should refresh does not report back: after its lease another one does it."""
    clock = Clock(OVER)
    server = Server(clock)
    kept, store = keeper(server, clock)
    store.claim_refresh("default", 1, "dead", at=clock.now, until=clock.now + timedelta(seconds=90))
    assert number(kept.usable()) == "1"
    assert round(sum(clock.slept)) == 90


def test_patience_ends() -> None:
    """Where leases follow each other and no pair comes, the wait ends with who has been at it."""
    clock = Clock(OVER)
    kept, store = keeper(Server(clock), clock)
    store.claim_refresh("default", 1, "host/9", at=clock.now, until=clock.now + timedelta(hours=1))
    with pytest.raises(TokenUnavailable, match=r"host/9 has been refreshing login 'default' since 14:00:01 UTC"):
        kept.usable()
    assert round(sum(clock.slept)) == 200


# ── the server does not answer, or says no ───────────────────────────────────────────────────

FAILURES: list[httpx.Response | Exception] = [
    httpx.Response(503, text="<html>"),
    httpx.Response(500, json={}),
    httpx.Response(429, json={"error": "You have exceeded the API rate limit. Please retry later."}),
    httpx.ConnectError("no route"),
    httpx.ReadTimeout("slow"),
    httpx.Response(200, text="<html>"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_a_failure_ahead_of_time_is_harmless(failure: Any, caplog: pytest.LogCaptureFixture) -> None:
    """In the advisory window a failed refresh is a line in the log; the old token goes on, with a pause."""
    clock = Clock(NEAR_END)
    server = Server(clock, lambda n: failure if n == 1 else None)
    kept, store = keeper(server, clock)
    with caplog.at_level(logging.WARNING):
        assert number(kept.usable()) == "0"
    assert "could not be refreshed ahead of time" in caplog.text
    assert kept.at_hand() is not None
    assert number(kept.usable()) == "0"
    assert len(server.forms) == 1
    clock.sleep(31)
    assert number(kept.usable()) == "1"
    assert store.load("default").lease is None  # type: ignore[union-attr]


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_a_failure_when_it_matters_is_temporary(failure: Any) -> None:
    """With a token that is over, it is an error that says: nothing left, try again; and trying again works."""
    clock = Clock(OVER)
    kept, store = keeper(Server(clock, lambda n: failure if n == 1 else None), clock)
    with pytest.raises(TokenUnavailable, match="login 'default' cannot be refreshed") as caught:
        kept.usable()
    assert not caught.value.may_have_arrived
    assert number(kept.usable()) == "1"
    assert store.load("default").note is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("failure", "lost"),
    [
        (httpx.ConnectError("no route"), False),
        (httpx.ConnectTimeout("no route"), False),
        (httpx.Response(503, text="<html>"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.ReadError("connection reset"), True),
        (httpx.WriteError("broken pipe"), True),
        (httpx.Response(200, text="<html>"), True),
    ],
    ids=repr,
)
@pytest.mark.parametrize("now", [NEAR_END, OVER])
def test_a_refresh_that_certainly_did_not_arrive_has_lost_no_token(failure: Any, lost: bool, now: Any) -> None:
    """Where no connection came about, or the server said no, the pair is as good as before: nothing is noted."""
    clock = Clock(now)
    kept, store = keeper(Server(clock, lambda _: failure), clock)
    with suppress(TokenUnavailable):
        kept.usable()
    stored = store.load("default")
    assert stored is not None
    assert (stored.note is not None and stored.note.mishap is Mishap.LOST) is lost


def test_a_wrong_address_is_not_temporary() -> None:
    """Where there is no token endpoint, trying again is pointless: the settings are to be checked, the login stays."""
    clock = Clock(OVER)
    server = Server(clock, lambda n: httpx.Response(404, text="<html>") if n == 1 else None)
    kept, _ = keeper(server, clock)
    with pytest.raises(LoginEnded, match=r"404 on POST /oauth/token.*check base_url.*no new login is needed"):
        kept.usable()
    assert number(kept.usable()) == "1"


def lost_after_commit(clock: Clock) -> Server:
    """A server whose first answer is lost when it has done its part."""

    def lose(asked: int) -> Exception | None:
        if asked > 1:
            return None
        server.number += 1
        return httpx.ReadError("connection reset")

    server = Server(clock, lose)
    return server


def test_a_lost_answer_ends_the_login() -> None:
    """The answer that held the next pair is lost: the old refresh token is refused, and it is said why."""
    clock = Clock(OVER)
    kept, store = keeper(lost_after_commit(clock), clock)
    with pytest.raises(TokenUnavailable):
        kept.usable()
    assert store.load("default").note.mishap is Mishap.LOST  # type: ignore[union-attr]
    with pytest.raises(LoginEnded) as caught:
        kept.usable()
    assert str(caught.value) == (
        "login needed on POST /oauth/token: TradeGecko refused to refresh login 'default' (invalid_grant): the answer "
        "to a refresh begun at 2026-03-01 14:00:01 UTC by me was lost, and the next token with it; log in again "
        "(tgbridge login --name default) as a TradeGecko user that no other connection or program uses"
    )
    assert caught.value.name == "default"


def test_a_lost_answer_ahead_of_time_leaves_the_old_token() -> None:
    """The same in the advisory window: the old token is used while it lasts, without asking again; then it is over."""
    clock = Clock(NEAR_END)
    server = lost_after_commit(clock)
    kept, _ = keeper(server, clock)
    assert number(kept.usable()) == "0"
    clock.sleep(31)
    assert number(kept.usable()) == "0"
    clock.sleep(190)
    assert number(kept.usable()) == "0"
    assert len(server.forms) == 2
    clock.sleep(30)
    with pytest.raises(LoginEnded, match="was lost"):
        kept.usable()
    assert len(server.forms) == 2


@pytest.mark.parametrize("word", ["invalid_grant", "invalid_request"])
def test_a_refused_pair_is_asked_for_once(word: str) -> None:
    """Once refused, no worker asks TradeGecko again; a new login ends it."""
    clock = Clock(OVER)
    server = Server(clock, lambda n: refusal(word))
    kept, store = keeper(server, clock)
    other, _ = keeper(server, clock, store)
    for one in (kept, other, kept):
        with pytest.raises(LoginEnded, match=f"refused to refresh login 'default' .{word}.: access was taken back"):
            one.usable()
    assert len(server.forms) == 1
    store.save("default", pair(5, at=clock.now), at=clock.now)
    assert number(other.usable()) == "5"


def test_a_refusal_that_another_worker_outran() -> None:
    """Refused because another worker was quicker: its pair is there, and all is well."""
    clock = Clock(OVER)
    store = MemoryTokenStore()

    def meanwhile(_: int) -> httpx.Response:
        stored = store.load("default")
        store.save("default", pair(3, at=clock.now), at=clock.now, after=stored)
        return refusal("invalid_grant")

    kept, _ = keeper(Server(clock, meanwhile), clock, store)
    assert number(kept.usable()) == "3"


@pytest.mark.parametrize(("now", "raises"), [(NEAR_END, False), (OVER, True)])
def test_wrong_settings_do_not_end_the_login(now: Any, raises: bool) -> None:
    """An application secret that is wrong is the settings' fault: once it is right, the same login works."""
    clock = Clock(now)
    server = Server(clock, lambda n: refusal("invalid_client") if n == 1 else None)
    kept, store = keeper(server, clock)
    if raises:
        with pytest.raises(ClientRefused, match="correct client_id and client_secret"):
            kept.usable()
    else:
        assert number(kept.usable()) == "0"
    assert store.load("default").note is None  # type: ignore[union-attr]
    clock.sleep(40)
    assert number(kept.usable()) == "1"


def test_no_login_at_all() -> None:
    """Nothing stored under the name: what to do is said."""
    clock = Clock()
    kept, store = keeper(Server(clock), clock)
    store.delete("default")
    with pytest.raises(LoginEnded, match=r"no login is stored under 'default'; log in again \(tgbridge login"):
        kept.usable()


def test_a_token_without_a_refresh_token() -> None:
    """What cannot be refreshed is used until it is refused, then it is told."""
    clock = Clock()
    store = MemoryTokenStore()
    store.save("default", pair(refresh_token=None, expires_at=None), at=AT)
    kept, _ = keeper(Server(clock), clock, store)
    got = kept.usable()
    with pytest.raises(LoginEnded, match="no longer works, and it has no refresh token"):
        kept.after_refusal(got)


def test_an_interrupted_refresh_is_noted() -> None:
    """Ctrl-C while the request is on its way: the lease is given back at once, the doubt is noted."""
    clock = Clock(OVER)

    def interrupt(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    kept, store = keeper(interrupt, clock)
    with pytest.raises(KeyboardInterrupt):
        kept.usable()
    stored = store.load("default")
    assert stored is not None
    assert stored.lease is None
    assert stored.note is not None
    assert stored.note.mishap is Mishap.LOST


# ── the store fails ──────────────────────────────────────────────────────────────────────────


class Failing(MemoryTokenStore):
    """A store whose next saves fail."""

    failures = 0

    def save(self, name: str, pair: TokenPair, **how: Any) -> StoredToken:
        if self.failures:
            self.failures -= 1
            raise StoreBusy("ledger x: somebody else has held it for 30 s")
        return super().save(name, pair, **how)


def test_a_new_pair_is_saved_with_patience() -> None:
    """A store that fails a few times gets the pair in the end, before it is used."""
    clock = Clock(OVER)
    store = Failing()
    kept, _ = keeper(Server(clock), clock, store)
    store.failures = 4
    got = kept.usable()
    assert number(got) == "1"
    assert store.load("default") == got


def test_a_pair_that_cannot_be_saved_is_not_dropped() -> None:
    """A store that keeps failing: the pair is not used, not lost, and saved as soon as that works."""
    clock = Clock(OVER)
    server = Server(clock)
    store = Failing()
    kept, _ = keeper(server, clock, store)
    store.failures = 6
    for _ in range(2):
        with pytest.raises(TokenUnavailable, match="ledger x: somebody else has held it"):
            kept.usable()
        assert kept.at_hand() is None
    assert number(kept.usable()) == "1"
    assert number(store.load("default")) == "1"  # type: ignore[arg-type]
    assert len(server.forms) == 1


# ── after a 401 ──────────────────────────────────────────────────────────────────────────────


class Api:
    """An API that takes the tokens it is told to, and its token endpoint."""

    def __init__(self, clock: Clock, good: Callable[[str], bool]) -> None:
        self.good = good
        self.tokens = Server(clock)
        self.seen: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.seen.append(token.split("-")[1])
        if self.good(token):
            return httpx.Response(200, json={"account": {"id": 1, "name": "Shop"}})
        return httpx.Response(401, json={"type": "unauthorized", "message": "The access token was revoked"})

    def client(self, clock: Clock, store: MemoryTokenStore) -> TradeGeckoClient:
        kept, _ = keeper(self.tokens, clock, store)
        login = StoredLogin(APP, store)
        login.keeper = kept
        transport = httpx.MockTransport(self)
        waits = {"clock": clock, "sleep": clock.sleep}
        return TradeGeckoClient(login, base_url=APP.base_url, transport=transport, retry=NO_RETRY, **waits)  # type: ignore[arg-type]


def test_a_refused_token_is_refreshed_once() -> None:
    """After a 401 the token is refreshed and the request sent once more."""
    clock = Clock()
    api = Api(clock, lambda token: token == "access-1-SECRET")
    with api.client(clock, MemoryTokenStore()) as client:
        assert client.accounts.current().name == "Shop"
    assert (api.seen, len(api.tokens.forms)) == (["0", "1"], 1)


def test_a_second_refusal_is_the_answer() -> None:
    """When the refreshed token is refused as well, that is told; nothing goes round in circles."""
    clock = Clock()
    api = Api(clock, lambda _: False)
    with api.client(clock, MemoryTokenStore()) as client, pytest.raises(NeedsLogin, match="was revoked"):
        client.accounts.current()
    assert (api.seen, len(api.tokens.forms)) == (["0", "1"], 1)


def test_a_token_replaced_meanwhile_is_only_read() -> None:
    """A 401 to a token that somebody has replaced takes a look into the store, no refresh."""
    clock = Clock()
    store = MemoryTokenStore()
    api = Api(clock, lambda token: token in ("access-0-SECRET", "access-6-SECRET"))
    with api.client(clock, store) as client:
        client.accounts.current()
        store.save("default", pair(6), at=AT, after=store.load("default"))
        api.good = lambda token: token == "access-6-SECRET"
        client.accounts.current()
    assert (api.seen, len(api.tokens.forms)) == (["0", "0", "6"], 0)


# ── against the sandbox, by both drivers ─────────────────────────────────────────────────────


@pytest.fixture(params=["sync", "async"])
def account(request: pytest.FixtureRequest) -> Callable[[Sandbox, StoredLogin], str | None]:
    """Asks for the account's name, by each driver."""
    import asyncio

    def sync(sandbox: Sandbox, login: StoredLogin) -> str | None:
        with TradeGeckoClient(login, base_url=sandbox.base_url, retry=NO_RETRY) as client:
            return client.accounts.current().name

    async def later(sandbox: Sandbox, login: StoredLogin) -> str | None:
        async with AsyncTradeGeckoClient(login, base_url=sandbox.base_url, retry=NO_RETRY) as client:
            return (await client.accounts.current()).name

    return sync if request.param == "sync" else lambda sandbox, login: asyncio.run(later(sandbox, login))


Account = Callable[[Sandbox, StoredLogin], str | None]


def test_a_day_of_work(sandbox: Sandbox, account: Account) -> None:
    """Hour after hour the login stays usable: a refresh every two hours, nobody logs in again."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    login = StoredLogin(app_of(sandbox), store)
    for _ in range(24):
        sandbox.advance(3600)
        assert account(sandbox, login)
    assert 10 <= refreshes(sandbox) - 1 <= 13


def test_revoked_access_is_told(sandbox: Sandbox, account: Account) -> None:
    """Somebody takes the access back in TradeGecko: one clear error, what to do, and no second attempt."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    sandbox.revoke_tokens()
    login = StoredLogin(app_of(sandbox), store)
    for _ in range(2):
        with pytest.raises(LoginEnded, match=r"refused to refresh login 'default' .*log in again"):
            account(sandbox, login)
    assert refreshes(sandbox) == 2


def test_the_token_endpoint_fails(sandbox: Sandbox, account: Account) -> None:
    """The API works, its token endpoint does not: temporary, and mended by trying again."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    sandbox.expire_tokens()
    sandbox.fault("POST", "/oauth/token", "status", status=503)
    login = StoredLogin(app_of(sandbox), store)
    with pytest.raises(TokenUnavailable, match="503 on POST /oauth/token"):
        account(sandbox, login)
    assert account(sandbox, login)


@pytest.mark.parametrize("legacy", [False, True])
def test_the_trap_between_two_programs(sandbox: Sandbox, account: Account, legacy: bool) -> None:
    """Two programs log in as one user: the second gets the first's pair, and is told when that is refreshed."""
    sandbox.set_switch("legacy_oauth_errors", legacy)
    ours, theirs = MemoryTokenStore(), MemoryTokenStore()
    log_in(sandbox, theirs)
    sandbox.advance(3000)
    assert log_in(sandbox, ours).pair.second_hand
    sandbox.expire_tokens()
    assert account(sandbox, StoredLogin(app_of(sandbox), theirs))
    with pytest.raises(LoginEnded, match="another program is logged in as the same TradeGecko user") as caught:
        account(sandbox, StoredLogin(app_of(sandbox), ours))
    assert "as a TradeGecko user that no other connection or program uses" in str(caught.value)


def test_the_trap_seen_from_the_first(sandbox: Sandbox, account: Account) -> None:
    """The first program knows nothing of the second; a refusal before its token's time was up gives it away."""
    ours, theirs = MemoryTokenStore(), MemoryTokenStore()
    log_in(sandbox, ours)
    log_in(sandbox, theirs)
    sandbox.expire_tokens()
    assert account(sandbox, StoredLogin(app_of(sandbox), theirs))
    with pytest.raises(LoginEnded, match="most likely another connection or program was logged in as the same"):
        account(sandbox, StoredLogin(app_of(sandbox), ours))


def test_the_trap_within_one_store(sandbox: Sandbox, account: Account) -> None:
    """A second login as the same user is refused before it does harm, and names the first; another user is fine."""
    store = MemoryTokenStore()
    log_in(sandbox, store, "web")
    with pytest.raises(LoginFailed, match="gave the tokens that login 'web' already uses: both are the same") as caught:
        log_in(sandbox, store, "market", DANA)
    assert "log 'market' in as a user of its own" in str(caught.value)
    assert store.load("market") is None
    log_in(sandbox, store, "market", SASHA)
    assert not log_in(sandbox, store, "web").pair.second_hand, "logging in again under the same name is no sharing"


def test_the_trap_that_was_there_before(sandbox: Sandbox, account: Account) -> None:
    """Where two logins of one store do share a pair, the refused one names the other, though that has moved on."""
    store = MemoryTokenStore()
    web = log_in(sandbox, store, "web")
    store.save("market", web.pair, at=web.saved_at)
    for _ in range(2):
        sandbox.expire_tokens()
        assert account(sandbox, StoredLogin(app_of(sandbox), store, "web"))
    with pytest.raises(LoginEnded, match="login 'web' was made as the same TradeGecko user, shares its tokens"):
        account(sandbox, StoredLogin(app_of(sandbox), store, "market"))


def test_what_the_engine_sees(sandbox: Sandbox) -> None:
    """A login that ended is access denied; one that cannot be refreshed now is unavailable, never an order in doubt."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    sandbox.expire_tokens()
    sandbox.fault("POST", "/oauth/token", "drop_before_commit", times=4)
    with TradeGeckoClient(
        StoredLogin(app_of(sandbox), store), base_url=sandbox.base_url, retry=RetryPolicy(first_wait=0.01)
    ) as client:
        gateway = TradeGeckoGateway(client)
        with pytest.raises(Unavailable):
            gateway.check_access()
        assert gateway.check_access().account
        sandbox.revoke_tokens()
        with pytest.raises(AccessDenied, match="log in again"):
            gateway.check_access()


def test_a_login_on_a_web_server(sandbox: Sandbox) -> None:
    """The two halves of a login on a server: out with a state, back with a code; each code works once."""
    store = MemoryTokenStore()
    logins = Logins(evolve(app_of(sandbox), redirect_uri="http://127.0.0.1:9/back"), store)
    pending = logins.begin()
    assert pending.state not in repr(pending)
    assert pending != logins.begin(), "no two states are the same"
    callback = approve(pending.url)
    with pytest.raises(LoginFailed, match="belongs to another login"):
        logins.finish("shop", callback, state="another session's")
    assert logins.finish("shop", callback, state=pending.state) == store.load("shop")
    with pytest.raises(LoginRefused, match="the code was used before"):
        logins.finish("shop", callback, state=pending.state)
    assert store.load("shop") is not None
    assert logins.forget("shop")
    assert not logins.forget("shop")


# ── secrets ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    for name in ("", "httpx", "httpcore", "tradegecko_bridge"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.mark.parametrize("failure", [*FAILURES, refusal("invalid_grant"), refusal("invalid_client")], ids=repr)
def test_no_secret_is_ever_shown(failure: Any, everything_logged: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong: no token or secret in errors, their chain, tracebacks with locals, reprs or logs."""
    clock = Clock(OVER)
    kept, _ = keeper(Server(clock, lambda _: failure), clock)
    login = StoredLogin(APP, MemoryTokenStore())
    login.keeper = kept
    with (
        TradeGeckoClient(login, base_url="https://api.example", retry=NO_RETRY) as client,
        pytest.raises((TokenUnavailable, LoginRefused, LoginEnded)) as caught,
    ):
        client.accounts.current()
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [line for line in shown.format() if "/tests/" not in line]
    told = "".join(ours) + repr((login, kept, APP, client)) + everything_logged.text + str(vars(caught.value))
    assert "SECRET" not in told
    assert "the-app-secret" not in told


def test_no_secret_on_the_wire_s_log(sandbox: Sandbox, everything_logged: pytest.LogCaptureFixture) -> None:
    """A real refresh over a real connection with every logger at its loudest: no token of any kind is written."""
    store = MemoryTokenStore()
    first = log_in(sandbox, store)
    sandbox.expire_tokens()
    with TradeGeckoClient(StoredLogin(app_of(sandbox), store), base_url=sandbox.base_url) as client:
        client.accounts.current()
    second = store.load("default")
    assert second is not None
    assert everything_logged.text
    for secret in (
        first.pair.access_token,
        first.pair.refresh_token,
        second.pair.access_token,
        second.pair.refresh_token,
    ):
        assert secret is not None
        assert secret.reveal() not in everything_logged.text
    assert sandbox.client_secret not in everything_logged.text
    assert "demo-password" not in everything_logged.text


def test_names_of_workers() -> None:
    """A lease names host and process, so that a person can find who holds it."""
    clock = Clock()
    assert "/" in this_worker()
    assert (
        repr(TokenKeeper(APP, MemoryTokenStore(), clock=clock))
        == "TokenKeeper('default', <MemoryTokenStore with 0 logins>)"
    )
    assert repr(StoredLogin(APP, MemoryTokenStore(), "web")) == "StoredLogin('web')"


def test_a_login_that_takes_anothers_place_is_counted(sandbox: Sandbox) -> None:
    """The account may be another one by then; a refreshed login is the same."""
    store = MemoryTokenStore()
    log_in(sandbox, store)
    login = StoredLogin(app_of(sandbox), store)
    login.keeper.after_refusal(login.keeper.usable())
    login.keeper.usable()
    assert login.logins == 0
    log_in(sandbox, store, user=SASHA)
    login.keeper.usable()
    login.keeper.usable()
    assert login.logins == 1


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 1, "logins": {"web": 7}}', "gibberish"])
def test_a_token_store_says_itself_what_to_do(tmp_path: Path, content: str) -> None:
    """Not that waiting helps, where it does not."""
    file = tmp_path / "tokens.json"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    app = OAuthApp(client_id="a", client_secret="b", base_url="http://127.0.0.1:1")
    with (
        TradeGeckoClient(StoredLogin(app, FileTokenStore(file)), base_url=app.base_url, retry=NO_RETRY) as client,
        pytest.raises(TokenUnavailable, match="delete it and log in; try again once it works") as caught,
    ):
        client.accounts.current()
    assert "later" not in str(caught.value)
