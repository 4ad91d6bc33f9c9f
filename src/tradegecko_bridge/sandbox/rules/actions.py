"""`POST /…/:id/actions/…` of orders, purchase orders and transfers (reference §4.1; answers: appendix 18)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ..model.formats import ZERO
from ..model.state import Row
from ..model.values import Raw
from ..wire.errors import BLANK, Invalid
from .adjustments import StockAdjustments
from .base import RulesContext
from .fulfillments import Fulfillments
from .orders import Orders
from .purchasing import PurchaseOrders
from .transfers import StockTransfers

# The table and the row an action made or changed.
Outcome = tuple[str, Row]


class Actions:
    """What can be done to a document in one call; to an order, for everything that is still to be done."""

    def __init__(self, context: RulesContext) -> None:
        self.context = context
        purchases, transfers = context.rules_of(PurchaseOrders), context.rules_of(StockTransfers)
        adjustments = context.rules_of(StockAdjustments)
        self.by_name: dict[tuple[str, str], Callable[[Row, Raw], Outcome]] = {
            ("orders", "invoice"): self.invoice,
            ("orders", "pay"): self.pay,
            ("orders", "pack"): self.pack,
            ("orders", "fulfil"): self.fulfil,
            ("orders", "void"): self.void,
            ("purchase_orders", "receive"): purchases.receive,
            ("stock_adjustments", "revert"): adjustments.revert,
            ("stock_transfers", "receive"): transfers.receive,
            ("stock_transfers", "revert"): transfers.revert,
        }

    def run(self, resource: str, name: str, row: Row, given: Raw) -> Outcome:
        """Do it, with what was sent under the action's root, if anything was. Raises Invalid."""
        return self.by_name[resource, name](row, given)

    def invoice(self, order: Row, given: Raw) -> Outcome:
        """Invoice everything not yet invoiced."""
        self._finalize(order)
        lines = self._remaining(order, self.context.progress.uninvoiced, goods_only=False)
        if not lines:
            raise Invalid.one("base", "Nothing left to invoice")
        invoice = {**given, "order_id": order["id"], "invoice_line_items": lines}
        return "invoices", self.context.rules["invoices"].create(invoice)

    def pay(self, order: Row, given: Raw) -> Outcome:
        """Pay what invoices still ask for, and invoice and pay the rest. Answers with the last payment."""
        self._finalize(order)
        method = self._payment_method(given)
        if self._remaining(order, self.context.progress.uninvoiced, goods_only=False):
            self.invoice(order, {})
        made = None
        for invoice in self.context.progress.invoices(order):
            open_amount = invoice["cached_total"] - self.context.progress.paid_on(invoice)
            if open_amount > 0:
                payment = {
                    **given,
                    "invoice_id": invoice["id"],
                    "amount": open_amount,
                    "payment_method_id": method,
                }
                made = self.context.rules["payments"].create(payment)
        if made is None:
            raise Invalid.one("base", "Nothing left to pay")
        return "payments", made

    def pack(self, order: Row, given: Raw) -> Outcome:
        """One packed fulfilment for everything not yet packed."""
        self._finalize(order)
        made = self._fulfill_rest(order, given, "packed")
        if made is None:
            raise Invalid.one("base", "Nothing left to pack")
        return "fulfillments", made

    def fulfil(self, order: Row, given: Raw) -> Outcome:
        """Ship what is packed, and one new fulfilment for the rest. Answers with the last one shipped."""
        self._finalize(order)
        shipped = None
        for fulfillment in self.context.progress.fulfillments(order):
            if fulfillment.get("status", "packed") == "packed":
                self.context.rules_of(Fulfillments).ship(fulfillment, given)
                shipped = fulfillment
        shipped = self._fulfill_rest(order, given, "fulfilled") or shipped
        if shipped is None:
            raise Invalid.one("base", "Nothing left to fulfil")
        return "fulfillments", shipped

    def void(self, order: Row, _given: Raw) -> Outcome:
        """Void the order, whatever state it is in."""
        self.context.rules_of(Orders).void(order)
        return "orders", order

    def _finalize(self, order: Row) -> None:
        if self.context.switches.actions_finalize_order and order["status"] in {"draft", "active"}:
            self.context.rules["orders"].update(order, {"status": "finalized"})
        elif order["status"] not in {"finalized", "fulfilled"} and self.context.switches.require_finalized:
            raise Invalid.one("order", "must be finalized")

    def _fulfill_rest(self, order: Row, given: Raw, status: str) -> Row | None:
        lines = self._remaining(order, self.context.progress.unpacked, goods_only=True)
        if not lines:
            return None
        body = {**given, "order_id": order["id"], "status": status, "fulfillment_line_items": lines}
        return self.context.rules["fulfillments"].create(body)

    def _remaining(self, order: Row, left: Callable[[Row], Decimal], *, goods_only: bool) -> list[Row]:
        return [
            {"order_line_item_id": line["id"], "quantity": left(line)}
            for line in self.context.progress.lines(order)
            if left(line) > ZERO and not (goods_only and line.get("variant_id") is None)
        ]

    def _payment_method(self, given: Raw) -> int | None:
        name = given.get("payment_method_name")
        if not name:
            default: int | None = self.context.account.get("default_payment_method_id")
            return default
        for row in self.context.state["payment_methods"].rows.values():
            if str(row.get("name", "")).lower() == str(name).lower():
                found: int = row["id"]
                return found
        raise Invalid.one("payment_method", BLANK)
