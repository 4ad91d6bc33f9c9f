"""Finding orders and reading their history."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from tradegecko_bridge.ledger import DeliveredEntry, Reason, Span
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    SHOP,
    SOON,
    S,
    an_order,
    claim,
    claim_one,
    entry_of,
    in_state,
    orders,
    references,
)


class LookupChecks:
    """Lookups."""

    def test_newest_ingest_first(self, store: Store) -> None:
        """Entries come newest first, within a batch in reverse sequence of arrival, up to the limit.

        *Troubleshooting:* sort by ``ingested_at``, then by id.
        """
        store.ingest(SHOP, [an_order("b1"), an_order("b2")], at=SOON)
        store.ingest(SHOP, [an_order("a1")], at=AT)
        store.ingest(SHOP, [an_order("c1")], at=AFTER)
        assert references(store.entries()) == ["c1", "b2", "b1", "a1"]
        assert references(store.entries(limit=2)) == ["c1", "b2"]
        assert list(store.entries(limit=0)) == []

    def test_filters(self, store: Store) -> None:
        """Each filter narrows; together, all of them count.

        *Troubleshooting:* None means any; an empty collection of states means none.
        """
        store.ingest(SHOP, orders(3), at=AT)
        store.ingest("other", orders(2), at=AT)
        held = store.override_state(entry_of(store, "2").id, S.HELD, at=AT, who="bob", why="wait")
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
        store.ingest(SHOP, [an_order("1", number="A1"), an_order("2", number="A1"), an_order("3", number="a1")], at=AT)
        assert references(store.entries(SHOP, number="A1")) == ["2", "1"]
        assert list(store.entries(SHOP, number="A%")) == []
        entry = store.claim(SHOP, "ann", at=AT, until=SOON, limit=1)[0]
        store.record(entry.transition_to(S.DELIVERED, AT, remote_id="901", remote_number="EB-A1"), who="ann")
        assert references(store.entries(SHOP, number="EB-A1")) == [entry.reference]
        assert references(store.entries(SHOP, number="A1")) == ["2", "1"]

    def test_by_reason(self, store: Store) -> None:
        """Orders are found by the code of their reason, whatever their state; any of several will do.

        *Troubleshooting:* orders without a reason match none; an empty collection means none.
        """
        store.ingest(SHOP, orders(3), at=AT)
        first, second, _ = claim(store)
        store.record(first.transition_to(S.HELD, AT, reason=Reason(code="unknown_sku", text="no TEA")), who="ann")
        store.record(second.transition_to(S.SKIPPED, AT, reason=Reason(code="filtered", text="not ours")), who="ann")
        assert references(store.entries(SHOP, reasons={"unknown_sku"})) == ["1"]
        assert references(store.entries(reasons=["filtered", "unknown_sku", "other"])) == ["2", "1"]
        assert references(store.entries(SHOP, reasons={"filtered"}, states={S.HELD})) == []
        assert references(store.entries(SHOP, reasons=())) == []

    @pytest.mark.parametrize("text", ["b-10", "B-10", "ref/ü", "REF/Ü", "so0901", "0901", "90", " 901 "])
    def test_by_text(self, store: Store, text: str) -> None:
        """Text is found anywhere in number, reference, and number and id over there; capitals do not matter.

        *Troubleshooting:* ``rules.lookups.search_key`` holds all of them; write it anew whenever one changes.
        """
        store.ingest(SHOP, [an_order("ref/Ü1", number="B-1001"), an_order("2", number="A-2")], at=AT)
        entry = next(entry for entry in claim(store) if entry.number == "B-1001")
        store.record(entry.transition_to(S.DELIVERED, AT, remote_id="901", remote_number="SO0901"), who="ann")
        assert references(store.entries(SHOP, text=text)) == ["ref/Ü1"]
        assert references(store.entries(text=text, states={S.PENDING})) == []

    @pytest.mark.parametrize("text", ["%", "_", "*", "1001 ref", "\n", "10012"])
    def test_text_is_only_text(self, store: Store, text: str) -> None:
        """No sign has a meaning of its own, and nothing is found across two names.

        *Troubleshooting:* escape what LIKE understands. Text of blanks only is no text, and finds everything.
        """
        store.ingest(SHOP, [an_order("ref", number="1001")], at=AT)
        assert len(store.entries(SHOP, text=text)) == (not text.strip())

    def test_a_changed_number_is_found(self, store: Store) -> None:
        """What the source renames is found by its new number, and no longer by the old one.

        *Troubleshooting:* new content that is applied changes what can be searched.
        """
        store.ingest(SHOP, [an_order("1", number="old")], at=AT)
        store.ingest(SHOP, [an_order("1", number="new")], at=SOON)
        assert references(store.entries(text="new")) == ["1"]
        assert references(store.entries(text="old")) == []

    def test_long_names_do_no_harm(self, store: Store) -> None:
        """However long a number is, the order is taken in and found by how it begins.

        *Troubleshooting:* an index has a longest key; only so much of each name can be searched.
        """
        store.ingest(SHOP, [an_order("1", number="x1" * 2000)], at=AT)
        assert references(store.entries(SHOP, text="x1x1")) == ["1"]
        assert references(store.entries(SHOP, text="x1" * 2000)) == ["1"]

    @pytest.mark.parametrize(
        ("span", "found"),
        [
            ((None, None), ["3", "2", "1"]),
            ((SOON, None), ["3", "2"]),
            ((None, SOON), ["1"]),
            ((SOON, AFTER), ["2"]),
            ((AFTER + timedelta(seconds=1), None), []),
        ],
    )
    def test_by_ingest(self, store: Store, span: Span, found: list[str]) -> None:
        """A span of time begins with its first moment and ends before its last.

        *Troubleshooting:* ``>=`` and ``<``; either end may be open.
        """
        for reference, at in (("1", AT), ("2", SOON), ("3", AFTER)):
            store.ingest(SHOP, [an_order(reference)], at=at)
        assert references(store.entries(SHOP, ingested=span)) == found

    def test_dates_follow_the_state(self, store: Store) -> None:
        """``entered`` is when the order came into the state it is in, not when it was last touched.

        *Troubleshooting:* a new state sets ``in_state_since``, the same state again leaves it.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        assert entry_of(store).in_state_since == AT
        held = store.override_state(entry_of(store).id, S.HELD, at=SOON, who="bob", why="wait")
        assert held.in_state_since == SOON
        held = store.override_state(held.id, S.HELD, at=AFTER, who="bob", why="wait longer")
        assert (held.in_state_since, held.updated_at) == (SOON, AFTER)
        assert entry_of(store) == held
        assert references(store.entries(SHOP, entered=(SOON, AFTER))) == ["1"]
        assert references(store.entries(SHOP, entered=(AFTER, None), states={S.HELD})) == []
        store.ingest(SHOP, [an_order(note="changed")], at=SOON)
        assert entry_of(store).in_state_since == SOON

    def test_a_doubt_begins_once(self, store: Store) -> None:
        """Sent again from ``uncertain``, and in doubt again, an order is in doubt since it first left; also where a
        worker did not report back.

        *Troubleshooting:* between ``sending`` and ``uncertain``, either way, ``in_state_since`` stays.
        """
        in_state(store, S.SENDING)
        doubtful = claim_one(store, AFTER, "bob")
        assert (doubtful.state, doubtful.in_state_since, doubtful.updated_at) == (S.UNCERTAIN, AT, AFTER)
        for state in (S.SENDING, S.UNCERTAIN):
            doubtful = store.record(doubtful.transition_to(state, AFTER), who="bob")
            assert (doubtful.in_state_since, entry_of(store).in_state_since) == (AT, AT)
        assert [count.since for count in store.summary(states={S.UNCERTAIN})] == [AT]
        found = store.record(claim_one(store, AFTER).transition_to(S.DELIVERED, AFTER, remote_id="901"), who="ann")
        assert found.in_state_since == AFTER

    def test_pages(self, store: Store) -> None:
        """The id of a page's last entry asks for the next page, also among orders of one moment.

        *Troubleshooting:* sort and compare by ``ingested_at``, then by id; the filters go on counting.
        """
        store.ingest(SHOP, orders(5), at=AT)
        store.ingest(SHOP, [an_order("late")], at=SOON)
        store.ingest("other", [an_order("elsewhere")], at=AT)
        pages, last = [], None
        for _ in range(4):
            page = store.entries(SHOP, limit=2, before=last, states={S.PENDING})
            pages.append(references(page))
            last = page[-1].id if page else last
        assert pages == [["late", "5"], ["4", "3"], ["2", "1"], []]

    def test_there_is_no_page_after_nothing(self, store: Store) -> None:
        """An id nobody has is refused, so that a script does not take it for the end.

        *Troubleshooting:* KeyError.
        """
        with pytest.raises(KeyError):
            store.entries(before=4711)

    def test_several_states_in_pages(self, store: Store) -> None:
        """Limits and pages also hold for several states together.

        *Troubleshooting:* the limit counts all states together.
        """
        store.ingest(SHOP, orders(4), at=AT)
        store.override_state(entry_of(store, "2").id, S.SKIPPED, at=AT, who="bob", why="no")
        store.override_state(entry_of(store, "3").id, S.HELD, at=AT, who="bob", why="no")
        wanted = [S.HELD, S.SKIPPED, S.PENDING]
        first = store.entries(SHOP, states=wanted, limit=3)
        assert references(first) == ["4", "3", "2"]
        assert references(store.entries(SHOP, states=wanted, limit=3, before=first[-1].id)) == ["1"]

    def test_summary(self, store: Store) -> None:
        """Orders are counted by connection, state and reason, with the moment since when the first is there.

        *Troubleshooting:* what waits for a transient reason is counted apart from what does not.
        """
        store.ingest(SHOP, orders(5), at=AT)
        store.ingest("other", orders(1), at=SOON)
        one, two, three, *_ = claim(store)
        store.record(one.transition_to(S.HELD, AFTER, reason=Reason("no_sku", "x")), who="ann")
        store.record(two.transition_to(S.HELD, SOON, reason=Reason("no_sku", "y")), who="ann")
        store.record(three.transition_to(S.HELD, SOON, reason=Reason("no_sku", "z", transient=True)), who="ann")
        counted = [(c.connection, c.state, c.code, c.transient, c.count, c.since) for c in store.summary()]
        assert counted == [
            ("other", S.PENDING, None, False, 1, SOON),
            (SHOP, S.HELD, "no_sku", False, 2, SOON),
            (SHOP, S.HELD, "no_sku", True, 1, SOON),
            (SHOP, S.PENDING, None, False, 2, AT),
        ]
        assert [c.count for c in store.summary(SHOP, states={S.HELD})] == [2, 1]
        assert list(store.summary(SHOP, states=())) == list(store.summary("nobody")) == []
        with_reason = [(c.connection, c.state, c.transient, c.count) for c in store.summary(with_reason=True)]
        assert with_reason == [(SHOP, S.HELD, False, 2), (SHOP, S.HELD, True, 1)]
        assert list(store.summary(states={S.PENDING}, with_reason=True)) == []

    def test_by_remote_ids(self, store: Store) -> None:
        """Entries are found by what they were delivered as, within their connection.

        *Troubleshooting:* ids that nobody was delivered as are absent.
        """
        delivered = in_state(store, S.DELIVERED)
        assert dict(store.by_remote_ids(SHOP, ["901", "902"])) == {"901": delivered}
        assert dict(store.by_remote_ids("other", ["901"])) == {}
        assert dict(store.by_remote_ids(SHOP, [])) == {}

    def test_first_sent(self, store: Store) -> None:
        """The first entry that was ever sent, or is known by an id of the system, within its connection.

        *Troubleshooting:* a ``generation`` above 0 was sent, whatever became of it; order by when it was ingested.
        """
        assert store.first_sent(SHOP) is None
        store.ingest(SHOP, [an_order("0")], at=AT - timedelta(days=1))
        assert store.first_sent(SHOP) is None
        store.override_state(entry_of(store, "0").id, S.SKIPPED, at=AT, who="bob", why="no longer wanted")
        delivered = in_state(store, S.DELIVERED)
        assert store.first_sent(SHOP) == delivered
        assert store.first_sent("other") is None

    def test_what_was_said_at_delivery(self, store: Store) -> None:
        """DeliveredEntry orders are found with what the first event that names their id in the system says.

        *Troubleshooting:* events of before the delivery, and of another id, say nothing of it.
        """
        entry = store.record(in_state(store, S.SENDING), who="ann", detail={"remote_id": "901", "total": "0"})
        assert dict(store.delivered(SHOP, ["901"])) == {}
        entry = entry.transition_to(S.DELIVERED, AT, remote_id="901", remote_number="SO0901")
        entry = store.record(entry, who="ann", detail={"remote_id": "7"})
        known = DeliveredEntry(reference="1", number="#1", remote_number="SO0901")
        assert dict(store.delivered(SHOP, ["901", "902"])) == {"901": known}
        said = {"remote_id": "901", "total": "9.80", "parts": {"lines": "1,2"}}
        entry = store.record(entry.transition_to(S.SHIPPED, AT), who="ann", detail=said)
        store.record(entry.transition_to(S.CONFIRMED, AT), who="ann", detail={**said, "total": "1"})
        found = store.delivered(SHOP, ["901"])
        assert dict(found) == {"901": evolve(known, said=said, state=S.CONFIRMED)}
        assert found["901"].said == said
        assert dict(store.delivered("other", ["901"])) == {}
        assert dict(store.delivered(SHOP, [])) == {}

    def test_long_lists_are_fine(self, store: Store) -> None:
        """Looking for thousands of things at once works.

        *Troubleshooting:* databases limit how many values one statement may carry.
        """
        store.ingest(SHOP, orders(1), at=AT)
        (entry,) = claim(store)
        store.record(entry.transition_to(S.DELIVERED, AT, remote_id="39999"), who="ann")
        assert list(store.by_remote_ids(SHOP, {str(n) for n in range(40_000)})) == ["39999"]
        assert list(store.delivered(SHOP, {str(n) for n in range(40_000)})) == ["39999"]
        assert list(store.shipments(SHOP, range(40_000))) == []

    def test_history_is_told_from_the_beginning(self, store: Store) -> None:
        """An order's events come oldest first, and only its own.

        *Troubleshooting:* events of one transaction keep their sequence.
        """
        entry = in_state(store, S.CONFIRMED)
        store.ingest(SHOP, [an_order("2")], at=AT)
        steps = [S.PENDING, S.SENDING, S.DELIVERED, S.SHIPPED, S.CONFIRMED]
        history = store.history(entry.id)
        assert [event.now for event in history] == steps
        assert [event.was for event in history] == [None, *steps[:-1]]

    def test_an_unknown_entry_has_no_history(self, store: Store) -> None:
        """Nothing is known of an order that is not there.

        *Troubleshooting:* an empty sequence, no error.
        """
        assert list(store.history(4711)) == []
