"""Fulfilments: packing, shipping, taking back, and order actions."""

from __future__ import annotations

from tests.sandbox.support import Client, Json


def packed(api: Client, order: Json, **fields: object) -> Json:
    """A fulfilment of everything on the order, straight from the API."""
    lines = [{"order_line_item_id": key} for key in order["order_line_item_ids"]]
    made: Json = api.post("/fulfillments", "fulfillment", order_id=order["id"], fulfillment_line_items=lines, **fields)
    return made


def test_packing_changes_statuses_but_no_stock(api: Client) -> None:
    """A new fulfilment is packed: the order shows it, stock does not move."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    made = packed(api, order, tracking_number="T1")
    assert made["status"] == "packed"
    assert made["packed_at"] == "2021-03-01"
    assert made["shipped_at"] is None
    assert made["order_number"] == order["order_number"]
    assert made["company_id"] == order["company_id"]
    shown = api.get(f"/orders/{order['id']}")["order"]
    assert (shown["packed_status"], shown["fulfillment_status"], shown["status"]) == (
        "packed",
        "unshipped",
        "finalized",
    )
    assert shown["fulfillment_ids"] == [made["id"]]
    assert api.stock("MUG-BLUE") == ("150", "2", "148")


def test_lines_always_travel_before_the_fulfilment(api: Client) -> None:
    """Index, show and the answer to POST have the root fulfillment_line_items first, when there are rows."""
    assert list(api.get("/fulfillments")) == ["fulfillments", "meta"]
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    body = {"order_id": order["id"], "fulfillment_line_items": [{"order_line_item_id": 1, "quantity": 1}]}
    answer = api("POST", "/fulfillments", {"fulfillment": body})
    assert list(answer.json()) == ["fulfillment_line_items", "fulfillment"]
    assert list(api.get("/fulfillments")) == ["fulfillment_line_items", "fulfillments", "meta"]
    line = api.get("/fulfillments/1")["fulfillment_line_items"][0]
    assert (line["variant_sku"], line["quantity"], line["base_price"]) == ("MUG-BLUE", "1.0", None)


def test_shipping_moves_stock_and_fulfils_the_order(api: Client) -> None:
    """PUT status fulfilled takes goods off the shelf and the commitment with them."""
    order = api.order(
        api.line("MUG-BLUE", 2),
        {"freeform": True, "label": "Shipping", "price": 5, "line_type": "shipping"},
        status="finalized",
    )
    body = {"order_id": order["id"], "fulfillment_line_items": [{"order_line_item_id": 1}]}
    made = api.post("/fulfillments", "fulfillment", **body)
    api.put(f"/fulfillments/{made['id']}", "fulfillment", status="fulfilled", tracking_number="T9", service="Air")
    shown = api.get(f"/fulfillments/{made['id']}")
    assert shown["fulfillment"]["shipped_at"].startswith("2021-03-01T12:")
    assert shown["fulfillment"]["tracking_number"] == "T9"
    assert shown["fulfillment_line_items"][0]["base_price"] == "10.0"
    after = api.get(f"/orders/{order['id']}")["order"]
    assert (after["status"], after["fulfillment_status"]) == ("fulfilled", "shipped")
    assert after["updated_at"] > order["updated_at"]
    assert api.stock("MUG-BLUE") == ("148", "0", "148")


def test_partial_shipments_add_up(api: Client) -> None:
    """Two fulfilments of one line make it partial first and shipped then; more is refused."""
    order = api.order(api.line("MUG-BLUE", 3), status="finalized")
    path, key = f"/orders/{order['id']}", order["order_line_item_ids"][0]
    first = [{"order_line_item_id": key, "quantity": "1"}]
    api.post("/fulfillments", "fulfillment", order_id=order["id"], status="fulfilled", fulfillment_line_items=first)
    assert api.get(path)["order"]["fulfillment_status"] == "partial"
    assert api.stock("MUG-BLUE") == ("149", "2", "147")
    too_many = {"order_id": order["id"], "fulfillment_line_items": [{"order_line_item_id": key, "quantity": 3}]}
    errors = api.refused("POST", "/fulfillments", {"fulfillment": too_many})
    assert errors == {"errors": {"fulfillment_line_items.quantity": ["must be less than or equal to 2"]}}
    rest = [{"order_line_item_id": key}]
    api.post("/fulfillments", "fulfillment", order_id=order["id"], status="shipped", fulfillment_line_items=rest)
    assert api.get(path)["order"]["status"] == "fulfilled"
    assert api.stock("MUG-BLUE") == ("147", "0", "147")


def test_only_finalized_orders_are_packed(api: Client) -> None:
    """Packing, invoicing and paying an active order is refused, by document and by action."""
    order = api.order(api.line("MUG-BLUE", 1))
    lines = [{"order_line_item_id": order["order_line_item_ids"][0]}]
    refused = {"errors": {"order": ["must be finalized"]}}
    body = {"fulfillment": {"order_id": order["id"], "fulfillment_line_items": lines}}
    assert api.refused("POST", "/fulfillments", body) == refused
    for action in ("pack", "fulfil", "invoice", "pay"):
        assert api.refused("POST", f"/orders/{order['id']}/actions/{action}", None) == refused


def test_parents_and_lines_must_be_there(api: Client) -> None:
    """No order is 404, no lines is refused by name, a line of another order is not found."""
    assert api.refused("POST", "/fulfillments", {"fulfillment": {"notes": "x"}}, 404) == {
        "type": "Not Found",
        "message": "Couldn't find Order with 'id'=",
    }
    order, other = (api.order(api.line("MUG-BLUE"), status="finalized") for _ in range(2))
    message = "Cannot create or update a Fulfillment without line items"
    bare = {"fulfillment": {"order_id": order["id"]}}
    assert api.refused("POST", "/fulfillments", bare) == {"errors": {"base": [message]}}
    for key in (other["order_line_item_ids"][0], 999):
        body = {"order_id": order["id"], "fulfillment_line_items": [{"order_line_item_id": key}]}
        answer = api.refused("POST", "/fulfillments", {"fulfillment": body}, 404)
        assert answer["message"] == f"Couldn't find OrderLineItem with 'id'={key}"


def test_taking_a_shipment_back(api: Client) -> None:
    """Deleting a packed one makes it deleted, a shipped one void, and the goods come back, committed again."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    first = packed(api, order)
    assert api("DELETE", f"/fulfillments/{first['id']}").status_code == 204
    second = packed(api, order, status="fulfilled")
    assert api.stock("MUG-BLUE") == ("148", "0", "148")
    assert api("DELETE", f"/fulfillments/{second['id']}").status_code == 204
    assert api.stock("MUG-BLUE") == ("150", "2", "148")
    statuses = [api.get(f"/fulfillments/{f['id']}")["fulfillment"]["status"] for f in (first, second)]
    assert statuses == ["deleted", "void"]
    assert api.ids("/fulfillments") == []
    assert sorted(api.ids("/fulfillments", **{"status[]": ["void", "deleted"]})) == [1, 2]
    after = api.get(f"/orders/{order['id']}")["order"]
    assert (after["status"], after["fulfillment_status"], after["fulfillment_ids"]) == (
        "finalized",
        "unshipped",
        [],
    )


def test_voiding_a_shipped_order_returns_its_goods(api: Client) -> None:
    """actions/void on a fulfilled order puts stock back and commits nothing."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    packed(api, order, status="fulfilled")
    assert api("POST", f"/orders/{order['id']}/actions/void").status_code == 204
    assert api.get(f"/orders/{order['id']}")["order"]["status"] == "void"
    assert api.stock("MUG-BLUE") == ("150", "0", "150")


def test_a_fulfilment_ships_from_its_own_location(api: Client) -> None:
    """Stock leaves the fulfilment's location, the commitment leaves the order's."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    packed(api, order, status="fulfilled", stock_location_id=2)
    levels = {row["location_id"]: row for row in api.variant("MUG-BLUE")["locations"]}
    assert (levels[1]["stock_on_hand"], levels[1]["committed"]) == ("120", "0")
    assert (levels[2]["stock_on_hand"], levels[2]["committed"]) == ("28", None)


def test_tracking_stays_open_after_shipping_but_lines_do_not(api: Client) -> None:
    """A shipped fulfilment takes tracking changes; its quantities and a way back to packed are refused."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    made = packed(api, order, status="fulfilled")
    path = f"/fulfillments/{made['id']}"
    api.put(path, "fulfillment", tracking_number="LATE", tracking_url="thetracker.example/1", receipt={"a": 1})
    assert api.get(path)["fulfillment"]["tracking_url"] == "thetracker.example/1"
    assert api.get(path)["fulfillment"]["receipt"] == {"a": 1}
    api.refused("PUT", path, {"fulfillment": {"status": "packed"}})
    key = made["fulfillment_line_item_ids"][0]
    api.refused("PUT", f"/fulfillment_line_items/{key}", {"fulfillment_line_item": {"quantity": 1}})
    everything = api.get(path)
    whole = {**everything["fulfillment"], "fulfillment_line_items": everything["fulfillment_line_items"]}
    assert api("PUT", path, {"fulfillment": whole}).status_code == 204


def test_packed_lines_can_be_changed(api: Client) -> None:
    """While packed, quantities change by nested lines or on their own, and the last line stays."""
    order = api.order(api.line("MUG-BLUE", 5), api.line("MUG-RED", 1), status="finalized")
    made = packed(api, order)
    key = made["fulfillment_line_item_ids"][0]
    api.put(f"/fulfillments/{made['id']}", "fulfillment", fulfillment_line_items=[{"id": key, "quantity": 2}])
    assert api.get(f"/fulfillment_line_items/{key}")["fulfillment_line_item"]["quantity"] == "2.0"
    assert api.get(f"/orders/{order['id']}")["order"]["packed_status"] == "partial"
    other = made["fulfillment_line_item_ids"][1]
    assert api("DELETE", f"/fulfillment_line_items/{other}").status_code == 204
    api.refused("DELETE", f"/fulfillment_line_items/{key}", None)


def test_actions_do_the_whole_order_in_one_call(api: Client) -> None:
    """invoice, pay, pack and fulfil each answer with what they made; twice there is nothing left."""
    order = api.order(api.line("MUG-BLUE", 2), {"freeform": True, "label": "Fee", "price": 1}, status="finalized")
    path = f"/orders/{order['id']}"

    def act(name: str, body: Json | None = None) -> Json:
        answer = api("POST", f"{path}/actions/{name}", body)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    assert act("pack", {"fulfillment": {"notes": "fragile"}})["fulfillment"]["notes"] == "fragile"
    invoice = act("invoice", {"invoice": {"due_at": "2021-05-01"}})["invoice"]
    assert (invoice["cached_total"], invoice["due_at"]) == ("23.73", "2021-05-01")
    payment = act("pay", {"payment": {"payment_method_name": "cash", "paid_at": "30 Mar 2021"}})["payment"]
    assert payment["amount"] == "23.73"
    assert payment["paid_at"] == "2021-03-30T00:00:00.000Z"
    shipped = act("fulfil", {"fulfillment": {"tracking_number": "T1"}})["fulfillment"]
    assert (shipped["status"], shipped["tracking_number"]) == ("fulfilled", "T1")
    for name in ("pack", "invoice", "pay", "fulfil"):
        api.refused("POST", f"{path}/actions/{name}", None)
    after = api.get(path)["order"]
    assert (after["status"], after["payment_status"], after["invoice_status"], after["packed_status"]) == (
        "fulfilled",
        "paid",
        "invoiced",
        "packed",
    )
    assert after["invoice_numbers"] == {str(invoice["id"]): "INV0001"}


def test_what_has_left_stays_where_it_left_from(api: Client) -> None:
    """A packed parcel may change its location, a shipped one not; none may lose it."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    lines = [{"order_line_item_id": order["order_line_item_ids"][0], "quantity": 1}]
    made = api.post("/fulfillments", "fulfillment", order_id=order["id"], fulfillment_line_items=lines)
    path = f"/fulfillments/{made['id']}"
    api.put(path, "fulfillment", stock_location_id=2)
    blank = api.refused("PUT", path, {"fulfillment": {"stock_location_id": None}})
    assert blank == {"errors": {"stock_location": ["can't be blank"]}}
    api.put(path, "fulfillment", status="fulfilled", stock_location_id=1)
    locked = api.refused("PUT", path, {"fulfillment": {"stock_location_id": 2}})
    assert locked == {"errors": {"base": ["Fulfillment can no longer be edited"]}}
    assert [level["stock_on_hand"] for level in api.variant("MUG-BLUE")["locations"]] == ["119", "30"]
    api.put(path, "fulfillment", tracking_number="1Z", stock_location_id=1)


def test_only_a_finalized_order_is_shipped_from(api: Client) -> None:
    """A parcel that was packed before its order went back to a draft does not leave."""
    order = api.order(api.line("MUG-BLUE"), status="finalized")
    key = api("POST", f"/orders/{order['id']}/actions/pack").json()["fulfillment"]["id"]
    api.sandbox.set_switch("allow_status_revert", True)
    api.put(f"/orders/{order['id']}", "order", status="draft")
    refused = api.refused("PUT", f"/fulfillments/{key}", {"fulfillment": {"status": "fulfilled"}})
    assert refused == {"errors": {"order": ["must be finalized"]}}
    api.put(f"/fulfillments/{key}", "fulfillment", tracking_number="1Z")


def test_what_was_packed_keeps_its_variant(api: Client) -> None:
    """Where finalized orders are editable, a packed line's quantity and price change, its variant does not."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    line = order["order_line_item_ids"][0]
    api("POST", f"/orders/{order['id']}/actions/pack").raise_for_status()
    api.sandbox.set_switch("finalized_orders_editable", True)
    api.put(f"/order_line_items/{line}", "order_line_item", quantity=3, price=1)
    for change in ({"variant_id": 2}, {"variant_id": None, "freeform": True}):
        refused = api.refused("PUT", f"/order_line_items/{line}", {"order_line_item": change})
        assert refused == {"errors": {"base": ["Order can no longer be edited"]}}


def test_deleting_an_order_that_was_shipped_from_voids_it(api: Client) -> None:
    """Where active orders are shipped, deleting one brings its goods back."""
    api.sandbox.set_switch("require_finalized", False)
    order = api.order(api.line("MUG-BLUE", 2), api.line("MUG-RED", 1))
    lines = [{"order_line_item_id": order["order_line_item_ids"][0]}]
    given = {"order_id": order["id"], "status": "fulfilled", "fulfillment_line_items": lines}
    parcel = api.post("/fulfillments", "fulfillment", **given)
    assert api.stock("MUG-BLUE") == ("148", "0", "148")
    assert api("DELETE", f"/orders/{order['id']}").status_code == 204
    assert api.get(f"/orders/{order['id']}")["order"]["status"] == "void"
    assert api.get(f"/fulfillments/{parcel['id']}")["fulfillment"]["status"] == "void"
    assert (api.stock("MUG-BLUE"), api.stock("MUG-RED")[1]) == (("150", "0", "150"), "0")
