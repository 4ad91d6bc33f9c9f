"""What must hold at the end: worked out from the account's books, without the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from traceback import format_exception

from tests.simulation.invariants import Violation
from tests.way_back.account import ANNEX, Goods
from tests.way_back.shop import Shop
from tests.way_back.world import BackWorld
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import DELIVERED_STATES, LedgerEntry, OrderState

ZERO = Decimal(0)


def violations(world: BackWorld) -> Iterator[Violation]:
    """Everything that does not hold. An error that escaped is all there is to say."""
    for error in world.scheduler.failures:
        yield Violation(f"stray {type(error).__name__}", "".join(format_exception(error)[-3:]).strip())
    if world.scheduler.failures:
        return
    for shop in world.shops:
        entries = {entry.reference: entry for entry in world.disk.store.entries(shop.name)}
        yield from _orders(shop, entries)
        yield from _stock(world, shop, entries)
        yield from _shipments(world, shop, entries)
        yield from _products(world, shop)
        yield from _alerts(world, shop, entries)
    yield from (Violation("told for nothing", said) for said in world.told_late)


def _orders(shop: Shop, entries: Mapping[str, LedgerEntry]) -> Iterator[Violation]:
    for reference in shop.orders:
        entry = entries.get(reference)
        if entry is None or entry.state not in DELIVERED_STATES | {OrderState.HELD}:
            yield Violation("not delivered", f"{reference} is {entry.state if entry else 'unknown'}")


# ── stock ────────────────────────────────────────────────────────────────────────────────────


def _stock(world: BackWorld, shop: Shop, entries: Mapping[str, LedgerEntry]) -> Iterator[Violation]:
    levels = _levels(world, world.settings[shop.name])
    for sku in sorted({*levels, *shop.stock} - shop.unknown):
        shown, wanted = shop.stock.get(sku), levels.get(sku)
        if ("stock", sku) in shop.refused:
            continue
        if wanted is None and world.settings[shop.name].vanished == "zero":
            wanted = ZERO if shown is not None else None
        if wanted is not None and shown != wanted:
            yield Violation("other stock", f"{shop.name} shows {shown} of {sku}, and may sell {wanted}")


def _levels(world: BackWorld, settings: ConnectionSettings) -> dict[str, Decimal]:
    """By the rules of the documentation, of every SKU that has a level."""
    sold: dict[str, Decimal] = {}
    for shop in world.shops:
        for entry in world.disk.store.entries(shop.name):
            for line in entry.order.lines if entry.order and entry.state is OrderState.HELD else ():
                sold[line.sku or ""] = sold.get(line.sku or "", ZERO) + line.quantity
    goods: dict[str, list[Goods]] = {}
    for one in world.account.goods():
        if one.managed:
            goods.setdefault(one.sku, []).append(one)
    return {
        sku: _level(sum(_chosen(ones[0].free, settings, world), ZERO) - sold.get(sku, ZERO), settings)
        for sku, ones in goods.items()
        if len(ones) == 1
    }


def _chosen(free: Mapping[str, Decimal], settings: ConnectionSettings, world: BackWorld) -> list[Decimal]:
    left_out = {str(world.account.places[1])} if ANNEX in settings.excluded_stock_locations else set()
    return [units for place, units in free.items() if place not in left_out]


def _level(free: Decimal, settings: ConnectionSettings) -> Decimal:
    units = max(free, ZERO) * settings.stock_percentage / 100 - settings.stock_subtract
    units = max(units, ZERO).to_integral_value(ROUND_FLOOR)
    if units < settings.minimum_stock:
        units = ZERO
    return units if settings.maximum_stock is None else min(units, settings.maximum_stock)


# ── shipments ────────────────────────────────────────────────────────────────────────────────


def _shipments(world: BackWorld, shop: Shop, entries: Mapping[str, LedgerEntry]) -> Iterator[Violation]:
    account, settings = world.account, world.settings[shop.name]
    # One that was found when its SKUs had another name has lines nobody can tell apart; the report says so.
    ours = {entry.remote_id: entry for entry in entries.values() if entry.remote_id and entry.line_ids}
    live = {parcel.id: parcel for parcel in account.parcels() if parcel.order in ours}
    judged = {entry.reference for entry in ours.values()}
    told_of = {id_ for id_, one in shop.shipments.items() if one.order_reference in judged}
    for id_ in sorted(live.keys() | told_of, key=int):
        told, parcel, refused = shop.shipments.get(id_), live.get(id_), ("shipments", id_) in shop.refused
        if refused:
            continue
        if parcel is None:
            if shop.takes_back:
                yield Violation("not taken back", f"{shop.name} still shows shipment {id_}")
        elif told is None:
            if parcel.number or settings.blank_tracking:
                yield Violation("not told", f"{shop.name} does not show shipment {id_}")
        elif told.order_reference != ours[parcel.order].reference:
            yield Violation("of another order", f"{shop.name} shows shipment {id_} of {told.order_reference}")
        else:
            numbers = [one.strip() for one in (parcel.number or "").split(",") if one.strip()]
            units, shown = sum(parcel.units.values()), sum(item.quantity for item in told.items)
            if units != shown or list(told.tracking_numbers) != numbers:
                said = f"{shown} units, {told.tracking_numbers}, and it is {units}, {numbers}"
                yield Violation("other shipment", f"{shop.name} shows shipment {id_} with {said}")
    for remote_id, entry in ours.items():
        yield from _complete(world, shop, remote_id, entry)


def _complete(world: BackWorld, shop: Shop, remote_id: str, entry: LedgerEntry) -> Iterator[Violation]:
    """Whether the shop was told that nothing is left exactly where nothing is."""
    parcels = [parcel for parcel in world.account.parcels() if parcel.order == remote_id]
    left: dict[str, Decimal] = {}
    for parcel in parcels:
        for line, units in parcel.units.items():
            left[line] = left.get(line, ZERO) + units
    whole = left == world.account.ordered(remote_id)
    shown = [shop.shipments[parcel.id] for parcel in parcels if parcel.id in shop.shipments]
    waits = len(shown) < len(parcels) or any(("shipments", parcel.id) in shop.refused for parcel in parcels)
    said = any(one.completes_order for one in shown)
    if said and not whole:
        yield Violation("complete too soon", f"{shop.name} takes {entry.number} for complete, and it is not")
    if whole and not said and not waits:
        yield Violation("not complete", f"{shop.name} was not told that {entry.number} is complete")
    is_over = entry.state is OrderState.CONFIRMED
    if is_over and not whole:
        yield Violation("confirmed too soon", f"{entry.number} is confirmed, and not all of it has left")
    refused = any(("shipments", id_) in shop.refused for id_ in _known(world, shop, entry))
    if whole and not waits and not refused and shop.takes_back and not is_over:
        yield Violation("not confirmed", f"{entry.number} is {entry.state}, and the shop knows that all has left")


def _known(world: BackWorld, shop: Shop, entry: LedgerEntry) -> list[str]:
    return [row.shipment.reference for row in world.disk.store.shipments(shop.name, [entry.id])]


# ── products ─────────────────────────────────────────────────────────────────────────────────


def _products(world: BackWorld, shop: Shop) -> Iterator[Violation]:
    there = world.account.prices()
    for id_ in sorted({*there, *shop.products}, key=int):
        if ("products", id_) in shop.refused:
            continue
        told = shop.products.get(id_)
        if id_ not in there:
            if shop.takes_back:
                yield Violation("product not taken back", f"{shop.name} still shows product {id_}")
            continue
        shown = {one.sku: one.retail_price for one in told.variants} if told else None
        if shown != there[id_]:
            yield Violation("other product", f"{shop.name} shows product {id_} as {shown}, and it is {there[id_]}")


# ── alerts ───────────────────────────────────────────────────────────────────────────────────


def _alerts(world: BackWorld, shop: Shop, entries: Mapping[str, LedgerEntry]) -> Iterator[Violation]:
    """One is open for each thing that needs a person, and none for anything else."""
    wanted = {f"told {kind} refused" for kind, _ in shop.refused if kind != "shipments"}
    told = {id_ for entry in entries.values() for id_ in _known(world, shop, entry)}
    gone = told - {parcel.id for parcel in world.account.parcels()} if not shop.takes_back else set[str]()
    if any(kind == "shipments" for kind, _ in shop.refused) or gone & shop.shipments.keys():
        wanted.add("shipments refused")
    wanted |= {f"held {entry.reason.code}" for entry in entries.values() if entry.reason and _is_held(entry)}
    found = {alert.key for alert in world.disk.store.alerts(shop.name) if not alert.key.startswith("clock ")}
    for key in sorted(wanted - found):
        yield Violation("no alert", f"{shop.name}: {key}")
    if any(fault.kind == "telling late" for fault in world.faults.happened):  # it took what it had refused a newer one
        found = {key for key in found if not key.endswith(" refused")}
    for key in sorted(found - wanted):
        yield Violation("alert for nothing", f"{shop.name}: {key}")


def _is_held(entry: LedgerEntry) -> bool:
    return entry.state is OrderState.HELD
