"""The shipped behaviour suite over the shipped stores."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.tables import metadata
from tradegecko_bridge.testing.stores import StoreSuite


@pytest.fixture(scope="module")
def one_store(empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """One SQLite ledger for all checks: a store that is new has to put every statement into words again."""
    path = shutil.copy(empty_ledger, tmp_path_factory.mktemp("behaviour"))
    with SqlStore(f"sqlite:///{path}") as store:
        yield store


@pytest.fixture(scope="module")
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    """One PostgreSQL ledger for all checks."""
    with SqlStore(postgres_url) as store:
        yield store


class TestMemoryStore(StoreSuite):
    """In memory."""

    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


class TestSqlite(StoreSuite):
    """In a SQLite file, emptied after each check."""

    @pytest.fixture
    def store(self, one_store: SqlStore) -> Iterator[Store]:
        yield one_store
        _empty(one_store)


class TestPostgres(StoreSuite):
    """In PostgreSQL, emptied after each check."""

    @pytest.fixture
    def store(self, postgres_store: SqlStore) -> Iterator[Store]:
        yield postgres_store
        _empty(postgres_store)


def _empty(store: SqlStore) -> None:
    with store._database.writing() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.execute(table.delete())
