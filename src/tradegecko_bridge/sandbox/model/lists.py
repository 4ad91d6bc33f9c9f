"""Long lists that were put together once, so that the next page of a walk need not do it again."""

from __future__ import annotations

from array import array
from collections import OrderedDict

_MOST = 4


class Lists:
    """The ids of the lists asked for last. One is good as long as no row changed since."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[int, array[int]]] = OrderedDict()

    def get(self, asked: bytes, version: int) -> array[int] | None:
        """The list, unless it is unknown or stale."""
        held = self._known.get(asked)
        if held is None or held[0] != version:
            return None
        self._known.move_to_end(asked)
        return held[1]

    def put(self, asked: bytes, version: int, ids: array[int]) -> None:
        """Keep a list, in place of the one not asked for the longest."""
        self._known[asked] = version, ids
        self._known.move_to_end(asked)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
