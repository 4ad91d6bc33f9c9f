"""Shipments into Medusa: one fulfilment each, which is made first and shipped with a second request.

The fulfilment carries our reference in its metadata from the moment it is made, so that a run that ended between the
two requests is taken up again. Medusa does not change the labels of a shipment, and has no field for the carrier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import Package, Shipment
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.medusa.orders import CANCELED, Json, number_of

OURS = "tradegecko_shipment"
ZERO = Decimal(0)

LOOK = ",".join(
    (
        "id,display_id,custom_display_id,status,is_draft_order,items.id,items.detail.quantity",
        "items.detail.fulfilled_quantity,items.variant.inventory_items.inventory_item_id",
        "items.variant.inventory_items.required_quantity",
        "fulfillments.id,fulfillments.metadata,fulfillments.shipped_at,fulfillments.canceled_at",
        "fulfillments.items.line_item_id,fulfillments.items.inventory_item_id,fulfillments.items.quantity",
        "fulfillments.labels.tracking_number",
    )
)


class Fulfilments:
    """What Medusa can do with parcels. ``location``: the id of the one that ships; None is Medusa's choice."""

    def __init__(self, client: tk.ShopClient, location: str | None) -> None:
        self._client = client
        self._location = location

    def look(self, order_reference: str) -> tk.ShownOrder | None:
        """The order, and what is fulfilled of it."""
        try:
            order = self._client.get(f"admin/orders/{order_reference}", fields=LOOK).data["order"]
        except tk.NotThere:
            return None
        parcels = [_parcel(one, _per_line(order)) for one in order["fulfillments"]]
        return tk.ShownOrder(
            number=number_of(order), lines=_lines(order, parcels), parcels=parcels, closed=_closed(order), data=order
        )

    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> tk.Parcel | None:
        """A fulfilment, to be shipped."""
        said = {OURS: shipment.reference, "carrier": shipment.carrier, "service": shipment.service}
        body = {
            "items": _items(contents),
            "metadata": {name: value for name, value in said.items() if value},
            **({"location_id": self._location} if self._location else {}),
            **_notice(shipment),
        }
        path = f"admin/orders/{order.data['id']}/fulfillments"
        params = {"fields": "id,fulfillments.id,fulfillments.metadata"}
        answer = self._client.request("POST", path, params=params, body=body)
        made = [one["id"] for one in answer.data["order"]["fulfillments"] if _owner(one) == shipment.reference]
        if not made:
            raise tk.AnswerLost("Medusa shows no fulfilment after one was made: it is looked for again")
        return tk.Parcel(id=made[-1], contents=contents, reference=shipment.reference, sent=False)

    def send(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> None:
        """The fulfilment has left."""
        labels = [_label(one) for one in shipment.packages if one.tracking_number]
        body = {"items": _items(parcel.contents), "labels": labels, **_notice(shipment)}
        self._client.post(f"admin/orders/{order.data['id']}/fulfillments/{parcel.id}/shipments", body)

    def renumber(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> str:
        """A note on the order: Medusa keeps the labels of what was shipped."""
        numbers = ", ".join(shipment.tracking_numbers)
        note = {f"tradegecko_tracking_{shipment.reference}": numbers}
        self._client.post(f"admin/orders/{order.data['id']}", {"metadata": note}, repeatable=True)
        return f"Medusa keeps the tracking number of fulfilment {parcel.id}; the new one is in the order's metadata"


def _per_line(order: Json) -> dict[tuple[str, str], Decimal]:
    """How many units of an inventory item one unit of a line is, where it is not one: kits are several items."""
    return {
        (str(line["id"]), str(item["inventory_item_id"])): tk.number(item, "required_quantity")
        for line in order["items"]
        for item in (line.get("variant") or {}).get("inventory_items") or ()
    }


def _parcel(data: Json, per_line: Mapping[tuple[str, str], Decimal]) -> tk.Parcel:
    contents: dict[str, Decimal] = defaultdict(Decimal)
    for item in data["items"]:
        line, units = str(item["line_item_id"]), tk.number(item, "quantity")
        # each item of a kit tells the same number of kits
        contents[line] = max(contents[line], units / (per_line.get((line, str(item["inventory_item_id"]))) or 1))
    return tk.Parcel(
        id=str(data["id"]),
        contents=dict(contents),
        tracking=tuple(str(one["tracking_number"]) for one in data["labels"] or () if one["tracking_number"]),
        reference=_owner(data),
        sent=bool(data["shipped_at"]),
        canceled=bool(data["canceled_at"]),
    )


def _lines(order: Json, parcels: list[tk.Parcel]) -> dict[str, Decimal]:
    """Units by line, so that what is left is what Medusa itself counts as not fulfilled."""
    shown: dict[str, Decimal] = defaultdict(Decimal)
    for parcel in parcels:
        for line, units in parcel.contents.items() if not parcel.canceled else ():
            shown[line] += units
    return {
        str(line["id"]): tk.number(line["detail"], "quantity")
        - tk.number(line["detail"], "fulfilled_quantity")
        + shown[str(line["id"])]
        for line in order["items"]
    }


def _closed(order: Json) -> str:
    if order["is_draft_order"]:
        return "it is a draft in Medusa"
    return "it is canceled in Medusa" if order["status"] == CANCELED else ""


def _owner(fulfilment: Json) -> str | None:
    return (fulfilment["metadata"] or {}).get(OURS)


def _items(contents: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    return [
        {"id": line, "quantity": int(units) if units == units.to_integral_value() else float(units)}
        for line, units in contents.items()
    ]


def _label(package: Package) -> dict[str, str]:
    url = package.tracking_url or ""
    web = url if url.startswith(("https://", "http://")) else ""
    return {"tracking_number": package.tracking_number or "", "tracking_url": web, "label_url": ""}


def _notice(shipment: Shipment) -> dict[str, bool]:
    return {} if shipment.notify_customer is None else {"no_notification": not shipment.notify_customer}
