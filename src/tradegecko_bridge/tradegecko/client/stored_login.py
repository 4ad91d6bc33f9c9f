"""A stored login's steps to a signed request: a generator that sync and async drivers both run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any, cast

import httpx

from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports import TokenStore
from tradegecko_bridge.ports.logins import StoredToken
from tradegecko_bridge.tradegecko.client.keeper import TokenKeeper
from tradegecko_bridge.tradegecko.oauth import OAuthApp

Step = httpx.Request | Callable[[], StoredToken | None]
"""What a login's generator asks its driver for: send this request, or do this, which may block."""


_UNREAD = httpx.ByteStream(b"")
"""What is left of an answer that another request follows: httpx would read all of it, however much that is."""


class StoredLogin(OfThisProcess, httpx.Auth):
    """A login from a token store, refreshed ahead of its end and, once, after a 401 (reference §2.4, §2.6).

    One object may serve any number of clients, threads and tasks; any number of processes may share the store. See
    :class:`~tradegecko_bridge.tradegecko.client.keeper.TokenKeeper` for the arguments. Every request may raise what
    :meth:`~tradegecko_bridge.tradegecko.client.keeper.TokenKeeper.usable` raises; then it has not left.

    In async programs store and token endpoint are used in a thread, which ends its work even when the task that
    asked for it is cancelled: a pair that was refreshed is always saved.
    """

    def __init__(self, app: OAuthApp, store: TokenStore, name: str = "default", **settings: Any) -> None:
        self.keeper: TokenKeeper = TokenKeeper(app, store, name, **settings)

    @property
    def logins(self) -> int:
        """Grows when somebody has logged in anew; refreshing a login leaves it as it is."""
        return self.keeper.logins

    def note_account(self, account: str) -> None:
        """The API has told which account this login opens: from now on it is for this one.

        Raises:
            OtherLogin: it was for another one before.
            TokenUnavailable: the token store failed.
        """
        self.keeper.belongs_here(account)

    def __repr__(self) -> str:
        return f"StoredLogin({self.keeper.name!r})"

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The steps, done where we are."""
        steps = self._steps(request)
        step = next(steps)
        while True:
            answer = (yield step) if isinstance(step, httpx.Request) else step()
            try:
                step = steps.send(answer)
            except StopIteration:
                return
            if isinstance(answer, httpx.Response):
                cast("httpx.SyncByteStream", answer.stream).close()
                answer.stream = _UNREAD

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """The steps, those that block in a thread."""
        from anyio.to_thread import run_sync  # sees a step through, even when whoever asked for it is cancelled

        steps = self._steps(request)
        step = next(steps)
        while True:
            answer = (yield step) if isinstance(step, httpx.Request) else await run_sync(step)
            try:
                step = steps.send(answer)
            except StopIteration:
                return
            if isinstance(answer, httpx.Response):
                await cast("httpx.AsyncByteStream", answer.stream).aclose()
                answer.stream = _UNREAD

    def _steps(self, request: httpx.Request) -> Generator[Step, Any, None]:
        self.keeper.must_go_to(str(request.url))
        token: StoredToken = self.keeper.at_hand() or (yield self.keeper.usable)
        response: httpx.Response = yield _signed(request, token)
        self.keeper.note_answer(response.headers)
        if response.status_code == 401:
            refused = token
            token = yield lambda: self.keeper.after_refusal(refused)
            response = yield _signed(request, token)
            self.keeper.note_answer(response.headers)
        if response.is_success and token.pair.owner is None:
            yield self.keeper.has_worked


def _signed(request: httpx.Request, token: StoredToken) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token.pair.access_token.reveal()}"
    return request
