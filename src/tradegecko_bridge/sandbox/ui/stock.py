"""Stock: what lies where, is promised, can be sold, and is on its way."""

from __future__ import annotations

from ..instance import Instance
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.stock import Level
from ..wire.html import Html, html, joined
from .elements import Asked, Sheet, badge, cell, framed, number, pages, search
from .rows import found, name_of, newest

_FIGURES = ("On hand", "Committed", "Available", "Incoming")


def stock(instance: Instance, asked: Asked) -> Sheet:
    """The newest variants, or those with a SKU."""
    context, query = instance.context, asked.query
    if query:
        # SKUs are kept as they were written, mostly in capitals; few people type them that way.
        rows = found(context, "variants", asked, "sku", [query, query.strip(), query.strip().upper()])
        caption, turn = f"Stock found for “{query}”", Html("")
    else:
        page = newest(context, "variants", asked)
        rows, caption, turn = page.rows, "Stock, newest variants first", pages(asked, page.total)
    listed = framed(
        caption,
        ("SKU", "Product", "Location", *_FIGURES),
        joined(_variant(context, row) for row in rows),
        nothing="No variant has this SKU or id." if query else "Nothing to sell yet.",
        figures=_FIGURES,
    )
    return Sheet("Stock", joined([search(asked, "Whole SKU, or the variant's id", "MUG-BLUE"), listed, turn]))


def _variant(context: RulesContext, row: Row) -> Html:
    """A variant with a row for each location."""
    rows = [_level(context, level) for level in context.stock.levels(row)] or [_without(context, row)]
    head = html(
        '<th scope="rowgroup" rowspan="{height}">{sku}</th><td rowspan="{height}">{product}</td>',
        height=len(rows), sku=cell(row.get("sku")), product=_product(context, row),
    )  # fmt: skip
    body = joined(html("<tr>{head}{cells}</tr>\n", head=head if not at else "", cells=r) for at, r in enumerate(rows))
    return html("<tbody>\n{body}</tbody>\n", body=body)


def _product(context: RulesContext, row: Row) -> Html:
    product = context.state.find("products", row.get("product_id")) or {}
    named = [str(name) for name in (product.get("name"), row.get("name")) if name]
    status = context.value("variants", row, "status")
    marks = [word for word, so in (("bundle", row.get("composite")), (status, status != "active")) if so]
    return joined([cell(" / ".join(named)), *(badge(mark) for mark in marks)], " ")


def _level(context: RulesContext, level: Level) -> Html:
    location = name_of(context, "locations", level.location_id, "label")
    figures = (level.on_hand, level.committed, level.available, level.incoming)
    cells = joined(html('<td class="figure">{figure}</td>', figure=number(figure)) for figure in figures)
    return html("<td>{location}</td>{cells}", location=cell(location), cells=cells)


def _without(context: RulesContext, row: Row) -> Html:
    managed = context.value("variants", row, "manage_stock") or row.get("composite")
    text = "never had any stock" if managed else "stock is not managed"
    return html('<td colspan="5" class="soft">{text}</td>', text=text)
