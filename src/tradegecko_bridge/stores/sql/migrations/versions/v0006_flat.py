"""Look-ups and idle runs that take as long in a ledger of years as in a new one, also where many orders are held.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From 0005."""
    op.drop_index(op.f("ix_ledger_orders_connection_number"), "ledger_orders")
    op.create_index(op.f("ix_ledger_orders_number"), "ledger_orders", ["number"])
    op.create_index(op.f("ix_ledger_orders_reference"), "ledger_orders", ["reference"])
    op.create_index(op.f("ix_ledger_shipments_connection_updated_at"), "ledger_shipments", ["connection", "updated_at"])
    op.add_column("ledger_orders", Column("basis", String))
    held = text("state = 'held'")
    names = ["connection", "reason_code", "basis"]
    op.create_index("ix_ledger_orders_held", "ledger_orders", names, sqlite_where=held, postgresql_where=held)
    for name in ("added", "changed"):
        op.add_column("ledger_mirrors", Column(name, Integer, nullable=False, server_default="0"))
