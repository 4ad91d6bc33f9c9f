"""Lenient reading: one function for each kind of value, for what is not quite as usual.

None and blank texts are None (an empty list or dict for those); what cannot be read is a TypeError or ValueError.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, cast

from tradegecko_bridge.bounds import MOST_INTEGER, OutOfBounds, decimal_from
from tradegecko_bridge.tradegecko.records.base import Figure

Reader = Callable[[Any], Any]

_LONGEST_INTEGER: Final = 40
"""Characters, blanks and zeros included."""


def to_int(value: Any) -> int | None:
    if value is None or value.__class__ is int:
        return value
    number = None
    if isinstance(value, str) and len(value) <= _LONGEST_INTEGER and value.strip().lstrip("-").isdigit():
        number = int(value)
    if isinstance(value, float) and value.is_integer():
        number = int(value)
    if number is None or abs(number) > MOST_INTEGER:
        raise TypeError("not an integer")
    return number


def to_str(value: Any) -> str | None:
    if value is None or value.__class__ is str:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise TypeError("not text")


def to_bool(value: Any) -> bool | None:
    if value is None or value.__class__ is bool:
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise TypeError("not a boolean")


def to_decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError("not a number")
    return decimal_from(value)


def to_figure(value: Any) -> Decimal | None:
    """A number that is only told: None where it is beyond all bounds, so that it costs nobody the record."""
    try:
        return to_decimal(value)
    except OutOfBounds:
        return None


def to_datetime(value: Any) -> datetime | None:
    if value is None or value == "":
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("not in the years 1 to 9999") from None


def to_date(value: Any) -> date | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise TypeError("not a date")
    return date.fromisoformat(value[:10])


def to_list(value: Any) -> list[Any]:
    if value is None:
        return []
    if value.__class__ is list:
        return value
    raise TypeError("not a list")


def to_dict(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if value.__class__ is dict:
        return cast("dict[str, Any]", value)
    raise TypeError("not an object")


def to_any(value: Any) -> Any:
    return value


READERS: Final[dict[Any, Reader]] = {
    int: to_int,
    str: to_str,
    bool: to_bool,
    Decimal: to_decimal,
    Figure: to_figure,
    datetime: to_datetime,
    date: to_date,
    list: to_list,
    dict: to_dict,
}
_NAMES: Final = "an integer", "text", "true or false", "a number", "a number", "a time", "a date", "a list", "an object"
WANTED: Final[dict[Reader, str]] = dict(zip(READERS.values(), _NAMES, strict=True))
"""What each reader wants, in words."""
ONE_KIND: Final = "a list of one kind of value"
