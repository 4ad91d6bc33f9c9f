"""What is remembered of accounts, in every store that keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tradegecko_bridge.ports import MirrorStore
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.testing.stores import MirrorStoreSuite


@pytest.fixture(scope="module")
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    with closing(SqlStore(postgres_url)) as store:
        yield store


class TestMemory(MirrorStoreSuite):
    """In memory."""

    @pytest.fixture
    def mirror(self) -> MirrorStore:
        return MemoryStore().mirror


class TestSqlite(MirrorStoreSuite):
    """In a SQLite file."""

    @pytest.fixture
    def mirror(self, sql_store: SqlStore) -> MirrorStore:
        return sql_store.mirror


class TestPostgreSQL(MirrorStoreSuite):
    """In PostgreSQL, emptied after each check."""

    @pytest.fixture
    def mirror(self, postgres_store: SqlStore) -> Iterator[MirrorStore]:
        yield postgres_store.mirror
        for account in ("7@shop", "8@shop"):
            postgres_store.mirror.forget(account)
