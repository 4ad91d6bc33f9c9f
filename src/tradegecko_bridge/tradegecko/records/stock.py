"""Stock: what there is, and the documents that correct and move it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from attrs import define, field

from tradegecko_bridge.tradegecko.records.base import DatedRecord, Record
from tradegecko_bridge.tradegecko.records.products import VariantLocation


@define(kw_only=True, repr=False)
class CompositionRow(Record):
    """How many of a component one bundle holds; rows have no id of their own (reference §5.4)."""

    shown: ClassVar[tuple[str, ...]] = ("bundle_id", "component_id", "quantity")

    bundle_id: int
    bundle_sku: str | None = None
    component_id: int | None = None
    component_sku: str | None = None
    quantity: Decimal | None = None


@define(kw_only=True, repr=False)
class StockLevel(Record):
    """A variant's stock in units, in all and at each location (reference §5.28).

    The documents call the variant's id ``id``, their sample ``variant_id``: either may be None.
    """

    shown: ClassVar[tuple[str, ...]] = ("variant_id", "id")

    variant_id: int | None = None
    id: int | None = None
    committed_stock: Decimal | None = None
    locations: list[VariantLocation] = field(factory=list)
    stock_on_hand: Decimal | None = None
    available_stock: Decimal | None = None
    incoming_stock: Decimal | None = None


@define(kw_only=True, repr=False)
class StockAdjustment(DatedRecord):
    """Stock that was found, lost or broken; effective once created (reference §5.26)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "adjustment_number")

    adjustment_number: str | None = None
    notes: str | None = None
    reason: str | None = None
    reason_label: str | None = None
    stock_adjustment_reason_id: int | None = None
    stock_location_id: int | None = None
    cached_quantity: Decimal | None = None
    cached_total: Decimal | None = None
    stock_adjustment_line_item_ids: list[int] = field(factory=list)


@define(kw_only=True, repr=False)
class StockAdjustmentLineItem(DatedRecord):
    """Units of one variant that an adjustment adds or, negative, takes away; ``price`` is the cost of one (§5.27)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "variant_id", "quantity")

    stock_adjustment_id: int | None = None
    variant_id: int | None = None
    quantity: Decimal | None = None
    position: int | None = None
    price: Decimal | None = None


@define(kw_only=True, repr=False)
class StockAdjustmentReason(Record):
    """A reason of the merchant's own; ``default_quantity`` is -1 or 1 (reference §4, an unmerged docs branch)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "reason_code")

    id: int
    name: str | None = None
    reason_code: str | None = None
    default_quantity: int | None = None
    is_system: bool | None = None
    status: str | None = None


@define(kw_only=True, repr=False)
class StockTransfer(DatedRecord):
    """Stock on its way from one location to another (reference §5.29)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "adjustment_number", "status")

    adjustment_number: str | None = None
    status: str | None = None
    received_at: datetime | None = None
    notes: str | None = None
    source_location_id: int | None = None
    destination_location_id: int | None = None
    cached_quantity: Decimal | None = None
    transacted_at: datetime | None = None
    stock_transfer_line_item_ids: list[int] = field(factory=list)


@define(kw_only=True, repr=False)
class StockTransferLineItem(DatedRecord):
    """Units of one variant in a transfer (reference §5.30)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "variant_id", "quantity")

    stock_transfer_id: int | None = None
    variant_id: int | None = None
    quantity: Decimal | None = None
    position: int | None = None
    image_url: str | None = None
