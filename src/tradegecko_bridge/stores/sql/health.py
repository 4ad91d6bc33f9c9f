"""Looking a ledger over: how much it holds, and what cannot be."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, select

from tradegecko_bridge.ledger import DELIVERED_STATES
from tradegecko_bridge.stores.sql.tables import HEAD, alerts, events, orders, shipments

_c = orders.c


@frozen(kw_only=True)
class LedgerHealth:
    """What a ledger holds, and what is wrong with it, a line each: none when all is well."""

    schema: str
    orders: int
    expired: int
    events: int
    shipments: int
    alerts: int
    problems: tuple[str, ...]


def check(tx: Connection, is_sqlite: bool) -> LedgerHealth:
    """Count, have the database check itself where it can, and check what the ledger promises."""
    return LedgerHealth(
        schema=HEAD,
        orders=_count(tx, orders),
        expired=_count(tx, orders, _c.expired_at.is_not(None)),
        events=_count(tx, events),
        shipments=_count(tx, shipments),
        alerts=_count(tx, alerts),
        problems=(*(_damage(tx) if is_sqlite else ()), *_broken_promises(tx)),
    )


def _damage(tx: Connection) -> list[str]:
    """What SQLite finds. Its lines name tables and rows, never values."""
    found = [str(line) for (line,) in tx.exec_driver_sql("PRAGMA integrity_check(20)")]
    lost = len(tx.exec_driver_sql("PRAGMA foreign_key_check").all())
    damaged = [f"the file is damaged ({line}); restore it from a backup" for line in found if line != "ok"]
    return damaged + ([f"{lost} rows belong to orders that are not there; restore a backup"] if lost else [])


def _broken_promises(tx: Connection) -> list[str]:
    nowhere = and_(_c.state.in_([state.value for state in DELIVERED_STATES]), _c.remote_id.is_(None))
    untold = ~exists().where(events.c.order_id == _c.id)
    blank = and_(_c.content.is_(None), _c.reason_code.is_(None))
    found = (
        (_count(tx, orders, nowhere), "are delivered without an id in TradeGecko"),
        (_count(tx, orders, untold), "have no history"),
        (_count(tx, orders, blank), "have neither content nor a reason why not"),
    )
    return [f"{number} orders {what}: something else than this package wrote them" for number, what in found if number]


def _count(tx: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return int(tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one())
