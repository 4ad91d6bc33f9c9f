"""What sources are to be told, and by whom; what they acknowledged of stock levels and products is
taken over.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    text,
)

from tradegecko_bridge.stores.sql.columns import Id, Name, UtcTime, Words

revision = "0013"
down_revision = "0010"

UNSAMPLED = "value content name told reason"


def upgrade() -> None:
    """From the one before."""
    op.add_column("ledger_shipments", Column("failing_since", UtcTime))
    op.create_index(
        op.f("ix_ledger_shipments_failing"),
        "ledger_shipments",
        ["connection", "state", "failing_since"],
        sqlite_where=text("failing_since IS NOT NULL"),
        postgresql_where=text("failing_since IS NOT NULL"),
    )
    states = "state IN ('pending', 'telling', 'accepted', 'ignored', 'refused', 'failed')"
    op.create_table(
        "ledger_outbox",
        Column("id", Id, nullable=False),
        Column("connection", String, nullable=False),
        Column("kind", String, nullable=False),
        Column("key", Name, nullable=False),
        Column("value", Words, nullable=False),
        Column("content", Words, nullable=False),
        Column("name", Words, nullable=False),
        Column("gone", Boolean, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("told", Words),
        Column("state", String, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("next_attempt_at", UtcTime),
        Column("failing_since", UtcTime),
        Column("reason", Words, nullable=False),
        Column("wanted_at", UtcTime, nullable=False),
        Column("told_at", UtcTime),
        UniqueConstraint("connection", "kind", "key", name=op.f("uq_ledger_outbox_connection_kind_key")),
        CheckConstraint(states, name=op.f("ck_ledger_outbox_state")),
        PrimaryKeyConstraint("id", name=op.f("pk_ledger_outbox")),
    )
    op.create_index(op.f("ix_ledger_outbox_connection_kind_id"), "ledger_outbox", ["connection", "kind", "id"])
    for name, condition, last in (
        ("to_tell", "state IN ('pending', 'telling')", ["id"]),
        ("troubled", "state <> 'accepted'", []),
    ):
        op.create_index(
            op.f(f"ix_ledger_outbox_{name}"),
            "ledger_outbox",
            ["connection", "kind", "state", *last],
            sqlite_where=text(condition),
            postgresql_where=text(condition),
        )
    op.create_table(
        "ledger_streams",
        Column("connection", String, nullable=False),
        Column("kind", String, nullable=False),
        Column("worker", Words, nullable=False),
        Column("until", UtcTime),
        Column("serial", Integer, nullable=False),
        PrimaryKeyConstraint("connection", "kind", name=op.f("pk_ledger_streams")),
    )
    for was, kind in (("stock", "stock"), ("product", "products")):
        known = f"'{kind}', key, value, '', '', false, 1, value, 'accepted', 0, '', at, at"
        columns = "kind, key, value, content, name, gone, generation, told, state, attempts, reason, wanted_at, told_at"
        found = f"SELECT connection, {known} FROM ledger_acknowledged WHERE kind = '{was}' ORDER BY key"  # noqa: S608
        op.execute(text(f"INSERT INTO ledger_outbox (connection, {columns}) {found}"))
    if op.get_bind().dialect.name == "postgresql":
        for column in UNSAMPLED.split():
            op.execute(text(f'ALTER TABLE ledger_outbox ALTER "{column}" SET STATISTICS 0'))
        op.execute(text("ALTER TABLE ledger_streams ALTER worker SET STATISTICS 0"))
