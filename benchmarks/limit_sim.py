"""A TradeGecko account and the processes that call it, in simulated time: an hour passes in a second or two.

The server counts requests when they arrive, in fixed windows (reference §3.10); its ``Remaining`` is up to two too
high. The clocks of the processes are wrong by up to 1.5 s, answers take 0.2 to 1.5 s and overtake each other. The same
seed gives the same hour.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from attrs import Factory, define, field

from tradegecko_bridge.ports import RateLedger
from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter, SharedLimiter
from tradegecko_bridge.tradegecko.limits.permits import PermitBook

SECONDS = 300
LIMIT = 300
START = 1_594_871_400.0
"""A moment a window begins (one of the recorded ones), in epoch seconds."""
IN_FLIGHT = 4

Task = Generator[float, None, None]
"""Something that goes on for a while: it yields the seconds until it wants to go on."""


@define
class Server:
    """The account's window. ``counted`` are the requests by window (number from ``START`` on), ``refused`` our 429s."""

    chance: random.Random
    limit: int = LIMIT
    stale: int = 2
    counted: Counter[int] = Factory(Counter)
    refused: Counter[int] = Factory(Counter)

    def count(self, time: float, *, ours: bool = True) -> tuple[int, bool]:
        """A request arrives: its window, and whether it may go on."""
        window = int((time - START) // SECONDS)
        if self.counted[window] >= self.limit:
            self.refused[window] += ours
            return window, False
        self.counted[window] += 1
        return window, True

    def headers(self, window: int, time: float) -> dict[str, str]:
        """An answer's headers: the window it was counted in, and the clock when it leaves."""
        left = self.limit - self.counted[window]
        if left:
            left = min(self.limit - 1, left + self.chance.randint(0, self.stale))
        return {
            "x-rate-limit-limit": str(self.limit),
            "x-rate-limit-remaining": str(left),
            "x-rate-limit-reset": str(int(START) + (window + 1) * SECONDS),
            "date": format_datetime(datetime.fromtimestamp(int(time), UTC), usegmt=True),
        }


@define
class Process:
    """A process of ours: its limiter, and a clock that is ``skew`` seconds ahead of the server's."""

    limiter: RateLimiter
    skew: float = 0.0


@define
class World:
    """Everything that goes on, in the sequence in which it happens; ``now`` is the server's clock, in epoch seconds."""

    chance: random.Random
    server: Server
    now: float = START
    waits: list[float] = Factory(list)
    asked: int = 0
    _tasks: list[tuple[float, int, Task]] = Factory(list)
    _numbers: itertools.count[int] = field(factory=itertools.count)

    def start(self, task: Task, after: float = 0.0) -> None:
        """Let something begin."""
        heapq.heappush(self._tasks, (self.now + after, next(self._numbers), task))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self._tasks and self._tasks[0][0] <= end:
            self.now, number, task = heapq.heappop(self._tasks)
            pause = next(task, None)
            if pause is not None:
                heapq.heappush(self._tasks, (self.now + pause, number, task))
        self.now = end

    def clock(self, process: Process) -> datetime:
        """What a process takes for the present moment."""
        return datetime.fromtimestamp(self.now + process.skew, UTC)

    # ── what goes on ─────────────────────────────────────────────────────────────────────────

    def request(self, process: Process, priority: Priority) -> Generator[float, None, float]:
        """One request, asked for until it may go; its value is the seconds it waited for that."""
        waited = 0.0
        while True:
            self.asked += 1
            wait = process.limiter.reserve(self.clock(process), priority)
            if wait <= 0:
                break
            wait += self.chance.uniform(0, 0.02)  # nobody wakes up on time
            waited += wait
            yield wait
        latency = self.chance.uniform(0.2, 1.5)
        there, back = sorted(self.chance.uniform(0, latency) for _ in range(2))
        yield there
        window, allowed = self.server.count(self.now)
        yield back - there
        headers = self.server.headers(window, self.now)
        yield latency - back
        process.limiter.note(headers, self.clock(process))
        if not allowed:
            reset = datetime.fromtimestamp(int(headers["x-rate-limit-reset"]), UTC)
            process.limiter.refused(reset, self.clock(process))
        return waited

    def sync(self, process: Process, priority: Priority = Priority.BULK) -> Task:
        """A listing that never ends."""
        while True:
            yield from self.request(process, priority)

    def orders(self, processes: Sequence[Process], every: float, calls: int = 2) -> Task:
        """Orders that come at random, one in ``every`` seconds, to any of the processes; each takes some calls."""
        while True:
            yield self.chance.expovariate(1 / every)
            self.start(self._order(self.chance.choice(processes), calls))

    def _order(self, process: Process, calls: int) -> Task:
        waited = 0.0
        for _ in range(calls):
            waited += yield from self.request(process, Priority.DELIVERY)
        self.waits.append(waited)

    def somebody_else(self, every: float) -> Task:
        """Another program of the same application and account."""
        while True:
            yield self.chance.expovariate(1 / every)
            self.server.count(self.now, ours=False)

    def jump(self, process: Process, after: float, by: float) -> Task:
        """Somebody sets a process's clock."""
        yield after
        process.skew += by


@define(kw_only=True)
class Outcome:
    """What came of it."""

    used: list[int]
    """Requests counted in each whole window."""
    refused: int
    """429s."""
    waits: list[float]
    """Seconds each order waited for the limiter, all its calls together; sorted."""
    asked: int
    """Calls of ``reserve``."""

    @property
    def share(self) -> float:
        """How much of the windows was used."""
        return sum(self.used) / (LIMIT * len(self.used))

    def wait(self, share: float) -> float:
        """The wait that this share of the orders did not exceed, in seconds."""
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))]


def saturate(
    processes: int,
    windows: int,
    *,
    seed: int = 1,
    order_every: float = 20.0,
    ledger: RateLedger | None = None,
    more: Callable[[World, Sequence[Process]], None] = lambda _world, _processes: None,
) -> Outcome:
    """Full stock listings in every process, four requests at a time each, and orders in between.

    It begins somewhere in a window that does not count, and goes on for ``windows`` whole ones. ``more`` adds to it.
    """
    chance = random.Random(seed)
    world = World(chance, Server(chance), now=START - chance.uniform(20, SECONDS - 1))
    ledger = ledger or PermitBook()
    ours = [
        Process(RateLimiter() if processes == 1 else SharedLimiter(ledger, "app/1"), chance.uniform(-1.5, 1.5))
        for _ in range(processes)
    ]
    for process in ours:
        for _ in range(IN_FLIGHT):
            world.start(world.sync(process), chance.uniform(0, 1))
    world.start(world.orders(ours, order_every))
    more(world, ours)
    world.run(START - world.now + windows * SECONDS)
    counted, refused = world.server.counted, world.server.refused
    return Outcome(
        used=[counted[n] for n in range(windows)],
        refused=refused.total(),
        waits=sorted(world.waits),
        asked=world.asked,
    )
