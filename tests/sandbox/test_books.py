"""Books that add up whatever happens: stock is always what the documents say."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.support import Client, Json

_SKUS = ("MUG-BLUE", "MUG-RED", "MUG-SET", "TEE-S")
_ACTIONS = (
    "order", "finalize", "pack", "ship", "unship", "void", "adjust", "append", "other place", "buy", "receive",
    "receive some", "unreceive", "unbuy", "transfer", "arrive", "revert", "untransfer", "return", "take back",
    "unreturn",
)  # fmt: skip
# Something of every kind to begin with, so that taking back has something to take.
_BEGIN = (
    ("order", 2, 3), ("ship", 0, 1), ("return", 2, 1), ("return", 0, 1), ("buy", 1, 4), ("receive some", 0, 1),
    ("transfer", 1, 2), ("transfer", 0, 2), ("order", 2, 2),
)  # fmt: skip
_STEP = st.tuples(st.sampled_from(_ACTIONS), st.integers(0, 3), st.integers(1, 4))
Place = tuple[int, int]


class Books:
    """What the documents say about stock: on hand by variant and location, the rest by variant."""

    def __init__(self, api: Client) -> None:
        self.api = api
        self.parts: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
        for row in self.rows("variants/composition", "composition"):
            self.parts[row["bundle_id"]].append((row["component_id"], Decimal(row["quantity"])))
        self.on_hand: dict[Place, Decimal] = defaultdict(Decimal)
        self.committed: dict[int, Decimal] = defaultdict(Decimal)
        self.incoming: dict[int, Decimal] = defaultdict(Decimal)
        self._adjustments()
        self._orders()
        self._purchases()
        self._transfers()

    def rows(self, path: str, root: str = "", **params: str) -> list[Json]:
        """Every row of a list."""
        found: list[Json] = self.api.get(f"/{path}", limit=250, **params).get(root or path, [])
        return found

    def explode(self, variant_id: int, quantity: Decimal) -> list[tuple[int, Decimal]]:
        """A variant, or the parts of a bundle."""
        parts = self.parts.get(variant_id, [(variant_id, Decimal(1))])
        return [(part, quantity * times) for part, times in parts]

    def move(self, variant_id: int, location_id: int, quantity: Decimal) -> None:
        """Put stock somewhere, or take it away."""
        for part, amount in self.explode(variant_id, quantity):
            self.on_hand[part, location_id] += amount

    def _adjustments(self) -> None:
        places = {row["id"]: row["stock_location_id"] for row in self.rows("stock_adjustments")}
        for line in self.rows("stock_adjustment_line_items"):
            self.move(line["variant_id"], places[line["stock_adjustment_id"]], Decimal(line["quantity"]))

    def _orders(self) -> None:
        lines = {row["id"]: row for row in self.rows("order_line_items")}
        orders = {row["id"]: row for row in self.rows("orders")}
        left = {key: Decimal(row["quantity"]) for key, row in lines.items() if row["order_id"] in orders}
        places = {row["id"]: row["stock_location_id"] for row in self.rows("fulfillments")}
        for row in self.rows("fulfillments", "fulfillment_line_items", status="fulfilled"):
            quantity = Decimal(row["quantity"])
            self.move(row["variant_id"], places[row["fulfillment_id"]], -quantity)
            left[row["order_line_item_id"]] -= quantity
        for key, quantity in left.items():
            if orders[lines[key]["order_id"]]["status"] != "draft":
                for part, amount in self.explode(lines[key]["variant_id"], quantity):
                    self.committed[part] += amount
        places = {row["id"]: row["location_id"] for row in self.rows("fulfillment_returns")}
        for row in self.rows("fulfillment_returns", "fulfillment_return_line_items", status="received"):
            variant_id = lines[row["order_line_item_id"]]["variant_id"]
            self.move(variant_id, places[row["fulfillment_return_id"]], Decimal(row["quantity"]))

    def _purchases(self) -> None:
        orders = {row["id"]: row for row in self.rows("purchase_orders")}
        for line in self.rows("purchase_order_line_items"):
            order, quantity = orders.get(line["purchase_order_id"]), Decimal(line["quantity"])
            if line["procurement_id"] is not None:
                assert order is not None
                self.move(line["variant_id"], order["stock_location_id"], quantity)
            elif order is not None and order["status"] == "active":
                self.incoming[line["variant_id"]] += quantity

    def _transfers(self) -> None:
        transfers = {row["id"]: row for row in self.rows("stock_transfers", status="received")}
        for line in self.rows("stock_transfer_line_items"):
            transfer = transfers.get(line["stock_transfer_id"])
            if transfer is not None:
                self.move(line["variant_id"], transfer["source_location_id"], -Decimal(line["quantity"]))
                self.move(line["variant_id"], transfer["destination_location_id"], Decimal(line["quantity"]))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=1, max_size=16))
def test_books_add_up_after_any_sequence(api: Client, steps: list[tuple[str, int, int]]) -> None:
    """On hand is what came in less what went out, at every location; committed and incoming what is still open."""
    api.sandbox.reset()
    api.sandbox.instance.limits.limit = None
    variants = {sku: api.variant(sku)["id"] for sku in _SKUS}
    for action, which, quantity in (*_BEGIN, *steps):
        _step(api, action, which, {"variant_id": variants[_SKUS[which]], "quantity": quantity, "price": 1})
    books = Books(api)
    for sku in ("MUG-BLUE", "MUG-RED", "TEE-S"):
        row = api.get(f"/variants/{variants[sku]}")["variant"]
        for level in row["locations"]:
            here = books.on_hand[row["id"], level["location_id"]]
            assert Decimal(level["stock_on_hand"]) == here, (sku, level, steps)
        assert sum(Decimal(level["stock_on_hand"]) for level in row["locations"]) == Decimal(row["stock_on_hand"])
        assert Decimal(row["committed_stock"]) == books.committed[row["id"]], (sku, steps)
        assert Decimal(row["incoming_stock"]) == books.incoming[row["id"]], (sku, steps)


def _step(api: Client, action: str, which: int, line: Json) -> None:
    """One random operation; the ones the rules refuse are part of the test."""
    chosen = {name: _one_of(api, name, which) for name in ("orders", "purchase_orders", "stock_transfers")}
    order, bought = f"/orders/{chosen['orders']}", f"/purchase_orders/{chosen['purchase_orders']}"
    moved, back = f"/stock_transfers/{chosen['stock_transfers']}", f"/fulfillment_returns/{which + 1}"
    adjusted = {**line, "quantity": line["quantity"] if which % 2 else -line["quantity"], "price": 2}
    status = ("draft", "active", "finalized", "active")[which]
    wanted: dict[str, tuple[str, str, Any]] = {
        "order": ("POST", "/orders", _new("order", line, company_id=2, shipping_address_id=1, status=status)),
        "adjust": ("POST", "/stock_adjustments", _new("stock_adjustment", adjusted)),
        "finalize": ("PUT", order, {"order": {"status": "finalized"}}),
        "append": ("PUT", order, {"order": {"order_line_items": [line]}}),
        "other place": ("PUT", order, {"order": {"stock_location_id": 2}}),
        "pack": ("POST", f"{order}/actions/pack", None),
        "ship": ("POST", f"{order}/actions/fulfil", None),
        "unship": ("DELETE", f"/fulfillments/{which + 1}", None),
        "void": ("POST", f"{order}/actions/void", None),
        "buy": ("POST", "/purchase_orders", _new("purchase_order", line, line, company_id=5,
                                                 status=("draft", "active", "active", "active")[which])),
        "receive": ("POST", f"{bought}/actions/receive", None),
        "receive some": ("POST", "/procurements", {"procurement": {
            "purchase_order_id": chosen["purchase_orders"], "purchase_order_line_items": [{"id": which + 1}]}}),
        "unreceive": ("DELETE", f"/procurements/{which + 1}", None),
        "unbuy": ("DELETE", bought, None),
        "transfer": ("POST", "/stock_transfers", _new(
            "stock_transfer", line, source_location_id=1, destination_location_id=2,
            status="received" if which % 2 else "active")),
        "arrive": ("POST", f"{moved}/actions/receive", None),
        "revert": ("POST", f"{moved}/actions/revert", None),
        "untransfer": ("DELETE", moved, None),
        "return": ("POST", "/fulfillment_returns", {"fulfillment_return": {
            "order_id": chosen["orders"], "location_id": 1 + which % 2,
            "status": "received" if which > 1 else "returning",
            "fulfillment_return_line_items": [{"order_line_item_id": chosen["orders"], "quantity": 1}]}}),
        "take back": ("PUT", back, {"fulfillment_return": {"status": "received"}}),
        "unreturn": ("DELETE", back, None),
    }  # fmt: skip
    assert api(*wanted[action]).status_code < 500


def _new(singular: str, *lines: Json, **fields: Any) -> Json:
    return {singular: {**fields, f"{singular}_line_items": list(lines)}}


def _one_of(api: Client, name: str, which: int) -> int:
    keys = api.ids(f"/{name}")
    return keys[which % len(keys)] if keys else 0
