"""What PostgreSQL's planner keeps of columns: samples of their values, which outlive the rows. Autovacuum takes them.

Of columns that may hold personal data, or words of a source, it is to keep none. Nothing is looked for by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Column, Connection, String, Table, Text, UniqueConstraint, text
from sqlalchemy.exc import NotSupportedError, ProgrammingError

from tradegecko_bridge.stores.sql.columns import Words
from tradegecko_bridge.stores.sql.tables import metadata, new_customers, orders
from tradegecko_bridge.visible import log

_SAMPLED: Final = (orders.c.todo,)
"""In no index, but in conditions; it names actions."""
_DIGESTS: Final = (new_customers.c.digest,)
"""Found by an index that needs no statistics."""
_KEPT: Final = text(
    "SELECT tablename, attname FROM pg_stats"
    " WHERE tablename LIKE 'ledger%' AND to_regclass(format('%I.%I', schemaname, tablename)) = to_regclass(tablename)"
)


def _of(table: Table) -> list[str]:
    """The columns of a table that no statistics are kept of: texts that nothing is found by."""
    keys = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    found_by = {column for columns in (*keys, *(index.columns for index in table.indexes)) for column in columns}
    return [column.name for column in table.columns if column in _DIGESTS or _is_free(column, found_by)]


def _is_free(column: Column[object], found_by: set[Column[object]]) -> bool:
    if column.primary_key or column in found_by or column in _SAMPLED:
        return False
    return type(column.type) in (String, Text) or isinstance(column.type, Words)


UNSAMPLED: Final[Mapping[str, Sequence[str]]] = {table.name: _of(table) for table in metadata.sorted_tables}
"""By table: the columns of which no statistics are kept."""


def keep_none(tx: Connection) -> None:
    """From now on PostgreSQL keeps no statistics of these columns."""
    if tx.dialect.name == "postgresql":
        for table, columns in UNSAMPLED.items():
            if columns:
                each = ", ".join(f'ALTER "{column}" SET STATISTICS 0' for column in columns)
                tx.execute(text(f"ALTER TABLE {table} {each}"))


def remove(tx: Connection) -> bool:
    """Remove what is kept of them all the same; whether that could be done. For connections that commit by themselves.

    What was removed stays in the pages of the catalogue until that is written anew, which the owner of a database may
    do; PostgreSQL leaves it out for others.
    """
    try:
        keep_none(tx)
    except ProgrammingError:
        log.warning("the ledger's login does not own its tables: let their owner expire, or PostgreSQL keeps samples")
        return False
    done = True
    for table, column in tx.execute(_KEPT).all():
        if column in UNSAMPLED.get(table, ()):
            try:
                restate(tx, table, column)
            except NotSupportedError:
                log.warning("%s", in_view(table, column))
                done = False
    tx.exec_driver_sql("VACUUM (FULL) pg_statistic")
    return done


def restate(tx: Connection, table: str, column: str) -> None:
    """Give a column the type it has: PostgreSQL then forgets its statistics, and writes nothing anew."""
    kind = metadata.tables[table].c[column].type.compile(tx.dialect)
    tx.execute(text(f'ALTER TABLE {table} ALTER "{column}" TYPE {kind}'))


def in_view(table: str, column: str) -> str:
    """Why the statistics of a column are left."""
    return (
        f"PostgreSQL keeps samples of {table}.{column} in its statistics, and they cannot be removed while a view of "
        "yours uses the column: drop the view, expire again, and create it anew"
    )
