"""The warehouse's side: goods come in, orders are packed and shipped, through the same rules as the API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.receiver import Receiver
from tests.sandbox.support import Client, Json, eventually
from tradegecko_bridge.sandbox import Sandbox


@pytest.fixture
def order(api: Client) -> Json:
    """A finalized order: three blue mugs, one set, two tees, and a text line."""
    lines = (api.line("MUG-BLUE", 3), api.line("MUG-SET", 1), api.line("TEE-S", 2))
    text = {"freeform": True, "label": "Shipping", "price": "5", "quantity": 1}
    return api.order(*lines, text, status="finalized", order_number="WEB-1")


def tell(api: Client, work: str, **given: Any) -> httpx.Response:
    """Ask for work over HTTP, without a token."""
    return httpx.post(f"{api.sandbox.base_url}/_sandbox/warehouse/{work}", json=given, verify=False)


def status(api: Client, order: Json) -> tuple[str, str, str]:
    """How far an order is."""
    shown = api.get(f"/orders/{order['id']}")["order"]
    return shown["status"], shown["packed_status"], shown["fulfillment_status"]


def test_goods_arrive_by_an_adjustment(api: Client) -> None:
    """By SKU or id, at the primary location or another by label or id, at a cost or at what such goods cost."""
    made = api.sandbox.receive_stock("MUG-RED", 24)
    shown = api.get(f"/stock_adjustments/{made['id']}", include="stock_adjustment_line_items")
    assert shown["stock_adjustment"] == made
    (line,) = shown["stock_adjustment_line_items"]
    assert (line["variant_id"], line["quantity"]) == (2, "24.0")
    assert line["price"] == f"{float(api.variant('MUG-RED')['moving_average_cost'])}"
    before = api.variant("MUG-RED")["stock_on_hand"]
    for location in (2, "2", api.get("/locations/2")["location"]["label"]):
        assert api.sandbox.receive_stock(2, "0.5", location=location, cost="9.99")["stock_location_id"] == 2
    assert float(api.variant("MUG-RED")["stock_on_hand"]) == float(before) + 1.5
    assert api.variant("MUG-RED")["last_cost_price"] == "9.99"


def test_purchase_orders_arrive(api: Client) -> None:
    """By number or id, whole; a second time there is nothing left."""
    line = {"variant_id": 1, "quantity": 5, "price": 3}
    given = {"company_id": 5, "status": "active", "purchase_order_line_items": [line]}
    one = api.post("/purchase_orders", "purchase_order", **given)
    two = api.post("/purchase_orders", "purchase_order", **given, order_number="77")
    assert api.sandbox.receive_purchase_order(one["order_number"])["purchase_order_id"] == one["id"]
    assert api.sandbox.receive_purchase_order("77")["purchase_order_id"] == two["id"]
    assert api.variant("MUG-BLUE")["stock_on_hand"] == "160"
    with pytest.raises(ValueError, match="Nothing left to receive"):
        api.sandbox.receive_purchase_order(two["id"])
    with pytest.raises(ValueError, match="there is no purchase order 'PO9'"):
        api.sandbox.receive_purchase_order("PO9")


def test_an_order_is_packed_and_shipped(api: Client, order: Json) -> None:
    """Packing leaves stock where it is; shipping packs the rest, takes all along and says what left."""
    packed = api.sandbox.pack("web-1", {"MUG-BLUE": 2}, notes="fragile")
    assert (packed["status"], packed["notes"], packed["order_number"]) == ("packed", "fragile", "WEB-1")
    assert status(api, order) == ("finalized", "partial", "unshipped")
    assert api.stock("MUG-BLUE") == ("150", "5", "145")
    left = api.sandbox.ship(order["id"], tracking_number="1Z", tracking_company="UPS", service="Ground")
    assert [row["status"] for row in left] == ["fulfilled", "fulfilled"]
    assert {(row["tracking_number"], row["tracking_company"], row["service"]) for row in left} == {
        ("1Z", "UPS", "Ground")
    }
    assert left[0]["id"] == packed["id"]
    assert status(api, order) == ("fulfilled", "packed", "shipped")
    assert api.stock("MUG-BLUE") == ("145", "0", "145")
    with pytest.raises(ValueError, match="Nothing left to fulfil"):
        api.sandbox.ship("WEB-1")


def test_some_of_an_order_is_shipped(api: Client, order: Json) -> None:
    """By SKU, variant or line; a parcel by its id; the same SKU on two lines is taken from one after the other."""
    api.sandbox.set_switch("finalized_orders_editable", True)
    api.put(f"/orders/{order['id']}", "order", order_line_items=[api.line("TEE-S", 4)])
    tees = [
        row["id"] for row in api.get("/order_line_items", variant_id=api.variant("TEE-S")["id"])["order_line_items"]
    ]
    (one,) = api.sandbox.ship("WEB-1", {"TEE-S": 5, "MUG-SET": 1}, location="2", tracking_url="http://t/1")
    sent = {row["order_line_item_id"]: row["quantity"] for row in
            api.get(f"/fulfillments/{one['id']}")["fulfillment_line_items"]}  # fmt: skip
    assert [sent[key] for key in sorted(tees)] == ["2.0", "3.0"]
    assert (one["stock_location_id"], one["tracking_url"]) == (2, "http://t/1")
    rest = [{"variant_id": 1, "quantity": 1}, {"order_line_item_id": order["order_line_item_ids"][0], "quantity": 1}]
    parcel = api.sandbox.pack("WEB-1", rest)
    (shipped,) = api.sandbox.ship(fulfillment=parcel["id"], tracking_number="1Z")
    assert (shipped["id"], shipped["status"], shipped["tracking_number"]) == (parcel["id"], "fulfilled", "1Z")
    assert len(api.sandbox.ship("WEB-1", [{"sku": "MUG-BLUE"}, {"sku": "TEE-S"}])) == 1
    assert status(api, order) == ("fulfilled", "packed", "shipped")


def test_only_what_leaves_now_is_told(api: Client, order: Json) -> None:
    """What was shipped before is not among the parcels that leave with the rest."""
    (first,) = api.sandbox.ship("WEB-1", {"TEE-S": 1})
    (second,) = api.sandbox.ship("WEB-1")
    assert second["id"] != first["id"]
    assert status(api, order) == ("fulfilled", "packed", "shipped")


def test_archived_variants_do_not_make_a_sku_ambiguous(api: Client) -> None:
    """Once one of two twins is archived, the SKU means the other."""
    gone, left = twins(api)
    assert api("DELETE", f"/variants/{gone}").status_code == 204
    made = api.sandbox.receive_stock("DUP-SKU", 5)
    assert (
        api.get("/stock_adjustment_line_items", stock_adjustment_id=made["id"])["stock_adjustment_line_items"][0][
            "variant_id"
        ]
        == left
    )


def test_an_order_may_be_finalized_on_the_way(api: Client) -> None:
    """With finalize, an active order or a draft is finalized first; without, it is refused by name."""
    made = api.order(api.line("MUG-BLUE"), status="draft", order_number="WEB-2")
    with pytest.raises(ValueError, match="order WEB-2 is draft; only finalized orders are packed and shipped"):
        api.sandbox.pack("WEB-2")
    assert len(api.sandbox.ship("WEB-2", finalize=True)) == 1
    assert status(api, made) == ("fulfilled", "packed", "shipped")
    other = api.order(api.line("MUG-BLUE"), order_number="WEB-3")
    api.sandbox.set_switch("require_finalized", False)
    assert api.sandbox.pack("WEB-3")["order_id"] == other["id"]


def test_over_http(api: Client, order: Json) -> None:
    """201 with the documents, neither counted nor logged, also when the account lapsed; webhooks hear of it."""
    receiver = Receiver()
    api.post("/webhooks", "webhook", event="fulfillment.fulfilled", address=receiver.address)
    api.sandbox.fault("GET", "/products", "duplicate_webhook")
    before = api("GET", "/products").headers["X-Rate-Limit-Remaining"]
    api.sandbox.set_switch("subscription_lapsed", True)
    for work, given, root in (
        ("receive", {"sku": "MUG-RED", "quantity": 1, "location": None}, "stock_adjustments"),
        ("pack", {"order": "WEB-1", "lines": {"TEE-S": 1}}, "fulfillments"),
        ("ship", {"order": order["id"], "tracking_number": "1Z"}, "fulfillments"),
    ):
        answer = tell(api, work, **given)
        assert (answer.status_code, list(answer.json())) == (201, [root]), answer.text
    api.sandbox.set_switch("subscription_lapsed", False)
    assert int(api("GET", "/products").headers["X-Rate-Limit-Remaining"]) == int(before) - 1
    assert [entry["path"] for entry in api.sandbox.requests()[-2:]] == ["/products", "/products"]
    eventually(lambda: len(api.sandbox.deliveries()) >= 2 and not api.sandbox.instance.deliveries.waiting())
    assert sorted(body["object_id"] for body in receiver.bodies()) == [1, 2]
    receiver.close()


def test_what_the_warehouse_cannot_do(api: Client, order: Json) -> None:
    """One clear line each, and nothing changes."""
    api.order(api.line("MUG-RED"), status="finalized", order_number="twin")
    api.order(api.line("MUG-RED"), status="finalized", order_number="TWIN")
    api.order(*({"variant_id": key, "quantity": 1, "price": 1} for key in twins(api)), status="finalized")
    ambiguous = "SKU 'DUP-SKU' is on variants {}, {}; say which by variant_id".format(*twins(api))
    before = [api.get(f"/{name}") for name in ("variants", "orders", "fulfillments", "stock_adjustments")]
    for work, given, reason in (
        ("receive", {}, "name a sku, a variant_id or a purchase_order"),
        ("receive", {"sku": "HAT", "quantity": 1}, "no variant has the SKU 'HAT'"),
        ("receive", {"sku": ["HAT"], "quantity": 1}, "no variant has the SKU ['HAT']"),
        ("receive", {"sku": "DUP-SKU", "quantity": 1}, ambiguous),
        ("receive", {"variant_id": 999, "quantity": 1}, "there is no variant 999"),
        ("receive", {"variant_id": True, "quantity": 1}, "there is no variant True"),
        ("receive", {"sku": "MUG-SET", "quantity": 1}, "variant 3 (MUG-SET) has no stock of its own"),
        ("receive", {"sku": "MUG-RED"}, "quantity must be a number above 0"),
        ("receive", {"sku": "MUG-RED", "quantity": 0}, "quantity must be a number above 0"),
        ("receive", {"sku": "MUG-RED", "quantity": "many"}, "quantity must be a number, not 'many'"),
        ("receive", {"sku": "MUG-RED", "quantity": [1]}, "quantity must be a number, not '[1]'"),
        ("receive", {"sku": "MUG-RED", "quantity": 1, "cost": -1}, "cost must be a number from 0"),
        ("receive", {"sku": "MUG-RED", "quantity": 1, "location": "Moon"}, "there is no location 'Moon'"),
        ("receive", {"sku": "MUG-RED", "quantity": 1, "location": 99}, "there is no location 99"),
        ("receive", {"purchase_order": "X"}, "there is no purchase order 'X'"),
        ("receive", {"purchase_order": 1, "quantity": 5},
         "unknown key 'quantity'; receiving a purchase order takes purchase_order"),
        ("receive", {"item": "MUG-RED"},
         "unknown key 'item'; receive takes sku, variant_id, quantity, location, cost, purchase_order"),
        ("pack", {}, "which order?"),
        ("pack", {"order": "X-1"}, "there is no order 'X-1'"),
        ("pack", {"order": 99}, "there is no order 99"),
        ("pack", {"order": [1]}, "there is no order [1]"),
        ("pack", {"order": "Twin"}, "number 'Twin' is on orders 2, 3; say which by its id"),
        ("pack", {"order": "WEB-1", "lines": {"HAT": 1}}, "order WEB-1 has no line with sku 'HAT'"),
        ("pack", {"order": "WEB-1", "lines": [{"variant_id": 999}]}, "order WEB-1 has no line with variant_id 999"),
        ("pack", {"order": 4, "lines": {"DUP-SKU": 1}}, ambiguous),
        ("pack", {"order": "WEB-1", "lines": {"MUG-BLUE": 4}},
         "order WEB-1: of sku 'MUG-BLUE' only 3 are not packed yet"),
        ("pack", {"order": "WEB-1", "lines": {"MUG-BLUE": 0}}, "quantity must be a number above 0"),
        ("pack", {"order": "WEB-1", "lines": []}, 'lines are {"SKU": quantity, ...} or a list of objects'),
        ("pack", {"order": "WEB-1", "lines": [5]}, "each line names one of sku, variant_id, order_line_item_id"),
        ("pack", {"order": "WEB-1", "lines": [{"sku": "TEE-S", "variant_id": 1}]},
         "each line names one of sku, variant_id, order_line_item_id"),
        ("pack", {"order": "WEB-1", "lines": [{"sku": "TEE-S", "units": 1}]},
         "unknown key 'units'; a line takes sku, variant_id, order_line_item_id, quantity"),
        ("pack", {"order": "WEB-1", "finalize": "yes"}, "finalize must be true or false"),
        ("pack", {"order": "WEB-1", "location": "Moon"}, "there is no location 'Moon'"),
        ("ship", {"fulfillment": 99}, "there is no fulfillment 99"),
        ("ship", {"fulfillment": 1, "lines": {"TEE-S": 1}}, "a fulfillment is shipped as it was packed, without lines"),
    ):  # fmt: skip
        answer = tell(api, work, **given)
        assert (answer.status_code, answer.json()) == (422, {"error": reason}), given
    assert [api.get(f"/{name}") for name in ("variants", "orders", "fulfillments", "stock_adjustments")] == before


def twins(api: Client) -> list[int]:
    """The two variants that share a SKU."""
    return sorted(api.ids("/variants", sku="DUP-SKU"))


def test_a_parcel_leaves_once_and_with_its_own_order(api: Client, order: Json) -> None:
    """A packed parcel is shipped by its id; another order's, or one that left, is refused."""
    api.order(api.line("MUG-RED"), status="finalized", order_number="WEB-2")
    parcel = api.sandbox.pack("WEB-1")
    with pytest.raises(ValueError, match="fulfillment 1 is of order WEB-1"):
        api.sandbox.ship("WEB-2", fulfillment=parcel["id"])
    api.sandbox.ship("WEB-1", fulfillment=parcel["id"])
    with pytest.raises(ValueError, match="fulfillment 1 is fulfilled"):
        api.sandbox.ship(fulfillment=parcel["id"])
    with pytest.raises(ValueError, match="order WEB-1: all of sku 'TEE-S' is packed"):
        api.sandbox.pack("WEB-1", [{"sku": "TEE-S"}])


def test_more_than_was_ordered_where_that_is_allowed(api: Client, order: Json) -> None:
    """With the switch, too many go on the last line."""
    api.sandbox.set_switch("allow_over_fulfillment", True)
    (sent,) = api.sandbox.ship("WEB-1", {"MUG-BLUE": 5})
    assert api.get(f"/fulfillments/{sent['id']}")["fulfillment_line_items"][0]["quantity"] == "5.0"


def test_the_warehouse_of_an_empty_account() -> None:
    """Without products there is nothing to receive."""
    with Sandbox(seed="empty") as sandbox, pytest.raises(ValueError, match="no variant has the SKU"):
        sandbox.receive_stock("MUG-RED", 1)
