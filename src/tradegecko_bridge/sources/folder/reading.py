"""Orders from the text of a table."""

from __future__ import annotations

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.format import OWN, Format
from tradegecko_bridge.sources.folder.sheet import Sheet, read_sheet


def read_csv(name: str, text: str, format: Format = OWN) -> list[SourceOrder | UnreadableOrder]:
    """The orders of one file, in order of first appearance; cursors are left blank.

    Raises:
        MalformedData: nothing of the file can be taken.
    """
    try:
        sheet = read_sheet(text, format)
    except MalformedData as error:
        raise MalformedData([f"{name}, {problem}" for problem in error.problems]) from None
    return [*(sheet.reader.order(name, group) for group in sheet.groups.values()), *_strays(name, sheet)]


def _strays(name: str, sheet: Sheet) -> list[UnreadableOrder]:
    became = "(the row was left out, its order is not known)"
    return [UnreadableOrder(problem=f"{name}, {stray} {became}") for stray in sheet.strays]
