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

from tradegecko_bridge.ports.logins import Secret

_METHOD = "HMAC-SHA256"


def signed(
    method: str, address: httpx.URL, *, key: Secret, secret: Secret, scheme: str, at: int, nonce: str
) -> httpx.URL:
    """The address with its signature. ``scheme`` is what the shop takes itself to be asked over; ``at`` is seconds
    since 1970."""
    added = {
        "oauth_consumer_key": key.reveal(),
        "oauth_timestamp": str(at),
        "oauth_nonce": nonce,
        "oauth_signature_method": _METHOD,
    }
    asked = address.copy_merge_params(added)
    text = signed_text(method, address.copy_with(scheme=scheme, query=None), asked.params.multi_items())
    digest = hmac.digest(f"{secret.reveal()}&".encode(), text.encode(), "sha256")
    return asked.copy_add_param("oauth_signature", b64encode(digest).decode())


def signed_text(method: str, address: httpx.URL, params: Sequence[tuple[str, str]]) -> str:
    """What is signed: method, address and parameters, encoded as RFC 5849 says."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in params)
    return "&".join(map(_encoded, (method, str(address), "&".join(f"{name}={value}" for name, value in pairs))))


def _encoded(text: str) -> str:
    return quote(text, safe="~")
