"""What other people's code raises (plugins: sources, gateways, token stores) is told by type and place.

Its text may quote a secret or a customer, and so may its notes, its causes and the locals of its frames; programs log
all of these (``exc_info``). So nothing of it stays behind our errors but the chain of what it came from: our own
exceptions, and a :class:`Withheld` in the place of each other. The same is done where plain secrets are handed to us
(:func:`discreet`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from traceback import walk_tb
from types import GeneratorType
from typing import Any, Final, ParamSpec, TypeVar

from attrs import evolve

from tradegecko_bridge.errors import BridgeError
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.visible import log

P = ParamSpec("P")
T = TypeVar("T")
Told = Callable[[str, Sequence[object], Exception], BridgeError]
"""What is raised in place of what a method of this name, with these arguments, has raised; maybe that itself."""

_OWN_CODE: Final = f"{Path(__file__).parent}{os.sep}"
_ATTRS: Final = f"{Path(evolve.__code__.co_filename).parent}{os.sep}"
_SHOWN: Final = 20
"""How many calls of one exception, and how many exceptions of a chain, are told."""


class Withheld(Exception):
    """Stands for an exception of other people's code: its type, and the calls that led to it, the innermost first."""


def call(run: Callable[[], T], told: Callable[[Exception], Exception]) -> T:
    """What ``run``, which is other people's code, gives; in place of what it raises, what ``told`` makes of that."""
    try:
        return run()
    except Exception as error:
        ours = told(_as_raised(error))
        behind = _kept(error)
        if ours is not error:
            ours.__cause__ = behind
    raise ours  # outside, so that neither its context nor a local of this frame is what was raised


def _as_raised(error: Exception) -> Exception:
    """What a generator has raised: Python replaces one of its exceptions by another, which tells no line of it."""
    cause = error.__cause__
    return cause if isinstance(error, RuntimeError) and isinstance(cause, StopIteration) else error


def discreet(function: Callable[P, T]) -> Callable[P, T]:
    """A function that is given secrets as plain text. None of its frames, which hold them, stays behind what it raises;
    of an exception that is not ours, the calls that led to it do."""

    @wraps(function)
    def called(*args: P.args, **options: P.kwargs) -> T:
        try:
            return function(*args, **options)
        except Exception as error:
            raised, behind = error, _kept(error)
            del args, options
        raised.__traceback__ = None
        if behind is not raised:
            raised.__cause__, raised.__context__ = behind, None
        raise raised

    return called


def without_frames(error: Exception) -> None:
    """Nothing stays of the frames that an exception, and what it came from, went through: a driver's hold its login."""
    chain: list[BaseException | None] = [error]
    while chain:
        one = chain.pop()
        if one is not None and one.__traceback__ is not None:
            one.__traceback__ = None
            chain += (one.__cause__, one.__context__)


def discreetly_made(kind: type[T]) -> type[T]:
    """The same for a class whose ``__init__`` is generated."""
    kind.__init__ = discreet(kind.__init__)  # type: ignore[method-assign]
    return kind


def place_of(error: Exception) -> str:
    """The line of the plugin's an error came from, also where a record of ours raised it; else the innermost of all."""
    lines = [(place.f_code.co_filename, number) for place, number in walk_tb(error.__traceback__)]
    theirs = [line for line in lines if not line[0].startswith((_OWN_CODE, _ATTRS, "<"))]
    file, number = (theirs or lines)[-1]
    return f"{file}:{number}"


def line_of(items: object) -> str:
    """The line at which a generator of the plugin's stands; blank of anything else."""
    place = ""
    while isinstance(items, GeneratorType) and items.gi_frame is not None:
        place = f"{items.gi_code.co_filename}:{items.gi_frame.f_lineno}"
        items = items.gi_yieldfrom
    return place


def fault(error: Exception, method: str, whose: str) -> str:
    """The line that tells an exception nobody expected; it is logged."""
    text = f"{type(error).__name__} at {place_of(error)} in {method}: a fault in the {whose}"
    log.error(text)
    log_calls(error)
    return text


def log_calls(error: Exception) -> None:
    """At DEBUG, for whoever writes the plugin: every call that led to each exception of the chain, without texts."""
    if log.isEnabledFor(logging.DEBUG):
        for one in _chain(error):
            log.debug("%s", _calls(one))


class Guarded(OfThisProcess):
    """Stands before an object of other people's: what its methods and attributes raise is raised as ``told`` says.

    So is what going through their results raises, where these are made one by one.
    """

    def __init__(self, thing: object, told: Told) -> None:
        self._thing = thing
        self._told = told

    def __repr__(self) -> str:
        return repr(self._thing)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # before __init__, and for copying
            raise AttributeError(name)
        value = call(lambda: getattr(self._thing, name), lambda error: self._of_attribute(name, error))
        if not callable(value):
            return value
        method = vars(self)[name] = self._method(name, value)  # found there from now on
        return method

    def _of_attribute(self, name: str, error: Exception) -> Exception:
        """Whether there is an attribute is asked in this way."""
        return AttributeError(name) if isinstance(error, AttributeError) else self._told(name, (), error)

    def _method(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def guarded(*args: Any, **options: Any) -> Any:
            def told(error: Exception) -> Exception:
                return self._told(name, (*args, *options.values()), error)

            result = call(lambda: getattr(self._thing, name)(*args, **options), told)
            lazy = isinstance(result, Iterable) and not isinstance(result, Collection)
            return each(result, told) if lazy else result

        return guarded


def each(items: Iterable[T], told: Callable[[Exception], Exception]) -> Iterator[T]:
    """What other people's code gives one by one; raises as :func:`call`."""
    end: Any = object()
    iterator = call(lambda: iter(items), told)
    while (item := call(lambda: next(iterator, end), told)) is not end:
        yield item


def _kept(error: BaseException | None) -> BaseException | None:
    """A chain of exceptions as it may stay: without frames and notes, with stand-ins for those that are not ours."""
    behind: BaseException | None = None
    for one in reversed(_chain(error)):
        ours = one if isinstance(one, BridgeError) else Withheld(_calls(one))
        ours.__traceback__ = ours.__context__ = None
        vars(ours).pop("__notes__", None)
        ours.__cause__, behind = behind, ours
    return behind


def _chain(error: BaseException | None) -> list[BaseException]:
    """An exception and those it came from."""
    chain: list[BaseException] = []
    while error is not None and error not in chain and len(chain) < _SHOWN:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _calls(error: BaseException) -> str:
    """All calls up to an exception but those of ours that come before."""
    calls = [(place.f_code, number) for place, number in walk_tb(error.__traceback__)]
    first = next((at for at, (code, _) in enumerate(calls) if not code.co_filename.startswith(_OWN_CODE)), 0)
    told = [f"{code.co_filename}:{number} in {code.co_name}" for code, number in reversed(calls[first:])]
    return f"{type(error).__name__} at {', called at '.join(told[:_SHOWN])}" if told else type(error).__name__
