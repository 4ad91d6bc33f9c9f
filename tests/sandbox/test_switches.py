"""Each switch has two positions, and both work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.sandbox.support import Client
from tradegecko_bridge.sandbox import Sandbox, Switches

Open = Callable[..., Client]


@pytest.fixture
def switched() -> Iterator[Open]:
    """Opens a client of a sandbox with some switches turned."""
    with ExitStack() as stack:

        def open_client(**switches: Any) -> Client:
            sandbox = stack.enter_context(Sandbox(switches=switches))
            client = Client(sandbox)
            stack.callback(client.close)
            return client

        yield open_client


def test_unknown_switches_and_values_are_refused() -> None:
    """A misspelt switch or a value of the wrong kind is a ValueError that names it."""
    for given in ({"no_such": True}, {"conditional_get": 1}, {"default_order_status": "fulfilled"}):
        with pytest.raises(ValueError, match=next(iter(given))):
            Switches.of(given)


def test_order_switches(switched: Open) -> None:
    """Default status, duplicate numbers, substring filter, issue date, reverting and deletion."""
    api = switched(
        default_order_status="active", reject_duplicate_order_numbers=True, order_number_filter_substring=True,
        allow_status_revert=True, delete_active_order_voids=True, void_action_returns_order=True,
    )  # fmt: skip
    made = api.post("/orders", "order", company_id=2, shipping_address_id=1, order_number="WEB-10")
    assert made["status"] == "active"
    twin = {"order": {"company_id": 2, "shipping_address_id": 1, "order_number": "web-10"}}
    assert api.refused("POST", "/orders", twin) == {"errors": {"order_number": ["has already been taken"]}}
    api.put(f"/orders/{made['id']}", "order", order_number="WEB-10", notes="same number again")
    assert api.ids("/orders", order_number="EB-1") == [made["id"]]
    api.put(f"/orders/{made['id']}", "order", status="draft")
    api.put(f"/orders/{made['id']}", "order", status="active")
    assert api("DELETE", f"/orders/{made['id']}").status_code == 204
    assert api.get(f"/orders/{made['id']}")["order"]["status"] == "void"
    other = api.order()
    assert api("POST", f"/orders/{other['id']}/actions/void").json()["order"]["status"] == "void"
    strict = switched(require_issued_at=True)
    body = {"order": {"company_id": 2, "shipping_address_id": 1}}
    assert strict.refused("POST", "/orders", body) == {"errors": {"issued_at": ["can't be blank"]}}


def test_fulfilment_switches(switched: Open) -> None:
    """Finalizing implicitly or not at all, shipping too much, bodies on PUT, editing finalized orders."""
    api = switched(
        actions_finalize_order=True, allow_over_fulfillment=True, allow_over_invoicing=True,
        fulfillment_put_returns_body=True, fulfillment_without_lines_is_400=True, finalized_orders_editable=True,
    )  # fmt: skip
    order = api.order(api.line("MUG-BLUE", 1))
    path, key = f"/orders/{order['id']}", order["order_line_item_ids"][0]
    assert api("POST", f"{path}/actions/invoice").status_code == 201
    assert api.get(path)["order"]["status"] == "finalized"
    api.put(path, "order", order_line_items=[api.line("MUG-RED")])
    line = [{"order_line_item_id": key, "quantity": 5}]
    made = api.post("/fulfillments", "fulfillment", order_id=order["id"], fulfillment_line_items=line)
    answer = api("PUT", f"/fulfillments/{made['id']}", {"fulfillment": {"status": "fulfilled"}})
    assert (answer.status_code, list(answer.json())) == (200, ["fulfillment_line_items", "fulfillment"])
    assert api.stock("MUG-BLUE") == ("145", "0", "145")
    api.post("/invoices", "invoice", order_id=order["id"], invoice_line_items=line)
    api.refused("POST", "/fulfillments", {"fulfillment": {"order_id": order["id"]}}, 400)
    lenient = switched(require_finalized=False)
    order = lenient.order(lenient.line("MUG-BLUE", 1))
    assert lenient("POST", f"/orders/{order['id']}/actions/pack").status_code == 201


def test_stock_switches(switched: Open) -> None:
    """Stock changes may leave variants' updated_at alone; adjustments may insist on a reason."""
    api = switched(stock_change_touches_variant=False, require_adjustment_reason=True)
    before = api.variant("MUG-BLUE")["updated_at"]
    api.order(api.line("MUG-BLUE", 3))
    after = api.variant("MUG-BLUE")
    assert (after["committed_stock"], after["updated_at"]) == ("3", before)
    errors = api.refused("POST", "/stock_adjustments", {"stock_adjustment": {"stock_location_id": 1}})
    assert errors == {"errors": {"reason": ["can't be blank"]}}


def test_protocol_switches(switched: Open) -> None:
    """Keys that survive failure, a strict limit, no unwrapped PUT, /ajax paths, conditional GET."""
    api = switched(
        idempotency_key_burnt_by_failure=False, limit_over_max_is_400=True, unwrapped_put_accepted=False,
        ajax_paths_served=True, conditional_get=True,
    )  # fmt: skip
    keyed = {"headers": {"Idempotency-Key": "k"}}
    assert api("POST", "/products", {"product": {"name": ""}}, **keyed).status_code == 422
    assert api("POST", "/products", {"product": {"name": "x"}}, **keyed).status_code == 201
    assert api("POST", "/products", {"product": {"name": "x"}}, **keyed).status_code == 400
    assert api("GET", "/products?limit=251").status_code == 400
    assert api("GET", "/products?limit=250").status_code == 200
    assert api("PUT", "/companies/2", {"phone_number": "1"}).status_code == 400
    tag = api("GET", "/ajax/products/1").headers["ETag"]
    again = api("GET", "/products/1", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_order_numbers_can_be_looked_for_case_by_case(api: Client) -> None:
    """The whole number whatever its case, or only as it is written; parts of it follow the same choice."""
    key = api.order(order_number="WEB-7")["id"]
    assert api.ids("/orders", order_number="web-7") == [key]
    api.sandbox.set_switch("order_number_filter_case_sensitive", True)
    assert api.ids("/orders", order_number="web-7") == []
    assert api.ids("/orders", order_number="WEB-7") == [key]
    api.sandbox.set_switch("order_number_filter_substring", True)
    assert api.ids("/orders", order_number="EB-7") == [key]
    assert api.ids("/orders", order_number="eb-7") == []


def test_numbers_of_void_orders_are_taken_or_free(api: Client) -> None:
    """Where duplicate numbers are refused, those of void and deleted orders may be given again or not."""
    api.sandbox.set_switch("reject_duplicate_order_numbers", True)
    for status in ("active", "finalized"):
        api("DELETE", f"/orders/{api.order(status=status, order_number=status)['id']}").raise_for_status()
    again = [
        {"order": {"company_id": 2, "shipping_address_id": 1, "order_number": number}}
        for number in ("active", "finalized")
    ]
    for body in again:
        assert api.refused("POST", "/orders", body) == {"errors": {"order_number": ["has already been taken"]}}
    api.sandbox.set_switch("void_orders_block_numbers", False)
    for body in again:
        assert api("POST", "/orders", body).status_code == 201
        assert api("POST", "/orders", body).status_code == 422


def test_lists_of_orders_may_show_what_was_deleted(api: Client) -> None:
    """Deleted and void orders are left out, or there as in 2014, counted and on their pages."""
    gone, void, left = api.order()["id"], api.order(status="finalized")["id"], api.order()["id"]
    for key in (gone, void):
        assert api("DELETE", f"/orders/{key}").status_code == 204
    assert api.get("/orders") == {"orders": [api.get(f"/orders/{left}")["order"]], "meta": {"total": 1}}
    api.sandbox.set_switch("deleted_orders_listed", True)
    assert api.ids("/orders") == [left, void, gone]
    assert api.ids("/orders", limit=1, page=2) == [void]
    assert api.get("/orders?limit=0")["meta"] == {"total": 3}
    assert api.ids("/orders", company_id=2, status="active") == [left]


@pytest.mark.parametrize(
    ("fields", "message", "name"),
    [
        ({"company_id": 999, "shipping_address_id": 1}, "Couldn't find Company with 'id'=999", "company"),
        ({"company_id": "x", "shipping_address_id": 1}, "Couldn't find Company with 'id'=x", "company"),
        ({"company_id": 2, "shipping_address_id": 2}, "Couldn't find Address with 'id'=2", "shipping_address"),
        (
            {"company_id": 2, "shipping_address_id": 1, "billing_address_id": 99},
            "Couldn't find Address with 'id'=99",
            "billing_address",
        ),
    ],
)
def test_unknown_companies_and_addresses_are_not_found_or_blank(
    api: Client, fields: dict[str, Any], message: str, name: str
) -> None:
    """An order that names a company or an address there is not: 404, or 422 as for other references."""
    assert api.refused("POST", "/orders", {"order": fields}, 404) == {"type": "Not Found", "message": message}
    api.sandbox.set_switch("unknown_order_parties_are_422", True)
    assert api.refused("POST", "/orders", {"order": fields}) == {"errors": {name: ["can't be blank"]}}
    assert api.ids("/orders") == []


def test_unknown_addresses_on_updates(api: Client) -> None:
    """The same choice when an order is changed."""
    path = f"/orders/{api.order()['id']}"
    assert api.refused("PUT", path, {"order": {"shipping_address_id": 2}}, 404)["type"] == "Not Found"
    api.sandbox.set_switch("unknown_order_parties_are_422", True)
    errors = api.refused("PUT", path, {"order": {"shipping_address_id": 2}})
    assert errors == {"errors": {"shipping_address": ["can't be blank"]}}


def test_locked_orders_refuse_with_422_or_400(api: Client) -> None:
    """What may not change on a finalized order is refused on the order, by its lines, and for new lines."""
    order = api.order(api.line("MUG-BLUE"), status="finalized")
    path, line = f"/orders/{order['id']}", order["order_line_item_ids"][0]
    tries = [
        ("PUT", path, {"order": {"company_id": 3}}),
        ("PUT", path, {"order": {"order_line_items": [{"variant_id": 1, "price": 1}]}}),
        ("PUT", f"/order_line_items/{line}", {"order_line_item": {"quantity": 9}}),
        ("DELETE", f"/order_line_items/{line}", None),
    ]
    for method, where, body in tries:
        assert api.refused(method, where, body)["errors"] == {"base": ["Order can no longer be edited"]}
    api.sandbox.set_switch("locked_order_is_400", True)
    refused = {"type": "Bad Request", "message": "Order can no longer be edited"}
    for method, where, body in tries:
        assert api.refused(method, where, body, 400) == refused


def test_lines_may_need_price_and_tax_type(api: Client) -> None:
    """Price list and default tax fill them in, or both have to be sent, nested and alone."""
    key = api.order({"variant_id": 1})["id"]
    api.sandbox.set_switch("require_line_price", True)
    given = {"order_id": key, "variant_id": 1}
    errors = api.refused("POST", "/order_line_items", {"order_line_item": given})
    assert errors == {"errors": {"price": ["can't be blank"], "tax_type": ["can't be blank"]}}
    nested = {"company_id": 2, "shipping_address_id": 1, "order_line_items": [{"variant_id": 1, "tax_type_id": 3}]}
    errors = api.refused("POST", "/orders", {"order": nested})
    assert errors == {"errors": {"order_line_items.price": ["can't be blank"]}}
    api.post("/order_line_items", "order_line_item", **given, price="1", tax_type_id=3)


def test_actions_answer_201_or_200(api: Client) -> None:
    """What an action made comes with 201, or with 200."""
    first, second = (api.order(api.line("MUG-BLUE"), status="finalized")["id"] for _ in range(2))
    assert api("POST", f"/orders/{first}/actions/pack").status_code == 201
    api.sandbox.set_switch("actions_answer_200", True)
    answer = api("POST", f"/orders/{second}/actions/pack")
    assert (answer.status_code, answer.json()["fulfillment"]["status"]) == (200, "packed")


def test_fulfill_with_two_ls(api: Client) -> None:
    """An unknown route, or the same as with one."""
    key = api.order(api.line("MUG-BLUE"), status="finalized")["id"]
    path = f"/orders/{key}/actions/fulfill"
    assert api("POST", path).status_code == 404
    api.sandbox.set_switch("fulfill_action_with_two_ls", True)
    tracking = {"fulfillment": {"tracking_number": "T1"}}
    assert api("POST", path, tracking).json()["fulfillment"]["tracking_number"] == "T1"
    assert api.get(f"/orders/{key}")["order"]["status"] == "fulfilled"


def test_labels_and_codes_may_be_unique(api: Client) -> None:
    """Labels of addresses and locations are taken once, codes of companies are not; each can be the other way."""
    address = {"address": {"company_id": 2, "label": "Shop", "address1": "x"}}
    location = {"location": {"label": "Main Warehouse", "address1": "x", "country": "CA"}}
    company = {"company": {"name": "A", "company_type": "business", "company_code": "C-1"}}
    taken = {"errors": {"label": ["has already been taken"]}}
    assert api.refused("POST", "/addresses", address) == taken
    assert api.refused("POST", "/locations", location) == taken
    keys = [api("POST", "/companies", company).json()["company"]["id"] for _ in range(2)]
    api.sandbox.instance.set_switches({"labels_are_unique": False, "company_codes_are_unique": True})
    assert api("POST", "/addresses", address).status_code == 201
    assert api("POST", "/locations", location).status_code == 201
    assert api.refused("POST", "/companies", company) == {"errors": {"company_code": ["has already been taken"]}}
    for key in keys:
        assert api("DELETE", f"/companies/{key}").status_code == 204
    api("POST", "/companies", company).raise_for_status()


def test_purchase_orders_may_need_their_dates(api: Client) -> None:
    """Dates and tax treatment have defaults, or have to be sent."""
    made = api.post("/purchase_orders", "purchase_order", company_id=5)
    assert (made["issued_at"], made["due_at"], made["payment_due_at"]) == ("2021-03-01", "2021-03-15", "2021-03-15")
    api.sandbox.set_switch("require_purchase_order_dates", True)
    errors = api.refused("POST", "/purchase_orders", {"purchase_order": {"company_id": 5}})["errors"]
    assert errors == {key: ["can't be blank"] for key in ("due_at", "payment_due_at", "tax_treatment", "issued_at")}
    dates = dict.fromkeys(("due_at", "payment_due_at", "issued_at"), "2021-03-20")
    api.post("/purchase_orders", "purchase_order", company_id=5, tax_treatment="inclusive", **dates)


def test_adjustment_reasons(api: Client) -> None:
    """Six reasons to read, which adjustments refer to; or no such address."""
    reasons = api.get("/stock_adjustment_reasons")["stock_adjustment_reasons"]
    assert [row["reason_code"] for row in reversed(reasons)] == [
        "supplier", "customer", "damaged", "shrinkage", "promotion", "production",
    ]  # fmt: skip
    assert list(reasons[0]) == ["id", "name", "reason_code", "default_quantity", "is_system", "status"]
    assert {row["default_quantity"] for row in reasons} == {-1, 1}
    damaged = api.get("/stock_adjustment_reasons/3")["stock_adjustment_reason"]
    made = api.post("/stock_adjustments", "stock_adjustment", reason="damaged")
    assert (made["stock_adjustment_reason_id"], made["reason_label"]) == (damaged["id"], damaged["name"])
    assert api.post("/stock_adjustments", "stock_adjustment", stock_adjustment_reason_id=4)["reason"] == "shrinkage"
    assert api.ids("/stock_adjustments", stock_adjustment_reason_id=3) == [made["id"]]
    errors = api.refused("POST", "/stock_adjustments", {"stock_adjustment": {"stock_adjustment_reason_id": 99}})
    assert errors == {"errors": {"stock_adjustment_reason": ["can't be blank"]}}
    api.sandbox.set_switch("adjustment_reasons_served", False)
    for path in ("/stock_adjustment_reasons", "/stock_adjustment_reasons/3"):
        assert api("GET", path).headers["Content-Type"].startswith("text/html")


def test_adjustments_may_be_reverted(api: Client) -> None:
    """No such action, or a second adjustment with the opposite lines, as documented for a year."""
    line = {"variant_id": 1, "quantity": 50, "price": "8.5"}
    made = api.post("/stock_adjustments", "stock_adjustment", reason="supplier", stock_adjustment_line_items=[line])
    path = f"/stock_adjustments/{made['id']}/actions/revert"
    assert api("POST", path).status_code == 404
    api.sandbox.set_switch("adjustment_revert_action", True)
    answer = api("POST", path)
    mirrored = answer.json()["stock_adjustment"]
    assert (answer.status_code, mirrored["cached_quantity"], mirrored["cached_total"]) == (201, "-50.0", "-425.0")
    assert mirrored["notes"] == f"Reversal of Stock Adjustment #{made['adjustment_number']}"
    assert api.stock("MUG-BLUE")[0] == "150"
