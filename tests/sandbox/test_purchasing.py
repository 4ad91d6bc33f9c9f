"""Purchase orders, procurements, transfers and returns: their rules, and what they do to stock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.support import Client, Json

SUPPLIER = 5


def purchase(api: Client, *lines: Json, **fields: Any) -> Json:
    """A new purchase order from Northern Clay, active unless told otherwise."""
    given = {"company_id": SUPPLIER, "status": "active", **fields, "purchase_order_line_items": list(lines)}
    made: Json = api.post("/purchase_orders", "purchase_order", **given)
    return made


def bought(api: Client, sku: str, quantity: object = 10, price: object = "8.5") -> Json:
    """A purchase order line for a SKU."""
    return {"variant_id": api.variant(sku)["id"], "quantity": quantity, "price": price}


def incoming(api: Client, sku: str) -> tuple[str, str]:
    """On hand and incoming of a SKU."""
    row = api.variant(sku)
    return row["stock_on_hand"], row["incoming_stock"]


def test_a_purchase_order_has_the_account_s_defaults(api: Client) -> None:
    """Number, dates two weeks away, currency, location, supplier's address and total with tax."""
    made = api.post("/purchase_orders", "purchase_order", company_id=SUPPLIER,
                    purchase_order_line_items=[bought(api, "MUG-BLUE", 2, "2.5")])  # fmt: skip
    assert (made["order_number"], made["status"], made["procurement_status"]) == ("PO0001", "draft", "unprocured")
    assert (made["issued_at"], made["due_at"], made["payment_due_at"]) == ("2021-03-01", "2021-03-15", "2021-03-15")
    assert (made["total"], made["cached_quantity"]) == ("5.65", "2.0")
    assert (made["supplier_address_id"], made["stock_location_id"], made["default_price_list_id"]) == (4, 1, "buy")
    line = api.get("/purchase_order_line_items", purchase_order_id=made["id"])["purchase_order_line_items"][0]
    assert (line["procurement_id"], line["base_price"], line["extra_cost_value"]) == (None, None, "0.0")
    assert api.ids("/purchase_order_line_items", purchase_order_status="active") == []


def test_incoming_stock_follows_the_purchase_order(api: Client) -> None:
    """Nothing for a draft, incoming while active, on hand at its cost once received."""
    made = purchase(api, bought(api, "MUG-BLUE", 50), status="draft")
    assert incoming(api, "MUG-BLUE") == ("150", "0")
    api.put(f"/purchase_orders/{made['id']}", "purchase_order", status="active")
    assert incoming(api, "MUG-BLUE") == ("150", "50")
    assert [level["incoming"] for level in api.variant("MUG-BLUE")["locations"]] == ["50", None]
    answer = api("POST", f"/purchase_orders/{made['id']}/actions/receive")
    assert (answer.status_code, list(answer.json())) == (201, ["procurement"])
    procurement = answer.json()["procurement"]
    assert procurement["purchase_order_line_item_ids"] == made["purchase_order_line_item_ids"]
    assert incoming(api, "MUG-BLUE") == ("200", "0")
    assert api.variant("MUG-BLUE")["moving_average_cost"] == "7"
    after = api.get(f"/purchase_orders/{made['id']}", include="purchase_order_line_items")
    assert list(after) == ["purchase_order_line_items", "purchase_order"]
    assert after["purchase_order_line_items"][0]["procurement_id"] == procurement["id"]
    shown = after["purchase_order"]
    assert (shown["status"], shown["procurement_status"], shown["received_at"]) == (
        "received",
        "procured",
        "2021-03-01",
    )
    assert shown["procurement_ids"] == [procurement["id"]]
    api.refused("POST", f"/purchase_orders/{made['id']}/actions/receive", {})


def test_lines_may_arrive_one_by_one(api: Client) -> None:
    """A procurement of some lines leaves the rest incoming; deleting it takes its goods out again."""
    made = purchase(api, bought(api, "MUG-BLUE"), bought(api, "MUG-RED"))
    first, second = made["purchase_order_line_item_ids"]
    given = {"purchase_order_id": made["id"], "purchase_order_line_items": [{"id": first}]}
    procurement = api.post("/procurements", "procurement", **given)
    assert api.get(f"/purchase_orders/{made['id']}")["purchase_order"]["procurement_status"] == "partial"
    assert (incoming(api, "MUG-BLUE"), incoming(api, "MUG-RED")) == (("160", "0"), ("95", "10"))
    api.refused("POST", "/procurements", {"procurement": given}, 404)
    api.refused("PUT", f"/purchase_order_line_items/{first}", {"purchase_order_line_item": {"quantity": 1}})
    rest = api.post("/procurements", "procurement", purchase_order_id=made["id"], purchase_order_line_item_ids=[second])
    assert [row["id"] for row in api.get("/procurements")["procurements"]] == [rest["id"], procurement["id"]]
    assert api("DELETE", f"/procurements/{procurement['id']}").status_code == 204
    assert incoming(api, "MUG-BLUE") == ("150", "10")
    assert api.get(f"/purchase_orders/{made['id']}")["purchase_order"]["status"] == "active"
    assert api("DELETE", f"/purchase_orders/{made['id']}").status_code == 204
    assert api.get(f"/purchase_orders/{made['id']}")["purchase_order"]["status"] == "void"
    assert (incoming(api, "MUG-BLUE"), incoming(api, "MUG-RED")) == (("150", "0"), ("95", "0"))
    assert api.ids("/purchase_orders") == []


def test_the_status_received_is_only_a_label(api: Client) -> None:
    """Setting it by PUT puts nothing into stock, as a user found out; nothing is incoming any more either."""
    made = purchase(api, bought(api, "MUG-BLUE"))
    api.put(f"/purchase_orders/{made['id']}", "purchase_order", status="received")
    assert incoming(api, "MUG-BLUE") == ("150", "0")
    assert api.get(f"/purchase_orders/{made['id']}")["purchase_order"]["procurement_status"] == "unprocured"
    api.refused("PUT", f"/purchase_orders/{made['id']}", {"purchase_order": {"status": "active"}})


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"company_id": None}, 422, "company"),
        ({"company_id": 99}, 404, ""),
        ({"supplier_address_id": 1}, 404, ""),
        ({"status": "received"}, 422, "status"),
        ({"status": "void"}, 422, "status"),
        ({"purchase_order_line_items": [{"quantity": 1}]}, 422, "purchase_order_line_items.variant"),
        ({"purchase_order_line_items": [{"variant_id": 3}]}, 422, "purchase_order_line_items.variant"),
    ],
)
def test_bad_purchase_orders_are_refused(api: Client, fields: Json, status: int, field: str) -> None:
    """No company, foreign addresses, impossible statuses, lines without a variant, bundles."""
    body = {"purchase_order": {"company_id": SUPPLIER, **fields}}
    error = api.refused("POST", "/purchase_orders", body, status)
    assert list(error.get("errors", {"": []})) == [field]


def test_lines_change_while_a_purchase_order_is_open(api: Client) -> None:
    """Appended, changed and removed lines move total and incoming stock; a draft cannot be received."""
    made = purchase(api, bought(api, "MUG-BLUE"))
    api.put(f"/purchase_orders/{made['id']}", "purchase_order", purchase_order_line_items=[bought(api, "MUG-RED", 4)])
    line = made["purchase_order_line_item_ids"][0]
    api.put(f"/purchase_order_line_items/{line}", "purchase_order_line_item", quantity=3)
    assert (incoming(api, "MUG-BLUE")[1], incoming(api, "MUG-RED")[1]) == ("3", "4")
    assert api("DELETE", f"/purchase_order_line_items/{line}").status_code == 204
    assert incoming(api, "MUG-BLUE")[1] == "0"
    assert api.get(f"/purchase_orders/{made['id']}")["purchase_order"]["cached_quantity"] == "4.0"
    draft = purchase(api, bought(api, "MUG-BLUE"), status="draft")
    api.refused("POST", f"/purchase_orders/{draft['id']}/actions/receive", {})


def transfer(api: Client, sku: str = "MUG-BLUE", quantity: object = 8, **fields: Any) -> Json:
    """A new transfer from the first location to the second."""
    lines = [{"variant_id": api.variant(sku)["id"], "quantity": quantity}]
    given = {"source_location_id": 1, "destination_location_id": 2, **fields, "stock_transfer_line_items": lines}
    made: Json = api.post("/stock_transfers", "stock_transfer", **given)
    return made


def places(api: Client, sku: str = "MUG-BLUE") -> list[str]:
    """On hand of a SKU by location."""
    return [level["stock_on_hand"] for level in api.variant(sku)["locations"]]


def test_a_transfer_moves_stock_when_received_and_back_when_reverted(api: Client) -> None:
    """Received it moves, reverting makes a mirrored transfer, deleting takes back; the sum and cost stay."""
    made = transfer(api)
    assert (made["adjustment_number"], made["status"], made["cached_quantity"]) == ("ST0001", "active", "8.0")
    path = f"/stock_transfers/{made['id']}/actions"
    api.refused("POST", f"{path}/revert", {})
    assert places(api) == ["120", "30"]
    answer = api("POST", f"{path}/receive")
    assert (answer.status_code, answer.json()["stock_transfer"]["status"]) == (200, "received")
    assert places(api) == ["112", "38"]
    api.refused("POST", f"{path}/receive", {})
    answer = api("POST", f"{path}/revert")
    mirrored = answer.json()["stock_transfer"]
    assert (answer.status_code, mirrored["notes"]) == (201, "Reversal of Stock Transfer #ST0001")
    assert places(api) == ["120", "30"]
    assert api("DELETE", f"/stock_transfers/{mirrored['id']}").status_code == 204
    assert places(api) == ["112", "38"]
    assert api.variant("MUG-BLUE")["moving_average_cost"] == "6.5"
    assert api.ids("/stock_transfers") == [made["id"]]


def test_transfers_keep_their_rules(api: Client) -> None:
    """Two locations, plain variants, quantities above zero; lines change only while it is active."""
    line = {"variant_id": 1, "quantity": 1}
    for fields, field in (
        ({"source_location_id": 2}, "destination_location"),
        ({"source_location_id": None}, "source_location"),
        ({"status": "void"}, "status"),
        ({"stock_transfer_line_items": [{**line, "variant_id": 3}]}, "stock_transfer_line_items.variant"),
        ({"stock_transfer_line_items": [{**line, "quantity": 0}]}, "stock_transfer_line_items.quantity"),
    ):
        body = {"source_location_id": 1, "destination_location_id": 2, **fields}
        assert list(api.refused("POST", "/stock_transfers", {"stock_transfer": body})["errors"]) == [field]
    made = transfer(api)
    added = api.post("/stock_transfer_line_items", "stock_transfer_line_item", stock_transfer_id=made["id"], **line)
    assert api("DELETE", f"/stock_transfer_line_items/{added['id']}").status_code == 204
    done = transfer(api, status="received")
    assert done["received_at"] is not None
    body = {"stock_transfer_id": done["id"], **line}
    api.refused("POST", "/stock_transfer_line_items", {"stock_transfer_line_item": body})
    assert api("PUT", f"/stock_transfers/{made['id']}").status_code == 404


def shipped(api: Client, sku: str, quantity: int) -> Json:
    """An order of one line, shipped completely."""
    order = api.order(api.line(sku, quantity), status="finalized")
    api("POST", f"/orders/{order['id']}/actions/fulfil").raise_for_status()
    return order


def test_a_return_brings_goods_back_when_received(api: Client) -> None:
    """On its way it moves nothing; received it does, at its location, components for bundles."""
    order = shipped(api, "MUG-SET", 3)
    line = order["order_line_item_ids"][0]
    assert api.stock("MUG-BLUE")[0] == "144"
    made = api.post("/fulfillment_returns", "fulfillment_return", order_id=order["id"], location_id=2,
                    fulfillment_return_line_items=[{"order_line_item_id": line, "quantity": 1}])  # fmt: skip
    assert (made["status"], made["credit_note_number"]) == ("returning", "CN0001")
    assert made["order_number"] == order["order_number"]
    path = f"/orders/{order['id']}"
    shown = api.get(path)["order"]
    assert (shown["returning_status"], shown["return_status"]) == ("partial", "unreturned")
    assert shown["fulfillment_return_ids"] == [made["id"]]
    assert api.stock("MUG-BLUE")[0] == "144"
    api.put(f"/fulfillment_returns/{made['id']}", "fulfillment_return", status="received")
    assert places(api) == ["114", "32"]
    body = api.get(f"/fulfillment_returns/{made['id']}")
    assert list(body) == ["fulfillment_return_line_items", "fulfillment_return"]
    assert body["fulfillment_return"]["received_at"] is not None
    assert api.get(path)["order"]["return_status"] == "partial"
    assert api("DELETE", f"/fulfillment_returns/{made['id']}").status_code == 204
    assert api.get(f"/fulfillment_returns/{made['id']}")["fulfillment_return"]["status"] == "void"
    assert places(api) == ["114", "30"]
    assert api.get(path)["order"]["returning_status"] == "unreturning"


def test_returns_keep_their_rules(api: Client) -> None:
    """Lines are needed, no more comes back than was shipped, and what came back keeps its shipment and order."""
    order = shipped(api, "MUG-BLUE", 3)
    line = order["order_line_item_ids"][0]

    def body(quantity: int, **fields: Any) -> Json:
        lines = [{"order_line_item_id": line, "quantity": quantity}]
        return {"fulfillment_return": {"order_id": order["id"], "fulfillment_return_line_items": lines, **fields}}

    api.refused("POST", "/fulfillment_returns", {"fulfillment_return": {"order_id": order["id"]}}, 400)
    api.refused("POST", "/fulfillment_returns", body(1, order_id=99), 404)
    error = api.refused("POST", "/fulfillment_returns", body(4))
    assert list(error["errors"]) == ["fulfillment_return_line_items.quantity"]
    assert api("POST", "/fulfillment_returns", body(2, status="received")).status_code == 201
    api.refused("POST", "/fulfillment_returns", body(2))
    assert api("POST", "/fulfillment_returns", body(1)).status_code == 201
    assert api.get(f"/orders/{order['id']}")["order"]["returning_status"] == "returning"
    fulfillment = api.ids("/fulfillments")[0]
    api.refused("DELETE", f"/fulfillments/{fulfillment}", None)
    api.refused("POST", f"/orders/{order['id']}/actions/void", None)
    assert api.stock("MUG-BLUE")[0] == "149"
    api.sandbox.set_switch("allow_over_return", True)
    assert api("POST", "/fulfillment_returns", body(9)).status_code == 201


def test_switches_of_buying_and_moving(api: Client) -> None:
    """Purchase orders may start active, and active transfers may count as incoming."""
    api.sandbox.set_switch("default_purchase_order_status", "active")
    assert api.post("/purchase_orders", "purchase_order", company_id=SUPPLIER)["status"] == "active"
    assert incoming(api, "MUG-BLUE")[1] == "0"
    api.sandbox.set_switch("transfers_are_incoming", True)
    made = transfer(api)
    assert incoming(api, "MUG-BLUE")[1] == "8"
    api("POST", f"/stock_transfers/{made['id']}/actions/receive").raise_for_status()
    assert incoming(api, "MUG-BLUE")[1] == "0"


def test_a_purchase_order_keeps_the_location_it_was_received_at(api: Client) -> None:
    """It may change while everything is open, not once some of it lies there; and it is never lost."""
    made = purchase(api, bought(api, "MUG-BLUE", 5), bought(api, "MUG-RED", 5))
    path = f"/purchase_orders/{made['id']}"
    api.put(path, "purchase_order", stock_location_id=2)
    blank = api.refused("PUT", path, {"purchase_order": {"stock_location_id": None}})
    assert blank == {"errors": {"stock_location": ["can't be blank"]}}
    one = [{"id": made["purchase_order_line_item_ids"][0]}]
    api.post("/procurements", "procurement", purchase_order_id=made["id"], purchase_order_line_items=one)
    locked = api.refused("PUT", path, {"purchase_order": {"stock_location_id": 1}})
    assert locked == {"errors": {"base": ["Purchase order can no longer be edited"]}}
    api.put(path, "purchase_order", notes="x")
