"""Card numbers, which people write where they do not belong: nobody needs them, and who keeps them is liable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from operator import is_
from typing import Any, Final, TypeVar, cast

from attrs import evolve, fields_dict

from tradegecko_bridge.commerce.orders import (
    Address,
    Component,
    Customer,
    Discount,
    OrderLine,
    ShippingLine,
    SourceOrder,
    UnreadableOrder,
)

T = TypeVar("T")

REMOVED: Final = "[card number removed]"
"""What stands in place of one."""
_DIGITS: Final = range(13, 20)
_BETWEEN: Final = r"[\s.\-/\\_,·•\u2010-\u2015\u2212\u200b-\u200d\u2060\ufeff]{0,3}"
"""What may stand between two digits: blanks, dashes and what nobody sees."""
_RUN: Final = re.compile(rf"\d(?:{_BETWEEN}\d){{12,}}")
_CODED: Final = re.compile("%[0-9A-Fa-f]{2}")
"""A character as an address has it."""
_GROUP: Final = re.compile(r"\d+")
_GROUPS: Final = range(4, 9)
"""Digits of the groups that card numbers are written in, if they are not in one; the last may have fewer."""
_SURE: Final = range(16, 20)
"""Digits of a card number where telephone numbers and the ids of shops stand, which are shorter."""
_BRANDS: Final = ("2", "3", "4", "5", "6")
_WHERE: Final[dict[type, tuple[str, ...]]] = {
    SourceOrder: (
        *("note", "payment_method", "payment_status", "source_status", "fulfillment_status", "tags", "extra"),
        *("customer", "shipping_address", "billing_address", "lines", "shipping", "discounts"),
    ),
    UnreadableOrder: ("problem",),
    Customer: tuple(name for name in fields_dict(Customer) if name not in ("reference", "phone")),
    Address: tuple(name for name in fields_dict(Address) if name != "phone"),
    OrderLine: ("name", "components"),
    Component: ("name",),
    ShippingLine: ("label", "code"),
    Discount: ("label", "code"),
}
"""Where people, and those who take payments, write what they like. References, numbers, SKUs and barcodes are what
orders and goods are known by, and stay."""
_WHERE_SURE: Final[dict[type, tuple[str, ...]]] = {SourceOrder: ("url",), Customer: ("phone",), Address: ("phone",)}


def without_card_numbers(record: T) -> T:
    """An order as it may be kept and sent on, or a text or a part of one; itself where nothing had to be removed."""
    return cast("T", _cleared(record))


def _cleared(record: Any) -> Any:
    if isinstance(record, str):
        return _replaced(record)
    if isinstance(record, tuple):
        parts = tuple(map(_cleared, record))
        return record if all(map(is_, parts, record)) else parts
    names = _WHERE.get(type(record), ())
    if not names and isinstance(record, Mapping):
        return {name: _cleared(value) for name, value in record.items()} if record else record
    changes: dict[str, Any] = {}
    for name in names:
        value = getattr(record, name)
        if not value or (type(value) is str and len(value) < _DIGITS.start):
            continue
        if (after := _cleared(value)) is not value and after != value:
            changes[name] = after
    for name in _WHERE_SURE.get(type(record), ()):
        if (value := getattr(record, name)) and (after := _replaced(value, _SURE)) != value:
            changes[name] = after
    return evolve(record, **changes) if changes else record


def is_card_number(digits: str) -> bool:
    """Whether these are 13 to 19 digits with a valid check digit (Luhn's)."""
    if len(digits) not in _DIGITS or int(digits[0]) == 0:
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _replaced(text: str, lengths: range = _DIGITS) -> str:
    if len(text) < lengths.start:
        return text
    parts, done = list[str](), 0
    for start, end in _card_numbers(text, lengths):
        if start >= done:
            parts += [text[done:start], REMOVED]
            done = end
    return "".join([*parts, text[done:]]) if parts else text


def _card_numbers(text: str, lengths: range) -> Iterator[tuple[int, int]]:
    """Where they stand, also with other digits beside them; of such ``lengths``, and those of cards' brands where
    short ones are something else."""
    if "%" in text:
        text = _CODED.sub("   ", text)
    for run in _RUN.finditer(text):
        groups = list(_GROUP.finditer(text, run.start(), run.end()))
        for first in range(len(groups)):
            for last in range(first, len(groups)):
                digits = [group[0] for group in groups[first : last + 1]]
                if sum(map(len, digits)) >= _DIGITS.stop:
                    break
                number = "".join(digits)
                if len(number) in lengths and _is_written_so(digits) and is_card_number(number):
                    if lengths is not _DIGITS and str(int(number[0])) not in _BRANDS:
                        continue
                    yield groups[first].start(), groups[last].end()


def _is_written_so(groups: Iterable[str]) -> bool:
    """In one, in groups, or digit by digit: two phone numbers side by side are none."""
    *begin, end = map(len, groups)
    return not begin or {*begin, end} == {1} or (all(size in _GROUPS for size in begin) and end < _GROUPS.stop)
