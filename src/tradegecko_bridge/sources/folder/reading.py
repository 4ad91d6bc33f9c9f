"""The orders of one open file, by its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeAlias

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.inbox import JSON, PACKED, WORKBOOKS
from tradegecko_bridge.sources.folder.json_orders import read_json
from tradegecko_bridge.sources.folder.survey import orders_of
from tradegecko_bridge.sources.folder.tables import Table, TextTable, bound
from tradegecko_bridge.sources.folder.text import Blocks, whole_text
from tradegecko_bridge.sources.folder.workbooks import WorkbookTable

Given: TypeAlias = SourceOrder | UnreadableOrder
Note: TypeAlias = Callable[[str], None]


def is_json(name: str) -> bool:
    """Whether a file is JSON, packed or not."""
    return name.lower().removesuffix(PACKED).endswith(JSON)


def orders_in(
    name: str, opened: BinaryIO, format: Format, note: Note = lambda _: None, *, is_whole: bool = True
) -> Iterator[Given]:
    """What a file gives; ``is_whole``: nobody is writing it any more. ``note`` is told what a person should know.

    Raises:
        MalformedData: nothing of it can be taken.
        Changed: the file is no longer what it was.
    """
    if is_json(name):
        yield from read_json(name, text_of(name, opened), format, note=note)
    else:
        table = table_of(name, opened, format, note, is_whole=is_whole)
        yield from orders_of(table, bound(table, format, note), note)


def text_of(name: str, opened: BinaryIO) -> str:
    """The text of a file.

    Raises:
        MalformedData: it is none.
    """
    return whole_text(name, Blocks(name, opened, packed=name.lower().endswith(PACKED)))


def table_of(
    name: str, opened: BinaryIO, format: Format, note: Note = lambda _: None, *, is_whole: bool = True
) -> Table:
    """The table a file holds.

    Raises:
        MalformedData: it has no header, or is damaged.
        Changed: its last row may still be being written.
    """
    if name.lower().endswith(WORKBOOKS):
        return WorkbookTable(name, opened, format, note)
    return TextTable(name, opened, format, packed=name.lower().endswith(PACKED), is_whole=is_whole)
