"""Calling a source: other people's code, whose failures end what was being done and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from attrs import evolve

from tradegecko_bridge import foreign
from tradegecko_bridge.bounds import brief
from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.errors import BridgeError, SourceError
from tradegecko_bridge.ports.sources import HasIdentity, OrderSource
from tradegecko_bridge.visible import log

T = TypeVar("T")

_CALLERS: Final = (f"{Path(__file__).parent}{os.sep}", foreign.__file__)
"""Where a call is made that does not fit the method."""
_METHODS: Final = {
    "fetching orders": "fetch_orders",
    "fetching orders again": "fetch_since",
    "fetching returns": "fetch_returns",
    "accepting receipts": "accept_receipts",
    "accepting tracking": "accept_tracking",
    "accepting stock levels": "accept_stock",
    "accepting all stock levels": "accept_all_stock",
    "accepting products": "accept_products",
    "canceling orders": "cancel_orders",
}
"""The method behind each thing that is done; else it is fetching one order."""


class SourceFailed(BridgeError):
    """A source failed, or its code is at fault; the message is fit for the report."""


def guarded(source: OrderSource, doing: str, run: Callable[[], T]) -> T:
    """What a source gives; whatever it raises becomes one error with one line.

    The message of an unexpected exception may quote a customer, so only its type and place are reported. That of a
    call that did not fit the method quotes nothing and names the method.

    Raises:
        SourceFailed: in place of what the source raised.
    """
    return foreign.call(run, partial(_told, source, doing))


def _told(source: OrderSource, doing: str, error: Exception) -> BridgeError:
    if isinstance(error, SourceError):
        return SourceFailed(f"{source.name}: {brief(str(error))}")
    if isinstance(error, BridgeError):
        return error
    where = foreign.place_of(error)
    log.error("fault in source %s while %s: %s at %s", source.name, doing, type(error).__name__, where)
    foreign.log_calls(error)
    never_ran = isinstance(error, TypeError) and where.startswith(_CALLERS)
    what = str(error) if never_ran else f"{type(error).__name__} at {where}"
    return SourceFailed(f"{source.name}: {what} while {doing}: a fault in the source")


def identity_of(source: OrderSource) -> str:
    """What tells this source apart: by its own account, or else by its kind and name.

    Raises:
        SourceFailed: it cannot say.
    """

    def tell() -> object:
        return source.identity if isinstance(source, HasIdentity) else f"{type(source).__name__} {source.name}"

    told = guarded(source, "telling what it is", tell)
    if not isinstance(told, str) or not told.strip() or not told.isprintable():
        what = a_kind(told) if not isinstance(told, str) else "a text that is no line"
        raise SourceFailed(f"{source.name}: its identity is {what}: a fault in the source")
    return told


def iterate(source: OrderSource, items: Callable[[], Iterable[T]], doing: str) -> Iterator[T]:
    """What a source gives, with its code guarded and ours not.

    Raises:
        SourceFailed: in place of what the source raised, or because it gave nothing to go through.
    """
    method = _METHODS.get(doing, "fetch_order")
    given = guarded(source, doing, items)
    if not hasattr(given, "__iter__"):
        if isinstance(given, Coroutine):
            given.close()
        kind = "ItemResults" if method.startswith(("accept", "cancel")) else "orders"
        what = f"{method} gave {a_kind(given)}; it must give an iterable of {kind}"
        raise SourceFailed(f"{source.name}: {what}: a fault in the source")
    yield from foreign.each(given, partial(_told, source, doing))


def a_kind(value: object) -> str:
    """What kind of value it is: the value itself may quote a customer."""
    return "None" if value is None else f"a value of type {type(value).__name__}"


def offer(
    source: OrderSource,
    accept: Callable[[Sequence[T]], Iterable[object]],
    items: Sequence[T],
    key: Callable[[T], str],
    doing: str,
) -> dict[str, ItemResult]:
    """Hand a batch to a source and get exactly one result for each item and for nothing else, whatever it does."""
    results, failure = offered(source, accept, items, key, doing)
    missing = str(failure or "the source gave no answer for it")
    keys = dict.fromkeys(map(key, items))
    return {one: results.get(one) or ItemResult(key=one, verdict=Verdict.FAILED, message=missing) for one in keys}


def offered(
    source: OrderSource,
    accept: Callable[[Sequence[T]], Iterable[object]],
    items: Sequence[T],
    key: Callable[[T], str],
    doing: str,
) -> tuple[dict[str, ItemResult], SourceFailed | None]:
    """Hand a batch to a source: what it says of each item, by key, and what ended it.

    Where nothing ended it, each item has a result, and nothing else has.
    """
    results: dict[str, ItemResult] = {}
    keys = set(map(key, items))
    try:
        for result in iterate(source, lambda: accept(items), doing):
            if not isinstance(result, ItemResult):
                what = f"{_METHODS[doing]} gave {a_kind(result)} that is no ItemResult"
                raise SourceFailed(f"{source.name}: {what}: a fault in the source")
            if result.key in keys:
                results[result.key] = evolve(result, message=brief(str(result.message or "")))
    except SourceFailed as error:
        return results, error
    silent = "the source gave no answer for it"
    unanswered = {one: ItemResult(key=one, verdict=Verdict.FAILED, message=silent) for one in keys - results.keys()}
    return results | unanswered, None


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
