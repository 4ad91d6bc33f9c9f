"""Prices that the source leaves to the account's price list. Pure functions."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve, frozen

from tradegecko_bridge.commerce import OrderLine, SourceOrder
from tradegecko_bridge.engine.mapping.catalog import Catalog
from tradegecko_bridge.engine.mapping.rules import as_sent, is_fee, is_nothing
from tradegecko_bridge.engine.mapping.tax import ZERO
from tradegecko_bridge.engine.mapping.validation import named
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import Reason


@frozen
class Priced:
    """An order with all prices, and what is said of those that are the list's."""

    order: SourceOrder
    note: str


def list_prices(order: SourceOrder, catalog: Catalog, settings: ConnectionSettings, digits: int) -> Priced | Reason:
    """The order with the list's price for each line that has none; the reason where the list has none either."""
    listed = catalog.price_list
    if listed is None:
        return Reason("no_price", "lines without a price; give prices at the source, or set price_list", transient=True)
    if listed.currency and listed.currency != catalog.currency_of(order):
        said = f"price list {listed.name!r} is in {listed.currency}, and the order in {catalog.currency_of(order)}"
        return Reason("no_price", f"{said}; give prices at the source, or set price_list", transient=True)
    lines: list[OrderLine] = []
    for line in order.lines:
        price = line.price if line.price is not None else _price(line, catalog, settings, digits)
        if isinstance(price, Reason):
            return price
        lines.append(line if price is line.price else evolve(line, price=price))
    names = ", ".join(named(line) for line in order.lines if line.price is None)
    return Priced(evolve(order, lines=tuple(lines)), f"the price of {names} is that of price list {listed.name!r}")


def _price(line: OrderLine, catalog: Catalog, settings: ConnectionSettings, digits: int) -> Decimal | Reason:
    """What one unit of a line costs by the list, all components of a kit together; 0 where nothing is found, which is
    told elsewhere."""
    listed, total = catalog.price_list, ZERO
    for part in as_sent(line, settings, digits):
        variants = catalog.of(part)
        price = variants[0].prices.get(listed.id) if variants and listed else None
        if price is None and listed and (variants or is_fee(part, settings)) and not is_nothing(line):
            said = f"{named(part)} has no price, neither at the source nor on price list {listed.name!r}"
            return Reason("no_price", f"{said}; give it one", transient=True)
        total += (price or ZERO) * part.quantity
    return total / line.quantity if line.quantity else ZERO
