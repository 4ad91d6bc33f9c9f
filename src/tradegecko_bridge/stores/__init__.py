"""Ledger stores: where what became of every order is kept. Each fits :class:`~tradegecko_bridge.ports.Store`.

``SqlStore`` keeps the ledger in SQLite or PostgreSQL; ``MemoryStore`` forgets everything when the program ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradegecko_bridge.stores.memory import MemoryStore
    from tradegecko_bridge.stores.sql import SqlStore

__all__ = ["MemoryStore", "SqlStore"]


def __getattr__(name: str) -> Any:
    """Load a store on first use: who keeps a ledger in memory need not load a database library."""
    if name == "MemoryStore":
        from tradegecko_bridge.stores.memory import MemoryStore

        return MemoryStore
    if name == "SqlStore":
        from tradegecko_bridge.stores.sql import SqlStore

        return SqlStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
