"""How a request proves who sends it, where that never changes."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports.logins import Secret, as_secret


class BearerToken(OfThisProcess, httpx.Auth):
    """A fixed access token, such as a privileged one that never expires (reference §2.5)."""

    @discreet
    def __init__(self, token: Secret | str) -> None:
        self._token = token = Secret(as_secret(token).reveal().strip())
        if not _is_one_word(token):
            raise ConfigError("the TradeGecko access token is blank or has characters that no token has")

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add ``Authorization: Bearer`` (reference §2.6)."""
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request

    logins = 0
    """There is only one."""

    def __repr__(self) -> str:
        return "BearerToken(***)"


def _is_one_word(token: Secret) -> bool:
    text = token.reveal()
    return text.isascii() and text.isprintable() and len(text.split()) == 1
