"""A ground for each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.ground import Ground, Grounds, Ledgers
from tests.stores import postgres
from tradegecko_bridge import Sandbox


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def ledgers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledgers]:
    """Empty ledgers in each database; in PostgreSQL all in one database of their own."""
    folder = tmp_path_factory.mktemp("ledgers")
    if request.param == "sqlite":
        yield Ledgers(folder)
        return
    with postgres.database(request.getfixturevalue("postgres_url")) as url:
        yield Ledgers(folder, url)


@pytest.fixture
def grounds(running_sandbox: Sandbox, ledgers: Ledgers, tmp_path: Path) -> Grounds:
    """As many grounds as a test needs, one after the other."""
    return Grounds(running_sandbox, ledgers, tmp_path)


@pytest.fixture
def ground(grounds: Grounds) -> Ground:
    """A fresh ground."""
    return grounds.new()
