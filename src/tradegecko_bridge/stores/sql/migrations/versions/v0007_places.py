"""Where a ledger belongs and where it comes from: the account of each connection, and the backups it was restored from.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, String, Text

from tradegecko_bridge.stores.sql.columns import UtcTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """From 0006."""
    op.create_table(
        "ledger_accounts",
        Column("connection", String, nullable=False),
        Column("id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("base_url", Text, nullable=False),
        Column("created_at", UtcTime),
        Column("first_seen_at", UtcTime, nullable=False),
        PrimaryKeyConstraint("connection", name=op.f("pk_ledger_accounts")),
    )
    op.create_table(
        "ledger_restores",
        Column("backed_up_at", UtcTime, nullable=False),
        Column("restored_at", UtcTime),
        PrimaryKeyConstraint("backed_up_at", name=op.f("pk_ledger_restores")),
    )
