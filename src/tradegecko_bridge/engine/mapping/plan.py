"""What is worked out of an order, each thing once: prepared by the settings, then planned with what the account has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import frozen

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft
from tradegecko_bridge.engine.mapping.catalog import Catalog
from tradegecko_bridge.engine.mapping.draft import build_draft
from tradegecko_bridge.engine.mapping.rules import apply_settings, held_by_tag, unmapped_ship_method
from tradegecko_bridge.engine.mapping.totals import check_total, rates_for_check
from tradegecko_bridge.engine.mapping.validation import impossible
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import Reason


@frozen(kw_only=True)
class PreparedOrder:
    """An order as its source gave it; with all tax rates that are known; and as the connection's settings make it."""

    order: SourceOrder
    rated: SourceOrder
    applied: SourceOrder


@frozen(kw_only=True)
class OrderPlan:
    """What would be created. ``line_ids`` are variant ids by the source's line references, ``total`` is what it will
    come to (None where a tax rate nobody knows decides that)."""

    draft: OrderDraft
    line_ids: Mapping[str, str]
    total: Decimal | None


def prepare(order: SourceOrder, number: str, settings: ConnectionSettings, digits: int) -> PreparedOrder:
    """The order under its number in TradeGecko; ``digits`` are those of its currency."""
    rated = rates_for_check(order, digits)
    return PreparedOrder(order=order, rated=rated, applied=apply_settings(rated, number, settings, digits))


def plan(prepared: PreparedOrder, marker: str, catalog: Catalog, settings: ConnectionSettings) -> OrderPlan | Reason:
    """The order to create, or the reason why it cannot be."""
    order, digits = prepared.order, catalog.digits_of(prepared.order)
    if reason := held_by_tag(order, settings) or unmapped_ship_method(order, settings) or impossible(order):
        return reason
    draft = build_draft(prepared.applied, marker, catalog, settings)
    if isinstance(draft, Reason):
        return draft
    checked = check_total(draft, prepared.rated, digits, settings, catalog.tax_rate)
    if isinstance(checked, Reason):
        return checked
    draft, total = checked
    return OrderPlan(draft=draft, line_ids=catalog.line_ids(prepared.applied.lines), total=total)
