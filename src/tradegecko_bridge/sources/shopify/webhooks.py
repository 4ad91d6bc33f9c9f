"""Webhooks of Shopify: is it theirs, and which order is it about. No I/O of its own.

A nudge only, never the record itself: webhooks come twice, late, out of order, or not at all. Read the order that it
names, or let a run begin.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from attrs import frozen

from tradegecko_bridge.bounds import parse_json
from tradegecko_bridge.errors import BadSignature, ConfigError, MalformedData
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import ShopifyApi

TOPICS: Final = ("ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_CANCELLED")


class RequestHeaders(Protocol):
    """What a request came with: a dict with small letters, or the headers of Flask, Django and their like."""

    def get(self, name: str, /) -> str | None:
        """One of them; None where it was not sent."""


@frozen(kw_only=True)
class OrderNudge:
    """Something happened to an order. ``webhook_id`` is the same when the same news is delivered again."""

    topic: str
    order_reference: str
    shop: str
    webhook_id: str | None = None


class ShopifyWebhooks(OfThisProcess):
    """Knows a shop's webhooks by the app's client secret.

    Raises:
        ConfigError: the secret is blank, so that everybody could sign.
    """

    @discreet
    def __init__(self, client_secret: Secret | str) -> None:
        self._secret = as_secret(client_secret)
        if not self._secret.reveal().strip():
            raise ConfigError("the webhooks' secret is blank, so anybody could sign; give the app's client_secret")

    def read(self, headers: RequestHeaders, body: bytes) -> OrderNudge:
        """What a request says, by its headers and its body as it came, byte for byte.

        Raises:
            BadSignature: it is not signed with the secret: answer 401.
            MalformedData: it is, and names no order: answer 200, and leave it.
        """
        given = headers.get("x-shopify-hmac-sha256") or ""
        wanted = b64encode(hmac.new(self._secret.reveal().encode(), body, hashlib.sha256).digest())
        if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted):
            raise BadSignature("the webhook is not signed with the app's client_secret")
        try:
            data = parse_json(body)
            order = data.get("id", data.get("order_edit", {}).get("order_id"))
        except (ValueError, AttributeError):
            order = None
        if not isinstance(order, int) or isinstance(order, bool):
            raise MalformedData(["the webhook names no order"])
        return OrderNudge(
            topic=headers.get("x-shopify-topic") or "",
            order_reference=str(order),
            shop=headers.get("x-shopify-shop-domain") or "",
            webhook_id=headers.get("x-shopify-webhook-id"),
        )


def subscribe(api: ShopifyApi, uri: str, topics: Sequence[str]) -> Mapping[str, bool]:
    """Has the shop tell this address of its orders; by topic, whether that is new."""
    pages = api.pages(queries.HOOKS, "webhookSubscriptions")
    there = {(one["topic"], one["uri"]) for page in pages for one in page}
    made = {}
    for topic in topics:
        made[topic] = (topic, uri) not in there
        if made[topic]:
            api.do(queries.SUBSCRIBE, topic=topic, hook={"uri": uri, "format": "JSON", "includeFields": ["id"]})
    return made
