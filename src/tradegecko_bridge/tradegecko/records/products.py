"""Products, their variants with stock and prices, and images."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from attrs import define, field

from tradegecko_bridge.tradegecko.records.base import DatedRecord, Record


@define(kw_only=True, repr=False)
class Product(DatedRecord):
    """What variants have in common; ``tags`` is one comma-separated string (reference §5.22)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "name")

    brand: str | None = None
    description: str | None = None
    image_url: str | None = None
    name: str | None = None
    opt1: str | None = None
    opt2: str | None = None
    opt3: str | None = None
    product_type: str | None = None
    quantity: Decimal | None = None
    search_cache: str | None = None
    status: str | None = None
    supplier: str | None = None
    supplier_ids: list[int] = field(factory=list)
    image_ids: list[int] = field(factory=list)
    tags: str | None = None
    variant_ids: list[int] = field(factory=list)
    vendor: str | None = None


@define(kw_only=True, repr=False)
class VariantLocation(Record):
    """A variant's stock at one location (reference §5.34); the record has no id of its own."""

    shown: ClassVar[tuple[str, ...]] = ("location_id",)

    location_id: int
    stock_on_hand: Decimal | None = None
    committed: Decimal | None = None
    incoming: Decimal | None = None
    bin_location: str | None = None
    reorder_point: Decimal | None = None
    available: Decimal | None = None
    production_committed: Decimal | None = None
    production_incoming: Decimal | None = None


@define(kw_only=True, repr=False)
class VariantPrice(Record):
    """A variant's price on one price list (reference §5.34)."""

    shown: ClassVar[tuple[str, ...]] = ("price_list_id",)

    price_list_id: str
    value: Decimal | None = None


@define(kw_only=True, repr=False)
class Variant(DatedRecord):
    """What is bought, stocked and sold; stock fields are units (reference §5.34)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "sku")

    product_id: int | None = None
    default_ledger_account_id: int | None = None
    buy_price: Decimal | None = None
    committed_stock: Decimal | None = None
    available_stock: Decimal | None = None
    incoming_stock: Decimal | None = None
    hs_code: str | None = None
    country_of_origin: str | None = None
    composite: bool | None = None
    description: str | None = None
    keep_selling: bool | None = None
    last_cost_price: Decimal | None = None
    manage_stock: bool | None = None
    max_online: Decimal | None = None
    moving_average_cost: Decimal | None = None
    name: str | None = None
    online_ordering: bool | None = None
    opt1: str | None = None
    opt2: str | None = None
    opt3: str | None = None
    position: int | None = None
    product_name: str | None = None
    product_status: str | None = None
    product_type: str | None = None
    retail_price: Decimal | None = None
    sellable: bool | None = None
    sku: str | None = None
    status: str | None = None
    stock_on_hand: Decimal | None = None
    supplier_code: str | None = None
    taxable: bool | None = None
    upc: str | None = None
    weight: Decimal | None = None
    weight_unit: str | None = None
    weight_value: Decimal | None = None
    wholesale_price: Decimal | None = None
    image_ids: list[int] = field(factory=list)
    variant_prices: list[VariantPrice] = field(factory=list)
    locations: list[VariantLocation] = field(factory=list)
    prices: dict[str, Any] = field(factory=dict)
    stock_levels: dict[str, Any] = field(factory=dict)
    committed_stock_levels: dict[str, Any] = field(factory=dict)
    purchasable: bool | None = None
    is_online: bool | None = None
    incoming_stock_levels: dict[str, Any] = field(factory=dict)
    reorder_point: Decimal | None = None
    online_id: int | None = None
    cost_price: Decimal | None = None
    vendor_code: str | None = None
    channels: dict[str, Any] = field(factory=dict)


@define(kw_only=True, repr=False)
class Image(DatedRecord):
    """A picture; its address is ``base_path`` + ``/`` + ``file_name`` (reference §5.11)."""

    product_id: int | None = None
    variant_id: int | None = None
    variant_ids: list[int] = field(factory=list)
    uploader_id: int | str | None = None
    name: str | None = None
    position: int | None = None
    base_path: str | None = None
    file_name: str | None = None
    versions: list[Any] = field(factory=list)
    image_processing: bool | None = None
