"""Shipments into Vendure: one fulfilment each, never two for the same one.

A fulfilment is made in three steps: create it (``Pending``), note on the order whose it is, move it to
``Shipped``. Between any two of them the answer may be lost or we may be killed. So the order is read first, and
the fulfilment of a shipment is, in this order:

1. the one a note names; it stays ours when its tracking number changes,
2. one nobody's note names, with exactly the shipment's lines and tracking number,
3. one nobody's note names, with exactly its lines, still ``Pending`` and without a tracking number;

and only where there is none, and enough units are left, a new one. What is found is taken on from where it stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tradegecko_bridge.bounds import whole_number
from tradegecko_bridge.commerce import ItemResult, Shipment, ShippedItem, Verdict
from tradegecko_bridge.errors import SourceRefused
from tradegecko_bridge.sources.toolkit.batch import answer_each
from tradegecko_bridge.sources.toolkit.faults import ShopFault
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


class Fulfilments:
    """Records shipments in one shop."""

    def __init__(self, api: VendureApi) -> None:
        self._api = api

    def record(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment's own result, one by one as it is done."""
        return answer_each(shipments, lambda shipment: shipment.reference, self._record)

    def withdraw(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment's own result, as its fulfilment is cancelled; one that is not there is as good as cancelled."""
        return answer_each(shipments, lambda shipment: shipment.reference, self._withdraw)

    def _withdraw(self, shipment: Shipment) -> ItemResult:
        order = self._order(shipment)
        owners = named(texts(order))
        found = find(order["fulfillments"] or (), owners, shipment, quantities(shipment.items))
        if found is not None and found["state"] != CANCELLED:
            self._do(CANCEL, id=found["id"])
        return ItemResult(key=shipment.reference, verdict=Verdict.ACCEPTED)

    def _order(self, shipment: Shipment) -> Json:
        order: Json | None = self._api.ask(READ, id=shipment.order_reference)["order"]
        if order is None:
            raise SourceRefused(f"Vendure has no order with the id {shipment.order_reference}")
        return order

    def _record(self, shipment: Shipment) -> ItemResult:
        order = self._order(shipment)
        wanted = quantities(shipment.items)
        owners = named(texts(order))
        found = find(order["fulfillments"] or (), owners, shipment, wanted)
        if (found is None or found["state"] in UNSENT) and (waits := unpaid(order)):
            return ItemResult(key=shipment.reference, verdict=Verdict.FAILED, message=waits)
        if found is None:
            check_left(order, wanted)
            found = self._create(shipment, wanted)
        if str(found["id"]) not in owners:
            add_note(self._api, order["id"], f"TradeGecko shipment {shipment.reference} is fulfilment {found['id']}")
        if found["state"] in UNSENT:
            found |= {"state": self._do(SHIP, id=found["id"])["state"]}
        return self._result(order, found, shipment)

    def _create(self, shipment: Shipment, wanted: Mapping[str, int]) -> Json:
        arguments = [
            {"name": "method", "value": method(shipment)},
            {"name": "trackingCode", "value": tracking(shipment)},
        ]
        lines = [{"orderLineId": line, "quantity": quantity} for line, quantity in wanted.items()]
        return self._do(CREATE, input={"lines": lines, "handler": {"code": HANDLER, "arguments": arguments}})

    def _do(self, mutation: str, **variables: object) -> Json:
        try:
            return self._api.do(mutation, **variables)
        except Refusal as error:
            if error.code in TRANSIENT:
                raise ShopFault(str(error)) from None
            raise

    def _result(self, order: Json, found: Json, shipment: Shipment) -> ItemResult:
        if found["state"] == CANCELLED:
            raise SourceRefused(f"somebody cancelled fulfilment {found['id']} of order {order['code']} in Vendure")
        message = ""
        if tracking(shipment) not in {"", found["trackingCode"] or ""}:
            message = f"fulfilment {found['id']} keeps its tracking number; the new one is noted on the order"
            news = f"TradeGecko shipment {shipment.reference}: tracking number {tracking(shipment)}"
            if news not in texts(order):
                add_note(self._api, order["id"], news)
        return ItemResult(key=shipment.reference, verdict=Verdict.ACCEPTED, message=message)


def quantities(items: Sequence[ShippedItem]) -> Counter[str]:
    """Units by Vendure's line id; surcharges cannot be shipped there and are left out.

    Raises:
        SourceRefused: nothing to ship, or not in whole units.
    """
    wanted: Counter[str] = Counter()
    for item in items:
        if item.line_reference.startswith(SURCHARGE):
            continue
        if item.quantity != int(item.quantity) or item.quantity <= 0:
            raise SourceRefused(f"line {_called(item)}: Vendure ships whole units, not {item.quantity}")
        wanted[item.line_reference] += int(item.quantity)
    if not wanted:
        raise SourceRefused("the shipment has nothing in it that Vendure could ship")
    return wanted


def named(notes: Sequence[str]) -> dict[str, str]:
    """The shipment each fulfilment is, as far as our notes say: shipment reference by fulfilment id."""
    found = (OURS.fullmatch(note) for note in notes)
    return {match[2]: match[1] for match in found if match}


def find(
    fulfilments: Sequence[Json], owners: Mapping[str, str], shipment: Shipment, wanted: Counter[str]
) -> Json | None:
    """The fulfilment that is this shipment, by the rules in this module's docstring."""
    for one in fulfilments:
        if owners.get(str(one["id"])) == shipment.reference:
            return one
    free = [
        one
        for one in fulfilments
        if str(one["id"]) not in owners and one["state"] != CANCELLED and _contents(one) == wanted
    ]
    same = [one for one in free if (one["trackingCode"] or "") == tracking(shipment)]
    prepared = [one for one in free if one["state"] in UNSENT and not one["trackingCode"]]
    return next(iter(same + prepared), None)


def check_left(order: Json, wanted: Mapping[str, int]) -> None:
    """Vendure itself would let an open cart be shipped.

    Raises:
        SourceRefused: not placed, cancelled, a line that is not there, or more than is left of one.
    """
    if order["active"] or order["orderPlacedAt"] is None:
        raise SourceRefused(f"{order['code']} is an open cart in Vendure, nobody has placed it")
    if order["state"] == CANCELLED:
        raise SourceRefused(f"order {order['code']} is cancelled in Vendure")
    left = remaining(order)
    for line, quantity in wanted.items():
        if line not in left:
            raise SourceRefused(f"order {order['code']} has no line {line} in Vendure")
        if quantity > left[line]:
            raise SourceRefused(f"order {order['code']}, line {line}: {quantity} to ship, {left[line]} left in Vendure")


def remaining(order: Json) -> dict[str, int]:
    """Units of each line that no fulfilment has yet."""
    left = {str(line["id"]): whole_number(line["quantity"]) for line in order["lines"]}
    for one in order["fulfillments"] or ():
        if one["state"] != CANCELLED:
            for line, quantity in _contents(one).items():
                left[line] = left.get(line, 0) - quantity
    return left


def unpaid(order: Json) -> str:
    """Why this order cannot be shipped yet, blank when it can."""
    if order["state"] not in UNPAID or order["active"]:
        return ""
    return f"order {order['code']} is {order['state']} in Vendure: settle its payment there, the shipment comes again"


def method(shipment: Shipment) -> str:
    """Carrier and service, as far as known."""
    return " ".join(part for part in (shipment.carrier, shipment.service) if part)


def tracking(shipment: Shipment) -> str:
    """All tracking numbers of the shipment in Vendure's one field, blank where there is none."""
    return ", ".join(dict.fromkeys(shipment.tracking_numbers))


def _contents(fulfilment: Json) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in fulfilment["lines"]:
        counted[str(line["orderLineId"])] += whole_number(line["quantity"])
    return counted


def _called(item: ShippedItem) -> str:
    return f"{item.line_reference} ({item.sku})" if item.sku else item.line_reference
