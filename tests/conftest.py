"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import kinds
from tests.stores import postgres
from tests.support import examples, quick_folder, require
from tradegecko_bridge import Sandbox, TradeGeckoClient

# before any test takes something out of the suite, so that what its checks compare is told
pytest.register_assert_rewrite("tradegecko_bridge.testing.store_checks")

if "TMPDIR" not in os.environ and (folder := quick_folder()) is not None:
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)  # also for the processes that tests start

settings.register_profile("ours", max_examples=examples(35), deadline=None)  # a loaded machine is no fault
settings.load_profile("ours")

LEFT_OUT = pytest.StashKey[dict[str, int]]()
"""How many tests of which kind are not run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="run unit tests and a thin slice of those with the sandbox")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(kinds.UnitTestsOnly())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kinds.mark(items)
    if config.getoption("--fast"):
        left_out = [item for item in items if not kinds.is_fast(item)]
        items[:] = [item for item in items if kinds.is_fast(item)]
        config.stash[LEFT_OUT] = kinds.count(left_out)
        config.hook.pytest_deselected(items=left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, None)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What one of xdist's workers left out: each collects all tests."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out") or {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, None):
        terminalreporter.section("left out; make test runs all")
        for kind, count in sorted(left_out.items(), key=lambda found: -found[1]):
            terminalreporter.line(f"{count:5} {kind}")


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
