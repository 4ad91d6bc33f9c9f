"""Lists: filters, default visibility, order, pages (reference §3.6, §3.7).

A list without filters is a slice of the ids shown by default, so its price does not depend on the size of
the table. With filters the smallest set an index offers is looked through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from .errors import BadRequest
from .filters import computed_filter, matches_search
from .formats import Unreadable, read_bool, read_date, read_datetime, read_decimal, read_int
from .params import Params, as_list
from .schema import Field, Resource
from .state import Row, Table
from .world import World

MAX_LIMIT = 250

Test = Callable[[Row], bool]


@dataclass(slots=True)
class Page:
    """One page of a list, and where it stands in the whole."""

    rows: list[Row]
    total: int
    number: int
    limit: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list and `limit=0` have one."""
        return 1 if not self.limit or not self.total else -(-self.total // self.limit)

    @property
    def offset(self) -> int:
        """Index of the page's first row in the list."""
        return (self.number - 1) * self.limit


def read_paging(world: World, params: Params) -> tuple[int, int]:
    """Page number and limit. Raises BadRequest for a limit over 250 where the account is that strict."""
    limit = _whole(params.get("limit"), world.switches.default_page_size, at_least=0)
    if limit > MAX_LIMIT and world.switches.limit_over_max_is_400:
        raise BadRequest(f"limit must be {MAX_LIMIT} or less")
    return _whole(params.get("page"), 1, at_least=1), min(limit, MAX_LIMIT)


def _whole(value: Any, default: int, *, at_least: int) -> int:
    # isdecimal also takes other scripts' digits, and int() reads them; the length keeps int() cheap.
    if not isinstance(value, str) or not value.isdecimal() or len(value) > 12:
        return default
    return int(value) if int(value) >= at_least else default


def list_rows(world: World, resource: Resource, params: Params, dice: Random | None = None) -> Page:
    """The page of `resource` that `params` ask for; with `dice`, of the list in an order they decide."""
    number, limit = read_paging(world, params)
    # Stock levels are another view of the variants.
    table = world.state["variants" if resource.name == "stock_levels" else resource.name]
    resource, start = table.resource, (number - 1) * limit
    tests, ordering = _tests(world, resource, params), _ordering(resource, params)
    if not _shows_hidden(world, resource, params):
        plain = not tests and not ordering and dice is None and not world.late
        if plain and resource.sort == "id" and not params.get("ids"):
            keys = _slice_newest_first(table.live, start, limit)
            return Page([table.rows[key] for key in keys], len(table.live), number, limit)
        tests.append(table.shows)
    if world.late:
        tests.append(lambda row: not world.is_late(resource.name, row["id"]))
    rows = [row for row in _candidates(world, table, params) if all(test(row) for test in tests)]
    _sort(table, rows, ordering)
    if dice is not None:
        dice.shuffle(rows)
    return Page(rows[start : start + limit], len(rows), number, limit)


def _shows_hidden(world: World, resource: Resource, params: Params) -> bool:
    """Asking for a status shows what lists hide; asking for ids does so on orders, which hid nothing in 2014."""
    if as_list(params.get("status"), split=True):
        return True
    if resource.name == "orders" and world.switches.deleted_orders_listed:
        return True
    return resource.ids_show_hidden and bool(as_list(params.get("ids"), split=True))


def _slice_newest_first(keys: list[int], start: int, limit: int) -> list[int]:
    end = len(keys) - start
    return keys[max(end - limit, 0) : end][::-1] if end > 0 else []


def _candidates(world: World, table: Table, params: Params) -> Iterable[Row]:
    """The smallest set of rows that holds everything the parameters ask for."""
    rows = table.rows
    wanted = as_list(params.get("ids"), split=True)
    if wanted:
        return [rows[key] for key in dict.fromkeys(_ints(wanted)) if key in rows]
    for name, index in table.indexes.items():
        field = table.resource.fields[name]
        given = as_list(params.get(name), split=field.kind == "int") if field.filter else []
        if given:
            keys = (key for value in _read_all(field, given) for key in index.get(value, ()))
            return [rows[key] for key in dict.fromkeys(keys)]
    since = read_datetime(params.get("updated_at_min"))
    if since is not None and table.resource.timestamps:
        return [rows[key] for key in table.changed_since(since)]
    if _exact_number(world, table, params):
        index = table.indexes["order_number_folded"]
        numbers = as_list(params["order_number"], split=False)
        return [rows[key] for number in dict.fromkeys(numbers) for key in index.get(number.lower(), ())]
    return rows.values() if _shows_hidden(world, table.resource, params) else [rows[key] for key in table.live]


def _exact_number(world: World, table: Table, params: Params) -> bool:
    substring = world.switches.order_number_filter_substring
    return table.resource.name == "orders" and not substring and bool(as_list(params.get("order_number"), split=False))


def _tests(world: World, resource: Resource, params: Params) -> list[Test]:
    """What a row has to pass. Unknown parameters and blank values ask for nothing."""
    tests: list[Test] = []
    for name in params:
        test = _moment_test(resource, name, params) or _field_test(world, resource, name, params)
        if test is not None:
            tests.append(test)
    query = params.get("q") or params.get("term")
    if isinstance(query, str) and query.strip() and resource.search:
        tests.append(lambda row: matches_search(world, resource, row, query))
    return tests


def _moment_test(resource: Resource, name: str, params: Params) -> Test | None:
    column, _, bound = name.rpartition("_")
    if column not in {"created_at", "updated_at"} or not resource.timestamps:
        return None
    moment = read_datetime(params[name])
    if moment is None:
        return None
    if bound == "min":
        return lambda row: row[column] >= moment
    return (lambda row: row[column] <= moment) if bound == "max" else None


def _field_test(world: World, resource: Resource, name: str, params: Params) -> Test | None:
    special = computed_filter(world, resource, name, params[name])
    if special is not None:
        return special
    field = resource.fields.get(name)
    # Every list of records with a status can be asked for one, documented or not (reference §3.7).
    if field is None or not (field.filter or name == "status"):
        return None
    given = as_list(params[name], split=field.kind == "int" or field.comma or bool(field.enum) or name == "status")
    if not given:
        return None
    wanted = set(_read_all(field, given))
    column, default = field.alias or name, resource.fields[field.alias or name].default
    if field.kind == "array" or field.tag_text:
        texts = {str(value) for value in wanted}
        return lambda row: not texts.isdisjoint(_members(row.get(column, default)))
    return lambda row: row.get(column, default) in wanted


def _members(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value or []
    return [str(part).strip() for part in parts]


def _read_all(field: Field, given: list[str]) -> list[Any]:
    readers: dict[str, Callable[[str], Any]] = {
        "int": read_int, "decimal": read_decimal, "quantity": read_decimal,
        "bool": read_bool, "date": read_date, "datetime": read_datetime,
    }  # fmt: skip
    read = readers.get(field.kind)
    if read is None:
        return [text.strip() if field.enum else text for text in given]
    found = []
    for text in given:
        try:
            found.append(read(text))
        except Unreadable:
            found.append(object())  # Matches nothing, as the number 0 would.
    return found


def _ints(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) <= 18]


def _ordering(resource: Resource, params: Params) -> list[tuple[str, bool]]:
    """The columns of `order=name asc` with whether each runs backwards; unknown ones ask for nothing."""
    text = params.get("order")
    found = []
    for part in text.split(",") if isinstance(text, str) else ():
        words = part.split()
        field = resource.fields.get(words[0]) if words else None
        if field is not None and field.stored and field.emit and field.access != "hidden":
            found.append((field.name, len(words) > 1 and words[1].lower() == "desc"))
    return found


def _sort(table: Table, rows: list[Row], ordering: list[tuple[str, bool]]) -> None:
    """Newest first, line items by position before that, and what was asked for before either."""
    rows.sort(key=lambda row: row["id"], reverse=True)
    if ordering:
        for name, backwards in reversed(ordering):
            rows.sort(key=lambda row, name=name: _sortable(table.get(row, name)), reverse=backwards)  # type: ignore[misc]
    elif table.resource.sort == "position":
        rows.sort(key=lambda row: row.get("position") or 0)


def _sortable(value: Any) -> tuple[int, Any]:
    """Nulls last, as PostgreSQL sorts them; numbers and texts never meet in one column."""
    if value is None:
        return (1, 0)
    if isinstance(value, bool | int | float | Decimal):
        return (0, value)
    return (0, value.lower() if isinstance(value, str) else str(value))
