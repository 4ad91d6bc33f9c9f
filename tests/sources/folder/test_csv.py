"""CSV order files: what they give, and what each fault says."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sources.folder.helpers import GOOD, HEADER, OTHER, bad, fetch, good, problems, sheet
from tradegecko_bridge.commerce import (
    Address,
    Customer,
    Discount,
    ItemKind,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
)
from tradegecko_bridge.sources.folder.columns import COLUMNS


def numbers_given(path: Path, content: str | bytes) -> list[str]:
    """The order numbers that went through."""
    return [order.number for order in good(fetch(path, "shop.csv", content))]


def only_problem(path: Path, content: str | bytes) -> str:
    """The one line a file leads to."""
    (line,) = problems(fetch(path, "shop.csv", content))
    return line


def cell_problem(path: Path, column: str, value: str) -> str:
    """What is said of one cell, without file, row and column."""
    names = [*dict.fromkeys([*HEADER.split(","), column])]
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {column: value}
    line = only_problem(path, sheet(",".join(f'"{cells[name]}"' for name in names), header=",".join(names)))
    before, _, fault = line.partition(f"shop.csv, row 2, {column}: ")
    assert not before
    return fault.removesuffix(" (order 1006 is held)")


def test_every_column_ends_up_in_the_order(tmp_path: Path) -> None:
    """Each documented column fills the field it is documented to fill."""
    cells = {name: f"the {name}" for name in COLUMNS} | {
        "placed_at": "2026-01-31T09:30:00-05:00",
        "canceled_at": "2026-02-01T00:00:00Z",
        "requested_ship_date": "2026-02-03",
        "tags": "vip | gift",
        "prices_include_tax": "Yes",
        "shippable": "no",
        "discount_before_tax": "yes",
        "kind": "Gift wrap",
        "paid": "no",
        "ready": "no",
    }
    cells |= {name: str(n) for n, name in enumerate(COLUMNS) if COLUMNS[name].kind is Decimal}
    number = {name: Decimal(text) for name, text in cells.items() if text.isdecimal()}
    (order,) = good(fetch(tmp_path, "shop.csv", sheet(",".join(cells[n] for n in COLUMNS), header=",".join(COLUMNS))))

    def address(prefix: str) -> Address:
        fields = [name for name in COLUMNS if name.startswith(f"{prefix}_")]
        return Address(**{name.removeprefix(f"{prefix}_"): cells[name] for name in fields})

    assert order == SourceOrder(
        reference="the order_reference",
        number="the order_number",
        placed_at=datetime(2026, 1, 31, 14, 30, tzinfo=UTC),
        currency="the currency",
        lines=(
            OrderLine(
                reference="the line_reference",
                sku="the sku",
                name="the name",
                quantity=number["quantity"],
                price=number["price"],
                price_includes_tax=True,
                discount=number["discount"],
                additional_discount=number["additional_discount"],
                tax=number["tax"],
                tax_rate=number["tax_rate"],
                shippable=False,
                barcode="the barcode",
                kind=ItemKind.GIFT_WRAP,
                ship_to=address("line_ship"),
            ),
        ),
        shipping=(
            ShippingLine(
                label="the shipping_label",
                code="the shipping_code",
                amount=number["shipping_amount"],
                price_includes_tax=True,
                tax=number["shipping_tax"],
                tax_rate=number["shipping_tax_rate"],
            ),
        ),
        discounts=(
            Discount(
                label="the discount_label",
                code="the discount_code",
                amount=number["discount_amount"],
                before_tax=True,
            ),
        ),
        totals=Totals(
            subtotal=number["subtotal"],
            tax=number["tax_total"],
            shipping=number["shipping_total"],
            discount=number["discount_total"],
            grand_total=number["grand_total"],
        ),
        customer=Customer(
            reference="the customer_reference",
            company="the customer_company",
            first_name="the customer_first_name",
            last_name="the customer_last_name",
            email="the customer_email",
            phone="the customer_phone",
        ),
        shipping_address=address("ship"),
        billing_address=address("bill"),
        requested_ship_date=date(2026, 2, 3),
        note="the note",
        tags=("vip", "gift"),
        url="the url",
        canceled_at=datetime(2026, 2, 1, tzinfo=UTC),
        source_status="the source_status",
        payment_status="the payment_status",
        fulfillment_status="the fulfillment_status",
        payment_method="the payment_method",
        paid=False,
        ready=False,
    )


def test_rows_are_grouped_in_order_of_first_appearance(tmp_path: Path) -> None:
    """Rows of one order need not stand together, and later ones need not repeat what the first says."""
    given = good(fetch(tmp_path, "shop.csv", sheet(GOOD, OTHER, "1006,,,TEE,3,5,", "1008,,CAD,MUG,1,2.50,Toronto")))
    assert [(o.number, [line.sku for line in o.lines]) for o in given] == [
        ("1006", ["MUG", "TEE"]),
        ("1008", ["TEE", "MUG"]),
    ]
    assert [line.reference for line in given[0].lines] == ["1", "2"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_breaks_are_recognised(tmp_path: Path, delimiter: str, line_break: str) -> None:
    """Whatever a spreadsheet exports is read alike, byte order mark and blank rows included."""
    text = "\ufeff" + sheet(GOOD, ",,,,,,", "", OTHER).replace(",", delimiter).replace("\n", line_break)
    assert numbers_given(tmp_path, text) == ["1006", "1008"]


def test_marks_of_files_that_were_put_together_are_no_text(tmp_path: Path) -> None:
    """Wherever they stand."""
    whole = sheet(GOOD, OTHER)
    marked = fetch(tmp_path / "marked", "orders.csv", whole.replace("MUG", "\ufeffMUG"))
    plain = fetch(tmp_path / "plain", "orders.csv", whole)
    assert [order.lines for order in good(marked)] == [order.lines for order in good(plain)]


def test_values_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    """What stands in double quotes is one value, and rows go on counting as in a spreadsheet."""
    row = '1006,2026-01-31T09:30:00Z,CAD,"A,1;""x""\nB",1,2.50,Ottawa'
    given = fetch(tmp_path, "shop.csv", sheet(row, OTHER.replace("2,5", "x,5")))
    assert good(given)[0].lines[0].sku == 'A,1;"x"\nB'
    assert problems(given)[0].startswith("shop.csv, row 3, quantity: 'x' is not a number")


def test_a_missing_reference_on_later_rows_is_found_by_order_number(tmp_path: Path) -> None:
    """``order_reference`` on the first row only does not split an order in two."""
    header = f"order_reference,{HEADER}"
    (order,) = good(fetch(tmp_path, "shop.csv", sheet(f"gid-1,{GOOD}", ",1006,,,TEE,1,1,", header=header)))
    assert (order.reference, order.number, len(order.lines)) == ("gid-1", "1006", 2)


def test_two_orders_with_one_number_need_their_references(tmp_path: Path) -> None:
    """A row that names its order by a number two orders share holds both."""
    rows = (f"gid-1,{GOOD}", f"gid-2,{GOOD}", ",1006,,,TEE,1,1,", f"gid-3,{OTHER}")
    given = fetch(tmp_path, "shop.csv", sheet(*rows, header=f"order_reference,{HEADER}"))
    assert [order.reference for order in good(given)] == ["gid-3"]
    assert {order.reference for order in bad(given)} == {"gid-1", "gid-2"}
    assert "row 4, order_reference: is blank, and several orders" in problems(given)[0]


def test_what_makes_no_sense_is_given_as_it_is(tmp_path: Path) -> None:
    """Negative quantities, unknown SKUs and currencies are for the engine to hold, not for the source."""
    (order,) = good(fetch(tmp_path, "shop.csv", sheet("1,2026-01-31T09:30:00Z,XXX,,-2,-.5,")))
    assert (order.currency, order.lines[0].sku) == ("XXX", None)
    assert (order.lines[0].quantity, order.lines[0].price) == (Decimal(-2), Decimal("-0.5"))


def test_a_bad_row_holds_its_order_and_no_other(tmp_path: Path) -> None:
    """An order arrives with all of its lines or not at all; its neighbours go through."""
    given = fetch(tmp_path, "shop-7.csv", sheet(GOOD, "1007,2026-01-31T09:30:00Z,CAD,MUG,1,1,", "1007,,,TEE,two,1,"))
    assert [order.number for order in good(given)] == ["1006"]
    (held,) = bad(given)
    assert (held.reference, held.number, held.cursor) == ("1007", "1007", "shop-7.csv#2")
    assert held.problem == (
        "shop-7.csv, row 4, quantity: 'two' is not a number; write digits such as 2 or 2.5 (order 1007 is held)"
    )


@pytest.mark.parametrize("written", ["1,234.50", "1.234,50", "12,50", "1 234.50", "1'234.50", "1.234.567"])
def test_separated_numbers_are_never_guessed(tmp_path: Path, written: str) -> None:
    """A number that two countries read differently is refused with a hint."""
    assert cell_problem(tmp_path, "price", written) == (
        f"'{written}' has a comma or thousands separators; write only digits and a point before decimals,"
        " such as 1234.50"
    )


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("$12.50", "is not a number alone; write the digits without any sign or unit, such as 12.50"),
        ("12 CAD", "is not a number alone; write the digits without any sign or unit, such as 12.50"),
        ("1.5E+06", "was shortened by a spreadsheet; format the column as a number and write all digits"),
        ("1_000", "is not a number; write digits such as 2 or 2.5"),
        ("٣", "is not a number; write digits such as 2 or 2.5"),
        ("NaN", "is not a number; write digits such as 2 or 2.5"),
    ],
)
def test_other_things_that_are_not_plain_numbers(tmp_path: Path, written: str, hint: str) -> None:
    """Only plain decimals count as numbers, whatever Python would accept."""
    assert cell_problem(tmp_path, "quantity", written) == f"'{written}' {hint}"


@pytest.mark.parametrize(
    ("column", "written", "hint"),
    [
        (
            "placed_at",
            "2026-01-31 09:30",
            "has no time zone; write 2026-01-31 09:30Z if it is UTC, else e.g. 2026-01-31 09:30-05:00",
        ),
        ("placed_at", "31/01/2026 9:30", "is not a time; write 2026-01-31T09:30:00Z or 2026-01-31T09:30:00-05:00"),
        ("requested_ship_date", "31.1.26", "is not a date; write year, month and day, such as 2026-01-31"),
        ("requested_ship_date", "20260131", "is not a date; write year, month and day, such as 2026-01-31"),
        ("shippable", "maybe", "is neither yes nor no"),
    ],
)
def test_times_dates_and_flags_say_how_to_write_them(tmp_path: Path, column: str, written: str, hint: str) -> None:
    """A value of another kind is refused with an example of a right one."""
    assert cell_problem(tmp_path, column, written) == f"'{written}' {hint}"


def test_missing_values_are_named(tmp_path: Path) -> None:
    """Required cells that no row fills are a fault of the order."""
    line = only_problem(tmp_path, sheet("1006,,,MUG,,1,"))
    assert "row 2, quantity: is blank; write it on every row" in line
    assert "row 2, placed_at: is blank; write it on the first row of the order" in line
    assert "row 2, currency: is blank" in line


def test_a_fault_in_a_required_value_is_told_once(tmp_path: Path) -> None:
    """A wrong time is not also called a missing one."""
    assert "blank" not in only_problem(tmp_path, sheet(GOOD.replace("T09:30:00Z", "T09:30:00")))


def test_rows_that_contradict_each_other_hold_the_order(tmp_path: Path) -> None:
    """Two currencies in one order are a fault; the same amount written differently is not."""
    header = f"{HEADER},shipping_amount"
    given = fetch(tmp_path, "shop.csv", sheet(f"{GOOD},5", "1006,,USD,TEE,1,1,,5.00", header=header))
    assert problems(given) == [
        "shop.csv, row 3, currency: 'USD' is not what row 2 of the same order says (order 1006 is held)"
    ]


def test_personal_values_are_never_shown(tmp_path: Path) -> None:
    """A contradiction in an address names the rows, not the address."""
    assert only_problem(tmp_path, sheet(GOOD, "1006,,,TEE,1,1,Toronto")) == (
        "shop.csv, row 3, ship_city: is not what row 2 of the same order says (order 1006 is held)"
    )


def test_line_references_must_differ(tmp_path: Path) -> None:
    """Two lines under one reference could not be told apart when they ship."""
    line = only_problem(tmp_path, sheet(f"{GOOD},2", "1006,,,TEE,1,1,,", header=f"{HEADER},line_reference"))
    assert "row 2, line_reference: '2' names two lines of this order" in line


@pytest.mark.parametrize(
    ("column", "amount", "what"),
    [
        ("shipping_code", "shipping_amount", "shipping is free"),
        ("discount_label", "discount_amount", "there is none"),
    ],
)
def test_an_amount_is_not_invented(tmp_path: Path, column: str, amount: str, what: str) -> None:
    """A way of shipping or a discount without its amount may be free or forgotten."""
    line = only_problem(tmp_path, sheet(f"{GOOD},X", header=f"{HEADER},{column}"))
    assert f"row 2, {amount}: is blank beside {column}; write 0 if {what}" in line


def test_problem_lines_stay_readable(tmp_path: Path) -> None:
    """A hundred bad rows make one line of reasonable length."""
    line = only_problem(tmp_path, sheet(*[f"1006,,,MUG {n},two,1," for n in range(100)]))
    assert len(line) < 1600
    assert line.count("row ") == 20
    assert "and 82 more (order 1006 is held)" in line


def test_a_line_does_not_change_with_the_other_orders(tmp_path: Path) -> None:
    """It is kept with the order: who corrects another row does not change this one."""
    bad = OTHER.replace(",2,", ",x,")
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    first = problems(fetch(tmp_path / "1", "shop.csv", sheet(bad, GOOD.replace(",1,", ",y,"))))
    second = problems(fetch(tmp_path / "2", "shop.csv", sheet(bad, GOOD)))
    assert (len(first), len(second)) == (2, 1)
    assert first[0] == second[0]
    assert first[0].endswith("(order 1008 is held)")


# ── the header and the file as a whole ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (f"{HEADER},qty", "unknown column 'qty', the nearest known one is 'quantity'"),
        (f"{HEADER},Grand Totals", "unknown column 'grand totals', the nearest known one is 'grand_total'"),
        (f"{HEADER},sku", "the column 'sku' is there 2 times"),
        (HEADER.replace("placed_at", "note"), "the column 'placed_at' is missing"),
        (HEADER.replace("sku", ""), "column 4 has no name"),
        ("Ann Lee,Ottawa", "is not a header of known columns such as order_number,sku"),
    ],
)
def test_a_wrong_header_is_a_problem_of_the_file(tmp_path: Path, header: str, said: str) -> None:
    """Nothing is taken under a header that is not understood, and the line names the column."""
    given = fetch(tmp_path, "shop.csv", sheet(GOOD, header=header))
    assert [order.reference for order in bad(given)] == [None]
    assert not good(given)
    assert problems(given) == [f"shop.csv, row 1: {said} (nothing of this file was ingested)"]


def test_column_names_may_be_in_capitals(tmp_path: Path) -> None:
    """The case of a column's name, spaces around it and empty columns at the right do not matter."""
    assert numbers_given(tmp_path, sheet(f"{GOOD},,", header=f" {HEADER.upper()} ,,")) == ["1006"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "shop.csv: is empty; delete it or export it again"),
        (b"\xef\xbb\xbf \n", "shop.csv: is empty; delete it or export it again"),
        (HEADER.encode(), "shop.csv, row 1: it has no line break behind it"),
        (
            sheet(GOOD).encode() + b"\x81\n",
            (
                "shop.csv: is not UTF-8 text (byte 110, in line 3); save it as UTF-8, in Excel “CSV UTF-8”, or name its"
                " encoding in the format"
            ),
        ),
        (
            sheet(GOOD).encode("utf-16")[:-1],
            (
                "shop.csv: is not UTF-16 text (byte 219, in line 3); save it as UTF-8, in Excel “CSV UTF-8”, or name"
                " its encoding in the format"
            ),
        ),
        (
            sheet(GOOD, "\0\0\0").encode(),
            "shop.csv: holds NUL bytes (byte 110, in line 3); take them out, or export the file again",
        ),
        (
            sheet(GOOD).replace("sku", "s\0u").encode(),
            "shop.csv: holds NUL bytes (byte 34, in line 1); take them out, or export the file again",
        ),
        (
            sheet(GOOD, '1009,,,"MUG,1,1,').encode(),
            "shop.csv, row 3: a double quote is missing, out of place or cut off, unexpected end of data",
        ),
        (
            sheet(GOOD, '1009,,,"MUG"x,1,1,').encode(),
            "shop.csv, row 3: a double quote is missing, out of place or cut off, ',' expected after '\"'",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    """Empty, cut, wrongly encoded or wrongly quoted: one line, and nothing of the file is taken."""
    given = fetch(tmp_path, "shop.csv", content)
    assert not good(given)
    assert problems(given) == [f"{said} (nothing of this file was ingested)"]


@pytest.mark.parametrize("cell", range(7))
def test_a_nul_holds_its_own_order(tmp_path: Path, cell: int) -> None:
    """In whatever cell: the others go through. In a number nobody knows whose row it is: of the order above, maybe."""
    cells = GOOD.split(",")
    cells[cell] = f"{cells[cell][:2]}\0{cells[cell][2:]}"
    given = fetch(tmp_path, "shop.csv", sheet(OTHER, ",".join(cells), OTHER.replace("1008", "1010")))
    assert [order.number for order in good(given)] == (["1008", "1010"] if cell else ["1010"])
    column = HEADER.split(",")[cell]
    said = f"shop.csv, row 3, {column}: has a NUL character, which cannot be stored; take it out"
    assert [problem.partition(" (")[0] for problem in problems(given)] == [said]
    assert [order.reference for order in bad(given)] == (["1006"] if cell else ["1008"])


@pytest.mark.parametrize("number", ["10\x0006", "10\x006", "\x001006", "1006\x00"])
def test_a_nul_in_a_number_holds_every_order_it_may_be_of(tmp_path: Path, number: str) -> None:
    """No order goes out without one of its lines."""
    given = fetch(tmp_path, "shop.csv", sheet(GOOD, OTHER, OTHER.replace("1008", "1010"), GOOD.replace("1006", number)))
    assert [order.number for order in good(given)] == ["1008"]
    assert {order.reference for order in bad(given)} == {"1006", "1010"}


# ── rows that cannot be trusted ──────────────────────────────────────────────────────────────


def test_a_row_with_too_many_cells_holds_its_order(tmp_path: Path) -> None:
    """A comma outside quotes shifts cells; the order they belong to is held."""
    given = fetch(tmp_path, "shop.csv", sheet(GOOD, "1009,,,MUG, blue,1,1,Paris", OTHER))
    assert [order.number for order in good(given)] == ["1006", "1008"]
    assert [order.reference for order in bad(given)] == ["1009"]
    assert problems(given)[0] == (
        "shop.csv, row 3: has 8 cells where the header names 7; put a value that holds a comma, a semicolon or a"
        " line break in double quotes (order 1009 is held)"
    )


def test_a_row_broken_in_two_holds_the_order_above(tmp_path: Path) -> None:
    """The rest of a broken row looks like an order of its own: it is no order, and its text is not shown."""
    given = fetch(tmp_path, "shop.csv", sheet("1007,2026-01-31T09:30:00Z,CAD,MUG,1,1,Rue", "Verte 7", OTHER))
    assert [order.number for order in good(given)] == ["1008"]
    assert [order.reference for order in bad(given)] == ["1007"]
    assert "Verte" not in problems(given)[0]


def test_shifted_cells_before_the_order_number_hold_the_file(tmp_path: Path) -> None:
    """Where not even the order number can be trusted, any order may lack the row."""
    header = "sku,order_number,placed_at,currency,quantity,price"
    rows = ("MUG,1006,2026-01-31T09:30:00Z,CAD,1,1", "MUG, blue,1006,,,1,1")
    given = fetch(tmp_path, "shop.csv", sheet(*rows, header=header))
    assert not good(given)
    assert "it may belong to any order (nothing of this file was ingested)" in problems(given)[0]


def test_a_row_without_order_number_holds_the_order_above(tmp_path: Path) -> None:
    """People leave the number out where it repeats: the line is not dropped silently."""
    given = fetch(tmp_path, "shop.csv", sheet(GOOD, ",,,TEE,1,1,", OTHER))
    assert [order.number for order in good(given)] == ["1008"]
    assert problems(given) == ["shop.csv, row 3, order_number: is blank; write it on every row (order 1006 is held)"]


def test_a_stray_row_is_reported_without_an_order(tmp_path: Path) -> None:
    """A damaged first row belongs to nobody we know; the rest goes through."""
    given = fetch(tmp_path, "shop.csv", sheet("Report of", GOOD))
    assert [order.number for order in good(given)] == ["1006"]
    assert problems(given)[0].endswith("in double quotes (the row was left out, its order is not known)")


def test_the_last_row_without_line_break_is_not_trusted(tmp_path: Path) -> None:
    """It may be cut off, so its order waits and the line says what to do."""
    given = fetch(tmp_path, "shop.csv", sheet(GOOD, OTHER, "1008,,,MUG,1,2.5")[:-1])
    assert [order.number for order in good(given)] == ["1006"]
    assert problems(given) == [
        (
            "shop.csv, row 4: is the last and has no line break behind it, so it may be cut off; add a line break or"
            " export the file again (order 1008 is held)"
        ),
    ]


def test_a_cut_order_number_holds_every_order_it_may_be(tmp_path: Path) -> None:
    """``100`` may be what is left of 1006 or 1008, but not of 2000."""
    rows = (GOOD, OTHER, OTHER.replace("1008", "2000"))
    assert numbers_given(tmp_path, sheet(*rows) + "100") == ["2000"]
    assert numbers_given(tmp_path, sheet(*rows) + "1009,2026") == ["1006", "1008", "2000"]


def test_a_cut_row_is_known_by_reference_and_by_number(tmp_path: Path) -> None:
    """Where one order's reference is another's number, both wait: the row may be either's."""
    header = f"order_reference,{HEADER}"
    rows = (f"1008,{GOOD}", f"gid-2,{OTHER}", f"gid-3,{OTHER.replace('1008', '1009')}")
    text = sheet(*rows, header=header)
    assert [order.reference for order in good(fetch(tmp_path, "shop.csv", f"{text}1008,,,"))] == ["gid-3"]
    assert [order.reference for order in good(fetch(tmp_path, "shop.csv", f"{text},1009,,"))] == ["1008", "gid-2"]
    assert good(fetch(tmp_path, "shop.csv", f"{text},")) == []


def test_a_file_full_of_damage_is_read_in_time(tmp_path: Path) -> None:
    """Twenty thousand damaged rows are told of without comparing each with all others."""
    rows = [f"{number},2026-01-31T09:30:00Z,CAD,MUG, blue,1,1,X" for number in range(20_000)]
    assert len(bad(fetch(tmp_path, "shop.csv", sheet(*rows)))) == 20_000


SHIFTED = ["1 Zzprivate St", "zzann@example.com", "4165551234", "Zzprivate"]


@pytest.mark.parametrize("column", [column.name for column in COLUMNS.values() if column.name != "order_number"])
def test_shifted_columns_show_nothing_personal(tmp_path: Path, column: str) -> None:
    """Whatever stands in whichever column, and differs from row to row, no line has it."""
    header = [*HEADER.split(","), *([] if column in HEADER.split(",") else [column])]
    for value, other in itertools.permutations(SHIFTED, 2):
        cells = dict(zip(header, [*GOOD.split(","), ""], strict=False))
        rows = [",".join((cells | {column: said}).values()) for said in (value, other, value)]
        said = str(problems(fetch(tmp_path, "shop.csv", sheet(*rows, header=",".join(header)))))
        assert not [secret for secret in SHIFTED if secret in said], said


@pytest.mark.parametrize("heading", ["zzann@example.com", "1 king st.", "4165551234"])
def test_headings_that_may_be_personal_are_told_by_their_place(tmp_path: Path, heading: str) -> None:
    """A row of an order in the header's place is not repeated; twice the same is told too."""
    line = only_problem(tmp_path, sheet(f"{GOOD},1,1", header=f"{HEADER},{heading},{heading}"))
    assert heading not in line
    assert "unknown column 8 (its name may be personal and is not shown)" in line
    assert "the column 8 (its name may be personal and is not shown) is there 2 times" in line
