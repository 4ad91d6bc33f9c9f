"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tradegecko_bridge import Sandbox, TradeGeckoClient


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
