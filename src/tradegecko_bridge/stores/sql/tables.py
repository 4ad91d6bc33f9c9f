"""The ledger's tables as they are now; the way here from older ones is in ``migrations/``.

All names begin with ``ledger_``, so that the ledger can live in a database that is used for other things too. Tables
and columns keep the names they were created with: an order's ``todo`` are its ``pending_actions``, ``newer`` is its
``pending_update``, ``taken_in_at`` its ``ingested_at``, and ``reason_passing`` whether its reason is transient; an
event's ``was``, ``now`` and ``why`` are its former state, its new state and its cause; ``ledger_acknowledged`` holds
told values.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    func,
    or_,
    text,
)

from tradegecko_bridge.ledger import LONGEST_WAIT, OrderState, ShipmentState
from tradegecko_bridge.outbox import OutboxState
from tradegecko_bridge.stores.sql.columns import Id, Name, UtcTime, Words

T = TypeVar("T")

HEAD = "0015"
"""The newest migration: a database that stands there needs none."""
VERSION_TABLE = "ledger_version"

metadata: MetaData = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, states: type[OrderState] | type[ShipmentState] | type[OutboxState]) -> str:
    return f"{column} IN ({', '.join(repr(state.value) for state in states)})"


orders: Table = Table(
    "ledger_orders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String, nullable=False),
    Column("reference", Name, nullable=False),
    Column("number", Name, nullable=False),
    Column("state", String, nullable=False),
    Column("content", Text),
    Column("newer", Text),
    Column("fingerprint", String, nullable=False),
    Column("reason_code", Words),
    Column("reason_text", Words),
    Column("reason_passing", Boolean),
    Column("remote_id", Name),
    Column("remote_number", Name),
    Column("line_ids", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", UtcTime),
    Column("next_attempt_at", UtcTime),
    Column("taken_in_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("claim_worker", Words),
    Column("claim_until", UtcTime),
    Column("serial", Integer, nullable=False),
    Column("todo", String, nullable=False, server_default=""),
    Column("in_state_since", UtcTime),
    Column("expired_at", UtcTime),
    Column("names", Words),
    Column("basis", String),
    Column("remote_lines", Text),
    UniqueConstraint("connection", "reference"),
    UniqueConstraint("connection", "remote_id"),
    CheckConstraint(_one_of("state", OrderState), name="state"),
    CheckConstraint("(claim_worker IS NULL) = (claim_until IS NULL)", name="claim"),
    Index(None, "connection", "state", "taken_in_at"),
    Index(None, "number"),
    Index(None, "reference"),
    Index(None, "remote_number"),
    Index(None, "taken_in_at"),
    Index(None, "state", "taken_in_at"),
    Index(None, "in_state_since"),
    Index(None, "connection", "taken_in_at"),
    Index(
        "ix_ledger_orders_search",
        *("connection", "state", "reason_code", "reason_passing", "in_state_since", "taken_in_at", "names"),
    ),
)
"""One row per order. ``fingerprint`` is of the newest content its source gave, ``newer`` is content that waits to be
applied; ``todo`` names actions, separated by blanks.

``names`` is what text is searched in. It and ``in_state_since`` came later and are filled in every row all the same.
The index for searching holds all that can be asked for: it is read through instead of the table, which holds content.
"""

OPEN = text("(state IN ('pending', 'sending', 'uncertain', 'held') OR todo <> '')")
"""Orders there may be work on: few of all. The index and the queries that use it need the same words."""
HELD = text("state = 'held'")
UNEXPIRED = text("expired_at IS NULL")


def not_by_index(column: Column[T]) -> ColumnElement[T]:
    """The same value, for a condition or an order that no index may serve: one of few values that most rows have is no
    way to find a few of them, which a database without statistics does not know."""
    return func.coalesce(column, column)


def is_over(moment: Column[Any], at: datetime) -> ColumnElement[bool]:
    """Whether there is no need to wait for a moment, or not any more."""
    return or_(moment.is_(None), moment <= at, moment > at + LONGEST_WAIT)


def _partial(name: str, condition: TextClause, *columns: Column[Any], unique: bool = False) -> None:
    """An index of some rows only."""
    Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


_partial("ix_ledger_orders_open", OPEN, orders.c.connection, orders.c.taken_in_at)
_partial("ix_ledger_orders_held", HELD, orders.c.connection, orders.c.reason_code, orders.c.basis)
_partial("ix_ledger_orders_unexpired", UNEXPIRED, orders.c.connection, orders.c.state, orders.c.in_state_since)

events: Table = Table(
    "ledger_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, ForeignKey(orders.c.id), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("who", Words, nullable=False),
    Column("was", String),
    Column("now", String, nullable=False),
    Column("why", Words, nullable=False),
    Column("detail", Text),
    Index(None, "order_id"),
)

cursors: Table = Table(
    "ledger_cursors",
    metadata,
    Column("connection", String, primary_key=True),
    Column("stream", String, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

shipments: Table = Table(
    "ledger_shipments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String, nullable=False),
    Column("reference", Name, nullable=False),
    Column("order_id", Id, ForeignKey(orders.c.id), nullable=False),
    Column("content", Text, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime),
    Column("updated_at", UtcTime, nullable=False),
    Column("claim_worker", Words),
    Column("claim_until", UtcTime),
    Column("serial", Integer, nullable=False),
    Column("failing_since", UtcTime),
    Column("told", Text),
    Column("told_at", UtcTime),
    Column("waits_for", String),
    UniqueConstraint("connection", "reference"),
    CheckConstraint(_one_of("state", ShipmentState), name="state"),
    CheckConstraint("(claim_worker IS NULL) = (claim_until IS NULL)", name="claim"),
    Index(None, "connection", "state"),
    Index(None, "connection", "updated_at"),
    Index(None, "order_id"),
)

_partial(
    "ix_ledger_shipments_failing",
    text("failing_since IS NOT NULL"),
    shipments.c.connection, shipments.c.state, shipments.c.failing_since,
)  # fmt: skip
TO_TELL = text("(ledger_shipments.state = 'pending' AND waits_for IS NULL)")
"""Shipments that are told as soon as they are due. The queries that use an index need its words."""
WAITING = text("waits_for IS NOT NULL")
_partial(
    "ix_ledger_shipments_to_tell",
    text("state = 'pending' AND waits_for IS NULL"),
    shipments.c.connection, shipments.c.state, shipments.c.id,
)  # fmt: skip
_partial(
    "ix_ledger_shipments_waiting",
    WAITING,
    shipments.c.connection, shipments.c.waits_for, shipments.c.order_id,
)  # fmt: skip
"""``told`` is what the source accepted last, where that is not the content: ``told_at`` without it is that it is."""

told_values: Table = Table(
    "ledger_acknowledged",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("key", Name, primary_key=True),
    Column("value", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)

outbox: Table = Table(
    "ledger_outbox",
    metadata,
    Column("id", Id, primary_key=True),
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
    UniqueConstraint("connection", "kind", "key"),
    CheckConstraint(_one_of("state", OutboxState), name="state"),
    Index(None, "connection", "kind", "id"),
)
_partial(
    "ix_ledger_outbox_to_tell",
    text("state IN ('pending', 'telling')"),
    outbox.c.connection, outbox.c.kind, outbox.c.state, outbox.c.id,
)  # fmt: skip
_partial("ix_ledger_outbox_troubled", text("state <> 'accepted'"), outbox.c.connection, outbox.c.kind, outbox.c.state)
"""What each source is to be told of each thing, and what it was told."""

streams: Table = Table(
    "ledger_streams",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("worker", Words, nullable=False),
    Column("until", UtcTime),
    Column("serial", Integer, nullable=False),
)
"""Who tells which source things of which kind; ``until`` is empty while nobody does."""

runs: Table = Table(
    "ledger_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String, nullable=False),
    Column("job", String, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("worker", Words, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("counts", Text, nullable=False),
    Column("problems", Words, nullable=False),
    Index(None, "connection", "job", "ok", "id"),
    Index(None, "finished_at"),
)
"""What each job of each connection did lately; of each its last success stays."""

alerts: Table = Table(
    "ledger_alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connection", String, nullable=False),
    Column("key", Name, nullable=False),
    Column("severity", String, nullable=False),
    Column("text", Words, nullable=False),
    Column("count", Integer, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Index(None, "connection", "opened_at"),
)
_partial("uq_ledger_alerts_open", text("closed_at IS NULL"), alerts.c.connection, alerts.c.key, unique=True)
"""What needs a person, or did: one row each time it began; of a connection's open ones each key is there once."""

accounts: Table = Table(
    "ledger_accounts",
    metadata,
    Column("connection", String, primary_key=True),
    Column("id", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("base_url", Words, nullable=False),
    Column("created_at", UtcTime),
    Column("first_seen_at", UtcTime, nullable=False),
)
"""The account that has each connection's orders."""

restores: Table = Table(
    "ledger_restores",
    metadata,
    Column("backed_up_at", UtcTime, primary_key=True),
    Column("restored_at", UtcTime),
)
"""A row for each backup this ledger was restored from, and in a backup one for itself, not restored yet."""

permits: Table = Table(
    "ledger_permits",
    metadata,
    Column("account", Words, primary_key=True),
    Column("began_at", UtcTime, primary_key=True),
    Column("taken", Integer, nullable=False),
    Column("others", Integer, nullable=False),
)
"""What is used of each account's rate-limit windows, the last hour's; see :mod:`tradegecko_bridge.ports.limits`."""

tokens: Table = Table(
    "ledger_tokens",
    metadata,
    Column("name", Words, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("content", Text),
)
"""One row per login, also after it ended: then without content. The tokens are in ``content``, as JSON."""

keys: Table = Table(
    "ledger_keys",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What digests of personal data are made with, in hexadecimal; see :mod:`tradegecko_bridge.stores.sql.keys`."""

new_customers: Table = Table(
    "ledger_new_customers",
    metadata,
    Column("digest", String, primary_key=True),
    Column("order_id", Id, ForeignKey(orders.c.id), primary_key=True, index=True),
    Column("at", UtcTime, nullable=False, index=True),
)
"""Orders that are making a customer, or have made one lately, by keyed digests of what the customer is
known by."""

mirrors: Table = Table(
    "ledger_mirrors",
    metadata,
    Column("account", Words, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("cursor", Text),
    Column("complete", Boolean, nullable=False),
    Column("at", UtcTime),
    Column("added", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
)
"""How far each kind of record of each account has been read."""

mirror_rows: Table = Table(
    "ledger_mirror_rows",
    metadata,
    Column("account", Words, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("stamp", String, nullable=False),
    Column("content", Text, nullable=False),
)
"""What is remembered of one record: its keys and facts, as JSON."""

mirror_keys: Table = Table(
    "ledger_mirror_keys",
    metadata,
    Column("account", Words, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", Name, primary_key=True),
    Column("row_id", String, primary_key=True),
    Index(None, "account", "kind", "row_id"),
)
"""Which rows have which value."""
