"""Alerts: opened once, closed once, whoever reports them."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from attrs import evolve

from tradegecko_bridge.ledger import Alert, Finding, Severity, ShipmentState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    SHOP,
    SOON,
    S,
    a_shipment,
    claim_shipments,
    entry_of,
    with_shipments,
)

HELD = Finding(key="held unknown_sku", severity=Severity.WARNING, text="1 order is held \ud800", count=1)
LOGIN = Finding(key="login", severity=Severity.ERROR, text="log in")


def keys(alerts: object) -> list[tuple[str, bool]]:
    """Which alerts, and whether they are open."""
    return [(alert.key, alert.is_open) for alert in alerts]  # type: ignore[attr-defined]


class AlertChecks:
    """Alerts."""

    def test_an_alert_opens_once_and_closes_once(self, store: Store) -> None:
        """Found again it is only seen again; no longer found it closes; found later it is another alert.

        *Troubleshooting:* of a connection's open alerts, each key is there once.
        """
        (opened,) = store.update_alerts(SHOP, [LOGIN], scope=["login"], at=AT)
        assert opened == Alert(
            id=opened.id,
            connection=SHOP,
            key="login",
            severity=Severity.ERROR,
            text="log in",
            count=1,
            opened_at=AT,
            last_seen_at=AT,
        )
        more = evolve(LOGIN, text="log in, please", count=2)
        assert list(store.update_alerts(SHOP, [more], scope=["login"], at=SOON)) == []
        (present,) = store.alerts(SHOP)
        assert present == evolve(opened, text="log in, please", count=2, last_seen_at=SOON)
        assert list(store.update_alerts(SHOP, [], scope=["login"], at=AFTER)) == [evolve(present, closed_at=AFTER)]
        assert list(store.update_alerts(SHOP, [], scope=["login"], at=AFTER)) == []
        assert list(store.alerts(SHOP)) == []
        (again,) = store.update_alerts(SHOP, [LOGIN], scope=["login"], at=AFTER)
        assert again.id != opened.id
        assert [alert.id for alert in store.alerts(closed=True)] == [again.id, opened.id]

    def test_only_what_was_looked_at_is_closed(self, store: Store) -> None:
        """An alert stays open while nobody has looked whether its cause is gone.

        *Troubleshooting:* ``scope`` holds beginnings of keys; none of them judges nothing.
        """
        store.update_alerts(SHOP, [HELD, LOGIN], scope=[], at=AT)
        assert list(store.update_alerts(SHOP, [], scope=[], at=SOON)) == []
        assert keys(store.update_alerts(SHOP, [], scope=["held "], at=SOON)) == [("held unknown_sku", False)]
        assert keys(store.alerts()) == [("login", True)]

    def test_connections_have_their_own(self, store: Store) -> None:
        """The same key of two connections is two alerts.

        *Troubleshooting:* one connection's report says nothing of another's.
        """
        store.update_alerts(SHOP, [LOGIN], scope=["login"], at=AT)
        assert keys(store.update_alerts("other", [LOGIN], scope=["login"], at=AT)) == [("login", True)]
        store.update_alerts(SHOP, [], scope=["login"], at=SOON)
        assert [alert.connection for alert in store.alerts()] == ["other"]
        assert keys(store.alerts(SHOP, closed=True)) == [("login", False)]

    def test_refused_shipments_are_found(self, store: Store) -> None:
        """What the source refused is listed until the order is confirmed.

        *Troubleshooting:* the shipment's state, and the order's.
        """
        with_shipments(store, a_shipment("s1"), a_shipment("s2"))
        one, two = claim_shipments(store)
        store.record_shipment(evolve(one, state=ShipmentState.REFUSED, reason="no such order"), at=AT)
        store.record_shipment(evolve(two, state=ShipmentState.SENT), at=AT)
        assert [shipment.id for shipment in store.refused_shipments(SHOP)] == [one.id]
        assert list(store.refused_shipments("other")) == []
        store.override_state(entry_of(store).id, S.CONFIRMED, at=SOON, who="bob", why="told by hand")
        assert list(store.refused_shipments(SHOP)) == []
