"""PostgreSQL keeps no statistics of what may be personal: they hold samples of values, and outlive the rows.

A migration says what the tables were when it was written, so it takes nothing from ``tables.py``.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import NotSupportedError

revision = "0010"
down_revision = "0009"

TEXTS = {
    "ledger_orders": "content newer reason_text line_ids claim_worker",
    "ledger_events": "who why detail",
    "ledger_cursors": "cursor",
    "ledger_shipments": "content reason claim_worker",
    "ledger_acknowledged": "value",
    "ledger_alerts": "text",
    "ledger_accounts": "id name base_url",
    "ledger_tokens": "content",
    "ledger_keys": "value",
    "ledger_mirrors": "cursor",
    "ledger_mirror_rows": "content",
}
WORDS = {
    "ledger_orders": "fingerprint",
    "ledger_events": "was now",
    "ledger_shipments": "fingerprint",
    "ledger_alerts": "severity",
    "ledger_new_customers": "digest",
    "ledger_mirror_rows": "stamp",
}


def upgrade() -> None:
    """From 0009."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for kind, columns_of in (("TEXT", TEXTS), ("VARCHAR", WORDS)):
        for table, columns in columns_of.items():
            for column in columns.split():
                op.execute(text(f"ALTER TABLE {table} ALTER {column} SET STATISTICS 0"))
                _forget(table, column, kind)


def _forget(table: str, column: str, kind: str) -> None:
    """Stating its type once more removes what is kept of a column; a view of somebody's forbids it, and expiry then
    says so."""
    try:
        with op.get_bind().begin_nested():
            op.execute(text(f"ALTER TABLE {table} ALTER {column} TYPE {kind}"))
    except NotSupportedError:
        pass
