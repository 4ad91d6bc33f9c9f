"""How far an order is: its total, the derived statuses, its commitments, and whether it is fulfilled.

`Progress.refresh` is called after anything that could change one of them, and works everything out anew
from the documents, so that no path through the rules can leave a stale status behind (reference §6.2).
"""

from __future__ import annotations

from decimal import Decimal

from ..model.context import Context
from ..model.formats import ZERO
from ..model.state import Row, State
from .stock import Stock
from .tax import line_total, precision_of

COMMITTING = frozenset({"active", "finalized", "fulfilled"})
OPEN_FULFILLMENTS = frozenset({"packed", "fulfilled"})
OPEN_RETURNS = frozenset({"returning", "received"})


class Progress:
    """Keeps an order's derived columns true."""

    def __init__(self, context: Context, stock: Stock) -> None:
        self.context = context
        self.stock = stock
        self.state: State = context.state

    def lines(self, order: Row) -> list[Row]:
        """The order's lines, oldest first."""
        return self.state["order_line_items"].where("order_id", order["id"])

    def packed(self, line: Row) -> Decimal:
        """Units of the line in packed or shipped fulfilments."""
        return self._units(line, "fulfillment", "packed", OPEN_FULFILLMENTS)

    def shipped(self, line: Row) -> Decimal:
        """Units of the line in shipped fulfilments."""
        return self._units(line, "fulfillment", "packed", frozenset({"fulfilled"}))

    def returned(self, line: Row, statuses: frozenset[str]) -> Decimal:
        """Units of the line in returns of these statuses."""
        return self._units(line, "fulfillment_return", "returning", statuses)

    def invoiced(self, line: Row) -> Decimal:
        """Units of the line on active invoices."""
        return self._units(line, "invoice", "active", frozenset({"active"}))

    def unpacked(self, line: Row) -> Decimal:
        """Units of the line that are not packed yet."""
        quantity: Decimal = line["quantity"]
        return quantity - self.packed(line)

    def uninvoiced(self, line: Row) -> Decimal:
        """Units of the line that are not invoiced yet."""
        quantity: Decimal = line["quantity"]
        return quantity - self.invoiced(line)

    def returnable(self, line: Row) -> Decimal:
        """Units of the line that were shipped and are not on their way back."""
        return self.shipped(line) - self.returned(line, OPEN_RETURNS)

    def paid(self, order: Row) -> Decimal:
        """What was paid on the order's invoices, in the order's currency."""
        return sum((self.paid_on(invoice) for invoice in self.invoices(order)), ZERO)

    def paid_on(self, invoice: Row) -> Decimal:
        """What was paid on one invoice."""
        payments = self.state["payments"].where("invoice_id", invoice["id"])
        return sum((p["amount"] for p in payments if p.get("status", "active") == "active"), ZERO)

    def invoices(self, order: Row) -> list[Row]:
        """The order's active invoices, oldest first."""
        found = self.state["invoices"].where("order_id", order["id"])
        return [invoice for invoice in found if invoice.get("status", "active") == "active"]

    def fulfillments(self, order: Row) -> list[Row]:
        """The order's packed and shipped fulfilments, oldest first."""
        found = self.state["fulfillments"].where("order_id", order["id"])
        return [f for f in found if f.get("status", "packed") in OPEN_FULFILLMENTS]

    def invoice_total(self, invoice: Row) -> Decimal:
        """The invoice's total: each line rounded, then summed."""
        order = self.state["orders"].rows[invoice["order_id"]]
        lines, places = self.state["order_line_items"].rows, precision_of(self.context, order)
        return sum(
            (
                line_total(self.context, order, lines[item["order_line_item_id"]], item["quantity"], places)
                for item in self.state["invoice_line_items"].where("invoice_id", invoice["id"])
            ),
            ZERO,
        )

    def refresh(self, order: Row, *, touch: bool = True) -> None:
        """Work out everything derived, and move `updated_at` unless `touch` is off."""
        lines = self.lines(order)
        for invoice in self.invoices(order):
            self._settle(invoice)
        values = self._statuses(lines)
        values["total_value"] = self._total(order, lines)
        values["payment_status"] = _share(self.paid(order), values["total_value"], "unpaid", "paid")
        if order["status"] in {"finalized", "fulfilled"}:
            values["status"] = "fulfilled" if values["fulfillment_status"] == "shipped" else "finalized"
        self.state.update("orders", order, values, touch=touch)
        if touch:
            self.state.touch("orders", order)
        for line in lines:
            self.update_committed(order, line)

    def update_committed(self, order: Row, line: Row, *, gone: bool = False) -> None:
        """Bring the line's committed stock in line with the order's status and what was shipped."""
        moves = []
        variant_id = line.get("variant_id")
        if variant_id is not None and not gone and order["status"] in COMMITTING:
            outstanding = max(self.context.value("order_line_items", line, "quantity") - self.shipped(line), ZERO)
            moves = self.stock.moves(variant_id, order["stock_location_id"], outstanding)
        held = line.get("committed", [])
        if moves != held:
            self.stock.change_committed(held, moves)
            self.state.update("order_line_items", line, {"committed": moves}, touch=False)

    def _settle(self, invoice: Row) -> None:
        total, paid = self.invoice_total(invoice), self.paid_on(invoice)
        status = "unpaid" if paid <= 0 else "paid" if paid >= total else "partial"
        self.state.update("invoices", invoice, {"cached_total": total, "payment_status": status})

    def _units(self, line: Row, document: str, default: str, statuses: frozenset[str]) -> Decimal:
        """Units of the line on documents of one kind with these statuses; `default` is the status of a new one."""
        documents, parent = self.state[f"{document}s"].rows, f"{document}_id"
        items = self.state[f"{document}_line_items"].where("order_line_item_id", line["id"])
        return sum(
            (item["quantity"] for item in items if documents[item[parent]].get("status", default) in statuses), ZERO
        )

    def _total(self, order: Row, lines: list[Row]) -> Decimal:
        places = precision_of(self.context, order)
        return sum((line_total(self.context, order, line, line["quantity"], places) for line in lines), ZERO)

    def _statuses(self, lines: list[Row]) -> Row:
        # Freeform lines are invoiced but never shipped.
        goods = [line for line in lines if line.get("variant_id") is not None]
        ordered = sum((line["quantity"] for line in goods), ZERO)
        packed = sum((min(self.packed(line), line["quantity"]) for line in goods), ZERO)
        shipped = sum((min(self.shipped(line), line["quantity"]) for line in goods), ZERO)
        invoiced = sum((min(self.invoiced(line), line["quantity"]) for line in lines), ZERO)
        units = sum((line["quantity"] for line in lines), ZERO)
        returning = sum((self.returned(line, OPEN_RETURNS) for line in goods), ZERO)
        returned = sum((self.returned(line, frozenset({"received"})) for line in goods), ZERO)
        return {
            "packed_status": _share(packed, ordered, "unpacked", "packed"),
            "fulfillment_status": _share(shipped, ordered, "unshipped", "shipped"),
            "invoice_status": _share(invoiced, units, "uninvoiced", "invoiced"),
            "returning_status": _share(returning, shipped, "unreturning", "returning"),
            "return_status": _share(returned, shipped, "unreturned", "returned"),
        }


def _share(done: Decimal, all_of_it: Decimal, none: str, full: str) -> str:
    """`none` of it, `partial`, or `full`."""
    if done <= 0:
        return none
    return full if done >= all_of_it else "partial"
