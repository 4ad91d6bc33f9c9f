"""An httpx client that somebody else has made, as a transport of ours.

Of it count connections, proxies, certificates, hooks, and what it does to every request. Its headers, login, cookies,
base URL, timeouts and redirects do not: the requests are made, signed and bounded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import httpx

from tradegecko_bridge.errors import ConfigError


class ThroughClient(httpx.BaseTransport):
    """Sends through a client, which stays open. ``others`` are arguments that are not given beside it.

    Raises:
        ConfigError: it is no client, or one of the others is given.
    """

    def __init__(self, client: httpx.Client, **others: object) -> None:
        _check(client, httpx.Client, others)
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, whatever that client would add."""
        return self._client.send(request, auth=None, stream=True, follow_redirects=False)


class ThroughAsyncClient(httpx.AsyncBaseTransport):
    """The same for an event loop."""

    def __init__(self, client: httpx.AsyncClient, **others: object) -> None:
        _check(client, httpx.AsyncClient, others)
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, whatever that client would add."""
        return await self._client.send(request, auth=None, stream=True, follow_redirects=False)


def _check(client: object, kind: type[object], others: Mapping[str, object]) -> None:
    if not isinstance(client, kind):
        raise ConfigError(f"http_client must be an httpx.{kind.__name__}, not {type(client).__name__}")
    if names := [name for name, value in others.items() if value is not None]:
        raise ConfigError(f"http_client has its own {' and '.join(names)}: set that when you make it")


def not_after_a_fork() -> NoReturn:
    """What a forked process gets of a client that was given.

    Raises:
        ConfigError: always.
    """
    raise ConfigError(
        "the http_client was opened before this process was forked, and its connections are the parent's: "
        "make both clients in this process"
    )
