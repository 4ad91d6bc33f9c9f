"""What a format can say: one definition, in the settings file and in Python.

Every setting is declared once, as a field of :class:`Declared` with a text below it that says what it does; the page of
the documentation comes from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

import attrs
from attrs import field, frozen

from tradegecko_bridge.sources.folder.columns import COLUMNS, FIELDS
from tradegecko_bridge.sources.folder.mapping import normal, parts_of
from tradegecko_bridge.sources.folder.tables import Layout
from tradegecko_bridge.sources.folder.values import Notation, zone_named
from tradegecko_bridge.structuring import Fault, likeliest, refuse

Spec: TypeAlias = str | tuple[str, ...]
Table: TypeAlias = Mapping[str, str]


@frozen
class Split:
    """One column that holds several fields: ``pattern`` is a regular expression with a named group for each."""

    column: str
    pattern: str


@frozen(kw_only=True)
class Packed:
    """How lines stand in one cell: the marks between items, between fields, and between a field's name and value."""

    items: str = ";"
    fields: str = "|"
    pair: str = ":"


@frozen(kw_only=True)
class Declared:
    """How the order files of a folder are to be read. What is None or empty is as in our own columns.

    Raises:
        ConfigError: what cannot be, one line for each fault.
    """

    layout: Layout = Layout()
    """The table itself: `delimiter`, `quote`, `encoding`, `header` (names, where the file has no line of them), `skip`
    (lines at the top), `sheet`; what is left out is found out."""
    columns: Mapping[str, Spec] = field(factory=dict)
    """Our field = the file's column. Several columns: the first that is filled. Text with `{Column}` in it is a
    template; of a number, `{A} + {B} - {C}` is a sum. In JSON it is a path: `customer.email`,
    `shipping_lines[0].price`; with `[]` all of a list, summed or joined. `@` is the path of the line's own list. A
    `*` stands for the numbers of lines in one row, `Item * SKU`. `=text` after others is what counts where they are
    blank. E.g. `{ order_number = "Order No" }`."""
    constants: Table = field(factory=dict)
    """Our field = what every order has. E.g. `{ currency = "CAD" }`."""
    split: tuple[Split, ...] = ()
    """Columns that hold several fields: a regular expression with named groups. E.g. `[{ column = "City line", pattern
    = "(?P<ship_city>.+), (?P<ship_region>[A-Z]{2}) (?P<ship_postal_code>.+)" }]`."""
    ignore: tuple[str, ...] = ()
    """Columns that are not read. E.g. `["Weight"]`."""
    ignore_others: bool | None = None
    """Whether columns that nothing here names are passed over; otherwise they are a fault of the file."""
    skip_rows: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """Rows that are none of an order: the column = its words there. E.g. `{ "Event Type" = ["Refund"] }`."""
    footers: tuple[str, ...] = ()
    """Texts of the lines at the end of a report. Totals rows and eBay's are known. E.g. `["end of report"]`."""
    values: Mapping[str, Table] = field(factory=dict)
    """Our field = the file's words and ours; `"*"` stands for all others, and `""` for nothing said. E.g. `{ paid = {
    "captured" = "yes", "*" = "no" } }`."""
    repeats: Mapping[str, Literal["same", "first", "sum"]] = field(factory=dict)
    """What it means when several rows of an order give a value of the order: they must say the `same` (a later 0 says
    nothing), the `first` counts, or their `sum`. E.g. `{ shipping_amount = "sum" }`."""
    factors: Mapping[str, Decimal] = field(factory=dict)
    """Our field = what its number is multiplied by, such as 0.01 for cents. E.g. `{ price = 0.01 }`."""
    decimal: Literal[".", ","] | None = None
    """The mark before decimals; the other one, blanks and apostrophes may then stand between thousands. Left out, a
    point, or a comma that can be nothing else. Signs of currencies are always taken off amounts."""
    dates: Literal["dmy", "mdy"] | None = None
    """Whether days or months come first where a date is digits only (`31/01/2026`). A year first, and months in
    letters, are always read."""
    times: tuple[str, ...] = ()
    """Further forms of times, in Python's notation; `unix` for seconds since 1970. E.g. `["%d%m%Y %H%M"]`."""
    zone: str | None = None
    """The shop's time zone, for times that do not say theirs. A day alone needs none: it is taken for its noon. Of a
    time that clocks showed twice the first is taken, and one they left out is a fault. E.g. `"America/Toronto"`."""
    tag_separator: str | None = None
    """Between tags; left out, `|`, or a comma where there is none. E.g. `";"`."""
    prices: Literal["file", "price_list"] | None = None
    """With `price_list` a line without a price is sold at the one of TradeGecko's price list."""
    orders: str | None = None
    """JSON: where the list of orders is, e.g. `"data.orders"`. Left out, the file is an order, a list of them, or has
    one in `orders`."""
    lines: Spec | None = None
    """Where the lines are: in JSON the path of their list, and fields of lines are then looked up in each. In a table
    the column that holds all lines in one cell, as JSON or in the form of `packed`; `*` stands for numbers. E.g.
    `"line_items"`."""
    packed: Packed | None = None
    """How lines stand in one cell: the marks between `items`, between `fields`, and between a field's name and its
    value (`pair`). E.g. `{ items = ";", fields = "|", pair = ":" }`."""
    json: str = ""
    """A preset: the one for the same shop's JSON."""
    title: str = ""
    """What a preset is called; with a title only what `columns` names is read."""
    needs: tuple[str, ...] = ()
    """A preset: settings that it cannot know."""
    marks: tuple[str, ...] = ()
    """A preset: columns by which its files are known."""
    unusable: str = ""
    """A preset: why no order can be made of such files."""

    def __attrs_post_init__(self) -> None:
        refuse(list(self._faults()))

    def _faults(self) -> Iterator[Fault]:
        for name in ("columns", "constants", "values", "repeats", "factors"):
            for one in getattr(self, name):
                if one not in FIELDS:
                    yield (name, one), f"is no field of ours{_meant(one, FIELDS)}"
        for place, one in enumerate(self.split):
            try:
                for group in re.compile(one.pattern).groupindex:
                    if group not in FIELDS:
                        yield ("split", place, "pattern"), f"names {group!r}, no field of ours{_meant(group, FIELDS)}"
            except re.error as error:
                yield ("split", place, "pattern"), f"is no regular expression ({error})"
        for name in self.factors:
            if name in FIELDS and FIELDS[name].kind is not Decimal:
                yield ("factors", name), "is no number"
        for name in self.repeats:
            if name in FIELDS and FIELDS[name].per_line:
                yield ("repeats", name), "is a field of lines, not of the order"
        try:
            _ = self.zone and zone_named(self.zone)
        except ValueError as error:
            yield ("zone",), f": {error}"

    # ── what a table is read with ────────────────────────────────────────────────────────────

    @property
    def own(self) -> bool:
        """Whether the columns are our own."""
        return not (self.title or self.columns or self.lines)

    @property
    def notation(self) -> Notation:
        """How values are written."""
        return Notation(
            decimal=self.decimal or "",
            dates=self.dates or "",
            times=self.times,
            zone=zone_named(self.zone) if self.zone else None,
            words=self.tag_separator or "",
            own=attrs.evolve(self, layout=Layout()) == type(self)(),
        )

    def specs(self) -> Mapping[str, Spec]:
        """The columns of each field: those named here, and unless it is a preset our own."""
        own = {} if self.title else {name: name for name in COLUMNS if name not in {*self.columns, *self.constants}}
        return {**own, **self.columns}

    def names(self) -> frozenset[str]:
        """The normal names of all columns that it speaks of."""
        listed = [part for spec in self.specs().values() for part in parts_of(spec)]
        lines = parts_of(self.lines) if self.lines else []
        more = (*self.ignore, *self.skip_rows, *(one.column for one in self.split), *self.marks, *lines)
        return frozenset(map(normal, (*listed, *more)))


def _meant(name: str, known: Iterable[str]) -> str:
    close = likeliest(name, known)
    return f"; did you mean {close!r}?" if close else ""
