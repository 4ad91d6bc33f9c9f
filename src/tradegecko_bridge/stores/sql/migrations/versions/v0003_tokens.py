"""Logins: the tokens of each, and who is refreshing them.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From 0002."""
    op.create_table(
        "ledger_tokens",
        Column("name", Text, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("serial", Integer, nullable=False),
        Column("content", Text),
        PrimaryKeyConstraint("name", name=op.f("pk_ledger_tokens")),
    )
