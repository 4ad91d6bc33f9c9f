"""Which orders are making which new customers; and markers among what is remembered of an account's orders.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, String, text

from tradegecko_bridge.stores.sql.columns import Id, UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """From 0007."""
    op.create_table(
        "ledger_new_customers",
        Column("digest", String, nullable=False),
        Column("order_id", Id, nullable=False),
        Column("at", UtcTime, nullable=False),
        ForeignKeyConstraint(["order_id"], ["ledger_orders.id"], name=op.f("fk_ledger_new_customers_order_id")),
        PrimaryKeyConstraint("digest", "order_id", name=op.f("pk_ledger_new_customers")),
    )
    op.create_index(op.f("ix_ledger_new_customers_at"), "ledger_new_customers", ["at"])
    op.create_index(op.f("ix_ledger_new_customers_order_id"), "ledger_new_customers", ["order_id"])
    for table in ("ledger_mirror_keys", "ledger_mirror_rows", "ledger_mirrors"):  # orders are read anew, with markers
        op.execute(text(f"DELETE FROM {table} WHERE kind = 'orders'"))  # noqa: S608
