"""One synced commit for what several threads have to write at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Lock, get_ident
from time import monotonic
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

PATIENCE: Final = 0.002
"""Seconds to wait for those who are likely to come: less than most disks take to sync."""
LATELY: Final = 0.05
"""Seconds within which somebody must have written to be likely to do so again in a moment."""


class Together(Generic[Item, Answer]):
    """Threads leave here what they have to write; one of them carries all of it out.

    A thread that comes while a commit is under way is among the next one's, and where several threads write all the
    time, one waits a moment for the others. A thread on its own never waits.

    Args:
        carry_out: writes all of these, durably, and says for each what came of it, or why nothing was written of it.
            What it raises is raised for all of them: then none was written.
    """

    def __init__(self, carry_out: Callable[[Sequence[Item]], Sequence[Answer | Exception]]) -> None:
        self._carry_out = carry_out
        self._waiting: list[tuple[Item, Future[Answer]]] = []
        self._arrived = Condition()
        self._one_at_a_time = Lock()
        self._came: dict[int, float] = {}

    def write(self, item: Item) -> Answer:
        """What came of it; what was written is durable then."""
        outcome: Future[Answer] = Future()
        with self._arrived:
            self._waiting.append((item, outcome))
            self._came[get_ident()] = monotonic()
            self._arrived.notify()
        with self._one_at_a_time:
            if not outcome.done():
                self._write_all(self._taken())
        return outcome.result()

    def _taken(self) -> list[tuple[Item, Future[Answer]]]:
        """All that wait, once those are there who are likely to come."""
        with self._arrived:
            now = monotonic()
            self._came = {thread: at for thread, at in self._came.items() if now - at < LATELY}
            self._arrived.wait_for(lambda: len(self._waiting) >= len(self._came), PATIENCE)
            taken, self._waiting = self._waiting, []
        return taken

    def _write_all(self, taken: Sequence[tuple[Item, Future[Answer]]]) -> None:
        try:
            answers = self._carry_out([item for item, _ in taken])
        except BaseException as error:
            for _, outcome in taken:
                outcome.set_exception(error)
            return
        for (_, outcome), answer in zip(taken, answers, strict=True):
            if isinstance(answer, Exception):
                outcome.set_exception(answer)
            else:
                outcome.set_result(answer)
