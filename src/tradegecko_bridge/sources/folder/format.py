"""A format: what a file's columns mean and how its values are written, ready to read tables with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

from tradegecko_bridge.sources.folder.binding import bind
from tradegecko_bridge.sources.folder.csv_orders import TableReader
from tradegecko_bridge.sources.folder.declared import Declared
from tradegecko_bridge.sources.folder.mapping import normal
from tradegecko_bridge.sources.folder.shipped import likeliest_preset


@frozen(kw_only=True)
class Format(Declared):
    """How the order files of a folder are to be read; its settings are those of :class:`.Declared`.

    Raises:
        ConfigError: what cannot be, one line for each fault.
    """

    def known(self, cells: Sequence[str]) -> int:
        """How many cells of this line are names of columns that it, or a preset, knows."""
        names = self.names()
        known = sum(normal(cell) in names for cell in cells if cell)
        return known if known > len(cells) // 2 or not likeliest_preset(cells) else len(cells)

    def reader(self, header: tuple[str, ...], *, note: Callable[[str], None] = lambda _: None) -> TableReader:
        """The format bound to the header of a table; ``note`` is told what a person should know of good orders.

        Raises:
            MalformedData: all that is wrong with the header.
        """
        while header and not normal(header[-1]):
            header = header[:-1]
        return bind(self, header, note=note)


OWN: Final = Format()
"""For files in our own columns."""
