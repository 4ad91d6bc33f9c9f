"""One conversation with a Vendure admin API: GraphQL over HTTP, logging in, and what each failure means.

=================================================  ====================================================
the shop                                           becomes
=================================================  ====================================================
no answer, not in time, 408, 429, 5xx, not JSON    ``SourceUnavailable``
too large an answer, a bad certificate             ``SourceUnavailable``
200 with ``INTERNAL_SERVER_ERROR``                 ``ShopFault``, a ``SourceUnavailable``
``FORBIDDEN`` right after logging in, 401, 403     ``SourceNeedsLogin``
``INVALID_CREDENTIALS_ERROR`` and its like         ``SourceNeedsLogin``
any other entry of ``errors``, an ErrorResult      ``Refusal``, a ``SourceRefused``, with the shop's code
any other status                                   ``SourceRefused``
=================================================  ====================================================

The shop's message is kept on one line and cut short. What we send in variables never gets into an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import httpx

from tradegecko_bridge import quiet_http
from tradegecko_bridge.bounds import whole_number
from tradegecko_bridge.errors import ConfigError, SourceNeedsLogin, SourceRefused, SourceUnavailable
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
)
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources.toolkit import faults
from tradegecko_bridge.sources.toolkit.faults import ShopFault, one_line
from tradegecko_bridge.sources.toolkit.reading import json_value

Json = dict[str, Any]

TOKEN_HEADER = "vendure-auth-token"  # noqa: S105 - the header's name
CHANNEL_HEADER = "vendure-token"
TRANSIENT = frozenset({408, 425, 429})
MOST_DIGITS = 10

LOGIN = """
mutation Login($username: String!, $password: String!){
  login(username: $username, password: $password){__typename ... on ErrorResult{errorCode message}}
}"""

SHOP = """
query Shop{
  globalSettings{trackInventory serverConfig{moneyStrategyPrecision}}
  activeChannel{pricesIncludeTax}
}"""


class Refusal(faults.Refusal):
    """The shop said no; ``code`` is its own word for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"Vendure refused ({code}): {message}", code)


def unreadable(what: str, error: Exception) -> SourceUnavailable:
    """What is no answer of Vendure 3, told by how it could not be read."""
    return SourceUnavailable(
        f"{what} cannot be read ({type(error).__name__}): check that url is the admin API of a Vendure 3 shop, and "
        "that nothing in between changes its answers; if all is well, try again later"
    )


class VendureApi(Forked):
    """A login to one channel of one shop. Connects at the first question, logs in when the shop asks for it.

    ``timeout`` is in seconds, for each of connecting, sending, and waiting for an answer; ``deadline`` for all of it.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str,
        password: Secret,
        channel_token: Secret | None,
        timeout: float,
        transport: httpx.BaseTransport | None,
        deadline: float = DEADLINE,
        proxy: Secret | None = None,
        allow_http: bool = False,
    ) -> None:
        self._whole_url = _checked(url, allow_http=allow_http)
        self.url: str = self._whole_url.partition("?")[0]
        """As it is shown: what follows may be a channel's token."""
        self._proxy = proxy_to(httpx.URL(self.url).host, proxy.reveal() if proxy else None)
        self._deadline = deadline
        self._username = username
        self._password = password
        self._channel_token = channel_token
        self._timeout = timeout
        self._transport = transport
        self._http: httpx.Client | None = None
        self._token: Secret | None = None

    @property
    def identity(self) -> str:
        """The shop's address and, as a digest, its channel."""
        url, token = httpx.URL(self.url), self._channel_token
        channel = f" channel {sha256(token.reveal().encode()).hexdigest()[:12]}" if token else ""
        return f"vendure {url.copy_with(query=None, fragment=None)}{channel}"

    def close(self) -> None:
        """Let go of the connections; the next question opens new ones."""
        if self._http is not None:
            self._http.close()
        self._http = None

    def after_fork_in_child(self) -> None:
        self._http = None

    def ask(self, query: str, **variables: object) -> Json:
        """The ``data`` of a query or mutation. A result of the type ErrorResult is data: see :meth:`do`.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the module says.
        """
        fresh = self._token is None
        if fresh:
            self._log_in()
        answer = self._exchange(query, variables)
        if not fresh and _code(answer) == "FORBIDDEN":  # what an expired login looks like
            self._log_in()
            answer = self._exchange(query, variables)
        return _data(answer)

    def do(self, mutation: str, **variables: object) -> Json:
        """The one result of a mutation.

        Raises:
            Refusal: the result is an ErrorResult; and all that :meth:`ask` raises.
        """
        (result,) = self.ask(mutation, **variables).values()
        return accepted(result)

    def _log_in(self) -> None:
        self._token = None
        result = _data(self._exchange(LOGIN, {"username": self._username, "password": self._password}))["login"]
        if "errorCode" in result:
            raise SourceNeedsLogin(
                f"Vendure at {self.url} does not accept the login ({result['errorCode']}): check username and password"
            )
        if self._token is None:
            raise SourceRefused(
                f"Vendure at {self.url} logs in without a bearer token: put 'bearer' into authOptions.tokenMethod"
            )

    def _exchange(self, query: str, variables: Mapping[str, object]) -> Json:
        try:
            reply = ask(
                self._client(), self._request(query, variables), deadline=self._deadline, largest=LARGEST_ANSWER
            )
        except httpx.RequestError as error:
            raise SourceUnavailable(f"Vendure at {self.url} {self._failure(error)}") from quiet_http.bare(error)
        if TOKEN_HEADER in reply.headers:
            self._token = Secret(reply.headers[TOKEN_HEADER])
        return _answer(reply, self.url)

    def _request(self, query: str, variables: Mapping[str, object]) -> httpx.Request:
        content, headers = _body(query, variables), self._headers()
        return self._client().build_request("POST", self._whole_url, content=content, headers=headers)

    def _failure(self, error: httpx.RequestError) -> str:
        if isinstance(error, httpx.TimeoutException):
            return f"did not answer within {self._deadline:g} s in all" if out_of_time() else "did not answer in time"
        if isinstance(error, TooLarge):
            return f"gave an answer that cannot be taken: {error}; set a smaller page_size"
        if isinstance(error, httpx.DecodingError):
            return f"gave an answer that cannot be read: {one_line(str(error))}"
        if (fault := certificate_fault(error)) is not None:
            return f"cannot be trusted: {fault[0]}; {fault[1]}"
        return f"cannot be reached: {one_line(str(error)) or type(error).__name__}"

    def _headers(self) -> dict[str, str]:
        headers = {"accept": "application/json", "accept-encoding": ACCEPTED, "content-type": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token.reveal()}"
        if self._channel_token:
            headers[CHANNEL_HEADER] = self._channel_token.reveal()
        return headers

    def _client(self) -> httpx.Client:
        if self._http is None:
            given = self._transport
            transport = (
                GivenTransport(given) if given else BoundedTransport(verify=shared_ssl_context(), proxy=self._proxy)
            )
            self._http = quiet_http.Client(timeout=self._timeout, transport=transport, trust_env=False)
        return self._http


class ShopSettings:
    """What the shop says about itself, asked anew for every operation: a shopkeeper may change it.

    ``digits``: decimal places of every amount. Vendure counts all currencies, the yen too, with the precision
    of its money strategy (2 unless the shop was built otherwise).
    """

    def __init__(self, api: VendureApi) -> None:
        data = api.ask(SHOP)
        self.tracks_inventory: bool = bool(data["globalSettings"]["trackInventory"])
        self.digits: int = whole_number(data["globalSettings"]["serverConfig"]["moneyStrategyPrecision"])
        if not 0 <= self.digits <= MOST_DIGITS:
            raise SourceRefused(f"Vendure counts money with {self.digits} digits; there may be up to {MOST_DIGITS}")
        self.prices_include_tax: bool = bool(data["activeChannel"]["pricesIncludeTax"])


def accepted(result: Json) -> Json:
    """The result itself.

    Raises:
        Refusal: it is an ErrorResult, which is how Vendure reports most refusals of mutations.
    """
    if "errorCode" in result:
        message = result.get("transitionError") or result.get("message") or ""
        raise Refusal(one_line(str(result["errorCode"])), one_line(str(message)))
    return result


def _checked(url: str, *, allow_http: bool) -> str:
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ConfigError("url is not an address; write e.g. https://shop.example/admin-api") from None
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise ConfigError("url must be the admin API's whole address, e.g. https://shop.example/admin-api")
    if parts.userinfo:
        raise ConfigError("url must not contain a password: use username and password")
    check_not_plain("url", parts.scheme, parts.host, allow_http=allow_http)
    return str(parts)


def _body(query: str, variables: Mapping[str, object]) -> bytes:
    return json.dumps({"query": query, "variables": variables}, default=Secret.reveal).encode()


def _answer(reply: httpx.Response, url: str) -> Json:
    """The JSON object of a reply that was meant as an answer; refused questions are answers too."""
    status = reply.status_code
    if status >= 500 or status in TRANSIENT:
        raise SourceUnavailable(f"Vendure at {url} answers {status}: try again later")
    if status in {401, 403}:
        raise SourceNeedsLogin(f"Vendure at {url} answers {status}: something before the shop wants a login")
    answer = _parsed(reply.content)
    if answer is not None and (answer.get("errors") or "data" in answer):
        return answer
    if status < 300:
        raise SourceUnavailable(f"Vendure at {url} answers with something that is not GraphQL")
    raise SourceRefused(f"Vendure at {url} answers {status}: is this the address of the admin API?")


def _parsed(content: bytes) -> Json | None:
    try:
        answer = json_value(content)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _code(answer: Json) -> str:
    """The code of the first error, blank where there is none."""
    error = _first_error(answer)
    return "" if error is None else str((error.get("extensions") or {}).get("code", "UNKNOWN"))


def _first_error(answer: Json) -> Json | None:
    errors = answer.get("errors")
    if not errors:
        return None
    first = errors[0] if isinstance(errors, list) else errors
    return first if isinstance(first, dict) else {"message": str(first)}


def _data(answer: Json) -> Json:
    error = _first_error(answer)
    if error is not None:
        _fail(one_line(_code(answer)), one_line(str(error.get("message", ""))))
    data = answer.get("data")
    if not isinstance(data, dict):
        raise SourceUnavailable("Vendure answered without data")
    return data


def _fail(code: str, message: str) -> None:
    if code == "FORBIDDEN":
        raise SourceNeedsLogin(f"Vendure denies this to the user even after logging in: {message}; check its role")
    if code == "INTERNAL_SERVER_ERROR":
        raise ShopFault(f"Vendure broke over this request: {message}")
    raise Refusal(code, message)
