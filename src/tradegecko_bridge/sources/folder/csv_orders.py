"""Orders from a CSV file: one row per order line, rows of one order grouped by its reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from attrs import Factory, define

from tradegecko_bridge.commerce import (
    Address,
    Customer,
    Discount,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.commerce.formatting import shown, shown_code, shown_currency
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.columns import ADDRESS_FIELDS, COLUMNS, CUSTOMER_FIELDS, Column
from tradegecko_bridge.sources.folder.problems import fate, listed
from tradegecko_bridge.sources.folder.sheet import NUL, Group, Sheet, read_sheet

_TOTALS = {
    "subtotal": "subtotal",
    "tax": "tax_total",
    "shipping": "shipping_total",
    "discount": "discount_total",
    "grand_total": "grand_total",
}
_SHIPPING = {name.removeprefix("shipping_"): name for name in COLUMNS if name.startswith("shipping_")}
_SHIPPING.pop("total")
_DISCOUNT = {name: f"discount_{name}" for name in ("label", "code", "amount", "before_tax")}
_OWN = (
    "placed_at", "currency", "note", "tags", "url", "requested_ship_date", "canceled_at",
    "source_status", "payment_status", "fulfillment_status", "payment_method", "paid",
)  # fmt: skip
_LINE = (
    "sku", "name", "quantity", "price", "discount", "additional_discount", "tax", "tax_rate", "shippable", "barcode",
    "kind",
)  # fmt: skip


def read_csv(name: str, text: str) -> list[SourceOrder | UnreadableOrder]:
    """The orders of one file, in order of first appearance; cursors are left blank.

    Raises:
        MalformedData: nothing of the file can be taken.
    """
    try:
        sheet = read_sheet(text)
    except MalformedData as error:
        raise MalformedData([f"{name}, {problem}" for problem in error.problems]) from None
    orders: list[SourceOrder | Group] = [_read_order(group) for group in sheet.groups.values()]
    given = [order if isinstance(order, SourceOrder) else _unreadable(name, order) for order in orders]
    return [*given, *_strays(name, sheet)]


def _unreadable(name: str, group: Group) -> UnreadableOrder:
    number = next((row["order_number"] for row in group.rows if row["order_number"]), None)
    became = fate(number or group.reference, held=True)
    return UnreadableOrder(problem=f"{name}, {listed(group.faults)} {became}", reference=group.reference, number=number)


def _strays(name: str, sheet: Sheet) -> list[UnreadableOrder]:
    became = "(the row was left out, its order is not known)"
    return [UnreadableOrder(problem=f"{name}, {stray} {became}") for stray in sheet.strays]


# ── one order ────────────────────────────────────────────────────────────────────────────────


@define
class _Reading:
    """One order while its rows are read: its values, the row each came from, and what is wrong."""

    faults: list[str]
    values: dict[str, Any] = Factory(dict)
    origin: dict[str, int] = Factory(dict)
    lines: list[dict[str, Any]] = Factory(list)

    def take(self, row_number: int, cells: Mapping[str, str]) -> None:
        """Read one row."""
        line: dict[str, Any] = {}
        for name, cell in cells.items():
            column = COLUMNS[name]
            if not cell:
                if column.required and column.per_line:
                    self.faults.append(f"row {row_number}, {name}: is blank; write it on every row")
                continue
            if "\0" in cell:
                self.faults.append(f"row {row_number}, {name}: {NUL}")
                continue
            try:
                value = column.read(cell)
            except ValueError as error:
                self.faults.append(f"row {row_number}, {name}: {error}")
                continue
            if column.per_line:
                line[name] = value
            else:
                self._keep(row_number, column, value, cells)
        self.lines.append(line)

    def _keep(self, row_number: int, column: Column, value: Any, cells: Mapping[str, str]) -> None:
        first_row = self.origin.setdefault(column.name, row_number)
        if self.values.setdefault(column.name, value) == value:
            return
        what = f"{_shown(column, cells[column.name])} is not what".lstrip()
        self.faults.append(f"row {row_number}, {column.name}: {what} row {first_row} of the same order says")

    def require(self, row_number: int) -> None:
        """Note the required values that no row gave, unless one of them was faulty."""
        for column in COLUMNS.values():
            if not column.required or column.per_line or column.name in self.values:
                continue
            if not any(f", {column.name}: " in fault for fault in self.faults):
                self.faults.append(f"row {row_number}, {column.name}: is blank; write it on the first row of the order")


def _shown(column: Column, cell: str) -> str:
    """A cell as a fault may show it; nothing where it is text that may be anything."""
    if column.name == "currency":
        return shown_currency(cell)
    return "" if column.personal or column.kind in (str, tuple) else shown(cell)


def _read_order(group: Group) -> SourceOrder | Group:
    """The order, or the group with every fault found."""
    reading = _Reading(faults=group.faults)
    for number, cells in zip(group.row_numbers, group.rows, strict=True):
        reading.take(number, cells)
    if group.rows:
        reading.require(group.row_numbers[0])
    _name_lines(reading, group.row_numbers)
    _check_amounts(reading)
    return group if reading.faults else _order(group.reference, reading)


def _name_lines(reading: _Reading, row_numbers: list[int]) -> None:
    """Lines without a reference get their place in the order as one."""
    for place, line in enumerate(reading.lines, 1):
        line.setdefault("line_reference", str(place))
    counts = Counter(line["line_reference"] for line in reading.lines)
    for number, line in zip(row_numbers, reading.lines, strict=True):
        if counts[line["line_reference"]] > 1:
            name = shown_code(line["line_reference"])
            reading.faults.append(f"row {number}, line_reference: {name} names two lines of this order")


def _check_amounts(reading: _Reading) -> None:
    """A way of shipping or a discount without an amount may be free or forgotten: do not guess."""
    for fields, what in ((_SHIPPING, "shipping is free"), (_DISCOUNT, "there is none")):
        amount = fields["amount"]
        given = [name for name in fields.values() if name in reading.origin]
        if given and amount not in given and not any(f", {amount}: " in fault for fault in reading.faults):
            row = reading.origin[given[0]]
            reading.faults.append(f"row {row}, {amount}: is blank beside {given[0]}; write 0 if {what}")


def _order(reference: str, reading: _Reading) -> SourceOrder:
    values = reading.values
    included = values.get("prices_include_tax", False)
    shipping = _picked(values, _SHIPPING)
    discount = _picked(values, _DISCOUNT)
    return SourceOrder(
        reference=reference,
        number=values["order_number"],
        lines=tuple(_line(line, included) for line in reading.lines),
        shipping=(ShippingLine(**shipping, price_includes_tax=included),) if shipping else (),
        discounts=(Discount(**discount),) if discount else (),
        totals=Totals(**_picked(values, _TOTALS)),
        customer=Customer(**_picked(values, _prefixed("customer", CUSTOMER_FIELDS))),
        shipping_address=_address(values, "ship"),
        billing_address=_address(values, "bill"),
        **{name: values[name] for name in _OWN if name in values},
    )


def _line(line: Mapping[str, Any], included: bool) -> OrderLine:
    fields = {name: line[name] for name in _LINE if name in line}
    return OrderLine(reference=line["line_reference"], price_includes_tax=included, **fields)


def _address(values: Mapping[str, Any], prefix: str) -> Address | None:
    fields = _picked(values, _prefixed(prefix, ADDRESS_FIELDS))
    return Address(**fields) if fields else None


def _prefixed(prefix: str, fields: tuple[str, ...]) -> dict[str, str]:
    return {field: f"{prefix}_{field}" for field in fields}


def _picked(values: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """The given ones of these fields, by the record's names."""
    return {field: values[column] for field, column in fields.items() if column in values}
