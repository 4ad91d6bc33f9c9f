"""The columns an order file may have: what each holds, and what a format may give in their place."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

import attrs
from attrs import frozen

from tradegecko_bridge.commerce import Address, Customer, ItemKind

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

    ``required`` columns must be there and filled. ``personal`` values never show in a problem line. ``form`` says what
    may stand around a value: the sign of a currency (``money``), ``percent``, or what else names the same
    (``country``).
    """

    name: str
    kind: type = str
    per_line: bool = False
    required: bool = False
    personal: bool = False
    form: str = ""


CUSTOMER_FIELDS = tuple(attrs.fields_dict(Customer))
ADDRESS_FIELDS = tuple(attrs.fields_dict(Address))


def _personal(prefix: str, fields: tuple[str, ...], *, per_line: bool = False) -> list[Column]:
    return [
        Column(f"{prefix}_{field}", per_line=per_line, personal=True, form="country" * (field == "country"))
        for field in fields
    ]


def _money(*names: str, per_line: bool = False) -> list[Column]:
    return [Column(name, Decimal, per_line, form="money") for name in names]


_ALL = (
    Column("order_reference"),
    Column("order_number", required=True),
    Column("placed_at", datetime, required=True),
    Column("currency"),
    *_personal("customer", CUSTOMER_FIELDS),
    *_personal("ship", ADDRESS_FIELDS),
    *_personal("bill", ADDRESS_FIELDS),
    Column("shipping_label"),
    Column("shipping_code"),
    *_money("shipping_amount", "shipping_tax"),
    Column("shipping_tax_rate", Decimal, form="percent"),
    Column("discount_label"),
    Column("discount_code"),
    *_money("discount_amount"),
    Column("discount_before_tax", bool),
    *_money("subtotal", "tax_total", "shipping_total", "discount_total", "grand_total"),
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
    Column("ready", bool),
    Column("line_reference", per_line=True),
    Column("sku", per_line=True),
    Column("name", per_line=True),
    Column("quantity", Decimal, per_line=True, required=True),
    Column("price", Decimal, per_line=True, required=True, form="money"),
    *_money("discount", "additional_discount", "tax", per_line=True),
    Column("tax_rate", Decimal, per_line=True, form="percent"),
    Column("shippable", bool, per_line=True),
    Column("barcode", per_line=True),
    Column("kind", ItemKind, per_line=True),
    *_personal("line_ship", ADDRESS_FIELDS, per_line=True),
)
COLUMNS: dict[str, Column] = {column.name: column for column in _ALL}
"""Every column by its name, in the order the documentation lists them."""

_ASSEMBLED = (
    Column("customer_name", personal=True),
    Column("ship_name", personal=True),
    Column("bill_name", personal=True),
    Column("placed_date"),
    Column("placed_time"),
    Column("placed_zone"),
    *_money("fee_amount"),
    Column("fee_label"),
    *_money("line_price", "line_discount", per_line=True),
    Column("line_ship_name", per_line=True, personal=True),
)
ASSEMBLED: dict[str, Column] = {column.name: column for column in _ASSEMBLED}
"""What a format may fill beside the columns, which are made of it: full names, a time in several cells, a fee, and
amounts of a whole line (the price before the discount)."""
FIELDS: dict[str, Column] = COLUMNS | ASSEMBLED
"""All that a format may fill."""
