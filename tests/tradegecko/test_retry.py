"""What is tried again, and how often and long; nobody really waits."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.nonsense import texts
from tests.tradegecko.drivers import DATE, NOW, RESET, Driver, answering, driver
from tests.tradegecko.support import Waits, mocked, scripted
from tradegecko_bridge import errors
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.limits.headers import retry_after
from tradegecko_bridge.tradegecko.oauth import OAuthApp, read_grant
from tradegecko_bridge.tradegecko.resources import ORDERS
from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy

__all__ = ["driver"]

STEADY = RetryPolicy(jitter=lambda: 1.0)
GOOD = httpx.Response(200, json={"order": {"id": 1}})
CALLS: dict[str, Call[Any]] = {
    "GET": ORDERS.get(1),
    "POST": ORDERS.create({"company_id": 1}),
    "PUT": ORDERS.update(1, {"notes": "x"}),
    "DELETE": ORDERS.delete(1),
}
WRITES = ("POST", "PUT", "DELETE")
KEYED: dict[str, Call[Any]] = {name: evolve(CALLS[name], idempotency_key="k") for name in ("POST", "PUT")}


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


@pytest.mark.parametrize("method", KEYED)
@pytest.mark.parametrize("failure", FAILURES)
def test_a_write_under_a_key_is_repeated_under_the_same(method: str, failure: httpx.Response | Exception) -> None:
    """The key lets only one of them through, so asking again can do no harm."""
    client, script = scripted(failure, GOOD, retry=STEADY)
    client.send(KEYED[method])
    assert [request.headers["Idempotency-Key"] for request in script.requests] == ["k", "k"]


def test_a_key_used_by_the_first_try_says_so() -> None:
    """The answer was lost, the repeat is refused: one error, with the number of tries it took."""
    used = httpx.Response(400, json={"message": "Duplicate Idempotency Key header detected"})
    client, _ = scripted(httpx.ReadTimeout("x"), used, retry=STEADY)
    with pytest.raises(errors.DuplicateIdempotencyKey, match="look for what the first request") as caught:
        client.send(KEYED["POST"])
    assert caught.value.attempts == 2


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


def test_jitter_is_full() -> None:
    """Between nothing and the whole wait: many clients that fail together do not come back together."""
    assert RetryPolicy(jitter=lambda: 0.0).wait(3) == 0.0
    assert RetryPolicy(jitter=lambda: 1.0).wait(3) == 2.0
    assert len({RetryPolicy().wait(3) for _ in range(20)}) > 1


def test_a_policy_for_tests_decides_alike_and_never_waits() -> None:
    """Reads are repeated, 429 too, and the policy never asks for a wait."""
    policy = RetryPolicy.for_tests()
    waits = Waits(NOW)
    client, script = scripted(httpx.Response(500), httpx.ReadTimeout("x"), GOOD, retry=policy, waits=waits)
    client.orders.get(1)
    assert len(script.requests) == 3
    assert sum(waits.slept) == 0.0
    refused = errors.RateLimited("x", status=429, method="GET", path="/", reset_at=NOW)
    assert policy.should_retry(CALLS["POST"], refused)
    assert policy.wait_after(1, refused, lambda _: 300.0) == 0.0


def test_the_time_of_slow_answers_counts_against_patience() -> None:
    """Not only waits are bounded: after ``patience`` seconds in all, no further try begins."""

    def slow(_request: httpx.Request) -> httpx.Response:
        time.sleep(0.03)
        return httpx.Response(500)

    policy = RetryPolicy(attempts=1000, patience=0.1, first_wait=0.0)
    with mocked(slow, retry=policy) as client, pytest.raises(errors.ServerError) as caught:
        client.orders.get(1)
    assert 2 <= caught.value.attempts <= 4


def test_no_retry_is_one_try() -> None:
    """Also for what could be repeated safely."""
    client, script = scripted(httpx.Response(429), retry=STEADY)
    with pytest.raises(errors.RateLimited):
        client.send(ORDERS.get(1), retry=NO_RETRY)
    assert len(script.requests) == 1


def test_a_rate_limit_without_a_moment_is_waited_for_like_any_failure() -> None:
    """Where the answer does not name it, the policy waits as after any failure; the limiter may add its own."""
    waits = Waits(NOW)
    client, _ = scripted(httpx.Response(429), GOOD, retry=STEADY, waits=waits)
    client.orders.get(1)
    assert waits.slept[0] == 0.5
    assert sum(waits.slept) <= 305


def test_a_rate_limit_is_waited_out() -> None:
    """After a 429 that names the moment we wait for it, once."""
    waits = Waits(NOW)
    headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": RESET, "Date": DATE}
    client, script = scripted(httpx.Response(429, headers=headers), GOOD, retry=STEADY, waits=waits)
    client.orders.get(1)
    assert len(script.requests) == 2
    assert waits.slept == [43.0]


def test_an_empty_window_is_waited_for_before_asking() -> None:
    """The last answer said that nothing is left: no request is wasted on finding out."""
    waits = Waits(NOW)
    headers = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": RESET, "Date": DATE}
    last = httpx.Response(200, json={"order": {"id": 1}}, headers=headers)
    client, script = scripted(last, GOOD, waits=waits)
    client.orders.get(1)
    assert waits.slept == []
    client.orders.get(1)
    assert len(script.requests) == 2
    assert waits.now.timestamp() > int(RESET)


# ── Retry-After ──────────────────────────────────────────────────────────────────────────────

IN_NINETY = "Tue, 03 Nov 2026 12:05:48 GMT"


def put_off(driver: Driver, status: int, headers: dict[str, str], policy: RetryPolicy = STEADY) -> list[float]:
    """The waits of a read whose first answer is this one, by either driver."""
    answering(driver, httpx.Response(status, headers=headers), GOOD, retry=policy)
    with suppress(errors.TradeGeckoError):
        driver.send(CALLS["GET"])
    return driver.waits.slept


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "90", "Date": DATE}, 90),
        ({"Retry-After": "90"}, 90),
        ({"Retry-After": IN_NINETY, "Date": DATE}, 90),
        ({"Retry-After": IN_NINETY}, 90),
        ({"Retry-After": IN_NINETY, "Date": "Tue, 03 Nov 2026 12:05:08 GMT"}, 40),
        ({"Retry-After": "7200", "Date": DATE}, 300),
        ({"Retry-After": "Tue, 03 Nov 2026 14:00:00 GMT", "Date": DATE}, 300),
    ],
)
def test_retry_after_is_heeded(driver: Driver, status: int, headers: dict[str, str], seconds: int) -> None:
    """In seconds or as a moment by the server's clock, up to a window of the rate limit."""
    assert seconds <= put_off(driver, status, headers)[0] <= seconds + 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "value", ["-5", "1000000000", "9" * 5000, "1e2", "soon", "", "Tue, 03 Nov 2026 12:04:00 GMT", "٣", "86400"]
)
def test_an_absurd_retry_after_is_not_heeded(driver: Driver, status: int, value: str) -> None:
    """Negative, over, longer than a day, or nothing that says when: the policy waits as after any failure."""
    failure = httpx.Response(status, headers=[(b"Retry-After", value.encode()), (b"Date", DATE.encode())])
    answering(driver, failure, GOOD, retry=STEADY)
    driver.send(CALLS["GET"])
    assert driver.waits.slept[0] == 0.5


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_beyond_the_patience_ends_the_call_at_once(driver: Driver, status: int) -> None:
    """No wait begins that patience does not reach."""
    assert put_off(driver, status, {"Retry-After": "90"}, RetryPolicy(patience=60)) == []


def test_the_reset_of_the_window_goes_before_retry_after(driver: Driver) -> None:
    """It is the API's own word; the other one may be a proxy's."""
    told = {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": RESET, "Date": DATE}
    assert put_off(driver, 429, {"Retry-After": "90", **told}) == [43.0]


def test_a_write_in_doubt_is_not_repeated_for_retry_after(driver: Driver) -> None:
    """A 503 may come after the deed, whatever it asks for; the error tells how long that is."""
    script = answering(driver, httpx.Response(503, headers={"Retry-After": "5"}), GOOD, retry=STEADY)
    with pytest.raises(errors.ServerError) as caught:
        driver.send(CALLS["POST"])
    assert (len(script.requests), caught.value.retry_after) == (1, 5.0)


def test_retry_after_of_a_429_holds_for_everybody(driver: Driver) -> None:
    """The limiter keeps the other calls of the account back too."""
    answering(driver, httpx.Response(429, headers={"Retry-After": "20", "Date": DATE}), GOOD, retry=NO_RETRY)
    with pytest.raises(errors.RateLimited) as caught:
        driver.send(CALLS["GET"])
    assert caught.value.reset_at == NOW + timedelta(seconds=20)
    driver.send(CALLS["POST"])
    assert 20 <= sum(driver.waits.slept) <= 24


def test_a_refused_refresh_has_its_retry_after() -> None:
    """The call that needed the login waits for it."""
    request = OAuthApp(client_id="a", client_secret=Secret("s"), base_url="https://a.example").refresh(Secret("r"))
    with pytest.raises(errors.RateLimited) as caught:
        read_grant(request, 429, {"retry-after": "7"}, b"{}", now=NOW)
    assert STEADY.wait_after(1, caught.value, lambda _: 0.0) == 7.0


DATES = st.datetimes(timezones=st.just(UTC)).map(lambda moment: format_datetime(moment, usegmt=True))


@given(header=texts | st.integers().map(str) | DATES)
def test_no_retry_after_is_longer_than_a_window(header: str) -> None:
    """Nor does anything in it do harm."""
    assert 0.0 <= (retry_after({"retry-after": header, "date": DATE}, NOW) or 0.0) <= 300.0
    assert 0.0 <= (retry_after({"retry-after": header, "date": header}, NOW) or 0.0) <= 300.0
