"""How settings are read: each by the type of its field, whether it comes from Python or from a settings file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs
from attrs import frozen

from tradegecko_bridge.structuring import (
    Fault,
    Mismatch,
    Problem,
    decimal,
    register,
    strict_converter,
    structured,
    text,
)

Number: TypeAlias = Decimal | int | str | float

# Converters of fields, which leave the value alone: from their parameter, type checkers know what may be given.


def words(values: Iterable[str]) -> Any:
    return values


def number(value: Number) -> Any:
    return value


def tolerance(value: Number | Mapping[str, Number]) -> Any:
    return value


def optional_number(value: Number | None) -> Any:
    return value


def moment(value: datetime | date | None) -> Any:
    return value


# ── checks of what was read ──────────────────────────────────────────────────────────────────


@frozen
class Between:
    """A check that a number is not below ``least`` and not above ``most``."""

    least: int
    most: int | None = None

    def __call__(self, value: Decimal) -> None:
        if value < self.least:
            raise Mismatch(Decimal, f"at least {self.least}", value) if self.least else Problem("must not be negative")
        if self.most is not None and value > self.most:
            raise Mismatch(Decimal, f"at most {self.most}", value)


def not_empty(values: tuple[str, ...]) -> None:
    if not values:
        raise Problem('is an empty list: write what is to match, "" for none, or take the filter out')


def a_time_zone(value: str | None) -> None:
    try:
        ZoneInfo(value or "UTC")
    except (KeyError, ValueError, OSError):
        raise Mismatch(str, 'a time zone such as "America/Toronto"', value) from None


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def read_fields(settings: attrs.AttrsInstance) -> list[Fault]:
    """Put in place of what each field of a new object was given what that means; what is wrong with the others."""
    faults: list[Fault] = []
    for one in attrs.fields(attrs.resolve_types(type(settings))):
        value, wrong = structured(CONVERTER, getattr(settings, one.name), one.type)
        faults += [((one.name, *path), problem) for path, problem in wrong]
        if not wrong:
            object.__setattr__(settings, one.name, value)
    return faults


def _number(value: object, _kind: object) -> Decimal:
    return decimal(value, (int, float, str, Decimal))


def _whole_number(value: object, _kind: object) -> int:
    read = decimal(value, (int, float, str, Decimal), "a whole number")
    if read != read.to_integral_value():
        raise Mismatch(int, "a whole number", value)
    return int(read)


def _name(value: object, _kind: object) -> str | None:
    """Text that names something; blank is none."""
    return None if value is None else text(value).strip() or None


def _moment(value: object, _kind: object) -> datetime:
    """A moment, or the beginning of a day in UTC."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise Problem("has no time zone; write e.g. 2026-01-31T00:00:00Z")
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    raise Mismatch(datetime, "a date such as 2026-01-31, without quotes", value)


CONVERTER: Final = strict_converter()
"""Numbers may be texts, as they are in the environment; a blank name is none."""
for _kind, _hook in ((Decimal, _number), (int, _whole_number), (str | None, _name), (datetime, _moment)):
    register(CONVERTER, _kind, _hook)
