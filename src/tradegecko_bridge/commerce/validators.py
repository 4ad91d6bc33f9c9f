"""Validators shared by the canonical records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import attrs

from tradegecko_bridge.bounds import EXPECTED, is_bounded
from tradegecko_bridge.commerce.formatting import shown

T = TypeVar("T")


class UnfitType(TypeError):
    """A field was given what it cannot hold. The text names the field and shows nothing of the value."""


class UnfitValue(ValueError):
    """A field was given what it must not hold. The text names the field and shows nothing that may be personal."""


def aware(_instance: object, attribute: attrs.Attribute[Any], value: datetime | None) -> None:
    """A moment without a time zone means a different moment on every machine: refuse it.

    Raises:
        ValueError: the value has no time zone.
    """
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise UnfitValue(f"{attribute.name} {value.isoformat()} has no time zone; write e.g. 2026-01-31T09:30:00Z")


def finite(_instance: object, attribute: attrs.Attribute[Any], value: Decimal | None) -> None:
    """Money and quantities are decimals that can be computed with: a float would already have lost cents.

    Raises:
        TypeError: the value is not a Decimal.
        ValueError: it is NaN, infinite, or out of bounds.
    """
    if value is None:
        return
    if not isinstance(value, Decimal):
        raise UnfitType(f"{attribute.name} must be a Decimal, not {type(value).__name__}")
    if not value.is_finite():
        raise UnfitValue(f"{attribute.name} must be a finite number, not {shown(value)}")
    if not is_bounded(value):
        raise UnfitValue(f"{attribute.name} must be {EXPECTED}")


def filled(_instance: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    """An identifier must identify, and a problem say something.

    Raises:
        ValueError: the value is blank.
    """
    if isinstance(value, str) and not value.strip():
        raise UnfitValue(f"{attribute.name} must not be blank")


def typed(cls: type[T]) -> type[T]:
    """Have every field of a class hold what it is declared to hold: what is not could be neither stored nor read back.

    Goes below ``frozen``. Decimals must be finite, and a list becomes a tuple. The records are made by the thousand,
    so one expression compiled for the class tells whether all is as usual; only where it is false are the fields
    looked at one by one.

    Raises:
        TypeError: from the constructor; the value may be personal, and is not shown.
        ValueError: a number is NaN or infinite.
    """
    hints = get_type_hints(cls)

    def check(self: object) -> None:
        for name, hint in hints.items():
            value = getattr(self, name)
            if isinstance(value, list):
                object.__setattr__(self, name, value := tuple(value))
            _check(name, hint, value)

    known = {kind.__name__: kind for hint in hints.values() for kind in (*kinds_of(hint), *item_of(hint))}
    usual = " and ".join(_usual(f"self.{name}", hint) for name, hint in hints.items())
    names = {**known, "Mapping": dict, "check": check}
    cls.__attrs_post_init__ = eval(f"lambda self: {usual} or check(self)", names)  # type: ignore[attr-defined]  # noqa: S307
    cls.is_usual = eval(f"lambda self: {usual}", names)  # type: ignore[attr-defined]  # noqa: S307
    return cls


def kinds_of(hint: Any) -> tuple[type, ...]:
    """The classes a value may be of."""
    return tuple(get_origin(kind) or kind for kind in (get_args(hint) if isinstance(hint, UnionType) else (hint,)))


def item_of(hint: Any) -> tuple[type, ...]:
    """The class of what a tuple, or a mapping to what its names are, holds."""
    return get_args(hint)[:1] if get_origin(hint) in (tuple, Mapping) else ()


def _usual(value: str, hint: Any) -> str:
    """The expression that tells whether a value is of just the class of its field."""
    kind, *more = kinds_of(hint)
    finite = f" and {value}.is_finite()" if kind is Decimal else ""
    usual = f"{'(' + value + ' is None or ' if more else '('}type({value}) is {kind.__name__}{finite})"
    for item in item_of(hint):
        values = f", *map(type, {value}.values())" if kind is Mapping else ""
        usual += f" and (not {value} or {{*map(type, {value}){values}}} == {{{item.__name__}}})"
    return usual


def _check(name: str, hint: Any, value: Any) -> None:
    kinds = kinds_of(hint)
    if not isinstance(value, kinds) or (isinstance(value, datetime) and datetime not in kinds):  # a moment is no date
        raise UnfitType(f"{name} must be {a_kind(kinds[0])}, not {called(value)}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise UnfitValue(f"{name} must be a finite number, not {shown(value)}")
    for item in item_of(hint):
        held: Any = (*value, *value.values()) if isinstance(value, Mapping) else value
        for one in held:
            if not isinstance(one, item):
                raise UnfitType(f"{name} must hold only {item.__name__}, not {called(one)}")


def called(value: object) -> str:
    return "None" if value is None else type(value).__name__


def a_kind(kind: type) -> str:
    return f"{'an' if kind.__name__[0] in 'AEIOUaeiou' else 'a'} {kind.__name__}"
