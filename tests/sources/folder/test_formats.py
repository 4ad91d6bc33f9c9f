# ruff: noqa: E501 (tables of cases)
"""Formats of one's own: what each setting does, and what is said where it cannot be."""

from __future__ import annotations

import io
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tradegecko_bridge.commerce import Address, ItemKind, SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.codec import fingerprint
from tradegecko_bridge.config import load_config
from tradegecko_bridge.errors import ConfigError, MalformedData
from tradegecko_bridge.sources import FolderSource, Format, Layout, Packed, Split
from tradegecko_bridge.sources.folder.chosen import format_of, read_format
from tradegecko_bridge.sources.folder.mapping import normal
from tradegecko_bridge.sources.folder.places import country_code, month_number, region_code
from tradegecko_bridge.sources.folder.reading import Given, orders_in
from tradegecko_bridge.sources.folder.values import split_name

SHORT = {"order_number": "no", "placed_at": "at", "sku": "sku", "quantity": "n", "price": "p"}
OWN_HEADER = "order_number,placed_at,currency,sku,quantity,price"


def given(text: str, name: str = "a.csv", notes: list[str] | None = None, **settings: Any) -> list[Given]:
    """What a file of this text gives by a format of these settings."""
    said = [] if notes is None else notes
    return list(orders_in(name, io.BytesIO(text.encode()), read_format(settings), said.append))


def only(text: str, name: str = "a.csv", **settings: Any) -> SourceOrder:
    """The one order of a file."""
    (order,) = given(text, name, **settings)
    assert isinstance(order, SourceOrder), order
    return order


def fault(text: str, name: str = "a.csv", **settings: Any) -> str:
    """What is said of the one order of a file that cannot be read."""
    (order,) = given(text, name, **settings)
    assert isinstance(order, UnreadableOrder), order
    return order.problem


def row(cells: str = "", header: str = "", **values: str) -> str:
    """A table of one row, with what every order needs, and these cells."""
    cell = {"no": "7", "at": "2026-01-31", "sku": "M", "n": "1", "p": "1"} | values
    quoted = ['"' + one.replace('"', '""') + '"' for one in cell.values()]
    return f"{','.join(cell)}{header}\n{','.join(quoted)}{cells}\n"


# ── numbers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("decimal", "written", "amount"),
    [
        (".", "1,234.50", "1234.50"), (".", "1234.5", "1234.5"), (".", "1 234.50", "1234.50"), (".", "1'234", "1234"),
        (".", "12,34,567.00", "1234567.00"), (".", "$1,234.50", "1234.50"), (".", "-$5.00", "-5.00"),
        (".", "($5.00)", "-5.00"), (".", "CA$87.55", "87.55"), (".", "US $12", "12"), (".", "12.50 CAD", "12.50"),
        (",", "1.234,50", "1234.50"), (",", "19,99", "19.99"), (",", "1.234", "1234"), (",", "12,5 €", "12.5"),
        (",", "7", "7"), (",", "1 234,5", "1234.5"), (",", "-3,00", "-3.00"), (",", "12 kr", "12"),
        (None, "19,99", "19.99"), (None, "1.234,50", "1234.50"), (None, "1,234.50", "1234.50"), (None, "1.5", "1.5"),
        (None, "€ 3,00", "3.00"), (None, "12,3456", "12.3456"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_declared(decimal: str | None, written: str, amount: str) -> None:
    """Thousands only in groups, signs of currencies around them; without a declaration only what can mean one thing."""
    settings: dict[str, Any] = {"decimal": decimal} if decimal else {}
    assert only(row(p=written), columns=SHORT, **settings).lines[0].price == Decimal(amount)


@pytest.mark.parametrize(
    ("decimal", "written"),
    [(".", "12,50"), (".", "1,2345"), (".", "1.2.3"), (",", "1.5"), (",", "12.34"), (None, "1,234"), (None, "1,234,567"),
     (".", "1,234 567"), (".", "x"), (",", "1e5"), (".", "--5"), (None, "5 pcs"), (".", "1234,567.0")],
)  # fmt: skip
def test_numbers_that_do_not_fit_are_refused(decimal: str | None, written: str) -> None:
    """Whatever they could mean."""
    settings: dict[str, Any] = {"decimal": decimal} if decimal else {}
    assert "row 2, p: " in fault(row(p=written), columns=SHORT, **settings)


def test_amounts_of_a_line_become_those_of_a_unit() -> None:
    """Exactly where that is possible; discounts with or without a minus."""
    columns = {**SHORT, "line_price": "p", "line_discount": "off"}
    del columns["price"]
    line = only(row(n="4", p="79.96", off="-2.00"), columns=columns).lines[0]
    assert (line.price, line.discount, line.extended_amount) == (Decimal("19.99"), Decimal("0.5"), Decimal("77.96"))
    assert "row 2, p: is blank; write it on every row" in fault(row(p="", off=""), columns=columns)
    third = only(row(n="3", p="10", off=""), columns=columns).lines[0]
    assert abs(third.extended_amount - 10) < Decimal("1E-8")


def test_a_line_may_go_elsewhere_and_a_fee_be_charged() -> None:
    """The line's address is made of what the columns have; the fee is a line of text behind the others."""
    columns = {
        **SHORT,
        "line_ship_name": "to",
        "line_ship_region": "state",
        "line_ship_country": "land",
        "fee_amount": "x",
    }
    order = only(row(to="Bo von Berg", state="Ontario", land="Canada", x="2.50"), columns=columns)
    line, fee = order.lines
    assert line.ship_to == Address(first_name="Bo", last_name="von Berg", region="ON", country="CA")
    assert (fee.name, fee.price, fee.quantity, fee.kind) == ("Fee", Decimal("2.50"), Decimal(1), ItemKind.FEE)
    assert [one.ship_to for one in only(row(to="", state="", land="", x="0"), columns=columns).lines] == [None]


def test_numbers_are_multiplied() -> None:
    """Cents, and rates that are fractions."""
    order = only(
        row(p="1999", rate="0.13"), columns={**SHORT, "tax_rate": "rate"}, factors={"price": 0.01, "tax_rate": 100}
    )
    assert (order.lines[0].price, order.lines[0].tax_rate) == (Decimal("19.99"), Decimal(13))


# ── times ────────────────────────────────────────────────────────────────────────────────────

HALF_PAST = datetime(2026, 1, 31, 14, 30, tzinfo=UTC)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "settings", "moment"),
    [
        ("2026-01-31T09:30:00-05:00", {}, HALF_PAST), ("2026-01-31 09:30:00 -0500", {}, HALF_PAST),
        ("2026/01/31 14:30 UTC", {}, HALF_PAST), ("Jan 31, 2026 9:30:00 AM EST", {}, HALF_PAST),
        ("31 January 2026 14:30Z", {}, HALF_PAST), ("Sat, 31 Jan 2026 09:30:00 -0500", {}, HALF_PAST),
        ("31. Januar 2026, 15:30 CET", {}, HALF_PAST), ("31 janvier 2026 15:30 CET", {}, HALF_PAST),
        ("2026-01-31 09:30 America/Toronto", {}, HALF_PAST), ("Jan-31-26", {}, NOON), ("2026-01-31", {}, NOON),
        ("January 31st, 2026", {}, NOON), ("31/01/2026", {"dates": "dmy"}, NOON), ("1/31/26", {"dates": "mdy"}, NOON),
        ("31.01.2026 09:30", {"dates": "dmy", "zone": "America/Toronto"}, HALF_PAST),
        ("1/31/2026 9:30 PM", {"dates": "mdy", "zone": "-05:00"}, HALF_PAST.replace(day=1, month=2, hour=2)),
        ("31012026 1430", {"times": ["%d%m%Y %H%M"], "zone": "UTC"}, HALF_PAST),
        ("20260131", {"times": ["%Y%m%d"]}, NOON), ("1769869800", {"times": ["unix"]}, HALF_PAST),
        ("1769869800123", {"times": ["unix"]}, HALF_PAST),
    ],
)  # fmt: skip
def test_times_in_many_forms(written: str, settings: dict[str, Any], moment: datetime) -> None:
    """Whatever can mean only one; a day alone is its noon."""
    assert only(row(at=written), columns=SHORT, **settings).placed_at == moment


@pytest.mark.parametrize(
    ("written", "settings", "said"),
    [
        ("31/01/2026", {}, "is not a time"), ("13/13/2026", {"dates": "dmy"}, "is not a time"),
        ("2026-02-30", {}, "is not a time"), ("2026-01-31 09:30", {}, "has no time zone; set zone in the format"),
        ("1/31/2026 13:30 PM", {"dates": "mdy", "zone": "UTC"}, "is not a time"), ("x", {}, "is not a time"),
        ("2026-03-08 02:30", {"zone": "America/Toronto"}, "was left out when clocks in America/Toronto went forward"),
        ("2026-01-31 09:30 XYZ", {}, "is no time zone"), ("2026-01-31 24:30", {"zone": "UTC"}, "is not a time"),
    ],
)  # fmt: skip
def test_times_that_are_none(written: str, settings: dict[str, Any], said: str) -> None:
    """Never a guess, and the line says what to set."""
    assert said in fault(row(at=written), columns=SHORT, **settings)


def test_a_time_that_came_twice_is_told() -> None:
    """The first of the two is taken, and the file's notes say so."""
    notes: list[str] = []
    (order,) = given(row(at="2026-11-01 01:30"), notes=notes, columns=SHORT, zone="America/Toronto")
    assert isinstance(order, SourceOrder)
    assert order.placed_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert notes == ["a.csv, order 7: its time came twice that day; the first was taken"]


def test_a_time_in_several_cells() -> None:
    """Day, time and zone, the last in words as well."""
    columns = {**SHORT, "placed_date": "at", "placed_time": "time", "placed_zone": "zone"}
    del columns["placed_at"]
    for zone in ("Eastern Time (US & Canada)", "EST", "-05:00", "America/Toronto"):
        assert only(row(time="9:30 AM", zone=zone), columns=columns).placed_at == HALF_PAST
    assert only(row(time="", zone=""), columns=columns).placed_at == NOON
    assert "is no time zone" in fault(row(time="9:30", zone="Nowhere"), columns=columns)


# ── text ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("written", "code"),
    [("CA", "CA"), ("ca", "CA"), ("CAN", "CA"), ("Canada", "CA"), (" Kanada ", "CA"), ("États-Unis", "US"), ("USA", "US"),
     ("Deutschland", "DE"), ("UK", "GB"), ("Royaume-Uni", "GB"), ("Schweiz", "CH"), ("España", "ES"), ("Atlantis", "Atlantis"),
     ("The Netherlands", "NL"), ("", "")],
)  # fmt: skip
def test_countries_by_any_name(written: str, code: str) -> None:
    """Names in common languages and three letters; what is none stays."""
    assert country_code(written).strip() == code


@pytest.mark.parametrize(
    ("written", "country", "code"),
    [("Ontario", "CA", "ON"), ("new  york", "US", "NY"), ("Québec", "CA", "QC"), ("Ontario", "US", "Ontario"),
     ("São Paulo", "BR", "SP"), ("sao paulo", "BR", "SP"), ("Milano", "IT", "MI"), ("ON", "CA", "ON"), ("Bayern", "DE", "Bayern"), ("Victoria", None, "Victoria")],
)  # fmt: skip
def test_regions_by_their_names(written: str, country: str | None, code: str) -> None:
    """Where addresses are written with codes; whatever else stays."""
    assert region_code(written, country) == code


def test_months_by_any_name() -> None:
    """Whole and short, with or without its point."""
    assert [month_number(name) for name in ("Jan", "SEPT", "März", "févr", "mai", "Dezember", "x")] == [
        1,
        9,
        3,
        2,
        5,
        12,
        0,
    ]


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Ann Lee", ("Ann", "Lee")), ("Lee", ("", "Lee")), ("Anna van der Berg", ("Anna", "van der Berg")),
     ("  Ann  B.  Lee ", ("Ann B.", "Lee")), ("van Gogh", ("van", "Gogh")), ("", ("", ""))],
)  # fmt: skip
def test_full_names_are_split(name: str, parts: tuple[str, str]) -> None:
    """Into two that make the whole again."""
    assert split_name(name) == parts
    assert " ".join(filter(None, parts)) == " ".join(name.split())


def test_several_columns_into_one_and_one_into_several() -> None:
    """The first that is filled, templates without what is blank, patterns."""
    columns = {**SHORT, "sku": "{sku}-{colour}", "customer_phone": ["mobile", "phone"], "name": "{title} ({size})"}
    split = [{"column": "town", "pattern": "(?P<ship_city>.+), (?P<ship_region>[A-Z]{2}) (?P<ship_postal_code>.+)"}]
    text = row(colour="BL", mobile="", phone="416", title="Mug", size="", town="Toronto, ON M5H 1A1")
    order = only(text, columns=columns, split=split)
    assert (order.lines[0].sku, order.lines[0].name, order.customer.phone) == ("M-BL", "Mug", "416")
    address = order.shipping_address
    assert address is not None
    assert (address.city, address.region, address.postal_code) == ("Toronto", "ON", "M5H 1A1")
    assert (
        only(row(colour="", mobile="1", phone="2", title="", size="", town=""), columns=columns, split=split)
        .lines[0]
        .sku
        == "M"
    )
    said = fault(row(colour="", mobile="", phone="", title="", size="", town="Secret St"), columns=columns, split=split)
    assert said == "a.csv, row 2, town: does not fit its pattern in the format (order 7 is held)"


def test_constants_words_and_defaults() -> None:
    """What the file does not say, and what it says in its own words."""
    settings: dict[str, Any] = {
        "columns": {**SHORT, "paid": ["state", "=open"]},
        "constants": {"currency": "CAD", "prices_include_tax": "yes", "shippable": "no"},
        "values": {"paid": {"Bezahlt": "yes", "unklar": "", "*": "no"}},
    }
    order = only(row(state="bezahlt"), **settings)
    assert (order.currency, order.prices_include_tax, order.lines[0].shippable, order.paid) == (
        "CAD",
        True,
        False,
        True,
    )
    assert [only(row(state=word), **settings).paid for word in ("unklar", "offen", "")] == [None, False, False]


@pytest.mark.parametrize(
    ("separator", "written"), [(None, "vip|gift"), (None, "vip, gift"), (";", "vip; gift"), (",", "vip,gift,")]
)
def test_tags_are_separated(separator: str | None, written: str) -> None:
    """By what is declared; otherwise by a bar, or by commas where there is none."""
    settings: dict[str, Any] = {"tag_separator": separator} if separator else {}
    assert only(row(tags=written), columns={**SHORT, "tags": "tags"}, **settings).tags == ("vip", "gift")


# ── rows ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("repeat", "cells", "amount"),
    [("same", ("5", "5.00"), "5"), ("same", ("5", ""), "5"), ("same", ("", "5"), "5"), ("same", ("5", "0.00"), "5"),
     ("first", ("5", "6"), "5"), ("first", ("", "6"), "6"), ("sum", ("5", "6"), "11"), ("sum", ("5", "5"), "10")],
)  # fmt: skip
def test_what_rows_of_an_order_repeat(repeat: str, cells: tuple[str, str], amount: str) -> None:
    """Said once, on each row, or in parts."""
    text = f"no,at,sku,n,p,post\n7,2026-01-31,M,1,1,{cells[0]}\n7,2026-01-31,T,1,1,{cells[1]}\n"
    order = only(text, columns={**SHORT, "shipping_amount": "post"}, repeats={"shipping_amount": repeat})
    assert sum(way.amount for way in order.shipping) == Decimal(amount)


def test_rows_that_contradict_each_other_are_told() -> None:
    """With the column as the file calls it."""
    text = "no,at,sku,n,p,post\n7,2026-01-31,M,1,1,5\n7,2026-01-31,T,1,1,6\n"
    said = fault(text, columns={**SHORT, "shipping_amount": "post"})
    assert said == "a.csv, row 3, post: '6' is not what row 2 of the same order says (order 7 is held)"


def test_rows_that_are_none_of_an_order() -> None:
    """By a word, as the end of a report, as a total: passed over and told. A row without a line is only of the order."""
    text = (
        "no,at,sku,n,p,type\n7,2026-01-31,,,,\n7,,M,1,1,sale\n8,2026-01-31,M,1,1,Refund\n,,,,,\n,,Total,2,2,\n"
        "that is all,,,,,\n"
    )
    notes: list[str] = []
    settings: dict[str, Any] = {"columns": SHORT, "skip_rows": {"Type": ["refund"]}, "footers": ["That is all"]}
    (order,) = given(text, notes=notes, **settings)
    assert isinstance(order, SourceOrder)
    assert [line.sku for line in order.lines] == ["M"]
    assert notes == [
        "a.csv, row 4: type is Refund, passed over",
        "a.csv, row 6: a totals row, passed over",
        "a.csv, row 7: the end of a report, passed over",
    ]
    assert "has no order line" in fault("no,at,sku,n,p\n7,2026-01-31,,,\n", columns=SHORT)


@pytest.mark.parametrize("label", ["Total", "GRAND TOTAL:", "Sum", "Summe", "Gesamt"])
@pytest.mark.parametrize("figures", [",,3,60", ",,3,1.060,00 €", ",,3,-$60.00", ",,,"])
def test_a_totals_row_may_be_called_so_in_place_of_its_number(label: str, figures: str) -> None:
    """With nothing but numbers beside it, it is no order."""
    notes: list[str] = []
    cells = figures.split(",", 3)
    text = f'no,at,sku,n,p\n7,2026-01-31,M,1,1\n{label},{cells[0]},{cells[1]},{cells[2]},"{cells[3]}"\n'
    (order,) = given(text, notes=notes, columns=SHORT)
    assert isinstance(order, SourceOrder)
    assert notes == ["a.csv, row 3: a totals row, passed over"]


@pytest.mark.parametrize(
    "cells", ["2026-01-31,,1,1", "31.01.2026,,1,1", "Jan 31,,1,1", ",M,1,1", ",MUG-1,1,1", ",TEE 1,1,1", ",,x,1"]
)
def test_an_order_may_be_called_total(cells: str) -> None:
    """A day or any other text beside its number makes it an order."""
    text = f"no,at,sku,n,p\n7,2026-01-31,M,1,1\nTotal,{cells}\n"
    assert len(given(text, columns=SHORT)) == 2


@pytest.mark.parametrize(
    "end",
    [
        "3,record(s) downloaded, from Nov-28-26 to Nov-28-26",
        '"3","record(s) downloaded,"," from ","Nov-28-26"," to ","Nov-28-26"',
        '"3, record(s) downloaded,",from Nov-28-26 to Nov-28-26',
    ],
)
@pytest.mark.parametrize("header", ["no,at,sku,n,p,more", "at,no,sku,n,p,more"])
@pytest.mark.parametrize("last", ["\n", "\n\nSeller ID : shop\n", ""])
def test_the_end_of_a_report_may_be_in_several_cells(end: str, header: str, last: str) -> None:
    """Wherever its words fall."""
    notes: list[str] = []
    first = "7,2026-01-31" if header.startswith("no") else "2026-01-31,7"
    (order,) = given(f"{header}\n{first},M,1,1,\n{end}{last}", notes=notes, columns=SHORT, ignore=["more"])
    assert isinstance(order, SourceOrder)
    assert [note.partition(": ")[2] for note in notes] == ["the end of a report, passed over"]


def test_a_line_may_speak_of_records_downloaded() -> None:
    """In the middle of an order's row."""
    assert only("no,at,sku,n,p\n7,2026-01-31,9 record(s) downloaded,1,1\n", columns=SHORT).lines[0].sku is not None


def test_a_row_that_sums_up_is_no_line() -> None:
    """Only with all of the units and all of the money of the others; whatever else stays a line."""
    text = f"{OWN_HEADER}\n7,2026-01-31,CAD,,3,64.98\n7,,,M,2,19.99\n7,,,T,1,25.00\n"
    assert [line.sku for line in only(text).lines] == ["M", "T"]
    assert [line.sku for line in only(text.replace("64.98", "64.97")).lines] == [None, "M", "T"]


@pytest.mark.parametrize(
    ("cell", "settings"),
    [
        ('[{"sku": "M", "n": 2, "p": 1.50}, {"sku": "T, red", "n": "1", "p": "2"}]', {}),
        ("sku:M|n:2|p:1.50;sku:T, red|n:1|p:2", {}),
        ("sku=M, n=2, p=1.50 / sku=T, red, n=1, p=2", {"packed": {"items": "/", "fields": ",", "pair": "="}}),
    ],
)
def test_lines_packed_in_a_cell(cell: str, settings: dict[str, Any]) -> None:
    """As JSON, or with marks between them; a mark within a value does no harm."""
    quoted = cell.replace('"', '""')
    order = only(f'no,at,items\n7,2026-01-31,"{quoted}"\n', columns=SHORT, lines="items", **settings)
    assert [(line.sku, line.quantity, line.price) for line in order.lines] == [
        ("M", Decimal(2), Decimal("1.50")),
        ("T, red", Decimal(1), Decimal(2)),
    ]


@pytest.mark.parametrize(
    ("cell", "said"),
    [("[{", "items: is not JSON, or was cut"), ("M 2", "items: holds a field without ':'"), ("", "has no order line"),
     ("sku:M|n:x|p:1", "row 2, n: 'x' is not a number"), ('[{""sku"": [1]}]', "row 2, n: is blank")],
)  # fmt: skip
def test_packed_cells_that_cannot_be_read(cell: str, said: str) -> None:
    """One line, with the file's column and the row."""
    assert said in fault(f'no,at,items\n7,2026-01-31,"{cell}"\n', columns=SHORT, lines="items")


def test_lines_in_numbered_columns() -> None:
    """Several on one row; of those that are blank there is none."""
    columns = {**SHORT, "sku": "Item * SKU", "quantity": "Item * qty", "price": "Item * price"}
    text = "no,at,Item 1 SKU,Item 1 qty,Item 1 price,Item 2 SKU,Item 2 qty,Item 2 price,Item 10 SKU\n7,2026-01-31,M,1,2,T,3,4,\n"
    order = only(text, columns=columns)
    assert [(line.sku, line.price) for line in order.lines] == [("M", Decimal(2)), ("T", Decimal(4))]


# ── headers ──────────────────────────────────────────────────────────────────────────────────


def test_names_are_compared_without_case_blanks_and_underscores() -> None:
    """As people write them, with a byte order mark within."""
    text = "\ufeffOrder Number, PLACED_AT ,Currency,Sku,QUANTITY,Price\n1,2026-01-31,CAD,M,1,1\n"
    assert only(text).number == "1"
    assert normal("\ufeff Order__Number ") == normal("order number")


@pytest.mark.parametrize(
    ("header", "settings", "said"),
    [
        ("no,at,sku,n", {"columns": SHORT}, "the column 'p', for our price, is missing"),
        ("no,at,sku,n,p,x", {"columns": SHORT}, "unknown column 'x'; list it under ignore"),
        ("no,at,sku,n,p,p", {"columns": SHORT}, "the column 'p' is there 2 times"),
        ("no,at,sku,n,p", {"columns": {**SHORT, "note": "Comment"}}, "the column 'Comment', for our note, is missing"),
    ],
)
def test_what_is_wrong_with_a_header_is_told_once(header: str, settings: dict[str, Any], said: str) -> None:
    """Before any order, for the whole file."""
    with pytest.raises(MalformedData) as caught:
        given(f"{header}\n", **settings)
    assert str(caught.value).startswith("a.csv, row 1: ")
    assert said in str(caught.value)


@pytest.mark.parametrize("settings", [{"ignore": ["Weight"]}, {"ignore_others": True}])
def test_columns_can_be_ignored(settings: dict[str, Any]) -> None:
    """One by one, or all that nobody names."""
    assert only(f"{OWN_HEADER},weight\n1,2026-01-31,CAD,M,1,1,0.5\n", **settings).lines[0].sku == "M"


def test_a_file_without_a_header() -> None:
    """Its columns are named in the format."""
    layout = {"header": OWN_HEADER.split(","), "delimiter": ";"}
    assert only("1;2026-01-31;CAD;M;1;1\n", layout=layout).number == "1"


def test_prices_of_the_price_list() -> None:
    """No column, or a blank cell."""
    columns = {name: column for name, column in SHORT.items() if name != "price"}
    order = only("no,at,sku,n\n7,2026-01-31,M,1\n", columns=columns, prices="price_list")
    assert order.lines[0].price is None
    assert only(row(p=""), columns=SHORT, prices="price_list").lines[0].price is None
    assert "row 2, p: is blank" in fault(row(p=""), columns=SHORT)


def test_a_file_without_a_currency_leaves_it_to_the_connection() -> None:
    """The column may be missing; where it is there, it is filled."""
    text = f"{OWN_HEADER.replace('currency,', '')}\n1,2026-01-31,M,1,1\n"
    assert only(text).currency == ""
    assert "row 2, currency: is blank" in fault(f"{OWN_HEADER}\n1,2026-01-31,,M,1,1\n")


# ── the settings ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"colums": {}}, "colums is not a known setting; did you mean 'columns'?"),
        ({"columns": {"order_nr": "x"}}, "columns.order_nr is no field of ours; did you mean 'order_number'?"),
        ({"constants": {"zzz": "x"}}, "constants.zzz is no field of ours"),
        ({"values": {"payed": {}}}, "values.payed is no field of ours; did you mean 'paid'?"),
        ({"split": [{"column": "x", "pattern": "("}]}, "split[0].pattern is no regular expression"),
        ({"split": [{"column": "x", "pattern": "(?P<ship_town>.)"}]}, "names 'ship_town', no field of ours"),
        ({"zone": "Nowhere"}, "zone: "), ({"decimal": ";"}, "decimal must be one of"),
        ({"repeats": {"sku": "sum"}}, "repeats.sku is a field of lines"), ({"factors": {"sku": 2}}, "factors.sku is no number"),
        ({"repeats": {"note": "all"}}, "repeats.note must be one of same, first, sum"),
        ({"layout": {"delimeter": ";"}}, "layout.delimeter is not a known setting; did you mean 'delimiter'?"),
        ({"columns": {"sku": 5}}, "columns.sku must be text"),
    ],
)  # fmt: skip
def test_faults_of_a_format_are_named(settings: dict[str, Any], said: str) -> None:
    """With the path in the table, and what was most likely meant."""
    with pytest.raises(ConfigError) as caught:
        format_of(None, settings)
    assert said in str(caught.value)


def test_a_settings_file_tells_the_lines_of_a_format(tmp_path: Path) -> None:
    """As of all its other faults."""
    text = """[tradegecko]\nbase_url = "http://127.0.0.1:1"\naccess_token = "x"\n[connections.a]\nsource = "folder"
[connections.a.options]\npath = "shop"\n[connections.a.options.format]\ndecimals = ","\n"""
    (tmp_path / "tgbridge.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "tgbridge.toml")
    assert "tgbridge.toml:9: connections.a.options.format.decimals is not a known setting" in str(caught.value)


def test_the_settings_file_and_python_say_the_same() -> None:
    """One definition; a preset with changes in both."""
    table = tomllib.loads(
        'zone = "UTC"\nsplit = [{ column = "x", pattern = "(?P<note>.*)" }]\nlayout = { delimiter = ";" }\n'
        'packed = { items = "/" }\ncolumns = { note = ["a", "b"], sku = "c" }'
    )
    python = Format(
        zone="UTC", split=(Split("x", "(?P<note>.*)"),), layout=Layout(delimiter=";"), packed=Packed(items="/"),
        columns={"note": ("a", "b"), "sku": "c"},
    )  # fmt: skip
    assert read_format(table) == python
    assert format_of("shopify", table) == format_of("shopify", python)
    assert FolderSource("x", preset="shopify", format=python).name == "folder"


def test_new_columns_leave_old_orders_as_they_were() -> None:
    """An order of before has the same fingerprint, so that it has not changed."""
    order = only(f"{OWN_HEADER}\n1,2026-01-31T09:30:00Z,CAD,M,1,1\n")
    assert fingerprint(order) == "7faedbaec90a3f42f1455012c464b974"


@pytest.mark.parametrize("broken", ["#N/A", "#NAME?", "########", "4.91512E+11", "1,08E+14"])
@pytest.mark.parametrize("field", ["sku", "ship_phone", "ship_postal_code", "customer_reference", "barcode"])
def test_what_a_spreadsheet_has_broken_is_refused(field: str, broken: str) -> None:
    """Two codes may have become one; of telephone numbers nothing is shown. A note may say what it likes."""
    columns = {name: column for name, column in SHORT.items() if name != "sku"}
    said = fault(row(x=broken), columns={**columns, field: "x"}, ignore=["sku"])
    assert "spreadsheet" in said
    assert broken.startswith("#") or (broken in said) is (field in ("sku", "barcode"))
    assert only(row(x=broken), columns={**SHORT, "note": "x"}).note == broken


@pytest.mark.parametrize("broken", ["#N/A", "######", "1.08E+14"])
def test_a_broken_number_is_no_orders(broken: str) -> None:
    """Several orders may have become one."""
    (held,) = given(row(no=broken), columns=SHORT)
    assert isinstance(held, UnreadableOrder)
    assert held.reference is None


@pytest.mark.parametrize("word", ["合計", "Итого:", "Razem", "Toplam", "Totale complessivo"])
def test_totals_rows_in_other_languages(word: str) -> None:
    """Where there are only figures beside the word."""
    notes: list[str] = []
    (order,) = given(row() + f"{word},,,3,12\n", columns=SHORT, notes=notes)
    assert isinstance(order, SourceOrder)
    assert notes == ["a.csv, row 3: a totals row, passed over"]
