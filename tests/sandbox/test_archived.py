"""Orders that name what is archived: accepted, or refused where the account is that strict."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.support import Client, Json
from tests.support import examples
from tradegecko_bridge.sandbox.model.schema import schema

ON_LINES = "order_line_items"
SWITCH = "archived_refused_on_orders"


def columns(resource: str) -> dict[str, str]:
    """The columns that name something that can be archived, with what that is."""
    fields = schema()[resource].settable("create")
    return {f.name: f.ref for f in fields if f.ref and not f.alias and "archived" in schema()[f.ref].hides}


NAMED = columns("orders") | columns(ON_LINES)
EVERY = sorted(NAMED)


def label(column: str) -> str:
    """What a complaint about a column is called."""
    name = column.removesuffix("_id")
    return f"{ON_LINES}.{name}" if column in columns(ON_LINES) else name


def made(api: Client) -> Json:
    """One new record for each column, by column."""
    company = api.post("/companies", "company", name="C", company_type="business")["id"]
    address = {"company_id": company, "address1": "a"}
    return {
        "assignee_id": 2,
        "company_id": company,
        "shipping_address_id": api.post("/addresses", "address", label="S", **address)["id"],
        "billing_address_id": api.post("/addresses", "address", label="B", **address)["id"],
        "contact_id": api.post("/contacts", "contact", company_id=company, first_name="F")["id"],
        "currency_id": api.post("/currencies", "currency", iso="NZD")["id"],
        "stock_location_id": api.post("/locations", "location", label="L", address1="a", country="CA")["id"],
        "default_price_list_id": str(api.post("/price_lists", "price_list", name="P", currency_id=1)["id"]),
        "variant_id": api.post("/variants", "variant", product_id=1, sku="V", retail_price="5")["id"],
        "tax_type_id": api.post("/tax_types", "tax_type", name="T")["id"],
    }


def body(ids: Json) -> Json:
    """An order that names these; its line has a variant in any case, which is not archived unless it is of these."""
    line = {"variant_id": 1, "price": "5"} | {name: ids[name] for name in columns(ON_LINES) if name in ids}
    return {**{name: ids[name] for name in columns("orders") if name in ids}, ON_LINES: [line]}


def archive(api: Client, column: str, ids: Json) -> None:
    assert api("DELETE", f"/{NAMED[column]}/{ids[column]}").status_code == 204


def complaints(api: Client, ids: Json) -> set[str]:
    """Of which columns an order that names these is complained about; it is made where there are none."""
    answer = api("POST", "/orders", {"order": body(ids)})
    assert answer.status_code in {201, 422}, answer.text
    errors = answer.json().get("errors", {})
    assert all(messages == ["is archived"] for messages in errors.values())
    return set(errors)


def test_there_is_one_of_everything_an_order_names(api: Client) -> None:
    """So that no kind is forgotten here; nothing that is there is complained about."""
    api.sandbox.set_switch(SWITCH, True)
    ids = made(api)
    assert ids.keys() == NAMED.keys()
    assert complaints(api, ids) == set()


@pytest.mark.parametrize("column", EVERY)
def test_what_is_archived_is_refused_with_the_switch_and_accepted_without(api: Client, column: str) -> None:
    """On new orders, new lines and changes; an order that names it already may change otherwise."""
    ids = made(api)
    old = api.post("/orders", "order", **body(ids))
    swapped = {"shipping_address_id": ids["billing_address_id"], "billing_address_id": ids["shipping_address_id"]}
    other = api.post("/orders", "order", company_id=ids["company_id"], **swapped)
    archive(api, column, ids)
    assert complaints(api, ids) == set()
    before = len(api.ids("/orders"))
    api.sandbox.set_switch(SWITCH, True)
    assert complaints(api, ids) == {label(column)}
    assert len(api.ids("/orders")) == before
    api.put(f"/orders/{old['id']}", "order", notes="n", **{name: ids[name] for name in columns("orders")})
    line = body(ids)[ON_LINES][0]
    if column in columns(ON_LINES):
        refused = {"errors": {column.removesuffix("_id"): ["is archived"]}}
        root = {"order_line_item": {"order_id": other["id"], **line}}
        assert api.refused("POST", "/order_line_items", root) == refused
        api.put(f"/order_line_items/{old['order_line_item_ids'][0]}", "order_line_item", quantity=2, **line)
        plain = api.post("/order_line_items", "order_line_item", order_id=other["id"], variant_id=1, price="5")
        path, change = f"/order_line_items/{plain['id']}", {"order_line_item": {column: ids[column]}}
    else:
        refused = {"errors": {label(column): ["is archived"]}}
        elsewhere = api.order()["id"] if column == "company_id" else other["id"]
        path, change = f"/orders/{elsewhere}", {"order": {column: ids[column]}}
    assert api.refused("PUT", path, change) == refused
    api.sandbox.set_switch(SWITCH, False)
    assert api("PUT", path, change).status_code == 204


@given(archived=st.sets(st.sampled_from(EVERY)), left_out=st.sets(st.sampled_from(EVERY)), strict=st.booleans())
@settings(
    max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
def test_just_what_is_named_and_archived_is_complained_about(
    api: Client, archived: set[str], left_out: set[str], strict: bool
) -> None:
    """Whatever else is archived, and whatever the order leaves to company and account."""
    api.sandbox.reset()
    ids = made(api)
    for column in archived:
        archive(api, column, ids)
    api.sandbox.set_switch(SWITCH, strict)
    kept = {"company_id", "shipping_address_id"}
    given = {column: id_ for column, id_ in ids.items() if column in kept or column not in left_out}
    refused = archived & given.keys() if strict else set()
    first = refused & columns("orders").keys() or refused  # lines are only looked at where their order is right
    assert complaints(api, given) == set(map(label, first))
