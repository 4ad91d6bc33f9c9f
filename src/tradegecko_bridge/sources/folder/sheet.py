"""A CSV order file as rows sorted out by order: header, cells, and rows that cannot be trusted.

The rule behind all of it: an order arrives with all of its lines or not at all. A damaged row therefore holds
every order it may belong to, and where that could be any order, the whole file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from attrs import Factory, define

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.csv_orders import NUL
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.problems import NOTHING_INGESTED, listed
from tradegecko_bridge.sources.folder.rows import Group, Row, RowReader

_DELIMITERS = (",", ";", "\t")
_LINE_BREAKS = ("\n", "\r")
_CUT = "is the last and has no line break behind it, so it may be cut off; add a line break or export the file again"


@define
class Sheet:
    """A file sorted out. ``strays`` are faults of rows that belong to no order we know of."""

    reader: RowReader
    groups: dict[str, Group] = Factory(dict)
    strays: list[str] = Factory(list)

    def group(self, reference: str) -> Group:
        """The order of this reference, in order of first appearance."""
        return self.groups.setdefault(reference, Group(reference))


def read_sheet(text: str, format: Format) -> Sheet:
    """Sort the text of a CSV file out by order.

    Raises:
        MalformedData: nothing of the file can be taken; each problem is one place and fault.
    """
    delimiter, reader = _header(text, format)
    rows = [row for row in _rows(text, delimiter) if row.cut or (any(row.cells) and not _over(reader, row))]
    if not rows:
        raise MalformedData([f"row 2: there is no order below the header; delete the file {NOTHING_INGESTED}"])
    sheet = Sheet(reader)
    _sort_out(sheet, rows)
    return sheet


def _over(reader: RowReader, row: Row) -> str:
    return reader.passed_over(row.cells) if len(row.cells) >= reader.width else ""


# ── the header ───────────────────────────────────────────────────────────────────────────────


def _header(text: str, format: Format) -> tuple[str, RowReader]:
    """The delimiter that makes the most known columns of the first line, and the columns it makes."""
    line = next(iter(io.StringIO(text, newline="")))
    candidates = {mark: _names(line, mark) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: format.known(candidates[mark]))
    header = candidates[delimiter]
    # A first line without any known name is most likely an order: it must not be echoed, it may be personal.
    if not format.known(header):
        raise MalformedData([f"row 1: is not a header of known columns such as order_number,sku {NOTHING_INGESTED}"])
    faults = [] if line.endswith(_LINE_BREAKS) else ["it has no line break behind it"]
    try:
        reader = format.reader(header)
    except MalformedData as error:
        faults = [*error.problems, *faults]
    if faults:
        raise MalformedData([f"row 1: {listed(faults)} {NOTHING_INGESTED}"])
    return delimiter, reader


def _names(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:  # a cell beyond csv's limit of 128 KiB: no header
        return ()


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
    owners = _owners(sheet, [row for row in rows if _is_sound(sheet, row)])
    damaged: list[tuple[Row, str | None]] = []
    latest: str | None = None
    known: dict[str, set[str]] = {}
    for row in rows:
        reference = _reference(sheet, row, owners) if _is_sound(sheet, row) else None
        if reference is None:
            damaged.append((row, latest))
            continue
        latest = reference
        sheet.group(reference).rows.append(row)
        for name in (reference, sheet.reader.names(row.cells)[1]):
            if name:
                known.setdefault(name, set()).add(reference)
    for row, before in damaged:
        _hold(sheet, row, before, known)


def _is_sound(sheet: Sheet, row: Row) -> bool:
    width = sheet.reader.width
    return not row.cut and not _misnamed(sheet, row) and len(row.cells) >= width and not any(row.cells[width:])


def _misnamed(sheet: Sheet, row: Row) -> list[int]:
    """The cells that name the order, where they have a NUL."""
    return [place for place in sheet.reader.naming if place < len(row.cells) and "\0" in row.cells[place]]


def _owners(sheet: Sheet, rows: list[Row]) -> dict[str, set[str]]:
    """The references each order number was given with: a later row may name its order by number alone."""
    owners: dict[str, set[str]] = {}
    for row in rows:
        reference, number = sheet.reader.names(row.cells)
        if reference and number:
            owners.setdefault(number, set()).add(reference)
    return owners


def _reference(sheet: Sheet, row: Row, owners: dict[str, set[str]]) -> str | None:
    """The order a sound row belongs to; None where it does not say, or not clearly."""
    reference, number = sheet.reader.names(row.cells)
    if reference:
        return reference
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
        return f", {_column(sheet, misnamed[0])}: {NUL}"
    if _is_sound(sheet, row):
        if sheet.reader.names(row.cells)[1]:
            return ", order_reference: is blank, and several orders in this file have this order number; write it"
        return ", order_number: is blank; write it on every row"
    return (
        f": has {len(row.cells)} cell{'s' * (len(row.cells) != 1)} where the header names {sheet.reader.width};"
        " put a value that holds a comma, a semicolon or a line break in double quotes"
    )


def _column(sheet: Sheet, place: int) -> str:
    """What the column that names the order is called."""
    return "order_reference" if place == sheet.reader.naming[0] and len(sheet.reader.naming) > 1 else "order_number"


def _suspects(sheet: Sheet, row: Row, before: str | None, known: dict[str, set[str]]) -> set[str]:
    """The references of the orders a damaged row may belong to."""
    above = {before} if before is not None else set()
    if _is_sound(sheet, row):
        return known.get(sheet.reader.names(row.cells)[1], above)
    text, whole, first = _claim(sheet, row)
    too_long = len(row.cells) > sheet.reader.width
    misnamed = _misnamed(sheet, row)
    if misnamed and not (too_long or row.cut):
        meant = [_meant(row.cells[place], known) for place in misnamed]
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
    for place in sheet.reader.naming:
        text = row.cells[place] if place < len(row.cells) else ""
        whole = place < len(row.cells) - 1
        if text or not whole:
            break
    first = set(range(place)) <= set(sheet.reader.naming)
    return text, whole and bool(text), first and bool(text)


def _starting(row: Row, text: str, known: dict[str, set[str]]) -> set[str]:
    """The orders a row may belong to whose reference was itself cut off."""
    if not text:
        raise MalformedData([f"row {row.number}: {_CUT}; it may belong to any order {NOTHING_INGESTED}"])
    return {reference for name, references in known.items() if name.startswith(text) for reference in references}
