"""A CSV order file as rows sorted out by order: header, cells, and rows that cannot be trusted.

The rule behind all of it: an order arrives with all of its lines or not at all. A damaged row therefore holds
every order it may belong to, and where that could be any order, the whole file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from attrs import Factory, define, frozen

from tradegecko_bridge.commerce.formatting import is_name, shown_name
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.columns import COLUMNS
from tradegecko_bridge.sources.folder.formulas import unguarded
from tradegecko_bridge.sources.folder.problems import NOTHING_INGESTED, listed
from tradegecko_bridge.structuring import likeliest

_DELIMITERS = (",", ";", "\t")
_LINE_BREAKS = ("\n", "\r")
_REFERENCES = ("order_reference", "order_number")
NUL = "has a NUL character, which cannot be stored; take it out"
_CUT = "is the last and has no line break behind it, so it may be cut off; add a line break or export the file again"


@frozen
class Row:
    """One row, numbered as a spreadsheet numbers it (the header is row 1). ``cut``: it may not be whole."""

    number: int
    cells: tuple[str, ...]
    cut: bool = False


@define
class Group:
    """What the file says of one order: its sound rows, and the faults of rows that may belong to it."""

    reference: str
    rows: list[dict[str, str]] = Factory(list)
    row_numbers: list[int] = Factory(list)
    faults: list[str] = Factory(list)

    @property
    def names(self) -> set[str]:
        """The reference and every order number given with it."""
        return {self.reference} | {row["order_number"] for row in self.rows if row.get("order_number")}


@define
class Sheet:
    """A file sorted out. ``strays`` are faults of rows that belong to no order we know of."""

    header: tuple[str, ...]
    groups: dict[str, Group] = Factory(dict)
    strays: list[str] = Factory(list)

    def group(self, reference: str) -> Group:
        """The order of this reference, in order of first appearance."""
        return self.groups.setdefault(reference, Group(reference))


def read_sheet(text: str) -> Sheet:
    """Sort the text of a CSV file out by order.

    Raises:
        MalformedData: nothing of the file can be taken; each problem is one place and fault.
    """
    delimiter, header = _header(text)
    rows = [row for row in _rows(text, delimiter) if row.cut or any(row.cells)]
    if not rows:
        raise MalformedData([f"row 2: there is no order below the header; delete the file {NOTHING_INGESTED}"])
    sheet = Sheet(header)
    _sort_out(sheet, rows)
    return sheet


# ── the header ───────────────────────────────────────────────────────────────────────────────


def _header(text: str) -> tuple[str, tuple[str, ...]]:
    """The delimiter that makes the most known columns of the first line, and the columns it makes."""
    line = next(iter(io.StringIO(text, newline="")))
    candidates = {mark: _names(line, mark) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: sum(name in COLUMNS for name in candidates[mark]))
    header = candidates[delimiter]
    # A first line without any known name is most likely an order: it must not be echoed, it may be personal.
    if not any(name in COLUMNS for name in header):
        raise MalformedData([f"row 1: is not a header of known columns such as order_number,sku {NOTHING_INGESTED}"])
    faults = [*_header_faults(header), *(["it has no line break behind it"] if not line.endswith(_LINE_BREAKS) else [])]
    if faults:
        raise MalformedData([f"row 1: {listed(faults)} {NOTHING_INGESTED}"])
    return delimiter, header


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell beyond csv's limit of 128 KiB: no header
        return ()
    names = [cell.strip().casefold() for cell in cells]
    while names and not names[-1]:  # spreadsheets leave empty columns at the right edge
        names.pop()
    return tuple(names)


def _header_faults(header: tuple[str, ...]) -> Iterator[str]:
    for position, name in enumerate(header, 1):
        if not name:
            yield f"column {position} has no name"
        elif name not in COLUMNS:
            nearest = likeliest(name.replace(" ", "_"), COLUMNS) if is_name(name) else None
            hint = f", the nearest known one is '{nearest}'" if nearest else ""
            yield f"unknown column {shown_name(name, position)}{hint}"
    for name in dict.fromkeys(header):
        if name and header.count(name) > 1:
            yield f"the column {shown_name(name, header.index(name) + 1)} is there {header.count(name)} times"
    for column in COLUMNS.values():
        if column.required and column.name not in header:
            yield f"the column '{column.name}' is missing"


# ── the rows ─────────────────────────────────────────────────────────────────────────────────


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Every row below the header, also blank ones: they count in a spreadsheet's numbering."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    ended = text.endswith(_LINE_BREAKS)
    previous: Row | None = None
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if previous is not None and previous.number > 1:
                yield previous
            previous = Row(number, tuple(cell.strip() for cell in cells))
    except csv.Error as error:
        # From here on quotes and rows cannot be told apart, so any order may have lines in what follows.
        raise MalformedData(
            [f"row {number + 1}: a double quote is missing, out of place or cut off, {error} {NOTHING_INGESTED}"]
        ) from None
    if previous is not None and previous.number > 1:
        yield Row(previous.number, previous.cells, cut=not ended)


def _sort_out(sheet: Sheet, rows: list[Row]) -> None:
    owners = _owners(sheet.header, [row for row in rows if _is_sound(sheet, row)])
    damaged: list[tuple[Row, str | None]] = []
    latest: str | None = None
    for row in rows:
        reference = _reference(sheet, row, owners) if _is_sound(sheet, row) else None
        if reference is None:
            damaged.append((row, latest))
            continue
        latest = reference
        group = sheet.group(reference)
        group.rows.append(_cells(sheet.header, row))
        group.row_numbers.append(row.number)
    known: dict[str, set[str]] = {}
    for group in sheet.groups.values():
        for name in group.names:
            known.setdefault(name, set()).add(group.reference)
    for row, before in damaged:
        _hold(sheet, row, before, known)


def _cells(header: tuple[str, ...], row: Row) -> dict[str, str]:
    """A row's values by column. What names the order stays as it is: its name must never change."""
    cells = zip(header, row.cells, strict=False)
    return {name: cell if name in _REFERENCES else unguarded(cell) for name, cell in cells}


def _is_sound(sheet: Sheet, row: Row) -> bool:
    width = len(sheet.header)
    return not row.cut and not _misnamed(sheet, row) and len(row.cells) >= width and not any(row.cells[width:])


def _misnamed(sheet: Sheet, row: Row) -> list[str]:
    """The columns that name the order, where they have a NUL."""
    cells = zip(sheet.header, row.cells, strict=False)
    return [name for name, cell in cells if name in _REFERENCES and "\0" in cell]


def _owners(header: tuple[str, ...], rows: list[Row]) -> dict[str, set[str]]:
    """The references each order number was given with: a later row may name its order by number alone."""
    owners: dict[str, set[str]] = {}
    for row in rows:
        cells = dict(zip(header, row.cells, strict=False))
        if (number := cells["order_number"]) and (reference := cells.get("order_reference")):
            owners.setdefault(number, set()).add(reference)
    return owners


def _reference(sheet: Sheet, row: Row, owners: dict[str, set[str]]) -> str | None:
    """The order a sound row belongs to; None where it does not say, or not clearly."""
    cells = dict(zip(sheet.header, row.cells, strict=False))
    if reference := cells.get("order_reference"):
        return reference
    number = cells["order_number"]
    owned = owners.get(number, {number})
    return next(iter(owned)) if number and len(owned) == 1 else None


# ── rows that cannot be trusted ──────────────────────────────────────────────────────────────


def _hold(sheet: Sheet, row: Row, before: str | None, known: dict[str, set[str]]) -> None:
    """Put a damaged row's fault on every order it may belong to.

    ``before`` is the order of the last sound row above, ``known`` the orders by reference and by number.
    """
    fault = f"row {row.number}{_fault(sheet, row)}"
    suspects = _suspects(sheet, row, before, known)
    for reference in suspects:
        sheet.group(reference).faults.append(fault)
    if not suspects:
        sheet.strays.append(fault)


def _fault(sheet: Sheet, row: Row) -> str:
    if row.cut:
        return f": {_CUT}"
    if misnamed := _misnamed(sheet, row):
        return f", {misnamed[0]}: {NUL}"
    if _is_sound(sheet, row):
        if row.cells[sheet.header.index("order_number")]:
            return ", order_reference: is blank, and several orders in this file have this order number; write it"
        return ", order_number: is blank; write it on every row"
    return (
        f": has {len(row.cells)} cell{'s' * (len(row.cells) != 1)} where the header names {len(sheet.header)};"
        " put a value that holds a comma, a semicolon or a line break in double quotes"
    )


def _suspects(sheet: Sheet, row: Row, before: str | None, known: dict[str, set[str]]) -> set[str]:
    """The references of the orders a damaged row may belong to."""
    above = {before} if before is not None else set()
    if _is_sound(sheet, row):
        return known.get(row.cells[sheet.header.index("order_number")], above)
    text, whole, first = _claim(sheet, row)
    too_long = len(row.cells) > len(sheet.header)
    misnamed = _misnamed(sheet, row)
    if misnamed and not (too_long or row.cut):
        meant = [_meant(row.cells[sheet.header.index(name)], known) for name in misnamed]
        return above.union(*meant)
    if misnamed or (not first and (too_long or not row.cut)):
        raise MalformedData(  # the cells may have shifted, so what stands in the reference's place may be anything
            [f"row {row.number}{_fault(sheet, row)}; it may belong to any order {NOTHING_INGESTED}"]
        )
    if too_long or (whole and row.cut):
        return known.get(text, {text})
    if row.cut:
        return _starting(row, text, known)
    return known.get(text, set()) | above  # a line break inside a value may have split the row above in two


def _meant(text: str, known: dict[str, set[str]]) -> set[str]:
    """The orders that a name with a NUL may be of, which has come into it or stands for another character."""
    pattern = re.compile(".?".join(map(re.escape, text.split("\0"))))
    return {reference for name, references in known.items() if pattern.fullmatch(name) for reference in references}


def _claim(sheet: Sheet, row: Row) -> tuple[str, bool, bool]:
    """What a damaged row gives as its order, whether that is whole, and whether nothing stands before it."""
    places = [sheet.header.index(name) for name in _REFERENCES if name in sheet.header]
    for place in places:
        text = row.cells[place] if place < len(row.cells) else ""
        whole = place < len(row.cells) - 1
        if text or not whole:
            break
    first = set(sheet.header[:place]) <= set(_REFERENCES)
    return text, whole and bool(text), first and bool(text)


def _starting(row: Row, text: str, known: dict[str, set[str]]) -> set[str]:
    """The orders a row may belong to whose reference was itself cut off."""
    if not text:
        raise MalformedData([f"row {row.number}: {_CUT}; it may belong to any order {NOTHING_INGESTED}"])
    return {reference for name, references in known.items() if name.startswith(text) for reference in references}
