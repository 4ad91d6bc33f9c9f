"""What has connections or locks begins anew in a process forked from this one, as those of gunicorn and Celery are."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from threading import Lock, RLock
from typing import Any, Final, NoReturn, Self
from weakref import WeakSet


class OfThisProcess:
    """A base for what holds connections, locks or secrets: pickling or copying it is refused.

    Its ``repr`` also works half-made, which is how a traceback that shows locals sees it when it cannot be made.
    """

    __slots__ = ()

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if "__repr__" in vars(cls):
            type.__setattr__(cls, "__repr__", _also_half_made(cls.__repr__))

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} is not pickled or copied: it holds connections or secrets; "
            "make another one where it is needed"
        )


def _also_half_made(show: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(show)
    def shown(made: object) -> str:
        try:
            return show(made)
        except AttributeError:
            return f"<{type(made).__name__}, not made yet>"

    return shown


class Forked(OfThisProcess):
    """A base for what a forked process has a copy of and must not use as it is.

    All three are called in the thread that forks. Other threads go on until the moment of the fork and are not there in
    the child, where a lock that one of them held stays shut for ever.
    """

    def __new__(cls, *_arguments: Any, **_options: Any) -> Self:
        made = super().__new__(cls)
        with _turn:
            _all.add(made)
        return made

    def before_fork(self) -> None:
        """In the parent, before."""

    def after_fork(self) -> None:
        """In the parent, afterwards."""

    def after_fork_in_child(self) -> None:
        """In the child, before anything else."""


class ForkedLock(Forked):
    """A lock that a forked process finds open, whoever held it here."""

    def __init__(self) -> None:
        self._lock = Lock()

    def after_fork_in_child(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_error: object) -> None:
        self._lock.release()


_all: Final[WeakSet[Forked]] = WeakSet()
_turn: Final = RLock()


def _before() -> None:
    _turn.acquire()
    for one in list(_all):
        one.before_fork()


def _after() -> None:
    for one in list(_all):
        one.after_fork()
    _turn.release()


def _after_in_child() -> None:
    for one in list(_all):
        one.after_fork_in_child()
    _turn.release()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
