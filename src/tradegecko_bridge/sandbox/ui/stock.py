"""Stock: what lies where, is promised, can be sold, and is on its way."""

from __future__ import annotations

from markupsafe import Markup

from ..instance import Instance
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.stock import Level
from ..wire.html import EMPTY, element, join
from .elements import Content, PageQuery, badge, cell, number, pagination, search_form, table_of_bodies
from .rows import column_of, newest_rows, search_rows

_FIGURES = ("On hand", "Committed", "Available", "Incoming")


def stock(instance: Instance, query: PageQuery) -> Content:
    """The newest variants, or those with a SKU."""
    context, typed = instance.context, query.search
    if typed:
        # SKUs are kept as they were written, mostly in capitals; few people type them that way.
        rows = search_rows(context, "variants", query, "sku", [typed, typed.strip(), typed.strip().upper()])
        caption, pager = f"Stock found for “{typed}”", EMPTY
    else:
        page = newest_rows(context, "variants", query)
        rows, caption, pager = page.rows, "Stock, newest variants first", pagination(query, page.total)
    listed = table_of_bodies(
        caption,
        ("SKU", "Product", "Location", *_FIGURES),
        join(_variant(context, row) for row in rows),
        empty="No variant has this SKU or id." if typed else "Nothing to sell yet.",
        numeric=_FIGURES,
    )
    return Content("Stock", join([search_form(query, "Whole SKU, or the variant's id", "MUG-BLUE"), listed, pager]))


def _variant(context: RulesContext, row: Row) -> Markup:
    """A variant with a row for each location."""
    first, *others = [_level(context, level) for level in context.stock.levels(row)] or [_without(context, row)]
    height = len(others) + 1
    sku = element("th", cell(row.get("sku")), scope="rowgroup", rowspan=height)
    product = element("td", _product(context, row), rowspan=height)
    return element("tbody", element("tr", sku, product, first), *(element("tr", other) for other in others))


def _product(context: RulesContext, row: Row) -> Markup:
    product = context.state.find("products", row.get("product_id")) or {}
    named = [str(name) for name in (product.get("name"), row.get("name")) if name]
    status = context.value("variants", row, "status")
    marks = [word for word, so in (("bundle", row.get("composite")), (status, status != "active")) if so]
    return join([cell(" / ".join(named)), *(join([" ", badge(mark)]) for mark in marks)])


def _level(context: RulesContext, level: Level) -> Markup:
    location = column_of(context, "locations", level.location_id, "label")
    figures = (level.on_hand, level.committed, level.available, level.incoming)
    return join([element("td", cell(location)), *(element("td", number(f), class_="number") for f in figures)])


def _without(context: RulesContext, row: Row) -> Markup:
    managed = context.value("variants", row, "manage_stock") or row.get("composite")
    text = "never had any stock" if managed else "stock is not managed"
    return element("td", text, colspan=5, class_="muted")
