"""Which orders there are, and all there is of each: pages of ids by time, then the orders themselves, some at once.

How many orders fit into one question is a matter of its cost: the shop says what each answer did cost, and the next
question is as large as a thousand points allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import MOST, Json, ShopifyApi, gid, next_page, tail

FIRST_CHUNK = 5
MOST_AT_ONCE = 50


class Listing:
    """The orders of one shop."""

    def __init__(self, api: ShopifyApi, page_size: int, money: str) -> None:
        self._api, self._page_size = api, page_size
        self._details = queries.in_money(queries.DETAILS, money)
        self._rest = queries.in_money(queries.REST_OF_LINES, money)
        self._chunk = FIRST_CHUNK

    def newest(self) -> datetime | None:
        """When the order that changed last did."""
        rows = self._api.ask(queries.NEWEST)["orders"]["nodes"]
        return tk.time_of(rows[0], "updatedAt") if rows else None

    def changed(self, since: datetime | None, placed_from: datetime | None) -> Iterator[Sequence[tk.Row]]:
        """Orders that changed at a moment or later, in the order they did."""
        return self._rows([("updated_at", since), ("processed_at", placed_from)], "UPDATED_AT", "updatedAt")

    def placed(self, since: datetime) -> Iterator[Sequence[tk.Row]]:
        """Orders that were placed at a moment or later, in that order."""
        return self._rows([("processed_at", since)], "PROCESSED_AT", "processedAt")

    def named(self, name: str) -> list[tk.Row]:
        """Orders with this number, which begins with # unless the shop says otherwise, or the one with this id."""
        found = self._api.ask(queries.NAMED, query=queries.searched("name", name, f"#{name}"))["orders"]["nodes"]
        rows = [
            tk.Row(id=tail(one["id"]), at=tk.time_of(one, "updatedAt"))
            for one in found
            if one["name"] in (name, f"#{name}")
        ]
        if not rows and name.isascii() and name.isdigit():
            rows = [tk.Row(id=name, at=datetime.min.replace(tzinfo=UTC))]
        return rows

    def _rows(self, limits: Sequence[tuple[str, datetime | None]], sort: str, clock: str) -> Iterator[Sequence[tk.Row]]:
        query = search(limits) or None
        for page in self._api.pages(queries.ROWS, "orders", query=query, first=self._page_size, sort=sort):
            yield [tk.Row(id=tail(one["id"]), at=tk.time_of(one, clock)) for one in page]

    def details(self, ids: Sequence[str]) -> Mapping[str, Any]:
        """All there is of these orders, with what went wrong in the place of one; absent are those that are gone."""
        found: dict[str, Any] = {}
        rest = list(ids)
        while rest:
            some, rest = rest[: self._chunk], rest[self._chunk :]
            found |= self._some(some)
        return found

    def _some(self, ids: Sequence[str]) -> dict[str, Any]:
        try:
            nodes, cost = self._api.ask_each(self._details, "nodes", ids=[gid("Order", one) for one in ids])
        except tk.Refusal as error:
            if error.code != "MAX_COST_EXCEEDED" or len(ids) == 1:
                raise
            self._chunk = max(1, len(ids) // 2)
            return dict(self.details(ids))
        if cost:
            self._chunk = max(1, min(MOST_AT_ONCE, int(MOST // (cost / len(ids)))))
        return {one: self._whole(node) for one, node in zip(ids, nodes, strict=False) if node}

    def _whole(self, node: Any) -> Any:
        """One order with the lines that did not come with it."""
        if isinstance(node, Exception):
            return node
        try:
            if after := next_page(node["lineItems"]):
                node["lineItems"]["nodes"] += self._more_lines(node["id"], after)
        except (tk.Refusal, tk.ShopFault, LookupError, TypeError) as error:
            return error
        return node

    def _more_lines(self, id: str, after: str) -> list[Json]:
        pages = self._api.pages(self._rest, "order", "lineItems", begin=after, id=id)
        return [line for page in pages for line in page]


def search(limits: Sequence[tuple[str, datetime | None]]) -> str:
    """What is searched for: nothing before these moments, none of which has to be given."""
    return " AND ".join(f"{field}:>='{tk.stamp(at, 'seconds')}'" for field, at in limits if at is not None)
