"""An answer that is another call's costs its connection: all that follow on it would be their neighbours' too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tradegecko.drivers import AsyncDriver, Driver, SyncDriver, answering, driver
from tests.tradegecko.keepalive import AT_ONCE, LATE, ROOTS, KeepAlive, keep_alive
from tests.tradegecko.test_gateway import a_draft, a_line
from tradegecko_bridge import AsyncTradeGeckoClient, TradeGeckoClient, TradeGeckoGateway, errors
from tradegecko_bridge.tradegecko.calls import Call
from tradegecko_bridge.tradegecko.gateway.new_orders import _answered_by
from tradegecko_bridge.tradegecko.resources import COMPANIES, ORDERS
from tradegecko_bridge.tradegecko.retry import NO_RETRY

__all__ = ["driver"]

ORDER_COUNT = 200


def marked(number: str) -> Call[Any]:
    """The creation of an order, whose answer has to carry its mark."""
    fields = {"order_number": number, "source_url": f"#tgb-mark-{number}"}
    return _answered_by(ORDERS.create(fields, idempotency_key=number), f"mark-{number}")


def now_and_then(seed: int) -> Callable[[int], str | None]:
    """Every tenth answer or so comes twice."""
    rng = Random(seed)
    return lambda _: rng.choice((AT_ONCE, LATE)) if rng.random() < 0.1 else None


def check(api: KeepAlive, numbers: dict[str, str | None]) -> None:
    """No order is taken for another, and what is shifted is not used again: a fault wastes the answer that tells of it,
    and at most that of a thread which was about to use the connection."""
    assert len(numbers) == ORDER_COUNT
    assert {number: found for number, found in numbers.items() if found not in (None, number)} == {}
    assert set(api.created.values()) == {1}
    wasted = sum(found is None for found in numbers.values())
    assert api.faults > 5
    assert 0 < wasted <= 2 * api.faults
    assert max(api.after_a_fault.values()) == 1


@pytest.mark.process
@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
def test_orders_sent_by_threads_get_their_own_answer_or_none(named: bool) -> None:
    with keep_alive(now_and_then(1), named=named) as api, TradeGeckoClient("token", base_url=api.url) as client:
        gateway = TradeGeckoGateway(client.with_options(retry=NO_RETRY))

        def deliver(number: str) -> str | None:
            draft = a_draft(number, a_line(rate=None), account_treatment=True)
            try:
                return gateway.create_order(draft, key=number, customer_id=None).number
            except errors.OutcomeUnknown:
                return None

        numbers = [f"N{n}" for n in range(ORDER_COUNT)]
        with ThreadPoolExecutor(6) as threads:
            found = dict(zip(numbers, threads.map(deliver, numbers), strict=True))
        check(api, found)


@pytest.mark.process
@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
def test_orders_sent_by_tasks_get_their_own_answer_or_none(named: bool) -> None:
    async def deliver_all(api: KeepAlive) -> dict[str, str | None]:
        async with AsyncTradeGeckoClient("token", base_url=api.url, retry=NO_RETRY) as client:
            turns = asyncio.Semaphore(6)

            async def deliver(number: str) -> str | None:
                async with turns:
                    try:
                        return str((await client.send(marked(number))).order_number)
                    except errors.UnreadableReply:
                        return None

            numbers = [f"N{n}" for n in range(ORDER_COUNT)]
            return dict(zip(numbers, await asyncio.gather(*map(deliver, numbers)), strict=True))

    with keep_alive(now_and_then(2), named=named) as api:
        check(api, asyncio.run(deliver_all(api)))


CALLS = st.one_of(
    st.integers(1, 5).map(ORDERS.get),
    st.integers(1, 5).map(COMPANIES.get),
    st.sampled_from("ABC").map(marked),
    st.sampled_from("ABC").map(lambda number: ORDERS.list(order_number=number)),
)
TWICE = st.sampled_from([None, AT_ONCE, LATE])


def asked_for(call: Call[Any], value: Any) -> bool:
    """Whether the value is what this call asked for."""
    if call.body is not None:
        return bool(value.order_number == call.body["order"]["order_number"])
    if call.params:
        return bool(value.records[0].order_number == dict(call.params)["order_number"])
    root, _, member = call.path.strip("/").partition("/")
    return type(value).__name__.lower() == ROOTS[root] and str(value.id) == member


@pytest.mark.process
@settings(max_examples=60, deadline=None)
@given(
    calls=st.lists(st.tuples(CALLS, TWICE), min_size=2, max_size=12),
    kind=st.sampled_from([SyncDriver, AsyncDriver]),
)
def test_whatever_is_called_each_answer_is_its_own(
    calls: list[tuple[Call[Any], str | None]], kind: type[Driver]
) -> None:
    """On one connection, where any answer may come twice: each fault wastes one answer and one connection at most."""
    with keep_alive(lambda nth: calls[nth - 1][1]) as api:
        driver = kind().open(None, base_url=api.url, retry=NO_RETRY, limits=httpx.Limits(max_connections=1))
        wasted = 0
        for call, _ in calls:
            try:
                assert asked_for(call, driver.send(call))
            except errors.UnreadableReply:
                wasted += 1
        driver.close()
        assert wasted <= api.faults
        assert wasted <= api.connections <= 1 + api.faults
        assert max(api.after_a_fault.values()) <= 1


def refusal(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"type": "Refused", "message": message})


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (ORDERS.get(5), httpx.Response(200, json={"order": {"id": 6}})),
        (ORDERS.show("5"), httpx.Response(200, json={"order": {"id": 6}})),
        (ORDERS.update(5, {"notes": "x"}), httpx.Response(200, json={"order": {"id": 6}})),
        (ORDERS.delete(5), httpx.Response(200, json={"order": {"id": 6}})),
        (ORDERS.void(5), httpx.Response(200, json={"order": {"id": 6}})),
        (ORDERS.invoice(5), httpx.Response(201, json={"invoice": {"id": 1, "order_id": 6}})),
        (ORDERS.action(5, "pack"), httpx.Response(201, json={"fulfillment": {"id": 1, "order_id": 6}})),
        (ORDERS.get(5), refusal(404, "Couldn't find Order with 'id'=6")),
        (ORDERS.get(5), refusal(400, "Duplicate Idempotency Key header detected")),
    ],
)
def test_an_answer_about_another_record_is_none(driver: Driver, call: Call[Any], answer: httpx.Response) -> None:
    """Whatever its status, and whether it is the record itself or something that belongs to it."""
    answering(driver, answer, retry=NO_RETRY)
    with pytest.raises(errors.UnreadableReply, match=r"about (another order, 6|something else)"):
        driver.send(call)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (ORDERS.get(5), httpx.Response(200, json={"order": {"id": 5, "company_id": 6}})),
        (ORDERS.get("5 "), httpx.Response(200, json={"order": {"id": 5}})),
        (ORDERS.update(5, {"notes": "x"}), httpx.Response(204)),
        (ORDERS.invoice(5), httpx.Response(201, json={"invoice": {"id": 6, "order_id": 5}})),
        (ORDERS.action(5, "pack"), httpx.Response(201, json={"fulfillment": {"id": 6}})),
    ],
)
def test_an_answer_about_the_record_asked_for_counts(driver: Driver, call: Call[Any], answer: httpx.Response) -> None:
    """Also where it names other records beside it, or none at all."""
    answering(driver, answer, retry=NO_RETRY)
    driver.send(call)


@pytest.mark.parametrize("message", ["Couldn't find Order with 'id'=5", "Couldn't find Order"])
def test_a_record_that_is_not_there_is_not_found(driver: Driver, message: str) -> None:
    answering(driver, refusal(404, message), retry=NO_RETRY)
    with pytest.raises(errors.NotFound):
        driver.send(ORDERS.get(5))


def test_a_parent_that_is_not_there_is_not_found(driver: Driver) -> None:
    """A write may refer to any record: its refusal names that one."""
    answering(driver, refusal(404, "Couldn't find Company with 'id'=6"), retry=NO_RETRY)
    with pytest.raises(errors.NotFound):
        driver.send(ORDERS.update(5, {"company_id": 6}))
