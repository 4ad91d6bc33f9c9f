"""OAuth without a network: addresses, requests, answers, callbacks, and when a pair is due."""

from __future__ import annotations

import json
import pickle
import traceback
from contextlib import suppress
from datetime import UTC, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.tradegecko.oauth import APP, AT, dated, granted, pair, query
from tradegecko_bridge.errors import (
    ClientRefused,
    ConfigError,
    LoginEnded,
    LoginFailed,
    LoginRefused,
    NeedsLogin,
    NotFound,
    RateLimited,
    ServerError,
    TokenUnavailable,
    TradeGeckoError,
    UnreadableReply,
)
from tradegecko_bridge.ports.logins import Mishap, RefreshNote, Secret, StoredToken, TokenPair
from tradegecko_bridge.tradegecko.oauth import (
    Due,
    OAuthApp,
    RefreshPolicy,
    TokenRequest,
    read_callback,
    read_grant,
    why_refused,
    with_refresh_token,
)
from tradegecko_bridge.tradegecko.replies import server_time

REFRESH = APP.refresh(Secret("refresh-0-SECRET"))
CODE = evolve(APP, redirect_uri="http://127.0.0.1:8765/callback").exchange(Secret("code-SECRET"))
LOGIN = APP.password("ann@example.com", Secret("hunter2-SECRET"))
WORDS = "The provided authorization grant is invalid, expired, revoked, does not match…"


def read(request: TokenRequest, status: int, body: object, **headers: str) -> TokenPair:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_grant(request, status, {name.lower(): value for name, value in headers.items()}, content, now=AT)


def form_of(request: TokenRequest) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content().decode(), strict_parsing=True).items()}


# ── addresses and requests ───────────────────────────────────────────────────────────────────


def test_where_to_send_a_person() -> None:
    """The address asks for a code, names application and redirect URI, and carries the state, all escaped."""
    app = evolve(APP, redirect_uri="https://bridge.example/back?a=1&b=ü")
    address = urlsplit(app.authorization_url("st&te"))
    assert (address.netloc, address.path) == ("api.example", "/oauth/authorize")
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == {
        "response_type": "code",
        "client_id": "the-app",
        "redirect_uri": "https://bridge.example/back?a=1&b=ü",
        "state": "st&te",
    }


def test_the_page_may_live_elsewhere() -> None:
    """The approval page moved twice (reference §2.1): it is set apart from the API, and may have a query."""
    app = OAuthApp(
        client_id="a",
        client_secret="s",
        base_url="https://api.tradegecko.com/",
        authorize_url="https://commerce.intuit.com/oauth/authorize?theme=1",
    )
    assert app.authorization_url("x").startswith(
        "https://commerce.intuit.com/oauth/authorize?theme=1&response_type=code"
    )
    assert app.token_url == "https://api.tradegecko.com/oauth/token"


@pytest.mark.parametrize("address", ["nowhere", "ftp://x/y", "https://user:hunter2@api.example", "https://"])
def test_addresses_that_are_none(address: str) -> None:
    """An address nothing can be sent to is refused at once, without the password it may hold."""
    with pytest.raises(ConfigError, match="authorize_url must be like") as caught:
        OAuthApp(client_id="a", client_secret="s", base_url=address)
    assert "hunter2" not in str(caught.value)


def test_what_each_grant_sends() -> None:
    """Code, password and refresh token go out as documented (reference §2.2 to §2.4), with the application's proof."""
    who = {"client_id": "the-app", "client_secret": "the-app-secret"}
    back = {"redirect_uri": "http://127.0.0.1:8765/callback"}
    assert form_of(CODE) == {**who, **back, "grant_type": "authorization_code", "code": "code-SECRET"}
    assert form_of(REFRESH) == {**who, "grant_type": "refresh_token", "refresh_token": "refresh-0-SECRET"}
    person = {"username": "ann@example.com", "password": "hunter2-SECRET"}
    assert form_of(LOGIN) == {**who, **person, "grant_type": "password"}
    returning = evolve(APP, redirect_uri=back["redirect_uri"])
    assert form_of(returning.refresh(Secret("r"))) | back == form_of(returning.refresh(Secret("r")))


def test_no_request_shows_its_secrets() -> None:
    """Neither application nor request shows code, password, token or application secret."""
    shown = repr((APP, CODE, LOGIN, REFRESH, vars(LOGIN) if hasattr(LOGIN, "__dict__") else ""))
    assert "SECRET" not in shown
    assert "the-app-secret" not in shown


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_travels_whole(username: str, password: str) -> None:
    """Names and passwords with any characters arrive as they were typed."""
    sent = parse_qs(APP.password(username, Secret(password)).content().decode("ascii"), keep_blank_values=True)
    assert (sent["username"], sent["password"]) == ([username], [password])


# ── the way back ─────────────────────────────────────────────────────────────────────────────


def test_the_code_comes_back() -> None:
    """Of a whole address or of its query alone; what else is there does not matter."""
    address = query(code="c0de", state="s", session="x")
    assert read_callback(address, state="s").reveal() == "c0de"
    assert read_callback(urlsplit(address).query, state="s").reveal() == "c0de"


@pytest.mark.parametrize(
    ("given_back", "said"),
    [
        ({"code": "c", "state": "other"}, "belongs to another login"),
        ({"code": "c"}, "belongs to another login"),
        ({"error": "access_denied", "state": "other"}, "belongs to another login"),
        ({"error": "access_denied", "state": "s"}, "refused on TradeGecko's page; begin again and approve"),
        ({"error": "invalid_scope", "error_description": "No\nscope.", "state": "s"}, r"code \(No scope\.\); check"),
        ({"error": "invalid_request", "state": "s"}, r"\(invalid_request\)"),
        ({"state": "s"}, "has no code"),
    ],
)
def test_other_ways_to_come_back(given_back: dict[str, str], said: str) -> None:
    """A foreign state counts before anything else; refusals and faults each have their line."""
    with pytest.raises(LoginFailed, match=said):
        read_callback(query(**given_back), state="s")


def test_an_empty_state_is_no_state() -> None:
    """A state that is not ASCII, or not there, is compared, not stumbled over."""
    with pytest.raises(LoginFailed):
        read_callback(query(code="c", state="ü"), state="s")


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def test_a_pair_is_read() -> None:
    """Both tokens, and the time they last, counted from the server's date."""
    given = read(REFRESH, 200, granted(1, created_at=int(AT.timestamp())), **dated(AT + timedelta(seconds=5)))
    assert given.access_token == Secret("access-1-SECRET")
    assert given.refresh_token == Secret("refresh-1-SECRET")
    assert given.issued_at == AT + timedelta(seconds=5)
    assert given.expires_at == AT + timedelta(seconds=7205)
    assert not given.second_hand


def test_our_clock_stands_in() -> None:
    """Without a date in the answer, time counts from when the request left."""
    assert read(REFRESH, 200, granted(1)).expires_at == AT + timedelta(hours=2)
    assert read(REFRESH, 200, granted(1), Date="yesterday").issued_at == AT


@pytest.mark.parametrize("lasts", [None, "soon", True, -1, 10**30])
def test_a_token_without_an_end(lasts: object) -> None:
    """A token whose time is not said, or makes no sense, is good until it is refused."""
    assert read(REFRESH, 200, granted(1, expires_in=lasts)).expires_at is None


def test_a_second_hand_pair_is_noticed() -> None:
    """TradeGecko hands out the pair that is alive already: it was created a while ago (reference §2.7)."""
    body = granted(1, created_at=int(AT.timestamp()) - 3000, expires_in=4200)
    given = read(CODE, 200, body, **dated(AT))
    assert given.second_hand
    assert given.expires_at == AT + timedelta(seconds=4200)


@pytest.mark.parametrize("body", [b"", b"<html>", [], {}, {"access_token": ""}, {"access_token": 7}, "token"])
def test_a_success_without_a_token(body: object) -> None:
    """Not a pair: an answer that cannot be read, and the server may have done its part."""
    with pytest.raises(UnreadableReply, match="POST /oauth/token"):
        read(REFRESH, 200, body)


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("word", ["invalid_grant", "invalid_request"])
def test_a_spent_refresh_token_in_every_era(word: str, status: int) -> None:
    """The older ``invalid_request`` and the newer ``invalid_grant``, 401 or 400, mean the same (reference §2.4)."""
    with pytest.raises(LoginRefused, match=rf"used before or taken back \({word}\)") as caught:
        read(REFRESH, status, {"error": word, "error_description": WORDS})
    assert (caught.value.error, caught.value.status) == (word, status)
    assert isinstance(caught.value, NeedsLogin)


@pytest.mark.parametrize("word", ["invalid_resource_owner", "invalid_grant"])
def test_a_wrong_password_in_every_era(word: str) -> None:
    """Both words for wrong credentials (reference §2.3), and neither name nor password in the error."""
    with pytest.raises(LoginRefused, match="user name or password are wrong") as caught:
        read(LOGIN, 401, {"error": word, "error_description": WORDS})
    assert "ann@" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_other_refusals() -> None:
    """A spent code, an unknown application and a grant the server does not have each have their line."""
    with pytest.raises(LoginRefused, match="the code was used before, is too old"):
        read(CODE, 401, {"error": "invalid_grant"})
    with pytest.raises(ClientRefused, match="correct client_id and client_secret in the settings"):
        read(REFRESH, 401, {"error": "invalid_client"})
    with pytest.raises(LoginRefused, match="the server has no password grant"):
        read(LOGIN, 401, {"error": "unsupported_grant_type"})


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, b"<html>", ServerError),
        (503, b"", ServerError),
        (503, {"error": "invalid_grant"}, ServerError),
        (429, {"error": "You have exceeded the API rate limit. Please retry later."}, RateLimited),
        (404, b"<html>", NotFound),
    ],
)
def test_what_is_no_refusal(status: int, body: object, kind: type[Exception]) -> None:
    """A failing or busy server has not refused anything; a wrong address is told as one."""
    with pytest.raises(kind):
        read(REFRESH, status, body)


def test_refusals_hold_no_secret() -> None:
    """What is raised tells nothing that was sent, with its whole chain, pickled as well."""
    with pytest.raises(LoginRefused) as caught:
        read(LOGIN, 401, {"error": "invalid_grant", "error_description": WORDS})
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(pickle.dumps(caught.value))
    assert "SECRET" not in told
    assert "the-app-secret" not in told


@given(st.binary(max_size=60), st.sampled_from([200, 201, 302, 400, 401, 403, 404, 422, 429, 500]))
def test_any_answer_is_a_pair_or_one_of_our_errors(content: bytes, status: int) -> None:
    """Nothing the endpoint may send raises anything but ours."""
    with suppress(TradeGeckoError):
        read_grant(REFRESH, status, {}, content, now=AT)


def test_a_broken_success_shows_no_token() -> None:
    """An answer that holds tokens and cannot be used: no traceback with locals shows them."""
    for content in (b"access_token=a-SECRET&refresh_token=r-SECRET", b'{"refresh_token": "r-SECRET"}'):
        with pytest.raises(UnreadableReply) as caught:
            read_grant(REFRESH, 200, {}, content, now=AT)
        shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert caught.value.__context__ is None
        frames = [frame for frame in shown.stack if "/src/" in frame.filename]
        assert frames
        assert "SECRET" not in str([frame.locals for frame in frames])


def test_server_time() -> None:
    """The ``Date`` header is UTC; one that is none is nothing."""
    assert server_time({"date": "Sun, 01 Mar 2026 12:00:00 GMT"}) == AT
    assert server_time({"date": "Sun, 01 Mar 2026 12:00:00 -0000"}) == AT
    assert server_time({"date": "Sun, 01 Mar 2026 13:00:00 +0100"}) == AT
    assert server_time({}) is None
    assert server_time({"date": "Sun, 99 Mar 20260 12:00:00 GMT"}) is None


def test_an_answer_without_a_refresh_token_keeps_the_old() -> None:
    """Where the answer has no refresh token, the one that was sent stays good."""
    assert with_refresh_token(pair(1, refresh_token=None), pair(0)).refresh_token == pair(0).refresh_token
    assert with_refresh_token(pair(1), pair(0)) == pair(1)


# ── when and why ─────────────────────────────────────────────────────────────────────────────


def test_two_windows() -> None:
    """Five minutes before its end a token is better refreshed, thirty seconds before it must be."""
    policy = RefreshPolicy()
    ends = AT + timedelta(hours=2)
    seconds = {left: policy.due(pair(), ends - timedelta(seconds=left), 0.0) for left in (301, 300, 31, 30, 0, -99)}
    assert seconds == {
        301: Due.NOT_YET,
        300: Due.BETTER_NOW,
        31: Due.BETTER_NOW,
        30: Due.NOW,
        0: Due.NOW,
        -99: Due.NOW,
    }


def test_workers_spread() -> None:
    """Each worker has its own place in the first half of the advisory window, so that they do not all begin at once."""
    left = {spread: _first(RefreshPolicy(), pair(), spread) for spread in (0.0, 0.5, 1.0)}
    assert left == {0.0: 300, 0.5: 225, 1.0: 150}


def test_short_lives_are_not_all_window() -> None:
    """A token of two minutes is used for three quarters of them before anybody thinks of refreshing it."""
    short = pair(expires_at=AT + timedelta(seconds=120))
    assert _first(RefreshPolicy(), short, 0.0) == 30
    assert RefreshPolicy().due(short, AT + timedelta(seconds=104), 0.0) is Due.BETTER_NOW
    assert RefreshPolicy().due(short, AT + timedelta(seconds=105), 0.0) is Due.NOW


def test_a_privileged_token_is_never_due() -> None:
    """What never expires is never refreshed ahead of time."""
    forever = pair(expires_at=None)
    assert RefreshPolicy().due(forever, AT + timedelta(days=9999), 0.0) is Due.NOT_YET


def _first(policy: RefreshPolicy, given: TokenPair, spread: float) -> int:
    """How many seconds before the end the advisory window begins."""
    ends = given.expires_at
    assert ends is not None
    return next(
        s for s in range(400, 0, -1) if policy.due(given, ends - timedelta(seconds=s), spread) is not Due.NOT_YET
    )


def stored(**facts: object) -> StoredToken:
    content = {"name": "web", "pair": pair(), "generation": 1, "serial": 1, "saved_at": AT, **facts}
    return StoredToken(**content)  # type: ignore[arg-type]


def test_why_a_login_ended() -> None:
    """The likeliest reason is told: a twin in our store, a lost answer, a shared pair, a stranger, or simply time."""
    lost = RefreshNote(mishap=Mishap.LOST, at=AT, worker="host/7")
    young, old = AT + timedelta(minutes=61), AT + timedelta(days=61)
    assert why_refused(stored(note=lost), ["shop"], young).startswith(
        "login 'shop' was made as the same TradeGecko user"
    )
    assert why_refused(stored(note=lost), [], young).startswith(
        "the answer to a refresh begun at 2026-03-01 12:00:00 UTC by host/7 was lost"
    )
    assert why_refused(stored(pair=pair(second_hand=True)), [], old).startswith(
        "another program is logged in as the same"
    )
    assert "most likely another connection" in why_refused(stored(), [], young)
    assert why_refused(stored(), [], old).startswith("access was taken back in TradeGecko, or")


def test_our_errors_travel() -> None:
    """Errors about logins keep their words and facts when they are pickled, and say what kind of failure they are."""
    ended = LoginEnded("no login is stored under 'web'", name="web", path="/oauth/token", remedy="log in")
    away = TokenUnavailable("the server failed", path="/oauth/token")
    for error in (ended, away):
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), vars(again)) == (str(error), vars(error))
    assert str(ended) == "login needed on POST /oauth/token: no login is stored under 'web'; log in"
    assert not away.may_have_arrived


def test_dates_are_utc() -> None:
    """A date with another offset is the same moment in UTC."""
    moment = server_time({"date": "Sun, 01 Mar 2026 13:00:00 +0100"})
    assert moment is not None
    assert moment.tzinfo is UTC
