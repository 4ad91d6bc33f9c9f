"""Orders: the newest, the ones with a number, and one with its lines."""

from __future__ import annotations

from markupsafe import Markup

from ..instance import Instance
from ..model.formats import ZERO, quantity_text
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.tax import line_total, precision_of
from ..wire.html import EMPTY, element, join
from .documents import amount_of, documents
from .elements import (
    MAX_LINES,
    NONE,
    Content,
    PageQuery,
    badge,
    card,
    facts,
    link,
    moment,
    money,
    muted,
    number,
    pagination,
    search_form,
    table,
)
from .rows import column_of, newest_rows, search_rows


def orders(instance: Instance, query: PageQuery) -> Content:
    """The newest orders, or those with a number."""
    context, typed = instance.context, query.search
    if typed:
        folded = [typed.lower(), typed.strip().lower()]
        rows = search_rows(context, "orders", query, "order_number_folded", folded)
        caption, pager = f"Orders found for “{typed}”", EMPTY
    else:
        page = newest_rows(context, "orders", query)
        rows, caption, pager = page.rows, "Orders, newest first", pagination(query, page.total)
    listed = table(
        caption,
        ("Number", "Company", "Status", "Total", "Fulfilment", "Invoice", "Payment", "Created (UTC)"),
        [_order_row(context, row) for row in rows],
        empty="No order has this number or id." if typed else "No orders yet.",
        numeric={"Total"},
    )
    hint = muted("Void and deleted orders are found by their number; this list leaves them out.")
    return Content("Orders", join([search_form(query, "Whole order number, or id", "SO0001"), listed, pager, hint]))


def order(instance: Instance, query: PageQuery) -> Content:
    """One order with everything that hangs on it."""
    context = instance.context
    row = context.state.find("orders", query.key)
    if row is None:
        return Content("No such order", element("p", link("To the orders", "orders")), 404)
    parts = [card(_facts(context, row)), _lines(context, row)]
    return Content(f"Order {_number(row)}", join([*parts, *documents(context, row)]))


def _number(row: Row) -> str:
    return str(row.get("order_number") or f"#{row['id']}")


def _order_row(context: RulesContext, row: Row) -> list[object]:
    return [
        link(_number(row), "order", id=row["id"]),
        column_of(context, "companies", row.get("company_id"), "name"),
        _state(context, row, "status"),
        amount_of(context, row, row.get("total_value")),
        *(_state(context, row, f"{name}_status") for name in ("fulfillment", "invoice", "payment")),
        moment(row.get("created_at")),
    ]


def _state(context: RulesContext, row: Row, column: str) -> Markup:
    shown = badge(context.value("orders", row, column))
    late = column == "status" and context.is_late("orders", row["id"])
    return join([shown, " ", badge("not visible yet")]) if late else shown


def _facts(context: RulesContext, row: Row) -> Markup:
    states = ("fulfillment", "packed", "invoice", "payment", "return")
    words = ("Fulfilment", "Packed", "Invoice", "Payment", "Return")
    return facts(
        [
            ("Status", _state(context, row, "status")),
            ("Company", column_of(context, "companies", row.get("company_id"), "name")),
            ("Total", amount_of(context, row, row.get("total_value"))),
            *((word, _state(context, row, f"{name}_status")) for word, name in zip(words, states, strict=True)),
            ("Created (UTC)", moment(row.get("created_at"))),
            ("Updated (UTC)", moment(row.get("updated_at"))),
            ("Issued", row.get("issued_at")),
            ("Ship at", row.get("ship_at")),
            ("Ships from", column_of(context, "locations", row.get("stock_location_id"), "label")),
            ("Tax treatment", row.get("tax_treatment")),
            ("Reference", row.get("reference_number")),
            ("Source URL", row.get("source_url")),
            ("Tags", ", ".join(str(tag) for tag in row.get("tags") or ())),
            ("Id", row["id"]),
        ]
    )


def _lines(context: RulesContext, row: Row) -> Markup:
    lines = context.progress.lines(row)
    lines.sort(key=lambda line: line.get("position") or 0)
    caption = "Lines" if len(lines) <= MAX_LINES else f"Lines (the first {MAX_LINES} of {len(lines):,})"
    heads = ("SKU", "Label", "Quantity", "Price", "Discount", "Total", "Packed", "Shipped", "Invoiced")
    rows = [_line_row(context, row, line) for line in lines[:MAX_LINES]]
    return table(caption, heads, rows, empty="No lines.", numeric=heads[2:])


def _line_row(context: RulesContext, row: Row, line: Row) -> list[object]:
    variant = context.state.find("variants", line.get("variant_id")) or {}
    quantity, places = line.get("quantity") or ZERO, precision_of(context, row)
    progress, ships = context.progress, bool(variant)
    return [
        _sku(variant) if variant else "freeform",
        line.get("label") or variant.get("name"),
        number(quantity),
        money(line.get("price") or ZERO, places),
        _discount(line, places),
        money(line_total(context, row, line, quantity, places), places),
        number(progress.packed(line)) if ships else NONE,
        number(progress.shipped(line)) if ships else NONE,
        number(progress.invoiced(line)),
    ]


def _sku(variant: Row) -> Markup:
    """A variant's SKU, linked to its stock; not every variant has one."""
    sku = variant.get("sku")
    return link(sku, "stock", q=sku) if sku else link(f"#{variant['id']}", "stock", q=variant["id"])


def _discount(line: Row, places: int) -> object:
    if line.get("discount_amount"):
        return f"{money(line['discount_amount'], places)} each"
    return f"{quantity_text(line['discount'])} %" if line.get("discount") else None
