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
