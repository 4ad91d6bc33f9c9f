"""How a request proves who sends it: a generator of steps that sync and async drivers both run."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from tradegecko_bridge.errors import ConfigError


class BearerToken(httpx.Auth):
    """A fixed access token, such as a privileged one that never expires (reference §2.5)."""

    def __init__(self, token: str) -> None:
        self._token = token.strip()
        if not self._token.isascii() or not self._token.isprintable() or len(self._token.split()) != 1:
            raise ConfigError("the TradeGecko access token is blank or has characters that no token has")

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add ``Authorization: Bearer`` (reference §2.6)."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request

    def __repr__(self) -> str:
        return "BearerToken(***)"
