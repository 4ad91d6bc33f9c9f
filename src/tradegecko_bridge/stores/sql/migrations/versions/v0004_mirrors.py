"""What accounts hold, remembered; what is still to be done with a delivered order.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, PrimaryKeyConstraint, String, Text

from tradegecko_bridge.stores.sql.columns import UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """From 0003."""
    op.add_column("ledger_orders", Column("todo", String, nullable=False, server_default=""))
    op.create_index(op.f("ix_ledger_orders_remote_number"), "ledger_orders", ["remote_number"])
    op.create_table(
        "ledger_mirrors",
        Column("account", Text, nullable=False),
        Column("kind", String, nullable=False),
        Column("cursor", Text),
        Column("complete", Boolean, nullable=False),
        Column("at", UtcTime),
        PrimaryKeyConstraint("account", "kind", name=op.f("pk_ledger_mirrors")),
    )
    op.create_table(
        "ledger_mirror_rows",
        Column("account", Text, nullable=False),
        Column("kind", String, nullable=False),
        Column("id", String, nullable=False),
        Column("stamp", String, nullable=False),
        Column("content", Text, nullable=False),
        PrimaryKeyConstraint("account", "kind", "id", name=op.f("pk_ledger_mirror_rows")),
    )
    op.create_table(
        "ledger_mirror_keys",
        Column("account", Text, nullable=False),
        Column("kind", String, nullable=False),
        Column("name", String, nullable=False),
        Column("value", Text, nullable=False),
        Column("row_id", String, nullable=False),
        PrimaryKeyConstraint("account", "kind", "name", "value", "row_id", name=op.f("pk_ledger_mirror_keys")),
    )
    op.create_index(
        op.f("ix_ledger_mirror_keys_account_kind_row_id"), "ledger_mirror_keys", ["account", "kind", "row_id"]
    )
