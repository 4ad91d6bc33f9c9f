"""Tables of rows, with the look-ups lists need.

A row is a dict that holds only what was set; everything else has the default its schema gives it. A table may have
`BaseRows`: rows that were always there and are computed on access, so that an account with a
million variants starts in a moment and takes no memory. Rows that are changed are stored over them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol

from .schema import Resource

Row = dict[str, Any]


class BaseRows(Protocol):
    """The rows a table always had, with the ids 1 to `size`.

    `created_at` and `updated_at` grow with the id. `hidden` are the ids that lists do not show by default, ascending.
    `also` are columns that can be looked up beside the indexes of the schema. Nothing of it ever changes.
    """

    size: int
    hidden: Sequence[int]
    also: tuple[str, ...]

    def row(self, key: int) -> Row:
        """The row with this id, made anew each time."""

    def find(self, name: str, value: Any) -> Sequence[int]:
        """Ids of the rows whose column has this value, ascending."""


class OverlayRows(dict[int, Row]):
    """Rows by id over base rows: `stored` ones are kept, the others computed on access.

    A computed row stays the same object until `drop_computed`: a transaction that reads it twice changes one row.
    """

    def __init__(self, base: BaseRows) -> None:
        super().__init__()
        self.base = base
        self.stored: dict[int, None] = {}
        self.removed: set[int] = set()
        self._met: list[int] = []
        self._above = 0

    def overrides(self, key: int) -> bool:
        """Whether the base row with this id was changed or removed."""
        return key in self.stored or key in self.removed

    def peek(self, key: int) -> Row:
        """A row to read only: it is not kept, and must not be changed."""
        held = super().get(key)
        return self.base.row(key) if held is None else held

    def drop_computed(self) -> None:
        """Drop the computed rows that were not changed."""
        for key in self._met:
            if key not in self.stored:
                super().pop(key, None)
        self._met.clear()

    def restore(self, key: int) -> None:
        """Let the base row count again."""
        self.removed.discard(key)

    def __missing__(self, key: int) -> Row:
        if key not in self:
            raise KeyError(key)
        row = self.base.row(key)
        super().__setitem__(key, row)
        self._met.append(key)
        return row

    def __setitem__(self, key: int, row: Row) -> None:
        if key > self.base.size and key not in self.stored:
            self._above += 1
        super().__setitem__(key, row)
        self.stored[key] = None
        self.removed.discard(key)

    def __delitem__(self, key: int) -> None:
        self.pop(key, None)
        if self.stored.pop(key, self) is None and key > self.base.size:
            self._above -= 1
        if key <= self.base.size:
            self.removed.add(key)

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        return isinstance(key, int) and 1 <= key <= self.base.size and key not in self.removed

    def get(self, key: int, default: Any = None) -> Any:
        """The row with this id, or `default`."""
        try:
            return self[key]
        except KeyError:
            return default

    def __len__(self) -> int:
        return self.base.size - len(self.removed) + self._above

    def __iter__(self) -> Iterator[int]:
        size = self.base.size
        ours = (key for key in range(1, size + 1) if key not in self.removed)
        return chain(ours, [key for key in self.stored if key > size])

    def values(self) -> Any:
        """Every row, to read only; none of them is kept."""
        return map(self.peek, iter(self))


class SortedIds:
    """Ids in ascending order, of which a page is a slice; those of base rows take no memory."""

    def __init__(self, size: int = 0, hidden: Iterable[int] = ()) -> None:
        self._size = size
        self._out = list(hidden)
        self._own: list[int] = []

    def add(self, key: int) -> None:
        """Add an id."""
        if key <= self._size:
            at = bisect_left(self._out, key)
            if at < len(self._out) and self._out[at] == key:
                del self._out[at]
        elif not self._own or key > self._own[-1]:
            self._own.append(key)
        elif key not in self:
            insort(self._own, key)

    def discard(self, key: int) -> None:
        """Remove an id."""
        if key <= self._size:
            if key in self:
                insort(self._out, key)
        elif key in self:
            del self._own[bisect_left(self._own, key)]

    def newest(self, start: int, limit: int) -> list[int]:
        """`limit` ids from the `start`th on, descending."""
        end = len(self._own) - start
        found = self._own[max(end - limit, 0) : end][::-1] if end > 0 else []
        if len(found) < limit and self._size:
            found += self._below(max(-end, 0), limit - len(found))
        return found

    def oldest(self, start: int, limit: int) -> list[int]:
        """`limit` ids from the `start`th on, ascending."""
        end = len(self) - start
        return self.newest(max(end - limit, 0), min(limit, end))[::-1] if end > 0 else []

    def _below(self, start: int, limit: int) -> list[int]:
        """The same of the ids of base rows."""
        place = self._size - len(self._out) - 1 - start
        if place < 0:
            return []
        # How many of the missing ids lie below the id at this place decides which id it is.
        missing = bisect_right(range(len(self._out)), place, key=lambda at: self._out[at] - 1 - at)
        key, found = place + 1 + missing, list[int]()
        while key > 0 and len(found) < limit:
            if missing and self._out[missing - 1] == key:
                missing -= 1
            else:
                found.append(key)
            key -= 1
        return found

    def __contains__(self, key: int) -> bool:
        within, held = (self._out, False) if key <= self._size else (self._own, True)
        at = bisect_left(within, key)
        return (at < len(within) and within[at] == key) is held

    def __len__(self) -> int:
        return self._size - len(self._out) + len(self._own)

    def __iter__(self) -> Iterator[int]:
        out = set(self._out)
        return chain((key for key in range(1, self._size + 1) if key not in out), self._own)


class PositionIndex:
    """Ids ordered by position, newest first within one, as line items are."""

    def __init__(self, size: int = 0) -> None:
        # Base lines have no position, which is position 0.
        self._by_position: dict[int, SortedIds] = {0: SortedIds(size)}

    def add(self, key: int, position: int) -> None:
        """Add an id."""
        ids = self._by_position.get(position)
        if ids is None:
            ids = self._by_position[position] = SortedIds()
            self._by_position = dict(sorted(self._by_position.items()))
        ids.add(key)

    def discard(self, key: int, position: int) -> None:
        """Remove an id."""
        self._by_position[position].discard(key)

    def newest(self, start: int, limit: int) -> list[int]:
        """`limit` ids from the `start`th on."""
        found: list[int] = []
        for ids in self._by_position.values():
            if len(found) == limit:
                break
            found += ids.newest(start, limit - len(found))
            start = max(start - len(ids), 0)
        return found


class Index:
    """Which rows have which value in one column."""

    def __init__(self, name: str, rows: dict[int, Row]) -> None:
        self._name = name
        self._overlay = rows if isinstance(rows, OverlayRows) else None
        self._own: dict[Any, dict[int, None]] = {}

    def add(self, value: Any, key: int) -> None:
        """Add a stored row."""
        self._own.setdefault(value, {})[key] = None

    def discard(self, value: Any, key: int) -> None:
        """Remove a stored row."""
        held = self._own.get(value)
        if held is not None:
            held.pop(key, None)
            if not held:
                del self._own[value]

    def ids(self, value: Any) -> list[int]:
        """Ids of the rows with this value, ascending."""
        own = self._own.get(value)
        if self._overlay is None:
            return sorted(own) if own else []
        found = [key for key in self._overlay.base.find(self._name, value) if not self._overlay.overrides(key)]
        return sorted(chain(found, own)) if own else found

    def __contains__(self, value: object) -> bool:
        if value in self._own:
            return True
        return self._overlay is not None and any(
            not self._overlay.overrides(key) for key in self._overlay.base.find(self._name, value)
        )


class Table:
    """Rows by id, with the look-ups lists need.

    `visible` holds the ids a list shows by default, so that a page is a slice and a count a length. `recent` holds the
    stored ids in the order of their last change, so that "changed since" reads only what changed.
    """

    def __init__(self, resource: Resource, base: BaseRows | None = None) -> None:
        self.resource = resource
        self.base = base
        size = 0 if base is None else base.size
        self.rows: dict[int, Row] = {} if base is None else OverlayRows(base)
        self.visible: SortedIds = SortedIds(size, () if base is None else base.hidden)
        self.by_position: PositionIndex | None = PositionIndex(size) if resource.sort == "position" else None
        self.recent: dict[int, None] = {}
        self.recent_in_order: bool = True
        self.in_order: bool = resource.timestamps
        """Whether `created_at` never goes back from one id to the next."""
        self.last_id: int = size
        names = resource.indexes if base is None else (*resource.indexes, *base.also)
        self.indexes: dict[str, Index] = {name: Index(name, self.rows) for name in names}
        self._placing = frozenset({*names, "status", *(("position",) if self.by_position else ())})
        self._newest_change = self._newest_row = ""
        self._hides = frozenset(resource.hides)
        status = resource.fields.get("status")
        self._status_default = status.default if status else None

    def get(self, row: Row, name: str) -> Any:
        """A stored value, or the column's default."""
        if name in row:
            return row[name]
        return self.resource.fields[name].default

    def peek(self, key: int) -> Row:
        """A row to read only; it is not kept, however many are read."""
        return self.rows[key] if self.base is None else self._overlay.peek(key)

    def shows(self, row: Row) -> bool:
        """Whether lists show the row without being asked for its status."""
        return not self._hides or row.get("status", self._status_default) not in self._hides

    def where(self, name: str, value: Any) -> list[Row]:
        """Rows whose indexed column has this value, oldest first."""
        return [self.rows[key] for key in self.indexes[name].ids(value)]

    def add(self, row: Row) -> None:
        """Store a row and index it."""
        key = row["id"]
        self.rows[key] = row
        if key > self.last_id:
            self.last_id = key
            self._note_birth(row)
        for name, index in self.indexes.items():
            index.add(self.get(row, name), key)
        if self.shows(row):
            self.visible.add(key)
        else:
            self.visible.discard(key)
        if self.by_position is not None:
            self.by_position.add(key, row.get("position") or 0)
        self._note_change(row)

    def remove(self, row: Row) -> None:
        """Remove a row."""
        key = row["id"]
        del self.rows[key]
        for name, index in self.indexes.items():
            index.discard(self.get(row, name), key)
        self.visible.discard(key)
        if self.by_position is not None:
            self.by_position.discard(key, row.get("position") or 0)
        self.recent.pop(key, None)

    def change(self, row: Row, changed: Row) -> None:
        """Change columns of a row."""
        virtual = self.base is not None and row["id"] not in self._overlay.stored
        if virtual or not self._placing.isdisjoint(changed):
            self.remove(row)
            row.update(changed)
            self.add(row)
        else:
            row.update(changed)
            self._note_change(row)

    def is_base(self, key: int) -> bool:
        """Whether the row with this id is an unchanged base row."""
        return self.base is not None and key <= self.base.size and not self._overlay.overrides(key)

    def restore_base(self, key: int) -> None:
        """Let the base row count again; the one stored over it was removed."""
        self._overlay.restore(key)
        row = self.peek(key)
        if self.shows(row):
            self.visible.add(key)
        if self.by_position is not None:
            self.by_position.add(key, row.get("position") or 0)

    def drop_computed(self) -> None:
        """Drop the computed base rows that were not changed."""
        if self.base is not None:
            self._overlay.drop_computed()

    def stored(self) -> list[Row]:
        """The rows that are stored."""
        return list(self.rows.values()) if self.base is None else [self.rows[key] for key in self._overlay.stored]

    def removed(self) -> list[int]:
        """Ids of base rows that were removed."""
        return [] if self.base is None else sorted(self._overlay.removed)

    def changed_since(self, moment: str) -> list[int]:
        """Ids of the rows whose `updated_at` is `moment` or later."""
        if not self.recent_in_order:
            self.recent = dict.fromkeys(sorted(self.recent, key=lambda key: self.rows[key]["updated_at"]))
            self.recent_in_order = True
        found = []
        for key in reversed(self.recent):
            if self.rows[key]["updated_at"] < moment:
                break
            found.append(key)
        return found + self._base_since("updated_at", moment)

    def created_since(self, moment: str) -> list[int] | None:
        """Ids of the rows whose `created_at` is `moment` or later; None where that means looking at every row."""
        if self.base is None:
            return None
        own = [row["id"] for row in self.stored() if row["created_at"] >= moment]
        return own + self._base_since("created_at", moment)

    def _base_since(self, name: str, moment: str) -> list[int]:
        if self.base is None:
            return []
        ids = range(1, self.base.size + 1)
        make, overrides = self.base.row, self._overlay.overrides
        first = bisect_left(ids, moment, key=lambda key: make(key)[name])
        return [key for key in ids[first:] if not overrides(key)]

    @property
    def _overlay(self) -> OverlayRows:
        assert isinstance(self.rows, OverlayRows)  # noqa: S101 - tells the type checker that there are base rows
        return self.rows

    def _note_birth(self, row: Row) -> None:
        if self.in_order:
            self.in_order = self._newest_row <= row["created_at"]
            self._newest_row = row["created_at"]

    def _note_change(self, row: Row) -> None:
        moment = row.get("updated_at")
        if moment is None:
            return
        if moment < self._newest_change:
            self.recent_in_order = False
        else:
            self._newest_change = moment
        self.recent.pop(row["id"], None)
        self.recent[row["id"]] = None
