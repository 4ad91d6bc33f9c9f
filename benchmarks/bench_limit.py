"""How well the rate limit is used: by the hour in simulated time, by real processes, and what the limiter costs.

    python benchmarks/bench_limit.py

The simulated account is ``limit_sim.py``'s; the real one is the sandbox, whose clock and ours run thirty times as fast.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.limit_sim import IN_FLIGHT, LIMIT, SECONDS, START, Outcome, Server, saturate
from tradegecko_bridge import Sandbox, SqlStore
from tradegecko_bridge.ports.limits import Permits
from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter, SharedLimiter
from tradegecko_bridge.tradegecko.limits.permits import PermitBook

SPEED = 30.0
WINDOWS = 2
ACCOUNTS = 400
HEADER = f"{'':<30} {'used':>8} {'429s':>5} {'order waits: p50':>17} {'p99':>7} {'longest':>8}"


class Counting(PermitBook):
    """How often it is asked."""

    asked = 0

    def take(self, account: str, window: datetime, want: int, *, up_to: int, seen: int = 0) -> Permits:
        """Counted."""
        self.asked += 1
        return super().take(account, window, want, up_to=up_to, seen=seen)


def hour(processes: int) -> str:
    """A simulated hour under a full stock listing in each process, and an order every ten seconds."""
    ledger = Counting()
    outcome = saturate(processes, windows=12, order_every=10, ledger=ledger)
    line = row(f"an hour, {processes} process{'es' * (processes > 1)}", outcome)
    return line + (
        f"   {ledger.asked / sum(outcome.used):.2f} questions to the store a request" if ledger.asked else ""
    )


def row(name: str, outcome: Outcome) -> str:
    """A line of the table."""
    waits = f"{outcome.wait(0.5):15.1f} s {outcome.wait(0.99):5.1f} s {outcome.waits[-1]:6.1f} s"
    return f"{name:<30} {outcome.share:8.2%} {outcome.refused:5} {waits}"


# ── real processes ───────────────────────────────────────────────────────────────────────────


def fast_clock(started: float, skew: float = 0.0) -> datetime:
    """Thirty times as fast as the real clock; it showed half a minute before ``START`` when the run began."""
    return datetime.fromtimestamp(START - 30 + (time.time() - started) * SPEED + skew, UTC)


def work(number: int, base_url: str, token: str, ledger: str, started: float, told: Any) -> None:
    """One process: four threads that list without end; tells how many requests were counted in which window."""
    skew = random.Random(number).uniform(-1.5, 1.5)
    counted: Counter[tuple[int, int]] = Counter()

    def sync() -> None:
        with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}) as http:
            while True:
                while wait := limiter.reserve(fast_clock(started, skew), Priority.BULK):
                    time.sleep(wait / SPEED)
                    if fast_clock(started).timestamp() > START + WINDOWS * SECONDS:
                        return
                answer = http.get("/currencies", params={"limit": 1})
                now = fast_clock(started, skew)
                limiter.note(answer.headers, now)
                reset = int(answer.headers["x-rate-limit-reset"])
                if answer.status_code == 429:
                    limiter.refused(datetime.fromtimestamp(reset, UTC), now)
                counted[int((reset - START) // SECONDS) - 1, answer.status_code] += 1

    with SqlStore(ledger) as store:
        limiter = SharedLimiter(store.permits, "app/1")
        threads = [threading.Thread(target=sync) for _ in range(IN_FLIGHT)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told.put(counted)


def real_run() -> str:
    """Four processes on one SQLite ledger, against the sandbox."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    with tempfile.TemporaryDirectory() as folder:
        ledger = f"sqlite:///{folder}/ledger.db"
        SqlStore(ledger).close()
        started = time.time() + 1.5  # until the processes are there
        with Sandbox(clock=lambda: fast_clock(started)) as sandbox:
            arguments = (sandbox.base_url, sandbox.access_token, ledger, started, told)
            processes = [context.Process(target=work, args=(number, *arguments)) for number in range(4)]
            for process in processes:
                process.start()
            counted = sum((told.get(timeout=120) for _ in processes), Counter[tuple[int, int]]())
            for process in processes:
                process.join()
    used = sum(counted[window, 200] for window in range(WINDOWS)) / (LIMIT * WINDOWS)
    refused = sum(count for (_, status), count in counted.items() if status == 429)
    return f"{f'{WINDOWS} windows, 4 real processes':<30} {used:8.2%} {refused:5}   SQLite, clocks {SPEED:g} × as fast"


# ── what it costs ────────────────────────────────────────────────────────────────────────────


def cost() -> str:
    """CPU time of 400 accounts' limiters in one process, each asked once a second for ten minutes."""
    chance = random.Random(1)
    accounts = [(RateLimiter(), Server(chance)) for _ in range(ACCOUNTS)]
    spent, sent = 0.0, 0
    for second in range(600):
        moment = START + second
        now = datetime.fromtimestamp(moment, UTC)
        for limiter, server in accounts:
            began = time.process_time()
            wait = limiter.reserve(now, Priority.DELIVERY)
            spent += time.process_time() - began
            if wait:
                continue
            headers = server.headers(server.count(moment)[0], moment + 0.3)
            began = time.process_time()
            limiter.note(headers, now + timedelta(seconds=0.3))
            spent += time.process_time() - began
            sent += 1
    floor = clock_cost() * 2
    return (
        f"{ACCOUNTS} accounts at one request a second: {sent / ACCOUNTS / 600:.1%} sent, "
        f"{spent / sent * 1e6 - floor * 1e6:.0f} µs CPU a request, {(spent / sent - floor) * ACCOUNTS:.1%} of one core"
    )


def clock_cost(rounds: int = 100_000) -> float:
    """What looking at the clock costs, in seconds a look: it is not the limiter's."""
    began = time.process_time()
    for _ in range(rounds):
        time.process_time()
    return (time.process_time() - began) / rounds


if __name__ == "__main__":
    print(HEADER)
    for processes in (1, 4):
        print(hour(processes))
    print(real_run())
    print(cost())
