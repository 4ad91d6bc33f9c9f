"""Orders from the rows of a table, without holding more than those that are open.

A table is gone through twice: first for who owns which rows and what is damaged, then for the orders, each given after
its last row.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator
from contextlib import closing

from tradegecko_bridge.bounds import MOST_PARTS
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.sources.folder.rows import Group, Row, RowReader
from tradegecko_bridge.sources.folder.sheet import NOBODY, Damage, Names, Rows
from tradegecko_bridge.sources.folder.tables import Table
from tradegecko_bridge.sources.folder.waiting import Waiting

_TOO_MANY = f"the order has more than {MOST_PARTS:,} rows; divide it"
_LEFT_OUT = "(the row was left out, its order is not known)"


def orders_of(table: Table, reader: RowReader, note: Callable[[str], None]) -> Iterator[SourceOrder | UnreadableOrder]:
    """The orders of a table, each after its last row; then what belongs to no order that is there.

    ``note`` is told what was passed over. Cursors are left blank.

    Raises:
        MalformedData: nothing of the file can be taken; this comes before any order.
        Changed: the file is no longer what it was.
    """
    rows = Rows(table, reader)
    survey = Survey(rows)
    for why, (row, count) in rows.passed_over.items():
        note(f"{table.name}, row {row}{_more(count)}: {why}, passed over")
    with closing(Waiting()) as waiting:
        for group in _groups(rows, survey, waiting):
            yield reader.order(table.name, group)
    for reference, faults in survey.faults.items():  # of orders that have no sound row
        yield reader.order(table.name, Group(reference, [], faults))
    for stray in survey.strays:
        yield UnreadableOrder(problem=f"{table.name}, {stray} {_LEFT_OUT}")


def _more(count: int) -> str:
    return f" and {count - 1} more" if count > 1 else ""


def _continues(names: Names, run: Names) -> bool:
    """Whether a row with these names goes on with the run that began with those."""
    return names == run or (not names[0] and names[1] == run[1])


def _shortened(column: str, text: str, names: Names, row: int, count: int) -> Damage:
    """Rows whose name lost digits are of the order that their other name is of; without one they are nobody's."""
    said = "was shortened by a spreadsheet, and other orders may have become the same"
    fault = f"row {row}{_more(count)}, {column}: {text!r} {said}; format the column as text and export the file again"
    reference, number = names
    if reference:
        return Damage(row, fault, suspects={reference})
    return Damage(row, fault, exact=(number,) if number else (), owns=True, by_number=bool(number))


# ── the first pass ───────────────────────────────────────────────────────────────────────────


class Survey:
    """Who owns which rows, and what is wrong, kept in a few bytes an order.

    An order's rows come in runs. Of each run only the hashes of what names the order are kept: orders that share one
    are merely held open longer.
    """

    def __init__(self, rows: Rows) -> None:
        self.faults: dict[str, list[str]] = {}
        """What damaged rows say against orders, by their references."""
        self.strays: list[str] = []
        self.ambiguous: set[int] = set()
        """Hashes of the numbers that several orders have, and rows without a reference."""
        self.references: dict[int, str] = {}
        """The orders of numbers that rows have apart from their order's other rows, by the numbers' hashes."""
        self._rows = rows
        self._references, self._numbers, self._attached = array("q"), array("q"), array("q")
        damaged = self._look()
        self._owners = self._find_owners()
        self._apart = {number for reference, number in self._runs() if not reference and number in self._owners}
        self.runs = self._count_runs()
        """How often an order's rows begin anew, by its hash, where they do."""
        if damaged or self.ambiguous or self._apart:
            self._look_again(damaged)
        self._tell(damaged)

    def _look(self) -> list[Damage]:
        """The rows that cannot be trusted; the runs of the others are noted."""
        rows, damaged = self._rows, []
        shortened: dict[tuple[str, str, Names], list[int]] = {}
        run = above = NOBODY
        for row in rows:
            if not rows.is_sound(row):
                damaged.append(rows.damage(row, above))
                continue
            names = reference, number = rows.names(row)
            if (place := rows.shortened(row)) is not None:
                key = (rows.header[place], row.cells[place], rows.whole_names(row))
                shortened.setdefault(key, [row.number, 0])[1] += 1
                above = NOBODY
                continue
            if not (reference or number):
                damaged.append(Damage(row.number, rows.unnamed(row, ""), above))
                continue
            if not _continues(names, run):
                self._references.append(hash(reference))  # that of a blank text is 0
                self._numbers.append(hash(number))
                run = names
            elif not reference and run[0]:
                self._attached.append(hash(number))
            above = run
        return damaged + [_shortened(*key, *seen) for key, seen in shortened.items()]

    def _runs(self) -> Iterator[tuple[int, int]]:
        return zip(self._references, self._numbers, strict=True)

    def _find_owners(self) -> dict[int, int]:
        """The orders of the numbers that rows without a reference have."""
        owners: dict[int, int] = {}
        if not any(self._references):
            return owners
        wanted = {number for reference, number in self._runs() if not reference}.union(self._attached)
        for reference, number in self._runs() if wanted else ():
            if reference and number in wanted and owners.setdefault(number, reference) != reference:
                self.ambiguous.add(number)
        return owners

    def _count_runs(self) -> dict[int, int]:
        orders = array("q")
        for reference, number in self._runs():
            if reference or number not in self.ambiguous:
                orders.append(reference or self._owners.get(number, number))
        runs: dict[int, int] = {}
        before = None
        for order in sorted(orders):
            if order == before:
                runs[order] = runs.get(order, 1) + 1
            before = order
        return runs

    def begin(self, reference: str) -> None:
        """A run of this order begins."""
        order = hash(reference)
        if order in self.runs:
            self.runs[order] -= 1

    def is_done(self, reference: str) -> bool:
        """Whether no other run of this order is to come."""
        return not self.runs.get(hash(reference))

    def _look_again(self, damaged: list[Damage]) -> None:
        """What only names themselves tell, not their hashes: whose the damaged rows may be, and the stray numbers."""
        exact: dict[str, list[Damage]] = {}
        for one in damaged:
            for name in one.exact:
                exact.setdefault(name, []).append(one)
        patterned = [one for one in damaged if one.patterns]
        unclear: dict[str, list[Damage]] = {}
        shared: dict[str, set[str]] = {}
        unnumbered: set[str] = set()
        for row, (reference, number) in self._rows.trusted():
            key = hash(number)
            if key in self.ambiguous:
                if not reference:
                    unclear.setdefault(number, []).append(Damage(row.number, self._rows.unnamed(row, number)))
                    continue
                shared.setdefault(number, set()).add(reference)
            elif key in self._apart and reference:
                self.references[key] = reference
            elif not reference and key in self._owners:
                continue  # its order's other rows have this number, too
            if not number:
                unnumbered.add(reference)
            for name in {reference, number, *self._rows.raw_names(row)}:
                for one in exact.get(name, ()):
                    one.suspects.add(reference or number)
                for one in patterned:
                    if any(pattern.fullmatch(name) for pattern in one.patterns):
                        one.suspects.add(reference or number)
        for one in damaged:
            one.suspects |= self._above(one.above, shared) | (
                {*one.exact[:1]} if one.owns and not one.suspects else set()
            )
        for one in [one for one in damaged if one.by_number][:1]:
            one.suspects |= unnumbered
        for number, several in unclear.items():
            for one in several:
                one.suspects |= shared[number]
            damaged += several

    def _above(self, names: Names, shared: dict[str, set[str]]) -> set[str]:
        reference, number = names
        if reference or not number:
            return {reference} - {""}
        return shared.get(number) or {self.references.get(hash(number), number)}

    def _tell(self, damaged: list[Damage]) -> None:
        for one in sorted(damaged, key=lambda one: one.row):
            self._accuse(one.suspects, one.fault)

    def _accuse(self, references: Collection[str], fault: str) -> None:
        for reference in references:
            self.faults.setdefault(reference, []).append(fault)
        if not references:
            self.strays.append(fault)


# ── the second pass ──────────────────────────────────────────────────────────────────────────


def _groups(rows: Rows, survey: Survey, waiting: Waiting) -> Iterator[Group]:
    """Each order's rows after the last of them."""
    current: Group | None = None
    run = NOBODY
    for row, names in rows.trusted():
        reference, number = names
        goes_on = _continues(names, run)
        if not goes_on:
            run = names
        if not reference:
            if hash(number) in survey.ambiguous:
                continue
            reference = current.reference if current and goes_on else survey.references.get(hash(number), number)
        if current is None or current.reference != reference:
            if current is not None:
                yield from _put_by(current, waiting, survey)
            current = waiting.go_on(reference) or Group(reference, [], survey.faults.pop(reference, []))
        if not goes_on:
            survey.begin(reference)
        _add(current, row)
    if current is not None:
        yield from _put_by(current, waiting, survey)
    yield from map(_hold_repeats, waiting.rest())  # those that share a hash


def _put_by(group: Group, waiting: Waiting, survey: Survey) -> Iterator[Group]:
    """A run of an order's rows has ended: the order, if it was the last one."""
    if survey.is_done(group.reference):
        yield _hold_repeats(waiting.whole(group))
    else:
        waiting.put(group)


def _add(group: Group, row: Row) -> None:
    if len(group.rows) < MOST_PARTS:
        group.rows.append(row)
    elif len(group.rows) == MOST_PARTS and not any(_TOO_MANY in fault for fault in group.faults):
        group.faults.append(f"row {row.number}: {_TOO_MANY}")


def _hold_repeats(group: Group) -> Group:
    """Two rows alike may be a row twice or two lines: nobody can tell."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for row in group.rows if len(group.rows) > 1 else ():
        alike.setdefault(row.cells, []).append(row.number)
    for first, *others in alike.values():
        if others:
            said = f"row {others[0]}{_more(len(others))}: is the same as row {first}"
            group.faults.append(f"{said}; take one out, add up the quantities, or give each its own line reference")
    return group
