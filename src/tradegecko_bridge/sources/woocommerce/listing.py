"""Which orders are new or have changed, by the moment an order was modified, which moves with all that happens to it.

Three things are awkward. A zone in a date is no help: WordPress takes the date over into the shop's zone before it
compares, even with a column in UTC. So dates are sent in UTC, without a zone, and with ``dates_are_gmt``; and dates are
read from the ``_gmt`` fields, which are UTC and have no zone either. ``modified_after`` leaves the moment itself out.
And shops before WooCommerce 5.8 take ``modified_after`` and ignore it: they are asked for the latest changes first, ids
and moments only, until those are old enough. Before 4.5 there is no order by changes either: of those shops, all orders
placed within ``window`` are looked through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import SHOP, Json, WooApi

LARGEST_PAGE = 100
DECIMALS = 6
"""Of amounts: as many as WooCommerce keeps. With the two of most shops, net and tax no longer make the gross price."""
ANY: Mapping[str, object] = {"status": "any", "dp": DECIMALS}
_BRIEF = "id,date_created_gmt,date_modified_gmt"
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_LONG_AGO = "1971-01-01T00:00:00"
UNKNOWN_ORDER = "rest_invalid_param"
"""The code of a refusal to sort by something."""
REFUNDS = "_refunds"
"""Where an order carries its refunds, each as the API gives it."""


class Ability(Enum):
    """What a shop's list of orders can do, and since which version."""

    FILTERS = "5.8"
    """By the moment of the last change."""
    SORTS = "4.5"
    """By it only."""
    NEITHER = "3.5"


class Listing:
    """The list of one shop's orders."""

    def __init__(self, api: WooApi, page_size: int, window: timedelta) -> None:
        self._api, self._size, self._window = api, page_size, window
        self._ability: Ability | None = None

    # ── what the clock of changes needs ──────────────────────────────────────────────────────

    def changed_since(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        """Orders modified at a moment or later, oldest change first."""
        if self._able(certainly=since is not None) is Ability.FILTERS:
            return tk.by_time(self._page, since, SHOP)
        return tk.sorted_by_time(self._latest_first(since), since)

    def newest(self) -> datetime | None:
        """The newest change; None in an empty shop, and where it takes looking through all to know."""
        if self._ability is Ability.NEITHER:
            return None
        try:
            answer = self._api.get("orders", **ANY, orderby="modified", order="desc", per_page=1, _fields=_BRIEF)
        except tk.Refusal as error:
            if error.code != UNKNOWN_ORDER:
                raise
            self._ability = Ability.NEITHER
            return None
        rows = rows_of(answer.rows, whole=False)
        if rows:
            self._able(certainly=True)
        return rows[0].at if rows else None

    def by_id(self, ids: Sequence[str]) -> Mapping[str, Any]:
        """Orders by id, with their refunds."""
        found: dict[str, Any] = {}
        for some in tk.in_chunks([one for one in ids if one.isdecimal()], LARGEST_PAGE):
            answer = self._api.get("orders", **ANY, include=",".join(some), per_page=LARGEST_PAGE)
            found |= {str(order["id"]): self.with_refunds(order) for order in answer.rows}
        return found

    def called(self, name: str) -> Iterator[tk.Row]:
        """The order with this number, else with this id; a plugin may number them otherwise than by id."""
        name = name.strip().removeprefix("#")
        by_id = self.by_id([name]) if len(name) < _LONGEST_ID else {}
        if name and not any(_number(order) == name for order in by_id.values()):
            found = self._api.get("orders", **ANY, search=name, per_page=LARGEST_PAGE).rows
            numbered = {str(order["id"]): self.with_refunds(order) for order in found if _number(order) == name}
            by_id = numbered or by_id
        return (tk.Row(id=key, at=_EPOCH, data=order) for key, order in by_id.items())

    def with_refunds(self, order: Json) -> Any:
        """An order with what was refunded of it, line by line; what went wrong with that in its place."""
        if not order.get("refunds"):
            return order
        try:
            answer = self._api.get(f"orders/{order['id']}/refunds", dp=DECIMALS, per_page=LARGEST_PAGE)
        except tk.Refusal as error:
            return error
        return {**order, REFUNDS: answer.rows}

    # ── pages ────────────────────────────────────────────────────────────────────────────────

    def _page(self, since: datetime | None, skip: int) -> tk.Page[tk.Row]:
        """A page of a list that is filtered and sorted."""
        answer = self._api.get(
            "orders",
            **ANY,
            **filtered(since),
            orderby="modified",
            order="asc",
            per_page=self._size,
            offset=skip or None,
        )
        rows = rows_of(answer.rows, since)
        whole = [tk.Row(id=row.id, at=row.at, data=self.with_refunds(row.data)) for row in rows]
        return tk.Page(rows=whole, more=self._more(answer, skip))

    def _more(self, answer: tk.Answer, skip: int) -> bool | None:
        """Orders that nobody may see count, but do not show: a page may be short, or empty, with others behind it."""
        total = answer.headers.get("x-wp-total", "")
        return skip + self._size < int(total) if total.isdecimal() else None

    def _latest_first(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        """Ids and moments, latest change first until it is too old: what changes meanwhile comes to the front, and
        pushes others onto the next page but never off it."""
        sorts = self._able(certainly=since is not None) is Ability.SORTS
        wanted: dict[str, object] = {"orderby": "modified" if sorts else "date", "order": "desc", "_fields": _BRIEF}
        if since is not None and not sorts:  # in whatever zone: a day makes no difference to a window
            wanted["after"] = moment_as_sent(since - self._window - _DAY)
        for rows in tk.numbered(lambda page: self._numbered(page, wanted), SHOP):
            yield rows
            if sorts and since is not None and rows and min(row.at for row in rows) < since:
                return

    def _numbered(self, page: int, wanted: Mapping[str, object]) -> tk.Page[tk.Row]:
        answer = self._api.get("orders", **ANY, **wanted, per_page=LARGEST_PAGE, page=page)
        pages = answer.headers.get("x-wp-totalpages", "")
        return tk.Page(rows=rows_of(answer.rows, whole=False), more=page < int(pages) if pages.isdecimal() else None)

    # ── what the shop can do ─────────────────────────────────────────────────────────────────

    def _able(self, *, certainly: bool) -> Ability:
        """Asked for once, with a question of which the answer tells it, for nothing was modified before 1971:
        ``certainly`` where the shop has orders, since an empty one says nothing."""
        if self._ability is not None:
            return self._ability
        asked = {"modified_before": _LONG_AGO, "dates_are_gmt": True, "orderby": "modified"}
        try:
            found = self._api.get("orders", **ANY, **asked, per_page=1, _fields=_BRIEF).rows
        except tk.Refusal as error:
            if error.code != UNKNOWN_ORDER:
                raise
            self._ability = Ability.NEITHER
            return self._ability
        ability = Ability.SORTS if found else Ability.FILTERS
        if found or certainly:
            self._ability = ability
        return ability


def filtered(since: datetime | None) -> Mapping[str, object]:
    """What asks for orders modified at a moment or later."""
    if since is None:
        return {}
    return {"modified_after": moment_as_sent(since - _SECOND), "dates_are_gmt": True}


def moment_as_sent(moment: datetime) -> str:
    """In UTC and without a zone, which WordPress would take for something else."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def modified(order: Json) -> datetime | None:
    """When an order was modified, or else created; None for one that says neither, as drafts may."""
    for name in ("date_modified_gmt", "date_created_gmt"):
        if order.get(name):
            try:
                return tk.time_of(order, name, UTC)
            except MalformedData:
                continue
    return None


def rows_of(orders: Sequence[Any], since: datetime | None = None, *, whole: bool = True) -> list[tk.Row]:
    """The rows of a page; one without a moment has that of the one before it, or ``since``."""
    rows: list[tk.Row] = []
    for order in orders:
        at = modified(order) or (rows[-1].at if rows else since or _EPOCH)
        rows.append(tk.Row(id=str(order["id"]), at=at, data=order if whole else None))
    return rows


_LONGEST_ID = 19
"""Digits."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _number(order: Any) -> str:
    return str(order.get("number", "")).strip().removeprefix("#") if isinstance(order, Mapping) else ""
