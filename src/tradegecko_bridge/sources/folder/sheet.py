"""The rows of a table that are rows of orders, and which of them can be trusted.

The rule behind all of it: an order arrives with all of its lines or not at all. A damaged row therefore holds
every order it may belong to, and where that could be any order, the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import Factory, define

from tradegecko_bridge.sources.folder.csv_orders import NUL
from tradegecko_bridge.sources.folder.formulas import is_broken, unwrapped
from tradegecko_bridge.sources.folder.problems import nothing_of
from tradegecko_bridge.sources.folder.rows import Row, RowReader
from tradegecko_bridge.sources.folder.tables import Table, trimmed

_CUT: Final = (
    "is the last and has no line break behind it, so it may be cut off; add a line break or export the file again"
)
_UNSEEN: Final = "\ufeff\u200b\u200e\u200f\u2060\x1a"
"""What nobody sees around a name: the mark of files put together, how old systems end them, and the like."""

Names = tuple[str, str]
"""The reference and the number a row gives, blank where it gives none."""
NOBODY: Final = ("", "")


@define
class Damage:
    """A row that may be of several orders: those of the row above, of exact names, or of names of a pattern.

    ``owns``: the first exact name is an order's, even if no sound row has it. ``by_number``: its reference cannot be
    read, so it may be of any order with rows that give no number.
    """

    row: int
    fault: str
    above: Names = NOBODY
    exact: Sequence[str] = ()
    owns: bool = False
    by_number: bool = False
    patterns: Sequence[re.Pattern[str]] = ()
    suspects: set[str] = Factory(set)


class Rows:
    """The rows of a table that are rows of orders, and which of them can be trusted."""

    def __init__(self, table: Table, reader: RowReader) -> None:
        self._table = table
        self._reader = reader
        self._width = reader.width
        self._naming = tuple(reader.naming)
        self._shown = sorted({0, *self._naming})
        self.header = table.header
        self.passed_over: dict[str, list[int]] = {}
        """Why rows are not of any order: the first one, and how many there are."""

    def __iter__(self) -> Iterator[Row]:
        """Those that are of orders; the last one is ``cut`` where it has too few cells and no line break."""
        self.passed_over.clear()
        waiting: tuple[int, list[str]] | None = None
        for number, cells in self._table.rows():
            if len(cells) < self._width and not self._table.ended:
                if waiting:
                    yield from self._read(*waiting)
                waiting = number, cells  # it may be the last one
                continue
            if waiting:
                yield from self._read(*waiting)
                waiting = None
            yield from self._read(number, cells)
        if waiting:
            yield from self._read(*waiting, cut=True)

    def _read(self, number: int, cells: list[str], *, cut: bool = False) -> Sequence[Row]:
        texts = self._texts(cells)
        if not any(texts) and (not cut or len(texts) == 1):
            return ()
        short = self._width - len(texts)
        if texts[0] == self.header[0] and trimmed(texts) == self.header:
            why = "the header once more"
        else:
            why = self._reader.passed_over(texts + ("",) * short if short > 0 else texts)
        if why:
            self.passed_over.setdefault(why, [number, 0])[1] += 1
            return ()
        return (Row(number, texts, cut),)

    def _texts(self, cells: list[str]) -> tuple[str, ...]:
        """The cells. What names the order stays as it is as far as can be."""
        texts = [cell.strip() for cell in cells]
        for place in self._shown:
            if place < len(texts):
                texts[place] = unwrapped(texts[place]).strip(_UNSEEN)
        return tuple(texts)

    def names(self, row: Row) -> Names:
        """What a sound row gives."""
        return self._reader.names(row.cells)

    def trusted(self) -> Iterator[tuple[Row, Names]]:
        """The sound rows that name their order, with what they name it."""
        for row in self:
            if self.is_sound(row) and self.shortened(row) is None and any(names := self.names(row)):
                yield row, names

    def unnamed(self, row: Row, number: str) -> str:
        """What is wrong with a sound row that does not say, or not clearly, whose it is."""
        if number:
            said = ", order_reference: is blank, and several orders in this file have this order number; write it"
            return f"row {row.number}{said}"
        column = self.header[self._naming[-1]] if self._naming else "order_number"
        return f"row {row.number}, {column}: is blank; write it on every row"

    def is_sound(self, row: Row) -> bool:
        """Whether each of its cells is in its place, and its order's name whole."""
        excess = len(row.cells) - self._width
        if excess < 0 or row.cut or (excess and any(row.cells[-excess:])):
            return False
        return not self.misnamed(row)

    def misnamed(self, row: Row) -> list[int]:
        """The places that name the order, where they have a NUL."""
        return [place for place in self._naming if place < len(row.cells) and "\0" in row.cells[place]]

    def raw_names(self, row: Row) -> Iterator[str]:
        """The cells that name the order, as they are written."""
        return (row.cells[place] for place in self._naming)

    def shortened(self, row: Row) -> int | None:
        """The place of a name that lost its last digits, so that those of several orders may have become one."""
        for place in self._naming:
            cell = row.cells[place]
            if ("+" in cell or "#" in cell) and is_broken(cell):
                return place
        return None

    def whole_names(self, row: Row) -> Names:
        """What a row gives, without what was shortened."""
        reference, number = ("" if is_broken(name) else name for name in self.names(row))
        return reference, number

    def fault(self, row: Row) -> str:
        """What is wrong with a row that is not sound."""
        if row.cut:
            return f"row {row.number}: {_CUT}"
        if len(row.cells) >= self._width and (misnamed := self.misnamed(row)):
            return f"row {row.number}, {self.header[misnamed[0]]}: {NUL}"
        return (
            f"row {row.number}: has {len(row.cells)} cell{'s' * (len(row.cells) != 1)} where the header names"
            f" {self._width}; put a value that holds a comma, a semicolon or a line break in double quotes"
        )

    def damage(self, row: Row, above: Names) -> Damage:
        """Whose row it may be that is not sound.

        Raises:
            MalformedData: anybody's.
        """
        fault = self.fault(row)
        names, broken, by_number = self._claim(row)
        too_long = len(row.cells) > self._width
        misnamed = self.misnamed(row)
        if misnamed and not (too_long or row.cut):
            # It has come into the name, or stands for another character.
            patterns = [re.compile(".?".join(map(re.escape, row.cells[place].split("\0")))) for place in misnamed]
            names = [name for name in self.raw_names(row) if name and "\0" not in name]
            return Damage(row.number, fault, above, names, by_number=self._naming[0] in misnamed, patterns=patterns)
        if misnamed or not (names or broken):
            # The cells may have shifted, so what stands in the reference's place may be anything.
            raise nothing_of(f"{self._table.name}, {fault}; it may belong to any order")
        if not (too_long or row.cut):
            # A line break inside a value may have split the row above in two.
            return Damage(row.number, fault, above, exact=names or (broken,), by_number=by_number)
        if names:
            return Damage(row.number, fault, exact=names, owns=True, by_number=by_number)
        patterns = [re.compile(f"{re.escape(broken)}.*", re.DOTALL)]
        return Damage(row.number, fault, patterns=patterns, by_number=by_number)

    def _claim(self, row: Row) -> tuple[Sequence[str], str, bool]:
        """The whole names a damaged row gives, or else the one that it ends in, and whether they are only numbers.

        Of a row that is only cut, what is there is in its place; of others, what nothing stands before.
        """
        may_shift = not row.cut or len(row.cells) > self._width
        places = [
            place
            for place in self._naming
            if place < len(row.cells) and not (may_shift and set(range(place)) - set(self._naming))
        ]
        last = len(row.cells) - 1
        names = [row.cells[place] for place in places if place != last and row.cells[place]]
        if names:
            return names, "", self._naming[0] not in places or self._naming[0] == last
        return (), row.cells[last] if last in places else "", self._naming[0] not in places
