"""For the person on duty: when an order came into its state, what it can be called, what was said, alerts, expiry.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String, Text, text

from tradegecko_bridge.stores.sql.columns import Id, UtcTime

revision = "0005"
down_revision = "0004"

_SINCE = """
UPDATE ledger_orders SET in_state_since = COALESCE(
    (SELECT MAX(e.at) FROM ledger_events e
     WHERE e.order_id = ledger_orders.id AND e.now = ledger_orders.state AND (e.was IS NULL OR e.was <> e.now)),
    updated_at
)
"""
_PAGE = 1000
_LONGEST = 120


def upgrade() -> None:
    """From 0004."""
    op.add_column("ledger_events", Column("detail", Text))
    op.add_column("ledger_orders", Column("in_state_since", UtcTime))
    op.add_column("ledger_orders", Column("expired_at", UtcTime))
    op.add_column("ledger_orders", Column("names", Text))
    op.execute(_SINCE)
    _fill_names()
    _create_order_indexes()
    _create_alerts()


def _fill_names() -> None:
    """In pages, and here: databases fold capitals each in its own way."""
    tx = op.get_bind()
    said = "id, number, reference, remote_number, remote_id"
    page = text(f"SELECT {said} FROM ledger_orders WHERE id > :last ORDER BY id LIMIT :n")  # noqa: S608
    write = text("UPDATE ledger_orders SET names = :names WHERE id = :id")
    last = 0
    while rows := tx.execute(page, {"last": last, "n": _PAGE}).all():
        tx.execute(write, [{"id": id_, "names": _names(*said)} for id_, *said in rows])
        last = rows[-1].id


def _names(*said: str | None) -> str:
    return "\n".join((name or "").casefold()[:_LONGEST].replace("\n", " ") for name in said)


def _create_order_indexes() -> None:
    op.create_index(op.f("ix_ledger_orders_state_taken_in_at"), "ledger_orders", ["state", "taken_in_at"])
    op.create_index(op.f("ix_ledger_orders_connection_taken_in_at"), "ledger_orders", ["connection", "taken_in_at"])
    op.create_index(
        "ix_ledger_orders_search",
        "ledger_orders",
        ["connection", "state", "reason_code", "reason_passing", "in_state_since", "taken_in_at", "names"],
    )
    is_open = "(state IN ('pending', 'sending', 'uncertain', 'held') OR todo <> '')"
    _create_partial("ix_ledger_orders_open", "ledger_orders", ["connection", "taken_in_at"], is_open)
    of_state = ["connection", "state", "in_state_since"]
    _create_partial("ix_ledger_orders_unexpired", "ledger_orders", of_state, "expired_at IS NULL")


def _create_partial(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _create_alerts() -> None:
    op.create_table(
        "ledger_alerts",
        Column("id", Id, nullable=False),
        Column("connection", String, nullable=False),
        Column("key", Text, nullable=False),
        Column("severity", String, nullable=False),
        Column("text", Text, nullable=False),
        Column("count", Integer, nullable=False),
        Column("opened_at", UtcTime, nullable=False),
        Column("last_seen_at", UtcTime, nullable=False),
        Column("closed_at", UtcTime),
        PrimaryKeyConstraint("id", name=op.f("pk_ledger_alerts")),
    )
    op.create_index(op.f("ix_ledger_alerts_connection_opened_at"), "ledger_alerts", ["connection", "opened_at"])
    _create_partial("uq_ledger_alerts_open", "ledger_alerts", ["connection", "key"], "closed_at IS NULL", unique=True)
