"""Worked-out columns of variants, stock levels and compositions (reference §5.4, §5.28, §5.34)."""

from __future__ import annotations

from typing import Any

from ..model.formats import decimal_text, quantity_text
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.stock import Level, total

Extras = dict[str, Any]


def variant_view(context: RulesContext, row: Row) -> Extras:
    """A variant: product columns, stock per location and in total, prices per list."""
    product = context.state.find("products", row["product_id"]) or {}
    levels = context.stock.levels(row)
    prices = _prices(context, row)
    return {
        "committed_stock": quantity_text(total(levels, "committed")),
        "available_stock": quantity_text(total(levels, "available")),
        "incoming_stock": quantity_text(total(levels, "incoming")),
        "stock_on_hand": quantity_text(total(levels, "on_hand")),
        "product_name": product.get("name"),
        "product_status": product.get("status", "active"),
        "product_type": product.get("product_type"),
        "variant_prices": [{"price_list_id": key, "value": value} for key, value in prices.items()],
        "locations": [_location(context, level) for level in levels],
        "prices": prices,
        "stock_levels": {str(level.location_id): decimal_text(level.on_hand) for level in levels},
        "committed_stock_levels": _committed_levels(row, levels),
        "incoming_stock_levels": {
            str(level.location_id): decimal_text(level.incoming) for level in levels if level.incoming is not None
        },
    }


def _prices(context: RulesContext, row: Row) -> dict[str, str | None]:
    prices: dict[str, Any] = {}
    for price_list in context.state["price_lists"].rows.values():
        if price_list.get("status", "active") == "archived":
            continue
        built_in = price_list.get("builtin")
        if built_in:
            prices[built_in] = row.get(f"{built_in}_price")
        else:
            key = str(price_list["id"])
            prices[key] = row.get("list_prices", {}).get(key)
    return {key: None if value is None else decimal_text(value) for key, value in prices.items()}


def _location(context: RulesContext, level: Level) -> dict[str, Any]:
    shown = {
        "location_id": level.location_id,
        "stock_on_hand": quantity_text(level.on_hand),
        "committed": None if level.committed is None else quantity_text(level.committed),
    }
    if not context.switches.later_fields:
        return shown
    return shown | {
        "incoming": None if level.incoming is None else quantity_text(level.incoming),
        "bin_location": level.bin_location,
        "reorder_point": level.reorder_point,
        # Of a manufacturing feature nobody has here; the documents of 2021 show them.
        "production_committed": "0",
        "production_incoming": "0",
        "available": quantity_text(level.available),
    }


def _committed_levels(row: Row, levels: list[Level]) -> dict[str, str]:
    found = {}
    for level in levels:
        if level.committed is None:
            continue
        # The server printed a negative zero for bundles; it is in the recordings.
        negative_zero = row.get("composite") and not level.committed
        found[str(level.location_id)] = "-0.0" if negative_zero else decimal_text(level.committed)
    return found


def stock_level_view(context: RulesContext, row: Row) -> Extras:
    """The stock of a variant, as `stock_levels` shows it."""
    levels = context.stock.levels(row)
    return {
        "variant_id": row["id"],
        "committed_stock": quantity_text(total(levels, "committed")),
        "locations": [_stock_level_location(level) for level in levels],
        "stock_on_hand": quantity_text(total(levels, "on_hand")),
        "available_stock": quantity_text(total(levels, "available")),
        "incoming_stock": quantity_text(total(levels, "incoming")),
    }


def _stock_level_location(level: Level) -> dict[str, Any]:
    """Here, unlike on variants, nothing committed and nothing incoming are the number 0."""
    return {
        "location_id": level.location_id,
        "committed": 0 if level.committed is None else quantity_text(level.committed),
        "incoming": 0 if level.incoming is None else quantity_text(level.incoming),
        "stock_on_hand": quantity_text(level.on_hand),
    }


def composition_view(context: RulesContext, row: Row) -> Extras:
    """One component of a bundle."""
    variants = context.state["variants"].rows
    return {
        "bundle_sku": variants[row["bundle_id"]].get("sku"),
        "component_sku": variants[row["component_id"]].get("sku"),
    }
