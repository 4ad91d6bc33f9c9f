"""What a test needs, told from what it uses: its fixtures, and all that they and it reach within the tests."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from http.server import HTTPServer
from multiprocessing.context import BaseContext
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final
from wsgiref.simple_server import make_server
from zlib import crc32

import pytest
import uvicorn

from tradegecko_bridge import Sandbox

SLOW: Final = (
    "tests/engine/test_any_course.py",
    "tests/engine/test_any_source.py",
    "tests/engine/test_money_search.py",
    "tests/engine/test_told.py::test_failures_wait_longer_and_longer_and_end",
    "tests/engine/test_told.py::test_whatever_happens_the_shop_ends_with_what_is_true",
    "tests/engine/test_withdrawn.py::test_failures_end_and_are_told",
    "tests/sources/folder/test_csv.py::test_a_file_full_of_damage_is_read_in_time",
    "tests/sources/folder/test_format_properties.py",
    "tests/sources/folder/test_survey.py::test_memory_does_not_grow_with_the_file",
    "tests/sources/folder/test_survey.py::test_two_passes_give_what_one_look_at_everything_gives",
    "tests/sources/folder/test_tables.py::test_a_file_that_grows_gives_no_order_before_all_of_it_is_there",
    "tests/sources/folder/test_tables.py::test_damaged_bytes_leave_orders_whole_held_or_named",
    "tests/stores/test_behaviour.py::TestMemoryStore::test_long_lists_are_fine",
    "tests/carts/",
    "tests/chaos/",
    "tests/way_back/",
    "tests/cli/test_any_settings.py::test_one_clear_line",
    "tests/cli/test_hostile.py",
    "tests/cli/test_ledger.py::test_back_up_and_restore",
    "tests/cli/test_tutorial.py",
    "tests/cli/test_source_kinds.py::test_it_i",
    "tests/commerce/test_clearing.py::test_nothing_is_left_of_a_value_where_a_text_is_cut",
    "tests/engine/test_first_runs.py::test_overtaken",
    "tests/engine/test_held.py::test_a_great_many_cost_next_to_nothing",
    "tests/engine/test_held.py::test_what_is_left_alone",
    "tests/engine/test_ledger_check.py::test_each_looks_at_its_own",
    "tests/engine/test_ledger_check.py::test_everything_is_found_and_nothing_else",
    "tests/engine/test_one_decision.py",
    "tests/sandbox/test_books",
    "tests/sandbox/test_browser.py",
    "tests/sandbox/test_junk.py",
    "tests/sandbox/test_tables.py",
    "tests/sandbox/test_ui.py::test_no_text_becomes_markup",
    "tests/service/test_service.py::test_a_week",
    "tests/simulation/test_simulation.py",
    "tests/source_kit/test_flaws.py::test_by_no_other_check",
    "tests/sources/folder/test_properties.py",
    "tests/sources/woocommerce/test_kit.py::TestOlder",
    "tests/sources/vendure/test_ingest.py::TestNothingIsSkipped::test_any_interleaving",
    "tests/stores/test_databases.py::test_databases_find_what_is_due",
    "tests/stores/test_expiry.py::test_many_orders_leave_nothing_in_the_file",
    "tests/stores/test_model.py",
    "tests/test_docs.py::test_a_reference",
    "tests/test_supply.py::test_the_bill",
    "tests/test_typing.py::test_checkers",
    "tests/test_typing.py::test_every_type",
    "tests/test_typing.py::test_no_docstring_is_made",
    "tests/tradegecko/test_established.py::test_it_is_read_once_whole_where_that_pays",
    "tests/tradegecko/test_limits_any_course.py",
    "tests/tradegecko/test_limits_sim.py",
)
"""What takes a second or more each: many random cases, storms, a browser, a real cart."""
SLICE: Final = 12
"""One in so many of the tests that need no more than the sandbox is among the fast ones."""
STARTING: Final = (subprocess.Popen, subprocess.run, multiprocessing, uvicorn.Server, HTTPServer, make_server)
"""What starts a process, or a server in this one."""
FORBIDDEN: Final = frozenset({"socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.posix_spawn"})
"""What no unit test does, by the names of Python's audit events."""


class UnitTestsOnly:
    """Sees to it that a test marked ``unit`` talks to no server and starts no process."""

    def __init__(self) -> None:
        self.running: str | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event in FORBIDDEN and self.running and threading.current_thread() is threading.main_thread():
            raise AssertionError(f"{self.running} is marked unit and does {event}: see tests/kinds.py")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.running = item.nodeid if item.get_closest_marker("unit") else None
        try:
            return (yield)
        finally:
            self.running = None


def mark(items: list[pytest.Item]) -> None:
    """Give each test the marks of what it needs; one that needs nothing is a ``unit`` test."""
    for item in items:
        kinds = sorted(_kinds(item))
        for kind in kinds or ["unit"]:
            item.add_marker(kind)


def is_fast(item: pytest.Item) -> bool:
    """A unit test, or in the thin slice of those that need no more than the sandbox."""
    marks = _marks(item)
    return marks == {"unit"} or (marks == {"sandbox"} and crc32(item.nodeid.encode()) % SLICE == 0)


def count(items: list[pytest.Item]) -> dict[str, int]:
    """How many tests of which kind."""
    return dict(Counter(" + ".join(sorted(_marks(item))) for item in items))


def _marks(item: pytest.Item) -> set[str]:
    return {marker.name for marker in item.iter_markers()} & {"unit", "sandbox", "postgres", "process", "slow"}


def _kinds(item: Any) -> set[str]:
    fixtures = [definitions[-1].func for definitions in item._fixtureinfo.name2fixturedefs.values()]
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    kinds = _marks(item)  # by hand, where nothing in the tests tells
    kinds.update(*map(_reached, (item.function, *fixtures)), *(_reached.__wrapped__(one) for one in parameters))
    if item.nodeid.startswith(SLOW):
        kinds.add("slow")
    if "postgres_url" in item.fixturenames or "postgresql" in item.name:
        kinds.add("postgres")
    return kinds


@cache
def _reached(used: Any) -> Collection[str]:
    """What a test, a fixture or a parameter may use; many tests have the same ones."""
    reach = _Reach()
    reach.follow(used)
    return reach.kinds


class _Reach:
    """What a function may use: by every name it and what it calls within the tests mention."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self._seen: set[int] = set()

    def follow(self, found: Any) -> None:
        if id(found) in self._seen:
            return
        self._seen.add(id(found))
        if found is Sandbox:
            self.kinds.add("sandbox")
        elif any(found is starting for starting in STARTING) or isinstance(found, BaseContext):
            self.kinds.add("process")
        elif not str(getattr(found, "__module__", "")).startswith("tests."):
            return
        elif isinstance(found, FunctionType):
            for used in _used(found):
                self.follow(used)
        elif isinstance(found, type):
            for part in (*found.__bases__, *vars(found).values()):
                self.follow(getattr(part, "fget", None) or getattr(part, "__func__", part))
        else:
            self.follow(getattr(found, "func", type(found)))


def _used(function: FunctionType) -> Iterator[Any]:
    yield getattr(function, "__wrapped__", None)
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        yield value
        if isinstance(value, ModuleType) and (value.__name__.startswith("tests.") or value in (subprocess, uvicorn)):
            yield from (getattr(value, other) for other in names if hasattr(value, other))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
