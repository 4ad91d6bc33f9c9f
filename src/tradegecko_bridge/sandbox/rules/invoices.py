"""Invoices, their lines, and payments against them (reference §5.12, §5.13, §5.18)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from ..model.formats import ONE, end_of_month
from ..model.state import Row
from ..wire.errors import BadRequest, Invalid
from .base import Draft, Rules, next_number
from .fulfillments import check_order_line, must_be_finalized
from .tax import rate_of

_LOCKED = "Invoice can no longer be edited"


class Invoices(Rules):
    """What was charged for an order. An archived one does not change any more, nor what hangs on it."""

    def prepare(self, draft: Draft) -> None:
        """Take addresses, currency and payment term from the order and its company."""
        order = self.context.get("orders", draft.values["order_id"])
        if not self.children(draft.raw, "invoice_line_items"):
            # The API named the root here, not the missing child.
            raise BadRequest.missing("invoice")
        must_be_finalized(self.context, order)
        company = self.state.find("companies", order["company_id"]) or {}
        defaults = {
            "shipping_address_id": order.get("shipping_address_id"),
            "billing_address_id": order.get("billing_address_id"),
            "payment_term_id": company.get("default_payment_term_id")
            or self.context.account.get("default_payment_term_id"),
            "exchange_rate": rate_of(self.context, order.get("currency_id")),
            "invoiced_at": self.context.today().isoformat(),
        }
        for name, value in defaults.items():
            if draft.values.get(name) is None:
                draft.values[name] = value
        if draft.values.get("due_at") is None:
            draft.values["due_at"] = self._due(draft.values)
        if not draft.values.get("invoice_number"):
            draft.values["invoice_number"] = next_number(self, "INV", "next_invoice_number", "invoice_number")
        draft.values["company_id"], draft.values["currency_id"] = order["company_id"], order.get("currency_id")

    def check(self, draft: Draft) -> None:
        """An archived one stays as it is."""
        if draft.row is not None and (draft.values or self.children(draft.raw, "invoice_line_items")):
            must_be_active(draft.row)

    def created(self, draft: Draft) -> None:
        """Make the lines, then the total."""
        given = self.children(draft.raw, "invoice_line_items")
        self.create_children("invoice_line_items", {"invoice_id": draft.record["id"]}, given)
        self.refresh_order(draft.record["order_id"])

    def updated(self, draft: Draft) -> None:
        """Nested lines are appended."""
        given = self.children(draft.raw, "invoice_line_items")
        if given:
            self.create_children("invoice_line_items", {"invoice_id": draft.record["id"]}, given)
            self.refresh_order(draft.record["order_id"])

    def delete(self, row: Row) -> None:
        """Archive it; its lines can be invoiced again. A paid invoice stays."""
        if row.get("status", "active") != "active":
            return
        if self.context.progress.paid_on(row):
            raise Invalid.one("base", "Invoice has payments")
        super().delete(row)
        self.refresh_order(row["order_id"])

    def _due(self, values: Row) -> str:
        issued = date.fromisoformat(values["invoiced_at"])
        term = self.state.find("payment_terms", values.get("payment_term_id")) or {}
        try:
            start = end_of_month(issued) if term.get("from") == "eom" else issued
            return (start + timedelta(days=term.get("due_in_days") or 0)).isoformat()
        except (OverflowError, ValueError):
            return issued.isoformat()  # Behind the last day there is.


class InvoiceLineItems(Rules):
    """Which order lines an invoice charges, and how many of each."""

    def check_parent(self, values: Row) -> None:
        """A line on its own needs an active invoice."""
        must_be_active(self._invoice(values))

    def refresh_parent(self, row: Row) -> None:
        """A line changes the invoice's total."""
        self.refresh_order(self._invoice(row)["order_id"])

    def prepare(self, draft: Draft) -> None:
        """Without a quantity, all that is left is meant."""
        line = self.context.get("order_line_items", draft.values["order_line_item_id"])
        if draft.values.get("quantity") is None:
            draft.values["quantity"] = self.context.progress.uninvoiced(line)

    def check(self, draft: Draft) -> None:
        """A line of the invoice's own order, and no more of it than is not invoiced yet."""
        if not draft.values.keys() & {"quantity", "order_line_item_id"}:
            return
        invoice = self._invoice({**draft.before, **draft.values})
        must_be_active(invoice)
        unlimited = self.context.switches.allow_over_invoicing
        check_order_line(self.context, draft, invoice, self.context.progress.uninvoiced, unlimited=unlimited)

    def delete(self, row: Row) -> None:
        """Take the line off; an invoice does not exist without lines."""
        must_be_active(self._invoice(row))
        if len(self.state[self.name].where("invoice_id", row["invoice_id"])) == 1:
            raise Invalid.one("base", "Cannot create or update an Invoice without line items")
        self.state.delete(self.name, row)
        self.refresh_parent(row)

    def _invoice(self, line: Row) -> Row:
        return self.context.get("invoices", line["invoice_id"])


class Payments(Rules):
    """Money received for an invoice."""

    def prepare(self, draft: Draft) -> None:
        """Paid now, in the invoice's currency, unless sent otherwise."""
        invoice = self.context.get("invoices", draft.values["invoice_id"])
        draft.values["order_id"] = invoice["order_id"]
        if draft.values.get("paid_at") is None:
            draft.values["paid_at"] = self.context.now()
        if draft.values.get("exchange_rate") is None:
            draft.values["exchange_rate"] = invoice.get("exchange_rate", ONE)

    def check(self, draft: Draft) -> None:
        """Something must have been paid, for an active invoice."""
        if draft.values:
            must_be_active(self.context.get("invoices", {**draft.before, **draft.values}["invoice_id"]))
        amount = draft.values.get("amount")
        if isinstance(amount, Decimal) and amount <= 0:
            draft.errors.add("amount", "must be greater than 0")

    def created(self, draft: Draft) -> None:
        """A payment changes what its invoice and order still owe."""
        self.refresh_parent(draft.record)

    def delete(self, row: Row) -> None:
        """So does an archived one."""
        super().delete(row)
        self.refresh_parent(row)

    def refresh_parent(self, row: Row) -> None:
        """The order works out what was paid on its invoices."""
        self.refresh_order(self.state["invoices"].rows[row["invoice_id"]]["order_id"])


def must_be_active(invoice: Row) -> None:
    """Raises Invalid for an archived invoice."""
    if invoice.get("status", "active") != "active":
        raise Invalid.one("base", _LOCKED)
