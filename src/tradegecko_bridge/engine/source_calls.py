"""Calling a source: other people's code, whose failures end what was being done and nothing else."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from typing import Final, TypeVar

from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.errors import BridgeError, SourceError
from tradegecko_bridge.ports.sources import OrderSource

T = TypeVar("T")

_OWN_CODE: Final = f"{Path(__file__).parents[1]}{os.sep}"
log = logging.getLogger("tradegecko_bridge")


class SourceFailed(BridgeError):
    """A source failed, or its code is at fault; the message is fit for the report."""


@contextmanager
def guarded(source: OrderSource, doing: str) -> Iterator[None]:
    """Turn whatever a source raises into one error with one line.

    The message of an unexpected exception may quote a customer, so only its type and place are reported.

    Raises:
        SourceFailed: in place of what the source raised.
    """
    try:
        yield
    except SourceError as error:
        raise SourceFailed(f"{source.name}: {error}") from error
    except BridgeError:
        raise
    except Exception as error:
        where = _place(error)
        log.error("fault in source %s while %s: %s at %s", source.name, doing, type(error).__name__, where)
        raise SourceFailed(
            f"{source.name}: {type(error).__name__} at {where} while {doing}: a fault in the source"
        ) from error


def _place(error: Exception) -> str:
    """The line of the plugin's an error came from, also where our validators raised it; else the innermost of all."""
    lines = [(place.f_code.co_filename, number) for place, number in walk_tb(error.__traceback__)]
    theirs = [line for line in lines if not line[0].startswith((_OWN_CODE, "<"))]
    file, number = (theirs or lines)[-1]
    return f"{file}:{number}"


def iterate(source: OrderSource, items: Callable[[], Iterable[T]], doing: str) -> Iterator[T]:
    """What a source gives, with its code guarded and ours not.

    Raises:
        SourceFailed: in place of what the source raised.
    """
    with guarded(source, doing):
        iterator = iter(items())
    while True:
        with guarded(source, doing):
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
        with guarded(source, doing):
            for result in accept(items):
                results[result.key] = result
    except SourceFailed as error:
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
