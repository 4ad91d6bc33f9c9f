"""A ground for each database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import pytest

from tests.chaos.ground import Ground, Grounds, Ledgers
from tests.engine.bench import Bench
from tests.stores import postgres
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient

DATABASES = ("sqlite", "postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In CI, and of what was asked for by name, each case is tried on both databases; else on one, always the same.

    That is SQLite where there is no other.
    """
    if os.environ.get("CI") == "true" or any("::" in name for name in config.args):
        return
    left_out = [item for item in items if _is_left_out(item)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _is_left_out(item: pytest.Item) -> bool:
    call: Any = getattr(item, "callspec", None)
    if call is None or "ledgers" not in call.params or not item.path.is_relative_to(Path(__file__).parent):
        return False
    database = call.params["ledgers"]
    case = item.nodeid.replace(database, "")
    return bool(database != ("sqlite" if postgres.missing() else DATABASES[crc32(case.encode()) % 2]))


@pytest.fixture(scope="session")
def ledger_folder() -> Iterator[Path]:
    """Where SQLite's ledgers are."""
    with TemporaryDirectory(prefix="tgbridge-chaos-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session", params=DATABASES)
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
