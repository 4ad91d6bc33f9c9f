"""Ledger stores: where what became of every order is kept. Each fits :class:`~tradegecko_bridge.ports.Store`.

``sql.SqlStore`` keeps the ledger in SQLite or PostgreSQL; ``memory.MemoryStore`` forgets everything when the program
ends. ``tokens`` has stores for logins. Nothing is imported here: each module is loaded by those who use it.
"""
