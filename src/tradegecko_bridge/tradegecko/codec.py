"""JSON objects to records and back, losing nothing.

For every record class one straight-line function is generated (a reading per field, no loop, no look-up) and
registered on a cattrs converter; that is about twice as fast as cattrs' own generated code. It takes a fast road
where the JSON kind is the usual one and a lenient one beside it: numbers where strings are usual, a time where a
date is due. Only what cannot be read at all is an error, and it names the record, the field and the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import cattrs
from attrs import NOTHING, fields

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.tradegecko.records.base import Record, json_name

R = TypeVar("R", bound=Record)
Reader = Callable[[Any], Any]


def read_record(cls: type[R], data: object) -> R:
    """One record from a JSON object.

    Raises:
        MalformedData: names the record (class and id), the field and what it held.
    """
    if not isinstance(data, dict):
        raise MalformedData([f"{cls.__name__}: expected an object, got {_kind(data)}"])
    try:
        return converter.structure(data, cls)
    except (TypeError, ValueError, MalformedData) as error:
        raise MalformedData([_fault(cls, data, error)]) from None


def read_records(cls: type[R], rows: Iterable[object]) -> tuple[list[R], list[str]]:
    """All records that can be read, and one line for each that cannot: a bad row never hides the others."""
    records: list[R] = []
    problems: list[str] = []
    for row in rows:
        try:
            records.append(read_record(cls, row))
        except MalformedData as error:
            problems.extend(error.problems)
    return records, problems


def to_json(record: Record) -> dict[str, Any]:
    """The record as a JSON object: fields nobody changed exactly as they came, unknown ones included.

    Of a record made by hand only what was filled in: an empty list would empty the list over there.
    """
    if not record.raw:
        return {name: write_value(value) for name, value in _values(record) if value not in (None, [], {})}
    as_read = read_record(type(record), record.raw)
    if record == as_read:
        return dict(record.raw)
    before = dict(_values(as_read))
    changed = {name: write_value(value) for name, value in _values(record) if value != before[name]}
    return {**record.raw, **changed}


def write_value(value: object) -> Any:
    """One value as JSON: decimals as strings, moments in UTC with milliseconds, as the API writes them (§3.5).

    Raises:
        ValueError: a moment has no time zone.
    """
    match value:
        case Record():
            return to_json(value)
        case Decimal():
            return f"{value:f}"
        case datetime() if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; write e.g. 2026-01-31T09:30:00Z")
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): write_value(item) for name, item in value.items()}
        case list() | tuple():
            return [write_value(item) for item in value]
    return value


def _values(record: Record) -> Iterable[tuple[str, Any]]:
    return ((json_name(a.name), getattr(record, a.name)) for a in fields(type(record)) if a.name != "raw")


def _fault(cls: type[Record], data: Mapping[str, Any], error: Exception) -> str:
    """Find the field at fault; only a record that failed comes this slow way."""
    where = f"{cls.__name__} {_known_as(data)}"
    for name, read, required in _plan(cls):
        value = data.get(name)
        if value is None and required:
            return f"{where}: {name} is missing"
        try:
            read(value)
        except MalformedData as nested:
            return f"{where}: {name}: {nested}"
        except (TypeError, ValueError):
            return f"{where}: {name} holds {_kind(value)} where {_WANTED.get(read, _ONE_KIND)} was expected"
    return f"{where}: {type(error).__name__}"


def _known_as(data: Mapping[str, Any]) -> int | str:
    """The number of a record; anything else in its place may be somebody's name."""
    found = (data[name] for name in ("id", "location_id") if isinstance(data.get(name), int))
    return next(found, "?")


def _kind(value: object) -> str:
    """What a value is, without printing it: it may be somebody's name."""
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return repr(value)
        case str():
            return "text"
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else type(value).__name__


# ── the lenient road, one function a kind ────────────────────────────────────────────────────


def _int(value: Any) -> int | None:
    if value is None or value.__class__ is int:
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise TypeError("not an integer")


def _str(value: Any) -> str | None:
    if value is None or value.__class__ is str:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise TypeError("not text")


def _bool(value: Any) -> bool | None:
    if value is None or value.__class__ is bool:
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise TypeError("not a boolean")


def _decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError("not a number")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def _datetime(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("not in the years 1 to 9999") from None


def _date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise TypeError("not a date")
    return date.fromisoformat(value[:10])


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if value.__class__ is list:
        return value
    raise TypeError("not a list")


def _dict(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if value.__class__ is dict:
        return cast("dict[str, Any]", value)
    raise TypeError("not an object")


def _any(value: Any) -> Any:
    return value


_READERS: dict[Any, Reader] = {
    int: _int,
    str: _str,
    bool: _bool,
    Decimal: _decimal,
    datetime: _datetime,
    date: _date,
    list: _list,
    dict: _dict,
}
_WANTED: dict[Reader, str] = {
    _int: "an integer",
    _str: "text",
    _bool: "true or false",
    _decimal: "a number",
    _datetime: "a time",
    _date: "a date",
    _list: "a list",
    _dict: "an object",
}
_ONE_KIND = "a list of one kind of value"
_FAST: dict[Reader, str] = {
    _int: "v if v.__class__ is int or v is None else {r}(v)",
    _str: "v if v.__class__ is str or v is None else {r}(v)",
    _bool: "v if v is True or v is False or v is None else {r}(v)",
    _decimal: "None if v is None else {r}(v)",
    _datetime: "None if v is None else {r}(v)",
    _date: "None if v is None else {r}(v)",
    _list: "v if v.__class__ is list else {r}(v)",
    _dict: "v if v.__class__ is dict else {r}(v)",
    _any: "v",
}
"""What the generated function does with a value ``v``; ``{r}`` is the lenient reader."""


def _plan(cls: type[Record]) -> tuple[tuple[str, Reader, bool], ...]:
    """Name, reader and whether it is required, for each field of a class."""
    hints = get_type_hints(cls)
    return tuple(
        (json_name(a.name), _reader(hints[a.name]), a.default is NOTHING) for a in fields(cls) if a.name != "raw"
    )


def _reader(hint: Any) -> Reader:
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        return _READERS[kinds[0]] if len(kinds) == 1 else _any
    if get_origin(hint) is list and get_args(hint)[0] is not Any:
        return _list_of(get_args(hint)[0])
    return _READERS.get(get_origin(hint) or hint, _any)


@cache
def _list_of(kind: type) -> Reader:
    if issubclass(kind, Record):
        return lambda value: [read_record(kind, item) for item in _list(value)]
    item_reader = _READERS[kind]

    def read(value: Any) -> list[Any]:
        items = [item if item.__class__ is kind else item_reader(item) for item in _list(value)]
        if None in items:
            raise TypeError("null in a list")
        return items

    return read


def _structure_hook(cls: type[Record]) -> Callable[[Any, Any], Record]:
    """The straight-line reading function of one class."""
    lines = ["def structure(o, _):", "    self = new(cls)", "    self.raw = o", "    get = o.get"]
    scope: dict[str, Any] = {"new": object.__new__, "cls": cls}
    attributes = {json_name(a.name): a.name for a in fields(cls)}
    for name, read, required in _plan(cls):
        scope[f"r_{name}"] = read
        value = _FAST.get(read, "[] if not v and v.__class__ is list else {r}(v)").replace("{r}", f"r_{name}")
        lines += [f"    v = get({name!r})", f"    self.{attributes[name]} = {value}"]
        if required:
            lines.append(f"    if v is None: raise ValueError({name!r})")
    lines.append("    return self")
    exec("\n".join(lines), scope)  # noqa: S102 - built from our own class definitions only
    return cast("Callable[[Any, Any], Record]", scope["structure"])


converter = cattrs.Converter()
"""Reads any record class; ready for further hooks of a program's own records."""
converter.register_structure_hook_factory(
    lambda cls: isinstance(cls, type) and issubclass(cls, Record), _structure_hook
)
converter.register_unstructure_hook(Record, to_json)
