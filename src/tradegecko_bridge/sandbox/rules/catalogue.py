"""Products, variants and images (reference §5.11, §5.22, §5.34)."""

from __future__ import annotations

from typing import Any

from ..model.formats import ZERO, Unreadable, read_decimal, read_int, read_string
from ..model.state import Row
from ..model.values import Raw
from ..wire.errors import NOT_A_NUMBER, FieldErrors, Invalid, NotFound
from .base import Draft, Rules


class Products(Rules):
    """A family of variants."""

    def created(self, draft: Draft) -> None:
        """Make the nested variants."""
        given = self.children(draft.raw, "variants")
        self.create_children("variants", {"product_id": draft.record["id"]}, given)

    def delete(self, row: Row) -> None:
        """Archive the product and its variants with it."""
        for variant in self.state["variants"].where("product_id", row["id"]):
            self.context.rules["variants"].delete(variant)
        super().delete(row)


class Variants(Rules):
    """What is sold and stocked."""

    def prepare(self, draft: Draft) -> None:
        """Bundles always manage stock: their components do."""
        if draft.values.get("composite"):
            draft.values["manage_stock"] = True
        if draft.values.get("position") is None:
            draft.values["position"] = self.next_position("product_id", draft.values["product_id"])
        self._prices(draft.values, draft.raw, {}, draft.errors)

    def check(self, draft: Draft) -> None:
        """What only serves to create the first stock is not kept on the variant."""
        for name in ("initial_stock_level", "initial_cost_price", "initial_stock_location_id"):
            if draft.row is None:
                draft.values.pop(name, None)

    def created(self, draft: Draft) -> None:
        """Attach it to a location, with its initial stock as an adjustment, so that the books add up."""
        if draft.record.get("composite") or not draft.record.get("manage_stock", True):
            return
        location = self._initial_location(draft.raw)
        if location is not None:
            self.context.stock.record(draft.record["id"], location)
            self._initial_stock(draft.record, draft.raw, location)

    def update(self, row: Row, raw: Raw) -> None:
        """Price lists and per-location settings travel as arrays and need more than a cast."""
        errors = FieldErrors()
        prices: Row = {}
        self._prices(prices, raw, row.get("list_prices", {}), errors)
        errors.raise_if_any()
        if prices:
            self.state.update(self.name, row, prices)
        self._location_settings(row, raw)
        super().update(row, raw)

    def _initial_location(self, raw: Raw) -> int | None:
        try:
            wanted = read_int(raw.get("initial_stock_location_id"))
        except Unreadable:
            wanted = None
        chosen: int | None = wanted or self.context.account.get("primary_location_id")
        return chosen

    def _initial_stock(self, row: Row, raw: Raw, location: int) -> None:
        level = _number(raw.get("initial_stock_level"))
        if not level:
            return
        cost = _number(raw.get("initial_cost_price")) or row.get("buy_price") or ZERO
        line = {"variant_id": row["id"], "quantity": level, "price": cost}
        adjustment = {
            "stock_location_id": location,
            "reason": "supplier",
            "notes": "Initial stock",
            "stock_adjustment_line_items": [line],
        }
        self.context.rules["stock_adjustments"].create(adjustment)

    def _prices(self, values: Row, raw: Raw, known: dict[str, Any], errors: FieldErrors) -> None:
        """`variant_prices` reaches custom lists only; the built-in three have columns of their own."""
        given = raw.get("variant_prices")
        if not isinstance(given, list):
            return
        prices = dict(known)
        for entry in given:
            if not isinstance(entry, dict):
                continue
            price_list = self.context.price_list(entry.get("price_list_id"))
            if price_list is None or price_list.get("builtin"):
                continue
            try:
                prices[str(price_list["id"])] = read_decimal(entry.get("value"))
            except Unreadable:
                errors.add("variant_prices.value", NOT_A_NUMBER)
        values["list_prices"] = prices

    def _location_settings(self, row: Row, raw: Raw) -> None:
        given = raw.get("locations")
        if not isinstance(given, list) or row.get("composite"):
            return
        for entry in given:
            if not isinstance(entry, dict) or not self.context.exists("locations", entry.get("location_id")):
                continue
            names = [name for name in ("bin_location", "reorder_point") if name in entry]
            settings = {name: read_string(entry[name]) for name in names}
            record = self.context.stock.record(row["id"], entry["location_id"])
            if self.state.update("stock_records", record, settings):
                self.state.touch(self.name, row)


class Images(Rules):
    """Pictures, fetched by URL and processed a moment later."""

    def create(self, raw: Raw, *, nested: bool = False) -> Row:
        """A picture used to belong to a variant, and its product followed from that: it still does.

        The change of November 2017 was announced as backwards compatible.
        """
        if raw.get("product_id") in (None, "") and raw.get("variant_id") not in (None, ""):
            variant = self.state.find("variants", _number(raw.get("variant_id")))
            if variant is None:
                raise NotFound("Variant", raw.get("variant_id"))
            raw = {**raw, "product_id": variant["product_id"]}
        return super().create(raw, nested=nested)

    def prepare(self, draft: Draft) -> None:
        """The old `variant_id` is the first of `variant_ids`; all must be variants of the product."""
        if not draft.values.get("variant_ids") and draft.raw.get("variant_id") not in (None, ""):
            number = _number(draft.raw["variant_id"])
            draft.values["variant_ids"] = [] if number is None else [int(number)]
        for key in draft.values.get("variant_ids", []):
            variant = self.state.find("variants", key)
            if variant is None or variant["product_id"] != draft.values["product_id"]:
                draft.errors.add("variant_ids", "is invalid")
        draft.values["uploader_id"] = self.context.session.user_id
        draft.values["position"] = self.next_position("product_id", draft.values["product_id"])

    def created(self, draft: Draft) -> None:
        """Hang it behind the pictures the product and its variants have."""
        product = self.state["products"].rows[draft.record["product_id"]]
        self._append_image("products", product, draft.record["id"])
        for key in draft.record["variant_ids"]:
            self._append_image("variants", self.state["variants"].rows[key], draft.record["id"])

    def delete(self, row: Row) -> None:
        """Take it down everywhere."""
        product = self.state["products"].rows[row["product_id"]]
        holders = [("products", product)]
        holders += [("variants", self.state["variants"].rows[key]) for key in row["variant_ids"]]
        for table, holder in holders:
            kept = [key for key in holder.get("image_ids", []) if key != row["id"]]
            self.state.update(table, holder, {"image_ids": kept})
        super().delete(row)

    def _append_image(self, table: str, holder: Row, image_id: int) -> None:
        self.state.update(table, holder, {"image_ids": [*holder.get("image_ids", []), image_id]})


def _number(value: Any) -> Any:
    try:
        return read_decimal(value)
    except Unreadable as exc:
        raise Invalid.one("base", NOT_A_NUMBER) from exc
