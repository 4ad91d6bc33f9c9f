"""What a source says differently of an order that was delivered, and what a person edits of a held one."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from tradegecko_bridge.commerce import Address, OrderLine
from tradegecko_bridge.commerce.differences import Difference
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import AT_SOURCE, EDIT_OUTDATED, OrderState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    SHOP,
    SOON,
    STATES,
    S,
    an_order,
    entry_of,
    history_of,
    in_state,
)
from tradegecko_bridge.testing.store_checks.resupply import CANCELED, CHANGED

DELIVERED = [S.DELIVERED, S.SHIPPED, S.CONFIRMED]


def noted(store: Store) -> Difference | None:
    """What is noted of the only order."""
    return Difference.of(store.told_values(SHOP, AT_SOURCE).get("1"))


class DifferenceChecks:
    """Differences and edits."""

    @pytest.mark.parametrize("state", DELIVERED)
    def test_what_a_source_says_differently_is_noted(self, store: Store, state: OrderState) -> None:
        """With the event, in one transaction; and that it says again what was sent.

        *Troubleshooting:* ``stores.rules.ingest.compared`` says what, and is told what was noted before; write its
        ``differs`` as a told value of the kind ``AT_SOURCE``.
        """
        in_state(store, state, an_order())
        assert noted(store) is None
        store.ingest(SHOP, [CANCELED], at=SOON)
        found = noted(store)
        assert found is not None
        assert (found.parts[0], found.at) == ("canceled", SOON)
        store.ingest(SHOP, [evolve(CANCELED, source_status="closed")], at=AFTER)
        assert noted(store) == found, "since the same moment"
        store.ingest(SHOP, [an_order()], at=AFTER)
        again = noted(store)
        assert again is not None
        assert again.parts == ()

    @pytest.mark.parametrize("state", [state for state in STATES if state not in DELIVERED])
    def test_of_an_order_that_is_not_there_nothing_is(self, store: Store, state: OrderState) -> None:
        """Its content is applied, or waits.

        *Troubleshooting:* only delivered orders have been sent for good.
        """
        in_state(store, state, an_order())
        store.ingest(SHOP, [CHANGED], at=SOON)
        assert noted(store) is None

    def test_what_came_while_it_was_sent_is_noted_when_it_arrives(self, store: Store) -> None:
        """The order is there as it was sent.

        *Troubleshooting:* compare when a transition leads to a delivered state.
        """
        entry = in_state(store, S.SENDING, an_order())
        store.ingest(SHOP, [CANCELED], at=SOON)
        store.record(entry.transition_to(S.DELIVERED, SOON, remote_id="7"), who="w")
        found = noted(store)
        assert found is not None
        assert found.parts[0] == "canceled"

    def test_a_preview_notes_nothing(self, store: Store) -> None:
        """It writes nothing.

        *Troubleshooting:* the rules only say what would be.
        """
        in_state(store, S.DELIVERED, an_order())
        store.preview_ingest(SHOP, [CANCELED], at=SOON)
        assert noted(store) is None

    def test_an_edited_order_is_planned_as_edited(self, store: Store) -> None:
        """It becomes pending, and what its source gives is kept beside it, also when it is read again.

        *Troubleshooting:* ``stores.rules.work.edited`` says what becomes of the row; keep ``given`` with the content.
        """
        before = in_state(store, S.HELD, an_order())
        edited = evolve(an_order(), note="ring twice")
        wanted = evolve(before, order=edited, given=before.order)
        after = store.edit(wanted, at=AFTER, who="bob", why="so", fields=["note"])
        assert after == entry_of(store)
        assert (after.order, after.given, after.reason) == (edited, an_order(), None)
        event = history_of(store)[-1]
        assert (event.who, event.why, event.detail) == ("bob", "so", {"edited": ["note"]})
        (claimed,) = store.claim(SHOP, "w", at=AFTER, until=AFTER.replace(hour=23), limit=1)
        assert (claimed.order, claimed.given) == (edited, an_order())

    def test_news_do_not_undo_an_edit(self, store: Store) -> None:
        """The rest follows the source; where it changes the same, the order is held.

        *Troubleshooting:* ``commerce.edits.merged``.
        """
        before = in_state(store, S.HELD, an_order())
        edited = evolve(an_order(), shipping_address=Address(address1="Via Roma 1", country="IT"))
        store.edit(evolve(before, order=edited, given=before.order), at=AT, who="bob", why="so")
        line = OrderLine(reference="x", sku="POT", quantity=Decimal(1), price=Decimal(1))
        store.ingest(SHOP, [an_order(lines=(line,))], at=SOON)
        assert entry_of(store).order == evolve(edited, lines=(line,))
        theirs = Address(address1="1 King St", country="CA")
        store.ingest(SHOP, [an_order(lines=(line,), shipping_address=theirs)], at=AFTER)
        after = entry_of(store)
        assert after.reason is not None
        assert (after.state, after.reason.code) == (S.HELD, EDIT_OUTDATED)
        assert "Roma" not in after.reason.text
        assert after.order == evolve(edited, lines=(line,))

    @pytest.mark.parametrize("state", [state for state in STATES if state is not S.HELD])
    def test_only_held_orders_are_edited(self, store: Store, state: OrderState) -> None:
        """Nothing changes of another one.

        *Troubleshooting:* ValueError, or ClaimLost where a worker has it.
        """
        before = in_state(store, state)
        with pytest.raises((ValueError, ClaimLost)):
            store.edit(evolve(before, order=an_order(note="x")), at=AFTER, who="bob", why="so")
        assert entry_of(store) == before

    def test_nobody_edits_what_has_changed_meanwhile(self, store: Store) -> None:
        """The serial tells.

        *Troubleshooting:* compare the row's serial with the entry's under the row's lock.
        """
        before = in_state(store, S.HELD)
        store.ingest(SHOP, [CHANGED], at=SOON)
        with pytest.raises((ValueError, ClaimLost)):
            store.edit(evolve(before, order=an_order(note="x")), at=AFTER, who="bob", why="so")
        with pytest.raises(KeyError):
            store.edit(evolve(before, id=before.id + 999), at=AFTER, who="bob", why="so")
