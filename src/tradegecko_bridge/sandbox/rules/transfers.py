"""Stock transfers between two locations (reference §5.29, §5.30, §6.4). They change no costs."""

from __future__ import annotations

from ..model.state import Row
from ..model.values import Raw
from ..wire.errors import BLANK, NOT_IN_LIST, Invalid
from .base import Draft, Rules, next_number
from .stock import Move

_LINES = "stock_transfer_line_items"
_LOCKED = "Stock transfer can no longer be edited"


class StockTransfers(Rules):
    """Goods on their way from one location to another; they move when received."""

    def prepare(self, draft: Draft) -> None:
        """The next number, unless another was sent."""
        if not draft.values.get("adjustment_number"):
            draft.values["adjustment_number"] = next_number(self, "ST", "next_transfer_number", "adjustment_number")

    def check(self, draft: Draft) -> None:
        """Two different locations; made active or received at once, and never taken back to active."""
        held = draft.before.get("status", "active")
        if held == "void" and draft.values:
            draft.errors.add("base", _LOCKED)
        if draft.values.get("status", held) not in ({"active", "received"} if held == "active" else {held}):
            draft.errors.add("status", NOT_IN_LIST)
        source, destination = (draft.values.get(f"{name}_location_id") for name in ("source", "destination"))
        if source is not None and source == destination:
            draft.errors.add("destination_location", "must be different from the source location")

    def created(self, draft: Draft) -> None:
        """Make the lines, and move them when the transfer is received already."""
        given = self.children(draft.raw, _LINES)
        self.create_children(_LINES, {"stock_transfer_id": draft.record["id"]}, given)
        if draft.record.get("status") == "received":
            self._move(draft.record)

    def updated(self, draft: Draft) -> None:
        """The goods arrive when the status becomes received."""
        if draft.record.get("status", "active") != draft.before.get("status", "active"):
            self._move(draft.record)

    def receive(self, row: Row, _given: Raw) -> tuple[str, Row]:
        """`actions/receive`: the goods arrive."""
        if row.get("status", "active") != "active":
            raise Invalid.one("base", "Stock transfer has been received already")
        self.state.update(self.name, row, {"status": "received"})
        self._move(row)
        return self.name, row

    def revert(self, row: Row, _given: Raw) -> tuple[str, Row]:
        """`actions/revert`: a second, mirrored transfer, received at once."""
        if row.get("status", "active") != "received":
            raise Invalid.one("base", "Stock transfer has not been received")
        lines = [{"variant_id": line["variant_id"], "quantity": line["quantity"]} for line in self.lines(row)]
        mirrored = {
            "source_location_id": row["destination_location_id"],
            "destination_location_id": row["source_location_id"],
            "status": "received",
            "notes": f"Reversal of Stock Transfer #{row['adjustment_number']}",
            _LINES: lines,
        }
        return self.name, self.create(mirrored)

    def delete(self, row: Row) -> None:
        """Void it; what it moved goes back."""
        if row.get("status", "active") == "void":
            return
        self.state.update(self.name, row, {"status": "void"})
        for line in self.lines(row):
            self.context.stock.change_on_hand(line.get("moved", []), -1)
            self.state.update(_LINES, line, {"moved": []}, touch=False)
            self.update_incoming(row, line)

    def lines(self, row: Row) -> list[Row]:
        """The lines, oldest first."""
        return self.state[_LINES].where("stock_transfer_id", row["id"])

    def update_incoming(self, row: Row, line: Row, *, gone: bool = False) -> None:
        """Count an active transfer as incoming at its destination, where the account does that."""
        moves: list[Move] = []
        counts = self.context.switches.transfers_are_incoming and row.get("status", "active") == "active"
        if counts and not gone:
            moves = self.context.stock.moves(line["variant_id"], row["destination_location_id"], line["quantity"])
        held = line.get("incoming", [])
        if moves != held:
            self.context.stock.change_incoming(held, moves)
            self.state.update(_LINES, line, {"incoming": moves}, touch=False)

    def _move(self, row: Row) -> None:
        now = self.context.now()
        arrived = {"received_at": row.get("received_at") or now, "transacted_at": row.get("transacted_at") or now}
        self.state.update(self.name, row, arrived)
        for line in self.lines(row):
            out = self.context.stock.moves(line["variant_id"], row["source_location_id"], -line["quantity"])
            into = self.context.stock.moves(line["variant_id"], row["destination_location_id"], line["quantity"])
            self.context.stock.change_on_hand([*out, *into])
            self.state.update(_LINES, line, {"moved": [*out, *into]}, touch=False)
            self.update_incoming(row, line)


class StockTransferLineItems(Rules):
    """One variant's share of a transfer."""

    def check_parent(self, values: Row) -> None:
        """A line on its own needs a transfer that was not received yet."""
        self._must_be_active(values)

    def check(self, draft: Draft) -> None:
        """A plain variant and how many of it, while the transfer is under way."""
        if draft.row is not None and draft.values:
            self._must_be_active(draft.row)
        line = {**draft.before, **draft.values}
        variant = self.state.find("variants", line.get("variant_id"))
        if variant is not None and variant.get("composite"):
            draft.errors.add("variant", "is a composite and has no stock of its own")
        quantity = line.get("quantity")
        if "quantity" in draft.errors:
            return
        if quantity is None:
            draft.errors.add("quantity", BLANK)
        elif quantity <= 0:
            draft.errors.add("quantity", "must be greater than 0")

    def created(self, draft: Draft) -> None:
        """It may be incoming from now on."""
        self.context.rules_of(StockTransfers).update_incoming(self._transfer(draft.record), draft.record)

    def updated(self, draft: Draft) -> None:
        """More or less of it may be incoming now."""
        if draft.changed:
            self.context.rules_of(StockTransfers).update_incoming(self._transfer(draft.record), draft.record)
            self.refresh_parent(draft.record)

    def refresh_parent(self, row: Row) -> None:
        """A line on its own changes its transfer."""
        self.state.touch("stock_transfers", self._transfer(row))

    def delete(self, row: Row) -> None:
        """Take it off a transfer that was not received yet."""
        self._must_be_active(row)
        self.context.rules_of(StockTransfers).update_incoming(self._transfer(row), row, gone=True)
        self.state.delete(self.name, row)

    def _transfer(self, line: Row) -> Row:
        return self.context.get("stock_transfers", line["stock_transfer_id"])

    def _must_be_active(self, line: Row) -> None:
        if self._transfer(line).get("status", "active") != "active":
            raise Invalid.one("base", _LOCKED)
