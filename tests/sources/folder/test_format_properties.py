"""What must hold for any format and any cells."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import nonsense
from tests.sources.folder.shops import FILES, LOCAL
from tradegecko_bridge.bounds import MAGNITUDE, PLACES, decimal_from, is_bounded
from tradegecko_bridge.commerce import Address, Customer, OrderLine, ShippingLine, SourceOrder, Totals, UnreadableOrder
from tradegecko_bridge.errors import ConfigError, MalformedData
from tradegecko_bridge.sources.folder.chosen import format_of, read_format
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.guess import guess
from tradegecko_bridge.sources.folder.reading import Given, orders_in
from tradegecko_bridge.sources.folder.values import Notation

T = TypeVar("T")
ZONES = ("UTC", "America/Toronto", "Europe/Berlin", "Australia/Lord_Howe")
FIELDS = {
    "order_reference": "Key", "order_number": "Order No", "placed_at": "Ordered", "currency": "Money",
    "ship_name": "Goes to", "ship_city": "Town", "ship_country": "Land", "customer_email": "Mail", "note": "Remark",
    "tags": "Labels", "shipping_amount": "Post", "grand_total": "All", "line_reference": "Line", "sku": "Article",
    "quantity": "Pieces", "price": "Each", "tax": "Levy", "shippable": "Goes out",
}  # fmt: skip
COUNTRIES = {
    "CA": ("CA", "Canada", "CAN", "Kanada"),
    "DE": ("Germany", "Allemagne", "deu"),
    "GB": ("UK", "United Kingdom"),
}
PER_LINE = ("line_reference", "sku", "quantity", "price", "tax", "shippable")


@frozen
class Style:
    """How a shop writes its file."""

    decimal: str
    thousands: str
    sign: str
    dates: str
    zone: str
    delimiter: str
    tags: str
    repeats: str
    land: int

    def settings(self) -> dict[str, Any]:
        """The format for it."""
        columns = {**FIELDS, "line_price": FIELDS["price"]} if self.repeats == "sum" else dict(FIELDS)
        if self.repeats == "sum":
            del columns["price"]
        return {
            "columns": columns, "decimal": self.decimal, "dates": self.dates, "zone": self.zone,
            "tag_separator": self.tags, "repeats": {"shipping_amount": self.repeats}, "ignore": ["Nothing"],
        }  # fmt: skip

    def money(self, amount: Decimal) -> str:
        """An amount with its sign, and marks between thousands."""
        whole, _, places = f"{amount:f}".partition(".")
        grouped = f"{int(whole):,}".replace(",", self.thousands)
        return f"{self.sign}{grouped}{self.decimal + places if places else ''}"

    def time(self, moment: datetime) -> str:
        """A time on the shop's clock."""
        order = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}[self.dates]
        return moment.astimezone(ZoneInfo(self.zone)).strftime(f"{order} %H:%M:%S")


_styles = st.sampled_from([(".", ","), (".", ""), (",", "."), (",", " "), (",", ""), (".", "'")]).flatmap(
    lambda marks: st.builds(
        Style,
        decimal=st.just(marks[0]),
        thousands=st.just(marks[1]),
        sign=st.sampled_from(["", "$", "€ ", "CA$"]),
        dates=st.sampled_from(["dmy", "mdy"]),
        zone=st.sampled_from(ZONES),
        delimiter=st.sampled_from(",;\t|"),
        tags=st.sampled_from([",", ";", "|"]),
        repeats=st.sampled_from(["same", "first", "sum"]),
        land=st.integers(0, 2),
    )
)
_plain = st.text("abcXYZ éß-1.,;'\"\n", min_size=1, max_size=10).map(str.strip)
_names = _plain.filter(lambda text: text[:1].isalpha())
_words = st.text("abcXYZ é", min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
_amounts = st.decimals(0, 10**7, places=2)
_lines = st.builds(
    OrderLine,
    reference=st.integers(1, 99).map(str),
    sku=_names,
    quantity=st.integers(1, 20).map(Decimal),
    price=_amounts,
    tax=st.none() | _amounts,
    shippable=st.booleans(),
)


@st.composite
def _orders(draw: st.DrawFn) -> SourceOrder:
    number = draw(st.integers(1, 10**6))
    moment = draw(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    last = draw(_words).replace(" ", "")
    return SourceOrder(
        reference=f"k{number}",
        number=f"N{number}",
        placed_at=moment.replace(microsecond=0),
        currency=draw(st.sampled_from(["CAD", "EUR"])),
        lines=tuple(draw(st.lists(_lines, min_size=1, max_size=4, unique_by=lambda line: line.reference))),
        shipping=(ShippingLine(amount=draw(_amounts)),),
        totals=Totals(grand_total=draw(st.none() | _amounts)),
        customer=Customer(email=draw(st.none() | _names)),
        shipping_address=Address(
            first_name="Q", last_name=last.title(), city=draw(_names), country=draw(st.sampled_from(sorted(COUNTRIES)))
        ),
        note=draw(st.none() | _names),
        tags=tuple(draw(st.lists(_words, max_size=3))),
    )


def _rows(order: SourceOrder, style: Style) -> list[dict[str, str]]:
    """The order as its shop writes it."""
    address = order.shipping_address
    assert address is not None
    assert address.country is not None
    names = COUNTRIES[address.country]
    common = {
        "order_reference": order.reference, "order_number": order.number, "placed_at": style.time(order.placed_at),
        "currency": order.currency, "ship_name": address.full_name, "ship_city": address.city or "",
        "ship_country": names[style.land % len(names)], "customer_email": order.customer.email or "",
        "note": order.note or "", "tags": style.tags.join(order.tags),
        "grand_total": "" if order.totals.grand_total is None else style.money(order.totals.grand_total),
    }  # fmt: skip
    rows = []
    for place, line in enumerate(order.lines):
        assert line.price is not None
        part = order.shipping[0].amount if not place or style.repeats != "sum" else Decimal(0)
        price = line.price * line.quantity if style.repeats == "sum" else line.price
        row = {
            **(common if not place or style.repeats == "same" else {"order_reference": order.reference}),
            "shipping_amount": style.money(part), "line_reference": line.reference, "sku": line.sku or "",
            "quantity": f"{line.quantity}", "price": style.money(price),
            "tax": "" if line.tax is None else style.money(line.tax), "shippable": "Yes" if line.shippable else "No",
        }  # fmt: skip
        rows.append({FIELDS[name]: text for name, text in row.items()})
    return rows


def _table(rows: Sequence[dict[str, str]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*FIELDS.values(), "Nothing"], delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _read(data: bytes, name: str = "a.csv", preset: str | None = None, **changes: Any) -> list[Given]:
    return list(orders_in(name, io.BytesIO(data), format_of(preset, changes)))


@settings(max_examples=120, deadline=None)
@given(orders=st.lists(_orders(), min_size=1, max_size=4, unique_by=lambda order: order.reference), style=_styles)
def test_any_order_reads_back_from_any_format(orders: list[SourceOrder], style: Style) -> None:
    """Numbers, times, names, tags and rows, however the shop writes them."""
    data = _table([row for order in orders for row in _rows(order, style)], style.delimiter)
    read = _read(data, **style.settings())
    for order, back in zip(orders, read, strict=True):
        assert isinstance(back, SourceOrder), back
        twice = back.placed_at + timedelta(minutes=60)  # clocks set back show one time for two
        assert order.placed_at in (back.placed_at, twice, back.placed_at + timedelta(minutes=30))
        prices = [line.price for line in back.lines]
        assert prices == [line.price for line in order.lines]
        assert evolve(back, placed_at=order.placed_at, lines=order.lines) == order
        assert [evolve(line, price=None) for line in back.lines] == [evolve(line, price=None) for line in order.lines]


_cells = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "0", "-1", "1e5", "1,234", "1.234,50", "$5", "31/01/2026", "2026-01-31", "Jan-31-26", "yes", "#N/A",
         "NaN", "Infinity", "9" * 40, "=1+1", "'001", '="1"', "[{", '{"a": [1, {}]}', "a:b|c:d", "\0",
         "Total", "²", "٣"]
    ),
)  # fmt: skip


def _is_whole(order: SourceOrder) -> bool:
    """Nothing in it that cannot be stored, and nothing missing that an order has."""
    numbers = [part for line in order.lines for part in (line.quantity, line.price, line.discount, line.tax) if part]
    texts = [order.reference, order.number, *(line.sku or "" for line in order.lines)]
    stored = all(is_bounded(number) for number in numbers) and "\0" not in "".join(texts)
    return stored and bool(order.lines) and order.placed_at.tzinfo is not None


def _given_or_told(read: Callable[[], T]) -> tuple[T | None, Sequence[str]]:
    """What was read, or the lines why nothing was."""
    try:
        return read(), ()
    except MalformedData as error:
        return None, error.problems


def _check(name: str, data: bytes, preset: str) -> None:
    zone = {"zone": "Europe/Berlin"} if preset in LOCAL else {}
    found, problems = _given_or_told(lambda: _read(data, name, preset, **zone))
    assert all(problem.startswith(name) for problem in problems)
    for one in found or ():
        if isinstance(one, UnreadableOrder):
            assert one.problem.startswith(name)
            assert "\n" not in one.problem
        else:
            assert _is_whole(one), one


@settings(max_examples=200, deadline=None)
@given(case=st.sampled_from([case for case in FILES if FILES[case][0] != "a.json"]), data=st.data())
def test_whatever_the_cells_hold(case: str, data: st.DataObject) -> None:
    """Each order is whole, or held with the file's name in one line; nothing else comes of it."""
    name, text = FILES[case]
    delimiter = "\t" if name == "a.txt" else ";" if case.startswith("woocommerce-algolplus") else ","
    rows = list(csv.reader(io.StringIO(text.lstrip("\n"), newline=""), delimiter=delimiter))
    for _ in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.integers(1, len(rows) - 1))
        if rows[row]:
            rows[row][data.draw(st.integers(0, len(rows[row]) - 1))] = data.draw(_cells)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    _check(name, out.getvalue().encode("utf-8", "replace"), case.split()[0])


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def _spoiled(draw: st.DrawFn, value: Any) -> Any:
    """The same with something else at one of its places."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: _spoiled(draw, value[name])}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _spoiled(draw, value[place]), *value[place + 1 :]]
    return draw(_json)


@settings(max_examples=200, deadline=None)
@given(case=st.sampled_from(["shopify-json", "woocommerce-json"]), data=st.data())
def test_whatever_json_holds(case: str, data: st.DataObject) -> None:
    """Also where objects, lists and texts stand in each other's places."""
    order = st.composite(lambda draw: _spoiled(draw, _spoiled(draw, json.loads(FILES[case][1]))))
    spoiled = data.draw(order())
    _check("a.json", json.dumps(spoiled).encode(), case)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=120) | st.text(max_size=120).map(lambda text: text.encode("utf-8", "replace")))
@example(b"[]")
@example(b"{}")
@example(b"[[[[]]]]")
def test_any_bytes_can_be_guessed_at(data: bytes) -> None:
    """A guess, or one line why there is none."""
    for name in ("a.csv", "a.json", "a.txt"):
        _, problems = _given_or_told(lambda name=name: guess(name, io.BytesIO(data)))  # type: ignore[misc]
        assert all(problem.startswith(name) for problem in problems)


@settings(max_examples=100, deadline=None)
@given(
    settings_=st.dictionaries(st.sampled_from(["columns", "values", "zone", "split", "layout", "lines", "x"]), _json)
)
def test_any_settings_are_a_format_or_one_fault_each(settings_: dict[str, Any]) -> None:
    """Never another error."""
    with suppress(ConfigError):
        assert isinstance(read_format(settings_), Format)


@settings(max_examples=200)
@given(nonsense.decimals)
def test_a_bounded_number_is_told_by_its_digits(number: Decimal) -> None:
    exponent = number.as_tuple().exponent
    assert is_bounded(number) is (number.adjusted() < MAGNITUDE and isinstance(exponent, int) and exponent >= -PLACES)


@given(
    st.from_regex(r"[+-]?([0-9]{1,20}(\.[0-9]{0,9})?|\.[0-9]{1,9})", fullmatch=True),
    st.sampled_from(["", "."]),
    st.booleans(),
    st.sampled_from(["", "money", "percent"]),
)
def test_digits_and_a_point_are_a_number_in_every_notation(text: str, mark: str, own: bool, form: str) -> None:
    read = Notation(decimal=mark, own=own).reader(Decimal, form)
    try:
        expected = decimal_from(text)
    except ValueError:
        with pytest.raises(ValueError, match="15 digits"):
            read(text)
    else:
        assert f"{read(text)}" == f"{expected}"
