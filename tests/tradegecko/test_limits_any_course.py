"""Whatever course things take, the limiter never lets the server count more than there are, and never gets stuck."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from attrs import define
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support import examples
from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter

BEGIN = 1_594_871_400.0
LIMIT = SECONDS = 300
SLOWEST = 20.0
"""Seconds within which a request of these tests has arrived and was answered."""
DAY = 86_400.0


@define(eq=False)
class Flight:
    """A request on its way; ``window`` is set once it has arrived."""

    sent: float
    window: int | None = None


noise = st.sampled_from(["none", "none", "none", "no headers", "junk", "no date", "another clock"])


class AnyCourse(RuleBasedStateMachine):
    """One limiter, a server that counts, and requests that overtake each other or get lost."""

    def __init__(self) -> None:
        super().__init__()
        self.limiter = RateLimiter()
        self.now = BEGIN
        self.skew = 0.0
        self.counted: dict[int, int] = {}
        self.flights: list[Flight] = []
        self.answered = False

    @initialize(into=st.floats(0, SECONDS), skew=st.floats(-1.5, 1.5) | st.floats(-2 * DAY, 2 * DAY))
    def begin(self, into: float, skew: float) -> None:
        self.now += into
        self.skew = skew

    # ── what may happen ──────────────────────────────────────────────────────────────────────

    @rule(seconds=st.floats(0, 3) | st.floats(0, 120))
    def time_passes(self, seconds: float) -> None:
        until = self.now + seconds
        for flight in sorted(self.flights, key=lambda flight: flight.sent):
            if flight.sent + SLOWEST <= until:
                self.now = max(self.now, flight.sent + SLOWEST)
                self.arrive(flight)
                self.answer(flight, 0, "none")
        self.now = until

    @rule(before=st.floats(-2, 4))
    def the_window_s_end_comes_near(self, before: float) -> None:
        end = (self.window + 1) * SECONDS + BEGIN
        self.time_passes(max(0.0, end - before - self.now))

    @rule(priority=st.sampled_from(Priority))
    def one_asks(self, priority: Priority) -> None:
        self.ask(priority)

    @rule(count=st.integers(1, 320), stale=st.integers(0, 2))
    def a_rush(self, count: int, stale: int) -> None:
        for _ in range(count):
            if not self.ask(Priority.DELIVERY):
                break
            self.now += 0.01
            self.arrive(self.flights[-1])
            self.answer(self.flights[-1], stale, "none")

    @precondition(lambda self: self.flights)
    @rule(pick=st.integers(0, 20))
    def one_arrives(self, pick: int) -> None:
        self.arrive(self.flights[pick % len(self.flights)])

    @precondition(lambda self: self.flights)
    @rule(pick=st.integers(0, 20), stale=st.integers(0, 2), noise=noise)
    def one_is_answered(self, pick: int, stale: int, noise: str) -> None:
        flight = self.flights[pick % len(self.flights)]
        self.arrive(flight)
        self.answer(flight, stale, noise if self.answered else "none")

    @precondition(lambda self: self.flights)
    @rule(pick=st.integers(0, 20), arrived=st.booleans(), said=st.booleans())
    def one_is_lost(self, pick: int, arrived: bool, said: bool) -> None:
        flight = self.flights[pick % len(self.flights)]
        if arrived:
            self.arrive(flight)
        self.flights.remove(flight)
        if said:
            self.limiter.note({}, self.clock)

    @invariant()
    def nothing_is_counted_beyond_the_limit(self) -> None:
        assert max(self.counted.values(), default=0) <= LIMIT

    def teardown(self) -> None:
        """An order goes out within a window, whatever happened."""
        waited = 0.0
        while (wait := self.limiter.reserve(self.clock, Priority.DELIVERY)) > 0:
            waited += wait
            self.now += wait
            assert waited <= SECONDS + SLOWEST

    # ── how it happens ───────────────────────────────────────────────────────────────────────

    @property
    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.now + self.skew, UTC)

    @property
    def window(self) -> int:
        return int((self.now - BEGIN) // SECONDS)

    def ask(self, priority: Priority) -> bool:
        wait = self.limiter.reserve(self.clock, priority)
        assert 0 <= wait <= SECONDS
        if wait == 0:
            self.flights.append(Flight(self.now))
        return wait == 0

    def arrive(self, flight: Flight) -> None:
        if flight.window is None:
            flight.window = self.window
            self.counted[flight.window] = self.counted.get(flight.window, 0) + 1

    def answer(self, flight: Flight, stale: int, noise: str) -> None:
        assert flight.window is not None
        self.flights.remove(flight)
        self.answered = True
        left = max(0, LIMIT - self.counted[flight.window])
        headers = {
            "x-rate-limit-limit": str(LIMIT),
            "x-rate-limit-remaining": str(min(LIMIT - 1, left + stale)),
            "x-rate-limit-reset": str(int(BEGIN) + (flight.window + 1) * SECONDS),
            "date": date_of(self.now),
        }
        if noise == "no headers":
            headers = {}
        elif noise == "junk":
            headers["x-rate-limit-remaining"] = "9" * 9
        elif noise == "no date":
            del headers["date"]
        elif noise == "another clock":
            headers["date"] = date_of(self.now + DAY)
        self.limiter.note(headers, self.clock)


def date_of(moment: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(moment), UTC), usegmt=True)


def test_never_more_than_the_limit_and_never_stuck() -> None:
    """Any interleaving of asking, arriving, answering, losing and waiting: at most 300 are counted in every window."""
    few = settings(
        max_examples=examples(50), stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(AnyCourse, settings=few)
