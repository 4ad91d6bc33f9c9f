"""Keeping one login usable: exactly one refresh per pair of tokens, whoever shares the token store.

What can happen to the worker that refreshes, and what becomes of the others:

- It dies before the request left: its lease runs out, the next worker refreshes.
- It dies, or the answer is lost, after the request left: the refresh token may be spent. The next worker tries it; when
  TradeGecko refuses, the login is noted as refused, the old access token is used while it lasts, then somebody has to
  log in again.
- It dies after saving: everybody reads the new pair.

A new pair is saved before it is used. Nothing is locked while a request is on its way.
"""

from __future__ import annotations

import os
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx
import tenacity
from attrs import evolve, frozen

from tradegecko_bridge import quiet_http
from tradegecko_bridge.errors import (
    ClaimLost,
    LoginEnded,
    LoginRefused,
    LoginTaken,
    OtherLogin,
    StatusError,
    StoreError,
    TokenUnavailable,
    TradeGeckoError,
)
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import ForkedLock, OfThisProcess
from tradegecko_bridge.http_bounds import (
    ACCEPTED,
    LARGEST_GRANT,
    TOKEN_DEADLINE,
    BoundedTransport,
    GivenTransport,
    ask,
    proxy_to,
    shared_ssl_context,
)
from tradegecko_bridge.ports import Clock, TokenStore
from tradegecko_bridge.ports.logins import (
    OTHER_SEAL,
    LoginOwner,
    Mishap,
    RefreshLease,
    RefreshNote,
    Secret,
    StoredToken,
    TokenPair,
    as_secret,
)
from tradegecko_bridge.tradegecko.client import token_calls
from tradegecko_bridge.tradegecko.client.sending import no_answer
from tradegecko_bridge.tradegecko.oauth import (
    Due,
    OAuthApp,
    RefreshPolicy,
    TokenRequest,
    is_temporary,
    origin,
    read_grant,
    remedy,
    why_refused,
    with_refresh_token,
)
from tradegecko_bridge.tradegecko.replies import server_time
from tradegecko_bridge.visible import log

_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": ACCEPTED,
    "Content-Type": "application/x-www-form-urlencoded",
}
_SAVES: Final = 5
"""How often a new pair is offered to a store that fails: it is the only one that works now."""


class TokenEndpoint(OfThisProcess):
    """Sends token requests, one at a time and without repeating any: most work once.

    ``timeout`` is in seconds, for each of connecting, sending and waiting for an answer, ``deadline`` for all of it;
    ``proxy`` is the address of one, not used for this machine.
    """

    @discreet
    def __init__(
        self,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float = 20.0,
        deadline: float = TOKEN_DEADLINE,
        ssl_context: ssl.SSLContext | None = None,
        proxy: Secret | str | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._transport = transport
        self._timeout = timeout
        self._deadline = deadline
        self._ssl_context = ssl_context
        self._proxy = proxy = as_secret(proxy) if proxy else None
        proxy_to("", proxy.reveal() if proxy else None)  # says at once what is wrong with it
        self._clock = clock

    def ask(self, request: TokenRequest) -> TokenPair:
        """The pair that is answered.

        Raises:
            TransportError: no answer came back; ``may_have_arrived`` tells whether the server may have acted.
            StatusError, UnreadableReply: see :func:`~tradegecko_bridge.tradegecko.oauth.read_grant`.
        """
        now = self._clock()
        answer = self._exchange(request)
        if isinstance(answer, TradeGeckoError):
            raise answer
        return read_grant(request, answer.status_code, answer.headers, answer.content, now=now)

    def _exchange(self, request: TokenRequest) -> httpx.Response | TradeGeckoError:
        """An error is handed back, not raised: the frames of the one it comes from hold the body that was sent."""
        proxy = proxy_to(urlsplit(request.url).hostname or "", self._proxy.reveal() if self._proxy else None)
        verify = self._ssl_context or shared_ssl_context()
        given = self._transport
        transport = GivenTransport(given) if given else BoundedTransport(verify=verify, proxy=proxy)
        try:
            with quiet_http.Client(transport=transport, timeout=self._timeout, trust_env=False) as http:
                sent = http.build_request("POST", request.url, content=request.content(), headers=_HEADERS)
                return ask(http, sent, deadline=self._deadline, largest=LARGEST_GRANT)
        except httpx.HTTPError as error:
            return no_answer(error, {"method": "POST", "path": request.path})


@frozen
class _BeingRefreshed(Exception):
    """Another worker has the lease."""

    lease: RefreshLease


def this_worker() -> str:
    """What a lease calls this process: host and process id."""
    return f"{socket.gethostname()}/{os.getpid()}"


class TokenKeeper(OfThisProcess):
    """Hands out the access token of one login, refreshed in time. Threads share one; all methods may block.

    Args:
        app: the application the login belongs to.
        store: where the login is, shared with whoever else uses it.
        name: the login's name there.
        policy: when to refresh and how long that may take.
        endpoint: sends the refresh; a real one unless given.
        clock, sleep, jitter: the present moment (aware UTC), how to wait (seconds), a number from 0 to 1.
        worker: what leases and errors call this process.
    """

    def __init__(
        self,
        app: OAuthApp,
        store: TokenStore,
        name: str = "default",
        *,
        policy: RefreshPolicy | None = None,
        endpoint: TokenEndpoint | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        worker: str = "",
    ) -> None:
        self.name = name
        self._app = app
        self._store = token_calls.guarded(store)
        self._policy = policy or RefreshPolicy()
        self._endpoint = endpoint or TokenEndpoint(timeout=self._policy.timeout, clock=clock)
        self._clock = clock
        self._sleep = sleep
        self._given_worker = worker
        self._spread = jitter()
        self._server_ahead = timedelta(0)
        self._known: StoredToken | None = None
        self._lately: str | None = None
        self.logins: int = 0
        """Grows with each login that takes the place of the one that was used here: it may be for another account."""
        self._unsaved: tuple[StoredToken, TokenPair] | None = None
        self._saving = ForkedLock()  # never held while a request is on its way
        self._not_before: datetime | None = None

    def __repr__(self) -> str:
        return f"TokenKeeper({self.name!r}, {self._store!r})"

    @property
    def _worker(self) -> str:
        return self._given_worker or this_worker()

    def note_answer(self, headers: Mapping[str, str]) -> None:
        """Set our idea of the server's clock by an answer's ``Date``: the tokens' times are by that clock."""
        at = server_time(headers)
        if at is not None:
            self._server_ahead = at - self._clock()

    def at_hand(self) -> StoredToken | None:
        """The login, where that takes neither store nor server; None where it does."""
        known = self._known
        return known if known is not None and self._unsaved is None and self._is_current(known) else None

    def usable(self) -> StoredToken:
        """The login with an access token that has not expired.

        Raises:
            LoginEnded: nothing is stored under this name, or it cannot be refreshed any more.
            LoginRefused: the settings of the application are wrong.
            TokenUnavailable: not now; asking again later may work.
        """
        with self._store_errors_mapped():
            self._save_leftover()
            return self._remember(self._in_time(self._load()))

    def after_refusal(self, refused: StoredToken) -> StoredToken:
        """The login after the API answered 401 to this token: the one somebody stored meanwhile, or a refreshed one.

        Raises: as :meth:`usable`.
        """
        with self._store_errors_mapped():
            self._save_leftover()
            stored = self._load()
            if stored.generation == refused.generation:
                return self._remember(self._renewed(stored, must=True))
            return self._remember(self._in_time(stored))

    # ── deciding ─────────────────────────────────────────────────────────────────────────────

    def _in_time(self, stored: StoredToken) -> StoredToken:
        if self._is_current(stored):
            return stored
        must = self._due(stored) is Due.NOW
        if stored.refused and not self._expired(stored):
            return stored
        return self._renewed(stored, must=must)

    def _due(self, stored: StoredToken) -> Due:
        return self._policy.due(stored.pair, self._server_now(), self._spread)

    def _is_current(self, stored: StoredToken) -> bool:
        """Whether this token goes out as it is, without a thought of refreshing."""
        due = self._due(stored)
        if due is Due.BETTER_NOW:
            pausing = self._not_before is not None and self._clock() < self._not_before
            return pausing or stored.refused
        return due is Due.NOT_YET

    def _expired(self, stored: StoredToken) -> bool:
        return stored.pair.expires_at is not None and self._server_now() >= stored.pair.expires_at

    def _server_now(self) -> datetime:
        return self._clock() + self._server_ahead

    # ── refreshing ───────────────────────────────────────────────────────────────────────────

    def _renewed(self, stored: StoredToken, *, must: bool) -> StoredToken:
        """The login with the pair after ``stored``, made by us or another worker; without ``must`` maybe as it is."""
        deadline = self._clock() + self._policy.patience
        waiting = tenacity.Retrying(
            sleep=self._sleep,
            retry=tenacity.retry_if_exception_type(_BeingRefreshed),
            wait=tenacity.wait_fixed(self._policy.poll),
            stop=lambda _: self._clock() >= deadline,
            reraise=True,
        )
        try:
            return waiting(self._renew, stored, must=must)
        except _BeingRefreshed as other:
            since = f"{other.lease.since:%H:%M:%S} UTC"
            detail = f"{other.lease.worker} has been refreshing login {self.name!r} since {since}"
            raise self._unavailable(detail) from None

    def _renew(self, stored: StoredToken, *, must: bool) -> StoredToken:
        now = self._clock()
        until = now + self._policy.lease
        claimed = self._store.claim_refresh(self.name, stored.generation, self._worker, at=now, until=until)
        if claimed is not None:
            return self._refreshed(claimed, must=must)
        current = self._load()
        if current.generation != stored.generation:
            return current
        if current.refused or current.pair.refresh_token is None:
            return self._unrenewable(current, must=must)
        if current.lease is None:  # released between the two looks
            return self._renew(stored, must=must)
        if not must:
            return current
        raise _BeingRefreshed(current.lease)

    def _unrenewable(self, stored: StoredToken, *, must: bool) -> StoredToken:
        """A login nobody can refresh."""
        if not must:
            return stored
        if stored.note is not None and stored.refused:
            raise self._ended(stored.note.why)
        raise self._ended(f"the access token of login {self.name!r} no longer works, and it has no refresh token")

    def _refreshed(self, claimed: StoredToken, *, must: bool) -> StoredToken:
        """Send the refresh. The lease is ours."""
        refresh_token = claimed.pair.refresh_token
        assert refresh_token is not None  # noqa: S101 - the store gives no lease without one
        try:
            pair = self._endpoint.ask(self._app.refresh(refresh_token))
        except LoginRefused as error:
            return self._refresh_refused(claimed, error, must=must)
        except TradeGeckoError as error:
            return self._refresh_failed(claimed, error, must=must)
        except BaseException:  # KeyboardInterrupt, say: the server may have got it
            self._store.release(claimed, note=self._note(Mishap.LOST, claimed))
            raise
        log.info("refreshed TradeGecko login %s", self.name, extra={"generation": claimed.generation + 1})
        return self._save(claimed, with_refresh_token(pair, claimed.pair))

    def _refresh_refused(self, claimed: StoredToken, error: LoginRefused, *, must: bool) -> StoredToken:
        """TradeGecko will not refresh this pair, now or ever, unless it is the application it does not know."""
        if error.error not in ("invalid_grant", "invalid_request"):
            self._store.release(claimed)
            if must:
                raise error
            return self._later(claimed, error)
        others = [name for name in self._store.holders(claimed.pair.fingerprint) if name != self.name]
        why = why_refused(claimed, others, self._server_now())
        detail = f"TradeGecko refused to refresh login {self.name!r} ({error.error}): {why}"
        self._store.release(claimed, note=self._note(Mishap.REFUSED, claimed, detail))
        current = self._load()
        if current.generation != claimed.generation:
            return current
        if must and (self._due(current) is not Due.NOW or self._expired(current)):
            raise self._ended(detail)
        log.warning("%s; the old access token is used while it lasts", detail)
        return current

    def _refresh_failed(self, claimed: StoredToken, error: TradeGeckoError, *, must: bool) -> StoredToken:
        """No answer, or none that helps: another worker, or this one later, may try again."""
        lost = not isinstance(error, StatusError) and getattr(error, "may_have_arrived", True)
        self._store.release(claimed, note=self._note(Mishap.LOST, claimed) if lost else None)
        if not must:
            return self._later(claimed, error)
        detail = f"login {self.name!r} cannot be refreshed: {error}"
        if is_temporary(error):
            raise self._unavailable(detail) from None
        what_to_do = "check base_url and the other settings of [tradegecko]; no new login is needed"
        raise self._ended(detail, what_to_do) from None

    def _later(self, stored: StoredToken, error: TradeGeckoError) -> StoredToken:
        self._not_before = self._clock() + self._policy.pause
        log.warning("login %s could not be refreshed ahead of time: %s", self.name, error)
        return stored

    def _note(self, mishap: Mishap, claimed: StoredToken, why: str = "") -> RefreshNote:
        at = claimed.lease.since if claimed.lease else self._clock()
        return RefreshNote(mishap=mishap, at=at, worker=self._worker, why=why)

    # ── the store ────────────────────────────────────────────────────────────────────────────

    def _load(self) -> StoredToken:
        try:
            stored = self._store.load(self.name)
        except LoginTaken:
            self._must_be_ours(self._store.owner(self.name))
            raise
        if stored is None:
            self._known = None
            raise self._ended(f"no login is stored under {self.name!r}")
        self._must_be_ours(stored.pair.owner)
        if stored.pair.sealed:
            raise LoginTaken(f"login {self.name!r} is stored {stored.pair.sealed_how}; {OTHER_SEAL}")
        return stored

    def _must_be_ours(self, owner: LoginOwner | None) -> None:
        if owner is not None and owner.is_other(self._app.owner):
            self._known = None
            raise self._not_ours(f"login {self.name!r} is for {owner}, and the settings are for {self._app.owner}")

    def belongs_here(self, account: str | None = None) -> None:
        """The login has worked, with this account if it is known: from now on it is for nobody else.

        Raises:
            OtherLogin: it is for another account already.
            TokenUnavailable: the store failed.
        """
        used = self._known
        if used is None or self._unsaved is not None:
            return
        owner, found = used.pair.owner, evolve(self._app.owner, account=account)
        if owner is not None and owner.is_other(found):
            self._known = None
            raise self._not_ours(f"login {self.name!r} is for account {owner.account}, and now opens {account}")
        if owner is None or (account is not None and owner.account is None):
            pair = evolve(used.pair, owner=found)
            with self._store_errors_mapped():
                written = self._store.rewrite(self.name, used.generation, pair)
            if written and owner is None:
                log.warning(
                    "login %s, of an earlier version, was nobody's yet; from now on it is for %s", self.name, found
                )
            if self._known is used:
                self._known = evolve(used, pair=pair)

    def has_worked(self) -> None:
        """A request was answered well. Whatever the store does about it, the answer counts."""
        with suppress(TradeGeckoError):
            self.belongs_here()

    def must_go_to(self, address: str) -> None:
        """A token goes to the host it is for and to no other.

        Raises:
            OtherLogin: this request would take it elsewhere; it has not left.
        """
        home, there = origin(self._app.base_url), origin(address)
        if home != there:
            raise self._not_ours(f"login {self.name!r} is for {home}, and the request was to go to {there}")

    def _not_ours(self, detail: str) -> OtherLogin:
        what_to_do = (
            "it was left as it is, and no token was sent; give these settings a login of their own "
            '(login = "…" in [tradegecko]), or delete this one (`tgbridge logout --force`)'
        )
        return OtherLogin(detail, name=self.name, path=self._path, remedy=what_to_do)

    def _save(self, claimed: StoredToken, pair: TokenPair) -> StoredToken:
        """Save a new pair before anybody uses it, with patience: there is no way back to the old one."""
        saving = tenacity.Retrying(
            sleep=self._sleep,
            retry=tenacity.retry_if_exception_type(StoreError) & tenacity.retry_if_not_exception_type(ClaimLost),
            wait=tenacity.wait_exponential(multiplier=0.4),
            stop=tenacity.stop_after_attempt(_SAVES),
            reraise=True,
        )
        try:
            return saving(lambda: self._store.save(self.name, pair, at=self._clock(), after=claimed))
        except ClaimLost:  # another pair is stored by now
            return self._load()
        except StoreError as error:
            self._unsaved = (claimed, pair)
            raise self._unavailable(
                f"login {self.name!r} was refreshed, but cannot be saved yet ({error}); "
                "this process keeps trying, so do not end it before the store works again"
            ) from None

    def _save_leftover(self) -> None:
        if self._unsaved is None:
            return
        with self._saving:
            if self._unsaved is not None:
                claimed, pair = self._unsaved
                with suppress(ClaimLost):  # another pair is stored by now
                    self._store.save(self.name, pair, at=self._clock(), after=claimed)
                self._unsaved = None

    def _remember(self, stored: StoredToken) -> StoredToken:
        if self._lately is not None and not stored.has_held(self._lately):
            self.logins += 1
        self._known, self._lately = stored, stored.pair.fingerprint
        return stored

    def _unavailable(self, detail: str) -> TokenUnavailable:
        return TokenUnavailable(detail, path=self._path)

    def _ended(self, detail: str, what_to_do: str = "") -> LoginEnded:
        return LoginEnded(detail, name=self.name, path=self._path, remedy=what_to_do or remedy(self.name))

    @contextmanager
    def _store_errors_mapped(self) -> Iterator[None]:
        """A token store that fails is a reason to try again later, and certainly no request has left."""
        try:
            yield
        except LoginTaken as error:
            raise OtherLogin(str(error), name=self.name, path=self._path, remedy="no token was sent") from None
        except StoreError as error:  # it says itself what to do
            detail = f"the token store failed: {error}"
            raise TokenUnavailable(detail, path=self._path, remedy="try again once it works") from None

    @property
    def _path(self) -> str:
        return urlsplit(self._app.token_url).path
