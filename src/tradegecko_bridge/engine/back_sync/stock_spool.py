"""A whole listing of variants on disk, by SKU."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import LocationStock, VariantStock
from tradegecko_bridge.ports import Spool


class VariantSpool:
    """Variants in little memory; of bundles their components are kept at hand (``bundles``, by variant id).

    ``oldest`` is the oldest moment at which one of them was read, ``began`` that of those which do not say.
    """

    def __init__(self, spool: Spool, began: datetime) -> None:
        self._spool = spool
        self.bundles: dict[str, tuple[tuple[str, Decimal], ...]] = {}
        self.oldest: datetime = began

    def fill(self, variants: Iterable[VariantStock]) -> None:
        """Add these."""
        self._spool.add((one.sku, _row(self._noted(one))) for one in variants)

    def _noted(self, one: VariantStock) -> VariantStock:
        if one.parts:
            self.bundles[one.variant_id] = one.parts
        if one.as_of is not None and one.as_of < self.oldest:
            self.oldest = one.as_of
        return one

    def groups(self) -> Iterator[tuple[str, list[VariantStock]]]:
        """Each SKU with the variants that carry it; of a variant that was listed twice the later counts."""
        for sku, rows in self._spool.groups():
            yield sku, list({one.variant_id: one for one in (_variant(sku, row) for row in rows)}.values())


def _row(one: VariantStock) -> str:
    """A variant as a line; its SKU stands beside it."""
    at = [[here.location_id, str(here.on_hand), str(here.committed)] for here in one.locations]
    most = None if one.maximum is None else str(one.maximum)
    parts = [[id_, str(units)] for id_, units in one.parts]
    as_of = None if one.as_of is None else one.as_of.isoformat()
    facts: list[Any] = [one.variant_id, at, one.tracked, one.sell_without_stock, most, one.barcode]
    return json.dumps([*facts, one.sellable, one.online, parts, as_of])


def _variant(sku: str, row: str) -> VariantStock:
    """What :func:`_row` wrote."""
    id_, at, tracked, sell_without_stock, most, barcode, sellable, online, parts, as_of = json.loads(row)
    return VariantStock(
        variant_id=id_,
        sku=sku,
        locations=tuple(
            LocationStock(location_id=here, on_hand=Decimal(on_hand), committed=Decimal(committed))
            for here, on_hand, committed in at
        ),
        tracked=tracked,
        sell_without_stock=sell_without_stock,
        maximum=None if most is None else Decimal(most),
        barcode=barcode,
        sellable=sellable,
        online=online,
        parts=tuple((part, Decimal(units)) for part, units in parts),
        as_of=None if as_of is None else datetime.fromisoformat(as_of),
    )
