"""The columns an order file may have, and how a cell of each kind is read.

Nothing is guessed: a cell that could mean two things is refused with a hint how to write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import frozen

from tradegecko_bridge.commerce.formatting import shown


class Kind(StrEnum):
    """What a cell holds; the value is how the documentation calls it."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "yes or no"
    MOMENT = "time with zone"
    DATE = "date"
    WORDS = "words with | between"


@frozen
class Column:
    """One column. ``per_line`` columns are read on every row, the others need only be given on an order's first.

    ``required`` columns must be there and filled. ``personal`` values never show in a problem line.
    """

    name: str
    kind: Kind = Kind.TEXT
    per_line: bool = False
    required: bool = False
    personal: bool = False

    def read(self, cell: str) -> Any:
        """The value of a filled cell.

        Raises:
            ValueError: it is not of this kind; the message says how to write it, and shows the value only if it can be
                nobody's data.
        """
        return _READERS[self.kind](cell)


def _text(cell: str) -> str:
    return cell


_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_SEPARATED = re.compile(r"[+-]?[0-9][0-9.,'’\s]*")
_EXPONENT = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_WITH_SIGN = re.compile(r"[^0-9]{1,4}[0-9][0-9.,]*|[0-9][0-9.,]*\s?[^0-9]{1,4}")


def _number(cell: str) -> Decimal:
    if _PLAIN.fullmatch(cell):
        return Decimal(cell)
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


def _flag(cell: str) -> bool:
    try:
        return _FLAGS[cell.casefold()]
    except KeyError:
        raise ValueError(f"{shown(cell)} is neither yes nor no") from None


def _moment(cell: str) -> datetime:
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


def _date(cell: str) -> date:
    if not _is_date(cell):
        raise ValueError(f"{shown(cell)} is not a date; write year, month and day, such as 2026-01-31")
    return date.fromisoformat(cell)


def _is_date(cell: str) -> bool:
    try:
        return len(cell) == len("2026-01-31") and date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in cell.split("|") if word.strip())


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.MOMENT: _moment,
    Kind.DATE: _date,
    Kind.WORDS: _words,
}

CUSTOMER_FIELDS = ("reference", "company", "first_name", "last_name", "email", "phone")
ADDRESS_FIELDS = (
    "first_name",
    "last_name",
    "company",
    "address1",
    "address2",
    "suburb",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
    "email",
)


def _personal(prefix: str, fields: tuple[str, ...]) -> list[Column]:
    return [Column(f"{prefix}_{field}", personal=True) for field in fields]


def _numbers(*names: str) -> list[Column]:
    return [Column(name, Kind.NUMBER) for name in names]


_ALL = (
    Column("order_reference"),
    Column("order_number", required=True),
    Column("placed_at", Kind.MOMENT, required=True),
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
    *_numbers("subtotal", "tax_total", "shipping_total", "discount_total", "grand_total"),
    Column("prices_include_tax", Kind.FLAG),
    Column("note", personal=True),
    Column("tags", Kind.WORDS),
    Column("url", personal=True),  # links to orders often carry a token
    Column("requested_ship_date", Kind.DATE),
    Column("canceled_at", Kind.MOMENT),
    Column("source_status"),
    Column("payment_status"),
    Column("fulfillment_status"),
    Column("payment_method"),
    Column("paid", Kind.FLAG),
    Column("line_reference", per_line=True),
    Column("sku", per_line=True),
    Column("name", per_line=True),
    Column("quantity", Kind.NUMBER, per_line=True, required=True),
    Column("price", Kind.NUMBER, per_line=True, required=True),
    Column("discount", Kind.NUMBER, per_line=True),
    Column("additional_discount", Kind.NUMBER, per_line=True),
    Column("tax", Kind.NUMBER, per_line=True),
    Column("tax_rate", Kind.NUMBER, per_line=True),
    Column("shippable", Kind.FLAG, per_line=True),
    Column("barcode", per_line=True),
)
COLUMNS: dict[str, Column] = {column.name: column for column in _ALL}
"""Every column by its name, in the order the documentation lists them."""
