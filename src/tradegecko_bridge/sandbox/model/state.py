"""The tables of the sandbox, and transactions over them.

Nothing here knows TradeGecko's rules or HTTP. Rows are changed through `State` alone, so that indexes, `updated_at`,
the roll-back and the state file stay right. Values inside a row (lists, objects) are replaced, never changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .schema import Resource
from .tables import BaseRows, Row, Table

__all__ = ["BaseRows", "Change", "CommitListener", "Row", "Sink", "State", "Table"]

Change = tuple[str, int, Row | None]
Sink = Callable[[list[Change]], None]
# Called after every commit, with the rows it touched as they were before.
CommitListener = Callable[[dict[tuple[str, int], Row | None]], None]


class State:
    """Every table of the sandbox. `now` gives the canonical text of the current moment."""

    def __init__(self, schema: dict[str, Resource], now: Callable[[], str]) -> None:
        self.on_commit: CommitListener | None = None
        self.tables: dict[str, Table] = {name: Table(resource) for name, resource in schema.items()}
        self.now = now
        self.sink: Sink | None = None
        self.version: int = 0
        """Grows with every change, so that results computed from the rows are known to be stale."""
        self._before: dict[tuple[str, int], Row | None] | None = None
        self._with_base: list[Table] = []

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def install(self, base_rows: Mapping[str, BaseRows]) -> None:
        """Put base rows under tables that are empty yet."""
        for name, base in base_rows.items():
            self.tables[name] = Table(self.tables[name].resource, base)
            self._with_base.append(self.tables[name])

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
        table.change(row, changed)
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
        self._base_keys: set[tuple[str, int]] = set()
        try:
            yield
            self._commit(self._before)
        except BaseException:
            self._roll_back(self._before)
            raise
        finally:
            self._before = None
            self.drop_computed()

    def drop_computed(self) -> None:
        """Drop the computed base rows that were not changed."""
        for table in self._with_base:
            table.drop_computed()

    def _remember(self, name: str, key: int, row: Row | None) -> None:
        if self._before is None:
            raise RuntimeError("rows may only change inside State.transaction()")
        if (name, key) not in self._before:
            self._before[name, key] = None if row is None else dict(row)
            if row is not None and self.tables[name].is_base(key):
                self._base_keys.add((name, key))

    def _roll_back(self, before: dict[tuple[str, int], Row | None]) -> None:
        for (name, key), old in before.items():
            table = self.tables[name]
            if key in table.rows:
                table.remove(table.rows[key])
            if (name, key) in self._base_keys:
                table.restore_base(key)
            elif old is not None:
                table.add(old)
                # Re-adding put an old moment behind newer ones.
                table.recent_in_order = False

    def _commit(self, before: dict[tuple[str, int], Row | None]) -> None:
        if not before:
            return
        if self.sink is not None:
            self.sink([(name, key, self.tables[name].rows.get(key)) for name, key in before])
        self.version += 1
        if self.on_commit is not None:
            self.on_commit(before)
