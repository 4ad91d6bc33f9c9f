"""Which orders the account has: by number, by marker, by id, and what has changed of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from tradegecko_bridge.commerce.remote import (
    ChangedOrders,
    RemoteOrder,
)
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.gateway import (
    order_changes,
    record_names,
    translate,
)
from tradegecko_bridge.tradegecko.gateway.listing import changes, pages
from tradegecko_bridge.tradegecko.gateway.marks import marker_of
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    ADDRESSES,
    COMPANIES,
    ORDERS,
)
from tradegecko_bridge.tradegecko.gateway.reader import Marked, Reader

IDS_A_CALL: Final = 200


class Orders(Reader):
    """Orders as they are now."""

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        """By ``order_number``, compared again here: the API's filter may match partially (reference §8). And by the ids
        that the mirror knows for the marker."""
        number = number.strip()
        rows = self._list(resources.ORDERS, order_number=number, status=ORDERS.statuses)
        found = {str(order.id): order for order in rows if (order.order_number or "").strip() == number}
        marked = {row.id for row in self._mirror.last_known(ORDERS, "mark", [marker])} if marker else set[str]()
        found |= {str(order.id): order for order in self._by_ids(ORDERS, marked - found.keys())}
        if marker and any(marker_of(order) == marker and id_ not in marked for id_, order in found.items()):
            self._mirror.look_again(COMPANIES, ADDRESSES)  # it brought its customer along, whatever its answer was
        return self._noted(marker, [translate.remote_order(order) for order in found.values()])

    def _noted(self, marker: str, orders: Sequence[RemoteOrder]) -> Sequence[RemoteOrder]:
        """These orders, after a look whether more than one of them is ours and alive."""
        alive = [order for order in orders if marker and order.marker == marker and not order.gone]
        if len(alive) > 1:
            self._twice[marker] = alive
        return orders

    def find_marked(self, marker: str, *, since: datetime, as_of: datetime) -> Sequence[RemoteOrder]:
        """From the mirror, or from a list of what has changed since: there is no filter by ``source_url``."""
        rows = self._mirror.find(ORDERS, "mark", [marker], as_of=as_of)
        if rows is None:
            return self._noted(marker, self._listed_since(since, as_of).get(marker, []))
        found = self._by_ids(ORDERS, {row.id for row in rows})
        return self._noted(marker, [translate.remote_order(order) for order in found if marker_of(order) == marker])

    def _listed_since(self, since: datetime, as_of: datetime) -> Mapping[str, Sequence[RemoteOrder]]:
        """Our orders that have changed since, by marker; listed once a session, unless that is not recent enough."""
        if self._marked is None or self._marked.since > since or self._marked.at < as_of:
            at, orders = self._clock(), dict[str, dict[str, RemoteOrder]]()
            for order in chain.from_iterable(changes(self._client, ORDERS.call_at, since)):
                if marker := marker_of(order):
                    orders.setdefault(marker, {})[str(order.id)] = translate.remote_order(order)
            by_marker = {marker: list(found.values()) for marker, found in orders.items()}
            self._marked = Marked(since=since, at=at, orders=by_marker)
        return self._marked.orders

    def doubles(self) -> Mapping[str, Sequence[RemoteOrder]]:
        """By what was looked up, and by the mirror, which sees every order that has changed, in whatever session."""
        shared = self._mirror.shared(ORDERS)
        return self._twice | {
            marker: [RemoteOrder(id=row.id, number="".join(row.values("number")), marker=marker) for row in rows]
            for marker, rows in shared.items()
        }

    def orders_by_id(self, ids: Collection[str]) -> Sequence[RemoteOrder]:
        """Two hundred a call (reference §3.7)."""
        known = [int(id_) for id_ in ids if id_.isdecimal() and len(id_) <= record_names.LONGEST_ID]
        found: list[records.Order] = []
        for start in range(0, len(known), IDS_A_CALL):
            call = resources.ORDERS.list(ids=known[start : start + IDS_A_CALL], status=ORDERS.statuses)
            found += chain.from_iterable(pages(self._normal, call))
        return [translate.remote_order(order) for order in found]

    def orders_since(self, moment: datetime | None) -> Iterable[RemoteOrder]:
        """Page by page, at the pace of the rate limit."""
        for page in changes(self._bulk, ORDERS.call_at, moment):
            yield from map(translate.remote_order, page)

    def changed_orders(self, cursor: str | None) -> ChangedOrders:
        """One list by ``updated_at_min``, as a rule of one page, which the mirror then need not read."""
        mirror = self._mirror
        return order_changes.changed_orders(self._normal, cursor, mirror)
