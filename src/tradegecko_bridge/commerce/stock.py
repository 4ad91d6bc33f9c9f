"""Stock: what the order-management system holds, and what a source may sell of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import field, frozen

from tradegecko_bridge.commerce.validators import aware, finite


@frozen(kw_only=True)
class LocationStock:
    """One variant at one stock location, in units."""

    location_id: str
    on_hand: Decimal = field(validator=finite)
    committed: Decimal = field(validator=finite)

    @property
    def available(self) -> Decimal:
        """On hand minus committed; below zero when oversold."""
        return self.on_hand - self.committed


@frozen(kw_only=True)
class VariantStock:
    """What the order-management system holds of one variant, in units.

    ``tracked`` is False where stock is not managed; ``sell_without_stock`` where it may be sold below zero;
    ``maximum`` caps what a channel should show; ``barcode`` is the variant's own (UPC), if it has one. ``sellable`` is
    False where it is not for sale, ``online`` where it is not to be ordered online. Of a bundle ``parts`` are the
    components, as far as they are known: variant id and units of it in one bundle. What was ordered at ``as_of`` (UTC)
    or before is committed in these numbers; None: when the listing began.
    """

    variant_id: str
    sku: str
    locations: tuple[LocationStock, ...]
    tracked: bool = True
    sell_without_stock: bool = False
    maximum: Decimal | None = field(default=None, validator=finite)
    barcode: str | None = None
    sellable: bool = True
    online: bool = True
    parts: tuple[tuple[str, Decimal], ...] = ()
    as_of: datetime | None = field(default=None, validator=aware)


@frozen(kw_only=True)
class StockLevel:
    """What a source may sell of a SKU: ``available`` units, never below zero; at one of its locations, where it has
    several and the settings say which of the system's are which."""

    sku: str
    available: Decimal = field(validator=finite)
    sell_without_stock: bool = False
    location: str | None = None

    @property
    def key(self) -> str:
        """What a source's result for it is about: the SKU, and the location where there is one."""
        return self.sku if self.location is None else f"{self.sku} @ {self.location}"
