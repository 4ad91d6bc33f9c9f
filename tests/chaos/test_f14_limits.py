"""F14: no storm of requests: neither after a refusal, nor at a shut window, nor from several processes or threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.chaos.audit import check
from tests.chaos.cases import a_batch
from tests.chaos.ground import Ground, Grounds, Ledgers
from tests.chaos.workers import run, workers
from tests.engine.bench import Bench
from tests.support import ListSource
from tradegecko_bridge import Sandbox, TradeGeckoClient
from tradegecko_bridge.errors import ServerError
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.tradegecko.retry import RetryPolicy

WINDOW = 300.0
LIMIT = 300


@pytest.fixture
def limited(ledgers: Ledgers, tmp_path: Path) -> Iterator[Ground]:
    """A ground whose sandbox counts requests."""
    with Sandbox(rate_limit=LIMIT) as sandbox:
        yield Grounds(sandbox, ledgers, tmp_path).new()


def answered(sandbox: Sandbox, status: int) -> int:
    """How often the sandbox gave this status."""
    return sum(request["status"] == status for request in sandbox.requests())


def test_f14_a_refused_order_is_sent_once(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """422 for every order, run after run: one request for each, and each is held with TradeGecko's words."""
    numbers = ["1001", "1002", "1003", "1004"]
    for number in numbers:  # gone, so that nobody finds them, and still in the way
        made = client.orders.create({"company_id": 2, "order_number": number, "shipping_address_id": 1})
        client.orders.delete(made.id)
    sandbox.set_switch("reject_duplicate_order_numbers", True)
    bench = Bench(sandbox, client, ListSource([an_order(number) for number in numbers]))
    for _ in range(3):
        bench.deliver()
    assert answered(sandbox, 422) == len(numbers)
    entries = bench.store.entries()
    assert {entry.state for entry in entries} == {OrderState.HELD}
    assert all(entry.reason and "has already been taken" in entry.reason.text for entry in entries)


def test_f14_a_shut_window_is_asked_once(limited: Ground) -> None:
    """429 until the reset: the processes that come meanwhile ask no more than once, and no order is given up."""
    orders = a_batch()
    limited.sandbox.fault("GET", "*", "rate_limit", until="reset")
    job = limited.job(orders, shared_limit=True, reads=1)
    for _ in range(8):
        assert run(job) is not None
    assert answered(limited.sandbox, 429) == 1
    limited.settle(job, len(orders), pause=WINDOW)
    check(limited, orders)


def test_f14_processes_share_a_window(limited: Ground) -> None:
    """Somebody else has used most of a window; three processes at once never make the server refuse a request."""
    orders = a_batch(24)
    somebody = httpx.Client(headers={"Authorization": f"Bearer {limited.sandbox.access_token}"})
    with somebody:
        for _ in range(LIMIT - 12):
            somebody.get(f"{limited.sandbox.base_url}/users/current").raise_for_status()
    rounds = 0
    while not limited.at_rest(len(orders)):
        rounds += 1
        assert rounds < 12
        jobs = [limited.job(orders, worker=f"w{n}", shared_limit=True, reads=1) for n in range(3)]
        with workers(*jobs) as running:
            assert all(worker.end() is not None for worker in running)
        limited.advance(WINDOW / 2)
    assert rounds > 1, "it was more than was left of the window"
    check(limited, orders)
    assert answered(limited.sandbox, 429) == 0


def test_f14_threads_do_not_multiply_attempts(sandbox: Sandbox) -> None:
    """Eight threads share a client, and each call is tried as often as the policy says, no more."""
    sandbox.fault("GET", "*", "status", status=503, times=1000)
    policy = RetryPolicy.for_tests(3)
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, retry=policy) as client:

        def fail(number: int) -> None:
            with pytest.raises(ServerError) as caught:
                client.companies.get(number)
            assert caught.value.attempts == 3

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(fail, range(1, 9)))
    asked = Counter(request["path"] for request in sandbox.requests())
    assert set(asked.values()) == {3}
    assert len(asked) == 8
