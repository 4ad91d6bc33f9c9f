"""How far this machine's clock is from the server's, by the answers."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tradegecko.drivers import Driver, answering, driver
from tests.tradegecko.support import Waits, mocked
from tradegecko_bridge.tradegecko.resources import ORDERS

__all__ = ["driver"]


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(hours=-5), timedelta(seconds=40), timedelta(days=400)])
def test_the_offset_is_the_servers_time_less_ours(driver: Driver, offset: timedelta) -> None:
    """None before an answer has told; copies know the same."""
    date = format_datetime(driver.waits.now + offset, usegmt=True)
    answering(driver, httpx.Response(200, json={"order": {"id": 1}}, headers={"Date": date}))
    assert driver.client.clock_offset is None
    driver.send(ORDERS.get(1))
    assert driver.client.clock_offset == driver.client.with_options(timeout=1.0).clock_offset == offset


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}, {"Date": "Tue, 03 Nov 2026 12:04:18"}])
def test_an_answer_without_a_time_tells_nothing(driver: Driver, date: dict[str, str]) -> None:
    """None at all, none that can be read, none with a zone."""
    answering(driver, httpx.Response(200, json={"order": {"id": 1}}, headers=date))
    driver.send(ORDERS.get(1))
    assert driver.client.clock_offset is None


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    offset=st.floats(-1e6, 1e6),
    jump=st.floats(-1e6, 1e6),
    travels=st.lists(st.floats(0, 3), min_size=8, max_size=12),
)
def test_what_is_told_is_right_to_two_seconds_soon_after_a_jump(
    offset: float, jump: float, travels: list[float]
) -> None:
    """However long each answer has travelled: never too much, and too little by the fastest one's way at most."""
    waits = Waits()
    ahead, ways = offset, iter([*travels, *travels])

    def answer(_: httpx.Request) -> httpx.Response:
        date = format_datetime(waits.now + timedelta(seconds=ahead), usegmt=True)
        waits.now += timedelta(seconds=next(ways))
        return httpx.Response(200, json={"order": {"id": 1}}, headers={"Date": date})

    with mocked(answer, waits=waits) as client:
        for ahead in (offset, offset + jump):
            for _ in travels:
                client.send(ORDERS.get(1))
            assert client.clock_offset is not None
            wrong = client.clock_offset.total_seconds() - ahead
            assert -1 - min(travels[-8:]) - 0.001 <= wrong <= 0.001
