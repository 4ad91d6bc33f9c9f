"""What each line of an order is in the system, what a source was told of each shipment, what shipments wait for,
which runs there were, and orders of all connections by when they came into their state.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, String, Text, text

from tradegecko_bridge.stores.sql.columns import Id, UtcTime, Words

revision = "0015"
down_revision = "0013"

UNSAMPLED = (
    ("ledger_orders", "remote_lines"),
    ("ledger_shipments", "told"),
    ("ledger_runs", "worker"),
    ("ledger_runs", "counts"),
    ("ledger_runs", "problems"),
)


def upgrade() -> None:
    """From the one before."""
    op.add_column("ledger_orders", Column("remote_lines", Text))
    op.create_index(op.f("ix_ledger_orders_in_state_since"), "ledger_orders", ["in_state_since"])
    for column in (Column("told", Text), Column("told_at", UtcTime), Column("waits_for", String)):
        op.add_column("ledger_shipments", column)
    # What was sent is taken for accepted: earlier versions did not tell it from what their source ignored.
    op.execute(text("UPDATE ledger_shipments SET told_at = updated_at WHERE state = 'sent'"))
    waited = "state = 'pending' AND reason = 'waits for a tracking number (blank_tracking)'"
    op.execute(text(f"UPDATE ledger_shipments SET waits_for = 'number' WHERE {waited}"))  # noqa: S608
    for name, condition, columns in (
        ("to_tell", "state = 'pending' AND waits_for IS NULL", ["connection", "state", "id"]),
        ("waiting", "waits_for IS NOT NULL", ["connection", "waits_for", "order_id"]),
    ):
        op.create_index(
            op.f(f"ix_ledger_shipments_{name}"),
            "ledger_shipments",
            columns,
            sqlite_where=text(condition),
            postgresql_where=text(condition),
        )
    op.create_table(
        "ledger_runs",
        Column("id", Id, nullable=False),
        Column("connection", String, nullable=False),
        Column("job", String, nullable=False),
        Column("started_at", UtcTime, nullable=False),
        Column("finished_at", UtcTime, nullable=False),
        Column("ok", Boolean, nullable=False),
        Column("worker", Words, nullable=False),
        Column("calls", Integer, nullable=False),
        Column("counts", Text, nullable=False),
        Column("problems", Words, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_ledger_runs")),
    )
    op.create_index(op.f("ix_ledger_runs_connection_job_ok_id"), "ledger_runs", ["connection", "job", "ok", "id"])
    op.create_index(op.f("ix_ledger_runs_finished_at"), "ledger_runs", ["finished_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table, unsampled in UNSAMPLED:
            op.execute(text(f"ALTER TABLE {table} ALTER {unsampled} SET STATISTICS 0"))
