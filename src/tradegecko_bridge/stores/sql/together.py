"""One synced commit for what several threads have to write at the same moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Together(Generic[Item, Answer]):
    """Threads leave here what they have to write; one of them carries all of it out.

    Who comes while a commit is under way is among the next one's. Nobody waits for others to come: that costs more
    than it saves.

    Args:
        carry_out: writes all of these, durably, and says for each what came of it, or why nothing was written of it.
            What it raises is raised for all of them: then none was written.
    """

    def __init__(self, carry_out: Callable[[Sequence[Item]], Sequence[Answer | Exception]]) -> None:
        self._carry_out = carry_out
        self._waiting: deque[tuple[Item, Future[Answer]]] = deque()
        self._one_at_a_time = Lock()

    def write(self, item: Item) -> Answer:
        """What came of it; what was written is durable then."""
        outcome: Future[Answer] = Future()
        self._waiting.append((item, outcome))
        with self._one_at_a_time:
            if not outcome.done():
                self._write_all([self._waiting.popleft() for _ in range(len(self._waiting))])
        return outcome.result()

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
