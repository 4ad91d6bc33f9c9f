"""What goes back, as rows, text and files: shipments, stock levels, receipts and products."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import DeliveryReceipt, ProductDetails, Shipment, ShippedItem, StockLevel
from tradegecko_bridge.commerce.codec import to_plain
from tradegecko_bridge.sources.folder.formulas import guarded_row

Rows = Sequence[Sequence[str]]
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that no workbook can hold."""

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
    "withdrawn",
)
STOCK = ("sku", "available", "sell_without_stock")
CANCELLATIONS = ("order_reference",)
RECEIPTS = ("order_reference", "order_number", "remote_id", "remote_number", "delivered_at")

_Parcel = tuple[str | None, str | None, ShippedItem | None]
"""Tracking number, tracking link and item; no item where nobody said what is in the parcel."""


def tracking_rows(shipment: Shipment) -> Rows:
    """A shipment's rows: one for each item of each package."""
    return _storable([_tracking_row(shipment, parcel) for parcel in _parcels(shipment)])


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
        _yes_no(shipment.withdrawn),
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


def stock_rows(level: StockLevel) -> Rows:
    """A stock level's row."""
    return _storable([(level.sku, _number(level.available), _yes_no(level.sell_without_stock))])


def receipt_rows(receipt: DeliveryReceipt) -> Rows:
    """A receipt's row."""
    delivered_at = _moment(receipt.delivered_at)
    return _storable(
        [(receipt.order_reference, receipt.order_number, receipt.remote_id, receipt.remote_number, delivered_at)]
    )


def cancellation_rows(reference: str) -> Rows:
    """The row of an order that is to be canceled."""
    return _storable([(reference,)])


def _storable(rows: Rows) -> Rows:
    """The same rows.

    Raises:
        UnicodeError: no file can hold them.
    """
    for row in rows:
        "".join(row).encode()
    return rows


def csv_file(header: Sequence[str], parts: Sequence[Rows], *, marked: bool = False) -> bytes:
    """A table with commas, CRLF, quotes where needed, and nothing that a spreadsheet would run.

    ``marked``: with the byte order mark by which Excel knows UTF-8.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows(map(guarded_row, chain((header,), *parts)))
    return text.getvalue().encode("utf-8-sig" if marked else "utf-8")


def workbook(header: Sequence[str], parts: Sequence[Rows]) -> bytes:
    """A table as .xlsx: all of it text, so that no digit is lost and nothing is run."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in chain((header,), *parts):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value="")
            cell._value, cell.data_type = _CONTROLS.sub("\ufffd", text), "s"
            cells.append(cell)
        sheet.append(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def product_text(product: ProductDetails) -> str:
    """A product in the canonical form.

    Raises:
        UnicodeError: no file can hold it.
    """
    text = json.dumps(to_plain(product), ensure_ascii=False, indent=2)
    text.encode()
    return text


def product_file(texts: Sequence[str]) -> bytes:
    """A whole JSON file."""
    return ('{"products": [\n' + ",\n".join(texts) + "\n]}\n").encode()


def _number(number: Decimal) -> str:
    return format(number, "f")


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _yes_no(flag: bool) -> str:
    return "yes" if flag else "no"
