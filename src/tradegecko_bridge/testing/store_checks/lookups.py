"""Finding orders and reading their history."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    SHOP,
    SOON,
    S,
    an_order,
    claim,
    entry_of,
    in_state,
    orders,
    references,
)


class LookupChecks:
    """Lookups."""

    def test_newest_intake_first(self, store: Store) -> None:
        """Entries come newest first, within a batch in reverse sequence of arrival, up to the limit.

        *Troubleshooting:* sort by ``taken_in_at``, then by id.
        """
        store.take_in(SHOP, [an_order("b1"), an_order("b2")], at=SOON)
        store.take_in(SHOP, [an_order("a1")], at=AT)
        store.take_in(SHOP, [an_order("c1")], at=AFTER)
        assert references(store.entries()) == ["c1", "b2", "b1", "a1"]
        assert references(store.entries(limit=2)) == ["c1", "b2"]
        assert list(store.entries(limit=0)) == []

    def test_filters(self, store: Store) -> None:
        """Each filter narrows; together, all of them count.

        *Troubleshooting:* None means any; an empty collection of states means none.
        """
        store.take_in(SHOP, orders(3), at=AT)
        store.take_in("other", orders(2), at=AT)
        held = store.amend(entry_of(store, "2").id, S.HELD, at=AT, who="bob", why="wait")
        assert len(store.entries()) == 5
        assert references(store.entries(SHOP)) == ["3", "2", "1"]
        assert list(store.entries(states=[S.HELD])) == [held]
        assert references(store.entries(SHOP, states={S.PENDING})) == ["3", "1"]
        assert references(store.entries(SHOP, states={S.PENDING, S.HELD}, limit=2)) == ["3", "2"]
        assert [entry.connection for entry in store.entries(reference="1")] == ["other", SHOP]
        assert references(store.entries(number="#3")) == ["3"]
        assert list(store.entries(SHOP, number="#3", reference="1")) == []
        assert list(store.entries(SHOP, states=())) == []
        assert list(store.entries("nobody")) == []

    def test_several_orders_may_have_one_number(self, store: Store) -> None:
        """A number is what people call an order; it need not be unique, and it is compared exactly.

        *Troubleshooting:* no LIKE, no folding of case.
        """
        store.take_in(SHOP, [an_order("1", number="A1"), an_order("2", number="A1"), an_order("3", number="a1")], at=AT)
        assert references(store.entries(SHOP, number="A1")) == ["2", "1"]
        assert list(store.entries(SHOP, number="A%")) == []

    def test_by_remote_ids(self, store: Store) -> None:
        """Entries are found by what they were delivered as, within their connection.

        *Troubleshooting:* ids that nobody was delivered as are absent.
        """
        delivered = in_state(store, S.DELIVERED)
        assert dict(store.by_remote_ids(SHOP, ["901", "902"])) == {"901": delivered}
        assert dict(store.by_remote_ids("other", ["901"])) == {}
        assert dict(store.by_remote_ids(SHOP, [])) == {}

    def test_long_lists_are_fine(self, store: Store) -> None:
        """Looking for thousands of things at once works.

        *Troubleshooting:* databases limit how many values one statement may carry.
        """
        store.take_in(SHOP, orders(1), at=AT)
        (entry,) = claim(store)
        store.record(entry.moved(S.DELIVERED, AT, remote_id="39999"), who="ann")
        assert list(store.by_remote_ids(SHOP, {str(n) for n in range(40_000)})) == ["39999"]
        assert list(store.shipments(SHOP, range(40_000))) == []

    def test_history_is_told_from_the_beginning(self, store: Store) -> None:
        """An order's events come oldest first, and only its own.

        *Troubleshooting:* events of one transaction keep their sequence.
        """
        entry = in_state(store, S.CONFIRMED)
        store.take_in(SHOP, [an_order("2")], at=AT)
        steps = [S.PENDING, S.SENDING, S.DELIVERED, S.SHIPPED, S.CONFIRMED]
        history = store.history(entry.id)
        assert [event.now for event in history] == steps
        assert [event.was for event in history] == [None, *steps[:-1]]

    def test_an_unknown_entry_has_no_history(self, store: Store) -> None:
        """Nothing is known of an order that is not there.

        *Troubleshooting:* an empty sequence, no error.
        """
        assert list(store.history(4711)) == []
