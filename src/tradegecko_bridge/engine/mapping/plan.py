"""What is worked out of an order, each thing once: prepared by the settings, then planned with what the account has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import evolve, frozen

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft
from tradegecko_bridge.engine.mapping import discounts
from tradegecko_bridge.engine.mapping.catalog import Catalog
from tradegecko_bridge.engine.mapping.draft import build_draft
from tradegecko_bridge.engine.mapping.list_prices import list_prices
from tradegecko_bridge.engine.mapping.noise import without_noise
from tradegecko_bridge.engine.mapping.rules import apply_settings, held_by_tag, is_nothing, unmapped_ship_method
from tradegecko_bridge.engine.mapping.tax import ZERO, parts_of, places, tax_in
from tradegecko_bridge.engine.mapping.totals import (
    Compared,
    compared,
    is_within,
    rates_for_check,
    total_differs,
    with_rounding,
    with_untaxed_shipping,
)
from tradegecko_bridge.engine.mapping.validation import absurd, half_texts, impossible, named
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import Reason

MOST_SHOWN: Final = 3
"""Tax rates of one way that are told."""


@frozen(kw_only=True)
class PreparedOrder:
    """An order as its source gave it; with all tax rates that are known; and as the connection's settings make it.

    ``otherwise`` is the same order with its discounts taken off before tax instead, where nobody says which; ``absurd``
    is what of its numbers nothing may compute with.
    """

    order: SourceOrder
    rated: SourceOrder
    applied: SourceOrder
    otherwise: Sequence[PreparedOrder] = ()
    absurd: Reason | None = None


@frozen(kw_only=True)
class OrderPlan:
    """What would be created. ``line_ids`` are variant ids by the source's line references, ``total`` is what it will
    come to (None where a tax rate nobody knows decides that), ``notes`` are what a person should know of it."""

    draft: OrderDraft
    line_ids: Mapping[str, str]
    total: Decimal | None
    notes: Sequence[str] = ()


def prepare(order: SourceOrder, number: str, settings: ConnectionSettings, digits: int) -> PreparedOrder:
    """The order under its number in TradeGecko; ``digits`` are those of its currency."""
    wrong = absurd(order)
    if wrong is not None:
        order = without_noise(order, digits)
        wrong = absurd(order)
    ways = [order] if wrong else discounts.ways(order, digits, settings)
    first, *others = (_prepared(way, order, number, settings, digits, wrong) for way in ways)
    return evolve(first, otherwise=others) if others else first


def _prepared(
    way: SourceOrder,
    order: SourceOrder,
    number: str,
    settings: ConnectionSettings,
    digits: int,
    wrong: Reason | None,
) -> PreparedOrder:
    rated = rates_for_check(way, digits)
    applied = apply_settings(rated, number, settings, digits)
    return PreparedOrder(order=order, rated=rated, applied=applied, absurd=wrong)


def plan(prepared: PreparedOrder, marker: str, catalog: Catalog, settings: ConnectionSettings) -> OrderPlan | Reason:
    """The order to create, or the reason why it cannot be."""
    order, digits = prepared.order, catalog.digits_of(prepared.order)
    wrong = held_by_tag(order, settings) or unmapped_ship_method(order, settings) or impossible(order)
    if reason := wrong or prepared.absurd:
        return reason
    notes = list(_dropped(order))
    if any(line.price is None for line in order.lines):
        priced = list_prices(order, catalog, settings, digits)
        if isinstance(priced, Reason):
            return priced
        notes.append(priced.note)
        prepared = prepare(priced.order, prepared.applied.number, settings, digits)
    found = [_tried(way, marker, catalog, settings, digits) for way in (prepared, *prepared.otherwise)]
    chosen = _chosen(prepared.order, found, digits, catalog.tax_rates)
    if isinstance(chosen, Reason):
        return chosen
    if half := half_texts(chosen.draft):
        return half
    draft, total, difference = chosen.draft, chosen.compared.total, chosen.compared.difference
    if not is_within(difference, draft, digits, settings):
        others = [one.compared.total for one in found if isinstance(one, _Try) and one is not chosen]
        return total_differs(draft, chosen.compared, digits, settings, catalog.tax_rate, others)
    if difference and total is not None:
        draft, total = with_rounding(draft, difference), total + difference
    line_ids = catalog.line_ids(prepared.applied.lines)
    return OrderPlan(draft=draft, line_ids=line_ids, total=total, notes=notes)


def _dropped(order: SourceOrder) -> Iterator[str]:
    """What is said of lines that stand for nothing."""
    if empty := [named(line) for line in order.lines if is_nothing(line)]:
        yield f"without {', '.join(empty)}, of which there are 0"


# ── discounts before tax or after it ─────────────────────────────────────────────────────────


@frozen
class _Try:
    """The order with its discounts one way, and what it would come to."""

    rated: SourceOrder
    draft: OrderDraft
    compared: Compared

    @property
    def gap(self) -> Decimal:
        """By how much the total differs from the source's."""
        return abs(self.compared.difference or ZERO)

    @property
    def tax_gap(self) -> Decimal:
        """By how much the tax differs from the source's."""
        said = self.rated.totals.tax
        return ZERO if said is None else abs(said - sum(_taxes(self.rated), ZERO))

    @property
    def rates(self) -> frozenset[Decimal | None]:
        return frozenset(part.tax_rate for part in parts_of(self.rated) if part.tax_rate != 0)

    @property
    def is_odd(self) -> tuple[int, int]:
        """The more rates there are, and the more digits they have, the less likely are they the true ones."""
        return len(self.rates), sum(99 if rate is None else places(rate) for rate in self.rates)


def _taxes(order: SourceOrder) -> Iterator[Decimal]:
    return (tax_in(part, part.tax_rate or ZERO) for part in parts_of(order))


def _tried(
    way: PreparedOrder, marker: str, catalog: Catalog, settings: ConnectionSettings, digits: int
) -> _Try | Reason:
    draft = build_draft(way.applied, marker, catalog, settings)
    if isinstance(draft, Reason):
        return draft
    found = compared(draft, way.rated, digits, settings, catalog.tax_rate)
    if found.difference and not draft.prices_include_tax:
        untaxed = with_untaxed_shipping(draft)
        again = compared(untaxed, way.rated, digits, settings, catalog.tax_rate)
        if not again.difference:
            return _Try(way.rated, untaxed, again)
    return _Try(way.rated, draft, found)


def _chosen(
    order: SourceOrder, found: Sequence[_Try | Reason], digits: int, known: Collection[Decimal]
) -> _Try | Reason:
    """The way that comes to the source's totals; the reason where several do, and differ.

    Where the source gives no rates, several ways come to its totals, each at rates of its own. It was the one that its
    subtotal shows, or the only one at rates that the account knows, or the one at the roundest rates.
    """
    tries = [one for one in found if isinstance(one, _Try)]
    if len(tries) < 2:
        return tries[0] if tries else found[0]
    if discounts.has_rates(order):
        return min(tries, key=lambda one: (one.gap, one.tax_gap))
    least = Decimal(1).scaleb(-digits) * len(order.priced)
    fits = [one for one in tries if one.gap <= least] or [min(tries, key=lambda one: one.gap)]
    if discounts.subtotal_is_net(order):
        fits = [one for one in fits if discounts.before(one.rated)] or fits
    fits = [one for one in fits if one.rates <= set(known)] or fits
    best = min(one.is_odd for one in fits)
    fits = [one for one in fits if one.is_odd == best]
    if len({one.rates for one in fits}) == 1:
        return fits[0]
    off = order.computed_totals.discount
    rates = " or ".join(_percent(one.rates) for one in fits)
    return Reason(
        "discount_tax",
        f"its totals do not show whether the discount of {off} was taken off before tax or after it (tax would be "
        f"{rates}); have the source give tax rates, or set discount_tax",
        transient=True,
    )


def _percent(rates: Iterable[Decimal | None]) -> str:
    shown = sorted(rate for rate in rates if rate is not None)
    return ", ".join(f"{rate} %" for rate in shown[:MOST_SHOWN]) + (", …" if shown[MOST_SHOWN:] else "")
