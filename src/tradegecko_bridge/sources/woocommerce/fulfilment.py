"""Shipments into WooCommerce.

Shops from 10.2 on may have *fulfilments* switched on: parcels with lines, units and tracking numbers, in each of which
our reference is kept. A shop without them knows one thing only, that an order is completed. There our parcels are kept
in a field of the order, their numbers in the one that the common plugins for tracking read and show, and a note says
the same to people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from tradegecko_bridge.commerce import ItemResult, Shipment, Verdict
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import Json, WooApi
from tradegecko_bridge.sources.woocommerce.notes import note_once

OURS = "_tradegecko_shipments"
"""The field of an order, and of a fulfilment, that is ours."""
PLUGINS = "_wc_shipment_tracking_items"
"""The field that Shipment Tracking and Advanced Shipment Tracking share."""
SHUT = frozenset({"cancelled", "refunded", "trash"})


class _Keeps(Protocol):
    """Where a shop keeps parcels."""

    def parcels(self, order: Json) -> Sequence[tk.Parcel]: ...

    def add(self, order: Json, shipment: Shipment, contents: Mapping[str, Decimal]) -> None: ...

    def renumber(self, order: Json, parcel: tk.Parcel, shipment: Shipment) -> None: ...

    def remove(self, order: Json, parcel: tk.Parcel) -> None: ...


class Parcels:
    """Parcels of one shop.

    Args:
        with_fulfilments: whether the shop has them; None to find out.
        completed: the status of an order of which all is shipped; None leaves orders as they are.
        notify: whether the shop writes to customers where a shipment does not say.
    """

    def __init__(self, api: WooApi, *, with_fulfilments: bool | None, completed: str | None, notify: bool) -> None:
        self._api, self._with, self._completed, self._notify = api, with_fulfilments, completed, notify

    def record(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment as one parcel, and the order completed with the last."""
        for shipment, result in zip(shipments, tk.record(shipments, self), strict=True):
            if self._completed and shipment.completes_order and result.verdict is Verdict.ACCEPTED:
                yield next(tk.answer_each([(shipment, result)], lambda one: one[1].key, self._complete))
            else:
                yield result

    def withdraw(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Parcels that were not sent after all; a completed order stays so."""
        return tk.withdraw(shipments, self)

    def _complete(self, told: tuple[Shipment, ItemResult]) -> ItemResult:
        shipment, result = told
        path = f"orders/{shipment.order_reference}"
        if self._api.get(path, _fields="id,status").data["status"] not in {self._completed, *SHUT}:
            self._api.post(path, {"status": self._completed}, repeatable=True)
        return result

    # ── what the toolkit asks for ────────────────────────────────────────────────────────────

    def look(self, order_reference: str) -> tk.ShownOrder | None:
        """The order, and what is shipped of it."""
        if not order_reference.isdecimal():
            return None
        try:
            order = self._api.get(f"orders/{order_reference}").data
        except tk.NotThere:
            return None
        status = str(order["status"])
        return tk.ShownOrder(
            number=str(order.get("number") or order["id"]),
            lines={str(line["id"]): tk.number(line, "quantity") for line in order["line_items"]},
            parcels=self._keeping(order).parcels(order),
            closed=f"it is {status} in the shop" if status in SHUT else "",
            data=order,
        )

    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        """One parcel."""
        self._keeping(order.data).add(order.data, shipment, contents)

    def renumber(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> str:
        """Other tracking numbers."""
        self._keeping(order.data).renumber(order.data, parcel, shipment)
        return ""

    def remove(self, order: tk.ShownOrder, parcel: tk.Parcel) -> None:
        """One parcel fewer."""
        self._keeping(order.data).remove(order.data, parcel)

    def _keeping(self, order: Json) -> _Keeps:
        if self._with is None:
            self._with = _has_fulfilments(self._api, order)
        return Fulfilments(self._api, self._notify) if self._with else Fields(self._api, self._notify)


def _has_fulfilments(api: WooApi, order: Json) -> bool:
    try:
        api.get(f"orders/{order['id']}/fulfillments")
    except tk.NotThere:
        return False
    return True


class Fulfilments:
    """Parcels as the shop itself keeps them."""

    def __init__(self, api: WooApi, notify: bool) -> None:
        self._api, self._notify = api, notify

    def parcels(self, order: Json) -> Sequence[tk.Parcel]:
        """Those that count: drafts are not on their way, but are taken by their contents."""
        found = self._api.get(f"orders/{order['id']}/fulfillments").rows
        return [_parcel_of(one) for one in found if not one.get("date_deleted")]

    def add(self, order: Json, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        """Tell the customer if that is wanted."""
        items = [{"item_id": int(line), "qty": int(units)} for line, units in contents.items()]
        fields = {"_items": items, OURS: shipment.reference, **_numbers(shipment)}
        body = {"status": "fulfilled", "is_fulfilled": True, "meta_data": _as_meta(fields)}
        self._api.post(f"orders/{order['id']}/fulfillments", body, notify_customer=_wanted(shipment, self._notify))

    def renumber(self, order: Json, parcel: tk.Parcel, shipment: Shipment) -> None:
        """What is not sent along is taken away, so all of it is."""
        path = f"orders/{order['id']}/fulfillments/{parcel.id}"
        fields = _fields_of(self._api.get(path).data) | {OURS: shipment.reference, **_numbers(shipment)}
        body = {"status": "fulfilled", "is_fulfilled": True, "meta_data": _as_meta(fields)}
        self._api.post(path, body, repeatable=True)

    def remove(self, order: Json, parcel: tk.Parcel) -> None:
        """Its lines are left to ship again."""
        self._api.delete(f"orders/{order['id']}/fulfillments/{parcel.id}")


class Fields:
    """Parcels in fields of the order, for shops that have no place for them."""

    def __init__(self, api: WooApi, notify: bool) -> None:
        self._api, self._notify = api, notify

    def parcels(self, order: Json) -> Sequence[tk.Parcel]:
        """Ours; what others have shipped cannot be told apart by lines."""
        return [
            tk.Parcel(
                id=str(one["reference"]),
                contents={str(line["line"]): Decimal(str(line["units"])) for line in one["lines"]},
                tracking=tuple(one["tracking"]),
                reference=str(one["reference"]),
            )
            for one in _listed(order, OURS)
        ]

    def add(self, order: Json, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        """A note, once, and then the parcel itself: what is written last says that all was."""
        note_once(self._api, str(order["id"]), note_of(shipment), to_customer=_wanted(shipment, self._notify))
        lines = [{"line": line, "units": int(units)} for line, units in contents.items()]
        ours = {"reference": shipment.reference, "lines": lines, "tracking": list(shipment.tracking_numbers)}
        self._write(order, [*_listed(order, OURS), ours], shipment)

    def renumber(self, order: Json, parcel: tk.Parcel, shipment: Shipment) -> None:
        """In both fields, with another note."""
        note_once(self._api, str(order["id"]), note_of(shipment), to_customer=_wanted(shipment, self._notify))
        there = _listed(order, OURS)
        numbers = list(shipment.tracking_numbers)
        ours = [{**one, "tracking": numbers} if str(one["reference"]) == parcel.id else one for one in there]
        self._write(order, ours, shipment, instead_of=parcel)

    def remove(self, order: Json, parcel: tk.Parcel) -> None:
        """From both fields."""
        ours = [one for one in _listed(order, OURS) if str(one["reference"]) != parcel.id]
        self._write(order, ours, None, instead_of=parcel)

    def _write(
        self,
        order: Json,
        ours: Sequence[Json],
        shipment: Shipment | None,
        *,
        instead_of: tk.Parcel | None = None,
    ) -> None:
        gone = set(instead_of.tracking if instead_of else ())
        fresh = [] if shipment is None else _plugin_items(shipment)
        again = {one["tracking_number"] for one in fresh}
        kept = [one for one in _listed(order, PLUGINS) if str(one.get("tracking_number")) not in gone | again]
        self._api.post(
            f"orders/{order['id']}", {"meta_data": _as_meta({OURS: ours, PLUGINS: [*kept, *fresh]})}, repeatable=True
        )


def note_of(shipment: Shipment) -> str:
    """What people read of a shipment."""
    by = " ".join(filter(None, (shipment.carrier, shipment.service)))
    numbers = ", ".join(shipment.tracking_numbers)
    tracking = f" by {by}" if by else ""
    return f"Shipped{tracking}, tracking {numbers}" if numbers else f"Shipped{tracking} (shipment {shipment.reference})"


def _plugin_items(shipment: Shipment) -> list[Json]:
    """One for each number, as the plugins write them."""
    shipped = shipment.shipped_at
    return [
        {
            "tracking_provider": "",
            "custom_tracking_provider": shipment.carrier or "",
            "custom_tracking_link": package.tracking_url or "",
            "tracking_number": package.tracking_number,
            "date_shipped": str(_seconds(shipped)) if shipped else "",
            "tracking_id": hashlib.md5(package.tracking_number.encode(), usedforsecurity=False).hexdigest(),
        }
        for package in shipment.packages
        if package.tracking_number
    ]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _numbers(shipment: Shipment) -> Mapping[str, str]:
    """A fulfilment has one field for numbers."""
    urls = [package.tracking_url for package in shipment.packages if package.tracking_url]
    fields = {
        "_tracking_number": ", ".join(shipment.tracking_numbers),
        "_tracking_url": urls[0] if urls else "",
        "_shipment_provider": "other" if shipment.carrier else "",
        "_provider_name": shipment.carrier or "",
    }
    return {name: value for name, value in fields.items() if value}


def _parcel_of(data: Json) -> tk.Parcel:
    fields = _fields_of(data)
    numbers = str(fields.get("_tracking_number") or "").split(",")
    contents: dict[str, Decimal] = {}
    for item in fields.get("_items") or ():
        contents[str(item["item_id"])] = contents.get(str(item["item_id"]), Decimal(0)) + tk.number(item, "qty")
    return tk.Parcel(
        id=str(data["id"]),
        contents=contents,
        tracking=tuple(number.strip() for number in numbers if number.strip()),
        reference=str(fields[OURS]) if fields.get(OURS) else None,
    )


def _fields_of(data: Json) -> dict[str, Any]:
    return {str(one["key"]): one["value"] for one in data.get("meta_data") or ()}


def _listed(order: Json, field: str) -> list[Json]:
    """A list in a field of an order; PHP writes one with gaps as an object."""
    value = _fields_of(order).get(field) or ()
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [one for one in items if isinstance(one, Mapping)]


def _as_meta(fields: Mapping[str, object]) -> list[Json]:
    return [{"key": name, "value": value} for name, value in fields.items()]


def _wanted(shipment: Shipment, notify: bool) -> bool:
    return notify if shipment.notify_customer is None else shipment.notify_customer
