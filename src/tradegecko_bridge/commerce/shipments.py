"""Goods on their way: what was shipped, in which packages, under which tracking numbers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import field, frozen

from tradegecko_bridge.commerce.validators import aware, finite


@frozen(kw_only=True)
class ShippedItem:
    """Some units of one order line. ``line_reference`` is the source's own line id."""

    line_reference: str
    sku: str | None = None
    quantity: Decimal = field(validator=finite)


@frozen(kw_only=True)
class Package:
    """One parcel. ``items`` is empty where nobody said which units are in it."""

    tracking_number: str | None = None
    tracking_url: str | None = None
    items: tuple[ShippedItem, ...] = ()


@frozen(kw_only=True)
class Shipment:
    """One fulfilment on its way back to the source.

    ``reference`` is the order-management system's id of it; ``order_reference`` and ``order_number`` are the
    source's own. ``items`` covers the whole shipment; ``packages`` splits it where that is known.
    ``completes_order`` tells a source that closes orders that nothing is left to ship. ``parts`` are components of kits
    the source sold as one line, under references of ours; the kit is among the items of the shipment that completes it.
    ``withdrawn``: the system has taken it back (voided or deleted). ``notify_customer``: whether the source is to write
    to the customer about it; None is as the source does by itself. ``shipped_at`` is None where nobody said when.
    ``cost`` is what shipping it cost, in the order's currency; ``weight`` is in kilograms.

    ``before``: the source is told of a change, and this is the shipment as it accepted it last. None: it is told for
    the first time, or nobody knows what it has.
    """

    reference: str
    order_reference: str
    order_number: str
    items: tuple[ShippedItem, ...]
    packages: tuple[Package, ...] = ()
    carrier: str | None = None
    service: str | None = None
    shipped_at: datetime | None = field(default=None, validator=aware)
    completes_order: bool = False
    parts: tuple[ShippedItem, ...] = ()
    withdrawn: bool = False
    notify_customer: bool | None = None
    cost: Decimal | None = field(default=None, validator=finite)
    weight: Decimal | None = field(default=None, validator=finite)
    before: Shipment | None = None

    @property
    def tracking_numbers(self) -> tuple[str, ...]:
        """The tracking numbers of all packages that have one."""
        return tuple(p.tracking_number for p in self.packages if p.tracking_number)
