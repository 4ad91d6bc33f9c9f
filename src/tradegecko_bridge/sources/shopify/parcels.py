"""Shipments into Shopify: fulfilments of its fulfilment orders, each shipment once.

Shopify divides an order by location into fulfilment orders, and takes a fulfilment of one location only. A shipment
that holds goods of several becomes one fulfilment for each, with the same tracking numbers: together they are its
parcel.

Shopify keeps no reference with a fulfilment, so we keep them in a metafield of the order: which fulfilments are which
shipment. Where a shipment takes several it says beforehand what they will hold, so that one that was begun is finished,
and not begun again.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import evolve, field, frozen

from tradegecko_bridge.bounds import parse_json
from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import Json, ShopifyApi, gid, next_page, tail
from tradegecko_bridge.sources.toolkit.faults import one_line

NAMESPACE = "tradegecko_bridge"
SHIPMENTS = "shipments"
DEAD = frozenset({"CANCELLED", "ERROR", "FAILURE"})
_OPEN = "CREATE_FULFILLMENT"
_GONE = frozenset({"CANCELLED", "CLOSED"})


@frozen(kw_only=True)
class Told:
    """What the order's metafield says of one shipment: its fulfilments and, where there are to be several, units by
    line of all of them."""

    ids: tuple[str, ...] = ()
    units: Mapping[str, int] = {}


@frozen(kw_only=True)
class Shelf:
    """Units of one line that one fulfilment order has left."""

    fulfilment_order: str
    item: str
    line: str
    location: str
    units: int
    closed: str


@frozen
class Looked:
    """An order as it was looked at. ``begun``: fulfilments of shipments that are not finished."""

    id: str
    told: dict[str, Told]
    shelves: Sequence[Shelf] = field(repr=False)
    begun: Sequence[tk.Parcel]


class ShopifyParcels:
    """What Shopify can do with parcels."""

    def __init__(self, api: ShopifyApi, *, notify: bool) -> None:
        self._api, self._notify = api, notify

    def look(self, order_reference: str) -> tk.ShownOrder | None:
        """The order, what is shipped of it, and what is left where."""
        try:
            whole = gid("Order", order_reference)
        except tk.NotThere:
            return None
        order = self._api.ask(queries.LOOK, id=whole, namespace=NAMESPACE, key=SHIPMENTS)["order"]
        if order is None:
            return None
        told, shelves = read_told(order["metafield"]), list(self._shelves(whole))
        parcels, begun = _joined(list(_fulfilments(self._api, order)), told)
        lines: Counter[str] = Counter()
        for shelf in shelves:
            lines[shelf.line] += shelf.units
        for parcel in (*parcels, *begun):
            for line, units in parcel.contents.items():
                lines[line] += int(units)
        return tk.ShownOrder(
            number=order["name"],
            lines={line: Decimal(units) for line, units in lines.items()},
            parcels=parcels,
            closed="it is canceled at Shopify" if order["cancelledAt"] else "",
            data=Looked(whole, told, shelves, begun),
        )

    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        """One fulfilment for each location that its goods are assigned to."""
        looked: Looked = order.data
        left = {line: int(units) for line, units in contents.items()}
        mine = _adopted(looked.begun, shipment, looked.told.get(shipment.reference, Told()), left)
        parts = _by_location(looked.shelves, left, order.number)
        told = Told(ids=tuple(mine))
        if len(parts) + len(mine) > 1:
            told = evolve(told, units={line: int(units) for line, units in contents.items()})
            self._tell(looked, shipment.reference, told)
        for part in parts:
            told = evolve(told, ids=(*told.ids, self._ship(part, shipment)))
            self._tell(looked, shipment.reference, told)

    def renumber(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> str:
        """Other tracking numbers."""
        ids = tuple(parcel.id.split())
        for one in ids:
            self._api.do(
                queries.RENUMBER,
                repeatable=True,
                id=gid("Fulfillment", one),
                tracking=tracking_of(shipment),
                notify=self._tells_customer(shipment),
            )
        if parcel.reference is None:
            self._tell(order.data, shipment.reference, Told(ids=ids))
        return ""

    def remove(self, order: tk.ShownOrder, parcel: tk.Parcel) -> None:
        """Its fulfilments are canceled; Shopify makes new fulfilment orders of what they held."""
        looked: Looked = order.data
        if parcel.reference in looked.told:
            self._write(looked.id, {ref: told for ref, told in looked.told.items() if ref != parcel.reference})
        for one in parcel.id.split():
            self._api.do(queries.TAKE_BACK, repeatable=True, id=gid("Fulfillment", one))

    def _tells_customer(self, shipment: Shipment) -> bool:
        return self._notify if shipment.notify_customer is None else shipment.notify_customer

    def _ship(self, part: Sequence[tuple[Shelf, int]], shipment: Shipment) -> str:
        items: dict[str, list[Json]] = defaultdict(list)
        for shelf, units in part:
            items[shelf.fulfilment_order].append({"id": shelf.item, "quantity": units})
        fulfilment = {
            "lineItemsByFulfillmentOrder": [
                {"fulfillmentOrderId": one, "fulfillmentOrderLineItems": some} for one, some in items.items()
            ],
            "notifyCustomer": self._tells_customer(shipment),
        }
        if tracking := tracking_of(shipment):
            fulfilment["trackingInfo"] = tracking
        return tail(self._api.do(queries.SHIP, fulfillment=fulfilment)["fulfillment"]["id"])

    def _tell(self, looked: Looked, reference: str, told: Told) -> None:
        self._write(looked.id, {**looked.told, reference: told})
        looked.told[reference] = told

    def _write(self, id: str, told: Mapping[str, Told]) -> None:
        value = json.dumps(
            {ref: {"ids": one.ids, **({"units": one.units} if one.units else {})} for ref, one in told.items()}
        )
        row = {"ownerId": id, "namespace": NAMESPACE, "key": SHIPMENTS, "type": "json", "value": value}
        self._api.do(queries.NOTE, repeatable=True, metafields=[row])

    def _shelves(self, id: str) -> Iterator[Shelf]:
        for some in self._api.pages(queries.TO_SHIP, "order", "fulfillmentOrders", id=id):
            for one in some:
                if one["status"] not in _GONE:
                    yield from self._shelves_of(one)

    def _shelves_of(self, one: Json) -> Iterator[Shelf]:
        closed = why_not(one)
        location = (one["assignedLocation"]["location"] or {}).get("id") or one["assignedLocation"]["name"]
        rows = list(one["lineItems"]["nodes"])
        if after := next_page(one["lineItems"]):
            pages = self._api.pages(queries.REST_TO_SHIP, "fulfillmentOrder", "lineItems", begin=after, id=one["id"])
            rows += [row for page in pages for row in page]
        for row in rows:
            if row["remainingQuantity"] > 0:
                line, units = tail(row["lineItem"]["id"]), int(row["remainingQuantity"])
                yield Shelf(
                    fulfilment_order=one["id"], item=row["id"], line=line, location=location, units=units, closed=closed
                )


def why_not(fulfilment_order: Json) -> str:
    """What keeps a fulfilment order from being fulfilled now; blank where nothing does."""
    if any(one["action"] == _OPEN for one in fulfilment_order["supportedActions"]):
        return ""
    if holds := fulfilment_order["fulfillmentHolds"]:
        reasons = ", ".join(one_line(one["displayReason"]) for one in holds)
        return f"it is on hold at Shopify ({reasons}): release it there"
    status = str(fulfilment_order["status"]).lower().replace("_", " ")
    return f"its fulfilment order is {status} at Shopify, and takes no fulfilment now"


def tracking_of(shipment: Shipment) -> Json:
    """Carrier, numbers and addresses as Shopify takes them; blank where there are none."""
    packages = [one for one in shipment.packages if one.tracking_number]
    tracking: Json = {}
    if packages:
        tracking["numbers"] = [one.tracking_number for one in packages]
        if all(one.tracking_url for one in packages):
            tracking["urls"] = [one.tracking_url for one in packages]
    if shipment.carrier:
        tracking["company"] = shipment.carrier
    return tracking


def shipped_units(api: ShopifyApi, id: str) -> dict[str, int]:
    """Units by line (its global id) that were ever shipped of an order, and that shipment not canceled."""
    order = api.ask(queries.REFUNDED, id=id)["order"] or {"id": id, "fulfillments": []}
    units: Counter[str] = Counter()
    for parcel in _fulfilments(api, {**order, "id": id}):
        for line, count in parcel.contents.items():
            units[f"gid://shopify/LineItem/{line}"] += int(count)
    return dict(units)


def read_told(metafield: Json | None) -> dict[str, Told]:
    """What the metafield says.

    Raises:
        ShopFault: somebody has changed it, and which fulfilment is whose is not known any more.
    """
    if metafield is None:
        return {}
    try:
        return {
            str(reference): Told(
                ids=tuple(map(str, one["ids"])),
                units={str(line): int(units) for line, units in one.get("units", {}).items()},
            )
            for reference, one in parse_json(metafield["value"]).items()
        }
    except (LookupError, TypeError, ValueError, AttributeError):
        raise tk.ShopFault(
            f"the order's metafield {NAMESPACE}.{SHIPMENTS} was changed and cannot be read: delete it if its shipments "
            "are in order"
        ) from None


def _fulfilments(api: ShopifyApi, order: Json) -> Iterator[tk.Parcel]:
    """The fulfilments of an order, however many there are and however much is in them; of canceled ones nothing is."""
    known = {one["id"]: one for one in order["fulfillments"]}
    if len(known) >= queries.FULFILMENTS:
        more = api.ask(queries.PARCEL_IDS, id=order["id"])["order"]
        known = {one["id"]: {**one, **known.get(one["id"], {})} for one in more["fulfillments"]}
    for one in known.values():
        if one["status"] in DEAD:
            yield tk.Parcel(id=tail(one["id"]), contents={}, canceled=True)
            continue
        contents: Counter[str] = Counter()
        for row in _contents(api, one):
            contents[tail(row["lineItem"]["id"])] += int(row["quantity"] or 0)
        tracking = one["trackingInfo"] if "trackingInfo" in one else _tracking(api, one["id"])
        yield tk.Parcel(
            id=tail(one["id"]),
            contents={line: Decimal(units) for line, units in contents.items()},
            tracking=tuple(info["number"] for info in tracking if info["number"]),
        )


def _tracking(api: ShopifyApi, fulfilment: str) -> Sequence[Json]:
    found = api.ask(queries.PARCEL, id=fulfilment)["fulfillment"]
    return list(found["trackingInfo"]) if found else []


def _contents(api: ShopifyApi, fulfilment: Json) -> Iterator[Json]:
    found = fulfilment.get("fulfillmentLineItems")
    if found is not None:
        yield from found["nodes"]
    begin = None if found is None else next_page(found)
    if found is None or begin:
        path = ("fulfillment", "fulfillmentLineItems")
        for some in api.pages(queries.REST_OF_PARCEL, *path, begin=begin, id=fulfilment["id"]):
            yield from some


def _joined(parcels: Iterable[tk.Parcel], told: Mapping[str, Told]) -> tuple[list[tk.Parcel], list[tk.Parcel]]:
    """Fulfilments of one shipment as one parcel, under its reference; and those of shipments that are not finished."""
    by_id = {parcel.id: parcel for parcel in parcels}
    whole: list[tk.Parcel] = []
    begun: list[tk.Parcel] = []
    unfinished: list[Mapping[str, int]] = []
    for reference, one in told.items():
        mine = [by_id.pop(known) for known in one.ids if known in by_id]
        living = [parcel for parcel in mine if not parcel.canceled]
        if one.units and _sum(living) != one.units and (living or not mine):
            begun += [evolve(parcel, reference=reference) for parcel in living]
            unfinished.append(one.units)
        elif mine:
            ids = " ".join(parcel.id for parcel in living or mine)
            contents = {line: Decimal(units) for line, units in _sum(living).items()}
            tracking = (living or mine)[0].tracking
            parcel = tk.Parcel(id=ids, contents=contents, tracking=tracking, reference=reference, canceled=not living)
            whole.append(parcel)
    for parcel in by_id.values():
        if not parcel.canceled:
            fits = any(_within(parcel.contents, units) for units in unfinished)
            (begun if fits else whole).append(parcel)
    return whole, begun


def _sum(parcels: Iterable[tk.Parcel]) -> dict[str, int]:
    units: Counter[str] = Counter()
    for parcel in parcels:
        for line, count in parcel.contents.items():
            units[line] += int(count)
    return dict(units)


def _within(contents: Mapping[str, Decimal], units: Mapping[str, int]) -> bool:
    return all(count <= units.get(line, 0) for line, count in contents.items())


def _adopted(begun: Iterable[tk.Parcel], shipment: Shipment, told: Told, left: dict[str, int]) -> list[str]:
    """Fulfilments that an earlier attempt at this shipment has made, taken off what is ``left`` to ship."""
    mine = []
    for parcel in begun:
        ours = parcel.reference == shipment.reference or (
            parcel.reference is None
            and bool(told.units)
            and set(parcel.tracking) == set(shipment.tracking_numbers)
            and _within(parcel.contents, left)
        )
        if ours:
            mine.append(parcel.id)
            for line, units in parcel.contents.items():
                left[line] -= int(units)
    return mine


def _by_location(shelves: Sequence[Shelf], wanted: Mapping[str, int], number: str) -> list[list[tuple[Shelf, int]]]:
    """What to take from which fulfilment order, in as few locations as may be.

    Raises:
        NotYet: some of it cannot be fulfilled now.
    """
    left = {line: units for line, units in wanted.items() if units > 0}
    by_place: dict[str, list[Shelf]] = defaultdict(list)
    for shelf in shelves:
        if not shelf.closed:
            by_place[shelf.location].append(shelf)
    parts = []
    while left:
        place = max(by_place, key=lambda one: sum(_taken(by_place[one], left).values()), default=None)
        taken = _taken(by_place.pop(place), left) if place is not None else {}
        if not taken:
            reason = next((one.closed for one in shelves if one.closed and one.line in left), "nothing of it is open")
            raise tk.NotYet(f"order {number}: {reason}")
        parts.append(list(taken.items()))
        for shelf, units in taken.items():
            left[shelf.line] -= units
        left = {line: units for line, units in left.items() if units}
    return parts


def _taken(shelves: Iterable[Shelf], wanted: Mapping[str, int]) -> dict[Shelf, int]:
    """What these fulfilment orders have of it."""
    left, taken = dict(wanted), {}
    for shelf in shelves:
        if units := min(shelf.units, left.get(shelf.line, 0)):
            taken[shelf] = units
            left[shelf.line] -= units
    return taken
