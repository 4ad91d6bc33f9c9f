"""The canonical records as plain JSON values and back: what the ledger keeps and JSON order files hold.

Decimals are strings (``"19.99"``), moments are ISO 8601 with their zone, dates ISO 8601; what equals its
default is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import GenericAlias
from typing import Any, Final, TypeVar, cast, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from tradegecko_bridge.commerce.formatting import is_name, shown, shown_name
from tradegecko_bridge.errors import MalformedData

T = TypeVar("T")
_KEY: Final = re.compile(r"""\[(["'])(.*)\1\]""", re.DOTALL)


def to_plain(value: object) -> dict[str, Any]:
    """One canonical record as JSON values."""
    return cast("dict[str, Any]", _converter(strict=False).unstructure(value))


def from_plain(data: object, cls: type[T], *, strict: bool = False) -> T:
    """One canonical record from JSON values; ``strict`` also refuses fields that do not exist.

    Raises:
        MalformedData: one line for each fault, e.g. ``lines[0].quantity: 'two' is not a number``.
    """
    try:
        return _converter(strict=strict).structure(data, cls)
    except (cattrs.BaseValidationError, TypeError, ValueError) as error:
        raise MalformedData(_faults(error)) from None


def fingerprint(value: object) -> str:
    """A short digest of a canonical record's content (cursor aside), to tell whether it changed."""
    plain = to_plain(value)
    plain.pop("cursor", None)
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:32]


def _decimal(value: object, _type: object = None) -> Decimal:
    if isinstance(value, float):
        raise TypeError(f'{shown(value)} is a binary fraction; write it as text, e.g. "1.5"')
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise TypeError(f"{shown(value)} is not a number")
    try:
        number = Decimal(value.replace("_", "?") if isinstance(value, str) else value)
    except InvalidOperation:
        raise ValueError(f"{shown(value)} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{shown(value)} is not a finite number")
    return number


def _moment(value: object, _type: object = None) -> datetime:
    try:
        return datetime.fromisoformat(cast("str", value))
    except (TypeError, ValueError):
        raise ValueError(f"{shown(value)} is not a time such as 2026-01-31T09:30:00Z") from None


def _date(value: object, _type: object = None) -> date:
    try:
        return date.fromisoformat(cast("str", value))
    except (TypeError, ValueError):
        raise ValueError(f"{shown(value)} is not a date such as 2026-01-31") from None


def _is_sequence(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _items(converter: cattrs.Converter, value: object, kind: Any) -> tuple[Any, ...]:
    """A list of JSON; text would otherwise pass for a list of its letters."""
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{shown(value)} is not a list")
    as_list: Any = GenericAlias(list, get_args(kind)[:1])
    return tuple(converter.structure(value, as_list))


def _text(value: object, _type: object = None) -> str:
    if not isinstance(value, str):  # not shown: it may be somebody's telephone number
        is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
        raise TypeError(f"a {'number' if is_number else type(value).__name__} is not text; put it in quotes")
    return value


def _flag(value: object, _type: object = None) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{shown(value)} is neither true nor false")
    return value


@cache
def _converter(*, strict: bool) -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=strict, omit_if_default=True)
    scalars: tuple[tuple[type, Any], ...] = (
        (Decimal, _decimal),
        (datetime, _moment),
        (date, _date),
        (str, _text),
        (bool, _flag),
    )
    for kind, read in scalars:
        converter.register_structure_hook(kind, read)
    converter.register_structure_hook_func(_is_sequence, lambda value, kind: _items(converter, value, kind))
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook(date, date.isoformat)

    def structure(cls: Any) -> Any:
        read = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=strict)

        def checked(data: object, kind: Any) -> Any:
            if not isinstance(data, Mapping):
                raise TypeError(f"{shown(data)} is not an object with named fields")
            try:
                return read(data, kind)
            except cattrs.ClassValidationError as error:
                _describe_unknown(error, data)
                raise

        return checked

    def unstructure(cls: Any) -> Any:
        return make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True)

    converter.register_structure_hook_factory(attrs.has, structure)
    converter.register_unstructure_hook_factory(attrs.has, unstructure)
    return converter


def _describe_unknown(error: cattrs.ClassValidationError, data: Mapping[Any, Any]) -> None:
    """Put in place of the names of unknown fields what a message may say of them."""
    for one in error.exceptions:
        if isinstance(one, cattrs.ForbiddenExtraKeysError):
            positions = {name: position for position, name in enumerate(data, 1)}
            one.extra_fields = {shown_name(name, positions[name]) for name in one.extra_fields}


def _faults(error: BaseException) -> list[str]:
    """``$.lines[0].quantity`` and its reason, one line a fault."""
    lines = cattrs.transform_error(error, format_exception=_reason)
    return [_place_first(line) for line in lines]


def _reason(error: BaseException, _type: object) -> str:
    if isinstance(error, KeyError):
        return "is missing"
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return "unknown field " + ", ".join(sorted(error.extra_fields))
    return str(error)


def _place_first(line: str) -> str:
    reason, _, place = line.partition(" @ $")
    place = _KEY.sub(_key_if_name, place.removeprefix("."))
    return f"{place}: {reason}" if place else reason


def _key_if_name(found: re.Match[str]) -> str:
    return found[0] if is_name(found[2]) else ""
