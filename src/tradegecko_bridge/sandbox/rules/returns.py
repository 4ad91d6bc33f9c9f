"""Fulfilment returns: goods on their way back (reference §5.9, §5.10, §6.4). Only `received` moves stock."""

from __future__ import annotations

from ..model.state import Row
from ..wire.errors import NOT_IN_LIST, BadRequest, Invalid
from .base import Draft, Rules, next_number
from .fulfillments import check_order_line
from .progress import OPEN_RETURNS
from .tax import rate_of

_LINES = "fulfillment_return_line_items"
_LOCKED = "Fulfillment return can no longer be edited"


class FulfillmentReturns(Rules):
    """What a customer sends back of one order."""

    def prepare(self, draft: Draft) -> None:
        """Back to where the order was shipped from, with the next credit note number."""
        order = self.context.get("orders", draft.values["order_id"])
        if not self.children(draft.raw, _LINES):
            raise BadRequest.missing(_LINES)
        if draft.values.get("location_id") is None:
            draft.values["location_id"] = order.get("stock_location_id")
        if draft.values.get("exchange_rate") is None:
            draft.values["exchange_rate"] = rate_of(self.context, order.get("currency_id"))
        if not draft.values.get("credit_note_number"):
            draft.values["credit_note_number"] = next_number(
                self, "CN", "next_credit_note_number", "credit_note_number"
            )
        draft.values["company_id"] = order["company_id"]

    def check(self, draft: Draft) -> None:
        """Clients may set returning and received; what was received stays so, at its location."""
        held = draft.before.get("status", "returning")
        if draft.values and held not in OPEN_RETURNS:
            draft.errors.add("base", _LOCKED)
        if "location_id" in draft.values and held == "received":
            draft.errors.add("base", _LOCKED)
        allowed = OPEN_RETURNS if held == "returning" else {held}
        if "status" in draft.values and draft.values["status"] not in allowed:
            draft.errors.add("status", NOT_IN_LIST)

    def created(self, draft: Draft) -> None:
        """Make the lines; take the goods in when they are there already."""
        given = self.children(draft.raw, _LINES)
        self.create_children(_LINES, {"fulfillment_return_id": draft.record["id"]}, given)
        if draft.record.get("status") == "received":
            self._receive(draft.record)
        self.refresh_order(draft.record["order_id"])

    def updated(self, draft: Draft) -> None:
        """Nested lines are appended; the status received takes the goods in."""
        given = self.children(draft.raw, _LINES)
        if given and draft.before.get("status", "returning") != "returning":
            raise Invalid.one("base", _LOCKED)
        self.create_children(_LINES, {"fulfillment_return_id": draft.record["id"]}, given)
        if draft.record.get("status") != draft.before.get("status"):
            self._receive(draft.record)
        if given or draft.changed:
            self.refresh_order(draft.record["order_id"])

    def delete(self, row: Row) -> None:
        """One on its way becomes deleted; a received one void, and its goods leave stock again."""
        status = row.get("status", "returning")
        if status not in OPEN_RETURNS:
            return
        for line in self.lines(row):
            self.context.stock.change_on_hand(line.get("moved", []), -1)
            self.state.update(_LINES, line, {"moved": []}, touch=False)
        self.state.update(self.name, row, {"status": "void" if status == "received" else "deleted"})
        self.refresh_order(row["order_id"])

    def lines(self, row: Row) -> list[Row]:
        """The lines, oldest first."""
        return self.state[_LINES].where("fulfillment_return_id", row["id"])

    def _receive(self, row: Row) -> None:
        if row.get("received_at") is None:
            self.state.update(self.name, row, {"received_at": self.context.now()})
        for line in self.lines(row):
            item = self.state["order_line_items"].rows[line["order_line_item_id"]]
            moves = []
            if item.get("variant_id") is not None:
                moves = self.context.stock.moves(item["variant_id"], row["location_id"], line["quantity"])
            self.context.stock.change_on_hand(moves)
            self.state.update(_LINES, line, {"moved": moves}, touch=False)


class FulfillmentReturnLineItems(Rules):
    """Which order lines come back, and how many of each."""

    def check_parent(self, values: Row) -> None:
        """A line on its own needs a return that is still on its way."""
        self._must_be_open(values)

    def refresh_parent(self, row: Row) -> None:
        """A line changes its order."""
        self.refresh_order(self._return(row)["order_id"])

    def check(self, draft: Draft) -> None:
        """A line of the order that came, and no more of it than was shipped and is not coming back yet."""
        if not draft.values:
            return
        if draft.row is not None:
            self._must_be_open(draft.row)
        parent, unlimited = self._return({**draft.before, **draft.values}), self.context.switches.allow_over_return
        check_order_line(self.context, draft, parent, self.context.progress.returnable, unlimited=unlimited)

    def delete(self, row: Row) -> None:
        """Take it off; a return does not exist without lines."""
        self._must_be_open(row)
        if len(self.state[self.name].where("fulfillment_return_id", row["fulfillment_return_id"])) == 1:
            raise Invalid.one("base", "Cannot create or update a Fulfillment return without line items")
        self.state.delete(self.name, row)
        self.refresh_parent(row)

    def _return(self, line: Row) -> Row:
        return self.context.get("fulfillment_returns", line["fulfillment_return_id"])

    def _must_be_open(self, line: Row) -> None:
        if self._return(line).get("status", "returning") != "returning":
            raise Invalid.one("base", _LOCKED)
