"""Orders whose other rows are still to come: few in memory, many on disk."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import IO

import orjson
from attrs import Factory, define

from tradegecko_bridge.sources.folder.rows import Group, Row

MOST_IN_MEMORY = 20_000
"""Rows of orders that wait."""


@define
class _Waiting:
    """An order, and where its first rows are in the file."""

    group: Group
    parts: list[tuple[int, int]] = Factory(list)


class Waiting:
    """Orders by their hashes. ``close()`` it: what is on disk is in a file without a name, and goes with it."""

    def __init__(self) -> None:
        self._orders: dict[int, dict[str, _Waiting]] = {}
        self._rows = 0
        self._file: IO[bytes] | None = None

    def close(self) -> None:
        """Let go of everything."""
        if self._file is not None:
            self._file.close()
        self._orders.clear()

    def put(self, group: Group) -> None:
        """Keep an order until it is taken."""
        one = self._orders.setdefault(hash(group.reference), {}).setdefault(group.reference, _Waiting(group))
        one.group = group
        self._rows += len(group.rows)
        if self._rows > MOST_IN_MEMORY:
            self._set_down()

    def take(self, reference: str) -> Group | None:
        """The order, if it waits."""
        one = self._orders.get(hash(reference), {}).pop(reference, None)
        return None if one is None else self._whole(one)

    def take_all(self, order: int) -> list[Group]:
        """Every order of this hash."""
        return [self._whole(one) for one in self._orders.pop(order, {}).values()]

    def _set_down(self) -> None:
        """Write all rows to the file."""
        self._file = file = self._file or TemporaryFile()  # noqa: SIM115 (closed with the rest)
        file.seek(0, 2)
        for one in (one for several in self._orders.values() for one in several.values()):
            if one.group.rows:
                data = orjson.dumps([[row.number, row.cells] for row in one.group.rows])
                one.parts.append((file.tell(), len(data)))
                file.write(data)
                one.group.rows.clear()
        self._rows = 0

    def _whole(self, one: _Waiting) -> Group:
        group = one.group
        self._rows -= len(group.rows)
        if one.parts and self._file is not None:
            before = []
            for place, length in one.parts:
                self._file.seek(place)
                before += [Row(number, tuple(cells)) for number, cells in orjson.loads(self._file.read(length))]
            group.rows[:0] = before
        return group
