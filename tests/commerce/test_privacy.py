"""What stays of an order when its personal data goes: on a list, or it goes."""

from __future__ import annotations

import attrs
import pytest

from tradegecko_bridge.commerce.orders import Component, Discount, OrderLine, ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.privacy import STAYS
from tradegecko_bridge.commerce.shipments import Package, Shipment, ShippedItem

GOES: dict[type, set[str]] = {
    SourceOrder: {
        *("customer", "shipping_address", "billing_address", "note", "tags", "url", "payment_method", "extra"),
    },
    OrderLine: {"name", "ship_to"},
    Component: {"name"},
    ShippingLine: set(),
    Discount: {"label", "code"},
    Shipment: set(),
    Package: {"tracking_number", "tracking_url"},
}


@pytest.mark.parametrize("kind", GOES)
def test_somebody_has_decided_on_every_field(kind: type) -> None:
    """A new field of an order goes until it is put on the list of what stays; here it is said which it was."""
    assert {field.name for field in attrs.fields(kind)} - set(STAYS[kind]) == GOES[kind]
    assert set(STAYS) == set(GOES)


def test_records_that_stay_whole_hold_numbers_and_skus_only() -> None:
    """What is not on the list at all stays as it is: totals, and which units were shipped."""
    assert {field.name for field in attrs.fields(Totals)} == {"subtotal", "tax", "shipping", "discount", "grand_total"}
    assert {field.name for field in attrs.fields(ShippedItem)} == {"line_reference", "sku", "quantity"}
