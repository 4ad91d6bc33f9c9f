"""The ledger in a database: SQLite in a file, or PostgreSQL. One text for both (SQLAlchemy Core, no ORM)."""

from tradegecko_bridge.stores.sql.store import SqlStore

__all__ = ["SqlStore"]
