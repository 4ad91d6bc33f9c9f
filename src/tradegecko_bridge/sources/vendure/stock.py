"""Stock levels into Vendure.

Vendure counts what is on the shelf (``stockOnHand``) and what of it is promised to orders (``stockAllocated``);
a stock level says what can still be sold. So the shelf gets *available + allocated*. A shop's out-of-stock
threshold comes on top of that; it is the shop's own rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tradegecko_bridge.bounds import whole_number
from tradegecko_bridge.commerce import ItemResult, StockLevel
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.vendure.api import Json, ShopSettings, VendureApi
from tradegecko_bridge.sources.vendure.catalogue import find_variants

FIELDS = "trackInventory stockLevels{stockLocationId stockOnHand stockAllocated}"

LOCATIONS = "query Locations{stockLocations(options: {take: 100}){items{id name}}}"

WRITE = f"""
mutation Stock($input: [UpdateProductVariantInput!]!){{updateProductVariants(input: $input){{id {FIELDS}}}}}"""


def set_levels(
    api: VendureApi, levels: Sequence[StockLevel], location: str | None, page_size: int
) -> Iterator[ItemResult]:
    """Each level's own result; only what differs is written.

    Raises:
        SourceRefused: the shop has several stock locations and none was chosen, or not the chosen one.
        SourceUnavailable, SourceNeedsLogin: before anything was written.
    """
    if levels:
        place = choose_location(api.ask(LOCATIONS)["stockLocations"]["items"], location)
        yield from tk.set_levels(levels, Shelves(api, place, page_size), chunk=page_size)


class Shelves:
    """Variants at one location of one shop."""

    def __init__(self, api: VendureApi, location: str, page_size: int) -> None:
        self._api, self._location, self._page_size = api, location, page_size
        self._tracks = ShopSettings(api).tracks_inventory

    def find(self, skus: Collection[str]) -> Mapping[str, Sequence[tk.Shelf]]:
        """By SKU."""
        found = find_variants(self._api, skus, FIELDS, self._page_size)
        return {sku: [self._shelf(variant) for variant in variants] for sku, variants in found.items()}

    def write(self, counts: Sequence[tk.Count]) -> Mapping[str, SourceUnavailable]:
        """All in one call; what the shop does not show afterwards was not taken."""
        rows = [
            {"id": one.shelf.id, "stockLevels": [{"stockLocationId": self._location, "stockOnHand": one.units}]}
            for one in counts
        ]
        answer = self._api.ask(WRITE, input=rows)["updateProductVariants"]
        shown = {str(row["id"]): self._at(row)[0] for row in answer if row is not None}
        return {
            one.sku: SourceUnavailable(f"Vendure shows {shown.get(one.shelf.id)} on hand after {one.units} was written")
            for one in counts
            if shown.get(one.shelf.id) != one.units
        }

    def _shelf(self, variant: Json) -> tk.Shelf:
        own = str(variant["trackInventory"])
        on_hand, allocated = self._at(variant)
        tracked = self._tracks if own == "INHERIT" else own == "TRUE"
        return tk.Shelf(id=str(variant["id"]), units=on_hand, reserved=allocated, tracked=tracked)

    def _at(self, variant: Json) -> tuple[int | None, int]:
        """On hand and allocated; None on hand where the variant was never there."""
        for level in variant["stockLevels"]:
            if str(level["stockLocationId"]) == self._location:
                return whole_number(level["stockOnHand"]), whole_number(level["stockAllocated"])
        return None, 0


def choose_location(locations: Sequence[Json], chosen: str | None) -> str:
    """The id of the location to write to. Vendure itself would take stock for a location that does not exist, show
    nothing of it, and from then on fail whoever wants to order that variant.

    Raises:
        SourceRefused: it takes a choice.
    """
    return tk.choose_location(locations, chosen, "Vendure")
