"""Card numbers, which people write where they do not belong: nobody needs them, and who keeps them is liable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar, cast

from attrs import evolve, fields_dict

from tradegecko_bridge.commerce.orders import Address, Customer, Discount, SourceOrder, UnreadableOrder

T = TypeVar("T")

REMOVED: Final = "[card number removed]"
"""What stands in place of one."""
_DIGITS: Final = range(13, 20)
_RUN: Final = re.compile(r"\d(?:[ \xa0.\-/]{0,3}\d){12,}")
_CODED: Final = re.compile("%[0-9A-Fa-f]{2}")
"""A character as an address has it."""
_GROUP: Final = re.compile(r"\d+")
_GROUPS: Final = range(4, 9)
"""Digits of the groups that card numbers are written in, if they are not in one; the last may have fewer."""
_NO_CARD: Final = frozenset({"reference", "phone", "country", "postal_code"})
"""Fields of people in which digits are something else."""
_WHERE: Final[dict[type, tuple[str, ...]]] = {
    SourceOrder: (
        *("note", "payment_method", "payment_status", "source_status", "fulfillment_status", "tags", "extra"),
        *("customer", "shipping_address", "billing_address", "discounts"),
    ),
    UnreadableOrder: ("problem",),
    Customer: tuple(name for name in fields_dict(Customer) if name not in _NO_CARD),
    Address: tuple(name for name in fields_dict(Address) if name not in _NO_CARD),
    Discount: ("label",),
}
"""Where people, and those who take payments, write what they like."""


def without_card_numbers(record: T) -> T:
    """An order as it may be kept and sent on, or a text or a part of one; itself where nothing had to be removed."""
    return cast("T", _cleared(record))


def _cleared(record: Any) -> Any:
    if isinstance(record, str):
        return _replaced(record)
    if isinstance(record, tuple):
        parts = tuple(map(_cleared, record))
        return parts if parts != record else record
    if isinstance(record, Mapping):
        return {name: _cleared(value) for name, value in record.items()} if record else record
    before = {name: getattr(record, name) for name in _WHERE.get(type(record), ())}
    after = {name: _cleared(value) for name, value in before.items() if value}
    changes = {name: value for name, value in after.items() if value is not before[name] and value != before[name]}
    return evolve(record, **changes) if changes else record


def is_card_number(digits: str) -> bool:
    """Whether these are 13 to 19 digits with a valid check digit (Luhn's)."""
    if len(digits) not in _DIGITS or digits.startswith("0"):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _replaced(text: str) -> str:
    if len(text) < _DIGITS.start:
        return text
    parts, done = list[str](), 0
    for start, end in _card_numbers(text):
        if start >= done:
            parts += [text[done:start], REMOVED]
            done = end
    return "".join([*parts, text[done:]]) if parts else text


def _card_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand, also with other digits beside them."""
    text = _CODED.sub("   ", text)
    for run in _RUN.finditer(text):
        groups = list(_GROUP.finditer(text, run.start(), run.end()))
        for first in range(len(groups)):
            for last in range(first, len(groups)):
                digits = [group[0] for group in groups[first : last + 1]]
                if sum(map(len, digits)) >= _DIGITS.stop:
                    break
                if _is_written_so(digits) and is_card_number("".join(digits)):
                    yield groups[first].start(), groups[last].end()


def _is_written_so(groups: Iterable[str]) -> bool:
    """In one, in groups, or digit by digit: two phone numbers side by side are none."""
    *begin, end = map(len, groups)
    return not begin or {*begin, end} == {1} or (all(size in _GROUPS for size in begin) and end < _GROUPS.stop)
