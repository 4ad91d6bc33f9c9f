"""Who uses a database's connections, so that they can be waited for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock, get_ident


class Gate:
    """Threads go in and come out; whoever shuts it waits for the other threads to come out and keeps them out."""

    def __init__(self) -> None:
        self._changed = Condition(Lock())
        self._inside: Counter[int] = Counter()
        self._shut = False

    @contextmanager
    def inside(self) -> Iterator[None]:
        """In here. A thread that is inside already always gets in."""
        thread = get_ident()
        with self._changed:
            self._changed.wait_for(lambda: not self._shut or self._inside[thread] > 0)
            self._inside[thread] += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[thread] -= 1
                self._inside = +self._inside
                self._changed.notify_all()

    def shut(self, timeout: float) -> bool:
        """Wait until no other thread is inside, for so many seconds at most, and whether it is so. :meth:`open` it in
        any case, in the same thread: until then not even what is counted here changes."""
        self._changed.acquire()
        self._shut = True
        return self._changed.wait_for(lambda: self._inside.keys() <= {get_ident()}, timeout)

    def open(self) -> None:
        """Let them in again."""
        self._shut = False
        self._changed.notify_all()
        self._changed.release()
