"""Many look-ups in one request: a filter given a list of values, in accounts that honour such lists.

Of most filters it is not documented whether they do (reference §3.7). So every request asks for two values more that
are known to be there, one before the others and one behind them. An answer that lacks one of the two, or holds what was
not asked for, says nothing: then each value is asked for by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from tradegecko_bridge.errors import Unavailable
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway.listing import chunks_by_url_length, pages
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import Kind
from tradegecko_bridge.tradegecko.records import DatedRecord

D = TypeVar("D", bound=DatedRecord)

FEWEST: Final = 3
"""Values from which on it is worth asking together."""
MOST: Final = 100
"""Values a request asks for."""
SAMPLE: Final = 20
"""Records that are listed to find two values that are there."""


class Together:
    """Asks for many values at once; one run's."""

    def __init__(self, client: TradeGeckoClient) -> None:
        self._client = client
        self._samples: dict[str, list[Any]] = {}
        self._refused: set[tuple[str, str]] = set()

    def ask(
        self, kind: Kind[D], name: str, values: Collection[str], value_of: Callable[[D], str]
    ) -> Iterator[tuple[list[str], list[D]]]:
        """Some of the values each time, with all records that have one of them, whatever the case.

        Values that cannot be asked for together are left out: all of them, or the rest.

        Raises:
            AccessDenied: login, plan or permission.
        """
        wanted = [value for value in dict.fromkeys(values) if value]
        if len(wanted) < FEWEST or (kind.name, name) in self._refused:
            return
        try:
            there = self._there(kind, value_of)
            for chunk in chunks_by_url_length(wanted, name, MOST) if there else ():
                found = self._listed(kind, name, (there[0], *chunk, there[-1]), value_of)
                if found is None:
                    break
                yield chunk, found
            else:
                return
        except Unavailable:
            pass
        self._refused.add((kind.name, name))

    def _there(self, kind: Kind[D], value_of: Callable[[D], str]) -> Sequence[str]:
        """Two values that records of this kind have; none where there are no two."""
        if kind.name not in self._samples:
            self._samples[kind.name] = list(next(pages(self._client, kind.resource.list(limit=SAMPLE))))
        values = {value_of(record).casefold(): value_of(record) for record in self._samples[kind.name]}
        first, *others = [value for value in values.values() if value] or [""]
        return (first, others[-1]) if others else ()

    def _listed(self, kind: Kind[D], name: str, values: Sequence[str], value_of: Callable[[D], str]) -> list[D] | None:
        """All records with one of the values; None where the answer is not to be relied on."""
        asked, found = {value.casefold() for value in values}, list[D]()
        call = kind.resource.list().with_params(**{name: values}, status=kind.statuses)
        for page in pages(self._client, call, whole=True):
            found += page
            if any(value_of(record).casefold() not in asked for record in page):
                return None
        answered = {value_of(record).casefold() for record in found}
        return found if {values[0].casefold(), values[-1].casefold()} <= answered else None
