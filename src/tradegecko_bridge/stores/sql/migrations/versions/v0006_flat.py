"""Indexes so that look-ups and idle runs take as long in a ledger of years as in a new one."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From 0005."""
    op.drop_index(op.f("ix_ledger_orders_connection_number"), "ledger_orders")
    op.create_index(op.f("ix_ledger_orders_number"), "ledger_orders", ["number"])
    op.create_index(op.f("ix_ledger_orders_reference"), "ledger_orders", ["reference"])
    op.create_index(op.f("ix_ledger_shipments_connection_updated_at"), "ledger_shipments", ["connection", "updated_at"])
