"""Fulfilments and their lines: packing, shipping, taking back (reference §5.7, §5.8, §6.3)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..model.context import Context
from ..model.formats import ZERO, round_half_up
from ..model.state import Row
from ..model.values import Raw
from ..wire.errors import BLANK, NOT_IN_LIST, BadRequest, FieldErrors, Invalid, NotFound
from .base import Draft, Rules
from .progress import OPEN_FULFILLMENTS, OPEN_RETURNS
from .tax import rate_of, unit_price

_NO_LINES = "Cannot create or update a Fulfillment without line items"
_LOCKED = "Fulfillment can no longer be edited"


class Fulfillments(Rules):
    """What leaves the warehouse together. Only `fulfilled` ones have left."""

    def create(self, raw: Raw, *, nested: bool = False) -> Row:
        """`shipped`, the word of 2014, still means fulfilled."""
        return super().create(_without_legacy_status(raw), nested=nested)

    def update(self, row: Row, raw: Raw) -> None:
        """Tracking may always change; lines only while it is packed."""
        if row.get("status", "packed") not in OPEN_FULFILLMENTS:
            raise Invalid.one("base", _LOCKED)
        # Lines first: the same request may ship what it just changed.
        self._change_lines(row, self.children(raw, "fulfillment_line_items"))
        super().update(row, _without_legacy_status(raw))

    def prepare(self, draft: Draft) -> None:
        """Take addresses, location and exchange rate from the order."""
        order = self.context.get("orders", draft.values["order_id"])
        must_be_finalized(self.context, order)
        self._must_have_lines(draft.raw)
        for name in ("shipping_address_id", "billing_address_id", "stock_location_id"):
            if draft.values.get(name) is None:
                draft.values[name] = order.get(name)
        if draft.values.get("exchange_rate") is None:
            draft.values["exchange_rate"] = rate_of(self.context, order.get("currency_id"))
        if draft.values.get("packed_at") is None:
            draft.values["packed_at"] = self.context.today().isoformat()
        draft.values["company_id"] = order["company_id"]

    def check(self, draft: Draft) -> None:
        """Clients may set packed and fulfilled; what has left stays shipped, from where it left."""
        allowed = OPEN_FULFILLMENTS if draft.row is None else {"fulfilled"}
        if "status" in draft.values and draft.values["status"] not in allowed:
            draft.errors.add("status", NOT_IN_LIST)
        if "stock_location_id" in draft.values and draft.before.get("status") == "fulfilled":
            draft.errors.add("base", _LOCKED)
        if draft.row is not None and "status" in draft.values:
            must_be_finalized(self.context, self.state["orders"].rows[draft.row["order_id"]])

    def created(self, draft: Draft) -> None:
        """Make the lines; ship when asked to."""
        given = self.children(draft.raw, "fulfillment_line_items")
        self.create_children("fulfillment_line_items", {"fulfillment_id": draft.record["id"]}, given)
        if draft.record.get("status") == "fulfilled":
            self._ship(draft.record)
        self.refresh_order(draft.record["order_id"])

    def updated(self, draft: Draft) -> None:
        """Ship when the status became fulfilled."""
        if draft.record.get("status") != draft.before.get("status"):
            self._ship(draft.record)
            self.refresh_order(draft.record["order_id"])

    def delete(self, row: Row) -> None:
        """A packed one becomes deleted; a shipped one void, and its goods go back into stock."""
        status = row.get("status", "packed")
        if status not in OPEN_FULFILLMENTS:
            return
        if status == "fulfilled":
            self._must_have_no_returns(row)
            for line in self.lines(row):
                self.context.stock.change_on_hand(line.get("moved", []))
                self.state.update("fulfillment_line_items", line, {"moved": []}, touch=False)
        self.state.update(self.name, row, {"status": "void" if status == "fulfilled" else "deleted"})
        self.refresh_order(row["order_id"])

    def ship(self, row: Row, raw: Raw) -> None:
        """Mark a packed fulfilment as shipped (`actions/fulfil`)."""
        self.update(row, {**raw, "status": "fulfilled"})

    def lines(self, row: Row) -> list[Row]:
        """The fulfilment's lines, oldest first."""
        return self.state["fulfillment_line_items"].where("fulfillment_id", row["id"])

    def _must_have_no_returns(self, row: Row) -> None:
        """What was shipped stays so while some of it is on its way back (reference §6.3)."""
        returns = self.state["fulfillment_returns"].where("order_id", row["order_id"])
        if any(found.get("status", "returning") in OPEN_RETURNS for found in returns):
            raise Invalid.one("base", "Fulfillment has returns and can not be deleted")

    def _must_have_lines(self, raw: Raw) -> None:
        if self.children(raw, "fulfillment_line_items"):
            return
        if self.context.switches.fulfillment_without_lines_is_400:
            raise BadRequest(_NO_LINES)
        raise Invalid.one("base", _NO_LINES)

    def _change_lines(self, row: Row, given: list[Raw]) -> None:
        """Lines with an id are changed, lines without one added."""
        known = {str(line["id"]): line for line in self.lines(row)}
        errors = FieldErrors()
        for child in given:
            if child.get("id") is None:
                continue
            if str(child["id"]) not in known:
                raise NotFound("FulfillmentLineItem", child["id"])
            try:
                self.context.rules["fulfillment_line_items"].update(known[str(child["id"])], child)
            except Invalid as exc:
                errors.merge("fulfillment_line_items", exc.errors)
        errors.raise_if_any()
        fresh = [child for child in given if child.get("id") is None]
        if fresh and row.get("status", "packed") != "packed":
            raise Invalid.one("base", _LOCKED)
        if fresh:
            self.create_children("fulfillment_line_items", {"fulfillment_id": row["id"]}, fresh)
            self.refresh_order(row["order_id"])

    def _ship(self, row: Row) -> None:
        if row.get("shipped_at") is None:
            self.state.update(self.name, row, {"shipped_at": self.context.now()})
        for line in self.lines(row):
            item = self.state["order_line_items"].rows[line["order_line_item_id"]]
            moves = []
            if item.get("variant_id") is not None:
                moves = self.context.stock.moves(item["variant_id"], row["stock_location_id"], line["quantity"])
            self.context.stock.change_on_hand(moves, -1)
            base_price = round_half_up(unit_price(item) / (row.get("exchange_rate") or Decimal(1)), 5)
            self.state.update("fulfillment_line_items", line, {"moved": moves, "base_price": base_price})


class FulfillmentLineItems(Rules):
    """Which order lines a fulfilment holds, and how many of each."""

    def check_parent(self, values: Row) -> None:
        """A line on its own needs a fulfilment that has not left yet."""
        self._must_be_packed(self._fulfillment(values))

    def refresh_parent(self, row: Row) -> None:
        """A line changes how much of the order is packed."""
        self.refresh_order(self._fulfillment(row)["order_id"])

    def prepare(self, draft: Draft) -> None:
        """Without a quantity, all that is left is meant."""
        line = self.context.get("order_line_items", draft.values["order_line_item_id"])
        if draft.values.get("quantity") is None:
            draft.values["quantity"] = self.context.progress.unpacked(line)

    def check(self, draft: Draft) -> None:
        """A line of the fulfilment's own order, and no more of it than is not packed yet."""
        if not draft.values.keys() & {"quantity", "order_line_item_id"}:
            return
        fulfillment = self._fulfillment({**draft.before, **draft.values})
        if draft.row is not None:
            self._must_be_packed(fulfillment)
        unlimited = self.context.switches.allow_over_fulfillment
        check_order_line(self.context, draft, fulfillment, self.context.progress.unpacked, unlimited=unlimited)

    def delete(self, row: Row) -> None:
        """Unpack the line; a fulfilment does not exist without lines."""
        fulfillment = self._fulfillment(row)
        self._must_be_packed(fulfillment)
        if len(self.state[self.name].where("fulfillment_id", fulfillment["id"])) == 1:
            raise Invalid.one("base", _NO_LINES)
        self.state.delete(self.name, row)
        self.refresh_parent(row)

    def _fulfillment(self, line: Row) -> Row:
        return self.context.get("fulfillments", line["fulfillment_id"])

    def _must_be_packed(self, fulfillment: Row) -> None:
        if fulfillment.get("status", "packed") != "packed":
            raise Invalid.one("base", _LOCKED)


def must_be_finalized(context: Context, order: Row) -> None:
    """Packing, shipping and invoicing need a finalized order (reference §6.3). Raises Invalid."""
    allowed = {"finalized", "fulfilled"}
    if not context.switches.require_finalized:
        allowed.add("active")
    if order["status"] not in allowed:
        raise Invalid.one("order", "must be finalized")


def check_order_line(
    context: Context, draft: Draft, document: Row, left: Callable[[Row], Decimal], *, unlimited: bool
) -> None:
    """A document's line must be of the document's own order, and not more of it than is left. Raises NotFound."""
    wanted = {**draft.before, **draft.values}
    line = context.get("order_line_items", wanted["order_line_item_id"])
    if line["order_id"] != document["order_id"]:
        raise NotFound("OrderLineItem", line["id"])
    if "quantity" not in draft.errors:
        held = draft.before["quantity"] if draft.before.get("order_line_item_id") == line["id"] else ZERO
        check_quantity(wanted.get("quantity"), None if unlimited else left(line) + held, draft.errors)


def check_quantity(quantity: Any, limit: Decimal | None, errors: FieldErrors) -> None:
    """Complain about a quantity that is blank, not above zero, or more than `limit`."""
    if quantity is None:
        errors.add("quantity", BLANK)
    elif quantity <= 0:
        errors.add("quantity", "must be greater than 0")
    elif limit is not None and quantity > limit:
        errors.add("quantity", f"must be less than or equal to {limit.normalize():f}")


def _without_legacy_status(raw: Raw) -> Raw:
    return {**raw, "status": "fulfilled"} if raw.get("status") == "shipped" else raw
