"""Virtual time: an event heap, and threads that pass a baton so that one of them runs at a time.

Whoever holds the baton and has to wait takes the next event from the heap. If it is its own, it goes on; if it is
another thread's, it hands the baton over; what belongs to no thread (an arriving request, a person) it carries out.
Real time plays no part, so the same seed gives the same order of events.
"""

from __future__ import annotations

from _thread import start_new_thread
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from threading import Lock
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

EPOCH: Final = datetime(2026, 11, 3, 8, tzinfo=UTC)
SECOND: Final = 1_000_000
"""Virtual time is counted in microseconds."""
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
FOREVER: Final = 10**18


MOST_STEPS: Final = 100_000
"""After so many events something goes round in circles."""


class Endless(Exception):
    """Things go on happening, and time hardly passes."""


class Killed(BaseException):
    """The process is dead: raised by everything its threads call from then on. No handler of the product takes it."""


class Process:
    """Some threads that die, stop and go on together, with a clock that may be wrong by ``skew``."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.stopped = False
        self.skew = timedelta(0)
        self.tasks: list[Task] = []
        self.frozen: list[tuple[Task, int, Any]] = []
        """What would have woken its threads while it was stopped."""


class Task:
    """One thread. ``ticket`` numbers its waits: what would wake it from an earlier one is ignored."""

    def __init__(self, process: Process, body: Callable[[], object]) -> None:
        self.process = process
        self.body = body
        self.baton = Lock()
        self.baton.acquire()
        self.ticket = 0
        self.started = False
        self.done = False
        self.value: Any = None
        self.error: BaseException | None = None
        self.joiners: list[tuple[Task, int]] = []


_Event = tuple[int, float, int, Task | None, int, Any]
"""When, a random tie-break, a serial; and which thread is woken (with its ticket and a value) or what is done."""


class Scheduler:
    """The heap and the baton. ``rng`` breaks ties."""

    def __init__(self, rng: Random) -> None:
        self.now = 0
        self.over = False
        self.failures: list[BaseException] = []
        """What escaped from a thread or from an event."""
        self.steps = 0
        self._random = rng.random
        self._heap: list[_Event] = []
        self._serial = 0
        self._main = Task(Process("main"), lambda: None)
        self._current = self._main

    def time(self, process: Process | None = None) -> datetime:
        """The moment, by a process's clock or by the true one."""
        moment = EPOCH + timedelta(microseconds=self.now)
        return moment + process.skew if process else moment

    @property
    def current(self) -> Task:
        """Who has the baton."""
        return self._current

    # ── events ───────────────────────────────────────────────────────────────────────────────

    def after(self, delay: int, action: Callable[[], object]) -> None:
        """Do something that belongs to no thread. It must not wait."""
        self._push(delay, None, 0, action)

    def wake(self, task: Task, ticket: int, value: Any = None, delay: int = 0) -> None:
        """End a thread's wait, if it is still that one."""
        self._push(delay, task, ticket, value)

    def _push(self, delay: int, task: Task | None, ticket: int, value: Any) -> None:
        self._serial += 1
        heappush(self._heap, (self.now + max(delay, 0), self._random(), self._serial, task, ticket, value))

    # ── threads ──────────────────────────────────────────────────────────────────────────────

    def spawn(self, process: Process, body: Callable[[], object], delay: int = 0) -> Task:
        """A new thread of a process."""
        task = Task(process, body)
        process.tasks.append(task)
        self.wake(task, task.ticket, delay=delay)
        return task

    def ticket(self) -> int:
        """The number of the next wait of whoever has the baton."""
        self._check_alive()
        self._current.ticket += 1
        return self._current.ticket

    def wait(self, timeout: int) -> Any:
        """Wait to be woken under the present ticket, and for ``timeout`` at most: then it is None."""
        task = self._current
        if timeout < FOREVER:
            self.wake(task, task.ticket, delay=timeout)
        self._pass_on(task)
        self._check_alive()
        return task.value

    def sleep(self, delay: int) -> None:
        """Let time pass."""
        self.ticket()
        self.wait(delay)

    def join(self, task: Task) -> None:
        """Wait until another thread has ended."""
        while not task.done:
            task.joiners.append((self._current, self.ticket()))
            self.wait(FOREVER)

    def _check_alive(self) -> None:
        if self._current.process.dead:
            raise Killed(self._current.process.name)

    # ── processes ────────────────────────────────────────────────────────────────────────────

    def kill(self, process: Process) -> None:
        """At once and without notice: what it has sent is on its way all the same."""
        process.dead, process.stopped = True, False
        process.frozen.clear()
        for task in process.tasks:
            if not task.done and task is not self._current:
                self.wake(task, task.ticket)

    def stop(self, process: Process) -> None:
        """Suspend it: it notices nothing."""
        process.stopped = not process.dead

    def resume(self, process: Process) -> None:
        """Let it go on, as if no time had passed."""
        process.stopped = False
        frozen, process.frozen = process.frozen, []
        for place, (task, ticket, value) in enumerate(frozen):
            self.wake(task, ticket, value, delay=place)

    # ── the baton ────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Until nothing is left to happen, or somebody has set ``over``."""
        self._pass_on(self._main)

    def end(self, processes: list[Process]) -> None:
        """End all threads."""
        self._heap.clear()
        for process in processes:
            self.kill(process)
        self.over = False
        self.run()

    def _pass_on(self, me: Task) -> None:
        """Take the next event that wakes a thread, and give it the baton; come back when it is one's own again."""
        following = self._next()
        self._current = following
        if following is me:
            return
        if following.started or following is self._main:
            following.baton.release()
        else:
            following.started = True
            start_new_thread(self._live, (following,))  # threading.Thread would wait until it runs
        if not me.done:
            me.baton.acquire()

    def _next(self) -> Task:
        while self._heap and not self.over:
            self.now, _, _, task, ticket, value = heappop(self._heap)
            self.steps += 1
            if self.steps == MOST_STEPS:
                self.failures.append(Endless(f"{MOST_STEPS} events, and no end"))
                self.over = True
            if task is None:
                try:
                    value()
                except BaseException as error:
                    self.failures.append(error)
                    self.over = True
            elif task.done or ticket != task.ticket:
                continue
            elif task.process.stopped:
                task.process.frozen.append((task, ticket, value))
            else:
                task.value = value
                return task
        return self._main

    def _live(self, task: Task) -> None:
        try:
            self._check_alive()
            task.body()
        except Killed:
            pass
        except BaseException as error:
            task.error = error
            self.failures.append(error)
        task.done = True
        for joiner, ticket in task.joiners:
            self.wake(joiner, ticket)
        self._pass_on(task)


class BatonLock:
    """A reentrant lock whose waiters pass the baton on, for what holds one while it waits for something else."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._owner: Task | None = None
        self._depth = 0
        self._waiting: list[tuple[Task, int]] = []

    def __enter__(self) -> None:
        me = self._scheduler.current
        while self._owner not in (None, me):
            self._waiting.append((me, self._scheduler.ticket()))
            self._scheduler.wait(FOREVER)
        self._owner = me
        self._depth += 1

    def __exit__(self, *_error: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
            waiting, self._waiting = self._waiting, []
            for task, ticket in waiting:
                self._scheduler.wake(task, ticket)


class SimulatedExecutor(Executor):
    """A pool whose threads are the scheduler's, for :class:`tradegecko_bridge.engine.context.Concurrency`."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._process = scheduler.current.process
        self._tasks: list[Task] = []

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future = _Future[T](self._scheduler)
        future.task = self._scheduler.spawn(self._process, lambda: future.set_result(fn(*args, **kwargs)))
        self._tasks.append(future.task)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for task in self._tasks if wait else ():
            self._scheduler.join(task)


class _Future(Future[T]):
    task: Task

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self._scheduler = scheduler

    def result(self, timeout: float | None = None) -> T:
        self._scheduler.join(self.task)
        return super().result(timeout=0)
