"""The rate limit: how much of each account's window is taken, by us and by others.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text

from tradegecko_bridge.stores.sql.columns import UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From 0001."""
    op.create_table(
        "ledger_permits",
        Column("account", Text, nullable=False),
        Column("began_at", UtcTime, nullable=False),
        Column("taken", Integer, nullable=False),
        Column("others", Integer, nullable=False),
        PrimaryKeyConstraint("account", "began_at", name=op.f("pk_ledger_permits")),
    )
