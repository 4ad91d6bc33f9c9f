"""The ledger's own key, for digests of personal data. What is kept of customers without one is read anew, and the
fingerprints of what has expired are keyed.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from hashlib import blake2b
from secrets import token_bytes

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, String, Text, text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """From 0008."""
    op.create_table(
        "ledger_keys",
        Column("name", String, nullable=False),
        Column("value", Text, nullable=False),
        PrimaryKeyConstraint("name", name=op.f("pk_ledger_keys")),
    )
    for table in ("ledger_mirror_keys", "ledger_mirror_rows", "ledger_mirrors"):
        op.execute(text(f"DELETE FROM {table} WHERE kind IN ('companies', 'addresses')"))  # noqa: S608
    key = token_bytes(32)
    op.execute(text("INSERT INTO ledger_keys VALUES ('digests', :key)").bindparams(key=key.hex()))
    expired = "SELECT id FROM ledger_orders WHERE expired_at IS NOT NULL"
    _key_fingerprints("ledger_orders", f"id IN ({expired})", key)
    _key_fingerprints("ledger_shipments", f"order_id IN ({expired}) AND state <> 'pending'", key)


def _key_fingerprints(table: str, which: str, key: bytes) -> None:
    found = op.get_bind().execute(text(f"SELECT id, fingerprint FROM {table} WHERE {which}")).all()  # noqa: S608
    keyed = ((row.id, blake2b(row.fingerprint.encode(), key=key, digest_size=16).hexdigest()) for row in found)
    if changes := [{"row": id_, "keyed": f"keyed {digest}"} for id_, digest in keyed]:
        statement = f"UPDATE {table} SET fingerprint = :keyed WHERE id = :row"  # noqa: S608
        op.get_bind().execute(text(statement), changes)
