"""What goes back, as rows and text: shipments, stock levels, receipts and products."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from attrs import evolve

from tradegecko_bridge.commerce import DeliveryReceipt, ProductDetails, Shipment, ShippedItem, StockLevel
from tradegecko_bridge.commerce.codec import to_plain
from tradegecko_bridge.sources.folder.outbox import csv_text

TRACKING = (
    "order_reference",
    "order_number",
    "shipment_reference",
    "carrier",
    "service",
    "tracking_number",
    "tracking_url",
    "shipped_at",
    "line_reference",
    "sku",
    "quantity",
    "completes_order",
)
STOCK = ("sku", "available", "sell_without_stock")
CANCELLATIONS = ("order_reference",)
RECEIPTS = ("order_reference", "order_number", "remote_id", "remote_number", "delivered_at")

_Parcel = tuple[str | None, str | None, ShippedItem | None]
"""Tracking number, tracking link and item; no item where nobody said what is in the parcel."""


def tracking_text(shipment: Shipment) -> str:
    """A shipment's rows: one for each item of each package."""
    return csv_text(_tracking_row(shipment, parcel) for parcel in _parcels(shipment))


def _tracking_row(shipment: Shipment, parcel: _Parcel) -> tuple[str, ...]:
    tracking_number, tracking_url, item = parcel
    return (
        shipment.order_reference,
        shipment.order_number,
        shipment.reference,
        shipment.carrier or "",
        shipment.service or "",
        tracking_number or "",
        tracking_url or "",
        _moment(shipment.shipped_at),
        item.line_reference if item else "",
        (item.sku or "") if item else "",
        _number(item.quantity) if item else "",
        _yes_no(shipment.completes_order),
    )


def _parcels(shipment: Shipment) -> Iterator[_Parcel]:
    """Every package with its items, then what is in no package; the quantities add up to the shipment's."""
    packages = shipment.packages
    if len(packages) == 1 and not packages[0].items:
        packages = (evolve(packages[0], items=shipment.items),)
    for package in packages:
        for item in package.items or (None,):
            yield package.tracking_number, package.tracking_url, item
    loose = _not_packed(shipment.items, [item for package in packages for item in package.items])
    for item in loose:
        yield None, None, item
    if not packages and not loose:
        yield None, None, None


def _not_packed(items: Sequence[ShippedItem], packed: Sequence[ShippedItem]) -> list[ShippedItem]:
    left: dict[str, Decimal] = {}
    for item in packed:
        left[item.line_reference] = left.get(item.line_reference, Decimal(0)) + item.quantity
    loose = []
    for item in items:
        taken = min(item.quantity, left.get(item.line_reference, Decimal(0)))
        left[item.line_reference] = left.get(item.line_reference, Decimal(0)) - taken
        if item.quantity > taken:
            loose.append(evolve(item, quantity=item.quantity - taken))
    return loose


def stock_text(level: StockLevel) -> str:
    """A stock level's row."""
    return csv_text([(level.sku, _number(level.available), _yes_no(level.sell_without_stock))])


def receipt_text(receipt: DeliveryReceipt) -> str:
    """A receipt's row."""
    delivered_at = _moment(receipt.delivered_at)
    return csv_text(
        [(receipt.order_reference, receipt.order_number, receipt.remote_id, receipt.remote_number, delivered_at)]
    )


def cancellation_text(reference: str) -> str:
    """The row of an order that is to be canceled."""
    return csv_text([(reference,)])


def table(header: Sequence[str], texts: Sequence[str]) -> str:
    """A whole CSV file."""
    return csv_text([header]) + "".join(texts)


def product_text(product: ProductDetails) -> str:
    """A product in the canonical form."""
    return json.dumps(to_plain(product), ensure_ascii=False, indent=2)


def product_file(texts: Sequence[str]) -> str:
    """A whole JSON file."""
    return '{"products": [\n' + ",\n".join(texts) + "\n]}\n"


def _number(number: Decimal) -> str:
    return format(number, "f")


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _yes_no(flag: bool) -> str:
    return "yes" if flag else "no"
