"""One sandbox for all tests of a module, as new for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.support import START, Application, Client, HandClock
from tradegecko_bridge.sandbox import Sandbox


@pytest.fixture(scope="module")
def clock() -> HandClock:
    """The clock of the module's sandbox."""
    return HandClock()


@pytest.fixture(scope="module")
def running(clock: HandClock) -> Iterator[Sandbox]:
    """The module's sandbox."""
    with Sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, clock: HandClock) -> Sandbox:
    """The module's sandbox, reset."""
    clock.moment = START
    running.reset()
    return running


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Client]:
    """A client of the reset sandbox."""
    client = Client(sandbox)
    yield client
    client.close()


@pytest.fixture
def app(sandbox: Sandbox) -> Iterator[Application]:
    """The seeded application of the reset sandbox."""
    app = Application(sandbox)
    yield app
    app.http.close()
