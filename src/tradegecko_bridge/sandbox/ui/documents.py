"""What hangs on an order: fulfilments, invoices, payments and returns, those that were taken back as well."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from markupsafe import Markup

from ..model.formats import ZERO
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.tax import precision_of
from ..wire.html import EMPTY, element, join
from .elements import MAX_LINES, NONE, badge, moment, money, number, table
from .rows import column_of


def documents(context: RulesContext, order: Row) -> list[Markup]:
    """A table for each kind of document."""
    return [
        _fulfillments(context, order),
        _invoices(context, order),
        _payments(context, order),
        _returns(context, order),
    ]


def amount_of(context: RulesContext, row: Row, amount: Decimal | None) -> Markup:
    """An amount in the currency of an order or invoice."""
    iso = column_of(context, "currencies", row.get("currency_id"), "iso")
    shown = money(amount or ZERO, precision_of(context, row))
    return element("span", f"{shown} {iso or ''}", class_="nowrap")


def _items(context: RulesContext, name: str, parent: str, row: Row) -> Markup:
    """What a document is about: `2 × MUG-BLUE, 1 × TEE-M`."""
    items = context.state[name].where(parent, row["id"])
    shown = [_item(context, item) for item in items[:MAX_LINES]]
    return join(shown, Markup("<br>")) if shown else NONE


def _item(context: RulesContext, item: Row) -> Markup:
    line = context.state.find("order_line_items", item.get("order_line_item_id")) or {}
    variant = context.state.find("variants", line.get("variant_id")) or {}
    what = variant.get("sku") or line.get("label") or variant.get("name") or "?"
    return join([number(item.get("quantity")), " × ", what])


def _documents(context: RulesContext, name: str, column: str, key: int) -> list[Row]:
    """Documents, oldest first."""
    return context.state[name].where(column, key)[:MAX_LINES]


def _fulfillments(context: RulesContext, row: Row) -> Markup:
    return table(
        "Fulfilments",
        ("Id", "Status", "Items", "Carrier", "Tracking number", "Packed", "Shipped (UTC)"),
        (
            [
                document["id"],
                badge(context.value("fulfillments", document, "status")),
                _items(context, "fulfillment_line_items", "fulfillment_id", document),
                document.get("tracking_company"),
                document.get("tracking_number"),
                document.get("packed_at"),
                moment(document.get("shipped_at")),
            ]
            for document in _documents(context, "fulfillments", "order_id", row["id"])
        ),
        empty="Nothing packed yet.",
    )


def _invoices(context: RulesContext, row: Row) -> Markup:
    return table(
        "Invoices",
        ("Number", "Status", "Payment", "Items", "Total", "Invoiced", "Due"),
        (
            [
                document.get("invoice_number") or document["id"],
                badge(context.value("invoices", document, "status")),
                badge(context.value("invoices", document, "payment_status")),
                _items(context, "invoice_line_items", "invoice_id", document),
                amount_of(context, document, document.get("cached_total")),
                document.get("invoiced_at"),
                document.get("due_at"),
            ]
            for document in _documents(context, "invoices", "order_id", row["id"])
        ),
        empty="Nothing invoiced yet.",
        numeric={"Total"},
    )


def _payments(context: RulesContext, row: Row) -> Markup:
    return table(
        "Payments",
        ("Id", "Status", "Invoice", "Amount", "Method", "Reference", "Paid (UTC)"),
        (_payment_row(context, row, invoice, payment) for invoice, payment in _paid(context, row)),
        empty="Nothing paid yet.",
        numeric={"Amount"},
    )


def _paid(context: RulesContext, row: Row) -> Iterable[tuple[Row, Row]]:
    for invoice in _documents(context, "invoices", "order_id", row["id"]):
        for payment in _documents(context, "payments", "invoice_id", invoice["id"]):
            yield invoice, payment


def _payment_row(context: RulesContext, row: Row, invoice: Row, payment: Row) -> list[object]:
    return [
        payment["id"],
        badge(context.value("payments", payment, "status")),
        invoice.get("invoice_number") or invoice["id"],
        amount_of(context, row, payment.get("amount")),
        column_of(context, "payment_methods", payment.get("payment_method_id"), "name"),
        payment.get("reference"),
        moment(payment.get("paid_at")),
    ]


def _returns(context: RulesContext, row: Row) -> Markup:
    documents = _documents(context, "fulfillment_returns", "order_id", row["id"])
    if not documents:
        return EMPTY
    rows = (
        [
            document.get("credit_note_number") or document["id"],
            badge(context.value("fulfillment_returns", document, "status")),
            _items(context, "fulfillment_return_line_items", "fulfillment_return_id", document),
            column_of(context, "locations", document.get("location_id"), "label"),
            moment(document.get("received_at")),
        ]
        for document in documents
    )
    return table("Returns", ("Number", "Status", "Items", "To", "Received (UTC)"), rows, empty="")
