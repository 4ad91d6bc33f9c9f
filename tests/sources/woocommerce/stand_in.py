"""A WooCommerce shop on a port of this machine, as awkward as real ones are, by documentation and source.

Dates without a zone are in the shop's zone, and so, in the end, are those with one; ``modified_after`` leaves the
moment itself out, and older shops do not know it; keys over plain http are OAuth's; variations are behind products.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from attrs import frozen

from tests.sources.woocommerce.records import Json, Order, Product, Records
from tradegecko_bridge.testing import Fault
from tradegecko_bridge.testing.fake_shop.server import STATUS, Line, Reply

KEY, SECRET = "ck_7c5e0f31a9d24b68", "cs_91b04dd2f6e87a35"
SECRETS = (KEY, SECRET)
Query = dict[str, str]


AUTH = "woocommerce_rest_authentication_error"


class _Wrong(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.reply = Reply(status, {"code": code, "message": message, "data": {"status": status}})


@frozen(kw_only=True)
class Kind:
    """What shop it is. ``version`` decides what its lists can do; ``home`` is what it takes its own address to be."""

    version: tuple[int, int] = (10, 3)
    zone: str = "America/Toronto"
    permalinks: bool = True
    fulfilments: bool = True
    over_tls: bool = False
    host: str = ""
    drops_header: bool = False
    may_write: bool = True
    at_subtotal: bool = False
    own_numbers: bool = False


class WooShop:
    """Answers requests."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.records = Records(kind.zone, at_subtotal=kind.at_subtotal)
        self.line = Line()
        self.hidden = False
        self.requests: list[str] = []
        self._nonces: set[str] = set()

    @property
    def now(self) -> datetime:
        """What its clock shows."""
        return self.records.now

    def meet_with(
        self, method: str, path: str, query: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[Reply, Fault | None]:
        """The answer to one request, and what becomes of it on its way."""
        self.requests.append(f"{method} {path}?{query}")
        fault = None if path == "/elsewhere" else self.line.meets(method)
        if fault in STATUS:
            more = {429: {"retry-after": "0"}, 302: {"location": "{base}/elsewhere"}}.get(STATUS[fault], {})
            return Reply(STATUS[fault], {"message": f"not now, {KEY} {SECRET}"}, more), None
        try:
            reply = self._answer(method, path, dict(parse_qsl(query)), body, headers)
        except _Wrong as wrong:
            reply = wrong.reply
        return reply, fault

    def _answer(self, method: str, path: str, query: Query, body: Any, headers: Mapping[str, str]) -> Reply:
        route = re.sub(r"^/wp-json", "", path) if self.kind.permalinks else ""
        route = query.get("rest_route", "") if path == "/index.php" else route
        if route == "/":
            return Reply(200, {"name": "Shop", "home": self._home(headers)})
        if not route.startswith("/wc/v3/"):
            return Reply(404, None, {"content-type": "text/html"})
        self._authenticate(method, path, query, headers)
        if method != "GET" and not self.kind.may_write:
            raise _Wrong(401, AUTH, "Der API-Schlüssel hat keine Schreibrechte.")
        for verb, pattern, act in self._routes():
            if verb == method and (found := re.fullmatch(pattern, route.removeprefix("/wc/v3/"))):
                reply = act(query, body, *map(int, found.groups()))
                return _only(reply, query["_fields"].split(",")) if "_fields" in query else reply
        raise _Wrong(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _routes(self) -> list[tuple[str, str, Callable[..., Reply]]]:
        fulfilments = r"orders/(\d+)/fulfillments"
        routes: list[tuple[str, str, Callable[..., Reply]]] = [
            ("GET", "orders", self._orders),
            ("GET", r"orders/(\d+)", lambda query, _, key: Reply(200, self._json(self._order(key), query))),
            ("POST", r"orders/(\d+)", self._set_order),
            (
                "GET",
                r"orders/(\d+)/notes",
                lambda _q, _b, key: Reply(200, [{"note": one} for one in self._order(key).notes]),
            ),
            ("POST", r"orders/(\d+)/notes", self._note),
            ("GET", r"orders/(\d+)/refunds", lambda _q, _b, key: Reply(200, self._order(key).refunds)),
            ("GET", "products", self._products),
            ("GET", r"products/(\d+)", lambda _q, _b, key: Reply(200, product_json(self.records.products[key]))),
            ("POST", "products/batch", lambda _, body: self._batch(body, 0)),
            ("POST", r"products/(\d+)/variations/batch", lambda _, body, key: self._batch(body, key)),
            ("POST", r"products/(\d+)", lambda _, body, key: Reply(200, self._set_product(key, body, 0))),
            (
                "POST",
                r"products/(\d+)/variations/(\d+)",
                lambda _, body, up, key: Reply(200, self._set_product(key, body, up)),
            ),
        ]
        if self.kind.version >= (9, 0):
            routes.append(("GET", "refunds", self._refunds))
        if self.kind.fulfilments and self.kind.version >= (10, 2):
            routes += [
                ("GET", fulfilments, lambda _q, _b, key: Reply(200, self._order(key).fulfilments)),
                ("POST", fulfilments, self._fulfil),
                ("GET", fulfilments + r"/(\d+)", lambda _q, _b, key, one: Reply(200, self._fulfilment(key, one))),
                ("POST", fulfilments + r"/(\d+)", self._refulfil),
                ("DELETE", fulfilments + r"/(\d+)", self._unfulfil),
            ]
        return routes

    # ── who asks ─────────────────────────────────────────────────────────────────────────────

    def _home(self, headers: Mapping[str, str]) -> str:
        return f"{'https' if self.kind.over_tls else 'http'}://{self.kind.host or headers['host']}"

    def _authenticate(self, method: str, path: str, query: Query, headers: Mapping[str, str]) -> None:
        given = "" if self.kind.drops_header else headers.get("authorization", "")
        if self.kind.over_tls and given.startswith("Basic "):
            name, _, word = b64decode(given.removeprefix("Basic ")).decode().partition(":")
            if name == KEY and word == SECRET:
                return
            if name == KEY:
                raise _Wrong(401, AUTH, "Consumer secret is invalid.")
        if "oauth_consumer_key" not in query:
            raise _Wrong(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if query["oauth_consumer_key"] != KEY:
            raise _Wrong(401, AUTH, "Consumer key is invalid.")
        asked = {name: value for name, value in query.items() if name != "oauth_signature"}
        if not hmac.compare_digest(sign(method, self._home(headers) + path, asked), query["oauth_signature"]):
            raise _Wrong(401, AUTH, "Invalid signature - provided signature does not match.")
        if abs(int(query["oauth_timestamp"]) - self.now.timestamp()) > 15 * 60:
            raise _Wrong(401, AUTH, "Invalid timestamp.")
        if query["oauth_nonce"] in self._nonces:
            raise _Wrong(401, AUTH, "Invalid nonce - nonce has already been used.")
        self._nonces.add(query["oauth_nonce"])

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def _orders(self, query: Query, _body: Any) -> Reply:
        version = self.kind.version
        per_page = int(query.get("per_page", "10"))
        sorts = ["date", "id", "include", "title", "slug", *(["modified"] if version >= (4, 5) else [])]
        if query.get("orderby", "date") not in sorts or not 1 <= per_page <= 100:
            raise _Wrong(400, "rest_invalid_param", "Invalid parameter(s): orderby, per_page")
        rows = [one for one in self.records.orders.values() if one.status not in {"trash", "checkout-draft"}]
        if "include" in query:
            rows = [one for one in rows if str(one.id) in query["include"].split(",")]
        if "search" in query:
            rows = [one for one in rows if query["search"] in (one.number, str(one.id))]
        rows = self._within(rows, query)
        by_change = query.get("orderby") == "modified"
        rows.sort(
            key=lambda one: (one.modified if by_change else one.created, one.id),
            reverse=query.get("order", "desc") == "desc",
        )
        shown: list[Order | None] = list(rows)
        if self.hidden and "include" not in query and per_page > 1:  # those that this user may not read still count
            shown = [
                one
                for place in range(0, len(rows), per_page)
                for one in [None] * per_page + rows[place : place + per_page]
            ]
        skip = int(query.get("offset") or per_page * (int(query.get("page", "1")) - 1))
        page = [self._json(one, query) for one in shown[skip : skip + per_page] if one is not None]
        pages = -(-len(shown) // per_page)
        return Reply(200, page, {"x-wp-total": str(len(shown)), "x-wp-totalpages": str(pages)})

    def _within(self, rows: list[Order], query: Query) -> list[Order]:
        knows = self.kind.version >= (5, 8)
        gmt = knows and query.get("dates_are_gmt") == "true"
        for name, column in (("after", "created"), ("modified_after", "modified"), ("modified_before", "modified")):
            if name in query and (knows or name == "after"):
                at = self._wall(query[name])
                walls = {one.id: self._column(getattr(one, column), gmt) for one in rows}
                rows = [one for one in rows if (walls[one.id] < at if name.endswith("before") else walls[one.id] > at)]
        return rows

    def _wall(self, text: str) -> datetime:
        """A date as WordPress compares it: what has a zone is taken over into the shop's."""
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is None else at.astimezone(self.records.zone).replace(tzinfo=None)

    def _column(self, moment: datetime, gmt: bool) -> datetime:
        return moment.astimezone(UTC if gmt else self.records.zone).replace(tzinfo=None)

    def _json(self, order: Order, query: Query) -> Json:
        return self.records.order_json(order, int(query.get("dp", "2")))

    def _order(self, id: int) -> Order:
        if id not in self.records.orders:
            raise _Wrong(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return self.records.orders[id]

    def _set_order(self, query: Query, body: Any, id: int) -> Reply:
        order = self._order(id)
        for one in body.get("meta_data", ()):
            order.meta[one["key"]] = one["value"]
        self.records.set_status(order, body.get("status", order.status))
        return Reply(200, self._json(order, query))

    def _note(self, _query: Query, body: Any, id: int) -> Reply:
        self._order(id).notes.insert(0, body["note"])
        return Reply(201, {"note": body["note"]})

    def _refunds(self, query: Query, _body: Any) -> Reply:
        rows = [one for order in self.records.orders.values() for one in order.refunds]
        if "after" in query:
            rows = [one for one in rows if datetime.fromisoformat(one["date_created_gmt"]) > self._wall(query["after"])]
        rows.sort(key=lambda one: (one["date_created_gmt"], one["id"]))
        skip = int(query.get("offset") or 0)
        return Reply(200, rows[skip : skip + int(query["per_page"])])

    # ── fulfilments ──────────────────────────────────────────────────────────────────────────

    def _fulfilment(self, id: int, one: int) -> Json:
        found = [each for each in self._order(id).fulfilments if each["id"] == one]
        if not found:
            raise _Wrong(400, "0", "Fulfillment not found.")
        return found[0]

    def _fulfil(self, _query: Query, body: Any, id: int) -> Reply:
        made = {"id": self.records.id(), "is_fulfilled": body["is_fulfilled"], "date_deleted": None}
        made["meta_data"] = [{"id": self.records.id(), **meta} for meta in body["meta_data"]]
        self._order(id).fulfilments.append(made)
        self.records.touch(self._order(id))
        return Reply(201, made)

    def _refulfil(self, _query: Query, body: Any, id: int, one: int) -> Reply:
        """Fields that are not sent are taken away."""
        self._fulfilment(id, one)["meta_data"] = [{"id": self.records.id(), **meta} for meta in body["meta_data"]]
        return Reply(200, self._fulfilment(id, one))

    def _unfulfil(self, _query: Query, _body: Any, id: int, one: int) -> Reply:
        self._order(id).fulfilments.remove(self._fulfilment(id, one))
        return Reply(200, {"message": "Fulfillment deleted successfully."})

    # ── products ─────────────────────────────────────────────────────────────────────────────

    def _products(self, query: Query, _body: Any) -> Reply:
        wanted = {one.lower() for one in (*query["sku"].split(","), query["sku"])}
        rows = [product_json(one) for one in self.records.products.values() if one.sku and one.sku.lower() in wanted]
        begin = int(query["per_page"]) * (int(query.get("page", "1")) - 1)
        return Reply(200, rows[begin : begin + int(query["per_page"])])

    def _batch(self, body: Any, parent: int) -> Reply:
        if len(body["update"]) > 100:
            raise _Wrong(413, "woocommerce_rest_request_entity_too_large", "Unable to accept more than 100 items.")
        done = []
        for row in body["update"]:
            try:
                done.append(self._set_product(row["id"], row, parent))
            except _Wrong as wrong:
                done.append({"id": row["id"], "error": wrong.reply.body})
        return Reply(200, {"update": done})

    def _set_product(self, id: int, fields: Json, parent: int) -> Json:
        product = self.records.products.get(id)
        if product is None or product.parent != parent:
            raise _Wrong(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        product.manage = fields.get("manage_stock", product.manage)
        if product.manage is True:
            product.stock = fields.get("stock_quantity", product.stock)
        product.name = fields.get("name", product.name)
        product.description = fields.get("description", product.description)
        product.price = fields.get("regular_price", product.price)
        return product_json(product)


def _only(reply: Reply, fields: Sequence[str]) -> Reply:
    """``_fields`` of what is answered."""
    if isinstance(reply.body, list):
        return Reply(200, [{name: one[name] for name in fields if name in one} for one in reply.body], reply.headers)
    return Reply(200, {name: reply.body[name] for name in fields if name in reply.body})


def product_json(product: Product) -> Json:
    """A product as the API gives it."""
    return {
        "id": product.id,
        "parent_id": product.parent,
        "type": "variation" if product.parent else "simple",
        "sku": product.sku,
        "manage_stock": product.manage,
        "stock_quantity": product.stock,
        "name": product.name,
        "description": product.description,
        "regular_price": product.price,
    }


def sign(method: str, address: str, params: Mapping[str, str]) -> str:
    """What WooCommerce computes itself, step by step as its source does."""
    pairs = [quote(f"{quote(name, safe='~')}={quote(params[name], safe='~')}", safe="~") for name in sorted(params)]
    text = f"{method}&{quote(address, safe='~')}&{'%26'.join(pairs)}"
    return b64encode(hmac.digest(f"{SECRET}&".encode(), text.encode(), "sha256")).decode()
