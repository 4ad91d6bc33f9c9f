"""Stock levels into Vendure.

Vendure counts what is on the shelf (``stockOnHand``) and what of it is promised to orders (``stockAllocated``);
a stock level says what can still be sold. So the shelf gets *available + allocated*. A shop's out-of-stock
threshold comes on top of that; it is the shop's own rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from attrs import frozen

from tradegecko_bridge.bounds import whole_number
from tradegecko_bridge.commerce import ItemResult, StockLevel, Verdict
from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.sources.toolkit.batch import failed, is_silence, not_tried
from tradegecko_bridge.sources.toolkit.faults import ShopFault
from tradegecko_bridge.sources.toolkit.incremental import in_chunks
from tradegecko_bridge.sources.vendure.api import Json, Refusal, ShopSettings, VendureApi
from tradegecko_bridge.sources.vendure.catalogue import find_variants, one_of

FIELDS = "trackInventory stockLevels{stockLocationId stockOnHand stockAllocated}"

LOCATIONS = "query Locations{stockLocations(options: {take: 100}){items{id name}}}"

WRITE = f"""
mutation Stock($input: [UpdateProductVariantInput!]!){{updateProductVariants(input: $input){{id {FIELDS}}}}}"""


@frozen
class Change:
    """One shelf to set: ``on_hand`` units of a variant."""

    sku: str
    variant: str
    on_hand: int


class _Shop(Protocol):
    tracks_inventory: bool


class Shelves:
    """Sets stock at one location of one shop, a page of variants in a call."""

    def __init__(self, api: VendureApi, location: str | None, page_size: int) -> None:
        self._api = api
        self._location = location
        self._page_size = page_size
        self._silent = False

    def set(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        """Each level's own result; only what differs is written.

        Raises:
            SourceRefused: the shop has several stock locations and none was chosen, or not the chosen one.
            SourceUnavailable, SourceNeedsLogin: before anything was written.
        """
        if not levels:
            return
        location = choose_location(self._api.ask(LOCATIONS)["stockLocations"]["items"], self._location)
        shop = ShopSettings(self._api)
        for some in in_chunks(levels, self._page_size):
            if self._silent:
                yield from (not_tried(level.sku) for level in some)
            else:
                yield from self._set_some(some, location, shop)

    def _set_some(self, levels: Sequence[StockLevel], location: str, shop: _Shop) -> Iterator[ItemResult]:
        wanted = {level.sku: level for level in levels}
        try:
            found = find_variants(self._api, wanted, FIELDS, self._page_size)
        except (SourceRefused, SourceUnavailable) as error:
            yield from self._failed(wanted, error)
            return
        changes = []
        for sku, level in wanted.items():
            planned = plan(level, found[sku], location, shop)
            if isinstance(planned, Change):
                changes.append(planned)
            else:
                yield planned
        yield from self._write(changes, location)

    def _write(self, changes: Sequence[Change], location: str) -> Iterator[ItemResult]:
        """All in one call; where the shop refuses that, for one of them or for all, one by one."""
        if not changes:
            return
        try:
            shown = self._write_now(changes, location)
        except (Refusal, ShopFault) as error:
            if len(changes) == 1:
                yield failed(changes[0].sku, error)
            else:
                for change in changes:
                    yield from self._write([change], location)
        except SourceUnavailable as error:
            yield from self._failed([change.sku for change in changes], error)
        else:
            yield from (confirm(change, shown.get(change.variant)) for change in changes)

    def _failed(self, skus: Collection[str], error: SourceRefused | SourceUnavailable) -> Iterator[ItemResult]:
        self._silent = self._silent or is_silence(error)
        return (failed(sku, error) for sku in skus)

    def _write_now(self, changes: Sequence[Change], location: str) -> Mapping[str, int | None]:
        rows = [
            {"id": one.variant, "stockLevels": [{"stockLocationId": location, "stockOnHand": one.on_hand}]}
            for one in changes
        ]
        answer = self._api.ask(WRITE, input=rows)["updateProductVariants"]
        return {str(row["id"]): _at(row, location)[0] for row in answer if row is not None}


def choose_location(locations: Sequence[Json], chosen: str | None) -> str:
    """The id of the location to write to: by id or name, or the only one.

    Raises:
        SourceRefused: it takes a choice. Vendure itself would take stock for a location that does not exist, show
            nothing of it, and from then on fail whoever wants to order that variant.
    """
    fitting = [one for one in locations if chosen is None or chosen in {str(one["id"]), one["name"]}]
    if len(fitting) == 1:
        return str(fitting[0]["id"])
    known = ", ".join(f"{one['id']} ({one['name']})" for one in locations) or "none"
    wrong = "stock_location is not set" if chosen is None else f"stock_location {chosen!r} is not exactly one of them"
    raise SourceRefused(f"{wrong}; Vendure's stock locations are: {known}")


def plan(level: StockLevel, variants: Sequence[Json], location: str, shop: _Shop) -> Change | ItemResult:
    """What to write for one level, or the answer when there is nothing to write. Parts of a unit do not count."""
    if not variants:
        return ItemResult(key=level.sku, verdict=Verdict.IGNORED, message="no variant in Vendure has this SKU")
    try:
        variant = one_of(level.sku, variants)
    except SourceRefused as error:
        return failed(level.sku, error)
    if not _tracked(variant, shop):
        return ItemResult(key=level.sku, verdict=Verdict.IGNORED, message="Vendure does not track its inventory")
    on_hand, allocated = _at(variant, location)
    wanted = int(level.available) + allocated
    if on_hand == wanted:
        return ItemResult(key=level.sku, verdict=Verdict.ACCEPTED)
    return Change(level.sku, str(variant["id"]), wanted)


def confirm(change: Change, shown: int | None) -> ItemResult:
    """Whether the shop now shows what we wrote."""
    if shown == change.on_hand:
        return ItemResult(key=change.sku, verdict=Verdict.ACCEPTED)
    message = f"Vendure shows {shown} on hand after {change.on_hand} was written"
    return ItemResult(key=change.sku, verdict=Verdict.FAILED, message=message)


def _tracked(variant: Json, shop: _Shop) -> bool:
    own = str(variant["trackInventory"])
    return shop.tracks_inventory if own == "INHERIT" else own == "TRUE"


def _at(variant: Json, location: str) -> tuple[int | None, int]:
    """On hand and allocated at a location; None on hand where the variant was never there."""
    for level in variant["stockLevels"]:
        if str(level["stockLocationId"]) == location:
            return whole_number(level["stockOnHand"]), whole_number(level["stockAllocated"])
    return None, 0
