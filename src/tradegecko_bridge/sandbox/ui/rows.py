"""Records: cut from the ids of a table, or found by an index. Nothing here reads a table from end to end."""

from __future__ import annotations

from collections.abc import Sequence

from ..api.query import Page
from ..model.context import Context
from ..model.state import Row
from .elements import PAGE_SIZE, PageQuery


def newest_rows(context: Context, table: str, query: PageQuery) -> Page:
    """A page of a table, newest first, of what its list shows without being asked for a status.

    Unlike a list of the API it also holds what is to be visible late: one comes here to see what is there.
    """
    live = context.state[table].visible
    rows = [context.state.find(table, key) for key in live.newest(query.offset, PAGE_SIZE)]
    return Page([row for row in rows if row is not None], len(live), query.number, PAGE_SIZE)


def search_rows(context: Context, table: str, query: PageQuery, column: str, values: Sequence[str]) -> list[Row]:
    """The newest rows with one of the values in an indexed column, or with the number that was typed as their id."""
    rows = [row for value in dict.fromkeys(values) for row in context.state[table].where(column, value)]
    by_id = context.state.find(table, read_id(query.search))
    if by_id is not None:
        rows.append(by_id)
    unique = {row["id"]: row for row in rows}
    return [unique[key] for key in sorted(unique, reverse=True)[:PAGE_SIZE]]


def column_of(context: Context, table: str, key: int | None, column: str) -> object:
    """A column of the record with this id, or None where there is none."""
    return (context.state.find(table, key) or {}).get(column)


def read_id(text: object) -> int | None:
    """A number as people type it, or None."""
    # isdecimal() also takes other scripts' digits, and int() reads them; the length keeps int() cheap.
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) <= 18 else None
