"""One synced commit for what several threads have to write at the same moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection

from tradegecko_bridge.errors import StoreBusy

T = TypeVar("T")
_Job: TypeAlias = tuple[Callable[[Connection], Any], "Future[Any]"]


class Together:
    """Threads that wait for their turn to write leave their work here; whoever's turn it is carries all of it out.

    Each piece of work is whole or not at all, whatever becomes of those beside it.

    Args:
        turn: what one thread at a time may enter. Raises ``StoreBusy`` when that takes too long.
        transaction: a transaction, durable when it ends.
    """

    def __init__(
        self,
        turn: Callable[[], AbstractContextManager[None]],
        transaction: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        self._turn = turn
        self._transaction = transaction
        self._waiting: deque[_Job] = deque()

    def write(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns or raises; what it wrote is durable then."""
        outcome: Future[T] = Future()
        job = (work, outcome)
        self._waiting.append(job)
        try:
            with self._turn():
                if not outcome.done():
                    self._carry_out(list(self._taken()))
        except StoreBusy:
            if self._withdrawn(job):
                raise
        return outcome.result()  # waits only for a thread that is carrying it out right now

    def _taken(self) -> Iterator[_Job]:
        while self._waiting:
            yield self._waiting.popleft()

    def _withdrawn(self, job: _Job) -> bool:
        try:
            self._waiting.remove(job)
        except ValueError:
            return False
        return True

    def _carry_out(self, jobs: list[_Job]) -> None:
        try:
            with self._transaction() as tx:
                answers = [jobs[0][0](tx)] if len(jobs) == 1 else [_apart(tx, work) for work, _ in jobs]
        except BaseException as error:
            for _, outcome in jobs:
                outcome.set_exception(error)
            return
        for (_, outcome), answer in zip(jobs, answers, strict=True):
            if isinstance(answer, _Raised):
                outcome.set_exception(answer.error)
            else:
                outcome.set_result(answer)


class _Raised:
    def __init__(self, error: Exception) -> None:
        self.error = error


def _apart(tx: Connection, work: Callable[[Connection], Any]) -> Any:
    """What ``work`` returns, or what it raised, in which case nothing of it stays."""
    try:
        with tx.begin_nested():
            return work(tx)
    except Exception as error:
        return _Raised(error)
