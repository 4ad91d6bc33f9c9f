"""Products, variants and images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from attrs import define, field

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.payload_base import UNSET, Amount, Changes, Fields, Maybe, Payload


@define(kw_only=True, repr=False)
class VariantLocationChanges(Changes[records.VariantLocation]):
    """What may be written of a variant at one location; its stock may not (reference §5.34, §6)."""

    key = "location_id"

    location_id: int
    bin_location: Maybe[str] = UNSET
    reorder_point: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class VariantPriceChanges(Changes[records.VariantPrice]):
    """A price on a list of the merchant's own; the built-in ones are ``retail_price`` etc. (reference §5.34)."""

    key = "price_list_id"

    price_list_id: str
    value: Maybe[Amount]


@define(kw_only=True, repr=False)
class _VariantFields(Payload):
    default_ledger_account_id: Maybe[int] = UNSET
    buy_price: Maybe[Amount] = UNSET
    hs_code: Maybe[str] = UNSET
    country_of_origin: Maybe[str] = UNSET
    composite: Maybe[bool] = UNSET
    description: Maybe[str] = UNSET
    keep_selling: Maybe[bool] = UNSET
    manage_stock: Maybe[bool] = UNSET
    max_online: Maybe[Amount] = UNSET
    name: Maybe[str] = UNSET
    online_ordering: Maybe[bool] = UNSET
    opt1: Maybe[str] = UNSET
    opt2: Maybe[str] = UNSET
    opt3: Maybe[str] = UNSET
    position: Maybe[int] = UNSET
    retail_price: Maybe[Amount] = UNSET
    sellable: Maybe[bool] = UNSET
    sku: Maybe[str] = UNSET
    supplier_code: Maybe[str] = UNSET
    taxable: Maybe[bool] = UNSET
    upc: Maybe[str] = UNSET
    weight: Maybe[Amount] = UNSET
    weight_unit: Maybe[str] = UNSET  # kg, g, oz or lb
    weight_value: Maybe[Amount] = UNSET  # private
    wholesale_price: Maybe[Amount] = UNSET
    image_ids: Maybe[Sequence[int]] = UNSET
    variant_prices: Maybe[Sequence[VariantPriceChanges | Fields]] = UNSET
    purchasable: Maybe[bool] = UNSET
    reorder_point: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewProductVariant(_VariantFields):
    """A variant inside a new product (reference §5.22, §5.34); the ``initial_…`` fields give it its first stock."""

    initial_cost_price: Maybe[Amount] = UNSET
    initial_stock_level: Maybe[Amount] = UNSET
    initial_stock_location_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class NewVariant(NewProductVariant):
    """A variant to add to a product (reference §5.34)."""

    product_id: int


@define(kw_only=True, repr=False)
class VariantChanges(_VariantFields, Changes[records.Variant]):
    """Changes to a variant (reference §5.34)."""

    nested: ClassVar[Mapping[str, type[Changes[Any]]]] = {
        "locations": VariantLocationChanges,
        "variant_prices": VariantPriceChanges,
    }

    locations: Maybe[Sequence[VariantLocationChanges | Fields]] = UNSET


@define(kw_only=True, repr=False)
class _ProductFields(Payload):
    brand: Maybe[str] = UNSET
    description: Maybe[str] = UNSET
    name: Maybe[str] = UNSET
    opt1: Maybe[str] = UNSET
    opt2: Maybe[str] = UNSET
    opt3: Maybe[str] = UNSET
    product_type: Maybe[str] = UNSET
    supplier: Maybe[str] = UNSET  # deprecated
    supplier_ids: Maybe[Sequence[int]] = UNSET  # one at most
    tags: Maybe[str] = UNSET  # separated by commas
    vendor: Maybe[str] = UNSET  # deprecated


@define(kw_only=True, repr=False)
class NewProduct(_ProductFields):
    """A new product (reference §5.22)."""

    name: str = field()
    variants: Maybe[Sequence[NewProductVariant | Fields]] = UNSET


@define(kw_only=True, repr=False)
class ProductChanges(_ProductFields, Changes[records.Product]):
    """Changes to a product (reference §5.22)."""

    image_ids: Maybe[Sequence[int]] = UNSET


@define(kw_only=True, repr=False)
class NewImage(Payload):
    """A new image (reference §5.11)."""

    product_id: int
    variant_ids: Sequence[int]
    url: str
    variant_id: Maybe[int] = UNSET  # deprecated
