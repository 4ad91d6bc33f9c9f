"""What a message may quote of what somebody else wrote.

Where columns have shifted, any cell may hold a name, an address or a telephone number, whatever its heading says.
Messages stay in the ledger for good, so a value is quoted only where it looks like nothing of the kind: a number, a
date, or one of a few words. Anything else is described.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_CURRENCY: Final = r"(?:CAD|USD|EUR|GBP|AUD|NZD|CHF|JPY|CNY|INR|SEK|NOK|DKK|MXN|[$€£¥₹%])"
_DIGITS: Final = r"(?:\d{1,4}|\d{1,3}(?:[.,'’_ ]\d{3}){1,2}(?:[.,]\d{1,2})?|\d{1,7}[.,_]\d{1,4}|\d[.,]\d+E[+-]?\d{1,3})"
_NUMBER: Final = re.compile(rf"(?:{_CURRENCY} ?)?[+-]?{_DIGITS}(?: ?{_CURRENCY})?", re.IGNORECASE)
_MOST: Final = 12
_DATE: Final = re.compile(
    r"(?:\d{1,2}([/.-])\d{1,2}\1(?:\d{2}|\d{4})|(?:19|20)\d{2}([/.-]?)\d{2}\2\d{2})"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?[AP]M| ?Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_WORDS: Final = frozenset(
    (
        *("yes", "no", "y", "n", "true", "false", "on", "off", "maybe", "paid", "unpaid", "none", "null", "n/a", "na"),
        *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        *("nan", "inf", "infinity", "many", "some", "free", "vip", "gift", "test"),
        *("now", "today", "tomorrow", "yesterday", "soon", "asap", "never", "noon", "midnight"),
    )
)
_CODE: Final = re.compile(r"[A-Za-z]{0,3}[-_#]?[0-9]{1,4}")
_NAME: Final = re.compile(r"(?!.*[0-9]{5})[\w -]{1,40}")
_LETTERS: Final = re.compile(r"[^\W\d_]{0,8}")


def shown(value: object) -> str:
    """A value in quotes if it can be nobody's data, else what kind of value it is."""
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str | Decimal):
        text = str(value)
        return f"'{text}'" if _is_harmless(text) else kind_of(value)
    if isinstance(value, int | float):
        return repr(value) if _is_harmless(str(value)) else kind_of(value)
    return kind_of(value)


def shown_code(value: str) -> str:
    """A short code such as ``L-12`` in quotes; else as :func:`shown`."""
    return f"'{value}'" if _CODE.fullmatch(value) else shown(value)


def shown_currency(value: str) -> str:
    """What may be a currency's code or name, up to 8 letters, in quotes; else as :func:`shown`."""
    return f"'{value}'" if _LETTERS.fullmatch(value) else shown(value)


def shown_name(name: object, position: int) -> str:
    """The name of a column or field that is not known: in quotes if it reads like one, else its position from 1."""
    text = str(name)
    return f"'{text}'" if is_name(text) else f"{position} (its name may be personal and is not shown)"


def is_name(text: str) -> bool:
    """Whether a text reads like the name of a column or field."""
    return bool(text.isprintable() and _NAME.fullmatch(text))


def _is_harmless(text: str) -> bool:
    if len(text) <= 1 and text.isprintable():
        return True
    is_number = len(text) <= _MOST and bool(_NUMBER.fullmatch(text))
    return is_number or bool(_DATE.fullmatch(text)) or text.casefold() in _WORDS


def kind_of(value: object) -> str:
    """What kind of value it is, without the value."""
    if isinstance(value, str):
        return f"text of {len(value)} characters"
    return "a number" if isinstance(value, int | float | Decimal) else f"a {type(value).__name__}"
