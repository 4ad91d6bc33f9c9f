"""One conversation with a shop's API over HTTP, and what each failure means.

=================================================  ====================================================
the shop                                           becomes
=================================================  ====================================================
no connection                                      ``SourceUnavailable``
no answer in time, or one that was cut short       ``AnswerLost``, a ``SourceUnavailable``
408, 423, 425, 429, 502, 503, 504, 530             ``SourceUnavailable``
any other 5xx                                      ``ShopFault``, a ``SourceUnavailable``
a page or anything that is not JSON                ``AnswerLost``
too large an answer                                ``AnswerTooLarge``, a ``SourceUnavailable``
a bad certificate                                  ``SourceUnavailable``
401, or 403 right after logging in                 ``SourceNeedsLogin``
403                                                ``Forbidden``, a ``SourceRefused``
a redirect to a page for logging in                ``SourceNeedsLogin``
any other redirect                                 ``SourceRefused``, with the address to put into the settings
404, 410                                           ``NotThere``, a ``Refusal``
any other 4xx                                      ``Refusal``, a ``SourceRefused``, with the shop's words
=================================================  ====================================================

What changes nothing is tried again where that may help, a bounded number of times, as is what certainly was not
carried out. The shop's words are kept on one line and cut short; our secrets never are among them, nor what we sent.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

import httpx
import tenacity
from attrs import field, frozen

from tradegecko_bridge import quiet_http
from tradegecko_bridge.errors import ConfigError, SourceNeedsLogin, SourceUnavailable
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import Forked
from tradegecko_bridge.http_bounds import (
    ACCEPTED,
    DEADLINE,
    LARGEST_ANSWER,
    BoundedTransport,
    GivenTransport,
    TooLarge,
    ask,
    certificate_fault,
    check_not_plain,
    out_of_time,
    proxy_to,
    shared_ssl_context,
    too_large,
)
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.sources.toolkit.answers import Answer, checked, retry_after
from tradegecko_bridge.sources.toolkit.faults import AnswerLost, AnswerTooLarge, Busy, Forbidden, one_line
from tradegecko_bridge.sources.toolkit.pace import Pace

Params = Mapping[str, object]

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_SAFE = frozenset({"GET", "HEAD"})
LARGEST_FILE = 8 * 2**30
"""Bytes of a file that is fetched: some million orders."""
FILE_DEADLINE = 3600.0
_LONGEST = 86_400
"""Seconds of a timeout."""


@frozen(kw_only=True)
class Retries:
    """How often a request is tried: at most ``attempts`` times, and no wait begins that would end later than
    ``patience`` seconds after the first. Waits are drawn between nothing and ``first_wait`` seconds, doubling up to
    ``longest_wait``, and are no shorter than the shop's ``Retry-After`` asks for."""

    attempts: int = 4
    patience: float = 60.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, eq=False)
    jitter: Callable[[], float] = field(default=random.random, repr=False, eq=False)

    def controls(self, *, repeatable: bool) -> tenacity.Retrying:
        """What runs a request under these rules; ``repeatable`` if doing it twice does no harm."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _Again) and (repeatable or error.unsent)),
            wait=self._wait,
            stop=tenacity.stop_after_attempt(self.attempts) | tenacity.stop_before_delay(self.patience),
            sleep=self.sleep,
            reraise=True,
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        drawn = min(self.longest_wait, self.first_wait * 2.0 ** min(state.attempt_number - 1, 64)) * self.jitter()
        return max(drawn, error.asked if isinstance(error, _Again) else 0.0)


NO_RETRIES = Retries(attempts=1)


class _Again(Exception):
    """A failure that may be gone the next time; ``unsent`` if the shop certainly did nothing."""

    def __init__(self, error: SourceUnavailable, *, unsent: bool, asked: float = 0.0) -> None:
        super().__init__()
        self.error, self.unsent, self.asked = error, unsent, asked


class ShopClient(Forked):
    """Asks one shop. Connects at the first request; after :meth:`close` it does so again. For one thread at a
    time.

    Args:
        shop: what errors call it, e.g. ``"Acme"``.
        url: where its API begins, e.g. ``https://shop.example/api``; paths are put behind it.
        setting: what ``url`` is called in the settings, for errors.
        headers: sent with every request; secrets as :class:`Secret`.
        login: logs in with this client and gives the headers that requests carry from then on. Called before the
            first request, and once more where the shop answers 401.
        judge: looks at every answer that HTTP takes for a good one, and raises what it says all the same; what is to
            be tried again as SourceUnavailable, or as :class:`Busy` if nothing was carried out.
        hidden: what else must not show where the shop says it, such as what ``login`` sends.
        sign: gives the address that a request leaves for, and more headers, of its method and its address; asked anew
            each time one is sent.
        secrets: what else of ours must not show in errors, even where the shop says it.
        mend: makes JSON of an answer that is none, such as one with a plugin's warnings before it.
        pace: the shop's own rate limit.
        retries: how often a request is tried.
        timeout: seconds for each of connecting, sending, and waiting for an answer.
        deadline: seconds for one request and all of its answer.
        proxy: of an HTTP or SOCKS proxy, not used for this machine. The environment is not asked for one.
        allow_http: take an ``http://`` address of another machine, to which secrets travel unencrypted.
        transport: any httpx transport, for tests.

    Raises:
        ConfigError: settings that cannot work.
    """

    @discreet
    def __init__(
        self,
        shop: str,
        url: str,
        *,
        setting: str = "url",
        headers: Mapping[str, Secret | str] | None = None,
        login: Callable[[ShopClient], Mapping[str, Secret]] | None = None,
        judge: Callable[[Answer], None] | None = None,
        hidden: Sequence[Secret] = (),
        sign: Callable[[str, httpx.URL], tuple[httpx.URL, Mapping[str, Secret]]] | None = None,
        mend: Callable[[bytes], bytes] | None = None,
        pace: Pace | None = None,
        retries: Retries | None = None,
        timeout: float = 30.0,
        deadline: float = DEADLINE,
        proxy: Secret | str | None = None,
        allow_http: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.shop = shop
        self._setting = setting
        self.url = _checked(url, setting, allow_http=allow_http)
        for what, seconds in (("timeout", timeout), ("deadline", deadline)):
            if not 0 < seconds <= _LONGEST:
                raise ConfigError(f"{what} must be more than 0 and at most {_LONGEST} seconds, not {seconds:g}")
        self.server_time: datetime | None = None
        """What the shop's clock showed with its last answer, UTC, in whole seconds; None before, or if it does not
        say."""
        self.requests = 0
        """How many were sent."""
        self._headers = dict(headers or {})
        self._login = login
        self._granted: Mapping[str, Secret] | None = None if login else {}
        self._judge, self._sign, self._mend = judge, sign, mend
        self._secrets = tuple(hidden)
        self._pace = pace
        self._retries = retries or Retries()
        self._timeout, self._deadline = timeout, deadline
        self._proxy = proxy_to(httpx.URL(self.url).host, as_secret(proxy).reveal() if proxy else None)
        self._transport = transport
        self._http: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"ShopClient({self.shop!r}, {self.url!r})"

    def close(self) -> None:
        """Let go of the connections; the next request opens new ones."""
        if self._http is not None:
            self._http.close()
        self._http = None

    def after_fork_in_child(self) -> None:
        self._http = None

    def get(self, path: str, **params: object) -> Answer:
        """The answer to a question; ``params`` that are None are left out.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the module says.
        """
        return self.request("GET", path, params=params)

    def post(self, path: str, body: object, *, repeatable: bool = False) -> Answer:
        """The answer to a change; ``repeatable`` if the shop takes the same one twice for one.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the module says.
        """
        return self.request("POST", path, body=body, repeatable=repeatable)

    def put(self, path: str, body: object, *, repeatable: bool = True) -> Answer:
        """The same for what is set to a value, which may be done twice unless said otherwise.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the module says.
        """
        return self.request("PUT", path, body=body, repeatable=repeatable)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        repeatable: bool | None = None,
        cost: float = 1.0,
        signed: bool = True,
    ) -> Answer:
        """Any request. ``path`` may be a whole address of this shop, such as the next page's. ``cost`` is for the
        pace; without ``signed`` it carries nothing of the login, as one that logs in.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the module says.
        """
        address = self._address(path, params or {})
        controls = self._retries.controls(repeatable=method in _SAFE if repeatable is None else repeatable)
        try:
            return self._answered(controls, method, address, body, cost, signed)
        except _Again as again:
            raise again.error from None

    def download(
        self, url: str, file: IO[bytes], *, largest: int = LARGEST_FILE, deadline: float = FILE_DEADLINE
    ) -> None:
        """Write a file that the shop has made into ``file``, wherever it keeps it; nothing of the login goes along.

        Raises:
            SourceUnavailable: it did not arrive whole, is larger than ``largest`` bytes, or took more than ``deadline``
                seconds.
        """
        try:
            address = httpx.URL(url)
            if address.scheme not in {"http", "https"} or not address.host:
                raise httpx.InvalidURL("no address")
            check_not_plain("the file's address", address.scheme, address.host, allow_http=False)
            request = self._client().build_request("GET", address, headers={"accept-encoding": "identity"})
            request.extensions["deadline"] = deadline
            reply = self._client().send(request, stream=True, follow_redirects=False)
            try:
                self._save(reply, file, largest)
            finally:
                reply.close()
        except (httpx.InvalidURL, ConfigError):
            raise SourceUnavailable(f"{self._place} keeps its file where it cannot be fetched safely") from None
        except httpx.RequestError as error:
            said = one_line(str(error)) or type(error).__name__
            raise SourceUnavailable(f"{self._place}: its file did not arrive: {said}") from quiet_http.bare(error)

    def _save(self, reply: httpx.Response, file: IO[bytes], largest: int) -> None:
        if reply.status_code != 200 or reply.headers.get("content-encoding", "identity") != "identity":
            raise SourceUnavailable(f"{self._place}: its file is answered with {reply.status_code}: try again later")
        size = 0
        pieces: Any = reply.stream
        for piece in pieces:
            size += len(piece)
            if size > largest:
                raise too_large(largest)
            file.write(piece)

    def _answered(
        self,
        controls: tenacity.Retrying,
        method: str,
        address: httpx.URL,
        body: object,
        cost: float,
        signed: bool,
    ) -> Answer:
        fresh = signed and self._granted is None
        if fresh:
            self._log_in()
        try:
            return controls(self._once, method, address, body, cost, signed)
        except SourceNeedsLogin:
            if fresh or not signed or self._login is None:
                raise
        self._log_in()
        try:
            return controls(self._once, method, address, body, cost, signed)
        except Forbidden as error:
            raise SourceNeedsLogin(str(error)) from None

    def _log_in(self) -> None:
        if self._login is not None:
            self._granted = None
            self._granted = self._login(self)

    def _once(self, method: str, address: httpx.URL, body: object, cost: float, signed: bool) -> Answer:
        if self._pace is not None and (wait := self._pace.wait(cost)) > 0:
            self._retries.sleep(wait)
        self.requests += 1
        try:
            # no local of this frame holds what is sent, which may be a password
            reply = ask(
                self._client(),
                self._request(method, address, body, signed),
                deadline=self._deadline,
                largest=LARGEST_ANSWER,
            )
        except httpx.RequestError as error:
            raise self._failed(error) from quiet_http.bare(error)
        answer = Answer.of(reply, self.shop, self._hidden(), self._mend)
        self.server_time = answer.server_time or self.server_time
        if self._pace is not None:
            self._pace.heard(answer)
        try:
            checked(answer, self.url, self._setting)
            if self._judge is not None and signed:
                self._judge(answer)
        except SourceUnavailable as error:
            asked = max(retry_after(answer), error.seconds if isinstance(error, Busy) else 0.0)
            raise _Again(error, unsent=answer.status == 429 or isinstance(error, Busy), asked=asked) from None
        return answer

    def _exchange(self, method: str, address: httpx.URL, body: object, signed: bool) -> httpx.Response:
        """No local of a frame that an error keeps holds what is sent, which may be a password."""
        request = self._request(method, address, body, signed)
        return ask(self._client(), request, deadline=self._deadline, largest=LARGEST_ANSWER)

    def _failed(self, error: httpx.RequestError) -> Exception:
        unsent = isinstance(error, _NOT_SENT)
        if isinstance(error, TooLarge):
            return AnswerTooLarge(f"{self._place} gave an answer that cannot be taken: {error}; set a smaller page")
        if isinstance(error, httpx.DecodingError):
            return AnswerLost(f"{self._place} gave an answer that cannot be read: {one_line(str(error))}")
        if (fault := certificate_fault(error)) is not None:
            return SourceUnavailable(f"{self._place} cannot be trusted: {fault[0]}; {fault[1]}")
        if isinstance(error, httpx.TimeoutException):
            within = f"within {self._deadline:g} s in all" if out_of_time() else "in time"
            said = f"{self._place} did not answer {within}"
        else:
            said = f"{self._place} cannot be reached: {one_line(str(error)) or type(error).__name__}"
        return _Again(SourceUnavailable(said) if unsent else AnswerLost(said), unsent=unsent)

    @property
    def _place(self) -> str:
        return f"{self.shop} at {self.url}"

    def _address(self, path: str, params: Params) -> httpx.URL:
        base = httpx.URL(self.url)
        if "://" in path:
            address = httpx.URL(path)
            if (address.scheme, address.host, address.port) != (base.scheme, base.host, base.port):
                raise SourceUnavailable(f"{self._place} sends us on to another machine, which gets no login of ours")
        else:
            address = httpx.URL(f"{self.url}/{path.lstrip('/')}" if path else self.url)
        return address.copy_merge_params({name: _shown(value) for name, value in params.items() if value is not None})

    def _request(self, method: str, address: httpx.URL, body: object, signed: bool) -> httpx.Request:
        content = None if body is None else json.dumps(body, default=_plain).encode()
        headers = self._sent(signed) | ({} if content is None else {"content-type": "application/json"})
        if self._sign is not None and signed:
            address, more = self._sign(method, address)
            headers |= {name: value.reveal() for name, value in more.items()}
        return self._client().build_request(method, address, content=content, headers=headers)

    def _sent(self, signed: bool) -> dict[str, str]:
        headers = {"accept": "application/json", "accept-encoding": ACCEPTED}
        for name, value in (*self._headers.items(), *((self._granted or {}).items() if signed else ())):
            headers[name] = value.reveal() if isinstance(value, Secret) else value
        return headers

    def _hidden(self) -> tuple[Secret, ...]:
        """What must not show even where the shop says it."""
        values = (*self._headers.values(), *(self._granted or {}).values(), *self._secrets)
        return tuple(value for value in values if isinstance(value, Secret))

    def _client(self) -> httpx.Client:
        if self._http is None:
            given = self._transport
            transport = (
                GivenTransport(given) if given else BoundedTransport(verify=shared_ssl_context(), proxy=self._proxy)
            )
            self._http = quiet_http.Client(timeout=self._timeout, transport=transport, trust_env=False)
        return self._http


def _checked(url: str, setting: str, *, allow_http: bool) -> str:
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise ConfigError(f"{setting} is not an address; write e.g. https://shop.example/api") from None
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise ConfigError(f"{setting} must be the API's whole address, e.g. https://shop.example/api")
    if parts.userinfo or parts.query or parts.fragment:
        raise ConfigError(f"{setting} must not contain a login, a '?' or a '#': the address alone")
    check_not_plain(setting, parts.scheme, parts.host, allow_http=allow_http)
    return str(parts).rstrip("/")


def _plain(value: object) -> object:
    """What JSON has no form for: amounts as text, exactly, and secrets."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def _shown(value: object) -> str | list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [str(one) for one in value]
    return "true" if value is True else "false" if value is False else str(value)
