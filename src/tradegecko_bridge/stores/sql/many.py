"""One statement for many rows, compiled once: SQLAlchemy takes longer over a row's parameters than SQLite over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Dialect, Insert, Update

Processor = Callable[[Any], Any]


@frozen
class _Compiled:
    """Text for the driver, and of each parameter its name and how the driver wants its value."""

    text: str
    parameters: Sequence[tuple[str, Processor | None]]
    positional: bool

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """One row's parameters."""
        if self.positional:
            return tuple([values[name] if made is None else made(values[name]) for name, made in self.parameters])
        return {name: values[name] if made is None else made(values[name]) for name, made in self.parameters}


def execute_many(tx: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Carry a statement out for each of some rows, at least one, all with values for the same names."""
    compiled = _compiled(statement, tx.dialect, tuple(rows[0]))
    tx.exec_driver_sql(compiled.text, [compiled.row(values) for values in rows])


@lru_cache(maxsize=64)
def _compiled(statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    made: Any = statement.compile(dialect=dialect, column_keys=list(names))
    order = made.positiontup or list(made.binds)
    processors = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in made.binds.items()}
    return _Compiled(str(made), [(name, processors[name]) for name in order], bool(made.positiontup))
