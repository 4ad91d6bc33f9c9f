"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import postgres
from tests.support import require
from tradegecko_bridge import Sandbox, TradeGeckoClient

# before any test takes something out of the suite, so that what its checks compare is told
pytest.register_assert_rewrite("tradegecko_bridge.testing.store_checks")


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests; take ``sandbox`` instead, which begins afresh."""
    with Sandbox(seed="demo", rate_limit=None) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """A sandbox with the demo account as seeded, no faults in force, and no rate limit."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[TradeGeckoClient]:
    """A client of the sandbox's account."""
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
        yield client


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server's empty database. Without PostgreSQL the test is skipped; in CI it fails instead."""
    if reason := postgres.missing():
        require(reason)
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgres_ledger(postgres_url: str) -> Iterator[str]:
    """The URL of a database of this test's own, in a real PostgreSQL server."""
    with postgres.database(postgres_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new ledger, in each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_ledger"))
