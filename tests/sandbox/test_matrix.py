"""The endpoint matrix: every row is served, each endpoint as described, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.support import Client, Json
from tradegecko_bridge.sandbox.model.schema import Endpoint, Resource, schema

# Which verbs the service offered: the newest documents' column (reference §4), with what was recorded or offered by a
# client where they are silent: the list of accounts (recorded), an account by id (ZF), payments (ZF), procurements
# (OD and ZF).
MATRIX = {
    "accounts": "LGU",
    "addresses": "LGCUX",
    "companies": "LGCUX",
    "composition": "",
    "contacts": "LGCUX",
    "currencies": "LGCUX",
    "fulfillments": "LGCUX",
    "fulfillment_line_items": "LGCUX",
    "fulfillment_returns": "LGCUX",
    "fulfillment_return_line_items": "LGCUX",
    "images": "LGCX",
    "invoices": "LGCUX",
    "invoice_line_items": "LGCUX",
    "locations": "LGCUX",
    "notes": "LGCUX",
    "orders": "LGCUX",
    "order_line_items": "LGCUX",
    "payments": "LGCUX",
    "payment_methods": "LGCUX",
    "payment_terms": "LGCUX",
    "price_lists": "LGCUX",
    "procurements": "LGCUX",
    "products": "LGCUX",
    "purchase_orders": "LGCUX",
    "purchase_order_line_items": "LGCUX",
    "stock_adjustments": "LGCX",
    "stock_adjustment_line_items": "LGC",
    "stock_adjustment_reasons": "LG",
    "stock_levels": "LG",
    "stock_transfers": "LGCX",
    "stock_transfer_line_items": "LGCX",
    "tax_components": "LGCUX",
    "tax_types": "LGCUX",
    "users": "LGUX",
    "variants": "LGCUX",
    "webhooks": "LGCUX",
}
# Everything else: method and path with the status and the roots of the answer.
EXTRAS = {
    ("GET", "/accounts/current"): (200, "account"),
    ("GET", "/accounts/account"): (200, "account"),
    ("GET", "/users/current"): (200, "user"),
    ("GET", "/variants/composition"): (200, "composition"),
    ("GET", "/variants/composition/:id"): (200, "composition"),
    ("GET", "/variants/:id/composition"): (200, "composition"),
    ("GET", "/orders/available_identifiers"): (200, "identifier"),
    ("GET", "/stock_adjustments/available_identifiers"): (200, "identifier"),
    ("POST", "/orders/:id/actions/invoice"): (201, "invoice"),
    ("POST", "/orders/:id/actions/pay"): (201, "payment"),
    ("POST", "/orders/:id/actions/pack"): (201, "fulfillment"),
    ("POST", "/orders/:id/actions/fulfil"): (201, "fulfillment"),
    ("POST", "/orders/:id/actions/void"): (204, "order"),
    ("POST", "/purchase_orders/:id/actions/receive"): (201, "procurement"),
    ("POST", "/stock_transfers/:id/actions/receive"): (200, "stock_transfer"),
    ("POST", "/stock_transfers/:id/actions/revert"): (201, "stock_transfer"),
}
VERBS = {
    "L": ("GET", "", 200),
    "G": ("GET", "/:id", 200),
    "C": ("POST", "", 201),
    "U": ("PUT", "/:id", 204),
    "X": ("DELETE", "/:id", 204),
}
# Off by default; tests/sandbox/test_switches.py calls them.
SWITCHED_OFF = {"older_verbs_served", "fulfill_action_with_two_ls", "adjustment_revert_action"}


def sold(api: Client, *actions: str) -> tuple[int, list[int]]:
    """A finalized order of two lines with something done to it; its id and its lines'."""
    order = api.order(api.line("MUG-BLUE", 4), api.line("TEE-M", 2), status="finalized")
    for action in actions:
        api("POST", f"/orders/{order['id']}/actions/{action}").raise_for_status()
    return order["id"], order["order_line_item_ids"]


def part(line: int, quantity: int = 1) -> Json:
    """Some of an order line."""
    return {"order_line_item_id": line, "quantity": quantity}


def document(api: Client, plural: str, *actions: str) -> Json:
    """Fields of another line for a document that holds one line of an order."""
    key, (first, second) = sold(api, *actions)
    root, lines = plural[:-1], f"{plural[:-1]}_line_items"
    made = api.post(f"/{plural}", root, order_id=key, **{lines: [part(first)]})
    return {f"{root}_id": made["id"], **part(second)}


def whole(plural: str, *actions: str) -> Callable[[Client], Json]:
    """Fields of a document of one line of an order."""

    def fields(api: Client) -> Json:
        key, (first, _) = sold(api, *actions)
        return {"order_id": key, f"{plural[:-1]}_line_items": [part(first)]}

    return fields


def payment(api: Client) -> Json:
    """Fields of a payment."""
    key, _ = sold(api, "invoice")
    return {"invoice_id": api.get(f"/orders/{key}")["order"]["invoice_ids"][0], "amount": "5"}


def bought(api: Client) -> int:
    """The id of an active purchase order of one line."""
    lines = [{"variant_id": 1, "quantity": 2, "price": "2.5"}]
    given: Json = {"company_id": 5, "status": "active", "purchase_order_line_items": lines}
    key: int = api.post("/purchase_orders", "purchase_order", **given)["id"]
    return key


def transfer(api: Client, **more: Any) -> Json:
    """Fields of a transfer."""
    line = {"variant_id": 1, "quantity": 3}
    return {"source_location_id": 1, "destination_location_id": 2, "stock_transfer_line_items": [line], **more}


def sent(api: Client) -> int:
    """The id of a transfer under way."""
    key: int = api.post("/stock_transfers", "stock_transfer", **transfer(api))["id"]
    return key


def adjusted(api: Client) -> int:
    """The id of an adjustment without lines."""
    key: int = api.post("/stock_adjustments", "stock_adjustment", stock_location_id=1)["id"]
    return key


# What a new record needs.
NEW: dict[str, Callable[[Client], Json]] = {
    "addresses": lambda api: {"company_id": 2, "label": "New", "address1": "x"},
    "companies": lambda api: {"name": "A", "company_type": "business"},
    "contacts": lambda api: {"company_id": 2, "first_name": "A"},
    "currencies": lambda api: {"iso": "EUR"},
    "fulfillment_line_items": lambda api: document(api, "fulfillments"),
    "fulfillment_return_line_items": lambda api: document(api, "fulfillment_returns", "fulfil"),
    "fulfillment_returns": whole("fulfillment_returns", "fulfil"),
    "fulfillments": whole("fulfillments"),
    "images": lambda api: {"product_id": 1, "variant_ids": [1], "url": "https://p.example/a.png"},
    "invoice_line_items": lambda api: document(api, "invoices"),
    "invoices": whole("invoices"),
    "locations": lambda api: {"label": "New", "address1": "x", "country": "CA"},
    "notes": lambda api: {"company_id": 2, "body": "x"},
    "order_line_items": lambda api: {"order_id": api.order()["id"], "variant_id": 1, "price": "1"},
    "orders": lambda api: {"company_id": 2, "shipping_address_id": 1},
    "payment_methods": lambda api: {"name": "A"},
    "payment_terms": lambda api: {"name": "A"},
    "payments": payment,
    "price_lists": lambda api: {"name": "A", "currency_id": 1},
    "procurements": lambda api: {"purchase_order_id": bought(api)},
    "products": lambda api: {"name": "A"},
    "purchase_order_line_items": lambda api: {"purchase_order_id": bought(api), "variant_id": 2, "price": "1"},
    "purchase_orders": lambda api: {"company_id": 5},
    "stock_adjustment_line_items": lambda api: {"stock_adjustment_id": adjusted(api), "variant_id": 1, "quantity": -1},
    "stock_adjustments": lambda api: {"stock_location_id": 1},
    "stock_transfer_line_items": lambda api: {"stock_transfer_id": sent(api), "variant_id": 2, "quantity": 1},
    "stock_transfers": transfer,
    "tax_components": lambda api: {"tax_type_id": 2, "label": "x", "rate": 1},
    "tax_types": lambda api: {"name": "A", "tax_components": [{"label": "x", "rate": 1}]},
    "variants": lambda api: {"product_id": 1},
    "webhooks": lambda api: {"event": "order.create", "address": "http://127.0.0.1:1/"},
}
# What a record may be changed to, where notes or a name will not do.
CHANGE: dict[str, Json] = {
    "accounts": {"name": "B"}, "addresses": {"city": "B"}, "contacts": {"first_name": "B"}, "currencies": {"name": "B"},
    "fulfillment_line_items": {"position": 2}, "fulfillment_return_line_items": {"position": 2},
    "invoice_line_items": {"position": 2}, "locations": {"city": "B"}, "notes": {"body": "B"},
    "order_line_items": {"label": "B"}, "payments": {"reference": "B"}, "procurements": {"received_at": "2021-02-01"},
    "purchase_order_line_items": {"label": "B"}, "tax_components": {"label": "B"}, "users": {"first_name": "B"},
    "variants": {"sku": "B"}, "webhooks": {"event": "order.fulfilled"},
}  # fmt: skip


def test_the_description_is_the_matrix() -> None:
    """It has every endpoint of the matrix and no other, those behind switches that are off aside."""
    rows = [(name, *VERBS[letter]) for name, verbs in MATRIX.items() for letter in verbs]
    expected = {(method, f"/{name}{path}"): status for name, method, path, status in rows}
    expected |= {row: status for row, (status, _) in EXTRAS.items()}
    described = [endpoint for resource in schema().values() for endpoint in resource.endpoints]
    on = [endpoint for endpoint in described if endpoint.switch not in SWITCHED_OFF]
    assert {(endpoint.method, endpoint.path): endpoint.status for endpoint in on} == expected
    own = {(e.method, e.path): e.gives for e in on if (e.method, e.path) in EXTRAS}
    assert own == {row: (root,) for row, (_, root) in EXTRAS.items()}
    assert {endpoint.switch for endpoint in described} - SWITCHED_OFF == {"", "adjustment_reasons_served"}


def called(api: Client, endpoint: Endpoint, key: object, body: Json | None = None) -> Any:
    """Call an endpoint: the status is the one described, and so are the roots."""
    answer = api(endpoint.method, endpoint.path.replace(":id", str(key)), body)
    speaks = bool(endpoint.speaks) and api.sandbox.instance.switches()[endpoint.speaks]
    assert answer.status_code == (200 if speaks else endpoint.status), answer.text
    if answer.status_code == 204:
        assert not answer.content
        return {}
    content = answer.json()
    may_be_absent = set(schema()[endpoint.resource].always)
    assert list(content) == [root for root in endpoint.gives if root in content or root not in may_be_absent]
    if endpoint.does == "create":
        shown = content[endpoint.gives[-1]]["id"]
        assert answer.headers["Location"] == f"{api.sandbox.base_url}/ajax/{endpoint.resource}/{shown}"
    return content


@pytest.mark.parametrize("resource", [schema()[name] for name in MATRIX if name != "composition"], ids=lambda r: r.name)
def test_every_verb_of_a_resource(api: Client, resource: Resource) -> None:
    """Made, listed, shown, changed, taken away; a verb that is not in the matrix is an unknown route."""
    verbs = {e.does: e for e in resource.endpoints if not e.action and e.switch not in SWITCHED_OFF}
    key: object = 1
    if "create" in verbs:
        given = NEW[resource.name](api)
        key = called(api, verbs["create"], "", {resource.singular: given})[resource.singular]["id"]
    if "index" in verbs:
        rows = called(api, verbs["index"], "")[resource.name]
        assert key in [row.get("id", row.get("variant_id")) for row in rows]
    if "show" in verbs:
        shown = called(api, verbs["show"], key)[resource.singular]
        assert shown.get("id", shown.get("variant_id")) == key
    if "update" in verbs:
        change = CHANGE.get(resource.name, {"notes": "B"} if "notes" in resource.fields else {"name": "B"})
        called(api, verbs["update"], key, {resource.singular: change})
        after = called(api, verbs["show"], key)[resource.singular]
        name, value = next(iter(change.items()))
        assert str(after[name]).startswith(str(value))
    if "destroy" in verbs:
        called(api, verbs["destroy"], 2 if resource.name == "users" else key)
    for letter, (method, path, _) in VERBS.items():
        if letter not in MATRIX[resource.name]:
            answer = api(method, f"/{resource.name}{path.replace(':id', '1')}", {})
            assert answer.status_code == 404
            assert answer.headers["Content-Type"].startswith("text/html")


# Billing follows shipping when it is left out, and a variant may be named in the old way.
FOLLOWS = {"orders.billing_address_id"}


@pytest.mark.parametrize("resource", [schema()[name] for name in NEW], ids=lambda r: r.name)
def test_what_is_required_is_missed(api: Client, resource: Resource) -> None:
    """Without its parent a record is 404, without another required column 422 under that name; nothing is made."""
    given = NEW[resource.name](api)
    before = api("GET", f"/{resource.name}?limit=0").headers["X-Pagination"]
    for field in resource.fields.values():
        if not field.required or f"{resource.name}.{field.name}" in FOLLOWS:
            continue
        rest = {name: value for name, value in given.items() if name != field.name} or {"bogus": 1}
        answer = api("POST", f"/{resource.name}", {resource.singular: rest})
        if field.parent:
            model = schema()[str(field.ref)].model
            assert (answer.status_code, answer.json()["message"]) == (404, f"Couldn't find {model} with 'id'="), field
        else:
            name = field.name.removesuffix("_id") if field.ref else field.name
            assert answer.status_code == 422, (field, answer.text)
            assert answer.json()["errors"][name] == ["can't be blank"]
    assert api("GET", f"/{resource.name}?limit=0").headers["X-Pagination"] == before


@pytest.mark.parametrize("resource", [r for r in schema().values() if "U" in r.methods], ids=lambda r: r.name)
def test_what_may_not_be_set_is_ignored(api: Client, resource: Resource) -> None:
    """On updates, with the answer of any update: nothing changes, `updated_at` included."""
    key = 1
    if resource.name in NEW:
        made = api("POST", f"/{resource.name}", {resource.singular: NEW[resource.name](api)})
        key = made.json()[resource.singular]["id"]
    path = f"/{resource.name}/{key}"
    before = api.get(path)
    closed = [field.name for field in resource.fields.values() if not field.settable("update")]
    for value in ("987654", 5, ["x"], {"x": 1}, True, None):
        answer = api("PUT", path, {resource.singular: {**dict.fromkeys(closed, value), "bogus": value}})
        assert answer.status_code in {200, 204}, answer.text
    assert api.get(path) == before


# A value of each kind that no record has.
NOBODYS = {
    "int": "987654",
    "bool": "true",
    "date": "1999-12-31",
    "datetime": "1999-12-31T00:00:00Z",
    "decimal": "98765.4",
}


@pytest.mark.parametrize("resource", [r for r in schema().values() if r.endpoints], ids=lambda r: r.name)
def test_every_filter_leaves_out_what_does_not_fit(api: Client, resource: Resource) -> None:
    """A list that shows something shows nothing for a value no record has, field by field."""
    if resource.name in NEW:
        api("POST", f"/{resource.name}", {resource.singular: NEW[resource.name](api)}).raise_for_status()
    path = "/variants/composition" if resource.name == "composition" else f"/{resource.name}"
    assert api.get(path)[resource.name]
    for field in resource.fields.values():
        if field.filter:
            wanted = NOBODYS.get(field.kind, "no such value")
            if field.kind == "bool":
                assert len(api.get(path, **{field.name: wanted})[resource.name]) < len(api.get(path)[resource.name])
            else:
                assert api.get(path, **{field.name: wanted})[resource.name] == [], field.name


# Documents an action can be done to.
ACTED_ON: dict[str, Callable[[Client], int]] = {
    "orders": lambda api: sold(api)[0],
    "purchase_orders": bought,
    "stock_transfers": sent,
}
BODIES = {
    "invoice": {"invoice": {"notes": "B"}},
    "pay": {"payment": {"payment_method_name": "Cash"}},
    "pack": {"fulfillment": {"tracking_number": "B"}},
    "fulfil": {"fulfillment": {"tracking_number": "B"}},
}
OWN = [e for r in schema().values() for e in r.endpoints if (e.method, e.path) in EXTRAS]


@pytest.mark.parametrize("endpoint", OWN, ids=lambda e: e.path)
def test_endpoints_of_their_own(api: Client, endpoint: Endpoint) -> None:
    """Everything beside the five verbs, the actions with a body and without one."""
    if not endpoint.action:
        called(api, endpoint, 3)
        return
    for body in (None, {}, BODIES.get(endpoint.action)):
        key = ACTED_ON[endpoint.resource](api)
        if endpoint.action == "revert":
            api("POST", f"/stock_transfers/{key}/actions/receive").raise_for_status()
        content = called(api, endpoint, key, body)
        if body:
            root, sent_fields = next(iter(body.items()))
            assert root == endpoint.takes
            assert sent_fields.keys() <= set(endpoint.parameters)
            shown = content[endpoint.gives[-1]]
            assert "B" in {shown.get("notes"), shown.get("tracking_number")} or shown["payment_method_id"] == 2
