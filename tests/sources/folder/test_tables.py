"""From the bytes of a file to rows: encodings, delimiters, what is packed, workbooks, and damage of all kinds."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.folder.helpers import GOOD, HEADER, NOW, OTHER, Given, bad, fetch, good, problems, put, sheet
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.tables import Layout

TEXT = sheet(GOOD.replace("Ottawa", "Łódź"), OTHER)
NOTHING = "(nothing of this file was ingested)"


def numbers(given_orders: list[Given]) -> list[str]:
    """The numbers of the orders that went through, where nothing else was said."""
    assert not problems(given_orders)
    return [order.number for order in good(given_orders)]


def only_problem(path: Path, name: str, content: bytes | str) -> str:
    """The one line a file leads to, of which nothing is taken."""
    given_orders = fetch(path, name, content)
    assert not good(given_orders)
    (line,) = problems(given_orders)
    return line


def in_format(path: Path, content: bytes | str, name: str = "shop.csv", **layout: Any) -> list[Given]:
    """What a file of a certain layout gives."""
    put(path, name, content)
    form = Format(layout=Layout(**layout))
    return list(FolderSource(path, format=form, clock=lambda: NOW).fetch_orders(None))


# ── encodings ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_recognised(tmp_path: Path, encoding: str) -> None:
    """With a byte order mark or, where it is evident, without one."""
    given_orders = fetch(tmp_path, "shop.csv", TEXT.encode(encoding))
    assert numbers(given_orders) == ["1006", "1008"]
    address = good(given_orders)[0].shipping_address
    assert address is not None
    assert address.city == "Łódź"


@pytest.mark.parametrize(
    "city",
    ["Köln", "Orléans", "SÃO PAULO", "Malmö – “City”", "Málaga", "Ærøskøbing", "Straße 5 €", "D´Angelo", "MÜLLER"],
)
def test_what_windows_writes_in_western_europe_is_recognised(tmp_path: Path, city: str) -> None:
    """As cp1252, where the text looks like it."""
    given_orders = fetch(tmp_path, "shop.csv", sheet(GOOD.replace("Ottawa", city)).encode("cp1252"))
    assert numbers(given_orders) == ["1006"]
    address = good(given_orders)[0].shipping_address
    assert address is not None
    assert address.city == city


@pytest.mark.parametrize(
    ("city", "encoding"),
    [
        ("Москва", "cp1251"),
        ("Kraków, Łódź", "cp1250"),
        ("Gdańsk, Żywiec", "iso8859-2"),
        ("Αθήνα", "cp1253"),
        ("大阪", "shift-jis"),
        ("上海", "gbk"),
        ("Zürich", "mac-roman"),
        ("Genève", "mac-roman"),
    ],
)
def test_other_encodings_are_not_guessed_at(tmp_path: Path, city: str, encoding: str) -> None:
    """Read as something else, an address would be a wrong one: the line names place and setting, which helps."""
    content = sheet(GOOD.replace("Ottawa", f'"{city}"')).encode(encoding)
    said = only_problem(tmp_path, "shop.csv", content)
    assert "shop.csv: is not UTF-8 text (byte 1" in said
    assert f"in line 2); save it as UTF-8, in Excel “CSV UTF-8”, or name its encoding in the format {NOTHING}" in said
    (order,) = good(in_format(tmp_path, content, encoding=encoding))
    assert order.shipping_address is not None
    assert order.shipping_address.city == city


def test_a_file_of_two_encodings_is_refused(tmp_path: Path) -> None:
    """Put together of two exports: neither reading of it is right."""
    content = sheet(GOOD.replace("Ottawa", "Köln")).encode() + OTHER.replace("Toronto", "Orléans").encode("cp1252")
    assert "is not UTF-8 text (byte 1" in only_problem(tmp_path, "shop.csv", content + b"\n")


def test_a_byte_order_mark_may_stand_within(tmp_path: Path) -> None:
    """Where files were put together; the header once more is passed over."""
    assert numbers(fetch(tmp_path, "shop.csv", f"\ufeff{sheet(GOOD)}\ufeff{sheet(OTHER)}")) == ["1006", "1008"]


# ── layout ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["csv", "txt", "tsv", "CSV", "csv.gz"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str, ending: str) -> None:
    """Whatever the ending says."""
    content = sheet(GOOD, OTHER).replace(",", delimiter).encode()
    packed = gzip.compress(content) if ending.endswith("gz") else content
    assert numbers(fetch(tmp_path, f"shop.{ending}", packed)) == ["1006", "1008"]


@pytest.mark.parametrize("top", ["sep=;\n", '"sep=;"\r\n', "SEP=;\n", "\n\n", ";;;;;;\n\n", " \n"])
def test_what_stands_above_the_header_is_passed_over(tmp_path: Path, top: str) -> None:
    """Blank lines and what tells Excel the delimiter; rows are numbered as it numbers them."""
    rows = sheet(GOOD, OTHER.replace(",2,", ",x,")).replace(",", ";")
    given_orders = fetch(tmp_path, "shop.csv", top + rows)
    assert [order.number for order in good(given_orders)] == ["1006"]
    row = 3 + (0 if "sep" in top.lower() else top.count("\n"))
    assert problems(given_orders)[0].startswith(f"shop.csv, row {row}, quantity: 'x' is not a number")


def test_a_delimiter_told_wrongly_is_found(tmp_path: Path) -> None:
    """The header knows better."""
    assert numbers(fetch(tmp_path, "shop.csv", "sep=,\n" + sheet(GOOD).replace(",", ";"))) == ["1006"]


def test_what_nobody_sees_is_no_part_of_a_number(tmp_path: Path) -> None:
    """Nor is what keeps its zeros in a spreadsheet: both rows are of one order."""
    rows = (GOOD.replace("1006", "\u200b1006\u2060"), GOOD.replace("1006", '"=""1006"""').replace("MUG", "TEE"))
    (order,) = good(fetch(tmp_path, "shop.csv", sheet(*rows)))
    assert (order.number, len(order.lines)) == ("1006", 2)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (gzip.compress(TEXT.encode()), "packed (.gz)"),
        (b"PK\x03\x04\0\0", "a workbook (.xlsx) or an archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old workbook (.xls)"),
        (b"%PDF-1.7\n", "a PDF"),
    ],
)
@pytest.mark.parametrize("name", ["shop.csv", "shop.json", "shop.csv.gz"])
def test_what_has_the_wrong_ending_is_named(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    """Rather than that its bytes are no text."""
    packed = gzip.compress(content) if name.endswith(".gz") else content
    said = only_problem(tmp_path, name, packed)
    assert said == f"{name}: is no text but {what}; give it the ending that it should have {NOTHING}"


def test_a_header_further_down_is_pointed_at(tmp_path: Path) -> None:
    """Nothing above it is thrown away unasked; the setting is named, and works."""
    content = f"Report of orders\nMade for Ann Lee\n{sheet(GOOD)}"
    assert only_problem(tmp_path, "shop.csv", content) == (
        "shop.csv, row 1: is not a header of known columns such as order_number,sku; row 3 looks like one: name the"
        f" lines above it in the format with skip {NOTHING}"
    )
    assert numbers(in_format(tmp_path, content, skip=2)) == ["1006"]


def test_a_layout_may_be_told(tmp_path: Path) -> None:
    """A delimiter and quotes of one's own, no quotes at all, no header."""
    text = sheet(GOOD, OTHER).replace(",", "^").replace("MUG", "'M^G'")
    assert good(in_format(tmp_path, text, delimiter="^", quote="'"))[0].lines[0].sku == "M^G"
    text = sheet(GOOD.replace("MUG", '"MUG')).replace(",", "\t")
    assert good(in_format(tmp_path, text, delimiter="\t", quote=""))[0].lines[0].sku == '"MUG'
    assert numbers(in_format(tmp_path, f"{GOOD}\n{OTHER}\n", header=HEADER.split(","))) == ["1006", "1008"]


@pytest.mark.parametrize(
    "layout",
    [
        {"delimiter": ";;"},
        {"delimiter": ""},
        {"quote": "''"},
        {"encoding": "klingon"},
        {"encoding": "rot13"},
        {"skip": -1},
    ],
)
def test_a_layout_that_cannot_be_is_refused(layout: dict[str, Any]) -> None:
    """When it is made, by the name of the setting."""
    with pytest.raises(ConfigError, match=f"^{next(iter(layout))} "):
        Layout(**layout)


def test_the_end_of_old_systems_is_no_row(tmp_path: Path) -> None:
    """Nor are blanks behind the last line break."""
    for end in ("\x1a", " ", "\t", "\n\n", "\x1a\n"):
        assert numbers(fetch(tmp_path, "shop.csv", sheet(GOOD) + end)) == ["1006"]


# ── damage ───────────────────────────────────────────────────────────────────────────────────


def test_a_cell_of_megabytes_is_one_line(tmp_path: Path) -> None:
    """In quotes or not, in one line or many."""
    many, lines = "x" * 5_000_000, "x y z\n" * 1_000_000
    for cell in (many, f'"{many}"', f'"{lines}"', "x" * 200_000):
        said = only_problem(tmp_path, "shop.csv", sheet(GOOD, OTHER.replace("Toronto", cell)))
        assert len(said) < 200
        assert "shop.csv, row 3: a cell has more than 131,072 characters" in said or (
            "shop.csv, line 3: has more than 1,048,576 characters; export it again" in said
        )


@pytest.mark.parametrize("megabytes", [40, 400])
def test_a_packed_bomb_is_one_line(tmp_path: Path, megabytes: int) -> None:
    """Before it fills memory or disk."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for _ in range(megabytes):
            file.write(b"\n" * 1_000_000)
    line = only_problem(tmp_path, "shop.csv.gz", packed.getvalue())
    assert line == f"shop.csv.gz: unpacks to far too much; unpack it and look at what it holds {NOTHING}"


@pytest.mark.parametrize("content", [gzip.compress(TEXT.encode())[:-9], TEXT.encode(), b"", b"\x1f\x8b\x08"])
def test_what_cannot_be_unpacked_is_one_line(tmp_path: Path, content: bytes) -> None:
    """Cut off, or not packed at all."""
    said = only_problem(tmp_path, "shop.csv.gz", content)
    assert said == f"shop.csv.gz: is no whole .gz file; pack or upload it again {NOTHING}" or "is empty" in said


_ROWS = (GOOD, OTHER, '2000,2026-01-31T09:30:00Z,CAD,"MUG, blue",1,1.00,', "1006,,,TEE,3,5.00,", "2000,,,TEE,10,5.00,")


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_damaged_bytes_leave_orders_whole_held_or_named(data: st.DataObject) -> None:
    """Cut anywhere, bytes flipped, taken out or put in, in any encoding, with any delimiter and line break, packed or
    not: a run ends, says what is wrong in lines without anybody's data, and takes nothing that no database holds."""
    delimiter = data.draw(st.sampled_from(",;\t|"))
    text = sheet(*_ROWS).replace(",", delimiter).replace("\n", data.draw(st.sampled_from(["\n", "\r\n", "\r"])))
    content = bytearray(text.encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]))))
    if packed := data.draw(st.booleans()):
        content = bytearray(gzip.compress(bytes(content), mtime=0))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content)))
        match data.draw(st.sampled_from(["cut", "flip", "drop", "nul", "same again"])):
            case "cut":
                del content[place:]
            case "flip":
                content[place : place + 1] = bytes([data.draw(st.integers(0, 255))])
            case "drop":
                del content[place : place + data.draw(st.integers(1, 40))]
            case "nul":
                content[place:place] = bytes(data.draw(st.integers(1, 3)))
            case _:
                content += content[place : place + 60]
    with tempfile.TemporaryDirectory() as folder:
        given_orders = fetch(Path(folder), f"shop.csv{'.gz' * packed}", bytes(content))
    assert all("\n" not in order.problem and len(order.problem) < 4_000 for order in bad(given_orders))
    for order in good(given_orders):
        assert "\0" not in repr(order.lines) + order.reference + order.number


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.sampled_from(_ROWS), unique=True), place=st.integers(0, 400))
def test_a_file_that_grows_gives_no_order_before_all_of_it_is_there(rows: list[str], place: int) -> None:
    """Read while somebody writes it, a file gives nothing or what its whole rows say."""
    text = sheet(*rows)
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), "shop.csv", text[:place], NOW)
        source = FolderSource(folder, settle=0, clock=lambda: NOW)
        early = good(source.fetch_orders(None))
    cut = text[:place].rpartition("\n")[0]
    if not text[:place].endswith("\n"):
        assert early == []
    assert {order.number for order in early} <= {row[:4] for row in cut.splitlines()[1:]}


# ── workbooks ────────────────────────────────────────────────────────────────────────────────


def workbook(*rows: list[Any], shapes: dict[str, str] | None = None, title: str = "Orders", more: int = 0) -> bytes:
    """A workbook with these rows; ``shapes`` are number formats by cell."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for cell, shape in (shapes or {}).items():
        book.active[cell].number_format = shape
    for number in range(more):
        book.create_sheet(f"More {number}")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


COLUMNS = [*HEADER.split(","), "requested_ship_date", "ship_postal_code", "shippable", "note", "tax_rate"]
MIXED = [1006, "2026-01-31T09:30:00Z", "CAD", 4006381333931, 1.0, 19.99, "Łódź", datetime(2026, 2, 3), 1420, True, 0.1]  # noqa: DTZ001


def test_a_workbook_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Numbers with all digits and no others, dates and codes as they are shown, rows as they are numbered."""
    content = workbook(
        [], COLUMNS, [*MIXED, 13], [], ["", *MIXED[1:], 13], shapes={"H3": "dd.mm.yyyy", "I3": "00000", "H5": "d/m/yy"}
    )
    given_orders = fetch(tmp_path, "shop.xlsx", content)
    assert problems(given_orders) == [
        "shop.xlsx, row 5, order_number: is blank; write it on every row (order 1006 is held)"
    ]
    (order,) = good(
        fetch(tmp_path, "shop.xlsx", workbook(COLUMNS, [*MIXED, 13], shapes={"H2": "d mmm", "I2": "00000"}))
    )
    assert order.number == "1006"
    (line,) = order.lines
    assert [str(line.quantity), str(line.price), line.sku] == ["1", "19.99", "4006381333931"]
    assert order.lines[0].shippable
    assert order.requested_ship_date is not None
    assert order.requested_ship_date.isoformat() == "2026-02-03"
    assert order.shipping_address is not None
    assert order.shipping_address.postal_code == "01420"
    assert order.note == "0.1"


def test_a_number_too_long_for_a_workbook_is_refused(tmp_path: Path) -> None:
    """It lost its last digits when it was typed."""
    said = only_problem(tmp_path, "shop.xlsx", workbook(COLUMNS, [108912345678901234, *MIXED[1:]]))
    assert "order_number: '1.08912345678901E+17' was shortened by a spreadsheet" in said


def test_times_of_a_workbook_are_told_as_text(tmp_path: Path) -> None:
    """To the second: a workbook keeps them as fractions of days."""
    moment = [1006, datetime(2026, 1, 31, 9, 30, 0, 400), *MIXED[2:]]  # noqa: DTZ001
    (line,) = problems(fetch(tmp_path, "shop.xlsx", workbook(COLUMNS, moment)))
    assert "placed_at: '2026-01-31T09:30:00' has no time zone" in line
    (line,) = problems(fetch(tmp_path, "shop.xlsx", workbook(COLUMNS, [1006, time(9, 30), *MIXED[2:]])))
    assert "placed_at: text of 8 characters is not a time" in line


def test_the_sheet_may_be_named(tmp_path: Path) -> None:
    """Else the first one is read, and that there are others is told."""
    content = workbook(COLUMNS, MIXED, more=2)
    put(tmp_path, "shop.xlsx", content)
    source = FolderSource(tmp_path, clock=lambda: NOW)
    assert len(list(source.fetch_orders(None))) == 1
    assert source.take_notes() == ["shop.xlsx: has 3 sheets, the first one was read; name another in the format"]
    assert source.take_notes() == []
    assert len(good(in_format(tmp_path, content, "shop.xlsx", sheet="Orders"))) == 1
    assert problems(in_format(tmp_path, content, "shop.xlsx", sheet="Order")) == [
        f"shop.xlsx: has no sheet 'Order'; there are Orders, More 0, More 1 {NOTHING}"
    ]


def test_a_workbook_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """Not one, with a password, cut off, empty, far too large, or without what reads it."""
    whole = workbook(COLUMNS, MIXED)
    for content in (b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", whole[:-40], b""):
        said = only_problem(tmp_path, "shop.xlsx", content)
        assert said == f"shop.xlsx: is no .xlsx workbook, or has a password; save it again without one {NOTHING}"
    assert only_problem(tmp_path, "shop.xlsx", workbook()).startswith("shop.xlsx: is empty")
    assert "is not a header of known columns" in only_problem(tmp_path, "shop.xlsx", workbook(["Ann", "Lee"]))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(40_000_000))
    assert "unpacks to far too much" in only_problem(tmp_path, "shop.xlsx", bomb.getvalue())
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word.xml", "<a/>")
    assert "cannot be read as a workbook (" in only_problem(tmp_path, "shop.xlsx", other.getvalue())


def test_without_openpyxl_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads only CSV need not have it."""
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    archive = io.BytesIO()
    zipfile.ZipFile(archive, "w").close()
    assert only_problem(tmp_path, "shop.xlsx", archive.getvalue()) == (
        f"shop.xlsx: is read with openpyxl; install tradegecko-bridge[xlsx], or save it as CSV UTF-8 {NOTHING}"
    )
