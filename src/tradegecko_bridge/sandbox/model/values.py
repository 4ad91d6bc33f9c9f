"""From what a client sent to what a row may hold: permitted columns, casts, presence, references.

Follows Rails of that time: columns that may not be set are dropped without a word (reference §3.3), a list
where a single value belongs is dropped as well, numbers may come as text and text as numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..wire.errors import BLANK, NOT_A_NUMBER, NOT_IN_LIST, FieldErrors, NotFound
from .context import Context
from .formats import (
    Unreadable,
    read_bool,
    read_date,
    read_datetime,
    read_decimal,
    read_int,
    read_string,
)
from .schema import Field, Resource, When
from .state import Row

Raw = Mapping[str, Any]

_READERS: dict[str, Any] = {
    "int": read_int,
    "decimal": read_decimal,
    "quantity": read_decimal,
    "bool": read_bool,
    "date": read_date,
    "datetime": read_datetime,
    "string": read_string,
}
_DROPPED = object()


def read_values(context: Context, resource: Resource, raw: Raw, when: When, errors: FieldErrors) -> Row:
    """The columns of `raw` that may be set, cast to their kinds and checked one by one."""
    values: Row = {}
    for field in resource.settable(when):
        if field.name not in raw:
            continue
        name = field.alias or field.name
        if field.alias and name in values:
            continue
        value = _cast(field, raw[field.name], errors)
        if value is not _DROPPED:
            values[name] = value
    for name, value in list(values.items()):
        _check(context, resource.fields[name], value, values, when, errors)
    return values


def require_parents(context: Context, resource: Resource, values: Row, raw: Raw) -> None:
    """The record a new one belongs to must exist. Raises NotFound, as the API did (reference §3.9)."""
    for name, parent in resource.parents:
        if not context.exists(parent, values.get(name)):
            raise NotFound(context.schema[parent].model, raw.get(name))


def require_present(resource: Resource, values: Row, errors: FieldErrors, *, only_given: bool) -> None:
    """Required columns must not be blank; on updates only those that were sent are checked."""
    for field in resource.required:
        if only_given and field.name not in values:
            continue
        value = values.get(field.name)
        if (value is None or value == "" or value == []) and label(field) not in errors:
            errors.add(label(field), BLANK)


def label(field: Field) -> str:
    """What an error calls the column: `company` for `company_id`."""
    return field.name.removesuffix("_id") if field.ref else field.name


def text_list(value: Any) -> list[str]:
    """Tags: a list of texts, or one text with commas."""
    parts = value.split(",") if isinstance(value, str) else value
    return [str(part).strip() for part in parts if isinstance(part, str | int | float) and str(part).strip()]


def _cast(field: Field, value: Any, errors: FieldErrors) -> Any:
    if field.kind == "array":
        return _cast_list(field, value)
    if field.kind == "object":
        return dict(value) if isinstance(value, Mapping) else _DROPPED
    if field.tag_text and isinstance(value, list):
        value = ",".join(text_list(value))
    if isinstance(value, list | Mapping):
        return _DROPPED
    if field.tag_text:
        return read_string(value) or None
    try:
        return _cast_scalar(field, value)
    except Unreadable:
        if field.ref:
            return None if field.parent else _unknown(field, errors)
        errors.add(field.name, NOT_A_NUMBER)
        return _DROPPED


def _unknown(field: Field, errors: FieldErrors) -> Any:
    errors.add(label(field), BLANK)
    return None


def _cast_scalar(field: Field, value: Any) -> Any:
    if field.kind == "float":
        number = read_decimal(value)
        return None if number is None else float(number)
    value = _READERS[field.kind](value)
    if value == "" and (field.enum or field.ref) and field.null:
        return None
    return value


def _cast_list(field: Field, value: Any) -> Any:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return _DROPPED
    if not field.name.endswith("_ids"):
        return text_list(value) if isinstance(value, str | list) else _DROPPED
    ids = []
    for part in value if isinstance(value, list) else str(value).split(","):
        try:
            number = read_int(part)
        except Unreadable:
            continue
        if number is not None:
            ids.append(number)
    return ids


def _check(context: Context, field: Field, value: Any, values: Row, when: When, errors: FieldErrors) -> None:
    if value is None or value == "":
        _check_blank(field, values, when, errors)
    elif field.enum and value not in field.enum:
        errors.add(field.name, NOT_IN_LIST)
    elif field.ref and not field.parent and not context.exists(field.ref, value):
        errors.add(label(field), BLANK)
    elif field.min is not None and value < field.min:
        errors.add(field.name, f"must be greater than or equal to {field.min}")
    elif field.max is not None and value > field.max:
        errors.add(field.name, f"must be less than or equal to {field.max}")


def _check_blank(field: Field, values: Row, when: When, errors: FieldErrors) -> None:
    if when == "create" and (field.default is not None or field.enum):
        # A text column keeps the blank it was sent (reference §3.5); the rest falls back to its default.
        if values[field.name] is None or field.enum:
            del values[field.name]
    elif field.enum and not field.null:
        errors.add(field.name, NOT_IN_LIST)
    elif when == "update" and field.ref and not (field.null or field.parent):
        errors.add(label(field), BLANK)  # Without its location a document would move stock nowhere.
    elif values[field.name] is None and field.default is not None:
        values[field.name] = field.default
