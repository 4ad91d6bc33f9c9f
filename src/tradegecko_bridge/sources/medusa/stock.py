"""Stock levels into Medusa, which counts what is on the shelf; what orders have reserved of it is not for sale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.medusa.orders import Json

LEVELS = "location_levels.location_id,location_levels.stocked_quantity,location_levels.reserved_quantity"
VARIANTS = ",".join(
    (
        "id,sku,manage_inventory,inventory_items.inventory_item_id,inventory_items.required_quantity",
        *(f"inventory_items.inventory.{field}" for field in LEVELS.split(",")),
    )
)
ITEMS = f"id,sku,{LEVELS}"
MOST_LOCATIONS = 1000


def location_of(client: tk.ShopClient, chosen: str | None) -> str:
    """The id of the location to write to: by id or name, or the only one.

    Raises:
        SourceRefused: it takes a choice.
    """
    answer = client.get("admin/stock-locations", fields="id,name", limit=MOST_LOCATIONS)
    return tk.choose_location(answer.rows_in("stock_locations"), chosen, "Medusa")


class Shelves:
    """Inventory items at one location. A SKU is a variant's; one that no variant has may be an inventory item's own."""

    def __init__(self, client: tk.ShopClient, location: str) -> None:
        self._client = client
        self._location = location

    def find(self, skus: Collection[str]) -> Mapping[str, Sequence[tk.Shelf]]:
        """By SKU, in one question or two."""
        found: dict[str, list[tk.Shelf]] = defaultdict(list)
        for variant in self._ask("product-variants", "variants", skus, VARIANTS):
            found[variant["sku"]].append(self._of_variant(variant))
        if missing := [sku for sku in skus if sku not in found]:
            for item in self._ask("inventory-items", "inventory_items", missing, ITEMS):
                found[item["sku"]].append(self._shelf(item["id"], item["location_levels"]))
        return found

    def write(self, counts: Sequence[tk.Count]) -> Mapping[str, str]:
        """All in one call, which Medusa takes or refuses whole."""
        body: dict[str, list[dict[str, Any]]] = {"create": [], "update": []}
        for one in counts:
            shelf = {"inventory_item_id": one.shelf.id, "location_id": self._location}
            body["create" if one.shelf.units is None else "update"].append(
                shelf | {"stocked_quantity": max(one.units, 0)}
            )
        path = "admin/inventory-items/location-levels/batch"
        self._client.post(path, {what: levels for what, levels in body.items() if levels}, repeatable=True)
        return {}

    def _ask(self, path: str, name: str, skus: Collection[str], fields: str) -> Sequence[Json]:
        answer = self._client.get(f"admin/{path}", **{"sku[]": list(skus), "fields": fields, "limit": 2 * len(skus)})
        return [one for one in answer.rows_in(name) if one["sku"] in skus]

    def _of_variant(self, variant: Json) -> tk.Shelf:
        items = variant["inventory_items"] or []
        single = len(items) == 1 and tk.number(items[0], "required_quantity") == 1
        if not variant["manage_inventory"] or not single:  # a kit is as many as its parts make
            return tk.Shelf(id=variant["id"], units=None, tracked=False)
        return self._shelf(items[0]["inventory_item_id"], items[0]["inventory"]["location_levels"])

    def _shelf(self, id: str, levels: Sequence[Json]) -> tk.Shelf:
        for level in levels or ():
            if level["location_id"] == self._location:
                units, reserved = (int(tk.number(level, f"{what}_quantity")) for what in ("stocked", "reserved"))
                return tk.Shelf(id=id, units=units, reserved=reserved)
        return tk.Shelf(id=id, units=None)
