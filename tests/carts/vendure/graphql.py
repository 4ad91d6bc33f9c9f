"""One logged-in (or anonymous) conversation with a Vendure API: GraphQL over HTTP, told apart by bearer token."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx

TOKEN_HEADER: Final = "vendure-auth-token"

Json = dict[str, Any]


class ShopError(Exception):
    """The shop refused: an entry of `errors`, or a mutation's result of the type ErrorResult."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def http_client() -> httpx.Client:
    """A client for the loopback: no proxy, and no cookie, which would mix one shopper up with the next."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(cookies=no_cookies, trust_env=False, timeout=30)


class Session:
    """A session with one API. The server hands out the token; from then on every request carries it."""

    def __init__(self, http: httpx.Client, url: str, token: str | None = None) -> None:
        self._http = http
        self._url = url
        self.token = token

    def ask(self, query: str, **variables: object) -> Json:
        """The `data` of one query or mutation; raises `ShopError` for the first of its `errors`.

        A result of the type ErrorResult is data: pass it to `accepted`.
        """
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        response = self._http.post(self._url, json=body, headers=headers)
        self.token = response.headers.get(TOKEN_HEADER, self.token)
        return _data(response)

    def do(self, mutation: str, **variables: object) -> Json:
        """The one result of a mutation; raises `ShopError` when it is of the type ErrorResult."""
        (result,) = self.ask(mutation, **variables).values()
        return accepted(result)


def accepted(result: Json) -> Json:
    """The result itself, unless it is an ErrorResult: Vendure reports refusals as types, not as errors."""
    if "errorCode" in result:
        raise ShopError(result["errorCode"], result["message"])
    return result


def _data(response: httpx.Response) -> Json:
    answer: Json = response.json()
    for error in answer.get("errors", ()):
        raise ShopError(error.get("extensions", {}).get("code", str(response.status_code)), error["message"])
    if "data" not in answer:  # a request that is not GraphQL at all is refused by the web server
        raise ShopError(str(response.status_code), response.text)
    data: Json = answer["data"]
    return data
