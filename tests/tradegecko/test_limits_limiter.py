"""The limiter, one promise at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tradegecko.limiting import BEGIN, BULK, DELIVERY, NORMAL, SECONDS, at, begun, drain, go, headers, send
from tradegecko_bridge.errors import StoreBusy
from tradegecko_bridge.ports.limits import Permits, RateLedger, WindowUse
from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter, SharedLimiter
from tradegecko_bridge.tradegecko.limits.pace import paces
from tradegecko_bridge.tradegecko.limits.permits import PermitBook

# ── pace and reserve ─────────────────────────────────────────────────────────────────────────


def test_bulk_is_spread_over_the_window() -> None:
    """A listing gets four at once, then about one a second, and everything by the window's last seconds."""
    limiter = begun()
    assert drain(limiter, 0, BULK) == 3
    assert drain(limiter, 100, BULK) == 96
    assert drain(limiter, 285, BULK) == 180
    assert drain(limiter, 297, BULK) == 20


def test_the_rest_may_run_ahead_but_leaves_the_reserve() -> None:
    """Ordinary calls get a quarter of the window at once, and leave twenty for deliveries until late."""
    limiter = begun()
    assert drain(limiter, 0, NORMAL) == 78
    assert drain(limiter, 280, NORMAL) == 201
    assert drain(limiter, 280, DELIVERY) == 20


def test_deliveries_may_use_all_that_is_left() -> None:
    """Orders never wait while there is anything left, and never get more than there is."""
    limiter = begun()
    assert drain(limiter, 0, BULK) == 3
    assert drain(limiter, 0, DELIVERY) == 296
    assert not go(limiter, 299)


def test_a_wait_ends_when_it_says() -> None:
    """Who waits as long as it was told gets its request, whatever its priority."""
    for priority in (BULK, NORMAL):
        limiter = begun()
        drain(limiter, 10, priority)
        wait = limiter.reserve(at(10), priority)
        assert wait > 0
        assert go(limiter, 10 + wait, priority)


# ── the server's clock ───────────────────────────────────────────────────────────────────────


@given(
    ahead=st.floats(-2 * 86_400, 2 * 86_400),
    into=st.floats(0, 290),
    latency=st.floats(0, 1.5),
)
@example(ahead=-5.0, into=10.0, latency=0.0)
def test_the_new_window_is_asked_for_when_it_surely_has_begun(ahead: float, into: float, latency: float) -> None:
    """However far our clock is off, the server's has passed Reset when the first request goes, by 3 s at most."""
    limiter = RateLimiter()
    ours = at(into - ahead)  # while the server's clock shows ``into``
    assert limiter.reserve(ours, DELIVERY) == 0
    limiter.note(headers(0, into), ours + timedelta(seconds=latency))
    limiter.refused(at(SECONDS), ours + timedelta(seconds=latency))
    waited = latency
    while (wait := limiter.reserve(ours + timedelta(seconds=waited), DELIVERY)) > 0:
        waited += wait
    assert SECONDS <= into + waited <= SECONDS + 3


def test_a_jump_forward_costs_one_request() -> None:
    """Our clock jumps an hour ahead: one request goes out, its answer tells, and the old window goes on."""
    limiter = begun()
    assert drain(limiter, 0) == 299
    assert go(limiter, 3600)
    assert not go(limiter, 3600)
    limiter.note(headers(0, 10), at(3601))
    limiter.refused(at(SECONDS), at(3601))
    assert 280 <= limiter.reserve(at(3601), DELIVERY) <= 292
    assert go(limiter, 3601 + 292)


def test_a_jump_back_stops_nobody() -> None:
    """Our clock jumps an hour back: what is left may go, and a used-up window ends when it ends."""
    limiter = begun()
    limiter.reserve(at(100), DELIVERY)
    assert send(limiter, -3500, 298)
    limiter = begun(100)
    drain(limiter, 100)
    wait = limiter.reserve(at(100 - 3600), DELIVERY)
    assert wait <= 202
    assert go(limiter, 100 - 3600 + wait)


def test_a_thread_with_an_old_reading_changes_nothing() -> None:
    """A thread that read the clock some seconds before the others does not turn it back or forward."""
    limiter = begun(100)
    drain(limiter, 100)
    before = limiter.reserve(at(110), DELIVERY)
    for _ in range(50):
        limiter.reserve(at(105), DELIVERY)
    assert limiter.reserve(at(110), DELIVERY) == pytest.approx(before, abs=0.01)


# ── what the headers say ─────────────────────────────────────────────────────────────────────


def test_a_remaining_that_is_too_high_is_not_believed() -> None:
    """Our own count stands: 300 requests are 300, whatever ``Remaining`` says."""
    limiter = begun()
    assert drain(limiter, 1) == 299
    limiter.note(headers(250, 2), at(2))
    assert not go(limiter, 2)


def test_somebody_else_is_counted() -> None:
    """What the server counted and we did not send is used, and a little more is left to somebody else."""
    limiter = begun(left=99)
    assert 90 <= drain(limiter, 290) <= 95


def test_a_late_answer_of_the_old_window_means_nothing_for_the_new_one() -> None:
    """The old window's ``Remaining: 0`` arrives in the new one: it goes on, and loses nothing by it."""
    limiter = begun(298)
    assert go(limiter, 299)
    assert send(limiter, 301.5, 299)
    limiter.note(headers(0, 299.5), at(302))
    assert drain(limiter, 302) == 299


def test_what_is_on_its_way_may_be_counted_in_the_new_window() -> None:
    """Three requests that left late and were not answered yet are kept free in the new window."""
    limiter = begun(298)
    for _ in range(3):
        assert go(limiter, 299)
    assert drain(limiter, 302) == 297


def test_a_header_of_the_new_window_opens_it() -> None:
    """The server says that the next window has begun: no clock is needed for that."""
    limiter = begun(200)
    assert drain(limiter, 290) == 299
    limiter.note(headers(299, 299.0, window=1, ahead=1.0), at(299))
    assert go(limiter, 299.02)


@pytest.mark.parametrize(
    "odd",
    [
        {"x-rate-limit-remaining": ""},
        {"x-rate-limit-remaining": "many"},
        {"x-rate-limit-remaining": "301"},
        {"x-rate-limit-remaining": "-1"},
        {"x-rate-limit-reset": "soon"},
        {"x-rate-limit-reset": "9" * 12},
        {"x-rate-limit-reset": "7"},
        {"date": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"date": "Mon, 01 Jan 1990 00:00:00 GMT"},
    ],
)
def test_headers_that_cannot_be_are_not_believed(odd: dict[str, str]) -> None:
    """One header that is nonsense makes the others suspect: nothing changes."""
    limiter = begun()
    limiter.note({**headers(0, 1), **odd}, at(1))
    assert drain(limiter, 2) == 299


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Jul 2013 99:50:56 GMT", "Thu, 16 Jul 2020 03:30:00 -0000"])
def test_without_a_date_the_window_still_counts(date: str) -> None:
    """An answer without a clock tells its window all the same."""
    limiter = RateLimiter()
    assert go(limiter, 10)
    limiter.note({**headers(0, 10), "date": date}, at(10))
    assert not go(limiter, 11)
    assert go(limiter, 304)


def test_without_a_date_a_window_of_another_time_is_a_clock_too() -> None:
    """Ours is half an hour behind: the window the server names has just begun at the latest, and ends in time."""
    limiter = RateLimiter()
    assert go(limiter, 10)
    limiter.note({**headers(0, 10, window=6), "date": ""}, at(10))
    assert not go(limiter, 200)
    assert go(limiter, 311)


def test_an_answer_of_the_window_we_thought_was_over_sets_our_clock() -> None:
    """Ours is two seconds ahead: the old window goes on for as long, and the next one begins after it."""
    limiter = begun(10)
    assert go(limiter, 300.2)
    limiter.note(headers(250, 298.8), at(300.4))
    assert go(limiter, 301.0)
    assert go(limiter, 301.0)
    assert go(limiter, 302.6), "the first of the next window"
    assert not go(limiter, 302.6), "which is alone until it is answered"


def reckoned(limiter: RateLimiter, into: float) -> float:
    """The server's clock by a limiter's reckoning, in seconds after ``BEGIN``: the wait after a 429 gives it away."""
    limiter.refused(at(SECONDS), at(into))
    return SECONDS + 0.1 - limiter.reserve(at(into), DELIVERY)


def test_an_answer_that_was_on_its_way_for_long_is_no_wrong_clock() -> None:
    """It is older than a request that has left since, not than its own."""
    limiter = begun(10)
    assert go(limiter, 20)
    assert go(limiter, 26.9)
    limiter.note(headers(298, 20), at(27))
    assert reckoned(limiter, 27) == pytest.approx(27)


def test_a_date_before_all_that_is_on_its_way_is_a_wrong_clock() -> None:
    """By more than four seconds: a server of several machines has several clocks."""
    for date, shows in ((106, 111), (105, 105)):
        limiter = begun(100)
        assert go(limiter, 110)
        limiter.note(headers(298, date), at(111))
        assert reckoned(limiter, 111) == pytest.approx(shows)


def test_each_answer_may_tell_better_what_the_server_s_clock_shows() -> None:
    """The first was on its way for three seconds, the second for none."""
    limiter = RateLimiter()
    assert go(limiter, 10)
    limiter.note(headers(299, 10), at(13))
    assert reckoned(limiter, 19) == pytest.approx(16)
    limiter.note(headers(298, 20), at(20))
    assert reckoned(limiter, 20) == pytest.approx(20)


def test_a_jump_forward_within_a_window_is_found_out_by_the_next_answer() -> None:
    """The used-up window does not end before the server's does."""
    limiter = begun(50)
    assert go(limiter, 151)
    limiter.note(headers(0, 51), at(151))
    assert not go(limiter, 300.2)
    assert not go(limiter, 399)
    assert go(limiter, 400.2)


def test_a_jump_forward_is_found_out_by_an_answer_that_our_reckoning_takes_for_late() -> None:
    """Ours is 200 s ahead, and in the next window; the answer's clock tells that the old one still goes on."""
    limiter, ledger = counted(into=50)
    assert go(limiter, 250, DELIVERY)
    assert go(limiter, 300.2, DELIVERY)
    limiter.note(headers(298, 101), at(301))
    assert go(limiter, 302, DELIVERY)
    assert ledger.windows == [BEGIN, NEXT, NEXT, BEGIN, BEGIN], "and for what is on its way each time"


def test_in_a_window_that_goes_on_all_that_is_on_its_way_is_waited_for_there() -> None:
    """Ours is two seconds ahead: two requests left in what we took for the next window."""
    limiter = begun(10)
    assert go(limiter, 300.2, BULK)
    assert go(limiter, 300.2, DELIVERY)
    limiter.note(headers(250, 298.8), at(300.4))
    limiter.note(headers(249, 298.8), at(300.4))
    assert limiter._sent == []


def test_another_limit_is_taken_up() -> None:
    """A server that names another number has that many."""
    for limit in (2, 600):
        limiter = RateLimiter()
        assert go(limiter, 0)
        limiter.note(headers(limit - 1, 0, limit=limit), at(0))
        assert sum(go(limiter, 1) for _ in range(1000)) == limit - 1


def test_a_server_without_a_limit_is_not_limited() -> None:
    """Five answers without a word on any limit, and never one with: nobody waits any more."""
    limiter = RateLimiter()
    for _ in range(5):
        assert go(limiter, 100, BULK)
        assert not go(limiter, 100, BULK), "before the fifth"
        limiter.note({"date": "Thu, 16 Jul 2020 03:30:00 GMT"}, at(100))
    assert all(go(limiter, 101, BULK) for _ in range(1000))


def test_a_page_without_headers_opens_nothing() -> None:
    """Where there is a limit, a proxy's pages do not end it."""
    limiter = begun()
    drain(limiter, 1)
    for _ in range(10):
        limiter.note({}, at(2))
    assert not go(limiter, 3)


def test_the_first_request_of_a_window_goes_alone() -> None:
    """Until the server has named the window one request is out, or one every three seconds if it does not answer.

    An order need not wait for anything else's answer.
    """
    limiter = RateLimiter()
    assert go(limiter, 10, BULK)
    assert not go(limiter, 10, NORMAL)
    assert go(limiter, 10, DELIVERY)
    assert 0 < limiter.reserve(at(10), DELIVERY) <= 0.5
    assert not go(limiter, 12.9)
    assert go(limiter, 13.0)
    limiter.note(headers(298, 13), at(14))
    assert go(limiter, 14)
    assert go(limiter, 14)


def test_a_lost_request_keeps_nobody_waiting() -> None:
    """A request that came to nothing is not waited for, is counted all the same, and says nothing about limits."""
    limiter = RateLimiter()
    assert go(limiter, 10)
    limiter.note({}, at(10.2))
    for _ in range(9):
        limiter.note({}, at(10.2))
    assert send(limiter, 10.5, 299)
    assert drain(limiter, 11) == 298
    late = RateLimiter()
    assert go(late, 299)
    late.note({}, at(299))
    assert go(late, 299), "even where the window's end is near, by a clock nobody has confirmed"


# ── refusals ─────────────────────────────────────────────────────────────────────────────────


def test_after_a_429_nobody_asks_before_the_reset() -> None:
    """Not even an order; then all goes on."""
    limiter = begun()
    limiter.note(headers(0, 5), at(5))
    limiter.refused(at(SECONDS), at(5))
    for priority in Priority:
        assert 295 <= limiter.reserve(at(5), priority) <= 297
    assert send(limiter, 301.1, 299)
    assert drain(limiter, 302) == 299


def test_a_429_without_a_reset_ends_the_window() -> None:
    """Nobody knows for how long, so until the window ends."""
    limiter = begun()
    limiter.refused(None, at(5))
    assert not go(limiter, 298)
    assert go(limiter, 301.1)


def test_a_late_429_of_the_old_window_is_over() -> None:
    """It says nothing about the new one."""
    limiter = begun(301)
    limiter.refused(at(SECONDS), at(302))
    assert go(limiter, 302)


@pytest.mark.parametrize("reset", [77.0, 9 * 86_400.0])
def test_a_reset_that_is_no_window_s_end_is_waited_for_but_not_longer_than_a_window(reset: float) -> None:
    """A server that counts otherwise is believed, within reason."""
    limiter = begun()
    limiter.refused(at(reset), at(5))
    wait = limiter.reserve(at(5), DELIVERY)
    assert min(reset - 5, SECONDS) - 1 <= wait <= SECONDS
    assert go(limiter, 5 + wait + 1.5)


# ── sharing ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shared", [False, True])
def test_threads_share_a_window(shared: bool) -> None:
    """Eight threads that ask at once get 300 requests together."""
    limiter = SharedLimiter(PermitBook(), "app/shop") if shared else RateLimiter()
    assert send(limiter, 10, 299)
    with ThreadPoolExecutor(8) as threads:
        let_go = sum(threads.map(lambda _: go(limiter, 11), range(1000)))
    assert let_go == 299


def test_processes_share_a_window() -> None:
    """Two limiters with one ledger and one account share the 300; another account has its own."""
    ledger = PermitBook()
    one, two, other = (SharedLimiter(ledger, name) for name in ("app/shop", "app/shop", "app/other"))
    assert [drain(one, 10) + drain(one, 11), drain(two, 10), drain(other, 10)] == [300, 0, 300]


def test_a_429_shuts_the_window_for_the_others() -> None:
    """What one process was refused no other one tries."""
    ledger = PermitBook()
    one, two = SharedLimiter(ledger, "app/shop"), SharedLimiter(ledger, "app/shop")
    assert send(one, 10, 299)
    one.refused(at(SECONDS), at(11))
    assert not go(two, 12)
    assert go(two, 303)


class Counting(PermitBook):
    """How often it is asked."""

    asked = 0

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        self.asked += 1
        return super().take(account, window, want, up_to=up_to, seen=seen)


def test_the_store_is_not_asked_for_each_request() -> None:
    """A listing takes its permits four at a time, and does not ask again before there can be any."""
    ledger = Counting()
    limiter = SharedLimiter(ledger, "app/shop")
    sent = sum(send(limiter, tenth / 10, 299, BULK) for tenth in range(2800))
    assert sent >= 270
    assert ledger.asked <= sent / 3


class Broken(PermitBook):
    """A database that is held by somebody else."""

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        raise StoreBusy("ledger x: somebody else has held it")

    def note(self, account: str, window: datetime, used: int) -> None:
        raise StoreBusy("ledger x: somebody else has held it")


def test_a_store_that_fails_loses_no_answer() -> None:
    """Before a request the store's failure is said; with its answer in hand it is not."""
    limiter = SharedLimiter(Broken(), "app/shop")
    with pytest.raises(StoreBusy):
        limiter.reserve(at(0), DELIVERY)
    limiter.note(headers(0, 1), at(1))
    limiter.refused(at(SECONDS), at(1))
    assert limiter.reserve(at(2), DELIVERY) > 290


# ── what is asked of the store ───────────────────────────────────────────────────────────────

BULK_PACE = paces(300)[BULK]


class Counter(RateLedger):
    """Grants what it is told to (None: as a real one does), and remembers what it was asked: ``want``, ``up_to`` and
    ``seen`` of each; and what was noted."""

    def __init__(self, *grants: Permits) -> None:
        self.grants = list(grants)
        self.takes: list[tuple[int, int, int]] = []
        self.windows: list[datetime] = []
        self.notes: list[tuple[str, datetime, int]] = []
        self.book = PermitBook()

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        self.takes.append((want, up_to, seen))
        self.windows.append(window)
        return self.grants.pop(0) if self.grants else self.book.take(account, window, want, up_to=up_to, seen=seen)

    def note(self, account: str, window: datetime, used: int) -> None:
        self.notes.append((account, window, used))
        self.book.note(account, window, used)


def counted(
    *grants: Permits, into: float = 10, left: int = 299, batch: int | None = None
) -> tuple[SharedLimiter, Counter]:
    """A limiter that shares such a store, after its first answer; what that took is forgotten."""
    ledger = Counter()
    limiter = SharedLimiter(ledger, "account") if batch is None else SharedLimiter(ledger, "account", batch=batch)
    assert send(limiter, into, left)
    ledger.takes.clear()
    ledger.windows.clear()
    ledger.grants.extend(grants)
    return limiter, ledger


def granted(count: int, taken: int, others: int = 0) -> Permits:
    return Permits(count, WindowUse(taken, others))


def test_permits_are_taken_by_the_handful_while_much_is_going_on() -> None:
    """As many as have gone, and one more, up to the batch; for an order, and near the window's end, one by one."""
    limiter, ledger = counted()
    for _ in range(1 + 1 + 4 + 4):
        assert go(limiter, 11, NORMAL)
    assert [want for want, _, _ in ledger.takes] == [2, 4, 4]
    assert go(limiter, 290.0, NORMAL)
    assert go(limiter, 290.0, DELIVERY)
    assert [want for want, _, _ in ledger.takes][3:] == [4]
    for _ in range(3):
        assert go(limiter, 290.1, NORMAL)
    assert go(limiter, 290.1, DELIVERY)
    assert [want for want, _, _ in ledger.takes][4:] == [1, 1]
    assert ledger.windows == [BEGIN] * 6


def test_a_margin_is_left_where_somebody_else_is_about() -> None:
    """A fortieth of the limit; and the store is told what the server has counted."""
    limiter, ledger = counted(left=199)
    assert go(limiter, 10, DELIVERY)
    assert go(limiter, 10, DELIVERY)
    limiter.note(headers(399 - 101, 10, limit=400), at(10))
    assert go(limiter, 10, DELIVERY)
    assert ledger.takes == [(1, 300, 101), (1, 300 - 7, 101), (1, 400 - 10, 102)]


def test_a_margin_is_waited_for_too() -> None:
    """Whoever finds nothing comes back when the pace allows what is used, the margin, and what all want."""
    limiter, ledger = counted(granted(1, 51, others=100), granted(0, 50, others=100), batch=1)
    assert go(limiter, 10, DELIVERY)
    assert limiter.reserve(at(20), BULK) == pytest.approx(BULK_PACE.when(150 + 7 + 2) - 20)
    assert ledger.takes[-1] == (1, BULK_PACE.allowed(20) - 7, 1)


def test_who_has_got_something_is_not_outrun() -> None:
    """The next one is there as soon as the pace allows it, however many there are beside us."""
    limiter, ledger = counted(granted(0, 50), batch=1)
    moment = 20 + limiter.reserve(at(20), BULK) + 1e-5
    ledger.grants.append(granted(1, BULK_PACE.allowed(moment)))
    assert go(limiter, moment, BULK)
    assert limiter._rivals == 2
    assert limiter.reserve(at(moment), BULK) == pytest.approx(BULK_PACE.when(53) - moment, abs=1e-4)


def test_near_the_end_what_is_kept_is_waited_for_as_long_as_it_is_kept() -> None:
    """And no longer, with however many others; but never less long."""
    limiter, _ = counted(granted(0, 290), into=280, batch=1)
    assert limiter.reserve(at(291), BULK) == pytest.approx(BULK_PACE.when(291) - 291)


def test_a_limiter_that_has_asked_nothing_yet_knows_of_one_rival() -> None:
    """Whoever got what is gone."""
    limiter = SharedLimiter(Counter(granted(0, 50)), "account", batch=1)
    assert limiter.reserve(at(22), BULK) == pytest.approx(BULK_PACE.when(50 + 2) - 20)


# ── from one window into the next ────────────────────────────────────────────────────────────

NEXT = BEGIN + timedelta(seconds=SECONDS)


def test_what_may_be_counted_in_the_next_window_is_taken_there_before_it_leaves() -> None:
    """In the last five seconds, a permit for each that is on its way; one that came back serves again."""
    limiter, ledger = counted(into=290)
    for into in (294.9, 295.0, 295.0):
        assert go(limiter, into, DELIVERY)
    assert [*zip(ledger.windows, [want for want, _, _ in ledger.takes], strict=True)] == [
        (BEGIN, 1),
        (BEGIN, 1),
        (NEXT, 2),
        (BEGIN, 1),
        (NEXT, 1),
    ]
    assert ledger.takes[2] == (2, 300, 0)
    limiter.note(headers(295, 295), at(295.5))
    ledger.windows.clear()
    assert go(limiter, 296, DELIVERY)
    assert ledger.windows == [BEGIN]
    ledger.takes.clear()
    limiter.note(headers(294, 296), at(296.5))
    assert go(limiter, 300.2, DELIVERY), "with the permit of the one that came back"
    assert ledger.takes == []


def test_what_two_processes_have_on_their_way_is_nobody_else_s() -> None:
    """The server counts all six in the new window before the second process knows of it."""
    ledger = PermitBook()
    one, two = SharedLimiter(ledger, "account"), SharedLimiter(ledger, "account")
    for limiter in (one, two):
        assert send(limiter, 290, 290)
        for _ in range(3):
            assert go(limiter, 299, DELIVERY)
    one.note(headers(294, 300, window=1), at(300.2))
    assert go(one, 300.3, NORMAL)
    use = ledger.take("account", NEXT, 0, up_to=300, seen=6).use
    assert use.others == 0
    assert use.taken >= 7


def test_a_forked_child_begins_with_nothing_of_its_parent_s() -> None:
    """Neither permits in hand, nor what is on its way, nor a lock that one of the parent's threads held."""
    limiter, ledger = counted()
    assert go(limiter, 11, NORMAL)
    limiter._lock.__enter__()
    limiter.after_fork_in_child()
    ledger.takes.clear()
    assert go(limiter, 12, NORMAL)
    assert ledger.takes == [(1, paces(300)[NORMAL].allowed(12), 0)]
    assert len(limiter._sent) == 1


def test_what_is_slow_is_owed_whatever_the_pace() -> None:
    """Six that left before anybody could know are taken at once; then the pace allows a listing nothing for a while."""
    limiter, ledger = counted(into=290)
    for _ in range(6):
        assert go(limiter, 294, DELIVERY)
    ledger.takes.clear()
    assert limiter.reserve(at(300.2), BULK) == pytest.approx(BULK_PACE.when(6 + 2) - 0.2)
    assert ledger.takes == [(6, 300, 0), (1, 4, 0)]
    assert go(limiter, 300.2, DELIVERY)
    assert ledger.takes[2:] == [(1, 300, 0)]


def test_the_next_window_may_be_full_already() -> None:
    """Then nothing leaves that may be counted there, until this one has ended; a permit in hand is kept."""
    limiter, ledger = counted(granted(1, 2), granted(0, 300), granted(1, 300), into=290)
    assert limiter.reserve(at(296), DELIVERY) == pytest.approx(4.1)
    assert ledger.windows == [BEGIN, NEXT]
    assert go(limiter, 297, DELIVERY)
    assert ledger.windows == [BEGIN, NEXT, NEXT]


def test_what_was_taken_ahead_is_good_for_the_next_window_only() -> None:
    """Our clock jumps: another window has permits of its own."""
    limiter, ledger = counted(into=290)
    assert go(limiter, 299, DELIVERY)
    limiter.note(headers(298, 299), at(299))
    ledger.windows.clear()
    assert go(limiter, 3610, DELIVERY)
    assert ledger.windows == [BEGIN + timedelta(seconds=12 * SECONDS)]


@pytest.mark.parametrize("reset_at", [at(SECONDS), None])
def test_after_a_429_the_store_is_told_and_not_asked(reset_at: datetime | None) -> None:
    """What is in hand is worth nothing any more, in this window; in the next one all begins anew."""
    limiter, ledger = counted()
    assert go(limiter, 11, NORMAL)
    limiter.refused(reset_at, at(12))
    assert ledger.notes == [("account", BEGIN, 300)]
    ledger.takes.clear()
    assert limiter.reserve(at(12), NORMAL) == pytest.approx(SECONDS - 12 + 0.1)
    assert ledger.takes == []
    assert go(limiter, 300.2, NORMAL)
    assert ledger.windows[-1] == BEGIN + timedelta(seconds=SECONDS)


def test_a_shut_window_opens_with_permits_of_the_store() -> None:
    """From the very moment on that was said."""
    limiter, ledger = counted(into=0)
    limiter.refused(at(150.5), at(5))
    assert go(limiter, 5 + limiter.reserve(at(5), DELIVERY), DELIVERY)
    assert ledger.takes == [(1, 300, 1)]


def test_a_store_that_fails_at_a_429_is_no_matter() -> None:
    """The server will tell the others the same."""

    class Failing(Counter):
        def note(self, account: str, window: datetime, used: int) -> None:
            raise StoreBusy("locked")

    limiter = SharedLimiter(Failing(), "account")
    assert send(limiter, 10, 299)
    limiter.refused(None, at(12))
    assert not go(limiter, 13)


def test_the_store_is_not_asked_again_before_there_can_be_more() -> None:
    """For each priority: exactly until the pace allows one more, or as many as are wanted where that is soon."""
    limiter, ledger = counted(granted(0, 50), batch=1)
    wait = limiter.reserve(at(20), BULK)
    assert wait == pytest.approx(BULK_PACE.when(50 + 2) - 20), "somebody was faster"
    assert limiter.reserve(at(21), BULK) == pytest.approx(wait - 1)
    assert len(ledger.takes) == 1
    assert go(limiter, 21, DELIVERY)
    assert len(ledger.takes) == 2, "orders have a wait of their own"
    assert go(limiter, 20 + wait + 2, BULK)
    assert len(ledger.takes) == 3


def test_who_is_outrun_by_others_waits_longer_each_time() -> None:
    """As if all who were faster wanted as many again; up to sixteen; never beyond what is kept for the end; and who
    gets what is there without anybody waiting for it, gains one rank."""
    limiter, ledger = counted(*[granted(0, 50)] * 20, batch=1)
    moment = 20.0
    for rival in range(2, 22):
        wait = limiter.reserve(at(moment), BULK)
        assert wait == pytest.approx(max(BULK_PACE.when(50 + min(rival, 16)) - moment, 0.01), abs=1e-4), rival
        moment += wait + 1e-5
    ledger.grants.append(granted(1, 51))
    assert go(limiter, moment, BULK)
    ledger.grants.append(granted(0, 150))
    moment += 60
    assert limiter.reserve(at(moment), BULK) == pytest.approx(BULK_PACE.when(150 + 16) - moment, abs=1e-4)
    late, _ = counted(*[granted(0, 279)] * 9, into=200, batch=1)
    for _ in range(8):
        late._window.again.clear()
        late.reserve(at(280), BULK)
    late._window.again.clear()
    assert late.reserve(at(280), BULK) == pytest.approx(285 - 280)


def test_the_last_permits_of_a_window_are_waited_for_one_by_one() -> None:
    """Where fewer are left than are wanted; and where none is, the next window is waited for."""
    limiter, _ = counted(granted(0, 298))
    assert go(limiter, 11, DELIVERY) is False
    for used, until in ((296, BULK_PACE.when(300)), (298, BULK_PACE.when(299)), (300, SECONDS + 0.1)):
        limiter, ledger = counted(granted(2, 3), granted(0, used))
        assert go(limiter, 11, BULK)
        assert go(limiter, 11, BULK)
        assert limiter.reserve(at(12), BULK) == pytest.approx(until - 12)
        assert ledger.takes[-1][0] == 4


# ── which request an answer belongs to ───────────────────────────────────────────────────────


def test_a_request_without_an_answer_is_forgotten_after_a_minute() -> None:
    """It no longer counts as on its way, so that the next window owes nothing for it."""
    limiter, ledger = counted(into=230)
    assert go(limiter, 239.9, DELIVERY)
    assert go(limiter, 240.0, DELIVERY)
    ledger.takes.clear()
    assert go(limiter, 300.2, DELIVERY)
    assert ledger.takes == [(1, 300, 0), (1, 300, 0)], "of the second, not of the first"


def test_a_request_without_an_answer_before_any_answer_is_waited_for_a_window_long() -> None:
    """Nobody knows the server's clock yet."""
    limiter = RateLimiter()
    assert go(limiter, 10, DELIVERY)
    limiter.reserve(at(100), DELIVERY)
    assert len(limiter._sent) == 2
    limiter.reserve(at(312.1), DELIVERY)
    assert limiter._sent[0].at > BEGIN.timestamp() + 90


def test_a_lost_answer_frees_its_request_unless_it_may_be_counted_in_the_next_window() -> None:
    """In a window's last five seconds a request may arrive in the next one."""
    limiter = begun(10)
    assert go(limiter, 294.9)
    limiter.note({}, at(294.9))
    assert limiter._sent == []
    assert go(limiter, 294.9)
    limiter.note({}, at(295.0))
    assert len(limiter._sent) == 1


def test_an_answer_is_that_of_the_oldest_request_of_its_window() -> None:
    """Of the youngest window it can belong to: an older one's answer leaves the younger ones on their way."""
    limiter = begun(297)
    assert go(limiter, 297.5)
    assert go(limiter, 298.5)
    assert go(limiter, 300.2)
    limiter.note(headers(297, 297.6), at(300.3))
    assert [round(sent.at - BEGIN.timestamp(), 1) for sent in limiter._sent] == [298.5, 300.2]
    limiter.note(headers(299, 300.3, window=1), at(300.4))
    assert [round(sent.at - BEGIN.timestamp(), 1) for sent in limiter._sent] == [298.5]


def test_the_highest_use_the_server_told_counts() -> None:
    """Answers overtake each other: an older one with a lower count changes nothing."""
    limiter, ledger = counted(left=200)
    for left in (150, 180):
        limiter.note(headers(left, 10), at(10))
    assert go(limiter, 11, DELIVERY)
    assert ledger.takes == [(1, 300, 150)]


def test_a_limit_that_changes_is_asked_about_at_once() -> None:
    """Whoever waited for more asks again; an answer that does not name one changes nothing."""
    limiter, ledger = counted(granted(0, 50), batch=1)
    assert limiter.reserve(at(20), BULK) > 0
    limiter.note(headers(695, 20, limit=700), at(20))
    assert go(limiter, 20, BULK)
    without = headers(690, 20)
    del without["x-rate-limit-limit"]
    limiter.note(without, at(20))
    assert limiter._limit == 700
    assert len(ledger.takes) == 2


def test_a_shut_window_of_a_clock_that_was_wrong_is_no_longer_than_a_window() -> None:
    """Our clock was ahead when the 429 came: set right, everybody waits for one window at most, and asks anew."""
    limiter = RateLimiter()
    assert go(limiter, 5000)
    limiter.refused(at(5000 + 77), at(5000))
    assert go(limiter, 5000 + 79.5)
    limiter.note(headers(299, 100), at(5000 + 80))
    assert limiter._shut_until == BEGIN.timestamp() + 100 + SECONDS
    assert [sent.at for sent in limiter._sent] == [BEGIN.timestamp() + 100]


# ── more at its edges ────────────────────────────────────────────────────────────────────────


def test_a_longer_shut_window_is_not_opened_by_a_shorter_one() -> None:
    """Two 429s that say different things: the later moment counts; one of an earlier window says nothing."""
    limiter = begun()
    limiter.refused(at(250.5), at(5))
    limiter.refused(at(100.5), at(5))
    assert limiter.reserve(at(5), DELIVERY) == pytest.approx(245.6)
    other = begun(310)
    other.refused(at(SECONDS), at(311))
    other.refused(at(0), at(311))
    assert go(other, 311)


def test_a_rank_is_gained_only_where_as_many_are_left() -> None:
    """Who gets the last of what its pace allows has not been first."""
    limiter, ledger = counted(granted(0, 50), batch=1)
    assert limiter.reserve(at(20), BULK) > 0
    ranks = []
    for into, taken in ((70, BULK_PACE.allowed(70)), (90, BULK_PACE.allowed(90) - 1), (120, 20)):
        ledger.grants.append(granted(1, taken))
        assert go(limiter, into, BULK)
        ranks.append(limiter._rivals)
    assert ranks == [2, 1, 1]


def test_a_new_window_is_left_alone_for_a_moment() -> None:
    """A tenth of a second after the old one's end, and after a shut one's."""
    limiter = begun(10, left=0)
    assert not go(limiter, 300.05)
    assert go(limiter, 300.15)
    shut = begun()
    shut.refused(at(150.5), at(5))
    assert not go(shut, 150.55)
    assert go(shut, 150.65)


def test_a_limiter_with_a_limit_is_never_without() -> None:
    """However many answers say nothing."""
    limiter = begun()
    for _ in range(9):
        limiter.note({"date": ""}, at(1))
    assert drain(limiter, 2) == 299
    assert not go(limiter, 2)


def test_a_forked_limiter_has_nothing_of_its_parents_in_hand() -> None:
    """Neither permits, which both would use, nor requests on their way, whose answers it never gets."""
    book = PermitBook()
    limiter = SharedLimiter(book, "a", batch=4)
    for _ in range(5):
        assert send(limiter, 1, 299, NORMAL)
    assert go(limiter, 2, NORMAL)
    taken = book.take("a", BEGIN, 0, up_to=300).use.total
    limiter.after_fork_in_child()
    for count in range(1, 9):
        assert send(limiter, 3, 299, DELIVERY)
        assert book.take("a", BEGIN, 0, up_to=300).use.total == taken + count
