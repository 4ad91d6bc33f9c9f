"""Filters that are more than a comparison with a stored column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ..model.formats import ZERO, Unreadable, read_decimal
from ..model.schema import Resource
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.stock import Level, Move
from ..wire.params import as_list

Test = Callable[[Row], bool]
Maker = Callable[[RulesContext, list[str]], Test]


def computed_filter(context: RulesContext, resource: Resource, name: str, value: Any) -> Test | None:
    """The test for a filter that needs more than one column, or None when it is not one of those."""
    maker = _SPECIAL.get((resource.name, name))
    if maker is None:
        return None
    wanted = as_list(value, split=name not in _WHOLE)
    return maker(context, wanted) if wanted else None


def matches_search(context: RulesContext, resource: Resource, row: Row, query: str) -> bool:
    """Whether every word of `q` occurs somewhere in the texts of the row."""
    texts = [_searched(context, resource, row, name) for name in resource.search]
    if resource.name == "products":
        variants = context.state["variants"].where("product_id", row["id"])
        texts += [variant.get(name) for variant in variants for name in ("sku", "name", "upc")]
    haystack = "\n".join(str(text) for text in texts if text).lower()
    return all(word in haystack for word in query.lower().split())


def _searched(context: RulesContext, resource: Resource, row: Row, name: str) -> Any:
    if resource.name == "variants" and name == "product_name":
        return (context.state.find("products", row["product_id"]) or {}).get("name")
    return row.get(name)


def _order_number(context: RulesContext, wanted: list[str]) -> Test:
    switches = context.switches
    exact = switches.order_number_filter_case_sensitive
    column = "order_number" if exact else "order_number_folded"
    numbers = [text.strip() if exact else text.strip().lower() for text in wanted]
    if switches.order_number_filter_substring:
        return lambda row: any(text in row[column] for text in numbers)
    return lambda row: row[column] in numbers


def _shippability(context: RulesContext, wanted: list[str]) -> Test:
    return lambda row: shippability(context, row) in wanted


def _backordering(context: RulesContext, wanted: list[str]) -> Test:
    return lambda row: backordering(context, row) in wanted


def shippability(context: RulesContext, order: Row) -> str:
    """Whether what is still to ship lies on the shelf of the order's location (reference §6.2)."""
    ready = [
        all(_level(context, part, place).on_hand >= amount for part, place, amount in needs)
        for _, needs in _to_ship(context, order)
    ]
    return _some(ready, "not_shippable", "partially_shippable", "shippable")


def backordering(context: RulesContext, order: Row) -> str:
    """Whether lines wait for stock that is promised to others or not there at all (reference §6.2)."""
    waiting = []
    for line, needs in _to_ship(context, order):
        own = {part: amount for part, _, amount in line.get("committed", [])}
        free = [_level(context, part, place).available + own.get(part, ZERO) for part, place, _ in needs]
        waiting.append(any(there < amount for there, (_, _, amount) in zip(free, needs, strict=True)))
    return _some(waiting, "not_backordered", "partially_backordered", "backordered")


def _to_ship(context: RulesContext, order: Row) -> Iterator[tuple[Row, list[Move]]]:
    """The lines of which something is still to ship, with the stock that takes."""
    for line in context.progress.lines(order):
        left = line["quantity"] - context.progress.shipped(line)
        if line.get("variant_id") is not None and left > ZERO:
            yield line, context.stock.moves(line["variant_id"], order["stock_location_id"], left)


def _level(context: RulesContext, variant_id: int, location_id: int) -> Level:
    levels = context.stock.levels(context.state["variants"].rows[variant_id])
    return next((level for level in levels if level.location_id == location_id), Level(location_id))


def _some(answers: list[bool], none: str, some: str, every: str) -> str:
    if not any(answers):
        return none
    return every if all(answers) else some


def _order_status(context: RulesContext, wanted: list[str]) -> Test:
    orders = context.state["orders"].rows
    return lambda row: orders[row["order_id"]]["status"] in wanted


def _purchase_order_status(context: RulesContext, wanted: list[str]) -> Test:
    orders = context.state["purchase_orders"].rows
    return lambda row: orders[row["purchase_order_id"]]["status"] in wanted


def _at_location(context: RulesContext, wanted: list[str]) -> Test:
    return lambda row: any(str(level.location_id) in wanted for level in context.stock.levels(row))


def _product_type(context: RulesContext, wanted: list[str]) -> Test:
    products = context.state["products"].rows
    return lambda row: products[row["product_id"]].get("product_type") in wanted


def _image_variant(_context: RulesContext, wanted: list[str]) -> Test:
    return lambda row: any(str(key) in wanted for key in row.get("variant_ids", []))


def _transfer_quantity(context: RulesContext, wanted: list[str]) -> Test:
    numbers = {quantity for quantity in map(_decimal, wanted) if quantity is not None}
    return lambda row: sum((line["quantity"] for line in _transferred(context, row)), ZERO) in numbers


def _transfer_lines(context: RulesContext, wanted: list[str]) -> Test:
    return lambda row: any(str(line["id"]) in wanted for line in _transferred(context, row))


def _transferred(context: RulesContext, transfer: Row) -> list[Row]:
    return context.state["stock_transfer_line_items"].where("stock_transfer_id", transfer["id"])


def _decimal(text: str) -> Decimal | None:
    try:
        return read_decimal(text)
    except Unreadable:
        return None


# Filters whose values may hold commas of their own.
_WHOLE = frozenset({"order_number", "product_type"})
_SPECIAL: dict[tuple[str, str], Maker] = {
    ("orders", "order_number"): _order_number,
    ("orders", "shippability_status"): _shippability,
    ("orders", "backordering_status"): _backordering,
    ("order_line_items", "order_status"): _order_status,
    ("purchase_order_line_items", "purchase_order_status"): _purchase_order_status,
    ("variants", "stock_location_id"): _at_location,
    ("variants", "product_type"): _product_type,
    ("images", "variant_id"): _image_variant,
    ("images", "variant_ids"): _image_variant,
    ("stock_transfers", "cached_quantity"): _transfer_quantity,
    ("stock_transfers", "stock_transfer_line_item_ids"): _transfer_lines,
}
