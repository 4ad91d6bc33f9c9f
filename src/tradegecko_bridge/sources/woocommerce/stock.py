"""Stock levels into WooCommerce.

Its ``stock_quantity`` is what can still be sold: an order takes its units off as it is paid for, or put on hold. A SKU
has stock of its own only where that is switched on for it. A variation may share its product's, and then no number is
right for it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import Json, WooApi
from tradegecko_bridge.sources.woocommerce.catalogue import batches, find
from tradegecko_bridge.sources.woocommerce.listing import LARGEST_PAGE

FIELDS = "id,parent_id,type,sku,manage_stock,stock_quantity"
SHARED = "parent"
"""What ``manage_stock`` says of a variation that shares its product's stock."""


class Shelves:
    """Sets stock in one shop.

    Args:
        track_stock: switch a SKU's own stock on where it is not; else its level is ignored, and that of a variation
            which shares its product's is refused.
    """

    def __init__(self, api: WooApi, *, track_stock: bool) -> None:
        self._api, self._track_stock = api, track_stock
        self._found: dict[str, Json] = {}

    def find(self, skus: Collection[str]) -> Mapping[str, Sequence[tk.Shelf]]:
        """By SKU."""
        found = find(self._api, skus, _fields=FIELDS)
        self._found = {str(one["id"]): one for several in found.values() for one in several}
        return {sku: [self._shelf(one) for one in several] for sku, several in found.items()}

    def write(self, counts: Sequence[tk.Count]) -> Mapping[str, str]:
        """A hundred in a call; each is answered by itself."""
        by_id = {count.shelf.id: count for count in counts}
        wrong, rows = {}, []
        for count in counts:
            one = self._found[count.shelf.id]
            if one.get("manage_stock") == SHARED and not self._track_stock:
                wrong[count.sku] = "it shares its product's stock: switch on its own in the shop, or track_stock here"
            else:
                rows.append((one, {"manage_stock": True, "stock_quantity": count.units}))
        for place, fields in batches(rows).items():
            for some in tk.in_chunks(fields, LARGEST_PAGE):
                refused = self._refusals(place, some)
                wrong |= {by_id[key].sku: why for key, why in refused.items()}
        return wrong

    def _refusals(self, place: str, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        answers = self._api.post(place, {"update": rows}, repeatable=True).rows_in("update")
        shown = {str(one.get("id")): one for one in answers if isinstance(one, Mapping)}
        return {str(row["id"]): why for row in rows if (why := _wrong_with(row, shown.get(str(row["id"]))))}

    def _shelf(self, one: Json) -> tk.Shelf:
        managed, units = one.get("manage_stock"), one.get("stock_quantity")
        return tk.Shelf(
            id=str(one["id"]),
            units=int(units) if managed is True and units is not None else None,
            tracked=self._track_stock or bool(managed),
        )


def _wrong_with(row: Mapping[str, Any], shown: Json | None) -> str:
    if shown is None:
        return "the shop says nothing of it"
    if isinstance(error := shown.get("error"), Mapping):
        return f"the shop refused it: {error.get('message') or error.get('code')}"
    if shown.get("stock_quantity") != row["stock_quantity"]:
        return f"the shop shows {shown.get('stock_quantity')} after {row['stock_quantity']} was written"
    return ""
