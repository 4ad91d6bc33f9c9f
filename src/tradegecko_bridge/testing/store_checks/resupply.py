"""Orders the ledger knows, given again: unchanged, changed, canceled, unreadable, and readable once more."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

import pytest
from attrs import evolve

from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import CANCELED_AT_SOURCE, GAVE_UP_IN_DOUBT, OrderState, PendingUpdate, Reason
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AT,
    SENT,
    SHOP,
    SOON,
    STATES,
    UNSENT,
    S,
    an_order,
    claim_one,
    entry_of,
    history_of,
    in_state,
)

CHANGED = an_order(currency="USD")
CANCELED = an_order(canceled_at=SOON)
GARBLED = UnreadableOrder(reference="1", problem="a line has no quantity")


class ResupplyChecks:
    """Ingest of known orders."""

    @pytest.mark.parametrize("state", STATES)
    def test_a_known_order_is_left_alone(self, store: Store, state: OrderState) -> None:
        """Giving an order again changes nothing, whatever has become of it.

        *Troubleshooting:* compare fingerprints of content; the cursor is not content.
        """
        before = in_state(store, state)
        events = history_of(store)
        counts = store.ingest(SHOP, [an_order(cursor="elsewhere")], at=SOON)
        assert (counts.new, counts.known, counts.changed) == ((), 1, ())
        assert entry_of(store) == before
        assert history_of(store) == events

    @pytest.mark.parametrize("state", [S.PENDING, S.HELD])
    def test_new_content_makes_it_pending(self, store: Store, state: OrderState) -> None:
        """An order that is pending or held takes new content and is pending.

        *Troubleshooting:* the reason it was held for belonged to the old content.
        """
        in_state(store, state)
        counts = store.ingest(SHOP, [CHANGED], at=SOON)
        entry = entry_of(store)
        assert (counts.new, counts.known, counts.changed) == ((), 1, ("1",))
        assert (entry.state, entry.order, entry.reason) == (S.PENDING, CHANGED, None)
        assert (entry.ingested_at, entry.updated_at) == (AT, SOON)
        event = history_of(store)[-1]
        assert (event.at, event.was, event.now) == (SOON, state, S.PENDING)

    def test_canceled_at_the_source_and_back(self, store: Store) -> None:
        """An order that its source canceled and gives again is pending.

        *Troubleshooting:* only a person's cancellation is final.
        """
        store.ingest(SHOP, [CANCELED], at=AT)
        store.ingest(SHOP, [CHANGED], at=SOON)
        assert (entry_of(store).state, entry_of(store).order) == (S.PENDING, CHANGED)

    @pytest.mark.parametrize("state", [S.HELD, S.CANCELED])
    def test_a_persons_decision_outlives_new_content(self, store: Store, state: OrderState) -> None:
        """What a person held or canceled stays so when the source changes it; the new content is kept.

        *Troubleshooting:* the reason's code is ``by_hand``.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        decided = store.override_state(entry_of(store).id, state, at=AT, who="bob", why="wait for me")
        store.ingest(SHOP, [CHANGED], at=SOON)
        entry = entry_of(store)
        assert (entry.state, entry.order, entry.reason) == (state, CHANGED, decided.reason)

    @pytest.mark.parametrize("state", [S.SKIPPED, S.FAILED])
    def test_what_was_ended_stays_ended(self, store: Store, state: OrderState) -> None:
        """A skipped or failed order stays so; the new content waits for whoever takes it up again.

        *Troubleshooting:* the content is replaced and an event written; state and reason stay.
        """
        before = in_state(store, state)
        store.ingest(SHOP, [CHANGED], at=SOON)
        entry = entry_of(store)
        assert (entry.state, entry.order, entry.reason) == (state, CHANGED, before.reason)
        assert history_of(store)[-1].at == SOON

    @pytest.mark.parametrize("state", SENT)
    def test_what_was_sent_keeps_its_content(self, store: Store, state: OrderState) -> None:
        """An order that is or may be over there keeps what was sent; an event says that the source changed it.

        *Troubleshooting:* the claim of whoever is sending it must survive, too.
        """
        before = in_state(store, state)
        counts = store.ingest(SHOP, [CHANGED], at=SOON)
        event = history_of(store)[-1]
        assert counts.changed == ("1",)
        update = PendingUpdate.CHANGED if state in {S.SENDING, S.UNCERTAIN} else None
        assert entry_of(store) == evolve(before, pending_update=update)
        assert (event.at, event.was, event.now) == (SOON, state, state)
        assert event.why

    @pytest.mark.parametrize("state", SENT)
    def test_how_far_it_is_at_its_source_is_remembered(self, store: Store, state: OrderState) -> None:
        """The event of new content for such an order has the status fields of that content in its detail.

        *Troubleshooting:* ``tradegecko_bridge.ledger.PROGRESS_FIELDS``; an unreadable arrival has none.
        """
        in_state(store, state)
        store.ingest(SHOP, [an_order(paid=True, payment_status="Paid", note="ring twice")], at=SOON)
        expected = {"source_status": None, "payment_status": "Paid", "paid": True}
        assert history_of(store)[-1].detail == expected
        store.ingest(SHOP, [GARBLED], at=SOON)
        assert history_of(store)[-1].detail == {}

    @pytest.mark.parametrize("state", SENT)
    def test_a_change_is_reported_once(self, store: Store, state: OrderState) -> None:
        """The same new content again is not news; other new content is.

        *Troubleshooting:* remember the fingerprint of the source's newest word beside what was sent.
        """
        in_state(store, state)
        told = len(history_of(store))
        for content, events in ((CHANGED, 1), (CHANGED, 1), (an_order(currency="JPY"), 2), (an_order(), 3)):
            store.ingest(SHOP, [content], at=SOON)
            assert len(history_of(store)) == told + events

    def test_canceled_after_it_was_given_up_in_doubt(self, store: Store) -> None:
        """A failed order of which nobody knows whether it arrived stays failed: it may have to be undone over there.

        *Troubleshooting:* its reason has the code ``GAVE_UP_IN_DOUBT``; the content is applied.
        """
        reason = Reason(GAVE_UP_IN_DOUBT, "nobody knows")
        in_state(store, S.UNCERTAIN)
        store.record(claim_one(store, SOON).transition_to(S.FAILED, SOON, reason=reason), who="ann")
        store.ingest(SHOP, [CANCELED], at=SOON)
        entry = entry_of(store)
        assert (entry.state, entry.reason, entry.order) == (S.FAILED, reason, CANCELED)

    @pytest.mark.parametrize("state", [S.PENDING, S.HELD, S.FAILED])
    def test_canceled_at_the_source(self, store: Store, state: OrderState) -> None:
        """An order not sent yet that is canceled at its source is looked for once more; a failed one is canceled here.

        *Troubleshooting:* an earlier ledger may have delivered it, so that only a run knows.
        """
        in_state(store, state)
        store.ingest(SHOP, [CANCELED], at=SOON)
        entry, to = entry_of(store), S.CANCELED if state is S.FAILED else S.PENDING
        assert (entry.state, entry.order) == (to, CANCELED)
        assert entry.reason == (CANCELED_AT_SOURCE if state is S.FAILED else None)
        assert (history_of(store)[-1].was, history_of(store)[-1].now) == (state, to)
        assert entry.is_due(SOON) is (state is not S.FAILED)

    @pytest.mark.parametrize("state", SENT)
    def test_canceled_after_it_was_sent_is_only_reported(self, store: Store, state: OrderState) -> None:
        """A cancellation that comes too late is an event, not a change.

        *Troubleshooting:* what to do about it is decided elsewhere, by a setting.
        """
        before = in_state(store, state)
        store.ingest(SHOP, [CANCELED], at=SOON)
        update = PendingUpdate.CANCELED if state in {S.SENDING, S.UNCERTAIN} else None
        assert entry_of(store) == evolve(before, pending_update=update)
        assert "cancel" in history_of(store)[-1].why

    def test_readable_at_last(self, store: Store) -> None:
        """An order held as unreadable is pending as soon as its source gives it whole.

        *Troubleshooting:* its number may only be known now.
        """
        store.ingest(SHOP, [GARBLED], at=AT)
        store.ingest(SHOP, [an_order()], at=SOON)
        entry = entry_of(store)
        assert (entry.state, entry.order, entry.number, entry.reason) == (S.PENDING, an_order(), "#1", None)

    @pytest.mark.parametrize("state", [S.PENDING, S.HELD])
    def test_no_longer_readable(self, store: Store, state: OrderState) -> None:
        """An unsent order whose newest version cannot be read is held, and pending again once it can be.

        *Troubleshooting:* the same content as before counts as a change after an unreadable version.
        """
        in_state(store, state)
        store.ingest(SHOP, [GARBLED], at=SOON)
        reason = entry_of(store).reason
        assert entry_of(store).state is S.HELD
        assert reason is not None
        assert (reason.code, reason.text) == ("unreadable", GARBLED.problem)
        store.ingest(SHOP, [an_order()], at=SOON)
        assert (entry_of(store).state, entry_of(store).order) == (S.PENDING, an_order())

    @pytest.mark.parametrize("state", [*SENT, S.SKIPPED, S.FAILED, S.CANCELED])
    def test_unreadable_later_on_is_only_reported(self, store: Store, state: OrderState) -> None:
        """An order that is sent, or ended, stays what it is when its newest version cannot be read.

        *Troubleshooting:* content, state and reason stay; an event names the problem.
        """
        before = in_state(store, state)
        store.ingest(SHOP, [GARBLED], at=SOON)
        entry = entry_of(store)
        assert (entry.state, entry.order, entry.reason) == (state, before.order, before.reason)
        assert GARBLED.problem in history_of(store)[-1].why

    @pytest.mark.parametrize("arrival", [CHANGED, CANCELED, GARBLED], ids=["changed", "canceled", "unreadable"])
    def test_old_content_is_not_sent_once_new_content_is_known(self, store: Store, arrival: object) -> None:
        """A worker that claimed an order before it changed can no longer send what it read.

        *Troubleshooting:* taking up new content ends the claim and grows the serial.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        claimed = claim_one(store)
        store.ingest(SHOP, [arrival], at=SOON)  # type: ignore[list-item]
        with pytest.raises(ClaimLost):
            store.record(claimed.transition_to(S.SENDING, SOON), who="ann")

    @pytest.mark.parametrize("back", [S.PENDING, S.HELD, S.FAILED])
    @pytest.mark.parametrize("state", [S.SENDING, S.UNCERTAIN])
    def test_what_changed_meanwhile_is_taken_up(self, store: Store, state: OrderState, back: OrderState) -> None:
        """Content that came while an order was out is not lost when the order turns out not to have arrived.

        *Troubleshooting:* the source will not give it a third time: keep it beside what was sent.
        """
        entry = in_state(store, state)
        store.ingest(SHOP, [CHANGED], at=SOON)
        returned = store.record(entry.transition_to(back, SOON), who="ann")
        assert returned == entry_of(store)
        assert returned.order == CHANGED
        assert returned.state is (S.FAILED if back is S.FAILED else S.PENDING)

    @pytest.mark.parametrize("state", [S.SENDING, S.UNCERTAIN])
    def test_canceled_meanwhile_is_not_sent_again(self, store: Store, state: OrderState) -> None:
        """An order canceled at its source while it was out is canceled when it turns out not to have arrived.

        *Troubleshooting:* as with changed content; the history shows both steps.
        """
        entry = in_state(store, state)
        store.ingest(SHOP, [CANCELED], at=SOON)
        assert store.record(entry.transition_to(S.PENDING, SOON), who="ann").state is S.CANCELED
        assert [event.now for event in history_of(store)[-2:]] == [S.PENDING, S.CANCELED]

    def test_what_arrived_keeps_what_was_sent(self, store: Store) -> None:
        """An order that changed while it was being sent, and arrived, keeps the content that arrived.

        *Troubleshooting:* the worker that sent it must not lose its claim over the news.
        """
        entry = in_state(store, S.SENDING)
        store.ingest(SHOP, [CHANGED], at=SOON)
        delivered = store.record(entry.transition_to(S.DELIVERED, SOON, remote_id="901"), who="ann")
        assert (delivered.state, delivered.order) == (S.DELIVERED, an_order())
        assert entry_of(store) == delivered

    @pytest.mark.parametrize("state", UNSENT)
    def test_a_change_to_an_unsent_order_is_an_event(self, store: Store, state: OrderState) -> None:
        """Nothing is edited silently.

        *Troubleshooting:* an event even where the state stays.
        """
        in_state(store, state)
        told = len(history_of(store))
        store.ingest(SHOP, [CHANGED], at=SOON)
        assert len(history_of(store)) == told + 1
