"""What is tried again, and how often and long; nobody really waits."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.tradegecko.support import Waits, scripted
from tradegecko_bridge import errors
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.resources import ORDERS
from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy

STEADY = RetryPolicy(jitter=lambda: 1.0)
GOOD = httpx.Response(200, json={"order": {"id": 1}})
CALLS: dict[str, Call[Any]] = {
    "GET": ORDERS.get(1),
    "POST": ORDERS.create({"company_id": 1}, idempotency_key="k"),
    "PUT": ORDERS.update(1, {"notes": "x"}),
    "DELETE": ORDERS.delete(1),
}
WRITES = ("POST", "PUT", "DELETE")


def tries(method: str, failure: httpx.Response | Exception) -> int:
    """How often a call goes out when the first try fails so."""
    client, script = scripted(failure, GOOD, retry=STEADY)
    with suppress(errors.TradeGeckoError):
        client.send(CALLS[method])
    return len(script.requests)


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize(
    "failure", [httpx.Response(429), httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
)
def test_what_certainly_did_not_happen_is_repeated(method: str, failure: httpx.Response | Exception) -> None:
    """Too many requests, no connection: for every method."""
    assert tries(method, failure) == 2


FAILURES = [
    httpx.Response(500),
    httpx.Response(503),
    httpx.ReadTimeout("x"),
    httpx.RemoteProtocolError("x"),
    httpx.WriteError("x"),
]


@pytest.mark.parametrize("failure", FAILURES)
def test_reads_are_repeated(failure: httpx.Response | Exception) -> None:
    """They change nothing, whatever became of the first."""
    assert tries("GET", failure) == 2


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_write_in_doubt_is_never_repeated(method: str, failure: httpx.Response | Exception) -> None:
    """A lost answer does not mean that nothing happened."""
    assert tries(method, failure) == 1


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 422])
def test_what_will_fail_again_is_not_repeated(method: str, status: int) -> None:
    """Refused is refused."""
    assert tries(method, httpx.Response(status)) == 1


def test_attempts_are_bounded() -> None:
    """At most ``attempts`` tries, then the last error as it is."""
    waits = Waits()
    client, script = scripted(httpx.Response(500), retry=RetryPolicy(attempts=3), waits=waits)
    with pytest.raises(errors.ServerError):
        client.orders.get(1)
    assert len(script.requests) == 3
    assert client.calls == 3
    assert len(waits.slept) == 2


def test_patience_is_bounded() -> None:
    """No wait begins that would take all waits beyond ``patience``."""
    waits = Waits()
    policy = RetryPolicy(attempts=1000, patience=10, first_wait=4, jitter=lambda: 1.0)
    client, _ = scripted(httpx.Response(500), retry=policy, waits=waits)
    with pytest.raises(errors.ServerError):
        client.orders.get(1)
    assert waits.slept == [4.0]


def test_waits_grow_up_to_the_longest() -> None:
    """Doubling, then steady."""
    policy = RetryPolicy(first_wait=0.5, longest_wait=20.0, jitter=lambda: 1.0)
    waits = [policy.wait(n) for n in range(1, 10)]
    assert waits[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert set(waits[6:]) == {20.0}
    assert all(a <= b for a, b in pairwise(waits))


def test_jitter_takes_away_up_to_half() -> None:
    """Many clients that fail together do not come back together."""
    assert RetryPolicy(jitter=lambda: 0.0).wait(3) == 1.0
    assert RetryPolicy(jitter=lambda: 1.0).wait(3) == 2.0
    assert len({RetryPolicy().wait(3) for _ in range(20)}) > 1


def test_no_retry_is_one_try() -> None:
    """Also for what could be repeated safely."""
    client, script = scripted(httpx.Response(429), retry=STEADY)
    with pytest.raises(errors.RateLimited):
        client.send(ORDERS.get(1), retry=NO_RETRY)
    assert len(script.requests) == 1


def test_a_rate_limit_without_a_moment_is_waited_for_like_any_failure() -> None:
    """Not at once and not for as long as the clocks differ."""
    waits = Waits()
    refusal = httpx.Response(429, headers={"Date": "Mon, 01 Jan 1990 00:00:00 GMT"})
    client, _ = scripted(refusal, GOOD, retry=STEADY, waits=waits)
    client.orders.get(1)
    assert waits.slept == [0.5]


def test_a_rate_limit_is_waited_out() -> None:
    """After a 429 that names the moment we wait for it, once."""
    waits = Waits()
    reset = int(waits.now.timestamp()) + 42
    refusal = httpx.Response(429, headers={"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(reset)})
    client, script = scripted(refusal, GOOD, retry=STEADY, waits=waits)
    client.orders.get(1)
    assert len(script.requests) == 2
    assert len(waits.slept) == 1
    assert 41 < waits.slept[0] <= 43


def test_an_empty_window_is_waited_for_before_asking() -> None:
    """The last answer said that nothing is left: no request is wasted on finding out."""
    waits = Waits()
    reset = int(waits.now.timestamp()) + 42
    last = httpx.Response(
        200, json={"order": {"id": 1}}, headers={"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(reset)}
    )
    client, script = scripted(last, GOOD, waits=waits)
    client.orders.get(1)
    assert waits.slept == []
    client.orders.get(1)
    assert len(script.requests) == 2
    assert waits.now.timestamp() > reset
