"""An account with something of every kind in it, and a valid body for every kind of record."""

from __future__ import annotations

import json
from typing import Any

import orjson

from tests.sandbox.support import HandClock, Json
from tradegecko_bridge.sandbox.instance import Instance
from tradegecko_bridge.sandbox.wire.messages import Answer, Request

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class LocalClient:
    """Calls a sandbox without a network, hundreds of times faster than through one."""

    def __init__(self, instance: Instance | None = None, **switches: Any) -> None:
        self.instance = instance or Instance(rate_limit=None, clock=HandClock(), switches=switches)
        self._token = self.instance.access_token()

    def __call__(
        self, method: str, path: str, body: object = None, content_type: str = JSON, query: str = "", **headers: str
    ) -> Answer:
        """Send a request; a body that is not bytes already goes out as JSON."""
        raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        given = {"authorization": f"Bearer {self._token}", "content-type": content_type, "host": "localhost", **headers}
        return self.instance.handle(Request(method, path, query, given, raw))

    def must(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of a request that must go through."""
        answer = self(method, path, body)
        assert answer.status < 300, (method, path, body, answer.body)
        return json.loads(answer.body) if answer.body else None


def furnish(local: LocalClient) -> LocalClient:
    """Orders in every state, packed, shipped, invoiced, paid and sent back; purchases, transfers and the rest."""
    goods = [
        {"variant_id": 1, "quantity": 4, "price": "10"},
        {"variant_id": 3, "quantity": 2, "price": "5"},
        {"freeform": True, "label": "Shipping", "price": "1", "quantity": 1},
    ]
    for status in ("draft", "active", "finalized", "finalized", "finalized"):
        order = {"company_id": 2, "shipping_address_id": 1, "status": status, "order_line_items": goods}
        local.must("POST", "/orders", {"order": order})
    bought = [{"variant_id": 1, "quantity": 3, "price": 2}, {"variant_id": 2, "quantity": 3, "price": 2}]
    for status in ("draft", "active", "active"):
        purchase = {"company_id": 5, "status": status, "purchase_order_line_items": bought}
        local.must("POST", "/purchase_orders", {"purchase_order": purchase})
    for status in ("active", "received"):
        lines = [{"variant_id": 1, "quantity": 2}, {"variant_id": 2, "quantity": 2}]
        move = {"source_location_id": 1, "destination_location_id": 2, "status": status}
        local.must("POST", "/stock_transfers", {"stock_transfer": {**move, "stock_transfer_line_items": lines}})
    local.must("POST", "/orders/4/actions/fulfil")
    local.must("POST", "/orders/4/actions/pay")
    local.must("POST", "/orders/5/actions/void")
    for name in ("fulfillments", "invoices", "fulfillment_returns", "procurements", "webhooks", "images", "notes",
                 "contacts", "price_lists"):  # fmt: skip
        local.must("POST", f"/{name}", {SINGULAR[name]: valid(name, 0)})
    parcel = {
        "order_id": 3,
        "status": "fulfilled",
        "fulfillment_line_items": [{"order_line_item_id": 8, "quantity": 1}],
    }
    local.must("POST", "/fulfillments", {"fulfillment": parcel})
    local.instance.advance(60)  # The picture is processed.
    return local


SINGULAR = {"fulfillment_returns": "fulfillment_return", "addresses": "address", "companies": "company",
            "currencies": "currency"}  # fmt: skip
_VALID: Json = {
    "addresses": {"company_id": 2, "label": "Label", "address1": "a", "country": "CA"},
    "companies": {"name": "n", "company_type": "business"},
    "contacts": {"company_id": 2, "first_name": "x"},
    "notes": {"company_id": 2, "body": "x"},
    "currencies": {"iso": "EUR", "name": "e"},
    "locations": {"label": "Label", "address1": "a", "country": "CA"},
    "tax_types": {"name": "t", "tax_components": [{"rate": 5, "label": "x"}]},
    "tax_components": {"tax_type_id": 3, "rate": 1},
    "payment_terms": {"name": "t"},
    "payment_methods": {"name": "m"},
    "price_lists": {"currency_id": 1, "name": "p"},
    "products": {"name": "p", "variants": [{"sku": "A", "retail_price": "1"}]},
    "variants": {"product_id": 1, "sku": "A", "initial_stock_level": "2", "initial_cost_price": "1"},
    "images": {"product_id": 1, "variant_ids": [1], "url": "http://a/b.png"},
    "stock_adjustments": {"stock_location_id": 1,
                          "stock_adjustment_line_items": [{"variant_id": 1, "quantity": 1, "price": 1}]},
    "stock_adjustment_line_items": {"stock_adjustment_id": 1, "variant_id": 1, "quantity": 1, "price": 1},
    "orders": {"company_id": 2, "shipping_address_id": 1, "status": "active",
               "order_line_items": [{"variant_id": 1, "quantity": 1, "price": 1}]},
    "order_line_items": {"order_id": 2, "variant_id": 1, "quantity": 1, "price": 1},
    "fulfillments": {"order_id": 3, "fulfillment_line_items": [{"order_line_item_id": 7, "quantity": "0.001"}]},
    "fulfillment_line_items": {"fulfillment_id": 2, "order_line_item_id": 7, "quantity": "0.001"},
    "invoices": {"order_id": 3, "invoice_line_items": [{"order_line_item_id": 7, "quantity": "0.001"}]},
    "invoice_line_items": {"invoice_id": 2, "order_line_item_id": 7, "quantity": "0.001"},
    "payments": {"invoice_id": 2, "amount": 1},
    "purchase_orders": {"company_id": 5, "status": "active",
                        "purchase_order_line_items": [{"variant_id": 1, "quantity": 1, "price": 1}]},
    "purchase_order_line_items": {"purchase_order_id": 3, "variant_id": 1, "quantity": 1, "price": 1},
    "procurements": {"purchase_order_id": 2, "purchase_order_line_items": [{"id": 3}]},
    "stock_transfers": {"source_location_id": 1, "destination_location_id": 2,
                        "stock_transfer_line_items": [{"variant_id": 1, "quantity": 1}]},
    "stock_transfer_line_items": {"stock_transfer_id": 1, "variant_id": 1, "quantity": 1},
    "fulfillment_returns": {"order_id": 4,
                            "fulfillment_return_line_items": [{"order_line_item_id": 10, "quantity": "0.001"}]},
    "fulfillment_return_line_items": {"fulfillment_return_id": 1, "order_line_item_id": 10, "quantity": "0.001"},
    "webhooks": {"event": "document_theme.update", "address": "http://127.0.0.1:9/x"},
}  # fmt: skip
SINGULAR |= {name: SINGULAR.get(name, name.removesuffix("s")) for name in (*_VALID, "accounts", "users")}


def valid(name: str, number: int) -> Json:
    """What a furnished account accepts as a new record; `number` keeps labels apart."""
    body: Json = dict(_VALID.get(name, {}))
    return {**body, "label": f"Label {number}"} if "label" in body else body
