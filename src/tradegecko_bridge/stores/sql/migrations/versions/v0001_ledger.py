"""The ledger: orders, events, cursors, shipments, what sources acknowledged.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from tradegecko_bridge.stores.sql.columns import Id, UtcTime

revision = "0001"
down_revision = None

_STATES = (
    "state IN ('pending', 'sending', 'uncertain', 'delivered', 'shipped', 'confirmed', "
    "'held', 'skipped', 'failed', 'canceled')"
)
_CLAIM = "(claim_worker IS NULL) = (claim_until IS NULL)"


def upgrade() -> None:
    """From nothing."""
    _create_orders()
    _create_events()
    _create_shipments()
    op.create_table(
        "ledger_cursors",
        Column("connection", String, nullable=False),
        Column("stream", String, nullable=False),
        Column("cursor", Text, nullable=False),
        Column("at", UtcTime, nullable=False),
        PrimaryKeyConstraint("connection", "stream", name=op.f("pk_ledger_cursors")),
    )
    op.create_table(
        "ledger_acknowledged",
        Column("connection", String, nullable=False),
        Column("kind", String, nullable=False),
        Column("key", Text, nullable=False),
        Column("value", Text, nullable=False),
        Column("at", UtcTime, nullable=False),
        PrimaryKeyConstraint("connection", "kind", "key", name=op.f("pk_ledger_acknowledged")),
    )


def _create_orders() -> None:
    op.create_table(
        "ledger_orders",
        Column("id", Id, nullable=False),
        Column("connection", String, nullable=False),
        Column("reference", Text, nullable=False),
        Column("number", Text, nullable=False),
        Column("state", String, nullable=False),
        Column("content", Text),
        Column("newer", Text),
        Column("fingerprint", String, nullable=False),
        Column("reason_code", Text),
        Column("reason_text", Text),
        Column("reason_passing", Boolean),
        Column("remote_id", Text),
        Column("remote_number", Text),
        Column("line_ids", Text, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("sent_at", UtcTime),
        Column("next_attempt_at", UtcTime),
        Column("taken_in_at", UtcTime, nullable=False),
        Column("updated_at", UtcTime, nullable=False),
        Column("claim_worker", Text),
        Column("claim_until", UtcTime),
        Column("serial", Integer, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_ledger_orders")),
        UniqueConstraint("connection", "reference", name=op.f("uq_ledger_orders_connection_reference")),
        UniqueConstraint("connection", "remote_id", name=op.f("uq_ledger_orders_connection_remote_id")),
        CheckConstraint(_STATES, name=op.f("ck_ledger_orders_state")),
        CheckConstraint(_CLAIM, name=op.f("ck_ledger_orders_claim")),
    )
    op.create_index(
        op.f("ix_ledger_orders_connection_state_taken_in_at"), "ledger_orders", ["connection", "state", "taken_in_at"]
    )
    op.create_index(op.f("ix_ledger_orders_connection_number"), "ledger_orders", ["connection", "number"])
    op.create_index(op.f("ix_ledger_orders_taken_in_at"), "ledger_orders", ["taken_in_at"])


def _create_events() -> None:
    op.create_table(
        "ledger_events",
        Column("id", Id, nullable=False),
        Column("order_id", Id, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("who", Text, nullable=False),
        Column("was", String),
        Column("now", String, nullable=False),
        Column("why", Text, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_ledger_events")),
        ForeignKeyConstraint(["order_id"], ["ledger_orders.id"], name=op.f("fk_ledger_events_order_id")),
    )
    op.create_index(op.f("ix_ledger_events_order_id"), "ledger_events", ["order_id"])


def _create_shipments() -> None:
    op.create_table(
        "ledger_shipments",
        Column("id", Id, nullable=False),
        Column("connection", String, nullable=False),
        Column("reference", Text, nullable=False),
        Column("order_id", Id, nullable=False),
        Column("content", Text, nullable=False),
        Column("fingerprint", String, nullable=False),
        Column("state", String, nullable=False),
        Column("reason", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("next_attempt_at", UtcTime),
        Column("updated_at", UtcTime, nullable=False),
        Column("claim_worker", Text),
        Column("claim_until", UtcTime),
        Column("serial", Integer, nullable=False),
        PrimaryKeyConstraint("id", name=op.f("pk_ledger_shipments")),
        ForeignKeyConstraint(["order_id"], ["ledger_orders.id"], name=op.f("fk_ledger_shipments_order_id")),
        UniqueConstraint("connection", "reference", name=op.f("uq_ledger_shipments_connection_reference")),
        CheckConstraint("state IN ('pending', 'sent', 'refused')", name=op.f("ck_ledger_shipments_state")),
        CheckConstraint(_CLAIM, name=op.f("ck_ledger_shipments_claim")),
    )
    op.create_index(op.f("ix_ledger_shipments_connection_state"), "ledger_shipments", ["connection", "state"])
    op.create_index(op.f("ix_ledger_shipments_order_id"), "ledger_shipments", ["order_id"])
