"""The rate limit's use, shared by all who call an account."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tradegecko_bridge.ports import RateLedger
from tradegecko_bridge.ports.limits import Permits, WindowUse

SHOP = "app/shop"
WINDOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
NEXT = WINDOW + timedelta(minutes=5)


class LimitChecks:
    """Permits."""

    def test_a_new_window_is_unused(self, permits: RateLedger) -> None:
        """Who asks first gets what it wants.

        *Troubleshooting:* a window that is not known yet begins with nothing taken and nothing used by others.
        """
        assert permits.take(SHOP, WINDOW, 4, up_to=300) == Permits(4, WindowUse(taken=4, others=0))

    def test_no_more_than_up_to(self, permits: RateLedger) -> None:
        """What is left is given, then nothing; ``up_to`` counts what everybody took together.

        *Troubleshooting:* the answer's use includes what was just granted.
        """
        assert permits.take(SHOP, WINDOW, 4, up_to=6).granted == 4
        assert permits.take(SHOP, WINDOW, 4, up_to=6) == Permits(2, WindowUse(taken=6))
        assert permits.take(SHOP, WINDOW, 4, up_to=6) == Permits(0, WindowUse(taken=6))
        assert permits.take(SHOP, WINDOW, 4, up_to=3) == Permits(0, WindowUse(taken=6))
        assert permits.take(SHOP, WINDOW, 4, up_to=7) == Permits(1, WindowUse(taken=7))

    def test_asking_for_none_tells_the_use(self, permits: RateLedger) -> None:
        """Zero permits are granted to who wants none.

        *Troubleshooting:* wanting fewer than none is the same.
        """
        permits.take(SHOP, WINDOW, 5, up_to=300)
        for want in (0, -1):
            assert permits.take(SHOP, WINDOW, want, up_to=300) == Permits(0, WindowUse(taken=5))

    def test_what_nobody_here_took_is_somebody_else_s(self, permits: RateLedger) -> None:
        """The server's count beyond ours is used by others, before the permits asked for are granted, and stays so.

        *Troubleshooting:* ``seen`` is compared with what was taken before this call.
        """
        permits.take(SHOP, WINDOW, 10, up_to=300)
        assert permits.take(SHOP, WINDOW, 1, up_to=300, seen=14) == Permits(1, WindowUse(taken=11, others=4))
        assert permits.take(SHOP, WINDOW, 1, up_to=15) == Permits(0, WindowUse(taken=11, others=4))

    def test_an_older_count_takes_nothing_back(self, permits: RateLedger) -> None:
        """Answers come late: a count below what is known already changes nothing.

        *Troubleshooting:* what others use never shrinks within a window.
        """
        permits.take(SHOP, WINDOW, 10, up_to=300)
        permits.note(SHOP, WINDOW, 20)
        permits.note(SHOP, WINDOW, 3)
        assert permits.take(SHOP, WINDOW, 0, up_to=300, seen=12).use == WindowUse(taken=10, others=10)

    def test_noting_all_shuts_the_window(self, permits: RateLedger) -> None:
        """After a 429 nobody gets a permit of this window.

        *Troubleshooting:* ``note`` works for a window nobody has taken of, too.
        """
        permits.note(SHOP, WINDOW, 300)
        assert permits.take(SHOP, WINDOW, 1, up_to=300) == Permits(0, WindowUse(taken=0, others=300))
        assert permits.take(SHOP, NEXT, 1, up_to=300).granted == 1

    def test_windows_and_accounts_do_not_mix(self, permits: RateLedger) -> None:
        """Each account's each window is counted by itself; a late process may still take of the old one.

        *Troubleshooting:* a newer window does not end an older one.
        """
        permits.take(SHOP, WINDOW, 5, up_to=300)
        assert permits.take(SHOP, NEXT, 1, up_to=300).use == WindowUse(taken=1)
        assert permits.take("app/other", WINDOW, 1, up_to=300).use == WindowUse(taken=1)
        assert permits.take(SHOP, WINDOW, 1, up_to=300).use == WindowUse(taken=6)

    def test_windows_are_kept_an_hour(self, permits: RateLedger) -> None:
        """Twelve windows on, the first one is still known; what became of older ones is nobody's business.

        *Troubleshooting:* forget by the window that is named, not by a clock.
        """
        for number in range(13):
            permits.take(SHOP, WINDOW + number * timedelta(minutes=5), 1, up_to=300)
        assert permits.take(SHOP, WINDOW, 0, up_to=300).use == WindowUse(taken=1)
        for number in range(13, 40):
            permits.take(SHOP, WINDOW + number * timedelta(minutes=5), 1, up_to=300)
        assert permits.take(SHOP, WINDOW + 39 * timedelta(minutes=5), 0, up_to=300).use == WindowUse(taken=1)

    def test_a_moment_is_a_moment_in_any_zone(self, permits: RateLedger) -> None:
        """The same window named in another time zone is the same window.

        *Troubleshooting:* compare moments, not their words.
        """
        permits.take(SHOP, WINDOW, 5, up_to=300)
        elsewhere = WINDOW.astimezone(timezone(timedelta(hours=8)))
        assert permits.take(SHOP, elsewhere, 1, up_to=300).use == WindowUse(taken=6)

    def test_a_window_without_a_zone_is_refused(self, permits: RateLedger) -> None:
        """A moment that means another moment on every machine is no window.

        *Troubleshooting:* raise ValueError, for ``note`` too.
        """
        naive = WINDOW.replace(tzinfo=None)
        with pytest.raises(ValueError, match="no time zone"):
            permits.take(SHOP, naive, 1, up_to=300)
        with pytest.raises(ValueError, match="no time zone"):
            permits.note(SHOP, naive, 1)

    def test_threads_never_get_more_than_there_are(self, permits: RateLedger) -> None:
        """Eight threads that take at once, from the very first request on, share what there is to the last permit.

        *Troubleshooting:* read and write in one transaction, with the row locked in between.
        """

        def take_all(_: int) -> int:
            mine = 0
            while granted := permits.take(SHOP, WINDOW, 3, up_to=100).granted:
                mine += granted
            return mine

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(take_all, range(8))) == 100
