"""Stock adjustments: effective when created, reversed when deleted (reference §5.26, §5.27, §6.4)."""

from __future__ import annotations

from ..model.formats import ZERO
from ..model.state import Row
from ..model.values import Raw
from ..wire.errors import BLANK, Invalid
from .base import Draft, Rules, next_number
from .stock import Move

_LOCKED = "Stock adjustment can no longer be edited"
_LINES = "stock_adjustment_line_items"


class StockAdjustments(Rules):
    """A document that puts stock in or takes it out at one location."""

    def check(self, draft: Draft) -> None:
        """A void one does not change; the reason and the row it refers to agree (inferred)."""
        if draft.before.get("status", "active") == "void" and draft.values:
            draft.errors.add("base", _LOCKED)
        reasons = self.state["stock_adjustment_reasons"]
        chosen = reasons.rows.get(draft.values.get("stock_adjustment_reason_id") or 0)
        if chosen is not None:
            draft.values["reason"] = chosen["reason_code"]
        elif "reason" in draft.values:
            found = reasons.where("reason_code", draft.values["reason"])
            draft.values["stock_adjustment_reason_id"] = found[0]["id"] if found else None

    def prepare(self, draft: Draft) -> None:
        """The primary location and the next number, unless others were sent."""
        if draft.values.get("stock_location_id") is None:
            draft.values["stock_location_id"] = self.context.account.get("primary_location_id")
        reasonless = not draft.values.get("reason") and not draft.values.get("stock_adjustment_reason_id")
        if reasonless and self.context.switches.require_adjustment_reason:
            draft.errors.add("reason", BLANK)
        if not draft.values.get("adjustment_number"):
            draft.values["adjustment_number"] = self.next_identifier(use=True)

    def created(self, draft: Draft) -> None:
        """Make the lines; each moves stock at once."""
        given = self.children(draft.raw, _LINES)
        self.create_children(_LINES, {"stock_adjustment_id": draft.record["id"]}, given)

    def delete(self, row: Row) -> None:
        """Void it: every line's movement is taken back (appendix 35)."""
        if row.get("status", "active") == "void":
            return
        for line in self.state[_LINES].where("stock_adjustment_id", row["id"]):
            self.context.stock.change_on_hand(line.get("moved", []), -1)
            self.state.update(_LINES, line, {"moved": []})
        super().delete(row)

    def revert(self, row: Row, _given: Raw) -> tuple[str, Row]:
        """`actions/revert`: a second, mirrored adjustment, as the documentation had it for a year (reference §5.26)."""
        lines = [
            {"variant_id": line["variant_id"], "quantity": -line["quantity"], "price": line["price"]}
            for line in self.state[_LINES].where("stock_adjustment_id", row["id"])
        ]
        mirrored = {
            "stock_location_id": row["stock_location_id"],
            "reason": row.get("reason"),
            "notes": f"Reversal of Stock Adjustment #{row['adjustment_number']}",
            _LINES: lines,
        }
        return self.name, self.create(mirrored)

    def next_identifier(self, *, use: bool = False) -> str:
        """The next free adjustment number; until it is used, asking again gives the same one."""
        return next_number(self, "SA", "next_adjustment_number", "adjustment_number", use=use)


class StockAdjustmentLineItems(Rules):
    """One variant's share of an adjustment, signed."""

    def check_parent(self, values: Row) -> None:
        """A void adjustment takes no more lines."""
        self._must_be_active(values)

    def prepare(self, draft: Draft) -> None:
        """What comes in has a cost; what goes out leaves at the moving average cost."""
        if draft.values.get("quantity") is None:
            draft.values["quantity"] = ZERO
        variant = self.state.find("variants", draft.values.get("variant_id"))
        if variant is None:
            draft.errors.add("variant", BLANK)
        elif variant.get("composite"):
            return
        elif draft.values.get("price") is None and draft.values["quantity"] <= 0:
            draft.values["price"] = variant.get("moving_average_cost") or ZERO
        elif draft.values.get("price") is None:
            draft.errors.add("price", BLANK)

    def check(self, draft: Draft) -> None:
        """Bundles have no stock, and lines of a void adjustment do not change."""
        variant = self.state.find("variants", draft.values.get("variant_id"))
        if variant is not None and variant.get("composite"):
            draft.errors.add("variant", "is a composite and has no stock of its own")
        if draft.row is not None and draft.values:
            self._must_be_active(draft.row)
            for name in ("quantity", "price"):
                if draft.values.get(name, ZERO) is None:
                    draft.errors.add(name, BLANK)

    def created(self, draft: Draft) -> None:
        """Move the stock, and work a receipt's cost into the average."""
        moves, quantity = self._moves(draft.record), draft.record["quantity"]
        if moves and quantity > 0:
            self.context.stock.receive_cost(draft.record["variant_id"], quantity, draft.record["price"])
        self._move(draft.record, moves)

    def updated(self, draft: Draft) -> None:
        """Move what is different now; what it cost stays in the average."""
        if draft.changed:
            self._move(draft.record, self._moves(draft.record))
        super().updated(draft)

    def delete(self, row: Row) -> None:
        """Take its movement back and remove it."""
        self._must_be_active(row)
        self._move(row, [])
        self.state.delete(self.name, row)
        self.refresh_parent(row)

    def refresh_parent(self, row: Row) -> None:
        """A line changes its adjustment."""
        self.state.touch("stock_adjustments", self._adjustment(row))

    def _adjustment(self, line: Row) -> Row:
        return self.context.get("stock_adjustments", line["stock_adjustment_id"])

    def _must_be_active(self, line: Row) -> None:
        if self._adjustment(line).get("status", "active") == "void":
            raise Invalid.one("base", _LOCKED)

    def _moves(self, line: Row) -> list[Move]:
        place: int = self._adjustment(line)["stock_location_id"]
        return self.context.stock.moves(line["variant_id"], place, line["quantity"])

    def _move(self, line: Row, moves: list[Move]) -> None:
        """Put these moves in the place of the ones the line made."""
        self.context.stock.change_on_hand(line.get("moved", []), -1)
        self.context.stock.change_on_hand(moves)
        self.state.update(self.name, line, {"moved": moves}, touch=False)
