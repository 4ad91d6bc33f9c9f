"""Alerts in the database. The rules decide what opens and closes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from attrs import asdict, evolve
from attrs.filters import exclude
from sqlalchemy import Connection, bindparam, insert, select, update

from tradegecko_bridge.ledger import Alert, Finding, Severity
from tradegecko_bridge.ports import AlertStore
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.rules.alerts import compared
from tradegecko_bridge.stores.sql.database import InDatabase, wait_alone
from tradegecko_bridge.stores.sql.rows import Stored, Values
from tradegecko_bridge.stores.sql.tables import alerts

_c = alerts.c


class SqlAlerts(InDatabase, AlertStore):
    """What needs a person, or did."""

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, scope: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        at = utc(at)
        if not found and not self.alerts(connection):
            return []  # nearly every time: nobody has to wait for a transaction that writes
        with self._database.writing() as tx:
            wait_alone(tx, f"alerts {connection}")
            changes = compared(connection, _listed(tx, connection, closed=False), found, scope, at)
            new = insert(alerts).returning(_c.id)
            ids = [tx.execute(new.values(_values(alert))).scalar_one() for alert in changes.opened]
            if known := [{**_values(alert), "row_id": alert.id} for alert in (*changes.seen, *changes.closed)]:
                tx.execute(update(alerts).where(_c.id == bindparam("row_id")), known)
        opened = [evolve(alert, id=id_) for alert, id_ in zip(changes.opened, ids, strict=True)]
        return [*opened, *changes.closed]

    def alerts(self, connection: str | None = None, *, closed: bool = False) -> Sequence[Alert]:
        with self._database.reading() as tx:
            return _listed(tx, connection, closed=closed)


def _listed(tx: Connection, connection: str | None, *, closed: bool) -> list[Alert]:
    query = select(alerts).order_by(_c.id.desc())
    if connection is not None:
        query = query.where(_c.connection == connection)
    if not closed:
        query = query.where(_c.closed_at.is_(None))
    return [_to_alert(stored) for stored in tx.execute(query)]


def _to_alert(stored: Stored) -> Alert:
    return Alert(**{**stored._mapping, "severity": Severity(stored.severity)})


def _values(alert: Alert) -> Values:
    """All columns of an alert except its id."""
    return {**asdict(alert, filter=exclude("id")), "severity": alert.severity.value}
