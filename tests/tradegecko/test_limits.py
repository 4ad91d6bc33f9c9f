"""The rate limit, without a network and without waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.tradegecko.limits import RateWindow

RESET = datetime(2026, 11, 3, 12, 5, tzinfo=UTC)
"""Divisible by 300 s, as all of them are."""
NOW = RESET - timedelta(seconds=100)


def told(
    remaining: str = "0", *, ahead: timedelta = timedelta(0), reset: datetime = RESET, now: datetime = NOW
) -> RateWindow:
    """A window after one answer of a server whose clock is ``ahead`` of ours."""
    window = RateWindow()
    date = format_datetime((now + ahead).replace(microsecond=0), usegmt=True)
    headers = {"x-rate-limit-remaining": remaining, "x-rate-limit-reset": str(int(reset.timestamp())), "date": date}
    window.note(headers, now)
    return window


def test_a_new_window_has_room() -> None:
    """Before anything is known nobody waits."""
    assert RateWindow().wait(NOW) == 0


def test_room_left_means_no_wait() -> None:
    """The server's count decides."""
    assert told("1").wait(NOW) == 0
    assert told("0").wait(NOW) > 0


def test_an_empty_window_is_waited_out() -> None:
    """Until the reset, and no longer than a second more; later not at all."""
    window = told("0")
    assert 100 <= window.wait(NOW) <= 101
    assert window.wait(RESET + timedelta(seconds=2)) == 0


@given(
    ahead=st.timedeltas(timedelta(days=-2), timedelta(days=2)),
    into=st.timedeltas(timedelta(0), timedelta(seconds=299)),
)
def test_the_servers_clock_decides(ahead: timedelta, into: timedelta) -> None:
    """However far our clocks differ: after the wait the server's clock has passed the reset, by two seconds at most."""
    now = RESET - timedelta(seconds=300) + into - ahead  # ours, while the server's is ``into`` its window
    window = told("0", ahead=ahead, now=now)
    server_then = now + ahead + timedelta(seconds=window.wait(now))
    assert RESET <= server_then <= RESET + timedelta(seconds=2.1)


@pytest.mark.parametrize("left", ["", "many", "-1", "²", "1.5", "9" * 40])
def test_junk_for_a_count_is_not_believed(left: str) -> None:
    """An unreadable count changes nothing."""
    window = told(left)
    assert window.remaining is None
    assert window.wait(NOW) == 0


@pytest.mark.parametrize("reset", ["", "soon", "²", "9" * 12, "9" * 40])
def test_junk_for_a_reset_is_not_waited_for(reset: str) -> None:
    """Nobody can wait for a moment that is none."""
    window = RateWindow()
    window.note({"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}, NOW)
    assert window.wait(NOW) == 0


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Wed, 17 Jul 2013 09:50:56 -0000",
        "Wed, 99 Jul 2013 99:50:56 GMT",
        "1 Jan 99999999999 00:00:00 GMT",
    ],
)
def test_junk_for_a_date_is_no_offset(date: str) -> None:
    """An unreadable ``Date`` leaves our own clock."""
    window = RateWindow()
    window.note({"date": date}, NOW)
    assert window.server_ahead == timedelta(0)


@pytest.mark.parametrize("date", ["Mon, 01 Jan 1990 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_no_wait_is_longer_than_a_window(date: str) -> None:
    """A clock or a reset that is decades off does not stop us for decades."""
    window = RateWindow()
    far = str(int((NOW + timedelta(days=9999)).timestamp()))
    window.note({"date": date, "x-rate-limit-remaining": "0", "x-rate-limit-reset": far}, NOW)
    assert 0 <= window.wait(NOW) <= 301


def test_answers_without_the_headers_change_nothing() -> None:
    """A page from a proxy does not reopen the window."""
    window = told("0")
    window.note({}, NOW)
    assert window.wait(NOW) > 0
