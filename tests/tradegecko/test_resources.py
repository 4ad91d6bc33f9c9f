"""Endpoints as values: paths, filters, bodies, and readers that survive every answer the reference knows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Reply
from tradegecko_bridge.tradegecko.payloads import OrderChanges, ShippingDetails
from tradegecko_bridge.tradegecko.resources import ALL, ORDERS, VARIANTS, Resource, base
from tradegecko_bridge.tradegecko.resources.filters import Dated

MATRIX = """
accounts U | addresses LGCUX | companies LGCUX | contacts LGCUX | currencies LGCUX | fulfillments LGCUX
fulfillment_line_items LGCUX | fulfillment_returns LGCUX | fulfillment_return_line_items LGCUX | images LGCX
invoices LGCUX | invoice_line_items LGCUX | locations LGCUX | notes LGCUX | orders LGCUX | order_line_items LGCUX
payments LGCUX | payment_methods LGCUX | payment_terms LGCUX | price_lists LGCUX | procurements LGCUX | products LGCUX
purchase_orders LGCUX | purchase_order_line_items LGCUX | stock_adjustments LGCX | stock_adjustment_line_items LGC
stock_adjustment_reasons LG | stock_levels LG | stock_transfers LGCX | stock_transfer_line_items LGCX
tax_components LGCUX | tax_types LGCUX | users LGUX | variants LGCUX | webhooks LGCUX | composition LG
"""
VERBS = dict(word.split() for word in re.split(r"[|\n]", MATRIX) if word.strip())
METHODS = {"L": "list", "G": "get", "C": "create", "U": "update", "X": "delete"}


def answer(body: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status=status, headers={"x-pagination": '{"last_page":true,"total_records":1}', **headers}, body=body)


@pytest.mark.parametrize("resource", ALL, ids=repr)
def test_a_resource_has_the_verbs_the_api_has(resource: Resource[Any]) -> None:
    """The endpoint matrix (reference §4), and accounts are listed, too."""
    verbs = VERBS[resource.plural] + ("L" if resource.plural == "accounts" else "")
    assert {v for v, name in METHODS.items() if hasattr(resource, name)} == set(verbs)


def test_all_resources_are_there() -> None:
    """Every row of the matrix, once."""
    assert sorted(VERBS) == sorted(r.plural for r in ALL)
    assert len(ALL) == 36


# ── filters ──────────────────────────────────────────────────────────────────────────────────


class State(Enum):
    DRAFT = "draft"


def params(call: Call[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in call.params:
        found.setdefault(name, []).append(value)
    return found


def test_filters_take_one_value_or_several() -> None:
    """Enum members, sets, exact numbers, dates and moments; None is no filter."""
    call = ORDERS.list(
        status=[State.DRAFT.value, "active"],
        company_id={7},
        tags=None,
        created_at_min=date(2026, 1, 2),
        updated_at_max=datetime(2026, 1, 2, 3, tzinfo=UTC),
        order="created_at desc",
        extra={"q": "mug", "state": State.DRAFT},
    )
    assert params(call) == {
        "status[]": ["draft", "active"],
        "company_id[]": ["7"],
        "created_at_min": ["2026-01-02"],
        "updated_at_max": ["2026-01-02T03:00:00.000Z"],
        "order": ["created_at desc"],
        "q": ["mug"],
        "state": ["draft"],
        "page": ["1"],
        "limit": ["250"],
    }


def test_a_filter_of_no_values_matches_nothing() -> None:
    """It is not left out, which would list everything: the answer is known, and it is no record."""
    call = VARIANTS.list(sku=[], status="active")
    assert call.known is not None
    page = call.read(call.known)
    assert (page.records, page.total, page.last) == ([], 0, True)
    assert VARIANTS.list(sku=["A"]).known is None


def test_an_empty_list_is_never_sent() -> None:
    """Where a query is made by hand, it is a ValueError."""
    with pytest.raises(ValueError, match="sku is an empty list"):
        VARIANTS.list().with_params(sku=[])
    with pytest.raises(ValueError, match="brand is an empty list"):
        VARIANTS.list(extra={"brand": ()})


def test_a_moment_without_a_zone_is_no_filter() -> None:
    """It would be another moment on every machine."""
    with pytest.raises(ValueError, match="no time zone"):
        ORDERS.list(created_at_min=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_filter_that_is_none_is_refused() -> None:
    """The API would ignore a misspelt one and list everything."""
    with pytest.raises(TypeError, match="orders have no filter emial"):
        ORDERS.list(emial="a@b.c")  # type: ignore[call-arg]


def test_included_names_have_commas() -> None:
    """Not brackets (reference §3.8); one name may be a text."""
    assert params(VARIANTS.list(include=["images", "x"]))["include"] == ["images,x"]
    assert params(ORDERS.show(1, include="company"))["include"] == ["company"]


@pytest.mark.parametrize("resource", ALL, ids=repr)
def test_every_list_takes_the_common_filters(resource: Resource[Any]) -> None:
    """Ids, pages and order; times, except on composition rows."""
    names = set(resource.filters.__optional_keys__)  # type: ignore[attr-defined]
    assert {"ids", "page", "limit", "order", "extra"} <= names
    assert Dated.__optional_keys__ <= names or resource.plural == "composition"
    assert ("include" in names) == (resource.plural not in ("orders", "purchase_orders"))


# ── paths and bodies ─────────────────────────────────────────────────────────────────────────


def test_calls_are_where_the_reference_says() -> None:
    """Verb, path and body of what is not plain."""
    made: list[Call[Any]] = [
        resources.ACCOUNTS.current(),
        resources.USERS.current(),
        ORDERS.available_identifier("order_number"),
        resources.STOCK_ADJUSTMENTS.available_identifier(),
        resources.COMPOSITION.list(ids=[2]),
        resources.COMPOSITION.get(2, include=["bundle", "component"]),
        resources.PURCHASE_ORDERS.receive(3),
        resources.STOCK_TRANSFERS.revert(4),
        ORDERS.void(5),
        resources.PRICE_LISTS.get("retail"),
    ]
    assert [f"{call.method} {call.path}" for call in made] == [
        "GET /accounts/current",
        "GET /users/current",
        "GET /orders/available_identifiers",
        "GET /stock_adjustments/available_identifiers",
        "GET /variants/composition",
        "GET /variants/composition/2",
        "POST /purchase_orders/3/actions/receive",
        "POST /stock_transfers/4/actions/revert",
        "POST /orders/5/actions/void",
        "GET /price_lists/retail",
    ]


def test_action_bodies_have_their_root() -> None:
    """``payment``, ``fulfillment`` and ``invoice`` (reference §4.1); without details an empty object."""
    assert ORDERS.fulfil(1, ShippingDetails(tracking_number="T1")).body == {"fulfillment": {"tracking_number": "T1"}}
    assert ORDERS.pay(1, {"payment_method_name": "Cash"}).body == {"payment": {"payment_method_name": "Cash"}}
    assert ORDERS.invoice(1, idempotency_key="k").body == {}
    assert ORDERS.invoice(1, idempotency_key="k").idempotency_key == "k"


def test_payloads_and_mappings_are_wrapped_alike() -> None:
    """In the singular root (reference §3.2)."""
    assert ORDERS.update(1, OrderChanges(notes=None)).body == {"order": {"notes": None}}
    assert ORDERS.update(1, {"total": Decimal("1.0")}).body == {"order": {"total": "1.0"}}


@pytest.mark.parametrize("id", ["", " ", ".", "..", "7/actions/void"])
def test_what_is_no_id_is_refused(id: str) -> None:
    """A blank one would be the list, a slash another endpoint."""
    with pytest.raises(ValueError, match="is no id of orders"):
        ORDERS.delete(id)


# ── readers ──────────────────────────────────────────────────────────────────────────────────

LINES = {"fulfillment_line_items": [{"id": 1, "quantity": "2.0"}], "fulfillment": {"id": 9, "order_id": 1}}


def test_an_action_with_a_body_gives_what_it_made() -> None:
    """With its lines, also under 201."""
    shown = ORDERS.fulfil(1).read(answer(LINES, 201))
    assert shown is not None
    assert shown.record.id == 9
    assert [line.quantity for line in shown.sideloaded.of(records.FulfillmentLineItem)] == [Decimal(2)]


@pytest.mark.parametrize("body", [None, {"order": {"id": 1}}, {}])
def test_an_action_that_says_nothing_gives_none(body: Any) -> None:
    """204, or a body about something else."""
    assert ORDERS.invoice(1).read(answer(body, 204)) is None


def test_an_update_gives_the_record_where_there_is_one() -> None:
    """Addresses answer with theirs, the others with nothing (reference §3.3)."""
    update = resources.ADDRESSES.update(1, {"city": "Halifax"})
    read = update.read(answer({"address": {"id": 1, "city": "Halifax"}}))
    assert read is not None
    assert read.city == "Halifax"
    assert update.read(answer(None, 204)) is None


def test_what_came_along_is_kept() -> None:
    """Records by class and by root, rows of an unknown kind as they came, bad ones told."""
    body = {
        "order_line_items": [{"id": 1}, {"id": None}],
        "addresses": [{"id": 3}],
        "companies": [{"id": 4}],
        "novelties": [{"a": 1}],
        "order": {"id": 7},
    }
    shown = ORDERS.show(7, include=["order_line_items", "shipping_address", "company"]).read(answer(body))
    beside = shown.sideloaded
    assert [line.id for line in beside.of(records.OrderLineItem)] == [1]
    assert beside["billing_address"] == beside["addresses"] == [records.Address(id=3)]
    assert beside["company"][0].id == 4
    assert beside["novelties"] == [{"a": 1}]
    assert beside["variants"] == []
    assert shown.problems == ["OrderLineItem ?: id is missing"]


def test_a_page_keeps_every_root() -> None:
    """Also those without a class; ``meta`` is none."""
    body = {"variants": [{"id": 1}], "novelties": [1], "products": [{"id": 2}], "meta": {"total": 1}}
    page = resources.PRODUCTS.list(include="variants").read(answer(body))
    assert set(page.sideloaded) == {"variants", "novelties"}
    assert page.sideloaded.of(records.Variant)[0].id == 1


def test_a_bundle_is_read_whole() -> None:
    """Its rows have no ids and come on one page; bundle and components are variants."""
    body = {"variants": [{"id": 2}], "composition": [{"bundle_id": 2, "component_id": 1, "quantity": "6.0"}]}
    page = resources.COMPOSITION.get(2).read(Reply(status=200, headers={}, body=body))
    assert [row.quantity for row in page] == [6]
    assert page.sideloaded["bundle"] == page.sideloaded["component"]


def test_stock_levels_are_read_under_either_name() -> None:
    """The documents say ``id``, their sample ``variant_id``."""
    rows = [{"id": 1}, {"variant_id": 2, "locations": [{"location_id": 3, "committed": 0}]}]
    page = resources.STOCK_LEVELS.list().read(answer({"stock_levels": rows}))
    assert page.problems == []
    assert page.records[1].locations[0].committed == 0


def test_the_next_number_is_read() -> None:
    """``{"identifier": "SO0074"}``, and nothing else is one."""
    call = ORDERS.available_identifier()
    assert call.read(answer({"identifier": "SO0074"})) == "SO0074"
    with pytest.raises(MalformedData):
        call.read(answer({"message": "no"}))


def test_resources_are_made_of_the_common_parts() -> None:
    """``Full`` has every verb, so that a class with fewer says so by its bases."""
    assert all(hasattr(base.Full, name) for name in METHODS.values())
