"""What the tests of this wing share: recordings, answers made by hand, a sandbox by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tradegecko_bridge.tradegecko.client import TradeGeckoClient
from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
PAGE = {
    "total_records": 1,
    "total_pages": 1,
    "first_page": True,
    "last_page": True,
    "out_of_bounds": False,
    "offset": 0,
}
PAGED = {"X-Pagination": json.dumps(PAGE)}


def recording(name: str) -> dict[str, Any]:
    """The answer of a recorded exchange; skips the test where the recordings are not at hand."""
    path = RECORDINGS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no recording at {path}")
    answer: dict[str, Any] = json.loads(path.read_text())[0]["response"]
    return answer


class Waits:
    """A clock and a sleep that go together: nobody really waits."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


Answer = httpx.Response | Exception


class Script:
    """An API that gives its answers in turn, the last one for ever, and keeps the requests it got."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def scripted(
    *answers: Answer, retry: RetryPolicy = NO_RETRY, waits: Waits | None = None
) -> tuple[TradeGeckoClient, Script]:
    """A client of a scripted API."""
    script, waits = Script(answers), waits or Waits()
    client = mocked(script, retry=retry, waits=waits)
    return client, script


def mocked(
    handler: Callable[[httpx.Request], httpx.Response], *, retry: RetryPolicy = NO_RETRY, waits: Waits | None = None
) -> TradeGeckoClient:
    """A client of an API that is a function."""
    waits = waits or Waits()
    return TradeGeckoClient(
        "secret-token",
        base_url="https://api.example",
        transport=httpx.MockTransport(handler),
        retry=retry,
        clock=waits.clock,
        sleep=waits.sleep,
    )
