"""Tables as shops export them (text, .gz, .xlsx) as numbered rows of cells."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO, Final, Protocol

import attrs
from attrs import field, frozen

from tradegecko_bridge.errors import ConfigError, MalformedData
from tradegecko_bridge.sources.folder.problems import listed, nothing_of
from tradegecko_bridge.sources.folder.rows import RowReader
from tradegecko_bridge.sources.folder.text import Blocks, Changed, lines, look_over, texts

_DELIMITERS: Final = (",", ";", "\t", "|")
_HEAD: Final = 64
"""Lines among which the header is looked for."""
_SEP: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


def _one_character(_: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    if value and (len(value) != 1 or value in "\r\n\0"):
        raise ConfigError(f"{attribute.name} must be one character, such as ';' or a tab")
    if value == "" and attribute.name == "delimiter":
        raise ConfigError("delimiter must be one character; leave it out to have it found")


def _known_encoding(_: object, _attribute: object, value: str | None) -> None:
    try:
        known = isinstance(codecs.getincrementaldecoder(value or "utf-8")().decode(b"  "), str)
    except (LookupError, TypeError, ValueError):  # there are codecs for other things than text
        known = False
    if not known:
        raise ConfigError("encoding is not known; write one such as utf-8, cp1252 or utf-16")


def _not_negative(_: object, _attribute: object, value: int) -> None:
    if value < 0:
        raise ConfigError("skip must be a number of lines, 0 or more")


def _names(value: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value)


@frozen(kw_only=True)
class Layout:
    """How a table is laid out; what is None is found out by looking.

    Raises:
        ConfigError: what cannot be.
    """

    delimiter: str | None = field(default=None, validator=_one_character)
    """Between cells. Found out: the one of ``, ; tab |`` that makes the most known columns."""
    quote: str | None = field(default=None, validator=_one_character)
    """Around cells that hold a delimiter; a double quote unless told. Blank: there is none."""
    encoding: str | None = field(default=None, validator=_known_encoding)
    """Of the text. Found out: UTF-8, UTF-16, else Windows' cp1252 where the text looks like it."""
    header: tuple[str, ...] | None = field(default=None, converter=_names)
    """The columns' names where the file has no line of them. None: its first line names them."""
    skip: int = field(default=0, validator=_not_negative)
    """Lines at the top that are passed over; blank ones and ``sep=`` are anyway."""
    sheet: str | None = None
    """The sheet of a workbook; the first one unless told."""


class TableFormat(Protocol):
    """What a table has to know of its format."""

    @property
    def layout(self) -> Layout:
        """How its tables are laid out."""

    def known(self, cells: Sequence[str], /) -> int:
        """How many of these cells are names of columns."""

    def reader(self, header: tuple[str, ...], /, *, note: Callable[[str], None]) -> RowReader:
        """The format bound to a header; ``note`` is told what a person should know of good orders.

        Raises:
            MalformedData: the header is wrong; each problem is one fault.
        """


class Table(Protocol):
    """The rows of a file, as often as they are asked for."""

    @property
    def name(self) -> str:
        """The file's, as lines show it."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""

    @property
    def header_row(self) -> int:
        """Its number; 0 where the file has none."""

    @property
    def ended(self) -> bool:
        """Whether the last row is certain to be there to its end."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header with its number as a spreadsheet shows it, blank ones too.

        Raises:
            MalformedData: from here on rows cannot be told apart.
            Changed: the file is not what it was on an earlier pass.
        """


def bound(table: Table, format: TableFormat, note: Callable[[str], None]) -> RowReader:
    """The format bound to a table's header.

    Raises:
        MalformedData: that is wrong.
    """
    where = f"{table.name}, row {table.header_row}"
    try:
        reader = format.reader(table.header, note=note)
    except MalformedData as error:
        raise nothing_of(f"{where}: {listed(error.problems)}") from None
    for line in reader.further:
        note(f"{where}: {line}")
    return reader


def trimmed(cells: Iterable[str]) -> tuple[str, ...]:
    """A line of names without blanks around them, and without the empty columns spreadsheets leave at the right."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def no_header(name: str, format: TableFormat, heads: Sequence[tuple[int, Sequence[str]]]) -> MalformedData:
    """What to say where the first row of a table names nothing that is known.

    It is most likely an order, so it must not be echoed.
    """
    row = heads[0][0] if heads else 1
    better = next((number for number, cells in heads if format.known(trimmed(cells)) > 1), 0)
    hint = f"; row {better} looks like one: name the lines above it in the format with skip" if better else ""
    return nothing_of(f"{name}, row {row}: is not a header of known columns such as order_number,sku{hint}")


class TextTable:
    """A table that is text. ``is_whole``: nobody is writing it any more, however it ends.

    Raises:
        MalformedData: it has no header, or its text is damaged.
        Changed: its last row may still be being written.
    """

    def __init__(
        self, name: str, file: BinaryIO, format: TableFormat, *, packed: bool = False, is_whole: bool = True
    ) -> None:
        layout = format.layout
        self.name = name
        self._blocks = Blocks(name, file, packed=packed)
        found = look_over(name, self._blocks, layout.encoding, table=True)
        self._encoding, self.ended = found.encoding, found.ended
        if not (self.ended or is_whole):
            raise Changed
        self._above, self._first = layout.skip, layout.skip + 1
        told = _SEP.fullmatch(next(self._body(), ""))
        if told:
            self._above += 1  # spreadsheets do not show this line, so it does not count
        self._quoting = _quoting(layout.quote)
        likely = (told[1], *_DELIMITERS) if told else _DELIMITERS
        self._delimiter = layout.delimiter or self._likeliest_delimiter(likely, format)
        self.header, self.header_row = self._find_header(format)

    def _body(self) -> Iterator[str]:
        """The lines below those that are passed over."""
        return islice(lines(self.name, texts(self._blocks, self._encoding)), self._above, None)

    def _head(self, delimiter: str) -> list[tuple[int, list[str]]]:
        """The first rows that are not blank."""
        reader = csv.reader(islice(self._body(), _HEAD), delimiter=delimiter, **self._quoting)
        rows = []
        with suppress(csv.Error):  # rows() tells of it
            for number, cells in enumerate(reader, self._first):
                if any(map(str.strip, cells)):
                    rows.append((number, cells))
        return rows

    def _likeliest_delimiter(self, likely: Sequence[str], format: TableFormat) -> str:
        def names(delimiter: str) -> tuple[int, int]:
            rows = self._head(delimiter)
            cells = trimmed(rows[0][1]) if rows else ()
            return format.known(cells), len(cells)

        return max(likely, key=names)

    def _find_header(self, format: TableFormat) -> tuple[tuple[str, ...], int]:
        if format.layout.header is not None:
            return format.layout.header, 0
        heads = self._head(self._delimiter)
        header = trimmed(heads[0][1]) if heads else ()
        if not format.known(header):
            raise no_header(self.name, format, heads)
        if len(heads) == 1 and not self.ended:
            raise nothing_of(f"{self.name}, row {heads[0][0]}: it has no line break behind it")
        return header, heads[0][0]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header, as :class:`Table` says."""
        reader = csv.reader(self._body(), delimiter=self._delimiter, strict=True, **self._quoting)
        number = self._first - 1
        try:
            for number, cells in enumerate(reader, self._first):
                if number > self.header_row:
                    yield number, cells
        except csv.Error as error:
            # From here on quotes and rows cannot be told apart, so any order may have lines in what follows.
            raise nothing_of(f"{self.name}, row {number + 1}: {_fault(error)}") from None


def _quoting(quote: str | None) -> dict[str, Any]:
    return {"quoting": csv.QUOTE_NONE} if quote == "" else {"quotechar": quote or '"'}


def _fault(error: csv.Error) -> str:
    if "field limit" in f"{error}":
        return f"a cell has more than {csv.field_size_limit():,} characters; a double quote may be missing before it"
    return f"a double quote is missing, out of place or cut off, {error}"
