"""Virtual time, the baton, and processes that die and stop."""

from __future__ import annotations

from random import Random

import pytest

from tests.simulation.scheduler import SECOND, Killed, Process, Scheduler, SimulatedExecutor


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler(Random(1))


def test_time_passes_only_while_everybody_waits(scheduler: Scheduler) -> None:
    process, seen = Process("a"), list[tuple[str, int]]()

    def body(name: str, seconds: int) -> None:
        for _ in range(2):
            scheduler.sleep(seconds * SECOND)
            seen.append((name, scheduler.now // SECOND))

    scheduler.spawn(process, lambda: body("slow", 5))
    scheduler.spawn(process, lambda: body("quick", 2))
    scheduler.run()
    assert seen == [("quick", 2), ("quick", 4), ("slow", 5), ("slow", 10)]


def test_what_wakes_an_earlier_wait_is_ignored(scheduler: Scheduler) -> None:
    answers = list[object]()

    def body() -> None:
        scheduler.wake(scheduler.current, scheduler.ticket(), "late", delay=5 * SECOND)
        answers.append(scheduler.wait(1 * SECOND))
        scheduler.wake(scheduler.current, scheduler.ticket(), "in time", delay=1 * SECOND)
        answers.append(scheduler.wait(9 * SECOND))

    scheduler.spawn(Process("a"), body)
    scheduler.run()
    assert answers == [None, "in time"]


def test_a_dead_process_does_nothing_any_more(scheduler: Scheduler) -> None:
    process, done = Process("a"), list[str]()

    def body() -> None:
        try:
            scheduler.sleep(10 * SECOND)
            done.append("slept")
        finally:
            with pytest.raises(Killed):
                scheduler.sleep(0)

    scheduler.spawn(process, body)
    scheduler.after(SECOND, lambda: scheduler.kill(process))
    scheduler.run()
    assert done == []
    assert process.tasks[0].done
    assert scheduler.failures == []


def test_a_stopped_process_notices_nothing(scheduler: Scheduler) -> None:
    process, woke = Process("a"), list[int]()

    def body() -> None:
        scheduler.sleep(2 * SECOND)
        woke.append(scheduler.now // SECOND)

    scheduler.spawn(process, body)
    scheduler.after(SECOND, lambda: scheduler.stop(process))
    scheduler.after(60 * SECOND, lambda: scheduler.resume(process))
    scheduler.run()
    assert woke == [60]


def test_a_pool_waits_for_its_threads(scheduler: Scheduler) -> None:
    results = list[int]()

    def job(seconds: int) -> int:
        scheduler.sleep(seconds * SECOND)
        return seconds

    def body() -> None:
        with SimulatedExecutor(scheduler) as pool:
            futures = [pool.submit(job, 3), pool.submit(job, 1)]
            results.extend(future.result() for future in futures)
        results.append(scheduler.now // SECOND)

    scheduler.spawn(Process("a"), body)
    scheduler.run()
    assert results == [3, 1, 3]


def test_what_escapes_is_kept(scheduler: Scheduler) -> None:
    def body() -> None:
        raise LookupError("lost")

    scheduler.spawn(Process("a"), body)
    scheduler.run()
    assert [str(error) for error in scheduler.failures] == ["lost"]
