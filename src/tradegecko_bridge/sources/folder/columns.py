"""The columns an order file may have, and how a cell of each kind is read.

Nothing is guessed: a cell that could mean two things is refused with a hint how to write it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import attrs
from attrs import frozen

from tradegecko_bridge.bounds import OutOfBounds, decimal_from
from tradegecko_bridge.commerce import Address, Customer, ItemKind
from tradegecko_bridge.commerce.formatting import shown
from tradegecko_bridge.structuring import register, strict_converter

CELLS: Final[dict[type, str]] = {
    str: "text",
    Decimal: "number",
    bool: "yes or no",
    datetime: "time with zone",
    date: "date",
    tuple: "words with | between",
    ItemKind: "text",
}
"""What a cell is read as, and what the documentation calls it."""


@frozen
class Column:
    """One column. ``per_line`` columns are read on every row, the others need only be given on an order's first.

    ``required`` columns must be there and filled. ``personal`` values never show in a problem line.
    """

    name: str
    kind: type = str
    per_line: bool = False
    required: bool = False
    personal: bool = False

    def read(self, cell: str) -> Any:
        """The value of a filled cell.

        Raises:
            ValueError: it is not of this kind; the message says how to write it, and shows the value only if it can be
                nobody's data.
        """
        return _CONVERTER.structure(cell, self.kind)


_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_SEPARATED = re.compile(r"[+-]?[0-9][0-9.,'’\s]*")
_EXPONENT = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_WITH_SIGN = re.compile(r"[^0-9]{1,4}[0-9][0-9.,]*|[0-9][0-9.,]*\s?[^0-9]{1,4}")


def _number(cell: str, _kind: object) -> Decimal:
    if _PLAIN.fullmatch(cell):
        try:
            return decimal_from(cell)
        except OutOfBounds as error:
            raise ValueError(f"{shown(cell)} {error}") from None
    raise ValueError(f"{shown(cell)} {_number_hint(cell)}")


def _number_hint(cell: str) -> str:
    if _SEPARATED.fullmatch(cell):
        return "has a comma or thousands separators; write only digits and a point before decimals, such as 1234.50"
    if _EXPONENT.fullmatch(cell):
        return "was shortened by a spreadsheet; format the column as a number and write all digits"
    if _WITH_SIGN.fullmatch(cell):
        return "is not a number alone; write the digits without any sign or unit, such as 12.50"
    return "is not a number; write digits such as 2 or 2.5"


_FLAGS = {"yes": True, "no": False, "true": True, "false": False}


def _flag(cell: str, _kind: object) -> bool:
    try:
        return _FLAGS[cell.casefold()]
    except KeyError:
        raise ValueError(f"{shown(cell)} is neither yes nor no") from None


def _moment(cell: str, _kind: object) -> datetime:
    if _is_date(cell):
        raise ValueError(f"{shown(cell)} has no time of day; write e.g. {cell}T09:30:00Z or {cell}T09:30:00-05:00")
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(
            f"{shown(cell)} is not a time; write 2026-01-31T09:30:00Z or 2026-01-31T09:30:00-05:00"
        ) from None
    if moment.utcoffset() is None:
        raise ValueError(f"{shown(cell)} has no time zone; write {cell}Z if it is UTC, else e.g. {cell}-05:00")
    return moment


def _date(cell: str, _kind: object) -> date:
    if not _is_date(cell):
        raise ValueError(f"{shown(cell)} is not a date; write year, month and day, such as 2026-01-31")
    return date.fromisoformat(cell)


def _is_date(cell: str) -> bool:
    try:
        return len(cell) == len("2026-01-31") and date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _words(cell: str, _kind: object) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split("|") if word.strip())


def _item_kind(cell: str, _kind: object) -> ItemKind:
    try:
        return ItemKind(cell.casefold().replace(" ", "_"))
    except ValueError:
        raise ValueError(f"{shown(cell)} is none of {', '.join(ItemKind)}") from None


_CONVERTER = strict_converter()
for _kind, _read in {
    Decimal: _number,
    bool: _flag,
    datetime: _moment,
    date: _date,
    tuple: _words,
    ItemKind: _item_kind,
}.items():
    register(_CONVERTER, _kind, _read)

CUSTOMER_FIELDS = tuple(attrs.fields_dict(Customer))
ADDRESS_FIELDS = tuple(attrs.fields_dict(Address))


def _personal(prefix: str, fields: tuple[str, ...]) -> list[Column]:
    return [Column(f"{prefix}_{field}", personal=True) for field in fields]


def _numbers(*names: str) -> list[Column]:
    return [Column(name, Decimal) for name in names]


_ALL = (
    Column("order_reference"),
    Column("order_number", required=True),
    Column("placed_at", datetime, required=True),
    Column("currency", required=True),
    *_personal("customer", CUSTOMER_FIELDS),
    *_personal("ship", ADDRESS_FIELDS),
    *_personal("bill", ADDRESS_FIELDS),
    Column("shipping_label"),
    Column("shipping_code"),
    *_numbers("shipping_amount", "shipping_tax", "shipping_tax_rate"),
    Column("discount_label"),
    Column("discount_code"),
    *_numbers("discount_amount"),
    Column("discount_before_tax", bool),
    *_numbers("subtotal", "tax_total", "shipping_total", "discount_total", "grand_total"),
    Column("prices_include_tax", bool),
    Column("note", personal=True),
    Column("tags", tuple),
    Column("url", personal=True),  # links to orders often carry a token
    Column("requested_ship_date", date),
    Column("canceled_at", datetime),
    Column("source_status"),
    Column("payment_status"),
    Column("fulfillment_status"),
    Column("payment_method"),
    Column("paid", bool),
    Column("line_reference", per_line=True),
    Column("sku", per_line=True),
    Column("name", per_line=True),
    Column("quantity", Decimal, per_line=True, required=True),
    Column("price", Decimal, per_line=True, required=True),
    Column("discount", Decimal, per_line=True),
    Column("additional_discount", Decimal, per_line=True),
    Column("tax", Decimal, per_line=True),
    Column("tax_rate", Decimal, per_line=True),
    Column("shippable", bool, per_line=True),
    Column("barcode", per_line=True),
    Column("kind", ItemKind, per_line=True),
)
COLUMNS: dict[str, Column] = {column.name: column for column in _ALL}
"""Every column by its name, in the order the documentation lists them."""
