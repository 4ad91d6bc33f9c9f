"""Units that sources have sold and the order-management system may not have committed yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from tradegecko_bridge.commerce.values import bare
from tradegecko_bridge.engine.back_sync.stock_rules import ZERO
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.mapping.rules import as_sent
from tradegecko_bridge.engine.mapping.validation import is_sane
from tradegecko_bridge.engine.settings.choices import MatchBy
from tradegecko_bridge.ledger import DELIVERED_STATES, OPEN_STATES, LedgerEntry


class InFlight:
    """Orders of any source of the ledger that were open when the listing began, or at any moment since.

    An order that is delivered while a long list is read may be missing from what was read before: so it is taken off
    as well, though it may be committed already. The next listing says which.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lines: dict[int, Sequence[tuple[str, str, Decimal]]] = {}
        """By entry: barcode, TradeGecko's SKU as far as this connection's aliases tell, and units, of each line."""
        self._began = context.clock()
        self._add(context.store.entries(states=OPEN_STATES))

    def close(self) -> None:
        """The listing is over: add what came and went meanwhile."""
        store, since = self._context.store, self._began + timedelta(microseconds=1)
        self._add(store.entries(states=OPEN_STATES))
        self._add(store.entries(states=DELIVERED_STATES, ingested=(since, None)))

    def _add(self, entries: Iterable[LedgerEntry]) -> None:
        settings = self._context.settings
        for entry in entries:
            if entry.id in self._lines or entry.order is None:
                continue
            sane = [line for line in entry.order.lines if is_sane(line)]
            parts = [part for line in sane for part in as_sent(line, settings)]
            self._lines[entry.id] = [(one.barcode or "", bare(one.sku), max(one.quantity, ZERO)) for one in parts]

    @property
    def barcodes(self) -> frozenset[str]:
        """Those by which lines may go to a variant."""
        if self._context.settings.match_by is not MatchBy.BARCODE:
            return frozenset()
        return frozenset(barcode for lines in self._lines.values() for barcode, _, _ in lines if barcode)

    def units(self, carriers: Mapping[str, set[str]]) -> dict[str, Decimal]:
        """Units by TradeGecko's SKU; ``carriers`` are the SKUs of the variants with each of the :attr:`barcodes`.

        Those of a barcode that several variants carry count for each of them.
        """
        units: dict[str, Decimal] = {}
        for lines in self._lines.values():
            for barcode, own, quantity in lines:
                for sku in map(bare, carriers.get(barcode) or {own}):
                    units[sku] = units.get(sku, ZERO) + quantity
        return units
