"""Running the mutants of one target: which tests reach which line, and whether one of them notices.

For each target a server process collects the tests, runs them once to learn what each reaches and takes, and forks a
child for each mutant: the child swaps the code of the function in place and runs the tests that reach the line,
quickest first, until one fails. A mistake outside of functions (a table, a constant, a default) needs all modules anew:
for such a mutant a child is forked before anything of ours is imported, and imports the module with the mistake.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import _lru_cache_wrapper, partial
from importlib.machinery import SourceFileLoader
from itertools import islice
from types import CodeType, FunctionType
from typing import Final, NoReturn

import pytest
from attrs import frozen
from coverage import Coverage
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from scripts.mutants.mistakes import Mutant

ARGUMENTS: Final = (
    *("-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of plugins that are imported here already
)
PRELOADED: Final = ("alembic.command", "cattrs", "click", "httpx", "rich.table", "sqlalchemy", "starlette", "uvicorn")
"""Big packages of others: children have them already."""
SLOWER: Final = 10.0
"""How many times as long as without a mistake a test may take."""
AT_LEAST: Final = 5.0
"""Seconds each test may take in any case."""
LONGEST: Final = 120.0
"""Seconds for all tests of one mutant."""


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMEOUT = "killed (endless)"
    SURVIVED = "survived"
    NOT_REACHED = "not reached by any test"


Done = Callable[[Mutant, Verdict], None]


class BaselineFailed(Exception):
    """The tests fail without any mistake."""


@frozen
class Baseline:
    """What the tests do where nothing is wrong: seconds by test, and by file and line the tests that reach it."""

    seconds: dict[str, float]
    reached: dict[str, dict[int, list[str]]]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that reach the statement, quickest first."""
        lines = self.reached.get(mutant.file, {})
        tests = {test for line in range(mutant.first, mutant.last + 1) for test in lines.get(line, ())}
        return sorted(tests, key=lambda test: (self.seconds[test], test))


def run(mutants: Sequence[Mutant], tests: Sequence[str], jobs: int, done: Done) -> None:
    """Put every mutant to the tests (arguments for pytest); what became of each goes to ``done``.

    Raises:
        BaselineFailed: the tests fail without any mistake.
    """
    _derandomize()
    for name in PRELOADED:
        importlib.import_module(name)
    swapped = [mutant for mutant in mutants if mutant.function is not None]
    anew = [mutant for mutant in mutants if mutant.function is None]
    for number, verdict in _served(swapped, tests, jobs):
        if verdict is Verdict.NOT_REACHED:  # used, if at all, while modules are imported
            anew.append(swapped[number])
        else:
            done(swapped[number], verdict)
    if not anew:
        return
    ((_, verdict),) = _each_in_a_child({0: partial(_import_anew, None, tests)}, 1)
    if verdict is not Verdict.SURVIVED:
        raise BaselineFailed(f"pytest {' '.join(tests)}")
    works = {number: partial(_import_anew, mutant, tests) for number, mutant in enumerate(anew)}
    for number, verdict in _each_in_a_child(works, jobs):
        done(anew[number], verdict)


# ── swapped in place ─────────────────────────────────────────────────────────────────────────


def _served(mutants: Sequence[Mutant], tests: Sequence[str], jobs: int) -> Iterator[tuple[int, Verdict]]:
    """The server in a child of its own, so that this process stays without our modules."""
    if not mutants:
        return
    reader, writer = os.pipe()
    server = os.fork()
    if server == 0:
        os.close(reader)
        _hush()
        with os.fdopen(writer, "wb") as said:

            def say(number: int | None, what: str) -> None:
                pickle.dump((number, what), said)
                said.flush()

            plugin = _Server(mutants, jobs, say)
            ended = pytest.main([*ARGUMENTS, *tests], plugins=[plugin])
        os._exit(ended)
    os.close(writer)
    with os.fdopen(reader, "rb") as heard:
        while True:
            try:
                number, verdict = pickle.load(heard)  # noqa: S301 - our own child's
            except EOFError:
                break
            if number is None:
                raise BaselineFailed(verdict)
            yield number, verdict
    if os.waitpid(server, 0)[1]:
        raise BaselineFailed(f"pytest {' '.join(tests)} broke down")


class _Server:
    """A pytest plugin that runs the mutants in the place of the tests it has collected."""

    def __init__(self, mutants: Sequence[Mutant], jobs: int, say: Callable[[int | None, str], None]) -> None:
        self._mutants = mutants
        self._jobs = jobs
        self._say = say

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.testsfailed:
            self._say(None, "the tests cannot be collected")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for found in gc.get_objects():
            if isinstance(found, _lru_cache_wrapper):
                found.cache_clear()  # what was computed without a mistake
        items = {item.nodeid: item for item in session.items}
        baseline = self._baseline(list(items.values()))
        if baseline is None:
            return True
        functions = _functions({mutant.file for mutant in self._mutants})
        gc.collect()
        gc.freeze()  # what children share with us stays shared
        works: dict[int, Callable[[], object]] = {}
        for number, mutant in enumerate(self._mutants):
            known, found = baseline.tests_of(mutant), functions.get((mutant.file, mutant.function))
            limits = [(items[test], AT_LEAST + SLOWER * baseline.seconds[test]) for test in known]
            if limits and found:
                works[number] = partial(_swap_and_run, mutant, found, limits)
            else:
                self._say(number, Verdict.NOT_REACHED)
        for number, verdict in _each_in_a_child(works, self._jobs):
            self._say(number, verdict)
        return True

    def _baseline(self, items: list[pytest.Item]) -> Baseline | None:
        files = sorted({mutant.file for mutant in self._mutants})
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            with os.fdopen(writer, "wb") as said:
                pickle.dump(_watched(items, files), said)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as heard:
            found = pickle.load(heard)  # noqa: S301 - our own child's
        os.waitpid(child, 0)
        if isinstance(found, Baseline):
            return found
        self._say(None, found)
        return None


def _watched(items: list[pytest.Item], files: list[str]) -> Baseline | str:
    """Each test once, with what it reaches; or what failed."""
    failed: list[str] = []

    class Reports:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failed.append(f"{report.nodeid}\n{report.longreprtext}")

    items[0].config.pluginmanager.register(Reports())
    coverage = Coverage(data_file=None, config_file=False, include=files)
    coverage.start()
    seconds = {}
    for item, following in zip(items, [*items[1:], None], strict=True):
        coverage.switch_context(item.nodeid)
        began = time.perf_counter()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds[item.nodeid] = time.perf_counter() - began
    coverage.stop()
    if failed:
        return "\n\n".join(failed)
    data = coverage.get_data()
    reached = {file: {k: [t for t in v if t] for k, v in data.contexts_by_lineno(file).items()} for file in files}
    return Baseline(seconds, reached)


def _swap_and_run(mutant: Mutant, functions: list[FunctionType], limits: list[tuple[pytest.Item, float]]) -> NoReturn:
    """In a child: 0 if no test notices."""
    gc.disable()
    changed = _function(mutant.code(), mutant.function)
    for function in functions:
        if len(function.__code__.co_freevars) != len(changed.co_freevars):  # super() is gone, say
            os._exit(4)
        function.__code__ = changed
    items = [item for item, _ in limits]
    items[0].config.pluginmanager.register(_FirstFailure())
    for (item, limit), following in zip(limits, [*items[1:], None], strict=True):
        signal.setitimer(signal.ITIMER_REAL, limit)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    os._exit(0)


class _FirstFailure:
    """Ends the process with 1 as soon as a test fails, and with 3 when one takes too long."""

    def __init__(self) -> None:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(3))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os._exit(1)


def _function(code: CodeType, place: str | None) -> CodeType:
    """The code of the outermost function at a place, within a module's or a class's."""
    for constant in code.co_consts:
        if not isinstance(constant, CodeType):
            continue
        if f"{constant.co_firstlineno} {constant.co_name}" == place:
            return constant
        try:
            return _function(constant, place)
        except LookupError:
            continue
    raise LookupError(place)


def _functions(files: set[str]) -> Mapping[tuple[str, str | None], list[FunctionType]]:
    """All functions of these files, by file and place."""
    found: dict[tuple[str, str | None], list[FunctionType]] = {}
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and (code := function.__code__).co_filename in files:
            found.setdefault((code.co_filename, f"{code.co_firstlineno} {code.co_name}"), []).append(function)
    return found


# ── imported anew ────────────────────────────────────────────────────────────────────────────


def _import_anew(mutant: Mutant | None, tests: Sequence[str]) -> NoReturn:
    """In a child that has nothing of ours yet: 0 if no test notices."""
    if mutant is not None:
        file, code, usual = mutant.file, mutant.code(), SourceFileLoader.get_code

        def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
            return code if loader.path == file else usual(loader, name)

        SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]
    for part in tests:  # one by one: most mistakes show in the first, and collecting takes longer than running
        if pytest.main([*ARGUMENTS, part], plugins=[_FirstFailure()]) != pytest.ExitCode.OK:
            os._exit(1)
    os._exit(0)


# ── children ─────────────────────────────────────────────────────────────────────────────────


def _each_in_a_child(works: Mapping[int, Callable[[], object]], jobs: int) -> Iterator[tuple[int, Verdict]]:
    """Each in a child of its own, several at once, none for longer than it may take."""
    running: dict[int, tuple[int, float]] = {}
    waiting = iter(works.items())
    while True:
        for number, work in islice(waiting, jobs - len(running)):
            child = os.fork()
            if child == 0:
                _in_the_child(work)
            running[child] = number, time.monotonic() + LONGEST
        if not running:
            return
        time.sleep(0.002)
        for child, (number, deadline) in list(running.items()):
            if time.monotonic() > deadline:
                os.killpg(child, signal.SIGKILL)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del running[child]
                yield number, _verdict(os.waitstatus_to_exitcode(status))


def _in_the_child(work: Callable[[], object]) -> NoReturn:
    os.setpgid(0, 0)
    _hush()
    try:
        work()
    finally:
        os._exit(2)


def _verdict(status: int) -> Verdict:
    if status == 2:
        raise RuntimeError("a mutant could not be put in its place")
    if status < 0:
        return Verdict.TIMEOUT
    return {0: Verdict.SURVIVED, 1: Verdict.KILLED, 3: Verdict.TIMEOUT, 4: Verdict.NOT_REACHED}[status]


def _hush() -> None:
    """Say nothing any more."""
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)


def _derandomize() -> None:
    """Always the same examples, so that chance kills nobody; before any test is imported, as each takes this over."""
    hypothesis_settings.register_profile(
        "mutants", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    hypothesis_settings.load_profile("mutants")
