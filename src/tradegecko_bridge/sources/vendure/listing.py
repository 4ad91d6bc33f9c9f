"""Asking the shop for orders: listings of ids and clocks, and the orders themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from tradegecko_bridge.bounds import aware_moment
from tradegecko_bridge.sources.toolkit.faults import ShopFault
from tradegecko_bridge.sources.vendure import orders
from tradegecko_bridge.sources.vendure.api import Json, Refusal, VendureApi, unreadable
from tradegecko_bridge.sources.vendure.walk import PLACED, TICK, UPDATED, Row, Window, stamp

ROWS = """
query Rows($options: OrderListOptions!){orders(options: $options){items{id orderPlacedAt updatedAt}}}"""

ORDERS = f"""
query Orders($options: OrderListOptions!){{orders(options: $options){{items{{{orders.FIELDS}}}}}}}
{orders.ADDRESS}"""

ORDER = f"query Order($id: ID!){{order(id: $id){{{orders.FIELDS}}}}}{orders.ADDRESS}"

VALIDATION = "GRAPHQL_VALIDATION_FAILED"
"""The shop does not know a field we ask for: no single order's fault."""

PLACED_ORDERS: Json = {
    "active": {"eq": False},
    "orderPlacedAt": {"isNull": False},  # drafts, and carts that were cancelled, are not active either
    "type": {"notEq": "Aggregate"},  # a marketplace's sum of the orders its sellers get
}


class Listings:
    """Lists placed orders of one shop."""

    def __init__(self, api: VendureApi) -> None:
        self._api = api

    def rows(self, window: Window) -> Sequence[Row]:
        """The orders of a window."""
        return self._list(_filter(window), {window.clock: "ASC"}, window.take)

    def named(self, name: str) -> Sequence[Row]:
        """The placed orders with this code, or else this id."""
        for field in ("code", "id"):
            if rows := self._list(PLACED_ORDERS | {field: {"eq": name}}, {}, 100):
                return rows
        return ()

    def horizon(self) -> dict[str, datetime]:
        """The newest moment each clock shows now; empty in a shop without orders."""
        newest = {clock: self._list(PLACED_ORDERS, {clock: "DESC"}, 1) for clock in (PLACED, UPDATED)}
        return {clock: row.at(clock) for clock, rows in newest.items() for row in rows}

    def details(self, ids: Collection[str]) -> Iterator[tuple[str, Json | Exception]]:
        """Each order by id, in no promised order, or what went wrong with it; absent are those that are gone."""
        options = {"filter": {"id": {"in": list(ids)}}, "take": len(ids)}
        try:
            found = self._api.ask(ORDERS, options=options)["orders"]["items"]
        except (Refusal, ShopFault) as error:
            if _is_general(error):
                raise
            yield from self._one_by_one(ids)
        else:
            yield from ((str(order["id"]), order) for order in found)

    def _one_by_one(self, ids: Collection[str]) -> Iterator[tuple[str, Json | Exception]]:
        """One order can break the shop's answer for a whole page, e.g. when its variant was deleted by hand."""
        for one in ids:
            try:
                order = self._api.ask(ORDER, id=one)["order"]
            except (Refusal, ShopFault) as error:
                yield one, error
            else:
                if order is not None:
                    yield one, order

    def _list(self, wanted: Json, sort: Json, take: int) -> list[Row]:
        options = {"filter": wanted, "sort": sort, "take": take}
        try:
            return [_row(item) for item in self._api.ask(ROWS, options=options)["orders"]["items"]]
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable("Vendure's list of orders", error) from None


def _is_general(error: Refusal | ShopFault) -> bool:
    return isinstance(error, Refusal) and error.code == VALIDATION


def _row(item: Json) -> Row:
    return Row(id=str(item["id"]), placed=aware_moment(item[PLACED]), updated=aware_moment(item[UPDATED]))


def _filter(window: Window) -> Json:
    """``after`` and ``before`` are strict; the conditions of ``_and`` come on top of those beside it."""
    conditions: list[Json] = []
    if window.since is not None:
        from_then = {window.clock: {"after": stamp(window.since - TICK)}}
        if window.known and window.beyond is not None:
            later = {window.clock: {"after": stamp(window.beyond)}}
            unknown = {"id": {"notIn": sorted(window.known)}}
            conditions.append({"_or": [later, {"_and": [from_then, unknown]}]})
        else:
            conditions.append(from_then)
    if window.placed_before is not None:
        conditions.append({PLACED: {"before": stamp(window.placed_before)}})
    return PLACED_ORDERS | ({"_and": conditions} if conditions else {})
