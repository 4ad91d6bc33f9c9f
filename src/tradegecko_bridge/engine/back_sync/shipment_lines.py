"""What left the warehouse, in the source's own lines. Pure functions.

Kits that went out as their components come back as kits: with the shipment that completes them. One that completes
nothing has no items, only ``parts``; it is not offered to the source, and its packages go along with the shipment that
completes the kits in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce import OrderLine, Package, Shipment, ShippedItem, SourceOrder
from tradegecko_bridge.commerce.remote import RemoteItem, RemoteShipment
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.keys import original_reference
from tradegecko_bridge.engine.mapping.kits import part_reference, whole_kits
from tradegecko_bridge.ledger import LedgerEntry

ZERO: Final = Decimal(0)


@frozen
class Slot:
    """What is waited for: a line, or a component of a kit that went out as its components."""

    reference: str
    sku: str | None
    quantity: Decimal
    line: OrderLine

    @property
    def is_part(self) -> bool:
        """Whether it is a component."""
        return self.reference != self.line.reference


def slots(order: SourceOrder, line_ids: Mapping[str, str]) -> Iterator[Slot]:
    """Everything an order waits for; ``line_ids`` tells what it was delivered as."""
    for line in order.lines:
        parts = [
            Slot(part_reference(line, number), component.sku, line.quantity * component.quantity, line)
            for number, component in enumerate(line.components, 1)
        ]
        if any(part.reference in line_ids for part in parts):
            yield from parts
        else:
            yield Slot(line.reference, line.sku, line.quantity, line)


def to_shipment(
    remote: RemoteShipment, entry: LedgerEntry, order: SourceOrder, earlier: Sequence[Shipment]
) -> tuple[Shipment, list[str]]:
    """The shipment in the source's own lines, and a line for each item that belongs to none of them.

    Units go to the line that the system says they are of, if it is one that was made with the order; otherwise to the
    lines that were delivered as the shipped variant (by id, so that a line replaced in the system does not matter; by
    SKU where the id is unknown), first to those that still lack some after the ``earlier`` shipments.
    Later ones do not count: the same shipment must come out the same whenever it is seen.
    """
    waiting = list(slots(order, entry.line_ids))
    before = _shipped(earlier)
    left = {slot.reference: slot.quantity - before.get(slot.reference, ZERO) for slot in waiting}
    shipped: list[tuple[Slot, Decimal]] = []
    strange: list[str] = []
    for item in remote.items:
        own = entry.remote_lines.get(item.line_id or "")
        fit = [slot for slot in waiting if _is_of(item, slot, entry)]
        fit = [slot for slot in fit if slot.reference == own] or fit
        if not fit and item.variant_id is not None:
            name = item.sku or f"variant {item.variant_id}"
            strange.append(f"shipment {remote.id} of order {order.number}: {item.quantity} × {name} not ordered")
        shipped += _allotted(item.quantity, fit, left)
    items = tuple(_item(slot, units) for slot, units in shipped if not slot.is_part)
    parts = tuple(_item(slot, units) for slot, units in shipped if slot.is_part)
    kits = _completed(waiting, before, _added(before, parts))
    sent = [slot for slot in waiting if slot.line.shippable and slot.reference in (entry.line_ids or left)]
    complete = all(left[slot.reference] <= 0 for slot in sent)
    kept = _kept_packages(earlier, kits)
    return _shipment(remote, order, (*items, *kits), parts, kept, complete=complete), strange


def completes(entry: LedgerEntry, order: SourceOrder, shipments: Sequence[Shipment]) -> bool:
    """Whether nothing is left to ship after these, none of which has been taken back."""
    done = _shipped(shipments)
    waiting = [slot for slot in slots(order, entry.line_ids) if slot.line.shippable]
    sent = [slot for slot in waiting if slot.reference in entry.line_ids or not entry.line_ids]
    return bool(sent) and all(done.get(slot.reference, ZERO) >= slot.quantity for slot in sent)


def _allotted(quantity: Decimal, fit: Sequence[Slot], left: dict[str, Decimal]) -> Iterator[tuple[Slot, Decimal]]:
    """Units to those that still lack some, in their order; what is too much to the last. ``left`` is changed."""
    for slot in fit:
        units = min(quantity, left[slot.reference]) if slot is not fit[-1] else quantity
        if units > 0:
            yield slot, units
            left[slot.reference] -= units
            quantity -= units


def _shipped(shipments: Sequence[Shipment]) -> dict[str, Decimal]:
    """Units by line, and by part of a kit."""
    units: dict[str, Decimal] = {}
    for shipment in shipments:
        units = _added(units, (*shipment.items, *shipment.parts))
    return units


def _added(units: Mapping[str, Decimal], items: Sequence[ShippedItem]) -> dict[str, Decimal]:
    total = dict(units)
    for item in items:
        total[item.line_reference] = total.get(item.line_reference, ZERO) + item.quantity
    return total


def _completed(
    waiting: Sequence[Slot], before: Mapping[str, Decimal], after: Mapping[str, Decimal]
) -> tuple[ShippedItem, ...]:
    """The kits whose last component has left now."""
    lines = {slot.line.reference: slot.line for slot in waiting if slot.is_part}
    made = [(line, whole_kits(line, after) - whole_kits(line, before)) for line in lines.values()]
    return tuple(
        ShippedItem(line_reference=line.reference, sku=line.sku, quantity=trimmed(kits))
        for line, kits in made
        if kits > 0
    )


def _kept_packages(earlier: Sequence[Shipment], kits: Sequence[ShippedItem]) -> tuple[Package, ...]:
    """Packages of earlier shipments that completed nothing, and of whose kits some are complete now; each once."""
    lines = tuple(f"{kit.line_reference} part " for kit in kits)
    told = {number for shipment in earlier if shipment.items for number in shipment.tracking_numbers}
    return tuple(
        package
        for shipment in earlier
        if not shipment.items and any(part.line_reference.startswith(lines) for part in shipment.parts)
        for package in shipment.packages
        if package.tracking_number and package.tracking_number not in told
    )


def _is_of(item: RemoteItem, slot: Slot, entry: LedgerEntry) -> bool:
    if item.variant_id is not None and slot.reference in entry.line_ids:
        return entry.line_ids[slot.reference] == item.variant_id
    return item.sku is not None and item.sku == slot.sku


def _item(slot: Slot, units: Decimal) -> ShippedItem:
    return ShippedItem(line_reference=slot.reference, sku=slot.sku, quantity=trimmed(units))


def _shipment(
    remote: RemoteShipment,
    order: SourceOrder,
    items: tuple[ShippedItem, ...],
    parts: tuple[ShippedItem, ...],
    kept: tuple[Package, ...],
    *,
    complete: bool,
) -> Shipment:
    numbers: Sequence[str | None] = remote.tracking_numbers or (None,)
    only = len(numbers) == 1 and not kept
    linked = [number for number in numbers if number and number in (remote.tracking_url or "")] or numbers
    return Shipment(
        reference=remote.id,
        order_reference=original_reference(order.reference),
        order_number=order.number,
        items=items,
        parts=parts,
        packages=(
            *kept,
            *(
                Package(
                    tracking_number=number,
                    tracking_url=remote.tracking_url if number in linked else None,
                    items=items if only else (),
                )
                for number in numbers
            ),
        ),
        carrier=remote.carrier,
        service=remote.service,
        cost=remote.cost,
        weight=remote.weight,
        shipped_at=remote.shipped_at,
        completes_order=complete,
    )
