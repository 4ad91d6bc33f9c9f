"""What goes back to the shop: shipments, stock and products."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from tradegecko_bridge.commerce import ProductDetails, VariantStock
from tradegecko_bridge.commerce.remote import (
    ChangedProducts,
    PriceList,
    RemoteShipment,
)
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.gateway import (
    cursors,
    product_lists,
    translate,
)
from tradegecko_bridge.tradegecko.gateway.listing import changes
from tradegecko_bridge.tradegecko.gateway.mirror import OVERLAP
from tradegecko_bridge.tradegecko.gateway.reader import Reader
from tradegecko_bridge.tradegecko.gateway.stock_copy import TAKEN, StockCopy, taken_rows, with_parts


class WayBack(Reader):
    """Lists of what there is and what has changed."""

    def shipments_since(self, cursor: str | None, *, not_before: datetime | None = None) -> Iterable[RemoteShipment]:
        """Fulfilments that were shipped, by ``updated_at``, those that were taken back since too; packed ones are still
        in the warehouse (§6.3).

        Read by moments, not by page numbers: see ``listing.Position``.
        """
        moment = cursors.reached(cursor, self._mirror.server_clock()).since
        since = moment - OVERLAP if moment else not_before
        if since is not None and moment is None:  # whoever chose it may have a clock that is ahead
            since = min(since, self._mirror.by_server(since))
        seen: set[tuple[str, str]] = set()

        def call_at(number: int, since: datetime | None) -> Call[Page[records.Fulfillment]]:
            return resources.FULFILLMENTS.list(
                page=number, status=["fulfilled", *translate.WITHDRAWN], updated_at_min=since, order="updated_at asc"
            )

        for page in changes(self._normal, call_at, since):
            now = self._mirror.server_clock()
            shipments = [
                evolve(shipment, cursor=cursors.moment_within(shipment.cursor, now))
                for shipment in translate.remote_shipments(page)
            ]
            yield from (shipment for shipment in shipments if (shipment.id, shipment.cursor) not in seen)
            seen = {(shipment.id, shipment.cursor) for shipment in shipments}

    def stock(self) -> Iterable[VariantStock]:
        """Every active variant with a SKU; what bundles hold is computed by TradeGecko (§9)."""
        for page in self._long_list(resources.VARIANTS.list(order="created_at asc")):
            for variant in page:
                if variant.sku:
                    one = translate.variant_stock(variant)
                    yield with_parts(one, self._mirror, self._bulk) if variant.composite else one

    def stock_within(self, age: timedelta, at: datetime) -> Iterable[VariantStock]:
        """From what is remembered of the account; where nothing is, the whole list."""
        if self._mirror_store is None or self._mirror.disabled:
            return self.stock()
        return StockCopy(self._mirror, self._mirror_store, self._normal, self._bulk).read(age, at)

    def stock_changed(self, variant_ids: Collection[str]) -> None:
        """Noted beside what is remembered."""
        if self._keeps_stock:
            self._mirror.note(TAKEN, taken_rows(({"variant_id": id_} for id_ in variant_ids), self._clock()))
            self._mirror.flush()

    def products(self) -> Iterable[ProductDetails]:
        """Page by page, some of them with a call for their pictures."""
        listed = self._long_list(resources.PRODUCTS.list(include=["variants"], order="created_at asc"))
        return product_lists.details(self._normal, listed)

    def changed_products(self, cursor: str | None) -> ChangedProducts:
        """Three calls where nothing has changed."""
        return product_lists.changed_products(self._normal, cursor, self._mirror.server_clock())

    def products_by_id(self, references: Collection[str]) -> Iterable[ProductDetails]:
        """Two hundred a call, some of them with another one for their pictures."""
        return product_lists.products_by_id(self._normal, references)

    def price_lists(self) -> Sequence[PriceList]:
        """One call."""
        return product_lists.price_lists(self._normal)
