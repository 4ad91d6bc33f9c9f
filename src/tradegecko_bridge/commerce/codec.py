"""The canonical records as plain JSON values and back: what the ledger keeps and JSON order files hold.

Decimals are strings (``"19.99"``), moments are ISO 8601 with their zone, dates ISO 8601; what equals its
default is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar, cast

import attrs
import cattrs
from cattrs.fns import identity
from cattrs.gen import make_dict_unstructure_fn

from tradegecko_bridge.commerce.formatting import is_name, kind_of, shown, shown_name
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.structuring import (
    Fault,
    Hook,
    KeyPath,
    Mismatch,
    UnknownName,
    decimal,
    describe,
    format_fault,
    leave_out_nulls,
    register,
    strict_converter,
    structured,
    text,
)

T = TypeVar("T")
_sorted: Final = json.JSONEncoder(sort_keys=True, check_circular=False).encode
_QUOTED: Final = (Decimal, bool, datetime, date)
"""Where one of these belongs, what stands there instead may be quoted if it is harmless; text and tables never are."""


def to_plain(value: object) -> dict[str, Any]:
    """One canonical record as JSON values."""
    return cast("dict[str, Any]", _converter(strict=False).unstructure(value))


def from_plain(data: object, cls: type[T], *, strict: bool = False, within: KeyPath = ()) -> T:
    """One canonical record from JSON values, of which null is as good as left out; ``strict`` also refuses fields that
    do not exist.

    Raises:
        MalformedData: one line for each fault, with its path after ``within``, e.g. ``lines[0].quantity must be a
            number, not 'two'``. Nothing in it can be personal.
    """
    record, faults = structured(_converter(strict=strict), data, cls, _described)
    if faults:
        raise MalformedData([format_private_fault((*within, *path), problem) for path, problem in faults])
    return cast("T", record)


def dumped(value: object) -> str:
    """One record as a line of JSON, in ASCII; :func:`loaded` reads it."""
    return json.dumps(to_plain(value))


def loaded(line: str, cls: type[T]) -> T:
    """The record that :func:`dumped` wrote.

    Raises:
        MalformedData: it wrote none of this kind.
    """
    return from_plain(json.loads(line), cls)


def fingerprint(value: object) -> str:
    """A short digest of a canonical record's content (cursor aside), to tell whether it changed."""
    return fingerprint_of(to_plain(value))


def fingerprint_of(plain: Mapping[str, Any]) -> str:
    """The same of what :func:`to_plain` gave of the record."""
    content = {name: part for name, part in plain.items() if name != "cursor"}
    return hashlib.sha256(_sorted(content).encode()).hexdigest()[:32]


# ── faults ───────────────────────────────────────────────────────────────────────────────────


def format_private_fault(path: KeyPath, problem: str) -> str:
    """A fault on one line; names in the path that may be somebody's are not shown."""
    shown_path = (part if isinstance(part, int) or is_name(part) else "(a name not shown)" for part in path)
    return format_fault((tuple(shown_path), problem))


def _described(error: Exception) -> Fault:
    match error:
        case Mismatch(kind=kind, value=value):
            expected = "an object with named fields" if kind is dict else error.expected.replace("tables", "objects")
            quotable = kind in _QUOTED or value is None or isinstance(value, bool)
            return (), f"must be {expected}, not {shown(value) if quotable else kind_of(value)}"
        case UnknownName():
            return (), f"has an unknown field {shown_name(error.name, error.position)}"
    return describe(error)


# ── reading and writing ──────────────────────────────────────────────────────────────────────


def _decimal(value: object, _kind: object) -> Decimal:
    if isinstance(value, float):
        raise Mismatch(Decimal, 'a number in quotes, e.g. "1.5"', value)
    return decimal(value, (str, int, Decimal))


def _moment(value: object, _kind: object) -> datetime:
    try:
        return datetime.fromisoformat(cast("str", value))
    except (TypeError, ValueError):
        raise Mismatch(datetime, "a time such as 2026-01-31T09:30:00Z", value) from None


def _date(value: object, _kind: object) -> date:
    try:
        return date.fromisoformat(cast("str", value))
    except (TypeError, ValueError):
        raise Mismatch(date, "a date such as 2026-01-31", value) from None


def _day_or_moment(value: object, _kind: object) -> date | None:
    if value is None:
        return None
    is_moment = isinstance(value, str) and len(value) > len("2026-01-31")
    return _moment(value, _kind) if is_moment else _date(value, _kind)


def _text_or_none(value: object, _kind: object) -> str | None:
    return None if value is None else text(value)


@cache
def _converter(*, strict: bool) -> cattrs.Converter:
    converter = strict_converter(unknown_names=not strict)
    leave_out_nulls(converter)
    hooks: dict[Any, Hook] = {
        str: text,
        Decimal: _decimal,
        datetime: _moment,
        date: _date,
        str | None: _text_or_none,
        date | datetime | None: _day_or_moment,
    }
    for kind, hook in hooks.items():
        register(converter, kind, hook)
    converter.register_unstructure_hook(str | None, identity)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook_factory(
        attrs.has, lambda cls: make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True)
    )
    return converter
