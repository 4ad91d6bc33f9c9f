"""Orders: the newest, the ones with a number, and one with its lines."""

from __future__ import annotations

from ..instance import Instance
from ..model.formats import ZERO, quantity_text
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.tax import line_total, precision_of
from ..wire.html import Html, html, joined
from .documents import amount_of, documents
from .elements import MOST, NONE, Asked, Sheet, badge, facts, link, moment, money, number, pages, search, table
from .rows import found, name_of, newest


def orders(instance: Instance, asked: Asked) -> Sheet:
    """The newest orders, or those with a number."""
    context, query = instance.context, asked.query
    if query:
        folded = [query.lower(), query.strip().lower()]
        rows = found(context, "orders", asked, "order_number_folded", folded)
        caption, turn = f"Orders found for “{query}”", Html("")
    else:
        page = newest(context, "orders", asked)
        rows, caption, turn = page.rows, "Orders, newest first", pages(asked, page.total)
    listed = table(
        caption,
        ("Number", "Company", "Status", "Total", "Fulfilment", "Invoice", "Payment", "Created (UTC)"),
        [_order_row(context, row) for row in rows],
        nothing="No order has this number or id." if query else "No orders yet.",
        figures={"Total"},
    )
    hint = Html('<p class="soft">Void and deleted orders are found by their number; this list leaves them out.</p>')
    return Sheet("Orders", joined([search(asked, "Whole order number, or id", "SO0001"), listed, turn, hint]))


def order(instance: Instance, asked: Asked) -> Sheet:
    """One order with everything that hangs on it."""
    context = instance.context
    row = context.state.find("orders", asked.key)
    if row is None:
        return Sheet("No such order", html("<p>{back}</p>", back=link("To the orders", "orders")), 404)
    parts = [html('<section class="card">{facts}</section>', facts=_facts(context, row)), _lines(context, row)]
    return Sheet(f"Order {_number(row)}", joined([*parts, *documents(context, row)]))


def _number(row: Row) -> str:
    return str(row.get("order_number") or f"#{row['id']}")


def _order_row(context: RulesContext, row: Row) -> list[object]:
    return [
        link(_number(row), "order", id=row["id"]),
        name_of(context, "companies", row.get("company_id"), "name"),
        _state(context, row, "status"),
        amount_of(context, row, row.get("total_value")),
        *(_state(context, row, f"{name}_status") for name in ("fulfillment", "invoice", "payment")),
        moment(row.get("created_at")),
    ]


def _state(context: RulesContext, row: Row, column: str) -> Html:
    shown = badge(context.value("orders", row, column))
    late = column == "status" and context.is_late("orders", row["id"])
    return joined([shown, badge("not visible yet")], " ") if late else shown


def _facts(context: RulesContext, row: Row) -> Html:
    states = ("fulfillment", "packed", "invoice", "payment", "return")
    words = ("Fulfilment", "Packed", "Invoice", "Payment", "Return")
    return facts(
        [
            ("Status", _state(context, row, "status")),
            ("Company", name_of(context, "companies", row.get("company_id"), "name")),
            ("Total", amount_of(context, row, row.get("total_value"))),
            *((word, _state(context, row, f"{name}_status")) for word, name in zip(words, states, strict=True)),
            ("Created (UTC)", moment(row.get("created_at"))),
            ("Updated (UTC)", moment(row.get("updated_at"))),
            ("Issued", row.get("issued_at")),
            ("Ship at", row.get("ship_at")),
            ("Ships from", name_of(context, "locations", row.get("stock_location_id"), "label")),
            ("Tax treatment", row.get("tax_treatment")),
            ("Reference", row.get("reference_number")),
            ("Source URL", row.get("source_url")),
            ("Tags", ", ".join(str(tag) for tag in row.get("tags") or ())),
            ("Id", row["id"]),
        ]
    )


def _lines(context: RulesContext, row: Row) -> Html:
    lines = context.progress.lines(row)
    lines.sort(key=lambda line: line.get("position") or 0)
    caption = "Lines" if len(lines) <= MOST else f"Lines (the first {MOST} of {len(lines):,})"
    heads = ("SKU", "Label", "Quantity", "Price", "Discount", "Total", "Packed", "Shipped", "Invoiced")
    rows = [_line_row(context, row, line) for line in lines[:MOST]]
    return table(caption, heads, rows, nothing="No lines.", figures=heads[2:])


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


def _sku(variant: Row) -> Html:
    """A variant's SKU, linked to its stock; not every variant has one."""
    sku = variant.get("sku")
    return link(sku, "stock", q=sku) if sku else link(f"#{variant['id']}", "stock", q=variant["id"])


def _discount(line: Row, places: int) -> object:
    if line.get("discount_amount"):
        return f"{money(line['discount_amount'], places)} each"
    return f"{quantity_text(line['discount'])} %" if line.get("discount") else None
