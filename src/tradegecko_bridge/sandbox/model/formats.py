"""Texts on the wire and the values behind them (reference §3.5).

Money and quantities are `Decimal` inside and strings outside. Dates and times are kept as their canonical
text all the way: `2014-01-24` and `2014-02-05T05:22:43.502Z` (UTC, three digits of milliseconds) sort as
text the way they sort in time, so filters compare strings. Input is read as leniently as Rails read it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)

# Numbers below 10**15: far above any real price or quantity.
_DIGITS = 15
# Wide enough to round whatever a product of such numbers comes to; the default of 28 digits raises.
_WIDE = Context(prec=200)
_FIRST_YEAR = "1000"  # Keeps the text form sortable: four digits, always.
_FALSE = frozenset({"0", "f", "false", "off", "n", "no"})
_DAY_FIRST = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_WORDY = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d", "%Y%m%d")


class Unreadable(ValueError):
    """A value that cannot be read as the kind its column has."""


def decimal_text(value: Decimal) -> str:
    """A decimal with at least one decimal place: `10.0`, `2.54317`."""
    text = format(value, "f")
    if "." not in text:
        return "0.0" if text in {"0", "-0"} else text + ".0"
    text = text.rstrip("0")
    if text.endswith("."):
        text += "0"
    return "0.0" if text == "-0.0" else text


def quantity_text(value: Decimal) -> str:
    """A number without forced decimals: `105`, `32.5`, `-12`."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round to `places` decimals, halves away from zero (reference §7)."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE)


def datetime_text(moment: datetime) -> str:
    """UTC with three digits of milliseconds. A moment without a zone is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def read_decimal(value: Any) -> Decimal | None:
    """A number or its text; blank is null."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Unreadable(value)
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as exc:
        raise Unreadable(value) from exc
    if not number.is_finite() or (number and number.adjusted() >= _DIGITS):
        raise Unreadable(value)
    if not number or number.adjusted() < -11:
        return ZERO  # Whatever exponent it came with: `0e999999999` is a text one can send.
    return round_half_up(number, 10).normalize() if number.as_tuple().exponent < -10 else number  # type: ignore[operator]


def read_int(value: Any) -> int | None:
    """A whole number or its text; blank is null."""
    number = read_decimal(value)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise Unreadable(value)
    return int(number)


def read_bool(value: Any) -> bool | None:
    """Rails' idea of a truth: blank is null, `0`, `f`, `false`, `off` are false, the rest is true."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    return str(value).strip().lower() not in _FALSE


def read_string(value: Any) -> str | None:
    """Text as sent; numbers become their text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def read_datetime(value: Any) -> str | None:
    """The canonical text of a moment, or null when it cannot be read (Rails casts those to null)."""
    if not isinstance(value, str) or not value.strip():
        return None
    moment = _moment(value.strip())
    try:
        text = None if moment is None else datetime_text(moment)
    except OverflowError:  # Its zone puts it behind the last day there is.
        return None
    return text if text is None or text >= _FIRST_YEAR else None


def read_date(value: Any) -> str | None:
    """The canonical text of a date, taken as given: a time and a zone behind it do not move it."""
    if not isinstance(value, str) or not value.strip():
        return None
    moment = _moment(value.strip())
    return None if moment is None else f"{moment:%Y-%m-%d}"


def _moment(text: str) -> datetime | None:
    for reader in (_iso, _day_first, _rfc822, _wordy):
        try:
            moment = reader(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment is not None and moment.year >= int(_FIRST_YEAR):
            return moment
    return None


def _iso(text: str) -> datetime | None:
    # A plus sign that travelled unescaped in a query string arrives as a blank.
    return datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)$", r"+\1", text) if "T" in text else text)


def _day_first(text: str) -> datetime | None:
    found = _DAY_FIRST.match(text)
    if found is None:
        return None
    day, month, year = (int(part) for part in found.groups())
    return datetime(year, month, day, tzinfo=UTC)


def _rfc822(text: str) -> datetime | None:
    return parsedate_to_datetime(text)


def _wordy(text: str) -> datetime | None:
    for pattern in _WORDY:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def end_of_month(day: date) -> date:
    """The last day of the month `day` lies in."""
    first_of_next = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(first_of_next.toordinal() - 1)
