"""Questions and changes, executed against the real schema."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, execute_sync, get_named_type
from graphql.type import get_nullable_type, is_list_type

from tests.carts.shopify.records import Order, Records
from tests.carts.shopify.schema import Api, Json
from tests.carts.shopify.search import parsed
from tests.carts.shopify.views import Views, gid

SCOPES = frozenset(
    {
        *("read_orders", "read_all_orders", "read_customers", "write_orders", "read_locations", "write_products"),
        *("write_merchant_managed_fulfillment_orders", "write_inventory"),
    }
)


class Answers:
    """Answers of one shop, in one version."""

    def __init__(self, records: Records, api: Api) -> None:
        self.records, self.api, self.views = records, api, Views(records)
        self.scopes: frozenset[str] = SCOPES
        self.bulk: dict[int, tuple[str, list[str], list[str]]] = {}
        self.bulk_fails = ""
        self.empty_pages = False
        self._keys: dict[str, Json] = {}

    def denied(self, query: str) -> Json | None:
        """What is said where the app lacks a scope."""
        for what, scopes in self.api.needed(query):
            if not any(one in self.scopes or one.replace("read_", "write_", 1) in self.scopes for one in scopes):
                need = " or ".join(f"`{one}` access scope" for one in scopes)
                return {
                    "message": f"Access denied for {what} field. Required access: {need}.",
                    "extensions": {"code": "ACCESS_DENIED", "requiredAccess": need},
                    "path": [what],
                }
        return None

    def run(self, query: str, variables: Json, *, bulk: bool = False) -> Json:
        """Data, and errors."""
        parsed_query, wrong = self.api.document(query)
        if wrong:
            return {"errors": wrong}
        if denied := self.denied(query):
            return {"data": None, "errors": [denied]}
        done = execute_sync(
            self.api.schema,
            parsed_query,
            root_value={},
            context_value={"bulk": bulk, "empty": self.empty_pages, "variables": variables},
            variable_values=variables,
            field_resolver=self.resolve,
            type_resolver=lambda value, *_: value["__typename"],
        )
        answer: Json = {"data": done.data}
        if done.errors:
            answer["errors"] = [_told(error) for error in done.errors]
        return answer

    def resolve(self, source: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
        """One field: of the root by its name here, of a record as its view has it."""
        name = info.field_name
        if info.parent_type.name in ("QueryRoot", "Mutation"):
            value = getattr(self, name)(info, **given)
        else:
            value = source[name]
            if callable(value):
                value = value(**given)
                given = {}
        kind: Any = get_named_type(info.return_type)
        if kind.name.endswith("Connection"):
            return _connection(value, given, info)
        if isinstance(value, list) and "first" in given and is_list_type(get_nullable_type(info.return_type)):
            return value[: given["first"]]
        return value

    # ── questions ────────────────────────────────────────────────────────────────────────────

    def orders(self, info: Any, query: str | None = None, sortKey: str = "PROCESSED_AT", **given: Any) -> list[Json]:
        found = self._found(query)
        clock = {"UPDATED_AT": "updated", "PROCESSED_AT": "at"}[sortKey]
        found.sort(key=lambda order: (getattr(order, clock).replace(microsecond=0), order.id))
        rows = [self.views.order(order) for order in found]
        for order, row in zip(found, rows, strict=True):
            row["__cursor"] = [int(getattr(order, clock).timestamp()), order.id]
        return rows

    def _found(self, query: str | None) -> list[Order]:
        test = parsed(query)
        seen = (order for order in self.records.orders.values() if order.id not in self.records.unseen)
        return [order for order in seen if test(self._words(order))]

    def _words(self, order: Order) -> Json:
        view = self.views.order(order)
        return {
            "name": order.name,
            "updated_at": view["updatedAt"],
            "processed_at": view["processedAt"],
            "financial_status": order.financial,
        }

    def ordersCount(self, info: Any, query: str | None = None, limit: int | None = 10000) -> Json:
        return {"count": len(self._found(query)), "precision": "EXACT"}

    def nodes(self, info: Any, ids: Sequence[str]) -> list[Json | None]:
        return [self.order(info, one) for one in ids]

    def order(self, info: Any, id: str) -> Json | None:
        order = self.records.orders.get(_number(id))
        return self.views.order(order) if order else None

    def fulfillment(self, info: Any, id: str) -> Json | None:
        order, one = self._fulfilment(id)
        return self.views.fulfilment(order, one)

    def fulfillmentOrder(self, info: Any, id: str) -> Json | None:
        for order in self.records.orders.values():
            for one in order.fulfilment_orders:
                if one.id == _number(id):
                    return self.views.fulfilment_order(order, one)
        return None

    def _fulfilment(self, id: str) -> Any:
        for order in self.records.orders.values():
            for one in order.fulfilments:
                if one.id == _number(id):
                    return order, one
        raise GraphQLError("no such fulfillment")

    def refund(self, info: Any, id: str) -> Json | None:
        for order in self.records.orders.values():
            for one in order.refunds:
                if one["id"] == _number(id):
                    return self.views.refund(order, one)
        return None

    def locations(self, info: Any, **given: Any) -> list[Json]:
        return [{"id": gid("Location", one), "name": name} for one, name in self.records.locations.items()]

    def productVariants(self, info: Any, query: str | None = None, **given: Any) -> list[Json]:
        test = parsed(query)
        return [self.views.variant(one) for one in self.records.variants.values() if test({"sku": one.sku})]

    def currentAppInstallation(self, info: Any) -> Json:
        return {"accessScopes": [{"handle": one} for one in sorted(self.scopes)]}

    def shop(self, info: Any) -> Json:
        return {"name": "Acme", "myshopifyDomain": "acme.myshopify.com"}

    def webhookSubscriptions(self, info: Any, **given: Any) -> list[Json]:
        rows = enumerate(self.records.webhooks, 1)
        return [{"id": gid("WebhookSubscription", one), "topic": topic, "uri": uri} for one, (topic, uri) in rows]

    def bulkOperation(self, info: Any, id: str) -> Json:
        _, lines, states = self.bulk[_number(id)]
        status = states.pop(0) if len(states) > 1 else states[0]
        done = status == "COMPLETED" and lines
        url = f"{{base}}/bulk/{_number(id)}.jsonl" if done else None
        return {"status": status, "errorCode": "TIMEOUT" if status == "FAILED" else None, "url": url}

    # ── changes ──────────────────────────────────────────────────────────────────────────────

    def fulfillmentCreate(self, info: Any, fulfillment: Json, message: str | None = None) -> Json:
        wanted, owner = [], None
        for some in fulfillment["lineItemsByFulfillmentOrder"]:
            for order in self.records.orders.values():
                for one in order.fulfilment_orders:
                    if one.id == _number(some["fulfillmentOrderId"]):
                        owner = order
                        items = {_number(item["id"]): item["quantity"] for item in some["fulfillmentOrderLineItems"]}
                        wanted.append((one, items))
        try:
            if owner is None:
                raise ValueError("Fulfillment order does not exist.")
            tracking = fulfillment.get("trackingInfo") or {}
            made = self.records.fulfil(owner, wanted, tracking, bool(fulfillment.get("notifyCustomer")))
        except ValueError as error:
            return {"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": str(error)}]}
        return {"fulfillment": self.views.fulfilment(owner, made), "userErrors": []}

    def fulfillmentTrackingInfoUpdate(
        self, info: Any, fulfillmentId: str, trackingInfoInput: Json, notifyCustomer: bool | None = None
    ) -> Json:
        order, one = self._fulfilment(fulfillmentId)
        one.tracking = list(trackingInfoInput["numbers"])
        self.records.touch(order)
        return {"fulfillment": self.views.fulfilment(order, one), "userErrors": []}

    def fulfillmentCancel(self, info: Any, id: str) -> Json:
        order, one = self._fulfilment(id)
        if one.status == "CANCELLED":
            return {"fulfillment": None, "userErrors": [{"field": ["id"], "message": "Fulfillment is cancelled."}]}
        self.records.take_back(order, one)
        return {"fulfillment": self.views.fulfilment(order, one), "userErrors": []}

    def metafieldsSet(self, info: Any, metafields: Sequence[Json]) -> Json:
        orders = [self.records.orders.get(_number(one["ownerId"])) for one in metafields]
        if None in orders:
            field = ["metafields", str(orders.index(None)), "ownerId"]
            return {
                "metafields": None,
                "userErrors": [{"field": field, "message": "Owner does not exist.", "code": "INVALID"}],
            }
        for order, one in zip(orders, metafields, strict=True):
            assert order is not None
            order.metafields[one["namespace"], one["key"]] = one["value"]
            self.records.touch(order)
        return {"metafields": [{"id": gid("Metafield", 1)} for _ in metafields], "userErrors": []}

    def orderCancel(self, info: Any, orderId: str, reason: str, restock: bool, **given: Any) -> Json:
        self.records.cancel(self.records.orders[_number(orderId)])
        return {"job": {"id": gid("Job", 1)}, "orderCancelUserErrors": []}

    def inventorySetQuantities(self, info: GraphQLResolveInfo, input: Json) -> Json:
        (directive,) = (one for node in info.field_nodes for one in node.directives if one.name.value == "idempotent")
        assert directive.arguments, "the directive needs its key"
        key = info.context["variables"]["key"]
        if key in self._keys:
            return self._keys[key]
        errors = [
            wrong
            for place, row in enumerate(input["quantities"])
            if (wrong := self._stock_fault(input["name"], row, place))
        ]
        if not errors:
            for row in input["quantities"]:
                self._level(row)[0] = row["quantity"]
        group = None if errors else {"id": gid("InventoryAdjustmentGroup", 1)}
        self._keys[key] = {"inventoryAdjustmentGroup": group, "userErrors": errors}
        return self._keys[key]

    def _level(self, row: Json) -> Any:
        return self.records.variants[_number(row["inventoryItemId"])].levels.get(_number(row["locationId"]))

    def _stock_fault(self, name: str, row: Json, place: int) -> Json | None:
        level, field = self._level(row), ["input", "quantities", str(place)]
        assert name == "available"
        if level is None:
            return {"field": field, "message": "The item is not stocked at the location.", "code": "INVALID_LOCATION"}
        if row.get("changeFromQuantity") not in (None, level[0]):
            return {"field": field, "message": "The quantity is stale.", "code": "CHANGE_FROM_QUANTITY_STALE"}
        return None

    def productSet(self, info: Any, input: Json, identifier: Json, synchronous: bool = True) -> Json:
        for one in self.records.variants.values():
            if one.product == _number(identifier["id"]):
                one.title = input.get("title", one.title)
                one.description = input.get("descriptionHtml", one.description)
        return {"product": {"id": identifier["id"]}, "userErrors": []}

    def productVariantsBulkUpdate(self, info: Any, productId: str, variants: Sequence[Json], **given: Any) -> Json:
        for row in variants:
            self.records.variants[_number(row["id"])].price = row["price"]
        return {"product": {"id": productId}, "userErrors": []}

    def webhookSubscriptionCreate(self, info: Any, topic: str, webhookSubscription: Json) -> Json:
        self.records.webhooks.append((topic, webhookSubscription["uri"]))
        return {"webhookSubscription": {"id": gid("WebhookSubscription", 1)}, "userErrors": []}

    def bulkOperationRunQuery(self, info: Any, query: str, groupObjects: bool) -> Json:
        answer = self.run(query, {}, bulk=True)
        if "errors" in answer:
            wrong = [{"field": ["query"], "message": answer["errors"][0]["message"], "code": "INVALID"}]
            return {"bulkOperation": None, "userErrors": wrong}
        answer["data"]["orders"]["edges"].reverse()  # the file is in no order that anybody promises
        operation = next(self.records.ids)
        end = self.bulk_fails or "COMPLETED"
        self.bulk[operation] = query, list(_lines(answer["data"]["orders"], None)), ["CREATED", "RUNNING", end]
        return {"bulkOperation": {"id": gid("BulkOperation", operation)}, "userErrors": []}


def _lines(connection: Json, parent: str | None) -> Any:
    """A connection as Shopify writes it into a file: children behind their parents."""
    for edge in connection["edges"]:
        row = edge["node"]
        inner = {name: value for name, value in row.items() if isinstance(value, dict) and "edges" in value}
        own = {name: value for name, value in row.items() if name not in inner}
        yield json.dumps(own | ({"__parentId": parent} if parent else {}))
        for value in inner.values():
            yield from _lines(value, row["id"])


def _connection(rows: list[Json], given: Mapping[str, Any], info: GraphQLResolveInfo) -> Json:
    """A page of rows, behind a cursor that stays where it is though rows move."""
    first = given.get("first")
    if first is None:
        if not info.context["bulk"]:
            raise GraphQLError("you must provide one of first or last")
        first = len(rows)
    if first > 250:
        raise GraphQLError("first cannot exceed 250")
    keyed = [(row.get("__cursor", [place]), row) for place, row in enumerate(rows)]
    if given.get("reverse"):
        keyed.reverse()
    after = json.loads(b64decode(given["after"])) if given.get("after") else {"at": None, "empty": False}
    if after["at"] is not None:
        keyed = [one for one in keyed if one[0] > after["at"]]
    empty = info.context["empty"] and not after["empty"] and bool(keyed)
    page = [] if empty else keyed[:first]
    at = page[-1][0] if page else after["at"]
    end = b64encode(json.dumps({"at": at, "empty": empty}).encode()).decode()
    nodes = [row for _, row in page]
    return {
        "nodes": nodes,
        "edges": [{"node": row} for row in nodes],
        "pageInfo": {"hasNextPage": len(keyed) > len(page), "endCursor": end},
    }


def _number(id: str) -> int:
    return int(id.rpartition("/")[2])


def _told(error: GraphQLError) -> Json:
    told: Json = dict(error.formatted)
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        if not isinstance(error.original_error, RuntimeError):
            raise error.original_error
        told["extensions"] = {"code": "INTERNAL_SERVER_ERROR"}
    return told
