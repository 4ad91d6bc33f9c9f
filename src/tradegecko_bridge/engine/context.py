"""What every operation works with, and the fence around other people's code."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from traceback import walk_tb
from typing import Final, TypeVar

from attrs import field, frozen

import tradegecko_bridge
from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.settings.timing import Timing
from tradegecko_bridge.errors import BridgeError, SourceError
from tradegecko_bridge.ledger import Alert
from tradegecko_bridge.ports import Clock, Gateway, OrderSource, Store

T = TypeVar("T")

_OURS: Final = f"{Path(tradegecko_bridge.__file__).parent}{os.sep}"
log = logging.getLogger("tradegecko_bridge")

OUTCOME_OF = {
    Verdict.ACCEPTED: Outcome.SENT,
    Verdict.IGNORED: Outcome.IGNORED,
    Verdict.REFUSED: Outcome.REFUSED,
    Verdict.FAILED: Outcome.WAITING,
}


@frozen(kw_only=True)
class Progress:
    """How far an operation is; ``total`` is None while nobody knows."""

    operation: str
    done: int
    total: int | None = None


@frozen(kw_only=True)
class Context:
    """One connection: a source, an order-management system, a ledger, settings, and who is working."""

    connection: str
    source: OrderSource
    gateway: Gateway
    store: Store
    settings: ConnectionSettings
    timing: Timing
    clock: Clock
    worker: str
    in_flight: int
    on_progress: Callable[[Progress], None] = field(repr=False)
    on_alert: Callable[[Alert], None] = field(repr=False, default=lambda _: None)

    @contextmanager
    def report(self, operation: str, *, dry_run: bool = False) -> Iterator[Report]:
        """A report that knows when it began and ended and how many calls were made meanwhile."""
        report = Report(operation=operation, connection=self.connection, started_at=self.clock(), dry_run=dry_run)
        before = self.gateway.calls
        try:
            yield report
        finally:
            report.calls = self.gateway.calls - before
            report.finished_at = self.clock()

    def progress(self, operation: str, done: int, total: int | None = None) -> None:
        """Tell whoever listens."""
        self.on_progress(Progress(operation=operation, done=done, total=total))

    def until(self, now: datetime) -> datetime:
        """When a claim made now runs out."""
        return now + self.timing.lease


class Interrupted(BridgeError):
    """Somebody else's code failed; the message is fit for the report."""


@contextmanager
def plugin_fence(source: OrderSource, doing: str) -> Iterator[None]:
    """Source errors and plain faults in a plugin alike end the one thing that was being done, with one line.

    The message of an unexpected exception may quote a customer, so only its kind and place are told.

    Raises:
        Interrupted: always in place of what the plugin raised.
    """
    try:
        yield
    except SourceError as error:
        raise Interrupted(f"{source.name}: {error}") from error
    except BridgeError:
        raise
    except Exception as error:
        where = _place(error)
        log.error("fault in source %s while %s: %s at %s", source.name, doing, type(error).__name__, where)
        raise Interrupted(
            f"{source.name}: {type(error).__name__} at {where} while {doing}: a fault in the source"
        ) from error


def _place(error: Exception) -> str:
    """The line of the plugin's an error came from, also where our validators raised it; else the innermost of all."""
    lines = [(place.f_code.co_filename, number) for place, number in walk_tb(error.__traceback__)]
    theirs = [line for line in lines if not line[0].startswith((_OURS, "<"))]
    file, number = (theirs or lines)[-1]
    return f"{file}:{number}"


def fenced(source: OrderSource, items: Callable[[], Iterable[T]], doing: str) -> Iterator[T]:
    """Iterate over what a plugin gives with the fence around its code only, not around ours."""
    with plugin_fence(source, doing):
        iterator = iter(items())
    while True:
        with plugin_fence(source, doing):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item


def offer(
    source: OrderSource,
    accept: Callable[[Sequence[T]], Iterable[ItemResult]],
    items: Sequence[T],
    key: Callable[[T], str],
    doing: str,
) -> dict[str, ItemResult]:
    """Hand a batch to a source and get exactly one result for each item, whatever the source does."""
    results: dict[str, ItemResult] = {}
    missing = "the source gave no answer for it"
    try:
        with plugin_fence(source, doing):
            for result in accept(items):
                results[result.key] = result
    except Interrupted as error:
        missing = str(error)
    for item in items:
        results.setdefault(key(item), ItemResult(key=key(item), verdict=Verdict.FAILED, message=missing))
    return results


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to ``size`` items; what came before an error is handed out before the error is raised."""
    batch: list[T] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
