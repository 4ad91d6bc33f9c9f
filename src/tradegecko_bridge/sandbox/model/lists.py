"""Long lists that were put together once, so that the next page of a walk need not do it again."""

from __future__ import annotations

from array import array
from collections import OrderedDict

_MAX_LISTS = 4


class ListCache:
    """The ids of the lists asked for last. One is good as long as no row changed since."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[int, array[int]]] = OrderedDict()

    def get(self, key: bytes, version: int) -> array[int] | None:
        """The list, unless it is unknown or stale."""
        held = self._known.get(key)
        if held is None or held[0] != version:
            return None
        self._known.move_to_end(key)
        return held[1]

    def put(self, key: bytes, version: int, ids: array[int]) -> None:
        """Keep a list, in place of the one not asked for the longest."""
        self._known[key] = version, ids
        self._known.move_to_end(key)
        while len(self._known) > _MAX_LISTS:
            self._known.popitem(last=False)
