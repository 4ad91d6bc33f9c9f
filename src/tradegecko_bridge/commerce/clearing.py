"""Taking an order's values out of what somebody else says of it.

A system that refuses an order may quote it, in any spelling. What it says is kept without whom it is about; names of
fields, statuses and request ids stay, and so do the order's number and reference. It is cut to what a person reads, and
what may be left of a value before a cut, here or by whoever passed it on, goes too.

The time it takes grows with the lengths of text and values, not with their product.
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

from tradegecko_bridge.bounds import CUT, LONGEST_SAID, brief
from tradegecko_bridge.commerce.card_numbers import without_card_numbers
from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.privacy import STAYS
from tradegecko_bridge.commerce.remote import DraftLine, OrderDraft

Named: TypeAlias = tuple[str, str]
"""The name of a field, and its value."""

MARK: Final = CUT
"""What stands in place of a value."""
SHORTEST: Final = 3
"""Characters of the shortest value that says who somebody is."""
QUOTED: Final = 12
"""Characters in a row that are no accident: a value is often quoted in part only."""
LONGEST: Final = LONGEST_SAID + 500
"""Characters of a text that is kept: something that was said, and our words around it."""
_FEW: Final = 100
"""Parts of a text that are looked for one by one."""
_MARKS: Final = 20
"""The last marks of a text, before which a value may be cut."""
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
            text = _without(without_card_numbers(brief(text, LONGEST)), values)
        found.append(text)
    return found


# ── the values ───────────────────────────────────────────────────────────────────────────────


@attrs.define
class _Values:
    """What is looked for, spelled as :func:`_spelled` does it: short values, digits of phone numbers, and long values,
    of which a part may be quoted. What ``stays`` is none."""

    stays: Collection[str]
    forms: set[str] = attrs.field(factory=set)
    sizes: set[int] = attrs.field(factory=set)
    """Of the forms."""
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
                if spelling in self.stays:
                    continue
                if len(spelling) >= QUOTED:
                    self.long[spelling] = None
                elif len(spelling) >= SHORTEST:
                    self.forms.add(spelling)
                    self.sizes.add(len(spelling))
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
    everything = "\0".join(values.long)
    marks = {position: at for at, (_, position) in reversed([*enumerate(letters)]) if text[position] == MARK}
    spans = (
        *_whole(spelled, values.forms, values.sizes),
        *_quoted(spelled, everything),
        *_called(spelled, values.digits),
        *_cut_off(spelled, sorted(marks.values())[-_MARKS:], values.forms, everything),
    )
    if not spans:
        return text
    found = [False] * len(letters)
    for start, end in spans:
        found[start:end] = [True] * (end - start)
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


def _whole(text: str, forms: Collection[str], sizes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where short values stand; the shortest only as words of their own, or they would be found everywhere."""
    for size in sizes:
        for start, part in _parts(text, size):
            end = start + size
            if part in forms and (
                size >= _TELLING or (_is_edge(text, start - 1, start) and _is_edge(text, end, end - 1))
            ):
                yield start, end


def _parts(text: str, size: int) -> Iterator[tuple[int, str]]:
    """All parts of a text that are so long, with their places."""
    return ((start, text[start : start + size]) for start in range(len(text) - size + 1))


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
    parts = {part for _, part in _parts(text, QUOTED)} if everything else set()
    if len(parts) <= _FEW:
        parts = {part for part in parts if part in everything}
    else:
        parts.intersection_update(part for _, part in _parts(everything, QUOTED))
    if parts:
        yield from ((start, start + QUOTED) for start, part in _parts(text, QUOTED) if part in parts)


def _cut_off(text: str, ends: Iterable[int], forms: Collection[str], everything: str) -> Iterator[tuple[int, int]]:
    """Where a value was cut: before a mark, the beginning of one, or some of the middle of one."""
    begun = f"\0{everything}\0" + "\0".join(forms)
    for end in ends:
        for size in range(QUOTED - 1, SHORTEST - 1, -1):
            part = text[max(end - size, 0) : end]
            if len(part) < size or part[-1].isspace() or "\0" in part:
                continue
            if f"\0{part}" in begun or (size >= _TELLING and part in everything):
                yield end - size, end
                break


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
