"""A ground for each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.chaos.ground import Ground, Grounds, Ledgers
from tests.stores import postgres
from tradegecko_bridge import Sandbox


@pytest.fixture(scope="session")
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is one: like the PostgreSQL, these ledgers are not to survive a power cut."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(prefix="tgbridge-chaos-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def ledgers(request: pytest.FixtureRequest, quick_folder: Path) -> Iterator[Ledgers]:
    """Empty ledgers in each database; in PostgreSQL all in one database of their own."""
    if request.param == "sqlite":
        yield Ledgers(quick_folder)
        return
    with postgres.database(request.getfixturevalue("postgres_url")) as url:
        yield Ledgers(quick_folder, url)


@pytest.fixture
def grounds(running_sandbox: Sandbox, ledgers: Ledgers, tmp_path: Path) -> Grounds:
    """As many grounds as a test needs, one after the other."""
    return Grounds(running_sandbox, ledgers, tmp_path)


@pytest.fixture
def ground(grounds: Grounds) -> Ground:
    """A fresh ground."""
    return grounds.new()
