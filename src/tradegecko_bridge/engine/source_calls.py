"""Calling a source: other people's code, whose failures end what was being done and nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar, cast

from attrs import evolve

from tradegecko_bridge import foreign
from tradegecko_bridge.bounds import brief
from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.commerce.progress import plain_status
from tradegecko_bridge.commerce.slips import slip, sound, words_of
from tradegecko_bridge.commerce.statuses import Standing
from tradegecko_bridge.errors import BridgeError, ConfigError, SourceError
from tradegecko_bridge.ports.sources import (
    Checks,
    Closes,
    HandedOver,
    HasIdentity,
    HasStatusWords,
    OrderSource,
    TakesEarliest,
)
from tradegecko_bridge.visible import log

T = TypeVar("T")

_CALLERS: Final = (f"{Path(__file__).parent}{os.sep}", foreign.__file__)
"""Where a call is made that does not fit the method."""
_STANDINGS: Final = frozenset(Standing)
_METHODS: Final = {
    "fetching orders": "fetch_orders",
    "fetching orders again": "fetch_since",
    "fetching returns": "fetch_returns",
    "accepting receipts": "accept_receipts",
    "accepting tracking": "accept_tracking",
    "accepting stock levels": "accept_stock",
    "giving its stock levels": "fetch_stock",
    "accepting all stock levels": "accept_all_stock",
    "accepting products": "accept_products",
    "canceling orders": "cancel_orders",
    "withdrawing tracking": "withdraw_tracking",
    "naming its stock locations": "stock_locations",
}
"""The method behind each thing that is done; else it is fetching one order."""
_GIVES: Final = {"fetch_stock": "StockLevels", "fetch_returns": "OrderReturns", "stock_locations": "texts"}
_ANSWERS: Final = 1_000
"""So many more answers than items are read, at most: a source may go on without end."""


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
        return SourceFailed(f"{source.name}: {brief(words_of(error))}")
    if isinstance(error, BridgeError):
        return error
    where = foreign.place_of(error)
    log.error("fault in source %s while %s: %s", source.name, doing, slip(error))
    foreign.log_calls(error)
    never_ran = isinstance(error, TypeError) and where.startswith(_CALLERS)
    what = str(error) if never_ran else slip(error)
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


def gives_what_is_handed_over(source: OrderSource) -> bool:
    """Whether somebody has handed each order over to be sent; a source that cannot say so does not."""
    try:
        told = guarded(
            source,
            "telling whether its orders are handed over",
            lambda: isinstance(source, HandedOver) and source.handed_over,
        )
    except SourceFailed:
        return False
    return told is True


def status_words(source: OrderSource, own: Mapping[str, Standing]) -> dict[str, Standing]:
    """What the source's own words for statuses mean; those of the settings, ``own``, come first.

    Raises:
        ConfigError: what the source says of its words makes no sense.
    """

    def tell() -> object:
        return dict(source.status_words) if isinstance(source, HasStatusWords) else {}

    words: dict[str, Standing] = {}
    told = foreign.call(tell, partial(_wordless, source))
    for word, standing in (*cast("dict[object, object]", told).items(), *own.items()):
        if not isinstance(word, str) or standing not in _STANDINGS:
            listed = ", ".join(map(repr, sorted(_STANDINGS)))
            raise ConfigError(f"source {source.name}: its status_words must be texts, each with one of {listed}")
        words[plain_status(word)] = Standing(str(standing))
    return words


def _wordless(source: OrderSource, error: Exception) -> BridgeError:
    return ConfigError(f"source {source.name} cannot say its status_words: {slip(error)}")


def start_from(source: OrderSource, moment: datetime | None) -> None:
    """Tell a source that wants to know it from when on its orders are wanted, in UTC; None: from the beginning.

    Raises:
        SourceFailed: in place of what the source raised.
    """
    if isinstance(source, TakesEarliest):
        guarded(source, "taking the earliest date", lambda: source.start_from(moment and moment.astimezone(UTC)))


def check(source: OrderSource) -> None:
    """Have a source that can say so say whether its orders can be fetched now.

    Raises:
        SourceFailed: they cannot, and why.
    """
    if isinstance(source, Checks):
        guarded(source, "checking", source.check)


def close(source: OrderSource) -> None:
    """Let go of what a source has opened, if it can.

    Raises:
        SourceFailed: in place of what the source raised.
    """
    if isinstance(source, Closes):
        guarded(source, "closing", source.close)


def iterate(source: OrderSource, items: Callable[[], Iterable[T]], doing: str) -> Iterator[T]:
    """What a source gives, with its code guarded and ours not.

    Raises:
        SourceFailed: in place of what the source raised, or because it gave nothing to go through.
    """
    given = gathered(source, items, doing)
    yield from foreign.each(given, partial(_told, source, doing))


def placed(source: OrderSource, items: Callable[[], Iterable[T]], doing: str) -> Iterator[tuple[T, Callable[[], str]]]:
    """The same; with each item what tells the line of the source's at which it was given.

    Raises:
        SourceFailed: as :func:`iterate`.
    """
    given = gathered(source, items, doing)
    place = partial(_line, source, given, doing)
    for item in foreign.each(given, partial(_told, source, doing)):
        yield item, place


def gathered(source: OrderSource, items: Callable[[], Iterable[T]], doing: str) -> Iterable[T]:
    """What a method of the source gives, to be gone through.

    Raises:
        SourceFailed: in place of what it raised, or because that is nothing to go through.
    """
    given = guarded(source, doing, items)
    if guarded(source, doing, lambda: not hasattr(given, "__iter__") or isinstance(given, str | bytes)):
        if isinstance(given, Coroutine):
            given.close()
        method = _method(doing)
        kind = "ItemResults" if method.startswith(("accept", "cancel", "withdraw")) else _GIVES.get(method, "orders")
        what = f"{method} gave {a_kind(given)}; it must give an iterable of {kind}"
        raise SourceFailed(f"{source.name}: {what}: a fault in the source")
    return given


def _method(doing: str) -> str:
    return _METHODS.get(doing, "fetch_order")


def _line(source: OrderSource, given: object, doing: str) -> str:
    """Where a generator of the source's stands; where it gave something else, its method; blank where nothing tells."""
    code = getattr(getattr(type(source), _method(doing), None), "__code__", None)
    return foreign.line_of(given) or (f"{code.co_filename}:{code.co_firstlineno}" if code else "")


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
        for number, result in enumerate(iterate(source, lambda: accept(items), doing)):
            if number > len(items) + _ANSWERS:
                raise SourceFailed(f"{source.name}: {_METHODS[doing]} gave answers without end: a fault in the source")
            answer = _answer(source, result, doing)
            if answer.key in keys:
                results[answer.key] = evolve(answer, message=brief(answer.message))
    except SourceFailed as error:
        return results, error
    silent = "the source gave no answer for it"
    unanswered = {one: ItemResult(key=one, verdict=Verdict.FAILED, message=silent) for one in keys - results.keys()}
    return results | unanswered, None


def _answer(source: OrderSource, result: object, doing: str) -> ItemResult:
    """A result as its constructor makes it.

    Raises:
        SourceFailed: it is none, or one of its fields holds something else.
    """
    what = f"{a_kind(result)} that is no ItemResult"
    if issubclass(type(result), ItemResult):
        answer = sound(result, ItemResult)
        if isinstance(answer, ItemResult):
            return answer
        what = f"an ItemResult whose {'; '.join(answer)}"
    raise SourceFailed(f"{source.name}: {_METHODS[doing]} gave {what}: a fault in the source")


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
