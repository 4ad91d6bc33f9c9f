"""What both drivers share: settings, the connection pool, copies with other settings."""

from __future__ import annotations

import os
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, ClassVar, Final, Generic, Self, TypeVar, Unpack

import httpx

from tradegecko_bridge._version import __version__
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import Forked, OfThisProcess
from tradegecko_bridge.http_bounds import (
    ACCEPTED,
    DEADLINE,
    LARGEST_ANSWER,
    check_not_plain,
    proxy_to,
    shared_ssl_context,
)
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.tradegecko.base_url import DEFAULT_BASE_URL, checked_url
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.client.auth import BearerToken
from tradegecko_bridge.tradegecko.client.events import Listener
from tradegecko_bridge.tradegecko.client.given import not_after_a_fork
from tradegecko_bridge.tradegecko.client.options import (
    CallOptions,
    Limiter,
    Options,
    Timeout,
    as_deadline,
    as_headers,
    as_policy,
    as_timeout,
)
from tradegecko_bridge.tradegecko.client.sending import Core, Sending
from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter
from tradegecko_bridge.tradegecko.retry import RetryPolicy

T = TypeVar("T")
Http = TypeVar("Http", httpx.Client, httpx.AsyncClient)
Transport = TypeVar("Transport")
Sleep = TypeVar("Sleep")

TOKEN_VARIABLE: Final = "TRADEGECKO_TOKEN"  # noqa: S105 - a name
BASE_URL_VARIABLE: Final = "TRADEGECKO_BASE_URL"
"""In the environment: what a client goes by that is not told."""
_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": ACCEPTED,
    "Connection": "keep-alive",
    "Content-Type": "application/json",
    "User-Agent": f"tradegecko-bridge/{__version__}",
}


class Pool(Forked, Generic[Http]):
    """The connections of a client and its copies; a forked process opens its own, unless the client was ``given``."""

    def __init__(self, make: Callable[[], Http], given: Http | None) -> None:
        self._make: Callable[[], Http] = make if given is None else not_after_a_fork
        self._given: Http | None = given
        self._lock = Lock()
        self._http: Http | None = make()

    @property
    def http(self) -> Http:
        """httpx's client."""
        with self._lock:
            if self._http is None:
                self._http = self._make()
            return self._http

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self.http.is_closed or (self._given is not None and self._given.is_closed)

    def after_fork_in_child(self) -> None:
        self._lock = Lock()
        self._http = None


class ClientBase(OfThisProcess, ABC, Generic[Http, Transport, Sleep]):
    """The part of a client that does no I/O.

    Args:
        token: the access token, or any ``httpx.Auth``; left out, ``TRADEGECKO_TOKEN`` of the environment. It never
            shows in logs, reprs or errors.
        base_url: where the API is; the sandbox's or any compatible endpoint's. Left out, ``TRADEGECKO_BASE_URL`` of the
            environment, or where TradeGecko was.
        timeout: seconds for each of connecting, sending, and waiting for an answer; None leaves it to ``deadline``.
        deadline: seconds for one request and all of its answer, whatever a server does; None sets none.
        largest_answer: bytes of an answer, decompressed. Of a larger one no more is read.
        retry: what is tried again and how long.
        max_retries: instead of ``retry``: how often what may be repeated is; 0 for one attempt.
        default_headers: for every request. They show as little as the token does.
        limiter: says when a request may go out; give one to all clients of an account.
        priority: this client's place when the rate limit runs short.
        listeners: are told of every request, answer and wait, in the thread or task of the call.
        limits: of the connection pool. A process forked from this one opens connections of its own.
        ssl_context: all clients share one when none is given.
        proxy: the address of an HTTP or SOCKS proxy, not used for this machine. The environment is not asked for one.
        allow_http: take an ``http://`` address of another machine, to which the token travels unencrypted.
        transport: any httpx transport, e.g. ``httpx.MockTransport``; it has ways of its own. ``deadline`` is kept
            as :class:`~tradegecko_bridge.http_bounds.GivenTransport` can: a step that blocks is not interrupted, but in
            an event loop it is.
        http_client: an httpx client of yours, with its connections, proxies, certificates and hooks; closing it is
            left to you. Headers, login, base URL, timeouts and redirects are this client's, and so are the bounds of an
            answer and what the log has; ``deadline`` is kept as with a transport. It cannot be used after a fork.
        clock, sleep: the present moment (aware UTC) and how to wait (seconds).

    Raises:
        ConfigError: an argument cannot work, or not beside another.
    """

    _http_client: ClassVar[Callable[..., Any]]
    _through_client: ClassVar[Callable[..., Any]]
    _own_transport: ClassVar[Callable[..., Any]]
    _given_transport: ClassVar[Callable[..., Any]]
    _real_sleep: ClassVar[Any]

    @discreet
    def __init__(
        self,
        token: Secret | str | httpx.Auth | None = None,
        *,
        base_url: str | None = None,
        timeout: Timeout = 30.0,
        deadline: float | None = DEADLINE,
        largest_answer: int = LARGEST_ANSWER,
        retry: RetryPolicy | None = None,
        max_retries: int | None = None,
        default_headers: Mapping[str, Secret | str] | None = None,
        limiter: Limiter | None = None,
        priority: Priority = Priority.NORMAL,
        listeners: Sequence[Listener] = (),
        limits: httpx.Limits | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: Secret | str | None = None,
        allow_http: bool = False,
        transport: Transport | None = None,
        http_client: Http | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Sleep | None = None,
    ) -> None:
        auth = as_auth(token)
        url = checked_url(os.environ.get(BASE_URL_VARIABLE) or DEFAULT_BASE_URL if base_url is None else base_url)
        proxy = as_secret(proxy) if proxy else None
        check_not_plain("the base URL", url.scheme, url.host, allow_http=allow_http)
        through = proxy_to(url.host, proxy.reveal() if proxy else None)
        way: dict[str, Any] = {"proxy": through, "verify": ssl_context or shared_ssl_context()}
        if limits is not None:
            way["limits"] = limits
        headers = httpx.Headers(_HEADERS)
        headers.update({name: value.reveal() for name, value in as_headers(default_headers or {}).items()})
        if http_client is not None:
            others = {"transport": transport, "proxy": proxy, "limits": limits, "ssl_context": ssl_context}
            transport = self._through_client(http_client, **others)
        make = partial(self._http_client, auth=auth, trust_env=False)
        self._pool: Pool[Http] = Pool(
            lambda: make(transport=self._given_transport(transport) if transport else self._own_transport(**way)),
            http_client,
        )
        self._owns_pool = True
        self._sleep: Sleep = sleep if sleep is not None else self._real_sleep
        self._core = Core(url, headers, limiter or RateLimiter(), listeners, clock, largest_answer)
        self._options = Options(
            timeout=as_timeout(timeout),
            deadline=as_deadline(deadline),
            retry=as_policy(retry, max_retries, RetryPolicy()),
            priority=priority,
        )
        self._bind()

    @abstractmethod
    def _bind(self) -> None:
        """Make every resource an attribute of this client."""

    @property
    def base_url(self) -> str:
        """Where the API is, without a slash at the end."""
        return self._core.base_url

    @property
    def calls(self) -> int:
        """Requests sent so far by this client and its copies, repeated ones counted each time."""
        return self._core.calls

    @property
    def logins(self) -> int | None:
        """Another number once another login has taken the place of the one that was used, so that the account may be
        another one; None where the token is an ``httpx.Auth`` that does not tell."""
        told: int | None = getattr(self._pool.http.auth, "logins", None)
        return told

    def note_account(self, account: str) -> None:
        """The API has told the id of the account that the login opens; a stored login is kept to it.

        Raises:
            OtherLogin: the stored login was for another account before.
        """
        if (note := getattr(self._pool.http.auth, "note_account", None)) is not None:
            note(account)

    @property
    def clock_offset(self) -> timedelta | None:
        """What the server's clock shows more than this machine's, to some two seconds; None before any answer.

        By the ``Date`` of the last few answers, which has whole seconds and has travelled: the greatest counts.
        """
        return self._core.clock_offset

    @property
    def server_clock(self) -> datetime | None:
        """What the server's clock shows now (UTC), by :attr:`clock_offset`; None before any answer."""
        return self._core.server_clock

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """A copy with other settings that shares connections, rate limit, listeners and counter.

        Closing the copy does nothing; once the first client is closed it is of no use.
        """
        copy = object.__new__(type(self))
        copy._pool, copy._core, copy._sleep = self._pool, self._core, self._sleep
        copy._owns_pool = False
        copy._options = self._options.changed(**options)
        copy._bind()
        return copy

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._core.base_url!r})"

    def _sending(self, call: Call[T], options: CallOptions) -> Sending[T]:
        return Sending(self._core, call, self._options.changed(**options) if options else self._options)


@discreet
def as_auth(token: Secret | str | httpx.Auth | None) -> httpx.Auth:
    """What signs requests.

    Raises:
        ConfigError: there is no token, or it is none.
    """
    if token is None and not (token := os.environ.get(TOKEN_VARIABLE)):
        raise ConfigError(f"there is no access token: give token, or set {TOKEN_VARIABLE} in the environment")
    if isinstance(token, (str, Secret)):
        return BearerToken(token)
    if not isinstance(token, httpx.Auth):
        raise ConfigError(f"token must be an access token or an httpx.Auth, not {type(token).__name__}")
    return token
