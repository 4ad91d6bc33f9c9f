"""The documentation says what the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import pytest

from tests.sources.folder.helpers import GOOD, HEADER, OTHER, fetch, good, problems, sheet, source_at
from tests.sources.folder.test_outbox import PRODUCT, RECEIPT, SHIPMENT, STOCK
from tradegecko_bridge.commerce import ItemKind, SourceOrder
from tradegecko_bridge.commerce.codec import from_plain
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder import returns
from tradegecko_bridge.sources.folder.columns import CELLS, COLUMNS, Column

DOCS = Path(__file__).parents[3] / "docs" / "folder.md"
TEXT = DOCS.read_text(encoding="utf-8") if DOCS.exists() else ""
NEXT = "1007,2026-01-31T09:30:00Z,CAD,MUG,1,2.50,"
SAID: list[tuple[str, str | bytes]] = [
    ("shop-7.csv", sheet(GOOD, "1007,2026-01-31T09:30:00Z,CAD,MUG,two,2.50,")),
    ("shop-7.csv", sheet(GOOD, '1007,2026-01-31T09:30:00Z,CAD,MUG,2,"12,50",')),
    ("shop-7.csv", sheet(GOOD, "1007,2026-01-31T09:30:00,CAD,MUG,2,12.50,")),
    ("shop-7.csv", sheet(GOOD, "1007,31/01/2026,CAD,MUG,2,12.50,")),
    ("shop-7.csv", sheet(GOOD, NEXT, "1007,,USD,TEE,1,5.00,")),
    ("shop-7.csv", sheet(GOOD, f"{NEXT}Paris", "1007,,,TEE,1,5.00,Rome")),
    ("shop-7.csv", sheet(GOOD, NEXT, "1007,,,,,5.00,")),
    ("shop-7.csv", sheet(GOOD, ",,,TEE,1,5.00,", OTHER)),
    ("shop-7.csv", sheet(GOOD, "1007,2026-01-31T09:30:00Z,CAD,MUG, blue,1,2.50,Paris")),
    ("shop-7.csv", sheet(GOOD, "1007,2026-01-31T09:30:00Z,CAD")[:-1]),
    ("shop-7.csv", sheet(GOOD, NEXT, NEXT)),
    ("shop-7.csv", sheet(GOOD, NEXT.replace("1007", "1.00701E+14"))),
    ("shop-7.csv", sheet(f"{GOOD},1", header=f"{HEADER},qty")),
    ("shop-7.csv", sheet(GOOD, header=HEADER.replace("placed_at", "note"))),
    ("shop-7.csv", sheet(GOOD, '1007,,,"MUG,1,1,')),
    ("shop-7.csv", sheet(GOOD).encode() + b"\x81\n"),
    ("shop-7.csv", ""),
    ("shop-7.xlsx", "PK"),
    ("shop-7.pdf", "%PDF"),
    ("shop.json", '[{"reference": "1006", "number": "1006", "placed_at": "2026-01-31T09:30:00Z", "currency": 7}]'),
    ("shop.json", '[\n{"reference": "1006", '),
]


def blocks(kind: str) -> list[str]:
    """The code blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


pytestmark = pytest.mark.skipif(not TEXT, reason="the documentation is not beside the tests")


def test_the_column_table_is_the_codes() -> None:
    """Every column, in the code's order, with its kind and how often it is filled; no other."""

    def filled(column: Column) -> str:
        return ("every row" if column.per_line else "once an order") + (", required" if column.required else "")

    table = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| .+ \|$", TEXT, flags=re.MULTILINE)
    documented = [(name, kind.replace("\\|", "|"), when) for name, kind, when in table if when.startswith(("o", "e"))]
    assert documented == [(column.name, CELLS[column.kind], filled(column)) for column in COLUMNS.values()]


KINDS: dict[Any, str] = {
    str: "text",
    Decimal: "number",
    bool: "true or false",
    datetime: "time with zone",
    date: "date",
    ItemKind: "goods, fee, tip or gift_wrap",
    Mapping: "object of texts",
}


def fields(record: type, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Every field a JSON order may have: its name within those around it, what it holds, whether it has to be there."""
    hints = get_type_hints(record)
    for one in attrs.fields(record):
        if one.name == "cursor":  # ours, not the file's
            continue
        hint = hints[one.name]
        many = get_origin(hint) is tuple
        kind: Any = Mapping if get_origin(hint) is Mapping else (*get_args(hint), hint)[0]
        words = "object" if attrs.has(kind) else "text" if issubclass(kind, StrEnum) else KINDS[kind]
        needed = "required" if one.default is attrs.NOTHING else "may be left out"
        yield f"{prefix}{one.name}", f"list of {words}s" if many else words, needed
        if attrs.has(kind):
            yield from fields(kind, f"{prefix}{one.name}{'[]' * many}.")


def test_the_table_of_json_fields_is_the_codecs() -> None:
    """Every field a file may have, in the order of the code, and which are required; no other."""
    table = TEXT.split("## JSON")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w.\[\]]+)` \| (.+?) \| (.+?) \|$", table, flags=re.MULTILINE)
    assert rows == list(fields(SourceOrder))
    required = {name for name, _, needed in rows if needed == "required" and "." not in name}
    with pytest.raises(MalformedData) as caught:
        from_plain({}, SourceOrder, strict=True)
    assert {problem.removesuffix(" is missing") for problem in caught.value.problems} == required


@pytest.mark.parametrize(
    ("kind", "start", "numbers"), [("csv", "order_number,", ["1006", "1007"]), ("json", "{", ["1008"])]
)
def test_the_examples_are_read_and_add_up(tmp_path: Path, kind: str, start: str, numbers: list[str]) -> None:
    """The files shown can be copied as they are."""
    (example,) = (block for block in blocks("text" if kind == "csv" else kind) if block.startswith(start))
    given = fetch(tmp_path, f"shop.{kind}", example)
    assert [order.number for order in good(given)] == numbers == [order.number for order in given]
    for order in good(given):
        assert order.computed_totals.grand_total == order.totals.grand_total


def test_the_problem_lines_are_real(tmp_path: Path) -> None:
    """Each line shown is what a file leads to, in this order."""
    lines = [line for name, content in SAID for line in _said(tmp_path, name, content)]
    assert "\n".join([*lines, ""]) in blocks("text")


def _said(folder: Path, name: str, content: str | bytes) -> list[str]:
    lines = problems(fetch(folder, name, content))
    (folder / "orders" / name).unlink()
    return lines


def test_the_files_that_come_back_look_as_shown(tmp_path: Path) -> None:
    """Names and headings of what is written are those documented."""
    source = source_at(tmp_path)
    source.accept_tracking([SHIPMENT])
    source.accept_stock([STOCK])
    source.accept_receipts([RECEIPT])
    source.accept_products([PRODUCT])
    for folder in ("tracking", "stock", "receipts", "products"):
        (name,) = (file.name for file in (tmp_path / folder).glob("[!.]*"))
        assert f"`{folder}/{name}`" in TEXT
    for heading in (returns.TRACKING, returns.STOCK, returns.RECEIPTS):
        assert any(block.startswith(",".join(heading) + "\n") for block in blocks("text"))
