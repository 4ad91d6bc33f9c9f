"""Taking orders in for the first time, cursors, and that what comes out is what went in."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from tradegecko_bridge.commerce import (
    Address,
    Customer,
    Discount,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.errors import CursorMoved
from tradegecko_bridge.ledger import LedgerEvent, OrderState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AT,
    SHOP,
    SOON,
    STATES,
    S,
    an_order,
    entry_of,
    history_of,
    in_state,
    orders,
    references,
)


class IngestChecks:
    """Ingest."""

    def test_card_numbers_are_not_kept(self, store: Store) -> None:
        """Neither in an order nor in what a source says of one that it cannot give whole.

        *Troubleshooting:* ``rules.ingest.identify`` takes them out; what is left is what is sent.
        """
        card = "4111 1111 1111 1111"
        store.ingest(SHOP, [an_order("1", note=f"use {card}", payment_method=card)], at=AT)
        store.ingest(SHOP, [UnreadableOrder(problem=f"note {card!r} is too long", reference="2")], at=AT)
        order = entry_of(store).order
        assert order is not None
        assert (order.note, order.payment_method) == ("use [card number removed]", "[card number removed]")
        assert "4111" not in str(entry_of(store, "2").reason)
        again = store.ingest(SHOP, [an_order("1", note=f"use {card}", payment_method=card)], at=AT)
        assert (again.known, again.changed) == (1, ())

    def test_a_new_order_is_pending(self, store: Store) -> None:
        """A new order is written whole, is pending, and its history begins.

        *Troubleshooting:* compare the entry field by field; ``ingested_at`` and ``updated_at`` are ``at``.
        """
        counts = store.ingest(SHOP, [an_order()], at=AT)
        entry = entry_of(store)
        assert (counts.new, counts.known, counts.changed) == (("1",), 0, ())
        assert (entry.connection, entry.reference, entry.number, entry.state) == (SHOP, "1", "#1", S.PENDING)
        assert (entry.order, entry.reason, entry.claim, entry.remote_id) == (an_order(), None, None, None)
        assert (entry.generation, entry.attempts, entry.line_ids) == (0, 0, {})
        assert (entry.ingested_at, entry.updated_at, entry.sent_at, entry.next_attempt_at) == (AT, AT, None, None)
        (event,) = history_of(store)
        assert (event.at, event.was, event.now) == (AT, None, S.PENDING)

    def test_another_order_under_a_known_reference_is_kept_beside_it(self, store: Store) -> None:
        """A till that begins at 1 every day: nothing is overwritten, and each is found again, in one batch or several.

        *Troubleshooting:* ``commerce.reuse`` says what another order is, and by which reference the ledger knows it.
        """
        days = [an_order("1", placed_at=AT + timedelta(days=day)) for day in range(3)]
        named = ["1", *(f"1 @ {AT + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}" for day in (1, 2))]
        assert store.ingest(SHOP, days[:1], at=AT).new == ("1",)
        assert store.preview_ingest(SHOP, days, at=AT)[0].new == tuple(named[1:])
        assert store.ingest(SHOP, days, at=AT).new == tuple(named[1:])
        assert [entry_of(store, name).order for name in named] == days
        counts = store.ingest(SHOP, [*days, evolve(days[1], note="in a box"), days[0]], at=AT)
        assert (counts.new, counts.changed, counts.known) == ((), (named[1],), 5)
        assert [entry.note for name in named if (entry := entry_of(store, name).order)] == [None, "in a box", None]
        store.ingest(SHOP, [evolve(days[2], canceled_at=SOON)], at=SOON)
        canceled = [entry_of(store, name).order for name in named]
        assert [order and order.canceled_at for order in canceled] == [None, None, SOON]

    def test_an_order_canceled_at_the_source_is_pending(self, store: Store) -> None:
        """An order that is already canceled when it is first seen may have been delivered by an earlier ledger.

        *Troubleshooting:* whether it is there, a run finds out, and cancels it if not.
        """
        store.ingest(SHOP, [an_order(canceled_at=AT)], at=AT)
        entry = entry_of(store)
        assert (entry.state, entry.reason) == (S.PENDING, None)

    def test_an_unreadable_order_is_held(self, store: Store) -> None:
        """An unreadable order with a reference is held for the reason ``unreadable``, with its problem as text.

        *Troubleshooting:* it has no content: ``order`` is None.
        """
        counts = store.ingest(SHOP, [UnreadableOrder(reference="1", number="#1", problem="no lines")], at=AT)
        entry = entry_of(store)
        assert counts.new == ("1",)
        assert (entry.state, entry.order, entry.number) == (S.HELD, None, "#1")
        assert entry.reason is not None
        assert (entry.reason.code, entry.reason.text, entry.reason.transient) == ("unreadable", "no lines", False)

    def test_an_unreadable_order_without_reference_is_not_written(self, store: Store) -> None:
        """What cannot be told apart cannot be kept: no row, and the others of the batch are written.

        *Troubleshooting:* it counts neither as new nor as known.
        """
        counts = store.ingest(SHOP, [UnreadableOrder(problem="not JSON"), an_order()], at=AT)
        assert (counts.new, counts.known) == (("1",), 0)
        assert references(store.entries()) == ["1"]

    def test_a_reference_twice_in_a_batch_is_one_order(self, store: Store) -> None:
        """The same order twice in one batch is one row; the later word counts.

        *Troubleshooting:* rows written earlier in the batch are known to its later arrivals.
        """
        counts = store.ingest(SHOP, [an_order(), an_order(), an_order(currency="USD")], at=AT)
        assert (counts.new, counts.known, counts.changed) == (("1",), 2, ("1",))
        assert entry_of(store).order == an_order(currency="USD")

    def test_connections_do_not_mix(self, store: Store) -> None:
        """A reference is unique within its connection only.

        *Troubleshooting:* the unique key is (connection, reference).
        """
        store.ingest(SHOP, [an_order()], at=AT)
        counts = store.ingest("other", [an_order(currency="USD")], at=AT)
        assert counts.new == ("1",)
        assert entry_of(store).order == an_order()

    def test_nothing_to_take_in_is_harmless(self, store: Store) -> None:
        """An empty batch changes nothing.

        *Troubleshooting:* there is no last arrival, and so no cursor to write.
        """
        store.ingest(SHOP, orders(1), at=AT)
        counts = store.ingest(SHOP, [], at=AT)
        assert (counts.new, counts.known, counts.changed) == ((), 0, ())
        assert store.cursor(SHOP, "orders") == "1"

    def test_the_cursor_is_that_of_the_last_arrival(self, store: Store) -> None:
        """A batch's last arrival says how far the source has been read, whatever kind of arrival it is.

        *Troubleshooting:* an unreadable order without a reference has a cursor, too.
        """
        assert store.cursor(SHOP, "orders") is None
        store.ingest(SHOP, orders(3), at=AT)
        assert store.cursor(SHOP, "orders") == "3"
        store.ingest(SHOP, [UnreadableOrder(problem="not JSON", cursor="4")], at=AT)
        assert store.cursor(SHOP, "orders") == "4"

    def test_a_blank_cursor_is_not_written(self, store: Store) -> None:
        """A last arrival without a cursor leaves the old one.

        *Troubleshooting:* do not look for an earlier arrival that has one: those after it would be lost.
        """
        store.ingest(SHOP, orders(1), at=AT)
        store.ingest(SHOP, [an_order("2", cursor="2"), an_order("3")], at=AT)
        assert store.cursor(SHOP, "orders") == "1"

    def test_a_cursor_only_moves_on_from_where_it_was_read(self, store: Store) -> None:
        """A batch that was read from another cursor than the ledger's is refused, and nothing of it is written: another
        worker has read on meanwhile, or the ledger was restored.

        *Troubleshooting:* compare ``after`` with the cursor within the transaction, a missing one as blank; None is not
        compared.
        """
        with pytest.raises(CursorMoved):
            store.ingest(SHOP, [an_order("1", cursor="1")], at=AT, after="0")
        store.ingest(SHOP, [an_order("1", cursor="1")], at=AT, after="")
        for after in ("", "0"):
            with pytest.raises(CursorMoved):
                store.ingest(SHOP, [an_order("2", cursor="2")], at=AT, after=after)
        assert references(store.entries(SHOP)) == ["1"]
        assert store.cursor(SHOP, "orders") == "1"
        store.ingest(SHOP, [an_order("2", cursor="2")], at=AT, after="1")
        store.ingest(SHOP, [an_order("3", cursor="3")], at=AT)
        assert store.cursor(SHOP, "orders") == "3"

    def test_cursors_do_not_mix(self, store: Store) -> None:
        """Each stream of each connection has its own cursor.

        *Troubleshooting:* the key is (connection, stream).
        """
        store.ingest(SHOP, orders(1), at=AT)
        assert store.cursor("other", "orders") is None
        assert store.cursor(SHOP, "shipments") is None

    def test_a_batch_is_written_whole_or_not_at_all(self, store: Store) -> None:
        """When a batch cannot be written, none of it is, and the cursor stays.

        *Troubleshooting:* one transaction around all rows, all events and the cursor.
        """
        broken: Any = _Broken()
        with pytest.raises(Exception):  # noqa: B017, PT011  whatever breaks
            store.ingest(SHOP, [*orders(1), broken], at=AT)
        assert list(store.entries()) == []
        assert store.cursor(SHOP, "orders") is None

    @pytest.mark.parametrize("state", STATES)
    def test_a_preview_is_what_ingest_then_does(self, store: Store, state: OrderState) -> None:
        """A preview tells exactly what ingest of the same batch does next, and changes nothing itself.

        *Troubleshooting:* run the very same rules, and leave out the writing; new entries have the id 0.
        """
        in_state(store, state)
        torn = UnreadableOrder(reference="1", problem="no lines")
        changed, canceled = an_order(currency="USD", cursor="c"), an_order(canceled_at=AT)
        batches: list[list[SourceOrder | UnreadableOrder]] = [
            [an_order("2"), an_order(), an_order("2", currency="USD")],
            [UnreadableOrder(problem="not JSON"), changed, an_order("2")],
            [torn, torn],
            [canceled, an_order("3", canceled_at=AT)],
            [an_order()],
        ]
        for batch in batches:
            before = _snapshot(store)
            counts, preview = store.preview_ingest(SHOP, batch, at=SOON)
            assert _snapshot(store) == before
            assert store.ingest(SHOP, batch, at=SOON) == counts
            after = {entry.reference: entry for entry in store.entries(SHOP)}
            assert [evolve(entry, id=after[entry.reference].id) for entry in preview] == [
                after[entry.reference] for entry in preview
            ]
            assert {entry.reference for entry in preview} == {*counts.new, *counts.changed}
            assert {entry.reference for entry in preview if not entry.id} == set(counts.new)

    def test_threads_taking_in_the_same_orders_write_them_once(self, store: Store) -> None:
        """Two runs that read the same source at once do not make two rows of one order.

        *Troubleshooting:* looking and writing must be one step: a lock, or a unique key that answers.
        """
        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(store.ingest, SHOP, orders(50), at=AT) for _ in range(4)]
        assert sum(len(run.result().new) for run in runs) == 50
        assert len(store.entries(SHOP)) == 50

    def test_an_order_comes_out_as_it_went_in(self, store: Store) -> None:
        """Every field of an order survives, every decimal to the last digit and every moment with its zone.

        *Troubleshooting:* keep content as text made by ``commerce.codec``; never let a decimal become a float.
        """
        full = _full_order()
        store.ingest(SHOP, [full], at=AT)
        order = entry_of(store).order
        assert order == full
        assert order is not None
        assert str(order.lines[0].price) == "10.10"
        assert order.lines[1].quantity == Decimal("0.1234567890123456789012345")
        assert order.placed_at.utcoffset() == timedelta(hours=5, minutes=30)
        assert order.cursor == "c1"

    def test_times_come_back_aware_in_utc(self, store: Store) -> None:
        """Times are the same moments, aware and in UTC, to the microsecond, whatever zone they were given in.

        *Troubleshooting:* SQLite has no type for moments, and drivers like to drop the zone.
        """
        store.ingest(SHOP, [an_order()], at=AT.astimezone(timezone(timedelta(hours=-8))))
        entry = entry_of(store)
        assert entry.ingested_at == AT
        assert entry.ingested_at.utcoffset() == timedelta(0)
        assert history_of(store)[0].at.utcoffset() == timedelta(0)

    def test_text_no_database_holds_does_not_stop_a_batch(self, store: Store) -> None:
        """Half a character or a NUL in an order does not keep the batch out of the ledger.

        *Troubleshooting:* ``stores.row.storable`` cleans what goes into columns of its own; content as ASCII
        JSON holds everything.
        """
        odd = an_order("bad\0\ud83d", number="#\0\ud83d", note="half \ud83d, nul \0")
        store.ingest(SHOP, [odd, an_order()], at=AT)
        assert store.ingest(SHOP, [odd, an_order()], at=SOON).known == 2
        (kept,) = (entry.order for entry in store.entries(SHOP) if entry.reference != "1")
        assert kept is not None
        assert kept.note == odd.note

    def test_history_begins_at_ingest(self, store: Store) -> None:
        """Every way into the ledger leaves an event without a former state.

        *Troubleshooting:* events belong to the same transaction as the row.
        """
        torn = UnreadableOrder(reference="3", problem="no lines")
        arrivals: list[SourceOrder | UnreadableOrder] = [an_order(), an_order("2", canceled_at=AT), torn]
        store.ingest(SHOP, arrivals, at=AT)
        begun: list[LedgerEvent] = [history_of(store, reference)[0] for reference in ("1", "2", "3")]
        assert [(event.was, event.now) for event in begun] == [(None, S.PENDING), (None, S.PENDING), (None, S.HELD)]


def _snapshot(store: Store) -> Any:
    """Everything an ingest could change."""
    entries = store.entries()
    return entries, [store.history(entry.id) for entry in entries], store.cursor(SHOP, "orders")


class _Broken:
    """No order at all."""

    reference = "2"
    cursor = "2"

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"broken on purpose at {name}")


def _full_order() -> SourceOrder:
    lines = (
        OrderLine(reference="a", sku="TEA", name="Thé vert 茶", quantity=Decimal(1), price=Decimal("10.10")),
        OrderLine(
            reference="b",
            quantity=Decimal("0.1234567890123456789012345"),
            price=Decimal("1E+2"),
            price_includes_tax=True,
            discount=Decimal("0.10"),
            additional_discount=Decimal("1.00"),
            tax=Decimal("1.305"),
            tax_rate=Decimal("13.0"),
            shippable=False,
        ),
    )
    someone = Address(first_name="Zoë", last_name="O'Neil", city="Łódź", country="PL", phone="+48 1", email="z@x.pl")
    return an_order(
        placed_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        lines=lines,
        shipping=(ShippingLine(label="Post", code="P", amount=Decimal("5.00"), tax=Decimal("0.65")),),
        discounts=(Discount(label="New year", code="NY", amount=Decimal("3.00")),),
        totals=Totals(subtotal=Decimal("20.20"), grand_total=Decimal("22.200")),
        customer=Customer(reference="c9", company="Łódź GmbH", email="z@x.pl"),
        shipping_address=someone,
        billing_address=Address(company="Head office"),
        requested_ship_date=date(2026, 2, 28),
        note="Ring twice\nplease ☎",
        tags=("gift", "vip"),
        url="https://shop.example/orders/1",
        canceled_at=datetime(2026, 1, 3, tzinfo=UTC),
        extra={"channel": "web"},
        cursor="c1",
    )
