"""Several orders on their way at once, and which of them must go one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from contextvars import copy_context
from threading import Lock
from typing import Final, TypeVar

from tradegecko_bridge.commerce.customers import Identity, identity
from tradegecko_bridge.commerce.values import phone_digits
from tradegecko_bridge.engine.context import REAL_THREADS, Concurrency
from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.engine.mapping.customers import customer_of
from tradegecko_bridge.engine.settings.connection import ConnectionSettings

T = TypeVar("T")

CHUNK_SIZE: Final = 32
"""Partitions a thread takes at a time, at most: what their items have to write is written together."""
FEWEST: Final = 4
"""Partitions a thread takes even where fewer are left for each, if they are quick and there were many."""
SPAN: Final = 0.25
"""Seconds the items that are written together may take: where answers are slow, each goes alone."""
_PLAIN: Final = ConnectionSettings()
QUICK: Final = 0.005
"""Seconds that one item takes at most where a thread does more than wait. Several would only take Python's lock from
each other."""
_QUICKEST: Final = 0.001
"""Seconds one item takes at least, whatever a coarse clock says."""
Work = Callable[[Sequence[T], Callable[[], bool]], None]
"""Work on items that have nothing to do with each other, for as long as the function says to go on."""


def run_partitions(
    partitions: Sequence[Sequence[T]], work: Work[T], at_once: int, concurrency: Concurrency = REAL_THREADS
) -> None:
    """Do each partition's work in its order, the first ones first, with ``at_once`` threads.

    A thread takes a chunk of several partitions where that is quick, and works on the first items of all, then on the
    second ones. Towards the end it takes fewer, so that all end together. After a failure nothing more is begun; what
    is under way ends, then the first failure is raised. Threads are used only where more than one partition can go,
    and more than one as soon as items take longer than :data:`QUICK`.
    """
    waiting, failures, lock = deque(partitions), list[BaseException](), Lock()
    fewest = min(FEWEST, len(partitions) // (FEWEST * at_once))
    seconds, late = SPAN, 0.0

    def chunk() -> list[Sequence[T]]:
        with lock:
            share = max(len(waiting) // at_once, fewest)
            count = max(min(CHUNK_SIZE, share, int(SPAN / seconds)), 1)
            return [waiting.popleft() for _ in range(min(count, len(waiting)))]

    def going_on() -> bool:
        return not failures

    def follow() -> None:
        nonlocal seconds, late
        try:
            while taken := chunk():
                for step in range(max(map(len, taken))):
                    if failures:
                        return
                    items, began = [part[step] for part in taken if step < len(part)], concurrency.monotonic()
                    late = began + QUICK * len(items)
                    work(items, going_on)
                    seconds = max((concurrency.monotonic() - began) / len(items), _QUICKEST)
        except BaseException as error:
            failures.append(error)

    def are_quick() -> bool:
        return seconds <= QUICK and concurrency.monotonic() <= late

    if (count := min(at_once, len(partitions))) <= 1:
        follow()
    else:
        with concurrency.executor(count) as pool:
            _follow_all(pool, follow, count, failures, are_quick, concurrency.patience)
    if failures:
        raise failures[0]


def _follow_all(
    pool: Executor,
    follow: Callable[[], None],
    count: int,
    failures: list[BaseException],
    are_quick: Callable[[], bool],
    patience: float | None,
) -> None:
    def begin(some: int) -> list[Future[None]]:
        return [pool.submit(copy_context().run, follow) for _ in range(some)]  # whatever traces the caller goes on

    try:
        threads = begin(1 if patience else count)
        while len(threads) < count and not wait(threads, patience).done:
            threads += begin(0 if are_quick() else count - 1)
        for thread in threads:
            thread.result()
    except BaseException as error:  # somebody wants to stop: let what is under way end, and no more
        failures.append(error)
        raise


def partition(orders: Iterable[DueOrder], settings: ConnectionSettings = _PLAIN) -> list[list[DueOrder]]:
    """Orders that must not pass each other together, oldest first.

    Two orders of one new customer must not make that customer twice, and of two orders with one number the second must
    see the first.
    """
    part_of: dict[str, list[DueOrder]] = {}
    parts: list[list[DueOrder]] = []
    for due in orders:
        order, names = due.entry.order, [f"number {due.number}"]
        if order is not None:
            names += customer_names(identity(*customer_of(order, settings)))
        known = list({id(part_of[name]): part_of[name] for name in names if name in part_of}.values())
        part = known[0] if known else []
        for other in known[1:]:
            part.extend(other)
            part_of.update({name: part for name, one in part_of.items() if one is other})
            parts = [one for one in parts if one is not other]
        if not known:
            parts.append(part)
        part.append(due)
        part_of.update(dict.fromkeys(names, part))
    return [sorted(part, key=lambda due: (due.entry.ingested_at, due.entry.id)) for part in parts]


def customer_names(known: Identity, kinds: Sequence[str] = ("code", "email", "phone", "name")) -> Iterator[str]:
    """By what two customers may be known to be the same: what there is of these kinds."""
    named = {"code": known.code, "email": known.email, "phone": phone_digits(known.phone), "name": known.name}
    return (f"{kind} {' '.join(text.casefold().split())}" for kind in kinds if (text := named[kind]))
