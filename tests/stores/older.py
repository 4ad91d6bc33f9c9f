"""Ledgers as earlier releases left them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config

from tradegecko_bridge.stores.sql.schema import MIGRATIONS


def ledger_at(revision: str, path: Path) -> Path:
    """A SQLite ledger as the release with this schema made it."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, revision)
    engine.dispose()
    return path
