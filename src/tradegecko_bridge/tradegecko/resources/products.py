"""Products, variants and images."""

from __future__ import annotations

from collections.abc import Collection
from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page, query
from tradegecko_bridge.tradegecko.payloads import NewImage, NewProduct, NewVariant, ProductChanges, VariantChanges
from tradegecko_bridge.tradegecko.records import CompositionRow, Image, Product, Variant
from tradegecko_bridge.tradegecko.resources import reading
from tradegecko_bridge.tradegecko.resources.base import Creates, Deletes, Full, Gets, Resource, including
from tradegecko_bridge.tradegecko.resources.filters import (
    CompositionFilters,
    ImageFilters,
    ProductFilters,
    VariantFilters,
)


class Products(Full[Product, NewProduct, ProductChanges]):
    """What variants have in common (reference §5.22)."""

    singular = "product"
    plural = "products"
    record = Product
    filters = ProductFilters

    def list(self, **filters: Unpack[ProductFilters]) -> Call[Page[Product]]:
        """Products; ``include="variants"`` brings those along."""
        return self._list(filters)


class Variants(Full[Variant, NewVariant, VariantChanges]):
    """What is bought, stocked and sold (reference §5.34)."""

    singular = "variant"
    plural = "variants"
    record = Variant
    filters = VariantFilters

    def list(self, **filters: Unpack[VariantFilters]) -> Call[Page[Variant]]:
        """Variants; ``include="images"`` brings those along."""
        return self._list(filters)


class Composition(Resource[CompositionRow]):
    """What bundles are made of, at ``/variants/composition`` (reference §5.4)."""

    singular = "composition"
    plural = "composition"
    record = CompositionRow
    filters = CompositionFilters

    def list(self, **filters: Unpack[CompositionFilters]) -> Call[Page[CompositionRow]]:
        """Rows of all bundles; ``include=["bundle", "component"]`` brings the variants along."""
        return self._list(filters)

    @property
    def path(self) -> str:
        """Nested under variants."""
        return "/variants/composition"

    def get(self, bundle_id: int, *, include: str | Collection[str] = ()) -> Call[Page[CompositionRow]]:
        """The rows of one bundle, all on one page."""
        return Call(
            method="GET",
            path=self._member(bundle_id),
            params=query(including(include)),
            read=reading.page_reader(CompositionRow, self.plural, paged=False),
        )


class Images(Gets[Image], Creates[Image, NewImage], Deletes[Image]):
    """Pictures of variants; they cannot be changed (reference §5.11)."""

    singular = "image"
    plural = "images"
    record = Image
    filters = ImageFilters

    def list(self, **filters: Unpack[ImageFilters]) -> Call[Page[Image]]:
        """Images, of one product, variant or uploader."""
        return self._list(filters)
