"""The network at the HTTP level: connections that mix answers up, locks that wait in simulated time."""

from __future__ import annotations

from random import Random

from tests.simulation.network import Connection
from tests.simulation.sandbox import Reply
from tests.simulation.scheduler import SECOND, BatonLock, Process, Scheduler


def a_reply(number: int) -> Reply:
    return Reply(200, (("X-Request-Id", str(number)),), b"{}")


class TestConnections:
    def test_each_answer_is_ones_own(self) -> None:
        connection = Connection()
        for number in range(3):
            assert connection.receive(a_reply(number), once_more=False) == a_reply(number)

    def test_after_one_came_twice_they_are_the_neighbours(self) -> None:
        connection = Connection()
        read = [connection.receive(a_reply(number), once_more=number == 1) for number in range(4)]
        assert read == [a_reply(0), a_reply(0), a_reply(1), a_reply(2)]

    def test_the_first_one_cannot_come_twice(self) -> None:
        connection = Connection()
        assert connection.receive(a_reply(7), once_more=True) == a_reply(7)


class TestLocks:
    def test_one_waits_for_the_other(self) -> None:
        scheduler, seen = Scheduler(Random(1)), list[tuple[str, int]]()
        lock, process = BatonLock(scheduler), Process("a")

        def body(name: str) -> None:
            with lock, lock:
                scheduler.sleep(10 * SECOND)
                seen.append((name, scheduler.now // SECOND))

        scheduler.spawn(process, lambda: body("first"))
        scheduler.spawn(process, lambda: body("second"), delay=1 * SECOND)
        scheduler.run()
        assert seen == [("first", 10), ("second", 20)]

    def test_who_dies_holding_one_lets_go_of_it(self) -> None:
        scheduler, seen = Scheduler(Random(1)), list[int]()
        lock, doomed = BatonLock(scheduler), Process("doomed")

        def hold() -> None:
            with lock:
                scheduler.sleep(60 * SECOND)

        def wait() -> None:
            with lock:
                seen.append(scheduler.now // SECOND)

        scheduler.spawn(doomed, hold)
        scheduler.spawn(Process("b"), wait, delay=1 * SECOND)
        scheduler.after(5 * SECOND, lambda: scheduler.kill(doomed))
        scheduler.run()
        assert seen == [5]
        assert scheduler.failures == []
