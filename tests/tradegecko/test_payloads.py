"""What may be sent: payloads, null and not given, and changes to records."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import NOTHING, fields

from tradegecko_bridge.tradegecko import payloads, records
from tradegecko_bridge.tradegecko.codec import read_record
from tradegecko_bridge.tradegecko.payloads import (
    UNSET,
    Changes,
    CompanyChanges,
    NewAddress,
    NewCompany,
    NewOrder,
    NewOrderAddress,
    NewOrderLine,
    NewOrderLineItem,
    NewPaymentTerm,
    OrderChanges,
    Payload,
    ProductChanges,
    VariantChanges,
    VariantPriceChanges,
)

CLASSES: list[type[Payload]] = [c for c in vars(payloads).values() if isinstance(c, type) and issubclass(c, Payload)]


def test_only_what_is_given_is_sent() -> None:
    """What is not given is left to the API; None is null."""
    assert OrderChanges(notes=None, status="finalized").as_json() == {"notes": None, "status": "finalized"}
    assert OrderChanges().as_json() == {}


def test_unset_is_no_value() -> None:
    """It is falsy, prints as itself, and fields hold it until they are given."""
    assert OrderChanges().notes is UNSET
    assert not UNSET
    assert repr(UNSET) == "UNSET"


def test_values_go_out_in_the_apis_format() -> None:
    """Exact numbers as text, dates as dates, moments in UTC, keywords without their underscore."""
    line = NewOrderLineItem(order_id=1, variant_id=2, quantity=Decimal("2.50"), price="12.4")
    assert line.as_json() == {"variant_id": 2, "quantity": "2.50", "price": "12.4", "order_id": 1}
    assert NewPaymentTerm(from_="eom").as_json() == {"from": "eom"}


def test_a_whole_order_goes_out_at_once() -> None:
    """Company, addresses and lines nested; mappings and extra fields beside them."""
    order = NewOrder(
        issued_at=date(2026, 1, 31),
        company=NewCompany(name="ACME", company_type="business"),
        shipping_address=NewOrderAddress(address1="1 St", country="CA"),
        order_line_items=[NewOrderLine(variant_id=14, quantity=2), {"freeform": True, "label": "Gift", "price": "1"}],
        extra={"brand_new": datetime(2026, 1, 1, tzinfo=UTC)},
    )
    assert order.as_json() == {
        "issued_at": "2026-01-31",
        "company": {"name": "ACME", "company_type": "business"},
        "shipping_address": {"address1": "1 St", "country": "CA"},
        "order_line_items": [{"variant_id": 14, "quantity": 2}, {"freeform": True, "label": "Gift", "price": "1"}],
        "brand_new": "2026-01-01T00:00:00.000Z",
    }


def test_what_an_order_needs_is_asked_for_at_once() -> None:
    """A company and an address, by id or nested; a variant, unless the line is free."""
    with pytest.raises(ValueError, match="NewOrder needs company_id or company"):
        NewOrder(issued_at=date(2026, 1, 1), shipping_address_id=1)
    with pytest.raises(ValueError, match="NewOrder needs shipping_address_id or shipping_address"):
        NewOrder(issued_at=date(2026, 1, 1), company_id=1)
    with pytest.raises(ValueError, match="NewOrderLine needs variant_id"):
        NewOrderLine(label="Mug")
    NewOrderLine(freeform=True, label="Shipping", price=5)


def test_required_fields_are_required() -> None:
    """Leaving one out is a TypeError, and a mistake a type checker finds."""
    with pytest.raises(TypeError, match="company_id"):
        NewAddress(address1="1 St")  # type: ignore[call-arg]


def test_a_moment_without_a_zone_is_not_sent() -> None:
    """It would be another moment on every machine."""
    with pytest.raises(ValueError, match="no time zone"):
        OrderChanges(extra={"at": datetime(2026, 1, 1)}).as_json()  # noqa: DTZ001


def test_a_payload_shows_no_values() -> None:
    """The names of what is given, never a person's data."""
    assert repr(NewCompany(name="Ann Lee", company_type="consumer")) == "NewCompany(name, company_type)"


# ── changes ──────────────────────────────────────────────────────────────────────────────────


def an_order(**more: Any) -> records.Order:
    row = {"id": 7, "notes": "x", "tags": ["a"], "total": "9.0", "issued_at": "2026-01-31", "odd": 1, **more}
    return read_record(records.Order, row)


def test_changes_are_what_was_changed() -> None:
    """Only the fields that hold something else now, in the API's format."""
    order = an_order()
    order.notes, order.ship_at = None, date(2026, 2, 1)
    order.tags.append("b")
    assert OrderChanges.of(order).as_json() == {"notes": None, "ship_at": "2026-02-01", "tags": ["a", "b"]}
    assert OrderChanges.of(an_order()).as_json() == {}


def test_changes_carry_extras_on_request() -> None:
    """Unknown fields are not sent back by themselves; what is added is."""
    assert OrderChanges.of(an_order(), extra={"odd": 2}).as_json() == {"odd": 2}


def test_a_change_that_cannot_be_written_is_refused() -> None:
    """The API would ignore it and answer 204 (reference §3.3)."""
    order = an_order()
    order.total = Decimal(1)
    with pytest.raises(ValueError, match=r"Order\(id=7, .*\): total cannot be written"):
        OrderChanges.of(order)


def test_changes_of_a_record_made_by_hand() -> None:
    """All that was filled in, but its id."""
    assert CompanyChanges.of(records.Company(id=3, name="B", tags=[])).as_json() == {"name": "B"}


def test_changes_reach_into_nested_records() -> None:
    """A location's shelf can be written, its stock cannot; the list goes out whole."""
    row = {
        "id": 1,
        "locations": [{"location_id": 1, "stock_on_hand": "4", "bin_location": "A"}, {"location_id": 2}],
        "variant_prices": [{"price_list_id": "9", "value": "2.0"}],
    }
    variant = read_record(records.Variant, row)
    variant.locations[1].bin_location = "B"
    variant.variant_prices[0].value = Decimal("2.50")
    assert VariantChanges.of(variant).as_json() == {
        "locations": [{"location_id": 1, "bin_location": "A"}, {"location_id": 2, "bin_location": "B"}],
        "variant_prices": [{"price_list_id": "9", "value": "2.50"}],
    }
    variant.locations[0].stock_on_hand = Decimal(5)
    with pytest.raises(ValueError, match="stock_on_hand cannot be written"):
        VariantChanges.of(variant)


def test_a_price_can_be_taken_away() -> None:
    """None is sent as null."""
    assert VariantPriceChanges(price_list_id="9", value=None).as_json() == {"price_list_id": "9", "value": None}


# ── the tables ───────────────────────────────────────────────────────────────────────────────

READ_ONLY = {"id", "created_at", "updated_at", "total", "cached_total", "stock_on_hand", "committed_stock",
             "payment_status", "fulfillment_status", "document_url", "search_cache", "effective_rate"}  # fmt: skip


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_no_payload_carries_what_is_read_only(cls: type[Payload]) -> None:
    """Nor what the reference contradicts itself about (RO†)."""
    names = {a.name for a in fields(cls)}
    assert not names & READ_ONLY
    if cls.__name__.startswith("PurchaseOrder") or cls is payloads.NewPurchaseOrder:
        assert not names & {"status", "procurement_status", "received_at", "base_price", "extra_cost_value"}


@pytest.mark.parametrize(
    "cls", [c for c in CLASSES if issubclass(c, Changes) and c is not Changes], ids=lambda c: c.__name__
)
def test_changes_are_fields_of_their_record(cls: type[Changes[Any]]) -> None:
    """Every field of a change is one of the record, so that ``of`` finds it; new lines of an order are none."""
    record = next(b.__args__[0] for b in cls.__orig_bases__ if getattr(b, "__origin__", None) is Changes)  # type: ignore[attr-defined]
    own = {a.name for a in fields(record)} | {"extra", "order_line_items"}
    assert {a.name for a in fields(cls)} <= own
    if not cls.key.endswith("_id"):
        assert all(a.default is not NOTHING for a in fields(cls))


def test_products_can_be_put_in_another_order() -> None:
    """``image_ids`` can be changed and not created (reference §5.22)."""
    assert "image_ids" in {a.name for a in fields(ProductChanges)}
    assert "image_ids" not in {a.name for a in fields(payloads.NewProduct)}
