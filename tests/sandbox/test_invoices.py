"""Invoices and payments."""

from __future__ import annotations

from tests.sandbox.support import Client


def test_invoices_carry_their_lines_and_follow_the_payment_term(api: Client) -> None:
    """An invoice sideloads its lines, is numbered, and is due by its term."""
    order = api.order(api.line("MUG-BLUE", 4), status="finalized")
    lines = [{"order_line_item_id": order["order_line_item_ids"][0], "quantity": 1}]
    answer = api(
        "POST",
        "/invoices",
        {"invoice": {"order_id": order["id"], "payment_term_id": 3, "invoice_line_items": lines}},
    )
    assert list(answer.json()) == ["invoice_line_items", "invoice"]
    invoice = answer.json()["invoice"]
    assert (invoice["invoice_number"], invoice["cached_total"], invoice["due_at"]) == (
        "INV0001",
        "11.3",
        "2021-04-15",
    )
    assert api.get(f"/orders/{order['id']}")["order"]["invoice_status"] == "partial"
    assert list(api.get("/invoices")) == ["invoice_line_items", "invoices"]
    assert api.ids("/invoices", invoice_number="INV0001", order_id=order["id"]) == [invoice["id"]]


def test_invoices_need_an_order_and_lines(api: Client) -> None:
    """No order is 404; no lines is 400 naming the root; too many units are 422."""
    answer = api.refused("POST", "/invoices", {"invoice": {"notes": "x"}}, 404)
    assert answer["message"] == "Couldn't find Order with 'id'="
    order = api.order(api.line("MUG-BLUE", 4), status="finalized")
    bare = {"invoice": {"order_id": order["id"]}}
    assert api.refused("POST", "/invoices", bare, 400) == {
        "type": "Bad Request",
        "message": "Required parameter missing: invoice",
    }
    lines = [{"order_line_item_id": order["order_line_item_ids"][0], "quantity": 5}]
    body = {"invoice": {"order_id": order["id"], "invoice_line_items": lines}}
    assert list(api.refused("POST", "/invoices", body)["errors"]) == ["invoice_line_items.quantity"]


def test_payments_move_payment_statuses(api: Client) -> None:
    """Paying in parts makes invoice and order partial, then paid; archiving a payment takes it back."""
    order = api.order(api.line("MUG-BLUE", 1), status="finalized")
    invoice = api("POST", f"/orders/{order['id']}/actions/invoice").json()["invoice"]

    def statuses() -> tuple[str, str]:
        shown = api.get(f"/invoices/{invoice['id']}")["invoice"]["payment_status"]
        return shown, api.get(f"/orders/{order['id']}")["order"]["payment_status"]

    assert statuses() == ("unpaid", "unpaid")
    api.post("/payments", "payment", invoice_id=invoice["id"], amount=1.3)
    assert statuses() == ("partial", "partial")
    rest = api.post("/payments", "payment", invoice_id=invoice["id"], amount="10", reference="R2")
    assert statuses() == ("paid", "paid")
    api.refused("DELETE", f"/invoices/{invoice['id']}", None)
    assert api("DELETE", f"/payments/{rest['id']}").status_code == 204
    assert statuses() == ("partial", "partial")
    assert api.ids("/payments", invoice_id=invoice["id"]) == [1]
    assert list(api.refused("POST", "/payments", {"payment": {"invoice_id": invoice["id"]}})["errors"]) == ["amount"]
    api.refused("POST", "/payments", {"payment": {"amount": 1}}, 404)


def test_due_dates_stay_in_the_calendar(api: Client) -> None:
    """With a term that leads out of the calendar, either way, an invoice is due at once."""
    for days, day in ((10**14, "2021-03-01"), (-(10**14), "2021-03-01"), (1, "9999-12-31")):
        term = api.post("/payment_terms", "payment_term", name="odd", due_in_days=days, **{"from": "eom"})
        order = api.order(api.line("MUG-BLUE"), status="finalized")
        lines = [{"order_line_item_id": order["order_line_item_ids"][0]}]
        given = {"order_id": order["id"], "payment_term_id": term["id"], "invoiced_at": day}
        assert api.post("/invoices", "invoice", **given, invoice_line_items=lines)["due_at"] == day


def test_an_archived_invoice_stays_as_it_is(api: Client) -> None:
    """No payments, lines or changes on it any more, and none of its payments comes back."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    line = order["order_line_item_ids"][0]
    some = [{"order_line_item_id": line, "quantity": 1}]
    invoice = api.post("/invoices", "invoice", order_id=order["id"], invoice_line_items=some)["id"]
    paid = api.post("/payments", "payment", invoice_id=invoice, amount=5)["id"]
    assert api("DELETE", f"/payments/{paid}").status_code == 204
    assert api("DELETE", f"/invoices/{invoice}").status_code == 204
    locked = {"errors": {"base": ["Invoice can no longer be edited"]}}
    own = api.ids("/invoice_line_items", invoice_id=invoice)[0]
    for method, path, body in (
        ("POST", "/payments", {"payment": {"invoice_id": invoice, "amount": 1}}),
        ("PUT", f"/payments/{paid}", {"payment": {"status": "active"}}),
        ("POST", "/invoice_line_items", {"invoice_line_item": {"invoice_id": invoice, **some[0]}}),
        ("PUT", f"/invoice_line_items/{own}", {"invoice_line_item": {"quantity": "0.5"}}),
        ("DELETE", f"/invoice_line_items/{own}", None),
        ("PUT", f"/invoices/{invoice}", {"invoice": {"notes": "x"}}),
        ("PUT", f"/invoices/{invoice}", {"invoice": {"invoice_line_items": some}}),
    ):
        assert api.refused(method, path, body) == locked, path
    assert api.get(f"/orders/{order['id']}")["order"]["payment_status"] == "unpaid"
    assert api("DELETE", f"/invoices/{invoice}").status_code == 204


def test_an_invoice_follows_the_lines_it_charges(api: Client) -> None:
    """Where finalized orders are editable, another price is another total, and what was paid may not be enough."""
    order = api.order(api.line("MUG-BLUE", 2), status="finalized")
    assert api("POST", f"/orders/{order['id']}/actions/pay").status_code == 201
    api.sandbox.set_switch("finalized_orders_editable", True)
    api.put(f"/order_line_items/{order['order_line_item_ids'][0]}", "order_line_item", price="20")
    (invoice,) = api.get("/invoices", order_id=order["id"])["invoices"]
    assert (invoice["cached_total"], invoice["payment_status"]) == ("45.2", "partial")
    assert api.get(f"/orders/{order['id']}")["order"]["payment_status"] == "partial"
