"""Taking an order's values out of what somebody else says of it.

A system that refuses an order may quote it, in any spelling. What it says is kept without whom it is about; names of
fields, statuses and request ids stay, and so do the order's number and reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from html import escape
from json import dumps
from typing import Any, Final, TypeAlias
from unicodedata import category, normalize
from urllib.parse import quote, quote_plus

import attrs

from tradegecko_bridge.commerce.card_numbers import without_card_numbers
from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.privacy import STAYS
from tradegecko_bridge.commerce.remote import DraftLine, OrderDraft

Named: TypeAlias = tuple[str, str]
"""The name of a field, and its value."""

MARK: Final = "…"
"""What stands in place of a value."""
SHORTEST: Final = 3
"""Characters of the shortest value that says who somebody is."""
QUOTED: Final = 12
"""Characters in a row that are no accident: a value is often quoted in part only."""
_TELLING: Final = 6
"""Characters of the shortest value that is taken out of the middle of a word, too."""
_PHONE: Final = 7
"""Digits of the shortest phone number, as people write it without its beginning."""
_NAMES: Final = frozenset({"first_name", "last_name"})
_CODES: Final = frozenset({"phone", "postal_code"})
_FREE: Final = ("note", "extra")
"""What may hold anything, in whatever record."""
_CALLED: Final = ("number", "reference")
"""By what an order is found."""
_IDENTIFYING: Final = {
    kind: tuple(field.name for field in attrs.fields(kind) if field.name != "country") for kind in (Address, Customer)
}
_GOES: Final[Mapping[type, Collection[str]]] = {
    OrderDraft: ("note", "tags", "url"),
    DraftLine: ("label",),
    **{
        kind: tuple(field.name for field in attrs.fields(kind) if field.name not in stays)
        for kind, stays in STAYS.items()
    },
}
_OURS: Final = re.compile("|(?:key|order id) [0-9]+|draft|active|finalized")
"""What is said of nearly every order, and by nobody else: the status it is sent with, too."""
_AS_IT_IS: Final = re.compile("[A-Za-z0-9]+")
"""Spelled alike everywhere."""


def cleared(text: str, *records: object) -> str:
    """The text without the values of the people in these records: names and their parts, addresses, e-mail, telephone,
    their numbers at the source, notes and all that is extra; and without card numbers."""
    return _each([text], lambda: _Values.of_people(records))[0]


def cleared_of_all(texts: Iterable[str], *records: object) -> list[str]:
    """The texts without any value of these records that goes when an order expires: tags, links and names of products
    too."""
    return _each(texts, lambda: _Values.of_all(records))


def _each(texts: Iterable[str], made: Callable[[], _Values]) -> list[str]:
    values: _Values | None = None
    found: list[str] = []
    for text in texts:
        if not _OURS.fullmatch(text):
            values = values or made()
            text = _without(without_card_numbers(text), values)
        found.append(text)
    return found


# ── the values ───────────────────────────────────────────────────────────────────────────────


@attrs.define
class _Values:
    """What is looked for, spelled as :func:`_spelled` does it: whole values, digits of phone numbers, and long values,
    of which a part may be quoted. What ``stays`` is none."""

    stays: Collection[str]
    forms: set[str] = attrs.field(factory=set)
    digits: set[str] = attrs.field(factory=set)
    long: dict[str, None] = attrs.field(factory=dict)

    @classmethod
    def of_people(cls, records: Iterable[object]) -> _Values:
        return cls._of(list(_all(records)))

    @classmethod
    def of_all(cls, records: Iterable[object]) -> _Values:
        """Also as it stands where the people have been taken out of it before."""
        parts = list(_all(records))
        values = cls._of(parts)
        private = list(_private(parts))
        marked = [(name, _without(text, values)) for name, text in private]
        values.add(*private, *(named for named in marked if named[1].strip(f"{MARK} ")))
        return values

    @classmethod
    def _of(cls, parts: Collection[object]) -> _Values:
        called = (getattr(part, name, None) for part in parts if not isinstance(part, Customer) for name in _CALLED)
        values = cls({_spelled(text) for text in called if isinstance(text, str)})
        values.add(*_people(parts))
        return values

    def add(self, *named: Named) -> None:
        """More values, with the names of their fields."""
        for name, value in dict.fromkeys(named):
            for spelling in _spellings(name, value):
                if len(spelling) >= SHORTEST and spelling not in self.stays:
                    self.forms.add(spelling)
                    if len(spelling) >= QUOTED:
                        self.long[spelling] = None
            if name == "phone" and len(number := _digits(value)) >= _PHONE:
                self.digits.add(number)


def _people(parts: Iterable[object]) -> Iterator[Named]:
    """What says whom records are about."""
    for part in parts:
        if isinstance(part, (Address, Customer)):
            yield from _texts(part, _IDENTIFYING[type(part)])
            yield "name", part.full_name
        else:
            yield from _texts(part, _FREE)


def _private(parts: Iterable[object]) -> Iterator[Named]:
    """All that goes of records when an order expires; of drafts what is made of that."""
    for part in parts:
        yield from _texts(part, _GOES.get(type(part), ()))


def _all(values: Iterable[object]) -> Iterator[object]:
    """Records, and the records in them."""
    for value in values:
        if isinstance(value, (tuple, list, set, frozenset)):
            yield from _all(value)
        elif isinstance(value, Mapping):
            yield from _all(value.values())
        elif hasattr(type(value), "__attrs_attrs__"):
            yield value
            yield from _all(getattr(value, name) for name in _names(type(value)))


def _names(kind: type[Any]) -> Iterator[str]:
    return (field.name for field in attrs.fields(kind))


def _texts(record: object, names: Iterable[str]) -> Iterator[Named]:
    for name in names:
        value = getattr(record, name, None)
        if isinstance(value, str):
            yield name, value
        elif value:
            texts = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else ()
            yield from ((name, text) for text in texts if isinstance(text, str))


def _spellings(name: str, value: str) -> Iterator[str]:
    """How a value may be written: as it is, in an address, in JSON, in a page; names of people also in parts."""
    for form in (value, *(re.split(r"[\W_]+", value) if name in _NAMES else ())):
        if _AS_IT_IS.fullmatch(form):
            yield form.lower()
            continue
        in_addresses = quote(form, "", errors="replace"), quote_plus(form, errors="replace")
        yield from (_spelled(one) for one in (form, *in_addresses, dumps(form)[1:-1], escape(form)))
    if name in _CODES:
        yield "".join(filter(str.isalnum, _spelled(value)))


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, normalize("NFKD", text)))


# ── the text ─────────────────────────────────────────────────────────────────────────────────


def _spelled(text: str) -> str:
    """Without capitals, accents and what cannot be seen, and with single blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    return "".join(letter for letter, _ in _letters(text)).strip()


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """The letters of a text as they are compared, each with its position in the text."""
    blank = False
    for position, char in enumerate(text):
        if char.isspace():
            if not blank:
                yield " ", position
            blank = True
            continue
        if char.isascii():
            blank = False
            yield char.lower(), position
            continue
        for part in normalize("NFKD", normalize("NFKD", char).casefold()):
            if part.isspace():
                if not blank:
                    yield " ", position
                blank = True
            elif category(part) not in ("Mn", "Cf"):
                blank = False
                yield part, position


def _without(text: str, values: _Values) -> str:
    letters = list(_letters(text))
    spelled = "".join(letter for letter, _ in letters)
    found = [False] * len(letters)
    for form in values.forms:
        for start in _occurrences(spelled, form):
            found[start : start + len(form)] = [True] * len(form)
    for start, end in (*_quoted(spelled, "\0".join(values.long)), *_called(spelled, values.digits)):
        found[start:end] = [True] * (end - start)
    if not any(found):
        return text
    hidden = {position for (_, position), hide in zip(letters, found, strict=True) if hide}
    return _marked(text, hidden, {position for _, position in letters})


def _marked(text: str, hidden: Collection[int], seen: Collection[int]) -> str:
    """The text with one mark for each run of what is hidden; what cannot be seen goes with the letter before it."""
    parts: list[str] = []
    hiding = False
    for position, char in enumerate(text):
        hides = position in hidden or (hiding and position not in seen)
        if hides and not hiding:
            parts.append(MARK)
        elif not hides:
            parts.append(char)
        hiding = hides
    return "".join(parts)


def _occurrences(text: str, form: str) -> Iterator[int]:
    """Where a value stands; a short one only as a word of its own, or it would be found everywhere."""
    start = text.find(form)
    while start >= 0:
        end = start + len(form)
        if len(form) >= _TELLING or (_is_edge(text, start - 1, start) and _is_edge(text, end, end - 1)):
            yield start
        start = text.find(form, start + 1)


def _is_edge(text: str, outside: int, inside: int) -> bool:
    """Whether a word, or a number, ends between these neighbours."""
    if not 0 <= outside < len(text) or not text[inside].isalnum():
        return True
    if text[outside] in ".," and text[inside].isdecimal():
        further = outside + (outside - inside)
        return not (0 <= further < len(text) and text[further].isdecimal())
    return not text[outside].isalnum()


def _quoted(text: str, everything: str) -> Iterator[tuple[int, int]]:
    """Where a part of some value is quoted that is too long to be there by chance."""
    start = 0
    while everything and start + QUOTED <= len(text):
        end = start + QUOTED
        if text[start:end] not in everything:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in everything:
            end += 1
        yield start, end
        start = end - QUOTED + 1 if end - QUOTED + 1 > start else start + 1


def _called(text: str, numbers: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where a phone number stands, whatever is between its digits and whatever it begins with."""
    if not numbers:
        return
    for run in re.finditer(r"\d(?:[\s().\-/+]{0,3}\d)*", text):
        at = [run.start() + offset for offset, char in enumerate(run[0]) if char.isdecimal()]
        digits = "".join(text[position] for position in at)
        for number in numbers:
            first = digits.find(number[-_PHONE:])
            while first >= 0:
                begin = first
                while begin and number.endswith(digits[begin - 1 : first + _PHONE]):
                    begin -= 1
                yield at[begin], at[first + _PHONE - 1] + 1
                first = digits.find(number[-_PHONE:], first + 1)
