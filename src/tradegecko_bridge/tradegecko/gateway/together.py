"""Many look-ups in one request: a filter given a list of values, in accounts that honour such lists.

Of most filters it is not documented whether they do (reference §3.7). So every request asks for two values more that
are known to be there, one before the others and one behind them, and lists newest first, so that one of these comes
last. An answer that lacks one of the two, holds what was not asked for, or does not say how many rows there are, says
nothing: then each value is asked for by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from tradegecko_bridge.errors import Rejected, Unavailable
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway.listing import chunks_by_url_length, pages
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import Kind
from tradegecko_bridge.tradegecko.records import DatedRecord

D = TypeVar("D", bound=DatedRecord)

FEWEST: Final = 4
"""Values from which on it is worth asking together."""
MOST: Final = 100
"""Values a request asks for."""
LONGEST: Final = 200
"""Characters of a value that is asked for with others."""
PARTING: Final = frozenset(",[]")
"""What a server may take for the end of one value and the beginning of the next."""


class Together:
    """Asks for many values at once; one session's, from any of its threads."""

    def __init__(self, client: TradeGeckoClient) -> None:
        self._client = client
        self._samples: dict[str, Sequence[Any]] = {}
        self._refused: set[tuple[str, str]] = set()

    def ask(
        self, kind: Kind[D], name: str, values: Collection[str], value_of: Callable[[D], str]
    ) -> Iterator[tuple[list[str], list[D]]]:
        """Some of the values each time, with all records that have one of them, whatever the case.

        Values that cannot be asked for together are left out: odd ones, the rest after an answer that says nothing.

        Raises:
            AccessDenied: login, plan or permission.
        """
        wanted = [value for value in dict.fromkeys(values) if _is_plain(value)]
        if len(wanted) < FEWEST or (kind.name, name) in self._refused:
            return
        try:
            there = self._there(kind, value_of)
            for chunk in chunks_by_url_length(wanted, name, MOST):
                found = self._listed(kind, name, chunk, there, value_of)
                if found is None:
                    break
                yield chunk, found
            else:
                return
        except (Rejected, Unavailable):
            pass
        self._refused.add((kind.name, name))

    def _there(self, kind: Kind[D], value_of: Callable[[D], str]) -> Sequence[str]:
        """Values that the oldest records of this kind have, no two alike."""
        if kind.name not in self._samples:
            self._samples[kind.name] = next(pages(self._client, kind.resource.list(order="created_at asc"))).records
        values = [value_of(record) for record in self._samples[kind.name]]
        return list({value.casefold(): value for value in values if _is_plain(value)}.values())

    def _listed(
        self, kind: Kind[D], name: str, values: Sequence[str], there: Sequence[str], value_of: Callable[[D], str]
    ) -> list[D] | None:
        """All records with one of the values; None where the answer is not to be relied on."""
        if len(there) < 2:
            return None
        asked, found = [there[0], *values, there[-1]], list[D]()
        either = {value.casefold() for value in asked}
        call = kind.resource.list(order="created_at desc").with_params(**{name: asked}, status=kind.statuses)
        for page in pages(self._client, call, whole=True):
            found += page
            if page.total is None or any(value_of(record).casefold() not in either for record in page):
                return None
        answered = {value_of(record).casefold() for record in found}
        return found if {there[0].casefold(), there[-1].casefold()} <= answered else None


def _is_plain(value: str) -> bool:
    """Whether a value is the same in a list as by itself, whoever reads it."""
    return 0 < len(value) <= LONGEST and value.isprintable() and PARTING.isdisjoint(value)
