"""Reading fields of a shop's JSON so that what is wrong is told by its place, and never by its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from tradegecko_bridge.bounds import decimal_from, number_in_json, parse_json
from tradegecko_bridge.errors import MalformedData

T = TypeVar("T")

_MILLISECONDS = 10**11
"""A number of seconds as large as this is one of milliseconds: as seconds it is the year 5138."""


def json_value(text: str | bytes) -> Any:
    """What a JSON text holds, its numbers with a point as exact Decimals.

    Raises:
        ValueError: it is no JSON.
    """
    return parse_json(text, parse_float=number_in_json)


@contextmanager
def placed(place: str) -> Iterator[None]:
    """What goes wrong in here becomes MalformedData with its place: ``order 12, lines[0].price is not a number``.

    Values are not shown: they may be personal.

    Raises:
        MalformedData: in place of what was raised.
    """
    try:
        yield
    except MalformedData as error:
        raise MalformedData([place + problem for problem in error.problems]) from None
    except KeyError as error:
        raise MalformedData([f"{place}{error.args[0]} is missing"]) from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise MalformedData([f"{place.rstrip('., ')} cannot be read ({type(error).__name__})"]) from None


def each(name: str, items: Iterable[Any], read: Callable[[Any], T]) -> tuple[T, ...]:
    """Every item, read; an error says which one.

    Raises:
        MalformedData: see :func:`placed`.
    """
    done = []
    for index, item in enumerate(items):
        with placed(f"{name}[{index}]."):
            done.append(read(item))
    return tuple(done)


def number(data: Mapping[str, Any], name: str) -> Decimal:
    """A number, whether JSON has it as one or as text, exactly as it is written.

    Raises:
        MalformedData: it is none, or beyond what may be sent.
        KeyError: it is not there.
    """
    try:
        return exact(data[name])
    except (TypeError, ValueError):
        raise MalformedData([f"{name} is not a number that can be sent"]) from None


def exact(value: object) -> Decimal:
    """A number as it is written; of a float, and of a text or JSON number that a float was written as, without the
    noise behind the ninth decimal place.

    Raises:
        TypeError, ValueError: it is none, or out of bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise TypeError("is not a number")
    if isinstance(value, str) and not value.replace(" ", "").isascii():
        raise ValueError("is not a number")
    read = decimal_from(value.strip().replace("_", "?") if isinstance(value, str) else value)
    exponent = read.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -NOISE or len(read.as_tuple().digits) < FLOAT_DIGITS:
        return read
    rounded = round(read, NOISE).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


NOISE = 9
"""Decimal places behind which a float's digits mean nothing."""
FLOAT_DIGITS = 15
"""With fewer digits than this a number was written as it is meant."""


def moment(value: object, zone: tzinfo | None = None) -> datetime:
    """A moment in UTC: ISO 8601, an e-mail's date, or seconds or milliseconds since 1970.

    ``zone`` is for texts without one. Of an hour that comes twice it is the first, so that nothing is skipped by
    reading on from there.

    Raises:
        TypeError, ValueError: it is none, or has no zone and none was given.
    """
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        seconds = float(decimal_from(value))
        read = datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= _MILLISECONDS else seconds, UTC)
    elif isinstance(value, str):
        read = _written(value.strip())
    else:
        raise TypeError("is not a time")
    if read.tzinfo is None:
        if zone is None:
            raise ValueError("has no time zone")
        read = read.replace(tzinfo=zone)
    if not 1 < read.year < 9999:
        raise ValueError("is not in the years 2 to 9998")
    return read.astimezone(UTC)


def _written(text: str) -> datetime:
    if text[:1].isalpha():
        return parsedate_to_datetime(text)
    return datetime.fromisoformat(text)


def time_of(data: Mapping[str, Any], name: str, zone: tzinfo | None = None) -> datetime:
    """The moment in a field; see :func:`moment`.

    Raises:
        MalformedData: it is none.
        KeyError: it is not there.
    """
    try:
        return moment(data[name], zone)
    except (TypeError, ValueError, OverflowError, OSError):
        raise MalformedData([f"{name} is not a time"]) from None


def stamp(moment: datetime, timespec: str = "milliseconds") -> str:
    """A moment as most shops take one: UTC, with its zone, ``2026-11-02T15:30:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
