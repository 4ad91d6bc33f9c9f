"""OAuth 1.0a with one leg, by which WooCommerce knows a key over plain http: each request is signed, and the secret
itself never travels.

The signature goes into the address, because PHP may not get to see the header. The shop checks the time, which may be
fifteen minutes off, and that a nonce comes once.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote

import httpx
from attrs import frozen

from tradegecko_bridge.ports.logins import Secret

_METHOD = "HMAC-SHA256"


@frozen
class Names:
    """Who asks, when (seconds since 1970), and a word that is used once."""

    key: Secret
    secret: Secret
    at: int
    nonce: str


def signed(method: str, address: httpx.URL, seen_as: httpx.URL, who: Names) -> httpx.URL:
    """The address with its signature, which is of the address as the shop sees it."""
    added = {
        "oauth_consumer_key": who.key.reveal(),
        "oauth_timestamp": str(who.at),
        "oauth_nonce": who.nonce,
        "oauth_signature_method": _METHOD,
    }
    asked = address.copy_merge_params(added)
    text = signed_text(method, seen_as, asked.params.multi_items())
    digest = hmac.digest(f"{who.secret.reveal()}&".encode(), text.encode(), "sha256")
    return asked.copy_add_param("oauth_signature", b64encode(digest).decode())


def signed_text(method: str, address: httpx.URL, params: Sequence[tuple[str, str]]) -> str:
    """What is signed: method, address and parameters, encoded as RFC 5849 says."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in params)
    return "&".join(map(_encoded, (method, str(address), "&".join(f"{name}={value}" for name, value in pairs))))


def _encoded(text: str) -> str:
    return quote(text, safe="~")
