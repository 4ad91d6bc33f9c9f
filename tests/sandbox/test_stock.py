"""Stock: what moves it, bundles, and books that add up whatever happens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.support import Client


def test_stock_is_committed_from_active_on(api: Client) -> None:
    """Drafts commit nothing, active orders do, finalizing changes nothing."""
    order = api.order(api.line("TEE-M", 5), status="draft")
    assert api.stock("TEE-M") == ("80", "0", "80")
    for status in ("active", "finalized"):
        api.put(f"/orders/{order['id']}", "order", status=status)
        assert api.stock("TEE-M") == ("80", "5", "75")


def test_numbers_travel_as_integer_like_text(api: Client) -> None:
    """Stock has no forced decimals; a location where nothing was ever committed shows null."""
    api.order(api.line("TEE-M", "2.5"))
    row = api.variant("TEE-M")
    assert (row["stock_on_hand"], row["committed_stock"], row["available_stock"]) == ("80", "2.5", "77.5")
    assert [level["committed"] for level in row["locations"]] == ["2.5", None]
    assert row["stock_levels"] == {"1": "60.0", "2": "20.0"}
    assert row["committed_stock_levels"] == {"1": "2.5"}
    level = api.get(f"/stock_levels/{row['id']}")["stock_level"]
    assert list(level["locations"][0]) == ["location_id", "committed", "incoming", "stock_on_hand"], "as in the sample"
    assert list(row["locations"][0]) == [
        "location_id", "stock_on_hand", "committed", "incoming", "bin_location", "reorder_point",
        "production_committed", "production_incoming", "available",
    ]  # fmt: skip
    assert level["variant_id"] == row["id"]
    assert level["locations"][1] == {"location_id": 2, "stock_on_hand": "20", "committed": 0, "incoming": 0}


def test_stock_may_go_below_zero(api: Client) -> None:
    """Nothing stops an order for more than there is, nor its shipment."""
    order = api.order(api.line("PIN-FOX", 5), status="finalized")
    assert api.stock("PIN-FOX") == ("3", "5", "-2")
    api("POST", f"/orders/{order['id']}/actions/fulfil").raise_for_status()
    assert api.stock("PIN-FOX") == ("-2", "0", "-2")


def test_bundles_are_computed_from_their_components(api: Client) -> None:
    """A bundle has what its scarcest component allows, per location; selling it commits components."""
    assert api.stock("MUG-SET") == ("47", "0", "47")
    bundle = api.variant("MUG-SET")
    assert [level["stock_on_hand"] for level in bundle["locations"]] == ["40", "7"]
    assert bundle["moving_average_cost"] is None
    assert set(bundle["committed_stock_levels"].values()) == {"-0.0"}
    order = api.order(api.line("MUG-SET", 3), status="finalized")
    assert (api.stock("MUG-BLUE")[1], api.stock("MUG-RED")[1]) == ("6", "6")
    assert api.stock("MUG-SET") == ("47", "3", "44")
    api("POST", f"/orders/{order['id']}/actions/fulfil").raise_for_status()
    assert (api.stock("MUG-BLUE")[0], api.stock("MUG-RED")[0]) == ("144", "89")
    assert api.stock("MUG-SET") == ("44", "0", "44")
    api.order(api.line("MUG-RED", 5))
    assert api.stock("MUG-SET") == ("44", "3", "41")


def test_composition_lists_the_parts(api: Client) -> None:
    """/variants/composition has a row per component, by bundle, SKU or component, with sideloads."""
    rows = api.get("/variants/composition")["composition"]
    assert [(r["bundle_sku"], r["component_sku"], r["quantity"]) for r in rows] == [
        ("MUG-SET", "MUG-BLUE", "2.0"),
        ("MUG-SET", "MUG-RED", "2.0"),
    ]
    assert list(rows[0]) == ["bundle_id", "bundle_sku", "component_id", "component_sku", "quantity"]
    shown = api.get(f"/variants/composition/{rows[0]['bundle_id']}", include="bundle,component")
    assert list(shown) == ["variants", "composition"]
    assert len(shown["variants"]) == 3
    assert len(api.get("/variants/composition", component_id=rows[1]["component_id"])["composition"]) == 1
    assert api.get("/variants/composition", sku="NONE")["composition"] == []


def test_adjustments_work_at_once_and_are_taken_back_by_delete(api: Client) -> None:
    """An adjustment moves stock when made, feeds the average cost, and DELETE reverses it."""
    mug = api.variant("MUG-BLUE")
    line = {"variant_id": mug["id"], "quantity": "50", "price": "8.5"}
    made = api.post(
        "/stock_adjustments",
        "stock_adjustment",
        stock_location_id=1,
        reason="supplier",
        stock_adjustment_line_items=[line],
    )
    assert made["adjustment_number"].startswith("SA00")
    assert (made["cached_quantity"], made["cached_total"]) == ("50.0", "425.0")
    after = api.variant("MUG-BLUE")
    assert (after["stock_on_hand"], after["moving_average_cost"], after["last_cost_price"]) == (
        "200",
        "7",
        "8.5",
    )
    assert after["updated_at"] > mug["updated_at"]
    taken = {"stock_adjustment_id": made["id"], "variant_id": mug["id"], "quantity": -10}
    api.post("/stock_adjustment_line_items", "stock_adjustment_line_item", **taken)
    assert api.stock("MUG-BLUE")[0] == "190"
    for _ in range(2):
        assert api("DELETE", f"/stock_adjustments/{made['id']}").status_code == 204
    assert api.stock("MUG-BLUE")[0] == "150"
    assert made["id"] not in api.ids("/stock_adjustments")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({"stock_adjustment_line_items": [{"variant_id": 999, "quantity": 1}]}, "stock_adjustment_line_items.variant"),
        ({"stock_adjustment_line_items": [{"variant_id": 1, "quantity": 1}]}, "stock_adjustment_line_items.price"),
        ({"stock_adjustment_line_items": [{"variant_id": 3, "quantity": -1}]}, "stock_adjustment_line_items.variant"),
    ],
)
def test_bad_adjustments_are_refused(api: Client, fields: dict[str, Any], field: str) -> None:
    """Reasons outside the list, unknown variants, receipts without a cost and bundles are refused."""
    errors = api.refused("POST", "/stock_adjustments", {"stock_adjustment": fields})
    assert list(errors["errors"]) == [field]


def test_gift_cards_have_no_stock(api: Client) -> None:
    """A variant that does not manage stock is sold and shipped without any."""
    order = api.order(api.line("GIFT-50", 2), status="finalized")
    api("POST", f"/orders/{order['id']}/actions/fulfil").raise_for_status()
    assert api.stock("GIFT-50") == ("0", "0", "0")
    assert api.get(f"/orders/{order['id']}")["order"]["status"] == "fulfilled"


def test_stock_cannot_be_set(api: Client) -> None:
    """Stock sent on PUT is ignored with 204; only bins and reorder points of a location are taken."""
    mug = api.variant("MUG-BLUE")
    level = {"location_id": 2, "stock_on_hand": "999", "bin_location": "B-7", "reorder_point": 5}
    api.put(f"/variants/{mug['id']}", "variant", stock_on_hand="999", locations=[level])
    after = api.variant("MUG-BLUE")
    assert after["stock_on_hand"] == "150"
    assert (after["locations"][1]["bin_location"], after["locations"][1]["reorder_point"]) == ("B-7", "5")
