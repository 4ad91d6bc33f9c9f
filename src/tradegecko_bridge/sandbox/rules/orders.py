"""Sales orders and their lines (reference §5.16, §5.17, §6.1, §8)."""

from __future__ import annotations

from typing import Any

from ..model.context import Context
from ..model.formats import ONE
from ..model.state import Row
from ..model.values import Raw
from ..wire.errors import BLANK, NOT_IN_LIST, TAKEN, ApiError, BadRequest, FieldErrors, Invalid, NotFound
from .base import Draft, Rules, next_number, require_sent
from .tax import default_tax_type, list_price

_ENTRY = ("draft", "active", "finalized")
_RANK = {"draft": 0, "active": 1, "finalized": 2, "fulfilled": 2}
# What may still change once an order is finalized: what no document was made from (appendix 14).
_STILL_OPEN = frozenset(
    {"notes", "tags", "ship_at", "assignee_id", "email", "phone_number", "reference_number", "source_url"}
)
LOCKED = "Order can no longer be edited"


class Orders(Rules):
    """Creation with everything nested in it, status changes, deletion."""

    def prepare(self, draft: Draft) -> None:
        """Resolve company, addresses and currency; fill in the account's and the company's defaults."""
        named = list(draft.values)
        company = self._company(draft)
        self._addresses(draft, company)
        self._currency(draft)
        self.refuse_archived(draft, named)
        account, company = self.context.account, company or {}
        defaults = {
            "status": self.context.switches.default_order_status,
            "tax_treatment": account.get("default_tax_treatment"),
            "stock_location_id": company.get("default_stock_location_id") or account.get("primary_location_id"),
            "default_price_list_id": company.get("default_price_list_id") or account.get("default_order_price_list_id"),
            "assignee_id": company.get("assignee_id"),
        }
        for name, value in defaults.items():
            if draft.values.get(name) in (None, ""):
                draft.values[name] = value
        self._issue(draft)
        application = self.state.find("applications", self.context.session.application_id) or {}
        draft.values["user_id"] = self.context.session.user_id
        draft.values["source_id"] = self.context.session.application_id
        draft.values["source"] = application.get("name")
        draft.values["tax_label"] = account.get("tax_label")

    def check(self, draft: Draft) -> None:
        """Numbers, statuses, and what may still be edited."""
        if draft.row is not None:
            self._check_editable(draft.row["status"], draft)
            self._check_references(draft.row, draft)
            self.refuse_archived(draft, draft.values)
            if draft.values.get("order_number") == "":
                draft.errors.add("order_number", BLANK)
        elif not draft.values.get("order_number"):
            draft.values["order_number"] = self.next_identifier(use=True)
        if "status" in draft.values:
            self._check_status(draft)
        if "order_number" in draft.values:
            self._check_number(draft)

    def created(self, draft: Draft) -> None:
        """Make the nested lines, then everything that follows from them."""
        self._take_lines(draft.record, draft.raw)
        self.context.progress.refresh(draft.record, touch=False)

    def updated(self, draft: Draft) -> None:
        """Nested lines are appended, never replaced (reference §5.16)."""
        if draft.raw.get("order_line_items"):
            must_be_open(self.context, draft.before)
        appended = self._take_lines(draft.record, draft.raw)
        if appended or draft.changed:
            self.context.progress.refresh(draft.record, touch=bool(appended))

    def delete(self, row: Row) -> None:
        """Drafts (and active orders) become `deleted`, later ones `void` (reference §6.1).

        One that was packed or shipped from is voided all the same, so that its goods go back.
        """
        gone_for_good = {"draft"} if self.context.switches.delete_active_order_voids else {"draft", "active"}
        if row["status"] in gone_for_good and not self.context.progress.fulfillments(row):
            self._close(row, "deleted")
        else:
            self.void(row)

    def void(self, row: Row) -> None:
        """Release what is committed, and take shipped goods back into stock."""
        if row["status"] in {"void", "deleted"}:
            return
        for fulfillment in self.context.progress.fulfillments(row):
            self.context.rules["fulfillments"].delete(fulfillment)
        self._close(row, "void")

    def next_identifier(self, *, use: bool = False) -> str:
        """The next free order number; until it is used, asking again gives the same one."""
        return next_number(self, "SO", "next_order_number", "order_number_folded", use=use)

    def _close(self, row: Row, status: str) -> None:
        self.state.update("orders", row, {"status": status})
        self.context.progress.refresh(row)

    def _company(self, draft: Draft) -> Row | None:
        nested = draft.raw.get("company")
        if draft.raw.get("company_id") not in (None, ""):
            known = self.state.find("companies", draft.values.get("company_id"))
            if known is None:
                self._unknown(draft, "company", draft.raw["company_id"])
            return known
        if not isinstance(nested, dict):
            return None
        draft.values["company_id"] = self._nested("companies", "company", nested, draft.errors)
        return self.state.find("companies", draft.values["company_id"])

    def _nested(self, table: str, name: str, given: Raw, errors: FieldErrors) -> int:
        """The id of a record made inside the order, or -1: not blank, only wrong, until the errors are raised."""
        try:
            made: int = self.context.rules[table].create(given)["id"]
        except Invalid as exc:
            errors.merge(name, exc.errors)
            return -1
        return made

    def _addresses(self, draft: Draft, company: Row | None) -> None:
        nested = draft.raw.get("company") if isinstance(draft.raw.get("company"), dict) else {}
        for name in ("shipping_address", "billing_address"):
            address = draft.raw.get(name) or (nested or {}).get(name)
            self._address(draft, name, address, company)
        if draft.values.get("billing_address_id") is None and "billing_address" not in draft.errors:
            draft.values["billing_address_id"] = draft.values.get("shipping_address_id")
            if draft.values["billing_address_id"] is None:
                # One complaint is enough: billing follows shipping.
                draft.values["billing_address_id"] = -1

    def _address(self, draft: Draft, name: str, nested: Any, company: Row | None) -> None:
        column = f"{name}_id"
        if draft.raw.get(column) not in (None, ""):
            draft.errors.pop(name, None)
            known = self.state.find("addresses", draft.values.get(column))
            if known is None or (company is not None and known["company_id"] != company["id"]):
                self._unknown(draft, name, draft.raw[column])
        elif isinstance(nested, dict) and nested:
            draft.values[column] = -1
            if company is not None:
                draft.values[column] = self._nested(
                    "addresses", name, {**nested, "company_id": company["id"]}, draft.errors
                )

    def _unknown(self, draft: Draft, name: str, key: object) -> None:
        """The order names a company or an address there is not: 404, as for other parents, or 422 (appendix 28)."""
        if not self.context.switches.unknown_order_parties_are_422:
            raise NotFound("Company" if name == "company" else "Address", key)
        draft.errors.add(name, BLANK)

    def _currency(self, draft: Draft) -> None:
        iso = draft.raw.get("currency_iso")
        if draft.values.get("currency_id") is None and isinstance(iso, str) and iso:
            found = self.state["currencies"].where("iso", iso.strip().upper())
            known = [row for row in found if row.get("status", "active") == "active"]
            draft.values["currency_id"] = known[0]["id"] if known else None
            if not known:
                draft.errors.add("currency", BLANK)
        elif draft.values.get("currency_id") is None and not draft.raw.get("currency_id"):
            draft.values["currency_id"] = self.context.account.get("default_currency_id")

    def _issue(self, draft: Draft) -> None:
        if draft.values.get("issued_at") is None:
            if self.context.switches.require_issued_at:
                draft.errors.add("issued_at", BLANK)
            draft.values["issued_at"] = self.context.today().isoformat()

    def _check_references(self, row: Row, draft: Draft) -> None:
        """An order keeps to addresses of its own company, on updates as on creation."""
        company_id = draft.values.get("company_id", row["company_id"])
        for column in ("shipping_address_id", "billing_address_id"):
            known = self.state.find("addresses", draft.values.get(column))
            if known is not None and known["company_id"] != company_id:
                self._unknown(draft, column.removesuffix("_id"), known["id"])

    def _check_editable(self, status: str, draft: Draft) -> None:
        """Everything is open up to active, little once finalized, nothing when void or deleted."""
        if status in {"draft", "active"} or not draft.values:
            return
        locked = draft.values.keys() - _STILL_OPEN - {"status"}
        if status in {"void", "deleted"} or (locked and not self.context.switches.finalized_orders_editable):
            if self.context.switches.locked_order_is_400:
                raise BadRequest(LOCKED)
            draft.errors.add("base", LOCKED)

    def _check_status(self, draft: Draft) -> None:
        status = draft.values["status"]
        if status not in _ENTRY:
            draft.errors.add("status", NOT_IN_LIST)
            return
        backwards = _RANK[status] < _RANK.get(draft.before.get("status", ""), 0)
        if backwards and not self.context.switches.allow_status_revert:
            draft.errors.add("status", NOT_IN_LIST)

    def _check_number(self, draft: Draft) -> None:
        folded = str(draft.values["order_number"]).lower()
        draft.values["order_number_folded"] = folded
        if not self.context.switches.reject_duplicate_order_numbers:
            return
        others = self.state["orders"].indexes["order_number_folded"].ids(folded)
        if any(key != draft.before.get("id") and self._blocks_its_number(key) for key in others):
            draft.errors.add("order_number", TAKEN)

    def _blocks_its_number(self, key: int) -> bool:
        """A unique column would not look at the status; whether the API did is unknown (reference §8)."""
        open_ = self.state["orders"].rows[key]["status"] not in self.resource.hides
        return open_ or self.context.switches.void_orders_block_numbers

    def _take_lines(self, row: Row, raw: Raw) -> list[Row]:
        given = self.children(raw, "order_line_items")
        if not given:
            return []
        return self.create_children("order_line_items", {"order_id": row["id"]}, given)


class OrderLineItems(Rules):
    """Lines: a variant or free text, a price, a tax type."""

    def check_parent(self, values: Row) -> None:
        """A line on its own needs an order that can still be edited."""
        must_be_open(self.context, self.context.get("orders", values["order_id"]))

    def refresh_parent(self, row: Row) -> None:
        """A line changes its order's total and commitments."""
        self.refresh_order(row["order_id"])

    def prepare(self, draft: Draft) -> None:
        """Fall back to the price list, to the tax type of company or account, and to one unit."""
        self.refuse_archived(draft, draft.values)
        order = self.context.get("orders", draft.values["order_id"])
        variant = self.state.find("variants", draft.values.get("variant_id"))
        if variant is None and not draft.values.get("freeform"):
            draft.errors.add("variant", BLANK)
        if self.context.switches.require_line_price:
            require_sent(draft, "price", "tax_type_id")
        if draft.values.get("price") is None and variant is not None:
            draft.values["price"] = list_price(self.context, order, variant)
        if draft.values.get("price") is None and not draft.errors:
            draft.errors.add("price", BLANK)
        if draft.values.get("tax_type_id") is None:
            draft.values["tax_type_id"] = default_tax_type(self.context, order, variant)
        if draft.values.get("quantity") is None:
            draft.values["quantity"] = ONE

    def check(self, draft: Draft) -> None:
        """Quantities are not negative, and lines of a locked order do not change."""
        if draft.row is not None and draft.values:
            must_be_open(self.context, self.state["orders"].rows[draft.row["order_id"]])
            self.refuse_archived(draft, draft.values)
            if "variant_id" in draft.values and self._is_on(draft.row, "fulfillment_line_items"):
                draft.errors.add("base", LOCKED)  # What was packed was this variant.
            for name in ("price", "quantity"):
                if name in draft.values and draft.values[name] is None:
                    draft.errors.add(name, BLANK)
            if draft.values.get("variant_id", 0) is None and not draft.values.get(
                "freeform", draft.row.get("freeform")
            ):
                draft.errors.add("variant", BLANK)
        quantity = draft.values.get("quantity")
        if quantity is not None and quantity < 0:
            draft.errors.add("quantity", "must be greater than or equal to 0")

    def delete(self, row: Row) -> None:
        """Release the line's stock and remove it."""
        order = self.state["orders"].rows[row["order_id"]]
        must_be_open(self.context, order)
        if self._is_on(row, "fulfillment_line_items", "invoice_line_items"):
            raise locked_error(self.context)
        self.context.progress.update_committed(order, row, gone=True)
        self.state.delete(self.name, row)
        self.context.progress.refresh(order)

    def _is_on(self, row: Row, *documents: str) -> bool:
        """Whether documents were made of the line."""
        return any(row["id"] in self.state[name].indexes["order_line_item_id"] for name in documents)


def must_be_open(context: Context, order: Row) -> None:
    """Lines may change while the order is a draft or active (reference §6.1). Raises Invalid."""
    finalized_too = {"finalized"} if context.switches.finalized_orders_editable else set()
    if order["status"] not in {"draft", "active"} | finalized_too:
        raise locked_error(context)


def locked_error(context: Context) -> ApiError:
    """What an order that may not change any more answers; only that it may not is known (appendix 14)."""
    return BadRequest(LOCKED) if context.switches.locked_order_is_400 else Invalid.one("base", LOCKED)
