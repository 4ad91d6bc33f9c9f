"""Workbooks (.xlsx) as tables: what their cells show, as text."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Final

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.problems import nothing_of, one_line
from tradegecko_bridge.sources.folder.tables import TableFormat, no_header, trimmed

_MOST: Final = 1 << 26
"""Bytes of a workbook's file."""
_MOST_UNPACKED: Final = 1 << 29
_HEAD: Final = 64
_DIGITS: Final = 15
"""As many are exact in a number of a spreadsheet."""
_ZEROS: Final = re.compile("0{2,}")
_MISSING: Final = "is read with openpyxl; install tradegecko-bridge[xlsx], or save it as CSV UTF-8"


class WorkbookTable:
    """One sheet of a workbook.

    Raises:
        MalformedData: it cannot be read, is far too large, or has no header.
    """

    ended = True

    def __init__(self, name: str, file: BinaryIO, format: TableFormat, note: Callable[[str], None]) -> None:
        self.name = name
        self._data = _bounded(name, file)
        self._title = self._choose(format.layout.sheet, note)
        self._skip = format.layout.skip
        self.header, self.header_row = self._find_header(format)

    def _choose(self, wanted: str | None, note: Callable[[str], None]) -> str:
        titles = [sheet.title for sheet in _opened(self.name, self._data).worksheets]
        if wanted is not None and wanted not in titles:
            there = ", ".join(one_line(title) for title in titles)
            raise nothing_of(f"{self.name}: has no sheet {one_line(wanted)!r}; there are {there}")
        if not titles:
            raise nothing_of(f"{self.name}: has no sheet with cells")
        if wanted is None and len(titles) > 1:
            note(f"{self.name}: has {len(titles)} sheets, the first one was read; name another in the format")
        return wanted or str(titles[0])

    def _find_header(self, format: TableFormat) -> tuple[tuple[str, ...], int]:
        if format.layout.header is not None:
            return format.layout.header, 0
        heads = []
        for number, cells in self._all_rows():
            if number > self._skip and any(cells):
                heads.append((number, cells))
            if number > self._skip + _HEAD:
                break
        if not heads:
            raise nothing_of(f"{self.name}: is empty; delete it or export it again")
        header = trimmed(heads[0][1])
        if not format.known(header):
            raise no_header(self.name, format, heads)
        return header, heads[0][0]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header, as :class:`Table` says."""
        first, width = max(self._skip, self.header_row), len(self.header)
        for number, cells in self._all_rows():
            if number > first:  # blank cells at the end of a row are not there
                yield number, cells + [""] * (width - len(cells))

    def _all_rows(self) -> Iterator[tuple[int, list[str]]]:
        sheet = _opened(self.name, self._data)[self._title]
        sheet.reset_dimensions()  # programs write wrong ones
        rows = enumerate(sheet.iter_rows(), 1)
        while True:
            try:
                row = next(rows, None)
            except Exception as error:
                raise _unreadable(self.name, error) from None
            if row is None:
                return
            yield row[0], [_text(cell) for cell in row[1]]


def _bounded(name: str, file: BinaryIO) -> bytes:
    data = file.read(_MOST + 1)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile:
        raise nothing_of(f"{name}: is no .xlsx workbook, or has a password; save it again without one") from None
    if len(data) > _MOST or unpacked > min(_MOST_UNPACKED, max(1 << 24, 100 * len(data))):
        raise nothing_of(f"{name}: unpacks to far too much; save it as CSV UTF-8")
    return data


def _opened(name: str, data: bytes) -> Any:
    try:
        import openpyxl  # an extra
    except ImportError:
        raise nothing_of(f"{name}: {_MISSING}") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl cannot keep does not matter to who only reads
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> MalformedData:
    """openpyxl meets damage with errors of all kinds, whose texts may quote the cells."""
    return nothing_of(f"{name}: cannot be read as a workbook ({type(error).__name__}); save it again")


def _text(cell: Any) -> str:
    """What a cell holds, as a person would have written it."""
    value, shape = cell.value, getattr(cell, "number_format", None) or ""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime():
            value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
            return value.date().isoformat() if value.time() == time() else value.isoformat()  # programs write dates so
        case date() | time():
            return value.isoformat()
        case int() | float():
            return _number(value, shape)
        case _:
            return str(value)


def _number(value: float, shape: str) -> str:
    """All digits of a number; a very long one has lost some, and looks it."""
    if abs(value) >= 10**_DIGITS:
        return f"{value:.{_DIGITS - 1}E}"
    text = format(Decimal(repr(value)), "f")
    text = text.removesuffix(".0")
    return text.zfill(len(shape)) if _ZEROS.fullmatch(shape) and text.isdecimal() else text
