"""Logging in: a person approves in a browser, or the documented password grant; the pair goes into a token store."""

from __future__ import annotations

import secrets
import webbrowser
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Self
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from tradegecko_bridge.errors import ConfigError, LoginFailed, LoginTaken
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports import Clock, TokenStore
from tradegecko_bridge.ports.logins import OTHER_OWNER, LoginOwner, Secret, StoredToken, TokenPair, as_secret
from tradegecko_bridge.tradegecko.client import token_calls
from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
from tradegecko_bridge.tradegecko.oauth import OAuthApp, TokenRequest, is_answer_to, read_callback

LOOPBACK: Final = "127.0.0.1"
_HOSTS: Final = (LOOPBACK, "localhost")
_PAGE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }}</style>
</head><body><h1>{title}</h1><p>{text}</p></body></html>
"""
_DONE: Final = ("TradeGecko has answered", "You can close this page and go back to where you began to log in.")
_NOT_OURS: Final = (
    "This is not the answer to the login that waits",
    "It may be an old page, or somebody else's link. The login goes on: use the address shown where you began.",
)
_TWICE: Final = (
    "This address works once",
    "It has been opened before, maybe by somebody else. The login has ended; begin again where you began.",
)
_NOT_DONE: Final = ("This login did not work out", "You can close this page; where you began to log in it says why.")


@frozen(kw_only=True)
class PendingLogin:
    """A login that waits for a person: where to send them, and what to compare when they come back.

    ``state`` belongs into the person's session, nowhere else.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)


class Logins(OfThisProcess):
    """Makes logins and keeps them in a token store.

    Args:
        app: the application people log in to.
        store: where the logins go.
        endpoint: sends the token requests; a real one unless given.
        clock: the present moment, aware UTC.
        make_state: a random text that nobody can guess.
        account_of: asks the API which account a new pair opens; None where it does not say.

    A login under a name that is another owner's is refused before anybody is asked anything, and so is, once it is
    known, one for another account than the login of this name was for.
    """

    def __init__(
        self,
        app: OAuthApp,
        store: TokenStore,
        *,
        endpoint: TokenEndpoint | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        make_state: Callable[[], str] = secrets.token_urlsafe,
        account_of: Callable[[TokenPair], str | None] = lambda _: None,
    ) -> None:
        self._app = app
        self._store = token_calls.guarded(store)
        self._endpoint = endpoint or TokenEndpoint(clock=clock)
        self._clock = clock
        self._make_state = make_state
        self._account_of = account_of

    def __repr__(self) -> str:
        return f"Logins({self._app.client_id!r}, {self._store!r})"

    def begin(self) -> PendingLogin:
        """The first half of a login on a web server (reference §2.2): send the person to ``url``, keep ``state``."""
        state = self._make_state()
        return PendingLogin(url=self._app.authorization_url(state), state=state)

    @discreet
    def finish(self, name: str, callback: str, *, state: str) -> StoredToken:
        """The second half: ``callback`` is the address (or its query) the person came back to.

        Raises:
            LoginFailed: another state, the person refused, or another login already holds this user's tokens.
            LoginRefused, TransportError, ServerError: as of
                :meth:`~tradegecko_bridge.tradegecko.client.keeper.TokenEndpoint.ask`; nothing is stored.
        """
        return self._keep(name, self._app.exchange(read_callback(callback, state=state)))

    def with_password(self, name: str, username: str, password: Secret) -> StoredToken:
        """The password grant: only ever for the account that made the application (reference §2.3).

        Raises: as :meth:`finish`.
        """
        return self._keep(name, self._app.password(username, as_secret(password)))

    def at_browser(
        self,
        name: str,
        *,
        tell: Callable[[str], None],
        open_browser: Callable[[str], object] | None = webbrowser.open,
        port: int = 0,
        patience: float = 300.0,
    ) -> StoredToken:
        """For a person at this machine: opens a browser and waits on 127.0.0.1 for it to come back.

        Where the application has a ``redirect_uri`` on this machine its port and path are used, else ``port`` (0 finds
        a free one). ``tell`` is given the address to open, also where no browser opens (``open_browser`` is None).
        ``patience`` is in seconds. An answer that belongs to another login (its state is not ours) is turned away, and
        does not end this one.

        Other users of the machine see what a browser is started with. So it is started with an address of ours that has
        nothing in it, and is sent on from there, once.

        Raises:
            LoginFailed: as :meth:`finish`, or nobody came back in time, or the browser's address was asked for twice.
            ConfigError: the ``redirect_uri`` is not on this machine.
            OSError: the port is taken.
        """
        self._must_be_ours(name)
        state = self._make_state()
        with _Loopback(*_listen_at(self._app.redirect_uri, port), state) as loopback:
            app = evolve(self._app, redirect_uri=loopback.uri)
            url = app.authorization_url(state)
            tell(url)
            if open_browser is not None:
                open_browser(loopback.way_to(url))
            return self._keep(name, app.exchange(loopback.wait(patience)))

    def forget(self, name: str, *, force: bool = False) -> bool:
        """Log out here: the tokens are forgotten, TradeGecko is not told (no call for it is documented).

        Raises:
            LoginTaken: the login is for another application or address, and ``force`` was not given.
        """
        if not force:
            self._must_be_ours(name)
        try:
            known = self._store.load(name) is not None
        except LoginTaken:  # what cannot be read can be deleted
            known = True
        self._store.delete(name)
        return known

    def _must_be_ours(self, name: str) -> LoginOwner:
        """Whom the login of this name is for, or will be.

        Raises:
            LoginTaken: somebody else.
        """
        owner, ours = self._store.owner(name), self._app.owner
        if owner is not None and owner.is_other(ours):
            raise LoginTaken(f"login {name!r} is for {owner}, and the settings are for {ours}; {OTHER_OWNER}")
        return owner or ours

    def _keep(self, name: str, request: TokenRequest) -> StoredToken:
        owner = self._must_be_ours(name)
        pair = self._own(name, self._endpoint.ask(request))
        found = evolve(self._app.owner, account=self._account_of(pair))
        if owner.is_other(found):
            raise LoginTaken(
                f"login {name!r} is for {owner}, and this user's is account {found.account}; {OTHER_OWNER}"
            )
        return self._store.save(name, evolve(pair, owner=found if found.account else owner), at=self._clock())

    def _own(self, name: str, pair: TokenPair) -> TokenPair:
        """The pair, if no other login of ours has it: sharing one ends badly at the first refresh (§2.7)."""
        holders = self._store.holders(pair.fingerprint)
        others = " and ".join(repr(other) for other in holders if other != name)
        if others:
            raise LoginFailed(
                f"TradeGecko gave the tokens that login {others} already uses: both are the same TradeGecko user; "
                f"log {name!r} in as a user of its own, one for each connection"
            )
        return evolve(pair, second_hand=False) if name in holders else pair


def _listen_at(redirect_uri: str, port: int) -> tuple[str, int, str]:
    """Host, port and path to listen at."""
    if not redirect_uri:
        return LOOPBACK, port, "/callback"
    address = urlsplit(redirect_uri)
    if address.scheme != "http" or address.hostname not in _HOSTS or address.query:
        raise ConfigError(
            f"redirect_uri {redirect_uri} is not on this machine; register one like http://{LOOPBACK}:8765/callback "
            "with the application and put it into the settings"
        )
    return address.hostname, address.port or port or 80, address.path


class _Loopback:
    """A web server for one answer. Threads, because browsers open connections which they then do not use."""

    def __init__(self, host: str, port: int, path: str, state: str) -> None:
        self._answers: SimpleQueue[Secret | LoginFailed] = SimpleQueue()
        self._path = path
        self._state = state
        self._turned_away = 0
        self._start = f"/{secrets.token_urlsafe()}"
        self._ways: SimpleQueue[str] = SimpleQueue()
        try:
            self._server = ThreadingHTTPServer((LOOPBACK, port), self._handler())
        except OSError as error:
            remedy = "end the program that uses it, or choose another port"
            raise OSError(error.errno, f"cannot listen on {LOOPBACK}:{port}: {error.strerror}; {remedy}") from error
        self.uri = f"http://{host}:{self._server.server_port}{path}"
        self._home = f"{LOOPBACK}:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def way_to(self, url: str) -> str:
        """An address that sends whoever opens it first on to this one."""
        self._ways.put(url)
        return f"http://{self._home}{self._start}"

    def wait(self, seconds: float) -> Secret:
        """The code."""
        try:
            answer = self._answers.get(timeout=seconds)
        except Empty:
            others = f" (answers that belong to other logins: {self._turned_away})" if self._turned_away else ""
            raise LoginFailed(
                f"nobody came back from TradeGecko's page within {seconds:g} s{others}; begin again"
            ) from None
        if isinstance(answer, LoginFailed):
            raise answer
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10
            server_version = "tradegecko-bridge"
            sys_version = ""

            def do_GET(self) -> None:
                if self.path.partition("?")[0] == loopback._path:
                    loopback._take(self)
                elif self.path == loopback._start:
                    loopback._send_on(self)
                else:  # a browser asking for its icon
                    self.send_error(HTTPStatus.NOT_FOUND)

            def log_message(self, *_: object) -> None:
                """Nothing: the address holds the code."""

        return Handler

    def _send_on(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.headers["Host"] not in (self._home, self._home.removesuffix(":80")):
            handler.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return
        try:
            url = self._ways.get_nowait()
        except Empty:  # one of the two may be somebody who knows the state now
            why = "the browser's address was opened twice, maybe by another user of this machine"
            failure = LoginFailed(f"{why}; begin again (`tgbridge login --no-browser`)")
            self._end(handler, failure, HTTPStatus.GONE, _TWICE)
            return
        self._show(handler, HTTPStatus.FOUND, "TradeGecko", "Your browser is being sent on.", Location=url)

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        if not is_answer_to(handler.path, state=self._state):
            self._turned_away += 1
            self._show(handler, HTTPStatus.BAD_REQUEST, *_NOT_OURS)
            return
        try:
            answer: Secret | LoginFailed = read_callback(handler.path, state=self._state)
        except LoginFailed as error:
            answer = error
        if isinstance(answer, LoginFailed):
            self._end(handler, answer, HTTPStatus.BAD_REQUEST, _NOT_DONE)
        else:
            self._end(handler, answer, HTTPStatus.OK, _DONE)

    def _end(
        self, handler: BaseHTTPRequestHandler, answer: Secret | LoginFailed, status: HTTPStatus, page: tuple[str, str]
    ) -> None:
        try:
            self._show(handler, status, *page)
        finally:  # also where nobody waits for the page
            self._answers.put(answer)

    def _show(self, handler: BaseHTTPRequestHandler, status: HTTPStatus, title: str, text: str, **headers: str) -> None:
        page = _PAGE.format(title=title, text=text).encode()
        handler.send_response(status)
        for header, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(page)),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "Connection": "close",
            **headers,
        }.items():
            handler.send_header(header, value)
        handler.end_headers()
        handler.wfile.write(page)
        handler.wfile.flush()
