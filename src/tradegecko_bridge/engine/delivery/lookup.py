"""What an order would become over there, and whether it is there already. Nothing here writes."""

from __future__ import annotations

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.mapping.draft import Catalog, build_draft
from tradegecko_bridge.engine.mapping.rules import apply_settings, held_by_tag, unmapped_ship_method
from tradegecko_bridge.engine.mapping.totals import check_total, rates_for_check
from tradegecko_bridge.engine.mapping.validation import impossible
from tradegecko_bridge.ledger import Reason


def plan(context: Context, order: SourceOrder, catalog: Catalog) -> OrderDraft | Reason:
    """The order to create by the connection's settings, or the reason why it cannot be."""
    mark = marker(context.connection, order.reference)
    digits = catalog.digits_of(order)
    if waits := held_by_tag(order, context.settings) or unmapped_ship_method(order, context.settings):
        return waits
    if fault := impossible(order):
        return fault
    order = rates_for_check(order, digits)
    draft = build_draft(apply_settings(order, context.settings, digits), mark, catalog, context.settings)
    if isinstance(draft, Reason):
        return draft
    return check_total(draft, order, digits, context.settings, catalog.tax_rate)


def look(context: Context, reference: str, number: str) -> RemoteOrder | Reason | None:
    """Our order if it is there, else the reason why its number is taken, else None."""
    ours = marker(context.connection, reference)
    others: list[RemoteOrder] = []
    for found in context.gateway.find_orders(number):
        if found.marker == ours:
            return found
        if not found.gone:
            others.append(found)
    if not others:
        return None
    ids = ", ".join(order.id for order in others)
    return Reason(
        "number_taken",
        f"TradeGecko has another order {number!r} (id {ids}) that did not come from {reference!r} of "
        f"{context.connection}; renumber one of them, or skip this one",
        transient=True,
    )
