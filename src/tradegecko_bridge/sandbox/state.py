"""The sandbox's memory: tables of rows, their indexes, and transactions over them.

Nothing here knows TradeGecko's rules or HTTP. A row is a dict that holds only what was set; everything else
has the default its schema gives it. That keeps rows small, which a million variants will need. Rows are
changed through `State` alone, so that indexes, `updated_at`, the roll-back and the state file stay right.
Values inside a row (lists, objects) are replaced, never changed in place.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .schema import Resource

Row = dict[str, Any]
Change = tuple[str, int, Row | None]
Sink = Callable[[list[Change]], None]
# Told of every transaction that was kept: the rows it touched as they were before it.
Heard = Callable[[dict[tuple[str, int], Row | None]], None]


class Table:
    """Rows by id, with the look-ups lists need.

    `live` holds the ids a list shows by default, ascending, so that a page is a slice and a count a length.
    `recent` holds every id in the order of its last change, so that "changed since" reads only what changed.
    """

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.rows: dict[int, Row] = {}
        self.live: list[int] = []
        self.recent: dict[int, None] = {}
        self.recent_in_order = True
        self.last_id = 0
        self.version = 0
        self.indexes: dict[str, dict[Any, dict[int, None]]] = {name: {} for name in resource.indexes}
        self._newest_change = ""
        self._hides = frozenset(resource.hides)
        status = resource.fields.get("status")
        self._status_default = status.default if status else None

    def get(self, row: Row, name: str) -> Any:
        """A stored value, or the column's default."""
        if name in row:
            return row[name]
        return self.resource.fields[name].default

    def shows(self, row: Row) -> bool:
        """Whether lists show the row without being asked for its status."""
        return not self._hides or row.get("status", self._status_default) not in self._hides

    def where(self, name: str, value: Any) -> list[Row]:
        """Rows whose indexed column has this value, oldest first."""
        return [self.rows[key] for key in sorted(self.indexes[name].get(value, ()))]

    def add(self, row: Row) -> None:
        """Take a row in and index it."""
        key = row["id"]
        self.rows[key] = row
        self.last_id = max(self.last_id, key)
        for name, index in self.indexes.items():
            index.setdefault(self.get(row, name), {})[key] = None
        if self.shows(row):
            if not self.live or key > self.live[-1]:
                self.live.append(key)
            else:
                insort(self.live, key)
        self._note_change(row)
        self.version += 1

    def remove(self, row: Row) -> None:
        """Forget a row."""
        key = row["id"]
        del self.rows[key]
        for name, index in self.indexes.items():
            value = self.get(row, name)
            index[value].pop(key, None)
            if not index[value]:
                del index[value]
        at = bisect_left(self.live, key)
        if at < len(self.live) and self.live[at] == key:
            del self.live[at]
        self.recent.pop(key, None)
        self.version += 1

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
        return found

    def _note_change(self, row: Row) -> None:
        moment = row.get("updated_at")
        if moment is None:
            return
        if moment < self._newest_change:
            self.recent_in_order = False
        self._newest_change = max(moment, self._newest_change)
        self.recent.pop(row["id"], None)
        self.recent[row["id"]] = None


class State:
    """Every table of the sandbox. `now` gives the canonical text of the current moment."""

    def __init__(self, schema: dict[str, Resource], now: Callable[[], str]) -> None:
        self.heard: Heard | None = None
        self.tables = {name: Table(resource) for name, resource in schema.items()}
        self.now = now
        self.sink: Sink | None = None
        self._before: dict[tuple[str, int], Row | None] | None = None

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def find(self, table: str, key: Any) -> Row | None:
        """The row with this id, or None."""
        return self.tables[table].rows.get(key)

    def value(self, table: str, row: Row, name: str) -> Any:
        """A stored value, or the column's default."""
        return self.tables[table].get(row, name)

    def insert(self, name: str, values: Row) -> Row:
        """Store a new row under the next id of its table. Raises nothing but what a bug raises."""
        table = self.tables[name]
        row: Row = {"id": table.last_id + 1}
        if table.resource.timestamps:
            moment = self.now()
            row["created_at"] = row["updated_at"] = moment
        row.update(values)
        self._remember(name, row["id"], None)
        table.add(row)
        return row

    def update(self, name: str, row: Row, values: Row, *, touch: bool = True) -> bool:
        """Change a row; true when something changed. `updated_at` moves only then, as in Rails."""
        table = self.tables[name]
        changed = {k: v for k, v in values.items() if k not in row or row[k] != v}
        if not changed:
            return False
        if touch and table.resource.timestamps:
            changed.setdefault("updated_at", self.now())
        self._remember(name, row["id"], row)
        self._rewrite(table, row, changed)
        return True

    def touch(self, name: str, row: Row) -> None:
        """Move `updated_at` although no column changed."""
        if self.tables[name].resource.timestamps:
            self.update(name, row, {"updated_at": self.now()}, touch=False)

    def delete(self, name: str, row: Row) -> None:
        """Remove a row for good."""
        self._remember(name, row["id"], row)
        self.tables[name].remove(row)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; what is kept has reached the state file when this returns."""
        if self._before is not None:
            yield
            return
        self._before = {}
        try:
            yield
            self._commit(self._before)
        except BaseException:
            self._roll_back(self._before)
            raise
        finally:
            self._before = None

    def _rewrite(self, table: Table, row: Row, changed: Row) -> None:
        if changed.keys() & table.indexes.keys() or "status" in changed:
            table.remove(row)
            row.update(changed)
            table.add(row)
            return
        row.update(changed)
        table._note_change(row)
        table.version += 1

    def _remember(self, name: str, key: int, row: Row | None) -> None:
        if self._before is None:
            raise RuntimeError("rows may only change inside State.transaction()")
        if (name, key) not in self._before:
            self._before[name, key] = None if row is None else dict(row)

    def _roll_back(self, before: dict[tuple[str, int], Row | None]) -> None:
        for (name, key), old in before.items():
            table = self.tables[name]
            if key in table.rows:
                table.remove(table.rows[key])
            if old is not None:
                table.add(old)
                # Re-adding put an old moment behind newer ones.
                table.recent_in_order = False

    def _commit(self, before: dict[tuple[str, int], Row | None]) -> None:
        if self.sink is not None and before:
            self.sink([(name, key, self.tables[name].rows.get(key)) for name, key in before])
        if self.heard is not None and before:
            self.heard(before)
