"""Products, variants and images."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Unpack

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Call, Page, query
from tradegecko_bridge.tradegecko.resources import filters, reading
from tradegecko_bridge.tradegecko.resources.base import Creates, Deletes, Full, Gets, Resource, including

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads  # noqa: F401 - named in quotes


class Products(Full[records.Product, "payloads.NewProduct", "payloads.ProductChanges"]):
    """What variants have in common (reference §5.22)."""

    def list(self, **filters: Unpack[filters.ProductFilters]) -> Call[Page[records.Product]]:
        """Products; ``include="variants"`` brings those along."""
        return self._list(filters)


class Variants(Full[records.Variant, "payloads.NewVariant", "payloads.VariantChanges"]):
    """What is bought, stocked and sold (reference §5.34)."""

    def list(self, **filters: Unpack[filters.VariantFilters]) -> Call[Page[records.Variant]]:
        """Variants; ``include="images"`` brings those along."""
        return self._list(filters)


class Composition(Resource[records.CompositionRow]):
    """What bundles are made of, at ``/variants/composition`` (reference §5.4)."""

    def list(self, **filters: Unpack[filters.CompositionFilters]) -> Call[Page[records.CompositionRow]]:
        """Rows of all bundles; ``include=["bundle", "component"]`` brings the variants along."""
        return self._list(filters)

    @property
    def path(self) -> str:
        """Nested under variants."""
        return "/variants/composition"

    def get(self, bundle_id: int, *, include: str | Collection[str] = ()) -> Call[Page[records.CompositionRow]]:
        """The rows of one bundle, all on one page."""
        return Call(
            method="GET",
            path=self._member(bundle_id),
            params=query(including(include)),
            read=reading.page_reader(records.CompositionRow, self.plural, paged=False),
        )


class Images(Gets[records.Image], Creates[records.Image, "payloads.NewImage"], Deletes[records.Image]):
    """Pictures of variants; they cannot be changed (reference §5.11)."""

    def list(self, **filters: Unpack[filters.ImageFilters]) -> Call[Page[records.Image]]:
        """Images, of one product, variant or uploader."""
        return self._list(filters)
