"""Stock adjustments: effective when created, reversed when deleted (reference §5.26, §5.27, §6.4)."""

from __future__ import annotations

from decimal import Decimal

from ..errors import BLANK, Invalid
from ..formats import ZERO
from ..state import Row
from .base import Draft, Rules, next_number, use_number


class StockAdjustments(Rules):
    """A document that puts stock in or takes it out at one location."""

    def prepare(self, draft: Draft) -> None:
        """The primary location and the next number, unless others were sent."""
        if draft.values.get("stock_location_id") is None:
            draft.values["stock_location_id"] = self.world.account.get("primary_location_id")
        reasonless = not draft.values.get("reason") and not draft.values.get("stock_adjustment_reason_id")
        if reasonless and self.world.switches.require_adjustment_reason:
            draft.complaints.add("reason", BLANK)
        if not draft.values.get("adjustment_number"):
            draft.values["adjustment_number"] = self.next_identifier()
            use_number(self.world, "next_adjustment_number", draft.values["adjustment_number"], "SA")

    def created(self, draft: Draft) -> None:
        """Make the lines; each moves stock at once."""
        given = self.children(draft.raw, "stock_adjustment_line_items")
        self.create_children("stock_adjustment_line_items", {"stock_adjustment_id": draft.record["id"]}, given)

    def delete(self, row: Row) -> None:
        """Void it: every line's movement is taken back (appendix 35)."""
        if row.get("status", "active") == "void":
            return
        for line in self.state["stock_adjustment_line_items"].where("stock_adjustment_id", row["id"]):
            self.world.stock.change_on_hand(line.get("moved", []), -1)
            self.state.update("stock_adjustment_line_items", line, {"moved": []})
        super().delete(row)

    def next_identifier(self) -> str:
        """The next free adjustment number, without using it up."""
        taken = self.state[self.name].indexes["adjustment_number"]
        return next_number(self.world, "next_adjustment_number", "SA", lambda text: text in taken)


class StockAdjustmentLineItems(Rules):
    """One variant's share of an adjustment, signed."""

    def admit(self, values: Row) -> None:
        """A void adjustment takes no more lines."""
        adjustment = self.world.get("stock_adjustments", values["stock_adjustment_id"])
        if adjustment.get("status", "active") == "void":
            raise Invalid.one("base", "Stock adjustment can no longer be edited")

    def prepare(self, draft: Draft) -> None:
        """What comes in has a cost; what goes out leaves at the moving average cost."""
        if draft.values.get("quantity") is None:
            draft.values["quantity"] = ZERO
        variant = self.state.find("variants", draft.values.get("variant_id"))
        if variant is None:
            draft.complaints.add("variant", BLANK)
        elif variant.get("composite"):
            draft.complaints.add("variant", "is a composite and has no stock of its own")
        elif draft.values.get("price") is None and draft.values["quantity"] <= 0:
            draft.values["price"] = variant.get("moving_average_cost") or ZERO
        elif draft.values.get("price") is None:
            draft.complaints.add("price", BLANK)

    def created(self, draft: Draft) -> None:
        """Move the stock, and work a receipt's cost into the average."""
        adjustment = self.state["stock_adjustments"].rows[draft.record["stock_adjustment_id"]]
        quantity: Decimal = draft.record["quantity"]
        moves = self.world.stock.moves(draft.record["variant_id"], adjustment["stock_location_id"], quantity)
        if moves and quantity > 0:
            self.world.stock.receive_cost(draft.record["variant_id"], quantity, draft.record["price"])
        self.world.stock.change_on_hand(moves)
        self.state.update(self.name, draft.record, {"moved": moves}, touch=False)

    def alone(self, row: Row) -> None:
        """A line on its own changes its adjustment."""
        self.state.touch("stock_adjustments", self.state["stock_adjustments"].rows[row["stock_adjustment_id"]])
