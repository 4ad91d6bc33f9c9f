"""What sources acknowledged."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import AT, SHOP, SOON


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
