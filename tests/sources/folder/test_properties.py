"""What must hold for any order and any damage, not only for the examples."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.folder.helpers import GOOD, HEADER, NOW, OTHER, Given, bad, fetch, good, sheet, source_at
from tradegecko_bridge.commerce import (
    Address,
    Customer,
    DeliveryReceipt,
    Discount,
    OrderLine,
    Package,
    Shipment,
    ShippedItem,
    ShippingLine,
    SourceOrder,
    StockLevel,
    Totals,
)
from tradegecko_bridge.commerce.codec import to_plain
from tradegecko_bridge.sources.folder.columns import ADDRESS_FIELDS, COLUMNS, CUSTOMER_FIELDS
from tradegecko_bridge.sources.folder.formulas import guarded, unguarded
from tradegecko_bridge.sources.folder.places import country_code
from tradegecko_bridge.sources.folder.sheet import _UNSEEN

# What a database can hold: no NUL, no half characters. In CSV also nothing that spaces around it would change.
_plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
_marks = [quotes + mark for quotes in ("", "'", "''") for mark in "=+-@\t\r＝＋－＠"]
_formulas = st.builds(str.__add__, st.sampled_from(_marks), st.sampled_from(("SUM(A1)", "12", " x")))
_text = _plain | _formulas
_joined = st.lists(st.sampled_from([*_marks, *";\t\n\r,\"'", "A1", "5", "x"]), max_size=8).map("".join)
_words = _text.map(lambda text: text.strip().strip(_UNSEEN).strip()).filter(bool)
_numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
_zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=_zones | st.just(UTC))  # noqa: DTZ001
_maybe = st.none() | _words


def _some(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(names), _words, max_size=4).filter(_is_told_apart)


def _is_told_apart(values: dict[str, str]) -> bool:
    """No other name of a country."""
    country = values.get("country", "")
    return country_code(country) == country


def _lines(included: bool) -> st.SearchStrategy[OrderLine]:
    return st.builds(
        OrderLine,
        reference=_words,
        sku=_maybe,
        name=_words | st.just(""),
        quantity=_numbers,
        price=_numbers,
        price_includes_tax=st.just(included),
        discount=_numbers,
        additional_discount=_numbers,
        tax=st.none() | _numbers,
        tax_rate=st.none() | _numbers,
        shippable=st.booleans(),
    )


def _address() -> st.SearchStrategy[Address | None]:
    return st.none() | _some(ADDRESS_FIELDS).filter(bool).map(lambda fields: Address(**fields))


@st.composite
def _orders(draw: st.DrawFn) -> SourceOrder:
    included = draw(st.booleans())
    maybe_number = st.none() | _numbers
    shipping = st.builds(
        ShippingLine,
        label=_words | st.just(""),
        code=_maybe,
        amount=_numbers,
        price_includes_tax=st.just(included),
        tax=maybe_number,
        tax_rate=maybe_number,
    )
    discounts = st.builds(Discount, label=_words | st.just(""), code=_maybe, amount=_numbers)
    tags = st.lists(_words.filter(lambda word: "|" not in word), max_size=3)
    return SourceOrder(
        reference=draw(_words),
        number=draw(_words),
        placed_at=draw(_moments),
        currency=draw(_words),
        lines=tuple(draw(st.lists(_lines(included), min_size=1, max_size=4, unique_by=lambda line: line.reference))),
        shipping=tuple(draw(st.lists(shipping, max_size=1))),
        discounts=tuple(draw(st.lists(discounts, max_size=1))),
        totals=draw(st.builds(Totals, **dict.fromkeys(("subtotal", "tax", "shipping", "discount"), maybe_number))),
        customer=Customer(**draw(_some(CUSTOMER_FIELDS))),
        shipping_address=draw(_address()),
        billing_address=draw(_address()),
        requested_ship_date=draw(st.none() | st.dates()),
        note=draw(_maybe),
        tags=tuple(draw(tags)),
        url=draw(_maybe),
        canceled_at=draw(st.none() | _moments),
    )


def _cell(value: object) -> str:
    """A value as a shop's export would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return format(value, "f")
        case tuple():
            return "|".join([*value, ""])  # a comma alone would separate, too
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _order_cells(order: SourceOrder) -> dict[str, object]:
    def prefixed(prefix: str, part: object) -> Mapping[str, object]:
        slots = getattr(type(part), "__slots__", ())
        names = [name for name in slots if f"{prefix}_{name}" in COLUMNS]
        return {f"{prefix}_{name}": getattr(part, name) for name in names}

    totals = order.totals
    return {
        **{name: getattr(order, name) for name in COLUMNS if hasattr(order, name)},
        "order_reference": order.reference,
        "order_number": order.number,
        "prices_include_tax": order.prices_include_tax,
        "tax_total": totals.tax,
        "subtotal": totals.subtotal,
        "grand_total": totals.grand_total,
        **prefixed("customer", order.customer),
        **prefixed("ship", order.shipping_address),
        **prefixed("bill", order.billing_address),
        **(prefixed("shipping", order.shipping[0]) if order.shipping else {}),
        **(prefixed("discount", order.discounts[0]) if order.discounts else {}),
        "shipping_total": totals.shipping,
        "discount_total": totals.discount,
    }


def _as_csv(orders: list[SourceOrder], delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, delimiter=delimiter, restval="")
    writer.writeheader()
    for order in orders:
        for line in order.lines:
            cells = _order_cells(order) if line is order.lines[0] else {"order_reference": order.reference}
            cells |= {name: getattr(line, name) for name in COLUMNS if hasattr(line, name)}
            cells["line_reference"] = line.reference
            names = ("order_reference", "order_number")
            texts = {name: _cell(value) for name, value in cells.items()}
            writer.writerow({name: text if name in names else guarded(text) for name, text in texts.items()})
    return text.getvalue()


def _fetched(name: str, content: str) -> list[Given]:
    with tempfile.TemporaryDirectory() as folder:
        return fetch(Path(folder), name, content)


@settings(max_examples=60, deadline=None)
@given(
    orders=st.lists(_orders(), min_size=1, max_size=3, unique_by=lambda order: order.reference),
    delimiter=st.sampled_from(",;\t"),
)
def test_any_order_reads_back_equal_from_csv(orders: list[SourceOrder], delimiter: str) -> None:
    """Every value, however odd its text, arrives as it was before it was guarded from being run as a formula."""
    assert _fetched("shop.csv", _as_csv(orders, delimiter)) == orders


def _table(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _told(cell: str) -> str:
    """The exact text, as the page on the folder says how to get it."""
    return re.sub(r"""(?<=[;\t\r\n])'(?=["']*[=+\-@＝＋－＠])""", "", unguarded(cell))


def _runs(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula that can do something."""
    return cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) and any(char.isalpha() for char in cell)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(_text | _joined.filter(str.strip), min_size=10, max_size=10), number=_numbers)
def test_nothing_that_comes_back_is_a_formula(texts: list[str], number: Decimal) -> None:
    """In any cell of any table, at whatever a spreadsheet splits it; numbers are as they were, and every text is told
    again from its cell."""
    item = ShippedItem(line_reference=texts[0], sku=texts[1], quantity=abs(number) + 1)
    package = Package(tracking_number=texts[2], tracking_url=texts[3], items=(item,))
    shipment = Shipment(
        reference=texts[4], order_reference=texts[5], order_number=texts[6], items=(item,), packages=(package,),
        carrier=texts[7], service=texts[8], completes_order=True,
    )  # fmt: skip
    receipt = DeliveryReceipt(
        order_reference=texts[5], order_number=texts[6], remote_id=texts[9], remote_number=texts[2], delivered_at=NOW
    )
    with tempfile.TemporaryDirectory() as folder:
        source = source_at(Path(folder))
        source.accept_tracking([shipment])
        source.accept_stock([StockLevel(sku=texts[1], available=number)])
        source.accept_receipts([receipt])
        written = {file.parent.name: file.read_bytes().decode() for file in Path(folder).glob("*/2*")}
    assert written.keys() == {"tracking", "stock", "receipts"}
    split = [_table(text, delimiter) for text in written.values() for delimiter in ";\t"]
    assert not [cell for table in split for row in table for cell in row if _runs(cell.lstrip("\t\r\n"))]
    tables = {name: _table(text, ",") for name, text in written.items()}
    assert not [cell for table in tables.values() for row in table for cell in row if _runs(cell)]
    cells = {name: table[1] for name, table in tables.items()}
    given = [texts[place] for place in (5, 6, 4, 7, 8, 2, 3)]
    assert [_told(cell) for cell in cells["tracking"][:7]] == given
    assert [_told(cell) for cell in cells["tracking"][8:10]] == texts[:2]
    assert Decimal(cells["tracking"][10]) == item.quantity
    assert (_told(cells["stock"][0]), Decimal(cells["stock"][1])) == (texts[1], number)
    assert [_told(cell) for cell in cells["receipts"][:4]] == [texts[place] for place in (5, 6, 9, 2)]


@given(_text)
def test_a_guarded_cell_is_told_apart(text: str) -> None:
    """From every other text, also from one that somebody else had guarded; what is no formula is untouched."""
    assert unguarded(guarded(text)) == text
    assert not _runs(guarded(text))
    assert guarded(text) in (text, f"'{text}")


def test_numbers_stay_numbers() -> None:
    """Also negative ones, and telephone numbers: programs read them."""
    for text in (
        "-5",
        "-0.50",
        "+1",
        "+49 30 123-45",
        "+49(0)30/123",
        "-1,5",
        "+(49) 30",
        "MUG",
        "a=1",
        "'tis",
        "",
        "1-2",
    ):
        assert guarded(text) == text
    for text in ("=1", "-MUG+1", "+A1", "@x", "-", "=", "\t1", "－1", "＝A1", "'=1", "-1+cmd|' /C calc'!A0", "+1e9"):
        assert guarded(text) == f"'{text}"


def _numbers_bare(plain: Any) -> Any:
    """Decimals as JSON numbers instead of text."""
    if isinstance(plain, dict):
        return {name: _bare(name, value) for name, value in plain.items()}
    return [_numbers_bare(each) for each in plain] if isinstance(plain, list) else plain


def _bare(name: str, value: Any) -> Any:
    return f"bare {value} bare" if name in ("quantity", "price", "amount") else _numbers_bare(value)


@settings(max_examples=60, deadline=None)
@given(orders=st.lists(_orders(), min_size=1, max_size=3, unique_by=lambda order: order.reference), bare=st.booleans())
def test_any_order_reads_back_equal_from_json(orders: list[SourceOrder], bare: bool) -> None:
    """In quotes or as plain numbers, no digit is lost."""
    plain = [to_plain(order) for order in orders]
    text = json.dumps({"orders": _numbers_bare(plain) if bare else plain})
    assert _fetched("shop.json", text.replace('"bare ', "").replace(' bare"', "")) == orders


_ROWS = (GOOD, OTHER, '2000,2026-01-31T09:30:00Z,CAD,"MUG, blue",1,1.00,', "1006,,,TEE,3,5.00,", "2000,,,TEE,10,5.00,")


def test_a_file_cut_inside_any_row_holds_the_order_of_that_row() -> None:
    """Wherever inside a row a file breaks off, that row's order waits and no other order loses a line.

    A row with all of its cells counts once nobody has written to the file for a while.
    """
    for place, row in enumerate(_ROWS):
        above = sheet(*_ROWS[:place])
        complete = good(_fetched("shop.csv", above))
        for length in range(1, len(row) + 1):
            given = _fetched("shop.csv", above + row[:length])
            if len(next(csv.reader([row[:length]]))) == len(HEADER.split(",")):
                assert not bad(given)
                assert row[:4] in [order.number for order in good(given)]
                continue
            assert bad(given)
            assert row[:4] not in [order.number for order in good(given)]
            assert [order.lines for order in good(given)] == [
                order.lines for order in complete if order.number in {went.number for went in good(given)}
            ]


def test_a_file_cut_inside_the_header_gives_nothing() -> None:
    """Half a header is never taken for a whole one."""
    for length in range(1, len(HEADER) + 1):
        given = _fetched("shop.csv", HEADER[:length])
        assert len(bad(given)) == 1
        assert not good(given)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_never_raises_and_never_spoils_an_order_silently(data: st.DataObject) -> None:
    """Any byte changed to a structural one: orders come whole, changed in one cell, or not at all."""
    text = sheet(*_ROWS)
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:place] + data.draw(st.sampled_from(',;"\n\r\t\0')) + text[place + 1 :]
    whole = {order.number: len(order.lines) for order in good(_fetched("shop.csv", text))}
    given = _fetched("shop.csv", damaged)
    assert "\0" not in "".join(f"{order.reference}{order.number}" for order in given)
    for order in good(given):
        assert len(order.lines) == whole.get(order.number, 0) or place_is_in_a_reference(text, place)


def place_is_in_a_reference(text: str, place: int) -> bool:
    """Whether the damage hit an order number or the end of the row before: then it is another order's row."""
    start = text.rfind("\n", 0, place) + 1
    return place - start <= len("1006") or text[place] == "\n"


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200) | _text.map(str.encode), ending=st.sampled_from(["csv", "json"]))
def test_any_bytes_lead_to_lines_not_to_errors(content: bytes, ending: str) -> None:
    """Whatever lies in the inbox, a run goes through and says something of it on one line."""
    with tempfile.TemporaryDirectory() as folder:
        given_orders = fetch(Path(folder), f"shop.{ending}", content)
    assert given_orders
    assert all("\n" not in order.problem for order in bad(given_orders))
