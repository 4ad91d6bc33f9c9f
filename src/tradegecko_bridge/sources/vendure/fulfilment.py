"""Shipments into Vendure: one fulfilment each, never two for the same one.

A fulfilment is made in three steps: create it (``Pending``), note on the order whose it is, move it to
``Shipped``. Between any two of them the answer may be lost or we may be killed: what is found is taken on from where
it stands, by the rules of the toolkit. A fulfilment keeps the one tracking number it was made with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import evolve

from tradegecko_bridge.bounds import whole_number
from tradegecko_bridge.commerce import ItemResult, Package, Shipment
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.vendure.api import Json, Refusal, VendureApi
from tradegecko_bridge.sources.vendure.notes import NOTES, add_note, texts
from tradegecko_bridge.sources.vendure.orders import CANCELLED, SURCHARGE

READ = f"""
query Shipped($id: ID!){{order(id: $id){{
  id code state active orderPlacedAt lines{{id quantity}}
  fulfillments{{id state method trackingCode lines{{orderLineId quantity}}}}
  {NOTES}
}}}}"""

CREATE = """
mutation Fulfil($input: FulfillOrderInput!){addFulfillmentToOrder(input: $input){
  __typename ... on Fulfillment{id state method trackingCode lines{orderLineId quantity}}
  ... on ErrorResult{errorCode message}
}}"""

SHIP = """
mutation Ship($id: ID!){transitionFulfillmentToState(id: $id, state: "Shipped"){
  __typename ... on Fulfillment{id state} ... on FulfillmentStateTransitionError{errorCode message transitionError}
}}"""

CANCEL = """
mutation TakeBack($id: ID!){transitionFulfillmentToState(id: $id, state: "Cancelled"){
  __typename ... on Fulfillment{id state} ... on FulfillmentStateTransitionError{errorCode message transitionError}
}}"""

HANDLER = "manual-fulfillment"
UNSENT = frozenset({"Created", "Pending"})
UNPAID = frozenset({"PaymentAuthorized", "ArrangingAdditionalPayment", "Modifying"})
"""States in which Vendure would take a shipment but never again move the order to Shipped."""

TRANSIENT = frozenset({"INSUFFICIENT_STOCK_ON_HAND_ERROR", "FULFILLMENT_STATE_TRANSITION_ERROR"})
"""Refusals that may be gone next time: stock arrives, a fulfilment somebody else just shipped is seen as shipped."""

OURS = re.compile(r"TradeGecko shipment (.+) is fulfilment (\S+)")
TAKEN_BACK = "TradeGecko takes fulfilment {} back"
"""Noted before it is cancelled: what a person cancelled is not made again, what we did may be."""


class Fulfilments:
    """What one shop can do with parcels."""

    def __init__(self, api: VendureApi) -> None:
        self._api = api

    def record(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment's own result, one by one as it is done."""
        return tk.record(map(as_vendure, shipments), self, adopts_sent=False)

    def withdraw(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment's own result, as its fulfilment is cancelled; one that is not there is as good as cancelled."""
        return tk.withdraw(map(as_vendure, shipments), self)

    def look(self, order_reference: str) -> tk.ShownOrder | None:
        """The order, with its fulfilments and whose they are."""
        order: Json | None = self._api.ask(READ, id=order_reference)["order"]
        return None if order is None else shown(order)

    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> tk.Parcel:  # noqa: ARG002
        """A fulfilment, to be noted and shipped."""
        arguments = [
            {"name": "method", "value": " ".join(part for part in (shipment.carrier, shipment.service) if part)},
            {"name": "trackingCode", "value": "".join(shipment.tracking_numbers)},
        ]
        lines = [{"orderLineId": line, "quantity": int(units)} for line, units in contents.items()]
        made = self._do(CREATE, input={"lines": lines, "handler": {"code": HANDLER, "arguments": arguments}})
        return _parcel(made, {}, ())

    def mark(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> None:
        """Note on the order whose fulfilment it is."""
        self._note(order, f"TradeGecko shipment {shipment.reference} is fulfilment {parcel.id}")

    def send(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> str:
        """The fulfilment has left."""
        self._do(SHIP, id=parcel.id)
        is_told = set(shipment.tracking_numbers) <= set(parcel.tracking)
        return "" if is_told else self.renumber(order, parcel, shipment)

    def renumber(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> str:
        """A note on the order, once."""
        news = f"TradeGecko shipment {shipment.reference}: tracking number {''.join(shipment.tracking_numbers)}"
        self._note(order, news)
        return f"fulfilment {parcel.id} keeps its tracking number; the new one is noted on the order"

    def remove(self, order: tk.ShownOrder, parcel: tk.Parcel) -> None:
        """Cancel the fulfilment."""
        self._note(order, TAKEN_BACK.format(parcel.id))
        self._do(CANCEL, id=parcel.id)

    def _note(self, order: tk.ShownOrder, text: str) -> None:
        if text not in texts(order.data):
            add_note(self._api, order.data["id"], text)

    def _do(self, mutation: str, **variables: object) -> Json:
        try:
            return self._api.do(mutation, **variables)
        except Refusal as error:
            if error.code in TRANSIENT:
                raise tk.ShopFault(str(error)) from None
            raise


def as_vendure(shipment: Shipment) -> Shipment:
    """A shipment as Vendure can have it: without surcharges, which cannot be shipped there, and all tracking numbers in
    one field."""
    numbers = ", ".join(dict.fromkeys(shipment.tracking_numbers))
    return evolve(
        shipment,
        items=tuple(item for item in shipment.items if not item.line_reference.startswith(SURCHARGE)),
        packages=(Package(tracking_number=numbers),) if numbers else (),
    )


def shown(order: Json) -> tk.ShownOrder:
    """An order as it was read."""
    notes = texts(order)
    owners = {match[2]: match[1] for match in map(OURS.fullmatch, notes) if match}
    return tk.ShownOrder(
        number=str(order["code"]),
        lines={str(line["id"]): Decimal(whole_number(line["quantity"])) for line in order["lines"]},
        parcels=[_parcel(one, owners, notes) for one in order["fulfillments"] or ()],
        closed=_closed(order),
        waits=_waits(order),
        data=order,
    )


def _parcel(fulfilment: Json, owners: Mapping[str, str], notes: Sequence[str]) -> tk.Parcel:
    contents: Counter[str] = Counter()
    for line in fulfilment["lines"]:
        contents[str(line["orderLineId"])] += whole_number(line["quantity"])
    id_, state, number = str(fulfilment["id"]), fulfilment["state"], fulfilment["trackingCode"]
    is_canceled = state == CANCELLED
    return tk.Parcel(
        id=id_,
        contents={line: Decimal(units) for line, units in contents.items()},
        tracking=(str(number),) if number else (),
        reference=None if is_canceled and TAKEN_BACK.format(id_) in notes else owners.get(id_),
        sent=state not in UNSENT,
        canceled=is_canceled,
    )


def _closed(order: Json) -> str:
    """Why it cannot be shipped. Vendure itself would let an open cart be."""
    if order["active"] or order["orderPlacedAt"] is None:
        return "it is an open cart in Vendure, nobody has placed it"
    return "it is cancelled in Vendure" if order["state"] == CANCELLED else ""


def _waits(order: Json) -> str:
    """Why it cannot be shipped yet."""
    if order["state"] not in UNPAID or order["active"]:
        return ""
    return f"it is {order['state']} in Vendure: settle its payment there, the shipment comes again"
