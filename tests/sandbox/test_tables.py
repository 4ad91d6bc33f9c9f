"""A table over base rows behaves as one that stores the same rows, whatever is done to both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support import examples
from tradegecko_bridge.sandbox.model.schema import schema
from tradegecko_bridge.sandbox.model.state import State
from tradegecko_bridge.sandbox.model.tables import Row, SortedIds, Table

_STATUSES = ("draft", "active", "finalized", "void")
_COLUMNS = ("company_id", "notes", "status", "position", "variant_id")
_NAMES = ("orders", "order_line_items")


class Computed:
    """A few base rows: orders whose status and company follow from their id, or their lines."""

    also: tuple[str, ...] = ("status",)

    def __init__(self, size: int, *, lines: bool) -> None:
        self.size, self.lines = size, lines
        self.also = () if lines else ("status",)
        self.hidden: Sequence[int] = (
            [] if lines else [key for key in range(1, size + 1) if _STATUSES[key % 4] == "void"]
        )

    def row(self, key: int) -> Row:
        """One of it."""
        moment = f"2020-01-01T00:00:{key:02d}.000Z"
        row: Row = {"id": key, "created_at": moment, "updated_at": moment}
        if self.lines:
            return row | {"order_id": key % 5, "variant_id": key % 3, "tax_type_id": 1}
        return row | {"company_id": key % 5, "status": _STATUSES[key % 4], "order_number_folded": str(key)}

    def find(self, name: str, value: Any) -> Sequence[int]:
        """By looking at every row."""
        return [key for key in range(1, self.size + 1) if self.row(key)[name] == value]


def _stored(name: str, base: Computed) -> Table:
    table = Table(schema()[name])
    for key in range(1, base.size + 1):
        table.add(base.row(key))
    return table


class OverBaseRows(RuleBasedStateMachine):
    """Two states, one over base rows, in which the same happens."""

    @initialize(size=st.integers(1, 12))
    def begin(self, size: int) -> None:
        """The same rows in both."""
        self.seconds = 30
        base_rows = {name: Computed(size, lines=name == "order_line_items") for name in _NAMES}
        self.both = [State(schema(), self.now) for _ in range(2)]
        self.both[0].install(base_rows)
        self.both[1].tables |= {name: _stored(name, base) for name, base in base_rows.items()}

    def now(self) -> str:
        """A moment after those of all base rows."""
        return f"2020-01-01T00:00:{self.seconds:02d}.000Z"

    def do(self, change: Any, *, keep: bool) -> None:
        """Change both, or change them and take it back."""
        self.seconds = min(self.seconds + 1, 59)
        stored = [len(self.both[0][name].stored()) for name in _NAMES]
        for state in self.both:
            try:
                with state.transaction():
                    change(state)
                    if not keep:
                        raise InterruptedError
            except InterruptedError:
                assert [len(self.both[0][name].stored()) for name in _NAMES] == stored

    @rule(name=st.sampled_from(_NAMES), company=st.integers(0, 5), status=st.sampled_from(_STATUSES),
          position=st.integers(-1, 2), keep=st.booleans())  # fmt: skip
    def insert(self, name: str, company: int, status: str, position: int, *, keep: bool) -> None:
        """A new row."""
        orders = {"company_id": company, "status": status, "order_number_folded": f"n{company}"}
        lines = {"order_id": company, "variant_id": 1, "position": position}
        self.do(lambda state: state.insert(name, orders if name == "orders" else lines), keep=keep)

    @rule(name=st.sampled_from(_NAMES), key=st.integers(1, 14), column=st.sampled_from(_COLUMNS),
          value=st.integers(0, 5), keep=st.booleans())  # fmt: skip
    def update(self, name: str, key: int, column: str, value: int, *, keep: bool) -> None:
        """A changed row, if it is there; base rows as well."""

        def change(state: State) -> None:
            row = state.find(name, key)
            if row is not None:
                state.update(name, row, {column: _STATUSES[value % 4] if column == "status" else value})

        self.do(change, keep=keep)

    @rule(name=st.sampled_from(_NAMES), key=st.integers(1, 14), keep=st.booleans())
    def delete(self, name: str, key: int, *, keep: bool) -> None:
        """A removed row, if it is there."""

        def change(state: State) -> None:
            row = state.find(name, key)
            if row is not None:
                state.delete(name, row)

        self.do(change, keep=keep)

    @invariant()
    def nothing_is_remembered(self) -> None:
        """Between requests base rows take no memory."""
        for name in _NAMES if hasattr(self, "both") else ():
            table = self.both[0][name]
            assert dict.__len__(table.rows) == len(table.stored())

    @invariant()
    def both_say_the_same(self) -> None:
        """Rows, pages, look-ups and what changed since."""
        for name in _NAMES if hasattr(self, "both") else ():
            ours, plain = (state[name] for state in self.both)
            assert len(ours.rows) == len(plain.rows)
            assert sorted(ours.rows) == sorted(plain.rows)
            assert sorted(row["id"] for row in ours.rows.values()) == sorted(plain.rows)
            assert all(ours.peek(key) == plain.peek(key) for key in plain.rows)
            assert all((key in ours.rows) == (key in plain.rows) for key in range(30))
            assert all(ours.rows.get(key) == plain.rows.get(key) for key in (0, 1, 7, 25))
            assert list(ours.visible) == list(plain.visible)
            assert len(ours.visible) == len(plain.visible)
            for start in range(0, 16, 3):
                assert ours.visible.newest(start, 4) == plain.visible.newest(start, 4)
                assert ours.visible.oldest(start, 4) == plain.visible.oldest(start, 4)
                if ours.by_position and plain.by_position:
                    assert ours.by_position.newest(start, 4) == plain.by_position.newest(start, 4)
            for column in plain.indexes:
                for value in (*range(6), *_STATUSES, "n1", "3", None):
                    assert ours.indexes[column].ids(value) == plain.indexes[column].ids(value), (column, value)
                    assert (value in ours.indexes[column]) == (value in plain.indexes[column])
            for second in (0, 5, 31, 35, 59):
                moment = f"2020-01-01T00:00:{second:02d}.000Z"
                changed = sorted(key for key, row in plain.rows.items() if row["updated_at"] >= moment)
                assert sorted(ours.changed_since(moment)) == sorted(plain.changed_since(moment)) == changed
                created = sorted(key for key, row in plain.rows.items() if row["created_at"] >= moment)
                assert sorted(ours.created_since(moment) or ()) == created
            for state in self.both:
                state.drop_computed()


OverBaseRows.TestCase.settings = settings(max_examples=examples(20), stateful_step_count=25, deadline=None)
test_base_rows_behave_as_stored_rows = pytest.mark.filterwarnings("default")(OverBaseRows.TestCase)


def test_pages_of_ids_are_slices() -> None:
    """Ascending and descending pages of any size, with ids missing in the middle and at both ends."""
    live = SortedIds(10, [1, 4, 10])
    for key in (12, 15, 13):
        live.add(key)
    live.discard(7)
    live.add(4)
    live.discard(99)
    whole = [2, 3, 4, 5, 6, 8, 9, 12, 13, 15]
    assert list(live) == whole
    for start in range(12):
        for limit in range(12):
            assert live.newest(start, limit) == whole[::-1][start : start + limit]
            assert live.oldest(start, limit) == whole[start : start + limit]
