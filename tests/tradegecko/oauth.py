"""Logins for the tests: an application of the sandbox, stores that fail, a token endpoint that is a function."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from tradegecko_bridge import Sandbox
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import Secret, StoredToken, TokenPair
from tradegecko_bridge.stores.tokens import MemoryTokenStore
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint, TokenKeeper
from tradegecko_bridge.tradegecko.client.login import Logins
from tradegecko_bridge.tradegecko.oauth import OAuthApp

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "demo-password"
DANA, SASHA = "dana@demo.example", "sasha@demo.example"


def app_of(sandbox: Sandbox) -> OAuthApp:
    return OAuthApp(client_id=sandbox.client_id, client_secret=Secret(sandbox.client_secret), base_url=sandbox.base_url)


def log_in(sandbox: Sandbox, store: TokenStore, name: str = "default", user: str = DANA) -> StoredToken:
    return Logins(app_of(sandbox), store).with_password(name, user, Secret(PASSWORD))


def refreshes(sandbox: Sandbox) -> int:
    """How many refreshes the sandbox has answered, whatever it said."""
    return len([r for r in sandbox.requests() if r["path"] == "/oauth/token"])


def approve(url: str, *, user: str = DANA, password: str = PASSWORD, decision: str = "allow") -> str:
    """What a person does in the browser; gives the address the browser is sent back to."""
    query = dict(httpx.URL(url).params)
    form = {**query, "email": user, "password": password, "decision": decision}
    answer = httpx.post(url.partition("?")[0], data=form)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


APP = OAuthApp(client_id="the-app", client_secret=Secret("the-app-secret"), base_url="https://api.example")


class Clock:
    """A clock and a sleep that go together."""

    def __init__(self, now: datetime = AT) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def pair(number: int = 0, *, at: datetime = AT, **facts: Any) -> TokenPair:
    """A pair of two hours from ``at``, as :class:`Server` gives them."""
    content = {"issued_at": at, "expires_at": at + timedelta(hours=2), **facts}
    access, refresh = Secret(f"access-{number}-SECRET"), Secret(f"refresh-{number}-SECRET")
    return TokenPair(**{"access_token": access, "refresh_token": refresh, **content})


Answer = httpx.Response | Exception | None


class Server:
    """A token endpoint whose refresh tokens work once. ``before`` may answer in its place."""

    def __init__(self, clock: Callable[[], datetime], before: Callable[[int], Answer] = lambda _: None) -> None:
        self._clock = clock
        self._before = before
        self.number = 0
        self.forms: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = dict(httpx.QueryParams(request.content.decode()))
        self.forms.append(form)
        instead = self._before(len(self.forms))
        if isinstance(instead, Exception):
            raise instead
        if instead is not None:
            return instead
        if form["refresh_token"] != f"refresh-{self.number}-SECRET":
            return refusal("invalid_grant")
        self.number += 1
        return httpx.Response(200, json=granted(self.number), headers=dated(self._clock()))


def granted(number: int, **more: object) -> dict[str, object]:
    tokens = {"access_token": f"access-{number}-SECRET", "refresh_token": f"refresh-{number}-SECRET"}
    return {**tokens, "token_type": "bearer", "expires_in": 7200, "scope": "public", **more}


def refusal(word: str, status: int = 401) -> httpx.Response:
    return httpx.Response(status, json={"error": word, "error_description": f"In other words: {word}."})


def dated(at: datetime) -> dict[str, str]:
    return {"Date": at.strftime("%a, %d %b %Y %H:%M:%S GMT")}


def keeper(
    server: Callable[[httpx.Request], httpx.Response],
    clock: Clock,
    store: TokenStore | None = None,
    **settings: Any,
) -> tuple[TokenKeeper, TokenStore]:
    """A keeper of login ``default`` with pair 0, stored at ``AT``."""
    store = store or MemoryTokenStore()
    if store.load("default") is None:
        store.save("default", pair(), at=AT)
    endpoint = TokenEndpoint(transport=httpx.MockTransport(server), clock=clock)
    given: dict[str, Any] = {
        "endpoint": endpoint,
        "clock": clock,
        "sleep": clock.sleep,
        "jitter": lambda: 0.0,
        "worker": "me",
    }
    return TokenKeeper(APP, store, **(given | settings)), store


def query(**given: str) -> str:
    return f"http://127.0.0.1:8765/callback?{urlencode(given)}"
