"""Stock levels: what may be sold of each SKU, by the connection's rules, and only what changed since last time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import StockLevel, VariantStock, Verdict
from tradegecko_bridge.commerce.remote import RecordKind
from tradegecko_bridge.commerce.values import bare, trimmed
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.mapping.rules import as_sent, source_skus
from tradegecko_bridge.engine.mapping.validation import is_sane
from tradegecko_bridge.engine.report import OUTCOME_OF, Outcome, Report
from tradegecko_bridge.engine.settings.choices import MatchBy
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.source_calls import SourceFailed, guarded, in_batches, offer
from tradegecko_bridge.errors import GatewayError, Rejected
from tradegecko_bridge.ledger import OPEN_STATES
from tradegecko_bridge.ports import AcceptsAllStock, AcceptsStock, Gateway

OPERATION: Final = "sync inventory"
KIND: Final = "stock"
BATCH: Final = 200
ZERO: Final = Decimal(0)


def sync_inventory(context: Context, *, dry_run: bool = False, full: bool = False) -> Report:
    """Offer changed stock levels to the source; ``full`` offers all of them."""
    with context.report(OPERATION, dry_run=dry_run) as report:
        source = context.source
        if not isinstance(source, AcceptsStock):
            return report
        try:
            settings = evolve(context.settings, stock_locations=_location_ids(context.gateway, context.settings))
            stock = list(context.gateway.stock())
        except GatewayError as error:
            report.fail(error)
            return report
        levels = _levels(stock, _in_flight(context, stock), settings, report)
        at_once = source if isinstance(source, AcceptsAllStock) else None
        told = {} if full and not at_once else context.store.told_values(context.connection, KIND)
        changed = [level for level in levels if told.get(level.sku) != _value(level)]
        report.unchanged = len(levels) - len(changed)
        if dry_run:
            for level in changed:
                report.add(level.sku, Outcome.PLANNED, f"would be {level.available}")
        else:
            _send(context, source, changed, report)
            if at_once and levels:
                _send_all(context, at_once, levels, report, full=full)
    return report


def _location_ids(gateway: Gateway, settings: ConnectionSettings) -> tuple[str, ...]:
    """Ids of the locations whose stock is offered, which the settings name by label or id.

    Raises:
        Rejected: one is not there; left out in silence, it would make everything sold out at the source.
        AccessDenied, Unavailable: the account cannot be asked.
    """
    try:
        return tuple(gateway.find_record(RecordKind.LOCATION, name) for name in settings.stock_locations)
    except Rejected as error:
        raise Rejected(
            f"setting stock_locations: {error}; no stock level is sent until you create it there or correct the setting"
        ) from error


def _send(context: Context, source: AcceptsStock, levels: Iterable[StockLevel], report: Report) -> None:
    for batch in in_batches(levels, BATCH):
        results = offer(context.source, source.accept_stock, batch, lambda level: level.sku, "accepting stock levels")
        taken = {level.sku: _value(level) for level in batch if results[level.sku].verdict is Verdict.ACCEPTED}
        context.store.record_told_values(context.connection, KIND, taken, at=context.clock())
        for level in batch:
            result = results[level.sku]
            report.add(level.sku, OUTCOME_OF[result.verdict], result.message)
        context.progress(OPERATION, len(report.items))


def _send_all(
    context: Context, source: AcceptsAllStock, levels: Sequence[StockLevel], report: Report, *, full: bool
) -> None:
    """All levels at once, where the source wants them or a person does (``full``)."""
    try:
        if not (full or guarded(context.source, "asking whether it wants all stock", source.wants_all_stock)):
            return
    except SourceFailed as error:
        report.fail(error)
        return
    accept = source.accept_all_stock
    results = offer(context.source, accept, levels, lambda level: level.sku, "accepting all stock levels").values()
    bad = {result.message for result in results if result.verdict in (Verdict.FAILED, Verdict.REFUSED)}
    report.problems.extend(f"all stock levels: {message}" for message in sorted(map(str, bad)))


def _in_flight(context: Context, stock: Sequence[VariantStock]) -> Mapping[str, Decimal]:
    """Units sold by any source of this ledger that the order-management system may not have committed yet.

    By TradeGecko's SKUs, as far as this connection's aliases and ``match_by`` tell; those of a barcode that several
    variants carry count for each of them. A quantity that cannot be is nobody's purchase.
    """
    units: dict[str, Decimal] = {}
    carriers = _carriers(stock) if context.settings.match_by is MatchBy.BARCODE else {}
    for entry in context.store.entries(states=OPEN_STATES):
        sane = [line for line in entry.order.lines if is_sane(line)] if entry.order else []
        for line in (part for whole in sane for part in as_sent(whole, context.settings)):
            for sku in carriers.get(line.barcode or "") or {bare(line.sku)}:
                units[sku] = units.get(sku, ZERO) + max(line.quantity, ZERO)
    return units


def _carriers(stock: Iterable[VariantStock]) -> Mapping[str, set[str]]:
    """The SKUs of the variants that carry each barcode."""
    skus: dict[str, set[str]] = {}
    for variant in stock:
        if variant.barcode:
            skus.setdefault(variant.barcode, set()).add(variant.sku)
    return skus


def _levels(
    stock: Iterable[VariantStock],
    in_flight: Mapping[str, Decimal],
    settings: ConnectionSettings,
    report: Report,
) -> list[StockLevel]:
    """One level a SKU; a SKU on several variants has no true level, so none is offered."""
    tracked = [variant for variant in stock if variant.tracked]
    times = Counter(variant.sku for variant in tracked)
    for sku, n in times.items():
        if n > 1:
            report.add(sku, Outcome.HELD, f"{n} TradeGecko variants carry this SKU; give each its own")
    return [
        evolve(stock_level(variant, in_flight.get(bare(variant.sku), ZERO), settings), sku=sku)
        for variant in tracked
        if times[variant.sku] == 1
        for sku in source_skus(variant.sku, settings)
    ]


def stock_level(variant: VariantStock, in_flight: Decimal, settings: ConnectionSettings) -> StockLevel:
    """What may be sold: available at the chosen locations, less what is on its way in, never below zero.

    Below the minimum it is zero; the variant's own maximum caps it. ``settings`` name locations by their ids.
    """
    chosen = [
        location.available
        for location in variant.locations
        if not settings.stock_locations or location.location_id in settings.stock_locations
    ]
    available = max(sum(chosen, ZERO) - in_flight, ZERO)
    if available < settings.minimum_stock:
        available = ZERO
    if variant.maximum is not None:
        available = min(available, max(variant.maximum, ZERO))
    return StockLevel(sku=variant.sku, available=trimmed(available), sell_without_stock=variant.sell_without_stock)


def _value(level: StockLevel) -> str:
    """What the source has acknowledged when it took this level."""
    return f"{level.available} or more" if level.sell_without_stock else str(level.available)
