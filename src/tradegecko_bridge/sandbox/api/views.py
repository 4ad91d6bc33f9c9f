"""Columns that are worked out when a record is shown.

One function per resource gives all of them at once, already in the form they travel in. What they need is
looked up by index, so showing a record costs the same whether there are ten or a million of its kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from ..model.formats import ZERO, datetime_text, decimal_text, quantity_text
from ..model.state import Row
from ..rules.base import RulesContext
from ..rules.tax import effective_rate
from .variant_views import Extras, composition_view, stock_level_view, variant_view

_PROCESSING = timedelta(seconds=2)
_IMAGE_HOST = "https://images.sandbox.invalid"
_DOCUMENT_HOST = "https://documents.sandbox.invalid"


def _ids(context: RulesContext, table: str, column: str, value: int) -> list[int]:
    return context.state[table].indexes[column].ids(value)


def _live_ids(context: RulesContext, table: str, column: str, value: int) -> list[int]:
    hides = context.schema[table].hides
    rows = context.state[table].where(column, value)
    return [row["id"] for row in rows if context.value(table, row, "status") not in hides]


def _placed_ids(context: RulesContext, table: str, column: str, value: int) -> list[int]:
    rows = context.state[table].where(column, value)
    rows.sort(key=lambda row: row.get("position") or 0)
    return [row["id"] for row in rows]


def _document(kind: str, row: Row) -> str:
    digest = hashlib.md5(f"{kind}/{row['id']}".encode(), usedforsecurity=False).hexdigest()
    return f"{_DOCUMENT_HOST}/{kind}/{digest}"


def _account(context: RulesContext, row: Row) -> Extras:
    rate = effective_rate(context, row.get("default_sales_order_tax_type_id"))
    return {
        # A JSON float in 2014, a text in the newest sample.
        "default_tax_rate": float(rate) if context.switches.legacy_fields else decimal_text(rate),
        "location_ids": list(context.state["locations"].visible),
        "user_ids": list(context.state["users"].visible),
    }


def _user(context: RulesContext, row: Row) -> Extras:
    account = context.state.find("accounts", row.get("account_id")) or {}
    return {"account_name": account.get("name")}


def _company(context: RulesContext, row: Row) -> Extras:
    tax_type = row.get("default_tax_type_id")
    return {
        "default_tax_rate": None if tax_type is None else float(effective_rate(context, tax_type)),
        "address_ids": _live_ids(context, "addresses", "company_id", row["id"]),
        "contact_ids": _live_ids(context, "contacts", "company_id", row["id"]),
        "note_ids": _ids(context, "notes", "company_id", row["id"]),
    }


def _currency(context: RulesContext, row: Row) -> Extras:
    return {"subunit": 10 ** min(max(context.value("currencies", row, "precision"), 0), 8)}


def _tax_type(context: RulesContext, row: Row) -> Extras:
    return {
        "effective_rate": decimal_text(effective_rate(context, row["id"])),
        "tax_component_ids": _placed_ids(context, "tax_components", "tax_type_id", row["id"]),
    }


def _price_list(context: RulesContext, row: Row) -> Extras:
    currency = context.state.find("currencies", row.get("currency_id")) or {}
    return {
        "id": row.get("builtin") or row["id"],
        "currency_symbol": currency.get("symbol", "$"),
        "currency_iso": currency.get("iso"),
        "is_default": True if row.get("builtin") else None,
    }


def _product(context: RulesContext, row: Row) -> Extras:
    variants = [
        variant
        for variant in context.state["variants"].where("product_id", row["id"])
        if variant.get("status", "active") != "archived"
    ]
    stocked = [variant["id"] for variant in variants if not variant.get("composite")]
    words = [variant.get(name) for variant in variants for name in ("sku", "name")]
    return {
        "image_url": _image_url(context, row),
        "quantity": quantity_text(sum((context.stock.on_hand(key) for key in stocked), ZERO)),
        "search_cache": " ".join(word for word in words if word),
        "variant_ids": [variant["id"] for variant in variants],
    }


def _image_url(context: RulesContext, row: Row) -> str | None:
    for key in row.get("image_ids", []):
        image = context.state.find("images", key)
        if image is not None and not _processing(context, image):
            return f"{_IMAGE_HOST}/{image['id']}/thumbnail_{_file_name(image)}"
    return None


def _image(context: RulesContext, row: Row) -> Extras:
    processing = _processing(context, row)
    return {
        "variant_id": row["variant_ids"][0] if row.get("variant_ids") else None,
        "base_path": None if processing else f"{_IMAGE_HOST}/{row['id']}",
        "file_name": None if processing else _file_name(row),
        "versions": [] if processing else ["thumbnail", "medium"],
        "image_processing": processing,
    }


def _processing(context: RulesContext, image: Row) -> bool:
    return datetime_text(context.clock() - _PROCESSING) < str(image["created_at"])


def _file_name(image: Row) -> str:
    try:
        path = urlsplit(str(image.get("url") or "")).path
    except ValueError:
        path = ""
    return PurePosixPath(path).name or f"{image['id']}.jpg"


def _stock_adjustment(context: RulesContext, row: Row) -> Extras:
    lines = context.state["stock_adjustment_line_items"].where("stock_adjustment_id", row["id"])
    reason = context.state.find("stock_adjustment_reasons", row.get("stock_adjustment_reason_id")) or {}
    return {
        "reason_label": reason.get("name"),
        "cached_quantity": decimal_text(sum((line["quantity"] for line in lines), ZERO)),
        "cached_total": decimal_text(sum((line["quantity"] * line["price"] for line in lines), ZERO)),
        "stock_adjustment_line_item_ids": [line["id"] for line in lines],
    }


def _order(context: RulesContext, row: Row) -> Extras:
    key = row["id"]
    lines = _placed_ids(context, "order_line_items", "order_id", key)
    invoices = context.progress.invoices(row)
    invoice_ids = [invoice["id"] for invoice in invoices]
    # An order without lines shows the number 0, every other total is a text (reference §3.5).
    shown: str | int = decimal_text(row.get("total_value") or ZERO) if lines else 0
    return {
        "document_url": _document("orders", row),
        "total": shown,
        "cached_total": shown,
        "fulfillment_ids": _live_ids(context, "fulfillments", "order_id", key),
        "fulfillment_return_ids": _live_ids(context, "fulfillment_returns", "order_id", key),
        "invoice_ids": invoice_ids,
        "payment_ids": [p for i in invoice_ids for p in _live_ids(context, "payments", "invoice_id", i)],
        "refund_ids": [],
        "invoices": invoice_ids,
        "invoice_numbers": {str(invoice["id"]): invoice.get("invoice_number") for invoice in invoices},
        "order_line_item_ids": lines,
    }


def _order_line_item(context: RulesContext, row: Row) -> Extras:
    return {
        "fulfillment_line_item_ids": _ids(context, "fulfillment_line_items", "order_line_item_id", row["id"]),
        "fulfillment_return_line_item_ids": _ids(
            context, "fulfillment_return_line_items", "order_line_item_id", row["id"]
        ),
        "invoice_line_item_ids": _ids(context, "invoice_line_items", "order_line_item_id", row["id"]),
        "shippable": row.get("variant_id") is not None,
    }


def _fulfillment(context: RulesContext, row: Row) -> Extras:
    return {
        "order_number": context.state["orders"].rows[row["order_id"]].get("order_number"),
        "fulfillment_line_item_ids": _placed_ids(context, "fulfillment_line_items", "fulfillment_id", row["id"]),
    }


def _fulfillment_line_item(context: RulesContext, row: Row) -> Extras:
    line = context.state["order_line_items"].rows[row["order_line_item_id"]]
    variant = context.state.find("variants", line.get("variant_id")) or {}
    return {"variant_id": variant.get("id"), "variant_sku": variant.get("sku")}


def _fulfillment_return(context: RulesContext, row: Row) -> Extras:
    return {"order_number": context.state["orders"].rows[row["order_id"]].get("order_number")}


def _purchase_order(context: RulesContext, row: Row) -> Extras:
    return {
        "document_url": _document("purchase_orders", row),
        "purchase_order_line_item_ids": _placed_ids(
            context, "purchase_order_line_items", "purchase_order_id", row["id"]
        ),
        "procurement_ids": _ids(context, "procurements", "purchase_order_id", row["id"]),
    }


def _procurement(context: RulesContext, row: Row) -> Extras:
    return {"purchase_order_line_item_ids": _ids(context, "purchase_order_line_items", "procurement_id", row["id"])}


def _stock_transfer(context: RulesContext, row: Row) -> Extras:
    lines = context.state["stock_transfer_line_items"].where("stock_transfer_id", row["id"])
    return {
        "cached_quantity": decimal_text(sum((line["quantity"] for line in lines), ZERO)),
        "stock_transfer_line_item_ids": [line["id"] for line in lines],
    }


def _invoice(context: RulesContext, row: Row) -> Extras:
    return {
        "document_url": _document("invoices", row),
        "order_number": context.state["orders"].rows[row["order_id"]].get("order_number"),
        "invoice_line_item_ids": _placed_ids(context, "invoice_line_items", "invoice_id", row["id"]),
        "payment_ids": _live_ids(context, "payments", "invoice_id", row["id"]),
        "refund_ids": [],
    }


VIEWS: dict[str, Callable[[RulesContext, Row], Extras]] = {
    "accounts": _account,
    "companies": _company,
    "composition": composition_view,
    "currencies": _currency,
    "fulfillment_line_items": _fulfillment_line_item,
    "fulfillment_returns": _fulfillment_return,
    "fulfillments": _fulfillment,
    "images": _image,
    "invoices": _invoice,
    "order_line_items": _order_line_item,
    "orders": _order,
    "price_lists": _price_list,
    "procurements": _procurement,
    "products": _product,
    "purchase_orders": _purchase_order,
    "stock_adjustments": _stock_adjustment,
    "stock_transfers": _stock_transfer,
    "stock_levels": stock_level_view,
    "tax_types": _tax_type,
    "users": _user,
    "variants": variant_view,
}
