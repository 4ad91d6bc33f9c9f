"""One statement for many rows, compiled once: SQLAlchemy takes longer over a row's parameters than SQLite over it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Dialect, Insert, Update

Processor = Callable[[Any], Any]


_MOST: Final = 32
"""Rows of one statement, so that SQLite's least limit of 999 parameters holds for tables of 31 columns."""
_FEW: Final = 128
"""Rows that are put together in several statements; the driver lets other threads in after each row of more."""
_ONE_ROW: Final = re.compile(r" VALUES (\([?, ]+\))$")


@frozen
class _Compiled:
    """Text for the driver, and of each parameter its name and how the driver wants its value."""

    text: str
    parameters: Sequence[tuple[str, Processor | None]]
    positional: bool
    one_row: str
    """The ``(?, ?)`` at the end of it, where it may stand there several times."""

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """One row's parameters."""
        if self.positional:
            return tuple([values[name] if made is None else made(values[name]) for name, made in self.parameters])
        return {name: values[name] if made is None else made(values[name]) for name, made in self.parameters}


def execute_many(tx: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Carry a statement out for each of some rows, at least one, all with values for the same names."""
    compiled = _compiled(statement, tx.dialect, tuple(rows[0]))
    made = [compiled.row(values) for values in rows]
    if not compiled.one_row or len(made) > _FEW:
        tx.exec_driver_sql(compiled.text, made)
        return
    begin, several = 0, _MOST
    while begin < len(made):
        while several > len(made) - begin:
            several //= 2
        flat = tuple(chain.from_iterable(made[begin : begin + several]))
        tx.exec_driver_sql(compiled.text + f", {compiled.one_row}" * (several - 1), flat)
        begin += several


@lru_cache(maxsize=64)
def _compiled(statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    made: Any = statement.compile(dialect=dialect, column_keys=list(names))
    order = made.positiontup or list(made.binds)
    processors = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in made.binds.items()}
    text = str(made)
    several = _ONE_ROW.search(text) if dialect.name == "sqlite" else None
    parameters = [(name, processors[name]) for name in order]
    return _Compiled(text, parameters, bool(made.positiontup), several[1] if several else "")
