"""What a connection's settings make of an order before it is planned. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fnmatch import translate
from functools import cache

from attrs import evolve

from tradegecko_bridge.commerce import ItemKind, OrderLine, ShippingLine, SourceOrder
from tradegecko_bridge.commerce.values import bare
from tradegecko_bridge.engine.mapping.kits import exploded
from tradegecko_bridge.engine.mapping.order_numbers import is_shortened
from tradegecko_bridge.engine.mapping.tax import Part, TaxedDiscount, after_tax
from tradegecko_bridge.engine.mapping.validation import is_sane
from tradegecko_bridge.engine.settings.choices import MatchBy
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.engine.settings.filters import Level, compared
from tradegecko_bridge.ledger import CANCELED_AT_SOURCE, Reason


def not_taken(order: SourceOrder, settings: ConnectionSettings) -> Reason | None:
    """Why the connection never sends this order; None when it does. Changed at the source it is asked again."""
    if order.canceled_at is not None:
        return CANCELED_AT_SOURCE
    earliest = settings.earliest_order
    if earliest is not None and order.placed_at < earliest:
        return Reason("too_early", f"placed before the earliest order date, {earliest.isoformat()}")
    for order_filter in settings.order_filters:
        if why := order_filter.refuses(order):
            return Reason("filtered", f"{why}: a filter leaves it out")
    unwanted = [line for line in order.lines if _refused_by(line, settings, Level.ORDER)]
    if unwanted:
        return Reason("filtered", f"SKU {unwanted[0].sku!r} is filtered out, and its order with it")
    if order.lines and not any(_wanted(line, settings) for line in order.lines):
        return Reason("filtered", "every one of its lines is left out by the settings")
    return None


def apply_settings(order: SourceOrder, number: str, settings: ConnectionSettings, digits: int = 2) -> SourceOrder:
    """The order as it is to be planned: under its number in TradeGecko, without unwanted lines, kits as their
    components where that is set, with TradeGecko's SKUs, ship methods, tags and notes; ``digits`` of its currency."""
    wanted = (line for line in order.lines if _wanted(line, settings) and not is_nothing(line))
    return evolve(
        order,
        number=number,
        lines=tuple(part for line in wanted for part in as_sent(line, settings, digits)),
        shipping=tuple(_with_ship_method(line, settings) for line in order.shipping),
        tags=tuple(dict.fromkeys((*order.tags, *settings.tags))),
        note=_note(order, settings),
    )


def as_sent(line: OrderLine, settings: ConnectionSettings, digits: int = 2) -> Iterator[OrderLine]:
    """A line under TradeGecko's SKU, or those of its components."""
    for part in exploded(line, digits) if settings.explode_kits and is_sane(line) else (line,):
        sku = settings.sku_aliases.get(part.sku or "") or settings.sku_aliases.get(bare(part.sku), part.sku)
        yield part if sku == part.sku else evolve(part, sku=sku)


def is_nothing(line: OrderLine) -> bool:
    """Whether a line stands for nothing: no units, and no money beside them."""
    return not line.quantity and not line.tax and not line.additional_discount


def _note(order: SourceOrder, settings: ConnectionSettings) -> str | None:
    whole_number = f"Order number: {order.number}" if is_shortened(order.number, settings) else ""
    return "\n".join(part for part in (order.note, settings.note, whole_number) if part) or None


def left_out(order: SourceOrder, settings: ConnectionSettings) -> tuple[list[Part], list[Decimal]]:
    """What of the order is not sent: lines of goods and shipping, discounts before tax, and amounts of those after."""
    parts: list[Part] = [line for line in order.lines if not _wanted(line, settings)]
    discounts = [line.additional_discount for line in order.lines if not _wanted(line, settings)]
    if not settings.shipping_label.strip():
        parts += order.shipping
    if not settings.send_discount:
        parts += (one for one in order.discounts if isinstance(one, TaxedDiscount))
        discounts = [after_tax(order)]
    return parts, discounts


def held_by_tag(order: SourceOrder, settings: ConnectionSettings) -> Reason | None:
    """The tag for which the order waits; it goes out by itself when its source takes the tag off."""
    tags = set(map(compared, order.tags))
    holding = next((tag for tag in settings.hold_tags if compared(tag) in tags), None)
    if holding is None:
        return None
    return Reason("hold_tag", f"it has the tag {holding!r}; take that off at the source", transient=True)


def unmapped_ship_method(order: SourceOrder, settings: ConnectionSettings) -> Reason | None:
    """The ship method that has to be mapped first, where the settings hold orders for that."""
    if not settings.hold_unmapped_ship_methods:
        return None
    unmapped = [line.label or line.code or "" for line in order.shipping if _mapped(line, settings) is None]
    if not unmapped:
        return None
    return Reason(
        "unmapped_ship_method",
        f"ship method {unmapped[0]!r} is not among ship_methods; map it in the settings and the order goes out",
        transient=True,
    )


def source_skus(sku: str, settings: ConnectionSettings) -> list[str]:
    """What the source may call this SKU of TradeGecko's: itself, unless it is an alias of something else, and its
    aliases; none that a filter leaves out."""
    names = [sku] if settings.sku_aliases.get(sku, sku) == sku else []
    names += [alias for alias, meant in settings.sku_aliases.items() if meant == sku != alias]
    return [name for name in names if all(item_filter.takes(name) for item_filter in settings.item_filters)]


def _wanted(line: OrderLine, settings: ConnectionSettings) -> bool:
    if settings.ignore_unshippable and not line.shippable and not _is_called_a_fee(line, settings):
        return False
    if settings.ignore_blank_skus and not line.extended_amount and is_nameless(line, settings):
        return False
    return not _refused_by(line, settings, Level.LINE)


def is_fee(line: OrderLine, settings: ConnectionSettings) -> bool:
    """Whether a line that no variant is found for charges for something that is no goods, or takes something off, and
    goes out as text."""
    if not settings.send_fees or line.kind is ItemKind.GOODS:
        return False
    no_goods = not line.shippable or line.unit_price < 0
    return _is_called_a_fee(line, settings) or (no_goods and is_nameless(line, settings))


def _is_called_a_fee(line: OrderLine, settings: ConnectionSettings) -> bool:
    """By its source, or by its name where it has no SKU."""
    if line.kind is not None:
        return line.kind is not ItemKind.GOODS
    return is_nameless(line, settings) and _any_of(settings.fee_names).fullmatch(compared(line.name)) is not None


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(compared(name)) for name in names) or r"(?!)")


def is_nameless(line: OrderLine, settings: ConnectionSettings) -> bool:
    """Whether nothing says what the line is: no SKU, nor a barcode or components where those count."""
    by_barcode = settings.match_by is MatchBy.BARCODE and bare(line.barcode)
    as_components = settings.explode_kits and line.components
    return not (bare(line.sku) or by_barcode or as_components)


def _refused_by(line: OrderLine, settings: ConnectionSettings, level: Level) -> bool:
    return any(not rule.takes(line.sku) for rule in settings.item_filters if rule.level is level)


def _with_ship_method(line: ShippingLine, settings: ConnectionSettings) -> ShippingLine:
    method = _mapped(line, settings)
    return evolve(line, label=method) if method else line


def _mapped(line: ShippingLine, settings: ConnectionSettings) -> str | None:
    """What the method is called in the system, by its code or its label; None where nobody said."""
    methods = settings.ship_methods
    return methods.get(line.code or "") or methods.get(line.label)
