"""Product details on their way to the sources that take them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import field, frozen

from tradegecko_bridge.commerce.validators import finite


@frozen(kw_only=True)
class VariantDetails:
    """One sellable form of a product. ``options`` are this variant's values, each at the place its name has among the
    product's; blank where it has none.

    ``reference`` is the order-management system's id, which survives a change of SKU. Prices are per unit:
    ``retail_price`` and ``supply_price`` in the currencies the product says, ``prices`` those of every price list by
    its id. ``weight`` is in ``weight_unit``, ``country_of_origin`` a code of two letters.
    """

    reference: str
    sku: str | None = None
    name: str | None = None
    description: str | None = None
    options: tuple[str, ...] = ()
    barcode: str | None = None
    supplier_code: str | None = None
    retail_price: Decimal | None = field(default=None, validator=finite)
    wholesale_price: Decimal | None = field(default=None, validator=finite)
    buy_price: Decimal | None = field(default=None, validator=finite)
    supply_price: Decimal | None = field(default=None, validator=finite)
    prices: Mapping[str, Decimal] = field(factory=dict)
    weight: Decimal | None = field(default=None, validator=finite)
    weight_unit: str | None = None
    hs_code: str | None = None
    country_of_origin: str | None = None
    taxable: bool = True
    sellable: bool = True
    composite: bool = False
    image_urls: tuple[str, ...] = ()


@frozen(kw_only=True)
class ProductDetails:
    """A product with its variants. ``options`` are the option names (at most three), e.g. Size, Colour; one that is
    blank keeps the place of those behind it.

    ``currency`` and ``supply_currency`` are ISO codes of the variants' ``retail_price`` and ``supply_price``; None: the
    account's. A source that does not have the product creates it only with ``create``, and one that has it changes it
    only with ``update``; otherwise it says ``ignored``.
    """

    reference: str
    name: str
    description: str | None = None
    brand: str | None = None
    supplier: str | None = None
    product_type: str | None = None
    tags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    variants: tuple[VariantDetails, ...] = ()
    image_urls: tuple[str, ...] = ()
    currency: str | None = None
    supply_currency: str | None = None
    create: bool = True
    update: bool = True
