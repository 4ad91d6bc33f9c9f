"""An order of the rows that a table has of it, one row per order line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from attrs import Factory, define, frozen

from tradegecko_bridge.commerce import (
    Address,
    Customer,
    Discount,
    ItemKind,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.commerce.formatting import shown, shown_code, shown_currency
from tradegecko_bridge.sources.folder.columns import ADDRESS_FIELDS, COLUMNS, CUSTOMER_FIELDS, Column
from tradegecko_bridge.sources.folder.figures import is_in_lines, settle_discount, settle_tax
from tradegecko_bridge.sources.folder.formulas import is_broken, unguarded
from tradegecko_bridge.sources.folder.mapping import Cells, Given, Plan
from tradegecko_bridge.sources.folder.places import region_code
from tradegecko_bridge.sources.folder.problems import fate, listed
from tradegecko_bridge.sources.folder.rows import Group
from tradegecko_bridge.sources.folder.values import Notation, is_twofold, moment_of, split_name

NUL: Final = "has a NUL character, which cannot be stored; take it out"
_ZERO: Final = Decimal(0)
_FINEST: Final = Decimal("1E-10")
_TOTALS: Final = {
    "subtotal": "subtotal",
    "tax": "tax_total",
    "shipping": "shipping_total",
    "discount": "discount_total",
    "grand_total": "grand_total",
}
_SHIPPING: Final = {name.removeprefix("shipping_"): name for name in COLUMNS if name.startswith("shipping_")}
_SHIPPING.pop("total")
_DISCOUNT: Final = {name: f"discount_{name}" for name in ("label", "code", "amount", "before_tax")}
_CUSTOMER: Final = {name: f"customer_{name}" for name in CUSTOMER_FIELDS}
_ADDRESSES: Final = {who: {name: f"{who}_{name}" for name in ADDRESS_FIELDS} for who in ("ship", "bill", "line_ship")}
_OWN: Final = (
    "placed_at", "note", "tags", "url", "requested_ship_date", "canceled_at",
    "source_status", "payment_status", "fulfillment_status", "payment_method", "paid", "ready",
)  # fmt: skip
_LINE: Final = (
    "sku", "name", "quantity", "price", "discount", "additional_discount", "tax", "tax_rate", "shippable", "barcode",
    "kind",
)  # fmt: skip
_TOTAL_WORDS: Final = frozenset(
    ("total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme", "total général", "totale",
     "totaal", "totalt", "suma", "insgesamt", "total general", "totale complessivo", "razem", "celkem", "spolu",
     "összesen", "toplam", "yhteensä", "summa", "totalsumma", "i alt", "σύνολο", "итого", "всего", "разом",
     "合計", "合计", "总计", "總計", "합계")
)  # fmt: skip
_CODES: Final = ("reference", "sku", "barcode", "postal_code", "phone")
"""How the names of fields end that hold codes, which are no numbers even where they look like one."""
_GUARDS: Final = frozenset(("'", "="))
"""How cells begin that were kept from being formulas, or numbers."""
_FIGURE: Final = re.compile(r"(?!\d{1,2}\.\d{1,2}\.\d)\W{0,3}\d[\d.,'’\s]*\W{0,2}")
"""An amount or a count, no date."""
_FOOTERS: Final = ("record(s) downloaded", "seller id")
"""What stands at the end of marketplaces' reports."""
_COUNTED: Final = re.compile(r"\d+\W+record\(s\) downloaded\b.*", re.DOTALL)
"""The same where it fell into several cells."""


@frozen(kw_only=True)
class TableReader:
    """A format bound to the header of one table; see :class:`.rows.RowReader`.

    ``own``: the columns are our own, so every row is a line. ``unpriced``: prices come from the system's price list.
    ``skipped`` are rows that are none of an order, ``opened`` makes several of a row that holds several lines.
    ``word`` is what a row is called.
    """

    plan: Plan
    own: bool
    constants: Mapping[str, Any] = Factory(dict)
    unpriced: bool = False
    skipped: Callable[[Cells], str] | None = None
    opened: Callable[[Cells], tuple[Sequence[Cells], str]] | None = None
    notation: Notation = Notation()
    footers: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    word: str = "row"
    note: Callable[[str], None] = lambda _: None

    @property
    def width(self) -> int:
        """How many cells a row has that is whole."""
        return self.plan.width

    @property
    def naming(self) -> Sequence[int]:
        """The places of the cells that name the order."""
        return [place for one in self.plan.naming for place in one.places]

    def names(self, cells: Cells, /) -> tuple[str, str]:
        """The reference and the number of the row's order, blank where it does not say."""
        reference, number = self.plan.names
        return reference(cells), number(cells)

    def passed_over(self, cells: Cells, /) -> str:
        """Why this row is no row of an order; blank where it is one."""
        if self.skipped is not None and (why := self.skipped(cells)):
            return why
        reference, number = self.names(cells)
        if reference or number:
            if all(map(_is_total, filter(None, (reference, number)))) and self._has_only_figures(cells):
                return "a totals row"
            return self._footer(cells, reference or number)
        if any(map(_is_total, cells)):
            return "a totals row"
        return self._footer(cells, next(filter(None, cells), ""))

    def _has_only_figures(self, cells: Cells) -> bool:
        """Whether the row has no text beside what names it."""
        naming = {*self.naming}
        return all(_FIGURE.fullmatch(cell) for place, cell in enumerate(cells) if cell and place not in naming)

    def _footer(self, cells: Cells, text: str) -> str:
        """Whether the row says what a report says at its end, in a cell or two, or as eBay divides it."""
        filled = list(filter(None, cells))
        if len(filled) > 2 and not filled[0][:1].isdigit():
            return ""
        said = " ".join(filled).casefold()
        if len(filled) > 2 and not _COUNTED.fullmatch(said):
            return ""
        return "the end of a report" if any(one in said for one in (*_FOOTERS, *self.footers)) and text else ""

    def order(self, file: str, group: Group, /) -> SourceOrder | UnreadableOrder:
        """The order of these rows, or what is wrong with it."""
        reading = _Reading(self, list(group.faults))
        for row in group.rows:
            reading.take(f"{self.word} {row.number}", row.cells)
        made = reading.order(group)
        if isinstance(made, SourceOrder):
            if is_twofold(made.placed_at, self.notation.zone):
                self.note(f"{file}, order {made.number}: its time came twice that day; the first was taken")
            return made
        number = next((number for row in group.rows if (number := self.names(row.cells)[1])), None)
        became = fate(number or group.reference, held=True)
        return UnreadableOrder(problem=f"{file}, {listed(made)} {became}", reference=group.reference, number=number)


def _is_total(text: str) -> bool:
    return text.casefold().rstrip(": ") in _TOTAL_WORDS


# ── one order ────────────────────────────────────────────────────────────────────────────────


@define
class _Line:
    """One line: where it was read and what it holds."""

    place: str
    values: dict[str, Any]


@define
class _Reading:
    """One order while its rows are read: its values, where each came from, and what is wrong."""

    reader: TableReader
    faults: list[str]
    values: dict[str, Any] = Factory(dict)
    origin: dict[str, str] = Factory(dict)
    cells: dict[str, str] = Factory(dict)
    lines: list[_Line] = Factory(list)
    first: str = ""

    def take(self, place: str, row: Cells) -> None:
        """Read one row."""
        self.first = self.first or place
        if number := self.reader.names(row)[1]:
            self._keep(place, self.reader.plan.naming[-1], number)
        row = [unguarded(cell) if cell[:1] in _GUARDS else cell for cell in row]
        plan, has_nul, kept = self.reader.plan, "\0" in "".join(row), self.cells
        for cells in self._opened(place, row):
            for one in plan.order:
                cell = self._cell(place, one, cells) if has_nul or one.may_fail else one.get(cells)
                if cell and (kept.get(one.column.name) != cell or one.repeat == "sum"):  # else it is said again
                    self._keep(place, one, cell)
            for fields in plan.lines:
                self._line(place, fields, cells)

    def _opened(self, place: str, row: Cells) -> Sequence[Cells]:
        if self.reader.opened is None:
            return (row,)
        rows, fault = self.reader.opened(row)
        if fault:
            self.faults.append(f"{place}, {fault}")
        return rows

    def _cell(self, place: str, one: Given, cells: Cells) -> str | None:
        """A cell's text; None where it is faulty."""
        try:
            cell = one.get(cells)
        except ValueError as error:
            self.faults.append(f"{place}, {one.label}: {error}")
            return None
        if "\0" in cell:
            self.faults.append(f"{place}, {one.label}: {NUL}")
            return None
        return cell

    def _value(self, place: str, one: Given, cell: str) -> Any:
        try:
            if ("+" in cell or cell[:1] == "#") and is_broken(cell):
                _refuse_broken(one.column, cell)
            return one.read(cell)
        except ValueError as error:
            self.faults.append(f"{place}, {one.label}: {error}")
            return None

    def _keep(self, place: str, one: Given, cell: str) -> None:
        """A value of the order: rows that give it again must say the same, unless the format says otherwise."""
        name = one.column.name
        if name in self.origin and (one.repeat == "first" or (one.repeat == "same" and self.cells[name] == cell)):
            return
        value = self._value(place, one, cell)
        if value is None:
            return
        if name not in self.origin:
            self.origin[name], self.cells[name], self.values[name] = place, cell, value
        elif one.repeat == "sum":
            self.values[name] += value
        elif self.values[name] != value and not (one.column.kind is Decimal and not value):  # 0: not said again
            what = f"{_shown(one.column, cell)} is not what".lstrip()
            self.faults.append(f"{place}, {one.label}: {what} {self.origin[name]} of the same order says")

    def _line(self, place: str, fields: Sequence[Given], cells: Cells) -> None:
        said = [(one, self._cell(place, one, cells)) for one in fields]
        if not self.reader.own and not any(cell != "" for one, cell in said if one.places):
            return
        line = _Line(place, {})
        for one, cell in said:
            if cell and (value := self._value(place, one, cell)) is not None:
                line.values[one.column.name] = value
            elif cell == "" and one.column.required and not (one.column.name == "price" and self.reader.unpriced):
                self.faults.append(f"{place}, {one.label}: is blank; write it on every row")
        self.lines.append(line)

    # ── what it makes ────────────────────────────────────────────────────────────────────────

    def order(self, group: Group) -> SourceOrder | list[str]:
        """The order, or every fault found."""
        self.values = {**self.reader.constants, **self.values}
        _put_together(self)
        if self.first:
            self._require()
        self._require_prices()
        _drop_summary(self.lines)
        self._name_lines()
        if self.reader.own:
            self._check_amounts()
        elif not self.lines and not self.faults:
            self.faults.append(f"{self.first}: has no order line, only values of the order")
        return self.faults or _order(group.reference, self)

    def _require(self) -> None:
        """Note the required values that no row gave, unless one of them was faulty."""
        for one in (*self.reader.plan.naming, *self.reader.plan.order):
            name = one.column.name
            needed = one.column.required or (name == "currency" and self.reader.own)
            if needed and name not in self.values and not self._is_faulty(one.label):
                self.faults.append(f"{self.first}, {one.label}: is blank; write it on the first row of the order")
        when = [one.label for one in self.reader.plan.order if one.column.name.startswith("placed_")]
        if "placed_at" not in self.values and not any(map(self._is_faulty, when)):
            self.faults.append(f"{self.first}, {' / '.join(when)}: is blank; write it on the first row of the order")

    def _require_prices(self) -> None:
        """Note the lines that have a price neither of a unit nor of the whole."""
        labels = [one.label for one in self.reader.plan.lines[0] if one.column.name in ("price", "line_price")]
        for line in self.lines:
            if "price" not in line.values and not any(fault.startswith(f"{line.place}, ") for fault in self.faults):
                self.faults.append(f"{line.place}, {' / '.join(labels)}: is blank; write it on every row")

    def _is_faulty(self, label: str) -> bool:
        return any(f", {label}: " in fault for fault in self.faults)

    def _name_lines(self) -> None:
        """Lines without a reference get their place in the order as one."""
        for place, line in enumerate(self.lines, 1):
            line.values.setdefault("line_reference", str(place))
        counts = Counter([line.values["line_reference"] for line in self.lines])
        if len(counts) == len(self.lines):
            return
        for line in self.lines:
            if counts[line.values["line_reference"]] > 1:
                name = shown_code(line.values["line_reference"])
                self.faults.append(f"{line.place}, line_reference: {name} names two lines of this order")

    def _check_amounts(self) -> None:
        """A way of shipping or a discount without an amount may be free or forgotten: do not guess."""
        for fields, what in ((_SHIPPING, "shipping is free"), (_DISCOUNT, "there is none")):
            amount = fields["amount"]
            given = [name for name in fields.values() if name in self.origin]
            if given and amount not in given and not self._is_faulty(amount):
                place = self.origin[given[0]]
                self.faults.append(f"{place}, {amount}: is blank beside {given[0]}; write 0 if {what}")


def _refuse_broken(column: Column, cell: str) -> None:
    if cell[:1] == "#" and column.name != "note":
        raise ValueError(f"{cell} is what a spreadsheet shows in place of a value; correct it there")
    if column.name.endswith(_CODES):
        said = "was shortened by a spreadsheet; format the column as text and export the file again"
        raise ValueError(said if column.personal else f"{shown_code(cell)} {said}")


def _shown(column: Column, cell: str) -> str:
    """A cell as a fault may show it; nothing where it is text that may be anything."""
    if column.name == "currency":
        return shown_currency(cell)
    return "" if column.personal or column.kind in (str, tuple) else shown(cell)


def _put_together(reading: _Reading) -> None:
    """What a format gives in parts, as what it is part of."""
    values = reading.values
    for who in ("customer", "ship", "bill"):
        _put_name(values, who)
    day, clock, zone = (values.pop(f"placed_{part}", None) for part in ("date", "time", "zone"))
    if day and "placed_at" not in values:
        try:
            values["placed_at"] = moment_of(reading.reader.notation, f"{day} {clock or ''}".strip(), zone)
        except ValueError as error:
            reading.faults.append(f"{reading.origin['placed_date']}, placed_at: {error}")
    for line in reading.lines:
        _put_name(line.values, "line_ship")
        _per_unit(line.values, reading.reader.unpriced)
    amount, label = values.pop("fee_amount", None), values.pop("fee_label", "Fee")
    if amount:
        fee = {"line_reference": "fee", "name": label, "kind": ItemKind.FEE, "quantity": Decimal(1), "price": amount}
        reading.lines.append(_Line(reading.first, {**fee, "shippable": False}))


def _put_name(values: dict[str, Any], who: str) -> None:
    """A full name as the two it consists of, where it is not given as such."""
    name = values.pop(f"{who}_name", None)
    if name and not values.keys() & {f"{who}_first_name", f"{who}_last_name"}:
        first, last = split_name(name)
        values |= {f"{who}_{part}": text for part, text in (("first_name", first), ("last_name", last)) if text}


def _per_unit(line: dict[str, Any], unpriced: bool) -> None:
    """Amounts of a whole line as amounts of one unit."""
    units = line.get("quantity") or Decimal(1)
    for whole, unit in (("line_price", "price"), ("line_discount", "discount")):
        amount = line.pop(whole, None)
        if amount is not None:
            line.setdefault(unit, _shared(amount, units))
    if unpriced:
        line.setdefault("price", None)


def _shared(amount: Decimal, units: Decimal) -> Decimal:
    each = amount / units
    return each if each * units == amount else each.quantize(_FINEST)


def _drop_summary(lines: list[_Line]) -> None:
    """Take out a first row that sums the others up: no goods, all of their units, all of their money."""
    if len(lines) < 2 or lines[0].values.keys() & {"sku", "name", "barcode"}:
        return
    first, *others = [line.values for line in lines]
    if all(isinstance(line.get(name), Decimal) for line in (first, *others) for name in ("quantity", "price")):
        units = sum(line["quantity"] for line in others)
        money = sum(line["quantity"] * line["price"] for line in others)
        if (units, money) == (first["quantity"], first["price"]):
            del lines[0]


def _order(reference: str, reading: _Reading) -> SourceOrder:
    values, own = reading.values, reading.reader.own
    if not own:
        for who in ("ship", "bill"):
            _code_region(values, who)
        for line in reading.lines:
            _code_region(line.values, "line_ship")
        settle_discount(values, [line.values for line in reading.lines])
        settle_tax(values, [line.values for line in reading.lines])
    included = values.get("prices_include_tax", False)
    lines = tuple(_order_line(line.values, included) for line in reading.lines)
    shipping = _picked(values, _SHIPPING)
    discount = _picked(values, _DISCOUNT)
    if not own:
        shipping = {"amount": _ZERO, **shipping} if shipping else {}
        if not discount.get("amount") or is_in_lines(lines, values.get("subtotal")):
            discount = {}
    return SourceOrder(
        reference=reference,
        number=values["order_number"],
        currency=values.get("currency", ""),
        lines=lines,
        shipping=(ShippingLine(**shipping, price_includes_tax=included),) if shipping else (),
        discounts=(Discount(**discount),) if discount else (),
        totals=Totals(**_picked(values, _TOTALS)),
        customer=Customer(**_picked(values, _CUSTOMER)),
        shipping_address=_address(values, "ship"),
        billing_address=_address(values, "bill"),
        **{name: values[name] for name in _OWN if name in values},
    )


def _code_region(values: dict[str, Any], who: str) -> None:
    if len(region := values.get(f"{who}_region", "")) > 3:
        values[f"{who}_region"] = region_code(region, values.get(f"{who}_country"))


def _order_line(line: Mapping[str, Any], included: bool) -> OrderLine:
    fields = {name: line[name] for name in _LINE if name in line}
    ship_to = _address(line, "line_ship")
    return OrderLine(reference=line["line_reference"], price_includes_tax=included, ship_to=ship_to, **fields)


def _address(values: Mapping[str, Any], prefix: str) -> Address | None:
    fields = _picked(values, _ADDRESSES[prefix])
    return Address(**fields) if fields else None


def _picked(values: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """The given ones of these fields, by the record's names."""
    return {field: values[column] for field, column in fields.items() if column in values}
