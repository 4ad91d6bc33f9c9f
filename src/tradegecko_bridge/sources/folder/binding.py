"""A format bound to the header of a table: which columns fill which fields, and all that is wrong with the header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

import attrs

from tradegecko_bridge.commerce.formatting import is_name, shown_name
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder.columns import FIELDS
from tradegecko_bridge.sources.folder.csv_orders import TableReader
from tradegecko_bridge.sources.folder.declared import Declared, Spec, Split
from tradegecko_bridge.sources.folder.formulas import unguarded
from tradegecko_bridge.sources.folder.mapping import (
    NAMING,
    Cells,
    Get,
    Given,
    Names,
    Plan,
    Rules,
    getter,
    in_order,
    is_sum,
    normal,
    parts_of,
)
from tradegecko_bridge.sources.folder.packed import opened
from tradegecko_bridge.sources.folder.shipped import advice
from tradegecko_bridge.structuring import likeliest

REQUIRED: Final = (
    ("order_number",),
    ("placed_at", "placed_date"),
    ("quantity",),
    ("price", "line_price"),
)
"""What every file has to give, each in one of these fields."""


def bind(
    declared: Declared,
    header: Sequence[str],
    *,
    inner: Sequence[str] | None = None,
    word: str = "row",
    note: Callable[[str], None] = lambda _: None,
) -> TableReader:
    """The reader of the tables with this header; ``word`` is what a row is called.

    ``inner`` are names of columns behind the header's, which lines have of their own.

    Raises:
        MalformedData: all that is wrong with the header.
    """
    return _Binding(declared, header, inner).reader(word, note)


def _is_many(name: str, spec: Spec) -> bool:
    """Whether several values make up the field."""
    return (FIELDS[name].kind is Decimal and is_sum(spec)) or any("[]" in part for part in parts_of(spec))


class _Binding:
    def __init__(self, declared: Declared, header: Sequence[str], inner: Sequence[str] | None) -> None:
        self.declared = declared
        self.header = header
        self.names = Names.of(header)
        self.specs = declared.specs()
        self.packed = self._packed_names() if inner is None else [*inner]
        self.wide = Names.of(self.packed).moved(len(header)) if self.packed else self.names
        self.is_table = inner is None
        self.rules = Rules(
            notation=declared.notation,
            words=declared.values,
            factors=declared.factors,
            repeats=declared.repeats,
            many=frozenset(name for name, spec in self.specs.items() if _is_many(name, spec)),
        )

    # ── lines in one cell ────────────────────────────────────────────────────────────────────

    def _line_places(self) -> list[int]:
        """The columns that hold whole lines."""
        specs = parts_of(self.declared.lines) if self.declared.lines else []
        numbered = [one.replace("*", n) for one in specs for n in (self.names.numbers([one]) if "*" in one else [""])]
        return [place for one in numbered if (place := self.names.place(one)) is not None]

    def _packed_names(self) -> list[str]:
        """The names within the cells of lines that fields of lines are taken from."""
        if not self._line_places():
            return []
        return list(
            dict.fromkeys(part for name, spec in self.specs.items() if FIELDS[name].per_line for part in parts_of(spec))
        )

    # ── fields ───────────────────────────────────────────────────────────────────────────────

    def _given(self, name: str, spec: Spec, number: str = "") -> Given | None:
        if number:
            spec = spec.replace("*", number) if isinstance(spec, str) else tuple(s.replace("*", number) for s in spec)
        names = self.wide if FIELDS[name].per_line else self.names
        found = getter(spec, names, FIELDS[name].kind is Decimal)
        return None if found is None else self.rules.given(name, *found, self._label(name, spec))

    def _label(self, name: str, spec: Spec) -> str:
        """What faults call a column: our own by our name, others as the format calls them."""
        return name if spec == name else " / ".join([spec] if isinstance(spec, str) else spec)

    def _split(self, split: Split) -> Iterator[Given]:
        place = self.names.place(split.column)
        pattern = re.compile(split.pattern)
        if place is not None:
            for name in pattern.groupindex:
                given = self.rules.given(name, (place,), partial(_part, pattern, name, place), split.column)
                yield attrs.evolve(given, may_fail=True)

    def fields(self) -> list[Given]:
        """Every field that this header gives, those of lines without a number once."""
        named = [given for name, spec in self.specs.items() if (given := self._given(name, spec)) is not None]
        constant = [
            self.rules.given(name, (), lambda _, text=text: text, name)  # type: ignore[misc]
            for name, text in self.declared.constants.items()
            if FIELDS[name].per_line or name == "order_number"
        ]
        return [*named, *(one for split in self.declared.split for one in self._split(split)), *constant]

    def plan(self) -> Plan:
        fields = self.fields()
        order = [one for one in fields if not one.column.per_line and one.column.name not in NAMING]
        per_line = [one for one in fields if one.column.per_line]
        naming = [one for name in NAMING for one in fields if one.column.name == name]
        lines = [in_order(per_line)]
        starred = {name: spec for name, spec in self.specs.items() if FIELDS[name].per_line and "*" in str(spec)}
        if numbers := self.names.numbers([part for spec in starred.values() for part in parts_of(spec)]):
            sets = [[self._given(name, spec, number) for name, spec in starred.items()] for number in numbers]
            lines = [in_order([*per_line, *(one for one in several if one is not None)]) for several in sets]
        return Plan(len(self.header), in_order(order), tuple(lines), tuple(naming), self._names(naming))

    def _names(self, naming: Sequence[Given]) -> tuple[Get, Get]:
        """How to take reference and number from a row. Our own stay as they are written: they must never change."""
        gets = {one.column.name: one.get for one in naming}
        if not self.declared.own:
            gets = {name: partial(_unguarded, get) for name, get in gets.items()}
        reference, number = (gets.get(name, _nothing) for name in NAMING)
        return reference, number

    # ── faults ───────────────────────────────────────────────────────────────────────────────

    def faults(self, plan: Plan) -> Iterator[str]:
        if needed := [_NEEDED[need] for need in self.declared.needs if not getattr(self.declared, need)]:
            yield f"{', and '.join(needed)}, in the format"
        if not self.declared.ignore_others and self.is_table:
            yield from self._unknown()
        used = {place for one in (*plan.naming, *plan.fields) for place in one.places}
        for name, places in self.names.places.items():
            if name and len(places) > 1 and (self.declared.own or used.intersection(places)):
                yield f"the column {self._shown(places[0])} is there {len(places)} times"
        yield from self._missing(plan)

    def _unknown(self) -> Iterator[str]:
        for place, name in enumerate(self.header):
            if not normal(name):
                yield f"column {place + 1} has no name"
            elif self._is_unknown(name) and not self._is_further(name):
                nearest = self._nearest(name)
                hint = f", the nearest known one is '{nearest}'" if nearest else "; list it under ignore in the format"
                yield f"unknown column {self._shown(place)}{hint}"

    def _is_unknown(self, name: str) -> bool:
        known = self.declared.names()
        stars = [re.compile(re.escape(name).replace(r"\*", "[0-9]+")) for name in known if "*" in name]
        return normal(name) not in known and not any(star.fullmatch(normal(name)) for star in stars)

    def _is_further(self, name: str) -> bool:
        """Whether a column that nobody knows is one beside ours: in a table of our own, and like none of them."""
        return self.declared.own and is_name(name) and self._nearest(name) is None

    def further(self) -> Iterator[str]:
        """What is said of such columns."""
        if not self.declared.ignore_others and self.is_table:
            for place, name in enumerate(self.header):
                if normal(name) and self._is_unknown(name) and self._is_further(name):
                    shown = self._shown(place)
                    yield f"column {shown} is none of ours and was passed over; list it under ignore in the format"

    def _nearest(self, name: str) -> str | None:
        names = [part for spec in self.specs.values() for part in parts_of(spec)]
        return likeliest(name.strip().casefold().replace(" ", "_"), names) if is_name(name) else None

    def _shown(self, place: int) -> str:
        name = " ".join(self.header[place].split())
        return shown_name(name.casefold() if self.declared.own else name, place + 1)

    def _missing(self, plan: Plan) -> Iterator[str]:
        given = {one.column.name for one in (*plan.naming, *plan.order, *plan.lines[0])} | {*self.declared.constants}
        for name, *others in REQUIRED:
            if name == "price" and self.declared.prices == "price_list":
                continue
            if given.isdisjoint((name, *others)):
                spec = next((self.specs[one] for one in (name, *others) if one in self.specs), name)
                called = self._label(name, spec)
                hint = "; set prices to price_list in the format if TradeGecko knows them" * (name == "price")
                yield f"the column '{called}'{f', for our {name},' if called != name else ''} is missing{hint}"
        if not self.declared.title and self.is_table:
            for name, spec in self.declared.columns.items():
                if name not in given and name not in {one for required in REQUIRED for one in required}:
                    yield f"the column '{self._label(name, spec)}', for our {name}, is missing"

    # ── the reader ───────────────────────────────────────────────────────────────────────────

    def reader(self, word: str, note: Callable[[str], None]) -> TableReader:
        if self.declared.unusable:
            raise MalformedData([f"this is {self.declared.title}: {self.declared.unusable}"])
        plan = self.plan()
        if faults := list(self.faults(plan)):
            if list(self._missing(plan)) and (said := advice(self.header, self.declared.title)):
                raise MalformedData([said])
            raise MalformedData(faults)
        declared, places = self.declared, self._line_places() if self.is_table else []
        skips = {
            place: frozenset(word.casefold() for word in words)
            for name, words in declared.skip_rows.items()
            if (place := self.names.place(name)) is not None
        }
        return TableReader(
            plan=plan,
            further=tuple(self.further()),
            own=declared.own,
            constants=self._constants(),
            unpriced=declared.prices == "price_list",
            skipped=partial(_skipped, self.header, skips) if skips else None,
            opened=partial(opened, places, str(declared.lines), declared.packed, self.packed) if places else None,
            notation=declared.notation,
            footers=tuple(text.casefold() for text in declared.footers),
            word=word,
            note=note,
        )

    def _constants(self) -> Mapping[str, Any]:
        constants = self.declared.constants.items()
        return {
            name: value
            for name, text in constants
            if not FIELDS[name].per_line and (value := self.rules.reader(name)(text)) is not None
        }


_NEEDED: Final = {
    "zone": 'its times have no zone: set zone = "America/Toronto", the shop’s own',
    "dates": 'its dates do not say whether days or months come first: set dates = "dmy" or "mdy"',
}


def _unguarded(get: Get, cells: Cells) -> str:
    return unguarded(get(cells))


def _nothing(_: Cells) -> str:
    return ""


def _part(pattern: re.Pattern[str], name: str, place: int, cells: Cells) -> str:
    cell = cells[place]
    if not cell:
        return ""
    found = pattern.fullmatch(cell)
    if found is None:
        raise ValueError("does not fit its pattern in the format")
    return (found[name] or "").strip()


def _skipped(header: Sequence[str], skips: Mapping[int, frozenset[str]], cells: Cells) -> str:
    for place, words in skips.items():
        if place < len(cells) and cells[place].casefold() in words:
            return f"{header[place]} is {cells[place]}"
    return ""
