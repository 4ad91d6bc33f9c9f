"""What may be sold of a variant, by a connection's rules. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from tradegecko_bridge.commerce import StockLevel, VariantStock
from tradegecko_bridge.commerce.values import trimmed
from tradegecko_bridge.engine.settings.choices import Fractions
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.outbox import OutboxEntry

ZERO: Final = Decimal(0)
_HUNDRED: Final = Decimal(100)


def stock_level(variant: VariantStock, in_flight: Decimal, settings: ConnectionSettings) -> StockLevel:
    """What may be sold: available at the chosen locations, less what is on its way in, never below zero.

    Of that ``stock_percentage``, less ``stock_subtract``. What then is below ``minimum_stock`` is zero; what is shown
    is at most ``maximum_stock`` and the variant's own maximum, neither of which makes it zero unless it is zero itself.
    Of a variant that is not for sale there is nothing. ``settings`` name locations by their ids.
    """
    if not variant.sellable or (settings.online_only and not variant.online):
        return StockLevel(sku=variant.sku, available=ZERO)
    free = max(free_units(variant, settings) - in_flight, ZERO)
    available = free * settings.stock_percentage / _HUNDRED - settings.stock_subtract
    available = _counted(max(available, ZERO), settings)
    if available < settings.minimum_stock:
        available = ZERO
    most = [limit for limit in (settings.maximum_stock, variant.maximum) if limit is not None]
    available = max(min([available, *most]), ZERO)
    return StockLevel(sku=variant.sku, available=trimmed(available), sell_without_stock=variant.sell_without_stock)


def free_units(variant: VariantStock, settings: ConnectionSettings) -> Decimal:
    """On hand and not committed at the chosen locations; below zero where it is oversold."""
    return sum((here.available for here in variant.locations if is_chosen(here.location_id, settings)), ZERO)


Part = tuple[Decimal, VariantStock, Decimal]
"""Units in one bundle, the component, and units of it that are in flight."""


def bundles_of(parts: Sequence[Part], settings: ConnectionSettings) -> Decimal:
    """How many bundles the components make, less what is in flight: whole ones at each chosen location, summed.

    Nobody knows which location what is in flight will leave: it is taken where that leaves the fewest.
    """
    at = [{here.location_id: here.available for here in component.locations} for _, component, _ in parts]
    locations = {location for here in at for location in here if is_chosen(location, settings)}

    def whole(location: str, *, taken: bool) -> Decimal:
        return min(
            ((here.get(location, ZERO) - (in_flight if taken else ZERO)) / units).to_integral_value(ROUND_FLOOR)
            for (units, _, in_flight), here in zip(parts, at, strict=True)
        )

    made = {location: whole(location, taken=False) for location in locations}
    lost = max((made[location] - whole(location, taken=True) for location in locations), default=ZERO)
    return sum(made.values(), ZERO) - lost


def is_chosen(location: str, settings: ConnectionSettings) -> bool:
    """Whether what is at this location (an id) is offered."""
    if location in settings.excluded_stock_locations:
        return False
    return not settings.stock_locations or location in settings.stock_locations


def _counted(available: Decimal, settings: ConnectionSettings) -> Decimal:
    if settings.stock_fractions is Fractions.DOWN:
        return available.to_integral_value(ROUND_FLOOR)
    return available


def value_of(level: StockLevel) -> str:
    """A level in short, as the outbox has it."""
    return f"{level.available} or more" if level.sell_without_stock else str(level.available)


def level_of(entry: OutboxEntry) -> StockLevel:
    """The level of an entry with a value as :func:`value_of` wrote it; its location is the entry's ``content``."""
    number, or_more, _ = entry.value.partition(" or more")
    sku, location = (entry.name, entry.content) if entry.content else (entry.key, None)
    return StockLevel(sku=sku, available=Decimal(number), sell_without_stock=bool(or_more), location=location)
