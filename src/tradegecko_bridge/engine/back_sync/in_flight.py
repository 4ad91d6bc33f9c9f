"""Units that the account's sources have sold and the order-management system may not have committed yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Unpack

from attrs import evolve, field, frozen

from tradegecko_bridge.commerce import VariantStock
from tradegecko_bridge.commerce.remote import RecordKind
from tradegecko_bridge.commerce.values import bare
from tradegecko_bridge.engine.back_sync.stock_rules import ZERO, bundles_of, free_units, is_chosen
from tradegecko_bridge.engine.back_sync.stock_spool import VariantSpool
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.mapping.rules import as_sent
from tradegecko_bridge.engine.mapping.validation import is_sane
from tradegecko_bridge.engine.settings.choices import MatchBy, OrderStatus
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.source_calls import in_batches
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.ledger import DELIVERED_STATES, OPEN_STATES, TOO_OLD, Filter, LedgerEntry, OrderState
from tradegecko_bridge.ports import ShowsOrders

PAGE: Final = 200
Moment = datetime | None
"""When units were committed at the latest; None: they are not."""
Key = tuple[str, str, str]
"""What a line goes to a variant by: a barcode (blank where none counts) and a SKU of TradeGecko's; and the id of the
location its order is for, blank where nobody said."""


@frozen
class InFlight:
    """What was sold, by what its lines go to a variant by: units by :data:`Moment`.

    These are orders of any connection of this account: those that are open; drafts, which commit nothing before
    somebody approves them; and those that were delivered after the stock that is at hand was read.
    """

    sold: dict[Key, dict[Moment, Decimal]] = field(factory=dict)

    def add(self, entry: LedgerEntry, moment: Moment, settings: ConnectionSettings) -> None:
        """An order's lines, as its connection's ``settings`` send them, which name locations by their ids."""
        by_barcode = settings.match_by is MatchBy.BARCODE
        for line in filter(is_sane, entry.order.lines if entry.order else ()):
            for part in as_sent(line, settings):
                barcode = (by_barcode and part.barcode) or ""
                units = self.sold.setdefault((barcode, bare(part.sku), settings.location or ""), {})
                units[moment] = units.get(moment, ZERO) + max(part.quantity, ZERO)

    def reserved(self, variants: VariantSpool, settings: ConnectionSettings, began: datetime) -> dict[str, Decimal]:
        """What of each variant is in flight, by its id; blank of those of which nothing is.

        A bundle's order takes its components, and what is taken of a component no bundle can be made of. What is known
        to be for another location than those of the ``settings`` takes nothing there. ``began`` is when the variants
        were read that do not say.
        """
        here = {key: units for key, units in self.sold.items() if not key[2] or is_chosen(key[2], settings)}
        at_hand = _at_hand(variants, here) if here or variants.bundles else {}
        sold = _by_variant(here, at_hand)
        for id_ in [id_ for id_ in sold if id_ in variants.bundles]:
            for part, units in variants.bundles[id_]:
                for moment, bundles in sold[id_].items():
                    _add(sold, part, moment, bundles * units)

        def left(one: VariantStock) -> Decimal:
            read = one.as_of or began
            units = sold.get(one.variant_id, {}).items()
            return sum((count for moment, count in units if moment is None or moment > read), ZERO)

        found = {id_: left(one) for id_, one in at_hand.items() if id_ in sold}
        for id_, parts in variants.bundles.items():
            bundle = at_hand.get(id_)
            there = [(units, at_hand[part], left(at_hand[part])) for part, units in parts if part in at_hand]
            if bundle is None or len(there) < len(parts):
                continue  # what is not listed cannot be counted
            counted = [part for part in there if part[1].tracked and part[0] > 0]
            if counted:
                free = free_units(bundle, settings)
                made = bundles_of(counted, settings)
                older = any((bundle.as_of or began) < (part.as_of or began) for _, part, _ in counted)
                found[id_] = free - (made if older else min(made, free))
        return {id_: units for id_, units in found.items() if units}


def _by_variant(
    here: Mapping[Key, Mapping[Moment, Decimal]], at_hand: Mapping[str, VariantStock]
) -> dict[str, dict[Moment, Decimal]]:
    """The same by variant. What goes by a barcode, or a SKU, that several variants carry counts for each of them: until
    somebody says which of them was sold, none is sold twice."""
    carriers: dict[tuple[str, str], list[str]] = {}
    for id_, one in at_hand.items():
        carriers.setdefault((one.barcode or "", ""), []).append(id_)
        carriers.setdefault(("", bare(one.sku)), []).append(id_)
    sold: dict[str, dict[Moment, Decimal]] = {}
    for (barcode, sku, _), units in here.items():
        by_barcode = carriers.get((barcode, ""), []) if barcode else []
        for id_ in by_barcode or carriers.get(("", sku), []) if sku or by_barcode else []:
            for moment, count in units.items():
                _add(sold, id_, moment, count)
    return sold


def _add(sold: dict[str, dict[Moment, Decimal]], id_: str, moment: Moment, count: Decimal) -> None:
    units = sold.setdefault(id_, {})
    units[moment] = units.get(moment, ZERO) + count


def _at_hand(variants: VariantSpool, sold: Iterable[Key]) -> dict[str, VariantStock]:
    """The variants that lines may go to, bundles, and their components."""
    barcodes, skus = {barcode for barcode, _, _ in sold if barcode}, {sku for _, sku, _ in sold}
    wanted = {part for parts in variants.bundles.values() for part, _ in parts} | variants.bundles.keys()
    return {
        one.variant_id: one
        for _, several in variants.groups()
        for one in several
        if one.variant_id in wanted or bare(one.sku) in skus or one.barcode in barcodes
    }


class Reading:
    """Reads what is in flight, beginning with what is open before the stock is read: an order that is delivered while
    that goes on may be missing from what was read before.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked for a location.
    """

    def __init__(self, context: Context) -> None:
        self._c, self._account = context, _Family(context)
        self._found, self._seen = InFlight(), set[int]()
        self._add_open()

    def finish(self, since: datetime) -> InFlight:
        """All of it, now that the stock is read, of which the oldest was read at ``since``.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked which orders are drafts.
        """
        self._add_open()
        for entry in _drafts(self._c, self._account):
            self._add(entry, None)
        patience = self._c.timing.patience
        for entry in _entries(self._c, states=DELIVERED_STATES, ingested=(since - patience, None)):
            sent = (entry.sent_at or entry.in_state_since) + patience
            self._add(entry, min(entry.in_state_since, sent))
        return self._found

    def _add_open(self) -> None:
        for entry in _entries(self._c, states=OPEN_STATES):
            if (
                entry.reason is None or entry.reason.code != TOO_OLD
            ):  # sold before the first run, that has left long ago
                self._add(entry, None)

    def _add(self, entry: LedgerEntry, moment: Moment) -> None:
        if entry.id not in self._seen and self._account.has(entry.connection):
            self._seen.add(entry.id)
            self._found.add(entry, moment, self._account.settings(entry.connection))


class _Family:
    """The connections of one account."""

    def __init__(self, context: Context) -> None:
        self._c = context
        self._own = context.store.known_account(context.connection)
        self._has: dict[str, bool] = {context.connection: True}
        self._settings: dict[str, ConnectionSettings] = {}

    def has(self, connection: str) -> bool:
        """Whether it is one of them; where nobody knows its account yet, it may be."""
        if connection not in self._has:
            other = self._c.store.known_account(connection)
            self._has[connection] = None in (self._own, other) or self._own.account.is_same(other.account)  # type: ignore[union-attr]
        return self._has[connection]

    def settings(self, connection: str) -> ConnectionSettings:
        """Its settings, with the id of its location; ours where nobody gave them."""
        if connection not in self._settings:
            c = self._c
            given = c.settings if connection == c.connection else c.siblings.get(connection, c.settings)
            self._settings[connection] = evolve(given, location=self._location(given.location))
        return self._settings[connection]

    def _location(self, name: str | None) -> str | None:
        try:
            return None if name is None else self._c.gateway.find_record(RecordKind.LOCATION, name)
        except Rejected:
            return None  # it is not there, which orders are held for

    def with_drafts(self) -> list[str]:
        """Those whose orders are made as drafts."""
        c = self._c
        names = {c.connection: None, **dict.fromkeys(c.siblings)}
        return [one for one in names if self.has(one) and self.settings(one).order_status is OrderStatus.DRAFT]


def _drafts(context: Context, account: _Family) -> Iterator[LedgerEntry]:
    """Delivered orders that nobody has approved yet."""
    gateway = context.gateway
    if not isinstance(gateway, ShowsOrders):
        return
    for connection in account.with_drafts():
        for batch in in_batches(_entries(context, connection, states=[OrderState.DELIVERED]), PAGE):
            orders = {entry.remote_id: entry for entry in batch if entry.remote_id}
            drafts = {one.id for one in gateway.orders_by_id(orders) if one.status == OrderStatus.DRAFT}
            yield from (entry for id_, entry in orders.items() if id_ in drafts)


def _entries(context: Context, connection: str | None = None, **wanted: Unpack[Filter]) -> Iterator[LedgerEntry]:
    """Page by page: there may be many."""
    before: int | None = None
    while page := context.store.entries(connection, limit=PAGE, before=before, **wanted):
        yield from page
        before = page[-1].id
