"""JSON objects to records and back, losing nothing.

Reading is left to :mod:`~tradegecko_bridge.tradegecko.structuring`, on a cattrs converter that programs can extend.
Only what cannot be read at all is an error, and it names the record, the field and the value's kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import cattrs
from attrs import fields

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.tradegecko.lenient import ONE_KIND, WANTED
from tradegecko_bridge.tradegecko.records.base import Record, Writable, json_name
from tradegecko_bridge.tradegecko.structuring import FieldReader, field_readers, structure_hook

R = TypeVar("R", bound=Record)


def read_record(cls: type[R], data: object) -> R:
    """One record from a JSON object.

    Raises:
        MalformedData: names the record (class and id), the field and what it held.
    """
    if not isinstance(data, dict):
        raise MalformedData([f"{cls.__name__}: expected an object, got {_kind(data)}"])
    try:
        return converter.structure(data, cls)
    except (TypeError, ValueError, AttributeError, MalformedData) as error:
        raise MalformedData([_fault(cls, data, error)]) from None


def read_records(cls: type[R], rows: Iterable[object]) -> tuple[list[R], list[str]]:
    """All records that can be read, and one line for each that cannot: a bad row never hides the others."""
    records: list[R] = []
    problems: list[str] = []
    structure, take = converter.get_structure_hook(cls), records.append
    for row in rows:
        try:
            if row.__class__ is not dict:
                raise TypeError
            take(structure(row, cls))
        except (TypeError, ValueError, AttributeError, MalformedData):
            try:
                take(read_record(cls, row))
            except MalformedData as error:
                problems.extend(error.problems)
    return records, problems


def to_json(record: Record) -> dict[str, Any]:
    """The record as a JSON object: fields nobody changed exactly as they came, unknown ones included.

    Of a record made by hand only what was filled in: an empty list would empty the list in TradeGecko.
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
        case str() | int() | None:
            return value
        case Decimal():
            return f"{value:f}"
        case dict():
            return {str(name): write_value(item) for name, item in value.items()}
        case Record():
            return to_json(value)
        case Writable():
            return value.as_json()
        case datetime() if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; write e.g. 2026-01-31T09:30:00Z")
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return [write_value(item) for item in value]
        case Mapping():
            return {str(name): write_value(item) for name, item in value.items()}
    return value


def _values(record: Record) -> Iterable[tuple[str, Any]]:
    return ((json_name(a.name), getattr(record, a.name)) for a in fields(type(record)) if a.name != "raw")


def _fault(cls: type[Record], data: Mapping[str, Any], error: Exception) -> str:
    """Find the field at fault; only a record that failed comes this slow way."""
    where = f"{cls.__name__} {_known_as(data)}"
    for reader in field_readers(cls):
        name, value = reader.name, data.get(reader.name)
        if value is None and reader.required:
            return f"{where}: {name} is missing"
        try:
            reader.read(value)
        except (TypeError, ValueError, AttributeError):
            if nested := _nested_fault(reader, value):
                return f"{where}: {name}: {nested}"
            return f"{where}: {name} holds {_kind(value)} where {WANTED.get(reader.read, ONE_KIND)} was expected"
    return f"{where}: {type(error).__name__}"


def _nested_fault(reader: FieldReader, value: object) -> str | None:
    """The first fault among the records in a list."""
    if reader.items is None or not issubclass(reader.items, Record) or not isinstance(value, list):
        return None
    return next(iter(read_records(reader.items, value)[1]), None)


def _known_as(data: Mapping[str, Any]) -> int | str:
    """The number of a record; anything else in its place may be somebody's name."""
    found = (data[name] for name in ("id", "location_id", "variant_id", "bundle_id") if isinstance(data.get(name), int))
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


converter: cattrs.Converter = cattrs.Converter()
"""Reads any record class; ready for further hooks of a program's own records."""
converter.register_structure_hook_factory(lambda cls: isinstance(cls, type) and issubclass(cls, Record), structure_hook)
converter.register_unstructure_hook(Record, to_json)
