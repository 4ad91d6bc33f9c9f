"""What sources acknowledged."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import RECEIPT, Transition
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import AT, SHOP, SOON, S, in_state


class ToldValueChecks:
    """Acknowledged values."""

    def test_nothing_is_acknowledged_at_first(self, store: Store) -> None:
        """A source that was never told anything has acknowledged nothing.

        *Troubleshooting:* an empty mapping, no error.
        """
        assert dict(store.told_values(SHOP, "stock")) == {}

    def test_the_last_value_counts(self, store: Store) -> None:
        """New values replace old ones of the same key; other keys stay.

        *Troubleshooting:* insert or update, key by key, in one transaction.
        """
        store.record_told_values(SHOP, "stock", {"TEA": "3", "CUP": "0"}, at=AT)
        store.record_told_values(SHOP, "stock", {"TEA": "2", "POT": "1"}, at=SOON)
        store.record_told_values(SHOP, "stock", {}, at=SOON)
        assert dict(store.told_values(SHOP, "stock")) == {"TEA": "2", "CUP": "0", "POT": "1"}

    def test_a_blank_value_is_forgotten(self, store: Store) -> None:
        """What is told blank is as if it had never been told, and takes no room.

        *Troubleshooting:* the row goes.
        """
        store.record_told_values(SHOP, "stock", {"TEA": "3", "CUP": "0"}, at=AT)
        store.record_told_values(SHOP, "stock", {"TEA": "", "POT": ""}, at=SOON)
        assert dict(store.told_values(SHOP, "stock")) == {"CUP": "0"}

    def test_a_receipt_is_owed_from_when_its_order_is_delivered(self, store: Store) -> None:
        """In the same transaction, and not where the transition is refused.

        *Troubleshooting:* ``receipt`` of a transition is its key and text, of the kind ``receipt``.
        """
        entry = in_state(store, S.SENDING)
        delivered = entry.transition_to(S.DELIVERED, AT, remote_id="901", remote_number="SO0901")
        (written,) = store.record_all([Transition(entry=delivered, who="ann", receipt=("1", "{}"))])
        assert not isinstance(written, Exception)
        assert dict(store.told_values(SHOP, RECEIPT)) == {"1": "{}"}
        store.record_told_values(SHOP, RECEIPT, {"1": ""}, at=SOON)
        (refused,) = store.record_all([Transition(entry=delivered, who="ann", receipt=("1", "{}"))])
        assert isinstance(refused, ClaimLost)
        assert dict(store.told_values(SHOP, RECEIPT)) == {}

    def test_kinds_and_connections_do_not_mix(self, store: Store) -> None:
        """The same key of another kind or another connection is another thing.

        *Troubleshooting:* the key is (connection, kind, key).
        """
        store.record_told_values(SHOP, "stock", {"TEA": "3"}, at=AT)
        store.record_told_values(SHOP, "product", {"TEA": "f00"}, at=AT)
        store.record_told_values("other", "stock", {"TEA": "9"}, at=AT)
        assert dict(store.told_values(SHOP, "stock")) == {"TEA": "3"}
        assert dict(store.told_values(SHOP, "product")) == {"TEA": "f00"}

    def test_many_values_at_once(self, store: Store) -> None:
        """A whole catalogue is acknowledged in one go.

        *Troubleshooting:* databases limit how many values one statement may carry.
        """
        values = {f"SKU-{n}": str(n) for n in range(3_000)}
        store.record_told_values(SHOP, "stock", values, at=AT)
        assert dict(store.told_values(SHOP, "stock")) == values
