"""What an order would become over there, and whether it is there already. Nothing here writes."""

from __future__ import annotations

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.mapping import Catalog, plan_order
from tradegecko_bridge.engine.rules import dressed, held_by_tag, unmapped_ship_method
from tradegecko_bridge.engine.sanity import impossible
from tradegecko_bridge.engine.totals import rated_for_gate, through_the_gate
from tradegecko_bridge.engine.wiring import Wiring
from tradegecko_bridge.ledger import Reason


def plan(wiring: Wiring, order: SourceOrder, catalog: Catalog) -> OrderDraft | Reason:
    """The order to create by the connection's settings, or the reason why it cannot be."""
    mark = marker(wiring.connection, order.reference)
    digits = catalog.digits_of(order)
    if waits := held_by_tag(order, wiring.settings) or unmapped_ship_method(order, wiring.settings):
        return waits
    if fault := impossible(order):
        return fault
    order = rated_for_gate(order, digits)
    draft = plan_order(dressed(order, wiring.settings, digits), mark, catalog, wiring.settings)
    if isinstance(draft, Reason):
        return draft
    return through_the_gate(draft, order, digits, wiring.settings, catalog.tax_rate)


def look(wiring: Wiring, reference: str, number: str, *, certain: bool = True) -> RemoteOrder | Reason | None:
    """Our order if it is there, else the reason why its number is taken, else None."""
    ours = marker(wiring.connection, reference)
    others: list[RemoteOrder] = []
    for found in wiring.gateway.find_orders(number, certain=certain):
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
        f"{wiring.connection}; renumber one of them, or skip this one",
        passing=True,
    )
