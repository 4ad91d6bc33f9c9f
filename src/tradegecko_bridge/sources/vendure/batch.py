"""Going through a batch so that one item never hides another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.sources.vendure.api import ShopFault

T = TypeVar("T")

PATIENCE = 3
"""Items in a row the shop may leave without an answer before the rest is not tried."""


def answer_each(items: Iterable[T], key: Callable[[T], str], act: Callable[[T], ItemResult]) -> Iterator[ItemResult]:
    """``act`` on every item; an error becomes that item's result.

    Raises:
        SourceNeedsLogin: no other item could fare better.
    """
    silences = 0
    for item in items:
        if silences == PATIENCE:
            yield not_tried(key(item))
            continue
        try:
            result = act(item)
        except (SourceRefused, SourceUnavailable) as error:
            silences = silences + 1 if is_silence(error) else 0
            yield failed(key(item), error)
        else:
            silences = 0
            yield result


def is_silence(error: Exception) -> bool:
    """Whether the shop did not answer at all, so that asking for the next item may be of no use either."""
    return isinstance(error, SourceUnavailable) and not isinstance(error, ShopFault)


def not_tried(key: str) -> ItemResult:
    """The answer for an item nobody asked the shop about, because it does not answer."""
    return ItemResult(key=key, verdict=Verdict.FAILED, message="not tried: the shop does not answer")


def failed(key: str, error: SourceRefused | SourceUnavailable) -> ItemResult:
    """An error as the answer for one item: refused for good, or failed for now."""
    verdict = Verdict.REFUSED if isinstance(error, SourceRefused) else Verdict.FAILED
    return ItemResult(key=key, verdict=verdict, message=str(error))
