"""Webhooks of TradeGecko: whether one is TradeGecko's, what it says, and two small receivers."""

from tradegecko_bridge.tradegecko.webhooks import (
    AsgiReceiver,
    WebhookEvent,
    WsgiReceiver,
    is_signed,
    read_event,
    receive,
    sign,
)

__all__ = ["AsgiReceiver", "WebhookEvent", "WsgiReceiver", "is_signed", "read_event", "receive", "sign"]
