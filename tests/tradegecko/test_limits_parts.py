"""What a limiter is made of: the server's clock, an answer's headers, and the paces."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tradegecko.limiting import BEGIN, BULK, DELIVERY, NORMAL, headers
from tradegecko_bridge.tradegecko.limits import Priority
from tradegecko_bridge.tradegecko.limits.clock import ServerClock
from tradegecko_bridge.tradegecko.limits.headers import Told, moment, read_headers
from tradegecko_bridge.tradegecko.limits.pace import Pace, paces


@pytest.mark.parametrize("priority", Priority)
def test_a_window_the_server_has_begun_before_our_clock_opens_with_what_it_begins_with(priority: Priority) -> None:
    """And what there is not is never there."""
    pace = paces(300)[priority]
    assert pace.allowed(-0.5) == pace.allowed(0) > 0
    assert pace.when(301) == float("inf")


def test_the_reserve_is_given_back_evenly() -> None:
    """Half of it in half of the time."""
    assert paces(300)[BULK].allowed(291) == paces(300)[NORMAL].allowed(291) == 290


def heard(*answers: tuple[float, float]) -> ServerClock:
    """A clock that has heard answers: what the server's showed, and ours when they arrived."""
    clock = ServerClock()
    for date, now in answers:
        clock.hear(date, now)
    return clock


def test_the_server_s_clock_is_at_least_what_the_best_answer_told() -> None:
    """Answers that travelled for longer, or our own doubt, say less; eight answers later it is forgotten."""
    assert ServerClock().at(100.0) == 98.0
    assert heard((100.0, 103.0)).at(103.0) == 101.0
    assert heard((100.0, 100.5), (100.0, 101.5)).at(101.5) == 101.0
    assert heard((150.0, 100.0), *[(100.0, 100.0)] * 7).at(100.0) == 150.0
    assert heard((150.0, 100.0), *[(100.0, 100.0)] * 8).at(100.0) == 100.0


def test_the_server_s_clock_does_not_go_back() -> None:
    """Not when a better answer is forgotten, and not for a thread that is late with its reading, by up to a minute."""
    clock = heard((150.0, 100.0))
    assert clock.at(100.0) == 150.0
    for _ in range(8):
        clock.hear(100.0, 100.0)
    assert (clock.at(100.0), clock.at(149.0), clock.at(151.0)) == (150.0, 150.0, 151.0)
    late = heard((100.0, 100.0))
    assert (late.at(200.0), late.at(140.0), late.at(201.0)) == (200.0, 200.0, 201.0)
    assert (late.at(160.0), late.at(140.0), late.at(141.0)) == (201.0, 201.0, 202.0), "a minute before the latest one"


def test_our_clock_may_be_set_back() -> None:
    """By more than a minute, that is no late reading: the server's goes on from where it was, at our clock's pace."""
    clock = heard((100.0, 100.0))
    clock.at(1000.0)
    assert (clock.at(500.0), clock.at(510.0)) == (1000.0, 1010.0)
    assert (clock.at(449.0), clock.at(450.0)) == (1010.0, 1011.0), "and once more"
    for _ in range(7):
        clock.hear(1000.0, 450.0)
    assert clock.at(451.0) == 1012.0
    clock.hear(1000.0, 450.0)
    assert (clock.at(452.0), clock.at(463.0)) == (1012.0, 1013.0), "what was known before is forgotten as ever"


def test_what_was_known_of_the_server_s_clock_can_be_wrong() -> None:
    """Then only the present answer counts, whatever was reached before; seven answers more do not outweigh it."""
    clock = heard((900.0, 100.0))
    clock.at(100.0)
    clock.restart(50.0, 100.0)
    assert clock.at(101.0) == 51.0
    for _ in range(7):
        clock.hear(40.0, 101.0)
    assert clock.at(102.0) == 52.0
    clock.hear(40.0, 101.0)
    assert (clock.at(102.0), clock.at(200.0)) == (52.0, 139.0)
    clock.restart(10.0, 100.0)
    assert clock.at(39.0) == 10.0, "set back since then"


@pytest.mark.parametrize(
    ("limit", "normal", "bulk"),
    [
        (300, ((0.0, 285 * 201 / 276, 285.0, 297.0), (79, 280, 280, 300)), ((0.0, 285.0, 297.0), (4, 280, 300))),
        (20, ((0.0, 285 * 13 / 18, 285.0, 297.0), (6, 19, 19, 20)), ((0.0, 285.0, 297.0), (1, 19, 20))),
        (3, ((0.0, 142.5, 285.0, 297.0), (2, 3, 3, 3)), ((0.0, 285.0, 297.0), (1, 3, 3))),
        (1, ((0.0, 0.0, 285.0, 297.0), (1, 1, 1, 1)), ((0.0, 285.0, 297.0), (1, 1, 1))),
    ],
)
def test_the_paces_of_a_limit(limit: int, normal: tuple[Any, Any], bulk: tuple[Any, Any]) -> None:
    """A seventy-fifth at once for listings, a quarter more for the rest, a fifteenth kept for orders until late."""
    pace = paces(limit)
    assert (pace[DELIVERY].times, pace[DELIVERY].counts) == ((0.0,), (limit,))
    assert pace[BULK] == Pace(*bulk)
    assert pace[NORMAL].counts == normal[1]
    assert pace[NORMAL].times == pytest.approx(normal[0])


@given(data=st.data(), limit=st.integers(1, 2000), priority=st.sampled_from(Priority))
def test_so_many_are_allowed_from_the_moment_it_says(data: st.DataObject, limit: int, priority: Priority) -> None:
    """And not before it; with any limit."""
    pace, count = paces(limit)[priority], data.draw(st.integers(1, limit))
    moment = pace.when(count)
    assert pace.allowed(moment) >= count
    assert moment == 0 or pace.allowed(moment - 0.001) < count


def test_what_headers_say_at_the_edges() -> None:
    """A date from the window's first moment until two minutes after its end; all left, and none; no limit, or none."""
    good = headers(300, 0)
    window = int(BEGIN.timestamp())
    assert read_headers(good, 300) == Told(window=window, used=0, limit=300, date=float(window))
    assert read_headers({**good, "x-rate-limit-limit": "0"}, 400) == Told(window, 100, 400, float(window))
    assert read_headers({**good, "x-rate-limit-remaining": "301"}, 300) is None
    assert read_headers({**good, "x-rate-limit-reset": str(window + 301)}, 300) is None
    late = headers(300, 420)
    assert read_headers({**late, "x-rate-limit-reset": good["x-rate-limit-reset"]}, 300) is not None
    late = headers(300, 421)
    assert read_headers({**late, "x-rate-limit-reset": good["x-rate-limit-reset"]}, 300) is None
    early = headers(300, -1)
    assert read_headers({**early, "x-rate-limit-reset": good["x-rate-limit-reset"]}, 300) is None
    no_date = {**good, "date": "", "x-rate-limit-reset": str(window + 301)}
    assert read_headers(no_date, 300) is None
    assert moment("Wed, 16 Jul 99999999999 03:30:00 GMT") is None
