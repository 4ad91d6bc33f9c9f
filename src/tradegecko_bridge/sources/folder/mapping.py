"""From the cells of a row to the fields of ours that a format fills with them, worked out once for each header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

from attrs import frozen

from tradegecko_bridge.sources.folder.columns import FIELDS, Column
from tradegecko_bridge.sources.folder.values import Notation, Read

Cells: TypeAlias = Sequence[str]
Get: TypeAlias = Callable[[Cells], str]
NAMING: Final = ("order_reference", "order_number")
_PART: Final = re.compile(r"\{([^{}]+)\}")
_SUM: Final = re.compile(r"\{[^{}]+\}(?: [+-] \{[^{}]+\})+")
_EMPTY: Final = re.compile(r"\(\s*\)|\[\s*\]")
_DEDUCTED: Final = frozenset(("discount", "additional_discount", "line_discount", "discount_amount", "discount_total"))
"""What shops write with or without a minus."""


def normal(name: str) -> str:
    """A column's name as it is compared: whatever its case, blanks and underscores."""
    return " ".join(name.replace("_", " ").replace("\ufeff", " ").split()).casefold()


@frozen
class Given:
    """A field of ours as the rows of a table give it. ``label`` is what faults call it, ``places`` the cells it is made
    of; ``repeat`` says what several rows of an order mean by it: the ``same``, the ``first``, a ``sum``. Taking it from
    a row ``may_fail`` with a ValueError."""

    column: Column
    places: tuple[int, ...]
    get: Get
    read: Read
    label: str
    repeat: str = "same"
    may_fail: bool = False


@frozen
class Names:
    """Where each column of a header is, by its normal name."""

    places: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, header: Sequence[str]) -> Names:
        found: dict[str, tuple[int, ...]] = {}
        for place, name in enumerate(header):
            found[normal(name)] = (*found.get(normal(name), ()), place)
        return cls(found)

    def moved(self, by: int) -> Names:
        """The same columns so many cells further on."""
        return Names({name: tuple(place + by for place in places) for name, places in self.places.items()})

    def place(self, name: str) -> int | None:
        """The column of this name; None where there is none."""
        return self.places.get(normal(name), (None,))[0]

    def numbers(self, names: Sequence[str]) -> list[str]:
        """What stands for ``*`` in the columns of these names, in order."""
        patterns = [re.compile(re.escape(normal(name)).replace(r"\*", "([0-9]+)")) for name in names if "*" in name]
        found = {match[1] for one in self.places for pattern in patterns if (match := pattern.fullmatch(one))}
        return sorted(found, key=int)


def parts_of(spec: str | Sequence[str]) -> list[str]:
    """The columns that a field is made of: a name, a template's, or the first of several that is filled."""
    specs = [spec] if isinstance(spec, str) else spec
    return [part for one in specs if not one.startswith("=") for part in (_PART.findall(one) or [one])]


def is_sum(spec: str | Sequence[str]) -> bool:
    """Whether a number is made of several columns: ``{A} + {B} - {C}``."""
    return any(_SUM.fullmatch(text) for text in ([spec] if isinstance(spec, str) else spec))


def getter(spec: str | Sequence[str], names: Names, number: bool = False) -> tuple[tuple[int, ...], Get] | None:
    """The cells of a field and how to take it from a row; None where the header has none of its columns."""
    specs = [spec] if isinstance(spec, str) else spec
    found = [one for one in (_one(text, names, number) for text in specs) if one is not None]
    if not any(places for places, _ in found):
        return None
    if len(found) == 1:
        return found[0]
    gets = tuple(get for _, get in found)
    return tuple(place for places, _ in found for place in places), lambda cells: _first(gets, cells)


def _first(gets: Sequence[Get], cells: Cells) -> str:
    for get in gets:
        if cell := get(cells):
            return cell
    return ""


def _one(text: str, names: Names, number: bool) -> tuple[tuple[int, ...], Get] | None:
    if text.startswith("="):
        return (), lambda _: text[1:]
    if parts := _PART.findall(text):
        places = [names.place(part) for part in parts]
        there = tuple(place for place in places if place is not None)
        if number and _SUM.fullmatch(text):
            signs = ["", *(_LESS * ("-" in sign) for sign in _PART.split(text)[2:-1:2])]
            terms = [(place, sign) for place, sign in zip(places, signs, strict=True) if place is not None]
            return (there, partial(_terms, terms)) if any(not sign for _, sign in terms) else None
        return (there, partial(_filled_in, _PART.split(text), places)) if there else None
    place = names.place(text)
    return None if place is None else ((place,), lambda cells: cells[place])


def _terms(terms: Sequence[tuple[int, str]], cells: Cells) -> str:
    """The cells of a sum; nothing where all that are added are blank."""
    filled = [(sign, cells[at]) for at, sign in terms if cells[at]]
    return SEVERAL.join(sign + cell for sign, cell in filled) if any(not sign for sign, _ in filled) else ""


def _filled_in(pieces: Sequence[str], places: Sequence[int | None], cells: Cells) -> str:
    """A template with what the cells hold; brackets around nothing are left out, and so is what stands at its ends."""
    values = ["" if place is None else cells[place] for place in places]
    if not any(values):
        return ""
    text = "".join(before + value for before, value in zip(pieces[::2], [*values, ""], strict=True))
    return " ".join(_EMPTY.sub("", text).split()).strip(" ,;/-")


# ── one field ────────────────────────────────────────────────────────────────────────────────


@frozen(kw_only=True)
class Rules:
    """What a format says of values, by our fields."""

    notation: Notation
    words: Mapping[str, Mapping[str, str]]
    factors: Mapping[str, Decimal]
    repeats: Mapping[str, str]
    many: frozenset[str] = frozenset()

    def given(self, name: str, places: tuple[int, ...], get: Get, label: str) -> Given:
        """A field with its reader."""
        return Given(FIELDS[name], places, get, self.reader(name), label, self.repeats.get(name, "same"))

    def reader(self, name: str) -> Read:
        """How a filled cell of this field is read; what it gives is None where the words say that it is blank."""
        column = FIELDS[name]
        read: Read = self.notation.reader(column.kind, column.form)
        if not self.notation.own and name in _DEDUCTED:
            read = partial(_positive, read)
        if factor := self.factors.get(name):
            read = partial(_times, read, factor)
        if name in self.many:
            read = partial(_summed if column.kind is Decimal else _joined, read)
        if name == "shipping_amount" and name in self.many:
            read = partial(_no_less_than_nothing, read)
        if words := self.words.get(name):
            read = partial(_said, read, {word.casefold(): said for word, said in words.items()})
        return read


SEVERAL: Final = "\x1f"
"""Between values that a path with ``[]`` finds, and those of a sum."""
_LESS: Final = "\x1e"
"""Before what is taken off in a sum."""


def _positive(read: Read, cell: str) -> Decimal:
    number: Decimal = read(cell)
    return abs(number)


def _no_less_than_nothing(read: Read, cell: str) -> Decimal:
    """What is left where the file says what it was and what was taken off, which may be more."""
    number: Decimal = read(cell)
    return max(number, Decimal(0))


def _times(read: Read, factor: Decimal, cell: str) -> Decimal:
    number: Decimal = read(cell)
    return factor * number


def _summed(read: Read, cell: str) -> Any:
    parts = [part for part in cell.split(SEVERAL) if part]
    return sum((-read(part[1:]) if part.startswith(_LESS) else read(part) for part in parts), Decimal(0))


def _joined(read: Read, cell: str) -> Any:
    return read(", ".join(part for part in cell.split(SEVERAL) if part))


def _said(read: Read, words: Mapping[str, str], cell: str) -> Any:
    cell = words.get(cell.casefold(), words.get("*", cell))
    return read(cell) if cell else None


# ── all fields of a header ───────────────────────────────────────────────────────────────────


@frozen
class Plan:
    """What the rows under one header give: fields of the order, those of each line that a row may have, and those that
    name the order (reference, then number), which are in neither; ``names`` are how to take these from a row."""

    width: int
    order: tuple[Given, ...]
    lines: tuple[tuple[Given, ...], ...]
    naming: tuple[Given, ...]
    names: tuple[Get, Get] = (lambda _: "", lambda _: "")

    @property
    def fields(self) -> Iterator[Given]:
        """All of them, those of one line once."""
        yield from self.order
        yield from self.lines[0]


def in_order(fields: Sequence[Given]) -> tuple[Given, ...]:
    """Fields as the file has them; constants, which have no place, come first."""
    return tuple(sorted(fields, key=lambda one: one.places or (-1,)))
