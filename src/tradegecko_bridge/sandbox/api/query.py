"""ListCache: filters, default visibility, order, pages (reference §3.6, §3.7).

A list without filters is a slice of the ids shown by default, so its price does not depend on the size of
the table. With filters the smallest set an index offers is looked through, once for all pages of a walk.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from random import Random
from typing import Any

import orjson

from ..model.formats import Unreadable, read_bool, read_date, read_datetime, read_decimal, read_int
from ..model.schema import Field, Resource
from ..model.state import Row, Table
from ..rules.base import RulesContext
from ..wire.errors import BadRequest
from ..wire.params import Params, as_list
from .filters import computed_filter, matches_search

MAX_LIMIT = 250

Test = Callable[[Row], bool]
# Columns to sort by, each with whether it runs backwards.
Ordering = list[tuple[str, bool]]
_PAGING = frozenset({"page", "limit", "include", "_include", "access_token", "bearer_token"})
_WORTH_KEEPING = 5_000  # rows; a smaller table is looked through in no time


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


def read_paging(context: RulesContext, params: Params) -> tuple[int, int]:
    """Page number and limit. Raises BadRequest for a limit over 250 where the account is that strict."""
    default = context.switches.default_page_size
    if context.switches.ids_come_in_one_page:
        default = min(max(default, len(as_list(params.get("ids"), split=True))), MAX_LIMIT)
    limit = _whole(params.get("limit"), default, at_least=0)
    if limit > MAX_LIMIT and context.switches.limit_over_max_is_400:
        raise BadRequest(f"limit must be {MAX_LIMIT} or less")
    return _whole(params.get("page"), 1, at_least=1), min(limit, MAX_LIMIT)


def _whole(value: Any, default: int, *, at_least: int) -> int:
    # isdecimal also takes other scripts' digits, and int() reads them; the length keeps int() cheap.
    if not isinstance(value, str) or not value.isdecimal() or len(value) > 12:
        return default
    return int(value) if int(value) >= at_least else default


def list_rows(context: RulesContext, resource: Resource, params: Params, shuffle: Random | None = None) -> Page:
    """The page of `resource` that `params` ask for; with `shuffle`, of the list in an order they decide."""
    number, limit = read_paging(context, params)
    # Stock levels are another view of the variants.
    table = context.state["variants" if resource.name == "stock_levels" else resource.name]
    start, ordering = (number - 1) * limit, _ordering(table.resource, params)
    if shuffle is None and not context.late:
        keys = _slice(context, table, params, ordering, start, limit)
        if keys is not None:
            return Page([table.rows[key] for key in keys], len(table.visible), number, limit)
    found = _matching(context, table, params, ordering)
    if context.late:
        found = [key for key in found if not context.is_late(table.resource.name, key)]
    if shuffle is not None:
        shuffle.shuffle(found := list(found))
    return Page([table.rows[key] for key in found[start : start + limit]], len(found), number, limit)


def _slice(
    context: RulesContext, table: Table, params: Params, ordering: Ordering, start: int, limit: int
) -> list[int] | None:
    """The ids of a page that is a slice of what lists show by default, or None where it is not."""
    asks = not params.keys() <= _PAGING and (
        _shows_hidden(context, table.resource, params) or _conditions(context, table, params)
    )
    if asks or _hides_nothing(context, table.resource):
        return None
    if not ordering and table.by_position is not None:
        return table.by_position.newest(start, limit)
    name, backwards = ordering[0] if ordering else ("id", True)
    if name == "id" or (name == "created_at" and table.in_order):
        return (table.visible.newest if backwards else table.visible.oldest)(start, limit)
    return None


def _conditions(context: RulesContext, table: Table, params: Params) -> bool:
    return bool(as_list(params.get("ids"), split=True) or _tests(context, table.resource, params))


def _matching(context: RulesContext, table: Table, params: Params, ordering: Ordering) -> Sequence[int]:
    """The ids of the whole list in its order, remembered while nothing changes: a walk asks for every page of it.

    A walk by the moments of changes asks for the end of one and the same list, from a later moment each time.
    """
    since = read_datetime(params.get("updated_at_min"))
    by_change = ordering == [("updated_at", False)] and table.resource.timestamps
    if since is not None and by_change and len(table.rows) >= _WORTH_KEEPING:
        whole = _matching(context, table, {k: v for k, v in params.items() if k != "updated_at_min"}, ordering)
        return whole[bisect_left(whole, since, key=lambda key: table.peek(key)["updated_at"]) :]
    key = orjson.dumps([table.resource.name, {k: v for k, v in params.items() if k not in _PAGING}])
    known = context.list_cache.get(key, context.state.version)
    if known is None:
        known = array("q", _find(context, table, params, ordering))
        if len(table.rows) >= _WORTH_KEEPING:
            context.list_cache.put(key, context.state.version, known)
    return known


def _find(context: RulesContext, table: Table, params: Params, ordering: Ordering) -> list[int]:
    keys, exact = _candidates(context, table, params)
    tests = _tests(context, table.resource, params, exact)
    if not _shows_hidden(context, table.resource, params):
        keys = (key for key in keys if key in table.visible)
    columns = [name for name, _ in ordering] or (["position"] if table.by_position is not None else [])
    if not tests and not columns:
        return sorted(keys, reverse=True)
    peek, found = table.peek, []
    for key in keys:
        row = peek(key)
        if all(test(row) for test in tests):
            found.append((key, *(_sortable(table.get(row, name)) for name in columns)))
    return _in_order(found, len(columns), ordering)


def _in_order(found: list[tuple[Any, ...]], columns: int, ordering: Ordering) -> list[int]:
    """Newest first, line items by position before that; what was asked for before either, ties in its direction."""
    found.sort(reverse=ordering[-1][1] if ordering else True)
    for at in range(columns, 0, -1):
        found.sort(key=itemgetter(at), reverse=bool(ordering) and ordering[at - 1][1])
    return [entry[0] for entry in found]


def _shows_hidden(context: RulesContext, resource: Resource, params: Params) -> bool:
    """Asking for a status shows what lists hide; asking for ids does so on orders, whose list hid nothing in 2014."""
    if as_list(params.get("status"), split=True):
        return True
    if resource.ids_show_hidden and as_list(params.get("ids"), split=True):
        return True
    return _hides_nothing(context, resource)


def _hides_nothing(context: RulesContext, resource: Resource) -> bool:
    return resource.name == "orders" and context.switches.deleted_orders_listed


def _candidates(context: RulesContext, table: Table, params: Params) -> tuple[Iterable[int], str]:
    """The smallest set of ids that holds everything the parameters ask for, and the parameter it answers exactly."""
    wanted = as_list(params.get("ids"), split=True)
    if wanted:
        return [key for key in dict.fromkeys(_ints(wanted)) if key in table.rows], ""
    for name, index in table.indexes.items():
        field = table.resource.fields[name]
        given = _asked_of(field, name, params) if field.filter else []
        if given:
            values = dict.fromkeys(_read_all(field, given))
            return dict.fromkeys(key for value in values for key in index.ids(value)), name
    return _by_number(context, table, params) or _since(context, table, params)


def _by_number(context: RulesContext, table: Table, params: Params) -> tuple[Iterable[int], str] | None:
    """Orders by their number, where that filter takes whole numbers only."""
    numbers = as_list(params.get("order_number"), split=False)
    if not numbers or table.resource.name != "orders" or context.switches.order_number_filter_substring:
        return None
    index = table.indexes["order_number_folded"]
    folded = dict.fromkeys(number.strip().lower() for number in numbers)
    answered = "" if context.switches.order_number_filter_case_sensitive else "order_number"
    return [key for number in folded for key in index.ids(number)], answered


def _since(context: RulesContext, table: Table, params: Params) -> tuple[Iterable[int], str]:
    """What changed or came since a moment, else everything."""
    if table.resource.timestamps:
        changed, created = (read_datetime(params.get(f"{name}_at_min")) for name in ("updated", "created"))
        if changed is not None:
            return table.changed_since(changed), "updated_at_min"
        since = None if created is None else table.created_since(created)
        if since is not None:
            return since, "created_at_min"
    return (table.rows if _shows_hidden(context, table.resource, params) else table.visible), ""


def _tests(context: RulesContext, resource: Resource, params: Params, but: str = "") -> list[Test]:
    """What a row has to pass. Unknown parameters and blank values ask for nothing; `but` is answered already."""
    tests: list[Test] = []
    for name in params:
        test = _moment_test(resource, name, params) or _field_test(context, resource, name, params)
        if test is not None and name != but:
            tests.append(test)
    query = params.get("q") or params.get("term")
    if isinstance(query, str) and query.strip() and resource.search:
        tests.append(lambda row: matches_search(context, resource, row, query))
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


def _field_test(context: RulesContext, resource: Resource, name: str, params: Params) -> Test | None:
    special = computed_filter(context, resource, name, params[name])
    if special is not None:
        return special
    field = resource.fields.get(name)
    # Every list of records with a status can be asked for one, documented or not (reference §3.7).
    if field is None or not (field.filter or name == "status"):
        return None
    given = _asked_of(field, name, params)
    if not given:
        return None
    wanted = set(_read_all(field, given))
    column, default = field.alias or name, resource.fields[field.alias or name].default
    if field.kind in {"array", "object"} or field.tag_text:
        texts = {str(value) for value in wanted}
        return lambda row: not texts.isdisjoint(_members(row.get(column, default)))
    return lambda row: row.get(column, default) in wanted


def _asked_of(field: Field, name: str, params: Params) -> list[str]:
    """The values a filter was given; commas part them unless the column's own texts may hold some."""
    split = field.kind == "int" or field.comma or bool(field.enum) or name == "status"
    return as_list(params.get(name), split=split)


def _members(value: Any) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value.values() if isinstance(value, dict) else value or []
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


def _ordering(resource: Resource, params: Params) -> Ordering:
    """The columns of `order=name asc` with whether each runs backwards; unknown ones ask for nothing."""
    text = params.get("order")
    found = []
    for part in text.split(",") if isinstance(text, str) else ():
        words = part.split()
        field = resource.fields.get(words[0]) if words else None
        if field is not None and field.stored and field.emit and field.access != "hidden":
            found.append((field.name, len(words) > 1 and words[1].lower() == "desc"))
    return found


def _sortable(value: Any) -> tuple[int, Any]:
    """Nulls last, as PostgreSQL sorts them; numbers and texts never meet in one column."""
    if value is None:
        return (1, 0)
    if isinstance(value, bool | int | float | Decimal):
        return (0, value)
    return (0, value.lower() if isinstance(value, str) else str(value))
