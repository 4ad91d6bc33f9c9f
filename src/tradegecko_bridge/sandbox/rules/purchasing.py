"""Purchase orders, their lines, and procurements, which receive them (reference §5.23-5.25, §6.4, §6.5).

A line is received as a whole or not at all: it carries the procurement it came with, and no quantity of its
own for what arrived. What is ordered on an active purchase order and not received yet is incoming stock.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from ..model.formats import HUNDRED, ONE, ZERO, Unreadable, read_int, round_half_up
from ..model.state import Row
from ..model.values import Raw
from ..wire.errors import BLANK, NOT_IN_LIST, Invalid, NotFound
from .base import Draft, Rules, next_number, require_sent
from .tax import default_tax_type, line_rate, line_total, list_price, precision_of, rate_of

_RANK = {"draft": 0, "active": 1, "received": 2}
_DUE = timedelta(days=14)
_LOCKED = "Purchase order can no longer be edited"
_LINES = "purchase_order_line_items"


class PurchaseOrders(Rules):
    """What was ordered from a supplier."""

    def prepare(self, draft: Draft) -> None:
        """Fill in the account's defaults; both due dates are two weeks away."""
        if draft.values.get("company_id") is not None:
            self.context.get("companies", draft.values["company_id"])
        if self.context.switches.require_purchase_order_dates:
            require_sent(draft, "due_at", "payment_due_at", "tax_treatment", "issued_at")
        account, today = self.context.account, self.context.today()
        defaults = {
            "status": self.context.switches.default_purchase_order_status,
            "tax_treatment": account.get("default_tax_treatment"),
            "stock_location_id": account.get("primary_location_id"),
            "billing_address_id": account.get("primary_billing_location_id"),
            "supplier_address_id": self._address_of(draft.values.get("company_id")),
            "currency_id": account.get("default_currency_id"),
            "default_price_list_id": account.get("default_purchase_order_price_list_id"),
            "issued_at": today.isoformat(),
            "due_at": (today + _DUE).isoformat(),
            "payment_due_at": (today + _DUE).isoformat(),
        }
        for name, value in defaults.items():
            if draft.values.get(name) in (None, ""):
                draft.values[name] = value
        if not draft.values.get("order_number"):
            draft.values["order_number"] = next_number(self, "PO", "next_purchase_order_number", "order_number")

    def check(self, draft: Draft) -> None:
        """Statuses move forwards only, and a closed purchase order does not change."""
        held = draft.before.get("status", "draft")
        if draft.values and held not in _RANK:
            draft.errors.add("base", _LOCKED)
        wanted = draft.values.get("status", held)
        allowed = ("draft", "active") if draft.row is None else ("draft", "active", "received")
        if "status" in draft.values and (wanted not in allowed or _RANK[str(wanted)] < _RANK.get(held, 0)):
            draft.errors.add("status", NOT_IN_LIST)
        if "stock_location_id" in draft.values and draft.row is not None and self.received(draft.row):
            draft.errors.add("base", _LOCKED)
        address = self.state.find("addresses", draft.values.get("supplier_address_id"))
        company_id = draft.values.get("company_id", draft.before.get("company_id"))
        if address is not None and address["company_id"] != company_id:
            raise NotFound("Address", address["id"])

    def created(self, draft: Draft) -> None:
        """Make the nested lines, then everything that follows from them."""
        self._take_lines(draft)

    def updated(self, draft: Draft) -> None:
        """Nested lines are appended. The status `received` is a label: it receives nothing (ISS#20)."""
        self._take_lines(draft)

    def delete(self, row: Row) -> None:
        """An open one becomes deleted; one that was received void, and its goods go out again."""
        if row["status"] not in _RANK:
            return
        received = self.state["procurements"].where("purchase_order_id", row["id"])
        for procurement in received:
            self.context.rules["procurements"].delete(procurement)
        self.state.update(self.name, row, {"status": "void" if received else "deleted"})
        self.refresh(row)

    def receive(self, row: Row, _given: Raw) -> tuple[str, Row]:
        """`actions/receive`: everything that is still open, in one procurement."""
        return "procurements", self.context.rules["procurements"].create({"purchase_order_id": row["id"]})

    def lines(self, row: Row) -> list[Row]:
        """The lines, oldest first."""
        return self.state[_LINES].where("purchase_order_id", row["id"])

    def received(self, row: Row) -> list[Row]:
        """The lines that came with a procurement: they lie where the purchase order sent them."""
        return [line for line in self.lines(row) if line.get("procurement_id") is not None]

    def refresh(self, row: Row) -> None:
        """Work out totals, how much was received, and what is incoming."""
        lines, places, received = self.lines(row), precision_of(self.context, row), self.received(row)
        values: Row = {
            "total": sum((line_total(self.context, row, line, line["quantity"], places) for line in lines), ZERO),
            "cached_quantity": sum((line["quantity"] for line in lines), ZERO),
            "procurement_status": "unprocured",
        }
        if received:
            values["procurement_status"] = "procured" if len(received) == len(lines) else "partial"
        if values["procurement_status"] == "procured" and row["status"] in _RANK:
            values["status"] = "received"
        if values.get("status", row["status"]) == "received" and row.get("received_at") is None:
            values["received_at"] = self.context.today().isoformat()
        self.state.update(self.name, row, values)
        for line in lines:
            self.update_incoming(row, line)

    def update_incoming(self, row: Row, line: Row, *, gone: bool = False) -> None:
        """Bring the line's incoming stock in line with the order's status."""
        moves = []
        variant_id, open_ = line.get("variant_id"), line.get("procurement_id") is None
        if variant_id is not None and open_ and not gone and row["status"] == "active":
            moves = self.context.stock.moves(variant_id, row["stock_location_id"], line["quantity"])
        held = line.get("incoming", [])
        if moves != held:
            self.context.stock.change_incoming(held, moves)
            self.state.update(_LINES, line, {"incoming": moves}, touch=False)

    def _take_lines(self, draft: Draft) -> None:
        given = self.children(draft.raw, _LINES)
        if given and draft.record["status"] not in {"draft", "active"}:
            raise Invalid.one("base", _LOCKED)
        self.create_children(_LINES, {"purchase_order_id": draft.record["id"]}, given)
        if given or draft.changed:
            self.refresh(draft.record)

    def _address_of(self, company_id: int | None) -> int | None:
        found = self.state["addresses"].where("company_id", company_id)
        return next((row["id"] for row in found if row.get("status", "active") == "active"), None)


class PurchaseOrderLineItems(Rules):
    """Lines of a purchase order."""

    def check_parent(self, values: Row) -> None:
        """A line on its own needs a purchase order that is still open."""
        self._must_be_open(values)

    def refresh_parent(self, row: Row) -> None:
        """A line changes its purchase order."""
        self.context.rules_of(PurchaseOrders).refresh(self.state["purchase_orders"].rows[row["purchase_order_id"]])

    def prepare(self, draft: Draft) -> None:
        """Fall back to the buying price, the account's tax type for purchases, and one unit."""
        order = self.context.get("purchase_orders", draft.values["purchase_order_id"])
        variant = self.state.find("variants", draft.values.get("variant_id"))
        if draft.values.get("price") is None and variant is not None:
            draft.values["price"] = list_price(self.context, order, variant)
        if draft.values.get("tax_type_id") is None:
            draft.values["tax_type_id"] = default_tax_type(self.context, order, variant, "purchase")
        if draft.values.get("quantity") is None:
            draft.values["quantity"] = ONE

    def check(self, draft: Draft) -> None:
        """A variant with stock of its own or free text, a price, and nothing changed once received."""
        if draft.row is not None and draft.values:
            self._must_be_open(draft.row)
        line = {**draft.before, **draft.values}
        variant = self.state.find("variants", line.get("variant_id"))
        if variant is None and not line.get("freeform"):
            draft.errors.add("variant", BLANK)
        elif variant is not None and variant.get("composite"):
            draft.errors.add("variant", "is a composite and has no stock of its own")
        for name in ("price", "quantity"):
            if line.get(name) is None and name not in draft.errors and not draft.errors:
                draft.errors.add(name, BLANK)
        if (line.get("quantity") or ZERO) < 0:
            draft.errors.add("quantity", "must be greater than or equal to 0")

    def delete(self, row: Row) -> None:
        """Take it off the purchase order, and what was incoming with it."""
        self._must_be_open(row)
        rules, order = (
            self.context.rules_of(PurchaseOrders),
            self.state["purchase_orders"].rows[row["purchase_order_id"]],
        )
        rules.update_incoming(order, row, gone=True)
        self.state.delete(self.name, row)
        rules.refresh(order)

    def _must_be_open(self, line: Row) -> None:
        order = self.context.get("purchase_orders", line["purchase_order_id"])
        if order["status"] not in {"draft", "active"} or line.get("procurement_id") is not None:
            raise Invalid.one("base", _LOCKED)


class Procurements(Rules):
    """Goods that arrived: puts lines of a purchase order into stock."""

    def prepare(self, draft: Draft) -> None:
        """Received now, at the currency's rate, unless sent otherwise; only what is on order can arrive."""
        order = self.context.get("purchase_orders", draft.values["purchase_order_id"])
        if order["status"] not in {"active", "received"}:
            raise Invalid.one("purchase_order", "must be active")
        if draft.values.get("received_at") is None:
            draft.values["received_at"] = self.context.now()
        if draft.values.get("exchange_rate") is None:
            draft.values["exchange_rate"] = rate_of(self.context, order.get("currency_id"))

    def check(self, draft: Draft) -> None:
        """Costs are divided by the rate."""
        rate = draft.values.get("exchange_rate")
        if rate is not None and rate <= 0:
            draft.errors.add("exchange_rate", "must be greater than 0")

    def created(self, draft: Draft) -> None:
        """Receive the lines that were named, or all that are open."""
        order = self.state["purchase_orders"].rows[draft.record["purchase_order_id"]]
        lines = self._chosen(order, draft.raw)
        if not lines:
            raise Invalid.one("base", "Nothing left to receive")
        for line in lines:
            self._receive(order, line, draft.record)
        self.context.rules_of(PurchaseOrders).refresh(order)

    def delete(self, row: Row) -> None:
        """Take the goods out again; the purchase order is open again."""
        for line in self.state[_LINES].where("procurement_id", row["id"]):
            self.context.stock.change_on_hand(line.get("moved", []), -1)
            self.state.update(_LINES, line, {"procurement_id": None, "base_price": None, "moved": []})
        order = self.state["purchase_orders"].rows[row["purchase_order_id"]]
        self.state.delete(self.name, row)
        if order["status"] == "received":
            self.state.update("purchase_orders", order, {"status": "active", "received_at": None})
        self.context.rules_of(PurchaseOrders).refresh(order)

    def _chosen(self, order: Row, raw: Raw) -> list[Row]:
        open_lines = {
            row["id"]: row
            for row in self.context.rules_of(PurchaseOrders).lines(order)
            if row.get("procurement_id") is None
        }
        given = [child.get("id") for child in self.children(raw, _LINES)]
        ids = raw.get("purchase_order_line_item_ids")
        given += ids if isinstance(ids, list) else []
        for key in dict.fromkeys(str(key) for key in given):
            if _number(key) not in open_lines:
                raise NotFound("PurchaseOrderLineItem", key)
        return [open_lines[key] for key in dict.fromkeys(map(_number, given))] if given else list(open_lines.values())

    def _receive(self, order: Row, line: Row, procurement: Row) -> None:
        self.context.rules_of(PurchaseOrders).update_incoming(order, line, gone=True)
        price: Decimal = (line.get("price") or ZERO) / procurement["exchange_rate"]
        if order.get("tax_treatment") == "inclusive":
            price /= ONE + line_rate(self.context, line) / HUNDRED
        price, moves = round_half_up(price, 5), []
        if line.get("variant_id") is not None:
            moves = self.context.stock.moves(line["variant_id"], order["stock_location_id"], line["quantity"])
        if moves:
            self.context.stock.receive_cost(line["variant_id"], line["quantity"], price)
        self.context.stock.change_on_hand(moves)
        self.state.update(_LINES, line, {"procurement_id": procurement["id"], "base_price": price, "moved": moves})


def _number(key: object) -> int | None:
    try:
        return read_int(key)
    except Unreadable:
        return None
