"""What passes between reading a table and making orders of it: rows, the rows of one order, and who understands them.

A table (CSV, spreadsheet) gives rows. A format, bound to the table's header, is a :class:`RowReader`: it says which
order a row belongs to and makes an order of all of its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import Factory, define, frozen

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder


@frozen
class Row:
    """One row, numbered as a spreadsheet numbers it (the header is row 1). ``cut``: it may not be whole."""

    number: int
    cells: tuple[str, ...]
    cut: bool = False


@define
class Group:
    """What a file says of one order: its sound rows, and the faults of rows that may belong to it."""

    reference: str
    rows: list[Row] = Factory(list)
    faults: list[str] = Factory(list)


class RowReader(Protocol):
    """A format bound to the header of one table."""

    @property
    def width(self) -> int:
        """How many cells a row has that is whole."""

    @property
    def naming(self) -> Sequence[int]:
        """The places of the cells that name the order (reference first, then number), as far as there are any."""

    @property
    def further(self) -> Sequence[str]:
        """What is said of columns that nobody needs."""

    def names(self, cells: Sequence[str], /) -> tuple[str, str]:
        """The reference and the number of the row's order, blank where it does not say."""

    def passed_over(self, cells: Sequence[str], /) -> str:
        """Why this row is no row of an order, in words for a person (``"a totals row"``); blank where it is one."""

    def order(self, file: str, group: Group, /) -> SourceOrder | UnreadableOrder:
        """The order of these rows; where something is wrong with it, with every fault and its row."""
