"""Webhooks of Shopify: a nudge, if it is theirs."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import examples
from tradegecko_bridge.errors import BadSignature, ConfigError, MalformedData
from tradegecko_bridge.sources import ShopifyWebhooks

SECRET = "shpss_1"


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Headers as Shopify sends them."""
    digest = b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {
        "x-shopify-hmac-sha256": digest,
        "x-shopify-topic": "orders/updated",
        "x-shopify-shop-domain": "acme.myshopify.com",
        "x-shopify-webhook-id": "w-1",
    }


def test_it_names_the_order() -> None:
    """By the id alone; of an edit, the order that was edited."""
    hooks = ShopifyWebhooks(SECRET)
    body = b'{"id": 820982911946154508}'
    nudge = hooks.read(signed(body), body)
    assert (nudge.topic, nudge.order_reference, nudge.webhook_id) == ("orders/updated", "820982911946154508", "w-1")
    edit = b'{"order_edit": {"id": 1, "order_id": 12}}'
    assert hooks.read(signed(edit), edit).order_reference == "12"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"id": "x"}', b'{"id": true}', b'{"order_edit": 1}', b"\xff", b"nul"]
)
def test_what_names_no_order_is_told(body: bytes) -> None:
    """It is signed all the same: there is no need to send it again."""
    with pytest.raises(MalformedData, match="names no order"):
        ShopifyWebhooks(SECRET).read(signed(body), body)


@settings(max_examples=examples(25))
@given(st.binary(max_size=60), st.integers(0, 50))
def test_nothing_but_the_signed_bytes_is_taken(body: bytes, place: int) -> None:
    """Another secret, no signature, a byte more or less."""
    hooks = ShopifyWebhooks(SECRET)
    told = json.dumps({"id": 1}).encode() + b" " + body.replace(b"}", b"")
    for headers, sent in (
        (signed(told, "other"), told),
        ({}, told),
        (signed(told), told[:place] + b" " + told[place:]),
        (signed(told) | {"x-shopify-hmac-sha256": "é"}, told),
    ):
        with pytest.raises(BadSignature):
            hooks.read(headers, sent)


def test_a_blank_secret_is_refused() -> None:
    """Anybody could sign."""
    with pytest.raises(ConfigError, match="client_secret"):
        ShopifyWebhooks(" ")
