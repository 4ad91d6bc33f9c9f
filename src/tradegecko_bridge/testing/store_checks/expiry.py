"""Personal data goes, the guard stays."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from tradegecko_bridge.commerce import (
    Address,
    Customer,
    Discount,
    OrderLine,
    Package,
    SourceOrder,
    UnreadableOrder,
)
from tradegecko_bridge.ledger import (
    EXPIRABLE_STATES,
    FINAL_STATES,
    Finding,
    LedgerEntry,
    NewCustomer,
    OrderState,
    Reason,
    Severity,
    ShipmentState,
    Transition,
)
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    LEASE,
    SHOP,
    SOON,
    STATES,
    TRACKED,
    S,
    a_shipment,
    an_order,
    claim,
    claim_shipments,
    entry_of,
    history_of,
    in_state,
    orders,
    with_shipments,
)

LATER = AT + timedelta(days=90)
IN_ORDER = (
    *("Zoë", "Quist", "z@x.pl", "Aleja", "62-200", "600100200", "Ring twice", "gift", "token=", "ZOE-10", "c-77"),
)


def personal(reference: str = "1", **fields: Any) -> SourceOrder:
    """An order with something personal wherever there is room for it."""
    someone = Address(
        first_name="Zoë", last_name="Quist", address1="Aleja 1", postal_code="62-200", phone="600100200", email="z@x.pl"
    )
    line = OrderLine(reference="a", sku="TEA", name="Tea for Zoë", quantity=Decimal(2), price=Decimal("4.90"))
    content: dict[str, Any] = {
        "lines": (line,),
        "discounts": (Discount(label="for Zoë", code="ZOE-10", amount=Decimal(1)),),
        "customer": Customer(reference="c-77", first_name="Zoë", last_name="Quist", email="z@x.pl", phone="600100200"),
        "shipping_address": someone,
        "billing_address": someone,
        "note": "Ring twice",
        "tags": ("gift for Zoë",),
        "url": "https://shop.example/orders/1?token=abc",
        "extra": {"gift_from": "Quist"},
        **fields,
    }
    return an_order(reference, **content)


def expire(store: Store, **options: Any) -> int:
    """Expire what came to its end before an hour after ``AT``."""
    return store.expire_personal_data(
        SHOP, **{"before": AT + timedelta(hours=1), "at": LATER, "who": "nightly", **options}
    )


def confirmed(store: Store) -> None:
    """Order ``"1"`` with personal data, on its way to the end."""
    entry = in_state(store, S.CONFIRMED, personal())
    assert all(secret in str(_everything(entry.order)) for secret in IN_ORDER)


class ExpiryChecks:
    """Expiry."""

    def test_nothing_personal_is_left(self, store: Store) -> None:
        """Names, addresses, e-mail, telephone, notes, tags, links and all that is extra go; goods and money stay.

        *Troubleshooting:* also content that waits to be applied; ``rules.expiry.expired`` gives the row.
        """
        confirmed(store)
        before = entry_of(store)
        assert expire(store) == 1
        after = entry_of(store)
        assert after.order is not None
        assert before.order is not None
        assert not [secret for secret in IN_ORDER if secret in str(_everything(after.order))]
        assert [(line.sku, line.quantity, line.price) for line in after.order.lines] == [
            ("TEA", Decimal(2), Decimal("4.90"))
        ]
        assert after.order.computed_totals == before.order.computed_totals
        assert after.order.placed_at == before.order.placed_at
        kept = evolve(before, order=after.order, expired_at=LATER, serial=after.serial)
        assert after == kept
        assert (history_of(store)[-1].who, history_of(store)[-1].why) == ("nightly", "personal data expired")

    def test_the_guard_stays(self, store: Store) -> None:
        """The same order given again is known and unchanged, and is never due.

        *Troubleshooting:* the fingerprint is of what the source said, not of what is left.
        """
        confirmed(store)
        expire(store)
        before = entry_of(store)
        counts = store.ingest(SHOP, [personal()], at=LATER)
        assert (counts.new, counts.known, counts.changed) == ((), 1, ())
        assert entry_of(store) == before
        assert claim(store, LATER) == []
        assert dict(store.by_remote_ids(SHOP, ["901"])) == {"901": before}

    @pytest.mark.parametrize("state", sorted(FINAL_STATES))
    def test_new_content_is_only_noted(self, store: Store, state: OrderState) -> None:
        """What the source changes later is an event, once; nothing personal comes back, and nothing is sent.

        *Troubleshooting:* in every state, also one in which new content would be applied.
        """
        in_state(store, state, personal())
        expire(store)
        for _ in range(2):
            store.ingest(SHOP, [personal(note="Ring thrice")], at=LATER)
        entry = entry_of(store)
        assert entry.state is state
        assert "Ring" not in str(_everything(entry.order))
        assert "not applied" in history_of(store)[-1].why
        assert len([event for event in history_of(store) if event.at == LATER]) == 2
        assert claim(store, LATER + timedelta(days=1)) == []

    @pytest.mark.parametrize("state", [S.SKIPPED, S.FAILED, S.CANCELED])
    def test_it_cannot_be_sent_any_more(self, store: Store, state: OrderState) -> None:
        """Nobody sends an order without an address.

        *Troubleshooting:* back to pending is refused; nothing changes.
        """
        in_state(store, state)
        expire(store)
        entry = entry_of(store)
        with pytest.raises(ValueError, match="expired 2026-05-01, so it cannot be sent"):
            store.override_state(entry.id, S.PENDING, at=LATER, who="bob", why="after all")
        assert entry_of(store) == entry

    @pytest.mark.parametrize("state", STATES)
    def test_only_what_is_finished_expires(self, store: Store, state: OrderState) -> None:
        """Delivered and shipped orders only when asked for; what may still be sent never, and asking for it is refused.

        *Troubleshooting:* ``ledger.FINAL_STATES`` and ``EXPIRABLE_STATES``.
        """
        in_state(store, state)
        assert expire(store) == (state in FINAL_STATES)
        if state in EXPIRABLE_STATES:
            assert expire(store, states=EXPIRABLE_STATES) == (state not in FINAL_STATES)
            assert entry_of(store).expired_at == LATER
            return
        with pytest.raises(ValueError, match=f"{state} may still be sent"):
            expire(store, states={state, S.CONFIRMED})
        assert entry_of(store).expired_at is None

    def test_only_what_ended_long_enough_ago(self, store: Store) -> None:
        """What counts is when it came to its end, not when it was taken in or last touched.

        *Troubleshooting:* ``in_state_since``.
        """
        store.ingest(SHOP, orders(3), at=AT)
        for reference, at in (("1", AT), ("2", SOON), ("3", AFTER)):
            store.override_state(entry_of(store, reference).id, S.SKIPPED, at=at, who="bob", why="no")
        store.ingest(SHOP, [an_order("1", canceled_at=AT)], at=AFTER)
        assert store.expirable(SHOP, before=SOON, at=LATER) == 1
        assert expire(store, before=SOON) == 1
        assert expire(store, before=AFTER) == 1
        assert [entry_of(store, n).expired_at for n in "123"] == [LATER, LATER, None]

    def test_batch_by_batch(self, store: Store) -> None:
        """A call changes no more than its limit, each order once; other connections are not touched.

        *Troubleshooting:* what has expired is not due again.
        """
        for connection in (SHOP, "other"):
            store.ingest(connection, [personal(str(n)) for n in range(1, 6)], at=AT)
        for entry in store.entries():
            store.override_state(entry.id, S.SKIPPED, at=AT, who="bob", why="no")
        assert store.expirable(SHOP, before=SOON, at=LATER) == 5
        assert [expire(store, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert store.expirable(SHOP, before=SOON, at=LATER) == 0
        assert store.expirable("other", before=SOON, at=LATER) == 5
        assert len({event.at for entry in store.entries(SHOP) for event in store.history(entry.id)}) == 2

    def test_shipments_lose_theirs_too(self, store: Store) -> None:
        """Tracking numbers lead to addresses: they go with the order, and the shipment stays known.

        *Troubleshooting:* the shipment's fingerprint stays; the same shipment again is not told again.
        """
        shipment = a_shipment(packages=TRACKED)
        (row,) = with_shipments(store, shipment)
        assert expire(store, states=EXPIRABLE_STATES) == 0, "the source has yet to be told"
        (row,) = claim_shipments(store)
        store.record_shipment(evolve(row, state=ShipmentState.SENT), at=AT)
        assert expire(store, states=EXPIRABLE_STATES) == 1
        (after,) = store.shipments(SHOP)
        assert (after.state, after.shipment.items) == (ShipmentState.SENT, shipment.items)
        assert "1Z999" not in str(_everything(after.shipment))
        assert store.ingest_shipments(SHOP, [(row.entry_id, shipment)], cursor=None, at=LATER) == 0

    def test_what_a_source_said_of_a_shipment_goes_too(self, store: Store) -> None:
        """A source may name somebody when it refuses a shipment: its words go with the order's data.

        *Troubleshooting:* ``rules.expiry.expired_shipment`` gives the row; its reason is written too.
        """
        with_shipments(store, a_shipment())
        (row,) = claim_shipments(store)
        store.record_shipment(evolve(row, state=ShipmentState.REFUSED, reason="z@x.pl has moved"), at=AT)
        assert expire(store, states=EXPIRABLE_STATES) == 1
        (after,) = store.shipments(SHOP)
        assert (after.state, after.reason) == (ShipmentState.REFUSED, "")

    @pytest.mark.parametrize("state", [ShipmentState.SENT, ShipmentState.REFUSED])
    def test_a_shipment_after_expiry(self, store: Store, state: ShipmentState) -> None:
        """One that comes or changes later is told whole; then its tracking number goes, and it stays known.

        *Troubleshooting:* ``record_shipment`` looks whether the order has expired; what is pending keeps its content.
        """
        in_state(store, S.CONFIRMED)
        expire(store)
        entry = entry_of(store)
        for packages in (TRACKED, (Package(tracking_number="1Z000"),)):
            shipment = a_shipment(packages=packages)
            assert store.ingest_shipments(SHOP, [(entry.id, shipment)], cursor=None, at=LATER) == 1
            (row,) = claim_shipments(store, LATER)
            waits = evolve(row, state=ShipmentState.PENDING, reason="down", next_attempt_at=LATER)
            store.record_shipment(waits, at=LATER)
            (row,) = claim_shipments(store, LATER)
            assert (row.shipment, row.reason) == (shipment, "down")
            store.record_shipment(evolve(row, state=state, reason="z@x.pl"), at=LATER)
            (after,) = store.shipments(SHOP)
            assert (after.state, after.reason, after.shipment.items) == (state, "", shipment.items)
            assert "1Z" not in str(_everything(after.shipment))
            assert store.ingest_shipments(SHOP, [(entry.id, shipment)], cursor=None, at=LATER) == 0
        assert entry_of(store) == entry

    @pytest.mark.parametrize(
        ("why", "left"),
        [
            ("shipment 7 sent: 1 unit, TRK99, complete", "shipment 7 sent (the rest has expired)"),
            ("shipment 7 refused: z@x.pl has moved", "shipment 7 refused (the rest has expired)"),
            (
                "shipment 7 was taken over by another worker; shipment 8 sent: 1 unit, TRK99, complete",
                "shipment 7 was taken over by another worker (the rest has expired)",
            ),
            ("shipment 7 sent (1 unit, complete)", "shipment 7 sent (1 unit, complete)"),
            ("shipment 7 was lost: told by telephone", "shipment 7 was lost: told by telephone"),
        ],
    )
    def test_what_earlier_versions_wrote_of_shipments(self, store: Store, why: str, left: str) -> None:
        """They put tracking numbers and sources' words into the history: expiry takes both out, and nothing else.

        *Troubleshooting:* ``rules.expiry.expired_why`` gives the text.
        """
        in_state(store, S.DELIVERED)
        store.override_state(entry_of(store).id, S.CONFIRMED, at=AT, who="ann", why=why)
        before = history_of(store)
        expire(store)
        assert history_of(store)[:-1] == [*before[:-1], evolve(before[-1], why=left)]

    def test_whatever_is_said_of_it_is_cleared(self, store: Store) -> None:
        """Reasons and history say nothing of whom an order is about: from the beginning of people, then of anything.

        *Troubleshooting:* ``rules.work`` clears what is written, ``rules.expiry`` what has been.
        """
        store.ingest(SHOP, [personal()], at=AT)
        (entry,) = claim(store)
        said = "refused: ZOË quist of 62-200 (request id 7); 'Tea for Zoë' is too long"
        held = entry.transition_to(S.HELD, AT, reason=Reason("rejected", said))
        store.record(held, who="w", why=said, detail={"request_id": "z@x.pl"})
        entry, event = entry_of(store), history_of(store)[-1]
        assert entry.reason is not None
        assert entry.reason.text == event.why == "refused: … of … (request id 7); 'Tea for …' is too long"
        assert event.detail == {"request_id": "…"}
        store.override_state(entry.id, S.SKIPPED, at=AT, who="bob", why="a gift for Zoë, says Quist")
        assert history_of(store)[-1].why == "a gift for …, says …"
        expire(store)
        assert all(name not in str(history_of(store)) for name in ("Zoë", "Quist", "gift", "Tea for"))

    def test_what_nobody_could_read_leaves_no_text(self, store: Store) -> None:
        """Its values are not known, so nothing that was said of it stays; its state and code do.

        *Troubleshooting:* ``rules.expiry.expired_history``; an order without content.
        """
        store.ingest(SHOP, [UnreadableOrder(problem="Zoë Quist has no street", reference="1")], at=AT)
        store.override_state(entry_of(store).id, S.SKIPPED, at=AT, who="bob", why="Zoë called")
        assert expire(store) == 1
        entry = entry_of(store)
        assert (entry.state, entry.reason and entry.reason.code) == (S.SKIPPED, "by_hand")
        assert "Zoë" not in f"{entry.reason} {history_of(store)}"

    def test_alerts_are_cleared_too(self, store: Store) -> None:
        """Of what they say about the order; and of all they say, where they closed as long ago.

        *Troubleshooting:* open ones stay, and so do those of other connections.
        """
        quoting = Finding(key="source x", severity=Severity.ERROR, text="shop: 500 for order 1 of Zoë Quist")
        old = evolve(quoting, key="remote x")
        for connection in (SHOP, "other"):
            store.update_alerts(connection, [quoting, old], scope=[], at=AT)
            store.update_alerts(connection, [quoting], scope=["remote"], at=AT)
        in_state(store, S.CONFIRMED, personal())
        expire(store)
        texts = {alert.key: alert.text for alert in store.alerts(SHOP, closed=True)}
        assert texts["source x"] == "shop: 500 for order 1 of …"
        assert "500" not in texts["remote x"]
        assert {alert.text for alert in store.alerts("other", closed=True)} == {quoting.text}

    def test_whom_it_has_made_goes(self, store: Store) -> None:
        """The digest of the customer it made is forgotten with it.

        *Troubleshooting:* ``customer_makers`` has nobody any more.
        """
        new = NewCustomer(digests=frozenset({"f00"}), since=AT - timedelta(days=1))
        store.ingest(SHOP, [personal()], at=AT)
        (entry,) = claim(store)
        sending = entry.transition_to(S.SENDING, AT, sent_at=AT, generation=1, claim=entry.claim, remote_number="1")
        (sent,) = store.record_all([Transition(entry=sending, who="w", new_customer=new)])
        assert isinstance(sent, LedgerEntry)
        store.record(sent.transition_to(S.DELIVERED, AT, remote_id="9"), who="w")
        assert list(store.customer_makers(new)) == [entry.id]
        assert expire(store, states=EXPIRABLE_STATES) == 1
        assert list(store.customer_makers(new)) == []

    def test_what_is_worked_on_or_left_to_do_waits(self, store: Store) -> None:
        """An order somebody has claimed, or with something still to do, keeps its data until that is over.

        *Troubleshooting:* ``pending_actions`` is empty and no claim runs.
        """
        entry = in_state(store, S.SENDING)
        entry = store.record(
            entry.transition_to(S.DELIVERED, AT, remote_id="9", pending_actions=("invoice",)), who="ann"
        )
        assert expire(store, states=EXPIRABLE_STATES, at=SOON) == 0
        (entry,) = claim(store, LEASE)
        assert expire(store, states=EXPIRABLE_STATES, at=LEASE) == 0
        store.release_claim(entry)
        assert expire(store, states=EXPIRABLE_STATES) == 0
        (entry,) = claim(store, LEASE)
        store.record(entry.transition_to(S.DELIVERED, LEASE, pending_actions=()), who="ann")
        assert expire(store, states=EXPIRABLE_STATES) == 1

    def test_nobody_writes_the_data_back(self, store: Store) -> None:
        """A worker that read the order before it expired cannot record over it.

        *Troubleshooting:* expiring grows the serial, as a claim does.
        """
        entry = in_state(store, S.CONFIRMED)
        expire(store)
        assert entry_of(store).serial > entry.serial

    def test_scrubbing(self, store: Store) -> None:
        """Scrubbing can be done at any time and says whether it could.

        *Troubleshooting:* True where there is nothing to do.
        """
        confirmed(store)
        expire(store)
        assert store.scrub() is True
        assert entry_of(store).expired_at == LATER


def _everything(record: object) -> object:
    """All of a record, with what its repr leaves out."""
    from tradegecko_bridge.commerce.codec import to_plain

    return to_plain(record)
