"""Where the API is."""

from __future__ import annotations

from typing import Final

import httpx

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.foreign import discreet

DEFAULT_BASE_URL: Final = "https://api.tradegecko.com"
"""Where the service was until it closed in 2023; the host no longer exists."""


@discreet
def checked_url(base_url: str) -> httpx.URL:
    """The address as a URL.

    Raises:
        ConfigError: it is no address of an API.
    """
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query:
        raise ConfigError(f"the base URL must be like {DEFAULT_BASE_URL}, without user, password or query")
    return url
