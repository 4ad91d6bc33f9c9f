"""What a number or a text from outside may be: more than any real one needs, and so little that nothing done with it
takes long.

One place for all ways in: sources, answers, settings, options and ledgers. docs/sources.md states the bounds.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

MAGNITUDE: Final = 15
"""Digits before the point at most."""
PLACES: Final = 50
"""Digits behind the point at most; what is left of a float that should have been 0 has up to 40."""
MOST_WRITTEN: Final = 100
"""Characters with which a number may be written."""
MOST_INTEGER: Final = 2**63 - 1
LONGEST_TEXT: Final = 1_000_000
"""Characters of one text."""
LONGEST_NAME: Final = 500
"""Characters of what something is found by: an index cannot hold longer ones."""
LONGEST_SAID: Final = 2_000
"""Characters of what is kept of what a system or a source says: as much as a person reads."""
LONGEST_SETTING: Final = 10_000
"""Characters of a text in a settings file, or of a variable of the environment in its place."""
LARGEST_SETTINGS: Final = 16 * 2**20
"""Bytes of a settings file, in which a hundred thousand SKUs have room."""
MOST_PARTS: Final = 10_000
"""Lines, or whatever else there may be several of, of one order."""

CUT: Final = "…"
"""Stands where a text was cut."""
_NUMBER_AT_END: Final = re.compile(r"(?:\d|[\s().\-/+]|%[0-9A-Fa-f]{0,2})*+\Z")
EXPECTED: Final = f"a number of at most {MAGNITUDE} digits before the point and {PLACES} behind it"


class OutOfBounds(ValueError):
    """A number, or a text, that nothing should be done with."""


def decimal_from(value: str | int | float | Decimal) -> Decimal:
    """A number as it is written.

    Raises:
        OutOfBounds: it is beyond what a number from outside may be.
        ValueError: it is none, or not finite.
    """
    if isinstance(value, str) and len(value) > MOST_WRITTEN:
        raise OutOfBounds(f"must be {EXPECTED}")
    if isinstance(value, int) and not -MOST_INTEGER <= value <= MOST_INTEGER:  # writing it out may take long
        raise OutOfBounds(f"must be {EXPECTED}")
    try:
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if not number.is_finite():
        raise ValueError("is not a finite number")
    if not is_bounded(number):
        raise OutOfBounds(f"must be {EXPECTED}")
    return number


def whole_number(value: object) -> int:
    """A whole number from JSON: making an ``int`` of a Decimal that nobody looked at may take all memory.

    Raises:
        TypeError, ValueError: it is none, or out of bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError("is not a whole number")
    number = decimal_from(value)
    if number != number.to_integral_value():
        raise ValueError("is not a whole number")
    return int(number)


def is_bounded(number: Decimal) -> bool:
    """Whether a finite number may be computed with."""
    written = str(number)
    if len(written) <= MAGNITUDE and "E" not in written:
        return True  # as nearly all are, and quicker told than by their parts
    if number.adjusted() >= MAGNITUDE:
        return False
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -PLACES


def findable(name: str) -> str:
    """What something is found by, as an index has room for it: of a long one its beginning, and a digest of it all."""
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[: LONGEST_NAME // 2]}…{digest}"


def brief(text: str, most: int = LONGEST_SAID) -> str:
    """What somebody said, cut where it is longer than anybody reads. Not within a number: half of a card's, or of a
    telephone's, is one that nobody recognizes."""
    return text if len(text) <= most else _NUMBER_AT_END.sub("", text[: most - len(CUT)]) + CUT


def too_many(characters: int, most: int) -> str:
    """How long a text is, as the end of a message."""
    return f"{characters:,} characters; write at most {most:,}"


def number_in_json(text: str) -> Decimal:
    """A number of a JSON text, exactly; NaN, which nothing takes, where not even a Decimal can be so large."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def parse_json(text: str | bytes, **options: Any) -> Any:
    """What a JSON text holds; options as of :func:`json.loads`.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text, **options)
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def aware_moment(text: str) -> datetime:
    """A moment with its zone, far enough from the first and the last year that days can be added and taken off.

    Raises:
        TypeError, ValueError: it is none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("has no time zone")
    if not 1 < moment.year < 9999:
        raise ValueError("is not in the years 2 to 9998")
    return moment
