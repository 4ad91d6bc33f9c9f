"""Alerts in the database: the statements. What opens and closes is decided in ``alert_rules``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve
from sqlalchemy import Connection, bindparam, insert, select, update

from tradegecko_bridge.ledger import Alert, Finding, Severity
from tradegecko_bridge.stores import alert_rules
from tradegecko_bridge.stores.sql.database import wait_alone
from tradegecko_bridge.stores.sql.rows import Stored, Values
from tradegecko_bridge.stores.sql.tables import alerts

_c = alerts.c


def compare(
    tx: Connection, connection: str, found: Sequence[Finding], scope: Collection[str], at: datetime
) -> list[Alert]:
    """Open, see again and close; tells what opened or closed."""
    wait_alone(tx, f"alerts {connection}")
    changes = alert_rules.compared(connection, listed(tx, connection, closed=False), found, scope, at)
    made = [tx.execute(insert(alerts).values(_values(alert)).returning(_c.id)).scalar_one() for alert in changes.opened]
    if known := [{**_values(alert), "row_id": alert.id} for alert in (*changes.seen, *changes.closed)]:
        tx.execute(update(alerts).where(_c.id == bindparam("row_id")), known)
    opened = [evolve(alert, id=id_) for alert, id_ in zip(changes.opened, made, strict=True)]
    return [*opened, *changes.closed]


def listed(tx: Connection, connection: str | None, *, closed: bool) -> list[Alert]:
    """Alerts, newest first."""
    query = select(alerts).order_by(_c.id.desc())
    if connection is not None:
        query = query.where(_c.connection == connection)
    if not closed:
        query = query.where(_c.closed_at.is_(None))
    return [_to_alert(stored) for stored in tx.execute(query)]


def _to_alert(stored: Stored) -> Alert:
    fields: dict[str, Any] = dict(stored._mapping)
    return Alert(**{**fields, "severity": Severity(stored.severity)})


def _values(alert: Alert) -> Values:
    return {
        "connection": alert.connection,
        "key": alert.key,
        "severity": alert.severity.value,
        "text": alert.text,
        "count": alert.count,
        "opened_at": alert.opened_at,
        "last_seen_at": alert.last_seen_at,
        "closed_at": alert.closed_at,
    }
