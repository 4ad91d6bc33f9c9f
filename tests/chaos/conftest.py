"""A ground for each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.chaos.ground import Ground, Grounds, Ledgers
from tests.engine.bench import Bench
from tests.stores import postgres
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient


@pytest.fixture(scope="session")
def ledger_folder() -> Iterator[Path]:
    """Where SQLite's ledgers are."""
    with TemporaryDirectory(prefix="tgbridge-chaos-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def ledgers(request: pytest.FixtureRequest, ledger_folder: Path) -> Iterator[Ledgers]:
    """Empty ledgers in each database; in PostgreSQL all in one database of their own."""
    if request.param == "sqlite":
        yield Ledgers(ledger_folder)
        return
    with postgres.database(request.getfixturevalue("postgres_url")) as url:
        yield Ledgers(ledger_folder, url)


@pytest.fixture
def grounds(running_sandbox: Sandbox, ledgers: Ledgers, tmp_path: Path) -> Grounds:
    """As many grounds as a test needs, one after the other."""
    return Grounds(running_sandbox, ledgers, tmp_path)


@pytest.fixture
def ground(grounds: Grounds) -> Ground:
    """A fresh ground."""
    return grounds.new()


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """An engine in this process, for faults that need no process of their own."""
    return Bench(sandbox, client, ListSource())
