"""Starting workers, hearing from them, and ending them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.chaos.victim import GO, READY, SILENCE, STOPPING, Ended, Job, work
from tests.forked import processes

KILLED = -signal.SIGKILL


class Worker:
    """A running worker."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._line, other = processes.Pipe()
        self._process = processes.Process(target=work, args=(job, other), daemon=True)
        self._process.start()
        other.close()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process.pid is not None
        return self._process.pid

    def hear(self) -> Any:
        """The next thing it says; None when it has ended without another word."""
        assert self._line.poll(SILENCE), f"{self.job.worker} says nothing"
        try:
            return self._line.recv()
        except (EOFError, ConnectionResetError):
            return None

    def ready(self) -> None:
        """Wait until it is ready to begin."""
        assert self.hear() == READY

    def go(self) -> None:
        """Let it begin."""
        self._line.send(GO)

    def stopped(self) -> bool:
        """Wait until it stands still; False when it ended before it got there."""
        said: object = self._told()
        return said == STOPPING

    def go_on(self) -> None:
        """Let a stopped worker go on."""
        os.kill(self.pid, signal.SIGCONT)

    def end(self) -> Ended | None:
        """Wait for its end: what it says then; None when it was killed.

        Raises:
            AssertionError: it failed on its own.
        """
        said = self._told()
        self._process.join(SILENCE)
        if self._process.exitcode == KILLED:
            return None
        assert self._process.exitcode == 0, f"{self.job.worker} ended with {self._process.exitcode}: {said}"
        assert isinstance(said, Ended)
        return said

    def wait(self, seconds: float) -> None:
        """Let it work for so long, or until it says something."""
        self._line.poll(seconds)

    def kill(self) -> None:
        """End it now, wherever it is."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(SILENCE)

    def close(self) -> None:
        """Let go of it, killed if it still runs."""
        self.kill()
        self._line.close()
        self._process.close()

    def _told(self) -> Any:
        said = self.hear()
        return self.hear() if said == READY else said


@contextmanager
def workers(*jobs: Job) -> Iterator[list[Worker]]:
    """Workers at these jobs, none of which outlives the block."""
    running: list[Worker] = []
    try:
        running.extend(Worker(job) for job in jobs)
        yield running
    finally:
        for worker in running:
            worker.close()


def run(job: Job) -> Ended | None:
    """One worker to its end; None when it was killed."""
    with workers(job) as (worker,):
        return worker.end()
