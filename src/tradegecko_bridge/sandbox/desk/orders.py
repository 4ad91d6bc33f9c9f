"""Orders: the newest, the ones with a number, and one with its lines and documents."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..formats import ZERO, quantity_text
from ..house import House
from ..paper import Html, html, joined
from ..rules.tax import line_total, precision_of
from ..state import Row
from ..world import World
from .lists import found, newest
from .parts import NONE, Asked, Sheet, badge, cell, facts, link, moment, money, number, pages, search, table

# Far more than a person reads; an order with ten thousand lines still opens at once.
_MOST_LINES = 200


def orders(house: House, asked: Asked) -> Sheet:
    """The newest orders, or those with a number."""
    world, query = house.world, asked.query
    if query:
        folded = [query.lower(), query.strip().lower()]
        rows = found(world, "orders", asked, "order_number_folded", folded)
        caption, turn = f"Orders with the number {query}", Html("")
    else:
        page = newest(world, "orders", asked)
        rows, caption, turn = page.rows, "Orders, newest first", pages(asked, page.total)
    listed = table(
        caption,
        ("Number", "Company", "Status", "Total", "Fulfilment", "Invoice", "Payment", "Created (UTC)"),
        [_order_row(world, row) for row in rows],
        nothing="No order has this number or id." if query else "No orders yet.",
        figures={"Total"},
    )
    hint = Html('<p class="soft">Void and deleted orders are found by their number; this list leaves them out.</p>')
    return Sheet("Orders", joined([search(asked, "Whole order number, or id", "SO0001"), listed, turn, hint]))


def order(house: House, asked: Asked) -> Sheet:
    """One order with everything that hangs on it."""
    world = house.world
    row = world.state.find("orders", asked.key)
    if row is None:
        return Sheet("No such order", html("<p>{back}</p>", back=link("To the orders", "orders")), 404)
    parts = [html('<section class="card">{facts}</section>', facts=_facts(world, row)), _lines(world, row)]
    parts += [_fulfillments(world, row), _invoices(world, row), _payments(world, row), _returns(world, row)]
    return Sheet(f"Order {_number(row)}", joined(parts))


def _number(row: Row) -> str:
    return str(row.get("order_number") or f"#{row['id']}")


def _order_row(world: World, row: Row) -> list[object]:
    return [
        link(_number(row), "order", id=row["id"]),
        _name(world, "companies", row.get("company_id"), "name"),
        _state(world, row, "status"),
        _money(world, row, row.get("total_value")),
        *(_state(world, row, f"{name}_status") for name in ("fulfillment", "invoice", "payment")),
        moment(row.get("created_at")),
    ]


def _state(world: World, row: Row, column: str) -> Html:
    shown = badge(world.value("orders", row, column))
    late = column == "status" and world.is_late("orders", row["id"])
    return joined([shown, badge("not visible yet")], " ") if late else shown


def _name(world: World, table_name: str, key: int | None, column: str) -> object:
    return (world.state.find(table_name, key) or {}).get(column)


def _money(world: World, row: Row, amount: Decimal | None) -> Html:
    iso = _name(world, "currencies", row.get("currency_id"), "iso")
    shown = money(amount or ZERO, precision_of(world, row))
    return html('<span class="whole">{amount} {iso}</span>', amount=shown, iso=iso or "")


def _facts(world: World, row: Row) -> Html:
    states = ("fulfillment", "packed", "invoice", "payment", "return")
    words = ("Fulfilment", "Packed", "Invoice", "Payment", "Return")
    return facts(
        [
            ("Status", _state(world, row, "status")),
            ("Company", _name(world, "companies", row.get("company_id"), "name")),
            ("Total", _money(world, row, row.get("total_value"))),
            *((word, _state(world, row, f"{name}_status")) for word, name in zip(words, states, strict=True)),
            ("Created (UTC)", moment(row.get("created_at"))),
            ("Updated (UTC)", moment(row.get("updated_at"))),
            ("Issued", row.get("issued_at")),
            ("Ship at", row.get("ship_at")),
            ("Ships from", _name(world, "locations", row.get("stock_location_id"), "label")),
            ("Tax treatment", row.get("tax_treatment")),
            ("Reference", row.get("reference_number")),
            ("Source URL", row.get("source_url")),
            ("Tags", ", ".join(str(tag) for tag in row.get("tags") or ())),
            ("Id", row["id"]),
        ]
    )


def _lines(world: World, row: Row) -> Html:
    lines = world.progress.lines(row)
    lines.sort(key=lambda line: line.get("position") or 0)
    caption = "Lines" if len(lines) <= _MOST_LINES else f"Lines (the first {_MOST_LINES} of {len(lines):,})"
    heads = ("SKU", "Label", "Quantity", "Price", "Discount", "Total", "Packed", "Shipped", "Invoiced")
    rows = [_line_row(world, row, line) for line in lines[:_MOST_LINES]]
    return table(caption, heads, rows, nothing="No lines.", figures=heads[2:])


def _line_row(world: World, row: Row, line: Row) -> list[object]:
    variant = world.state.find("variants", line.get("variant_id")) or {}
    quantity, places = line.get("quantity") or ZERO, precision_of(world, row)
    progress, ships = world.progress, bool(variant)
    return [
        _sku(variant) if variant else "freeform",
        line.get("label") or variant.get("name"),
        number(quantity),
        money(line.get("price") or ZERO, places),
        _discount(line, places),
        money(line_total(world, row, line, quantity, places), places),
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


def _items(world: World, name: str, parent: str, row: Row) -> Html:
    """What a document is about: `2 × MUG-BLUE, 1 × TEE-M`."""
    items = world.state[name].where(parent, row["id"])
    shown = [_item(world, item) for item in items[:_MOST_LINES]]
    return joined(shown, "<br>") if shown else NONE


def _item(world: World, item: Row) -> Html:
    line = world.state.find("order_line_items", item.get("order_line_item_id")) or {}
    variant = world.state.find("variants", line.get("variant_id")) or {}
    what = variant.get("sku") or line.get("label") or variant.get("name") or "?"
    return html("{count} × {what}", count=number(item.get("quantity")), what=what)


def _documents(world: World, name: str, column: str, key: int) -> list[Row]:
    """Documents, oldest first; those that were taken back are shown as well, with their status."""
    return world.state[name].where(column, key)[:_MOST_LINES]


def _fulfillments(world: World, row: Row) -> Html:
    return table(
        "Fulfilments",
        ("Id", "Status", "Items", "Carrier", "Tracking number", "Packed", "Shipped (UTC)"),
        (
            [
                document["id"],
                badge(world.value("fulfillments", document, "status")),
                _items(world, "fulfillment_line_items", "fulfillment_id", document),
                document.get("tracking_company"),
                document.get("tracking_number"),
                document.get("packed_at"),
                moment(document.get("shipped_at")),
            ]
            for document in _documents(world, "fulfillments", "order_id", row["id"])
        ),
        nothing="Nothing packed yet.",
    )


def _invoices(world: World, row: Row) -> Html:
    return table(
        "Invoices",
        ("Number", "Status", "Payment", "Items", "Total", "Invoiced", "Due"),
        (
            [
                document.get("invoice_number") or document["id"],
                badge(world.value("invoices", document, "status")),
                badge(world.value("invoices", document, "payment_status")),
                _items(world, "invoice_line_items", "invoice_id", document),
                _money(world, document, document.get("cached_total")),
                document.get("invoiced_at"),
                document.get("due_at"),
            ]
            for document in _documents(world, "invoices", "order_id", row["id"])
        ),
        nothing="Nothing invoiced yet.",
        figures={"Total"},
    )


def _payments(world: World, row: Row) -> Html:
    return table(
        "Payments",
        ("Id", "Status", "Invoice", "Amount", "Method", "Reference", "Paid (UTC)"),
        (_payment_row(world, row, invoice, payment) for invoice, payment in _paid(world, row)),
        nothing="Nothing paid yet.",
        figures={"Amount"},
    )


def _paid(world: World, row: Row) -> Iterable[tuple[Row, Row]]:
    for invoice in _documents(world, "invoices", "order_id", row["id"]):
        for payment in _documents(world, "payments", "invoice_id", invoice["id"]):
            yield invoice, payment


def _payment_row(world: World, row: Row, invoice: Row, payment: Row) -> list[object]:
    return [
        payment["id"],
        badge(world.value("payments", payment, "status")),
        invoice.get("invoice_number") or invoice["id"],
        _money(world, row, payment.get("amount")),
        _name(world, "payment_methods", payment.get("payment_method_id"), "name"),
        payment.get("reference"),
        moment(payment.get("paid_at")),
    ]


def _returns(world: World, row: Row) -> Html:
    documents = _documents(world, "fulfillment_returns", "order_id", row["id"])
    if not documents:
        return Html("")
    rows = (
        [
            document.get("credit_note_number") or document["id"],
            badge(world.value("fulfillment_returns", document, "status")),
            _items(world, "fulfillment_return_line_items", "fulfillment_return_id", document),
            cell(_name(world, "locations", document.get("location_id"), "label")),
            moment(document.get("received_at")),
        ]
        for document in documents
    )
    return table("Returns", ("Number", "Status", "Items", "To", "Received (UTC)"), rows, nothing="")
