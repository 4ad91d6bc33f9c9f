"""What people in the warehouse do: take goods in, pack orders, ship them. Not part of TradeGecko's API.

It is the other side of an integration that only sends orders and waits for tracking. Everything goes through the same
rules as a request, so stock, statuses and webhooks follow; a refusal is a ValueError of one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..model.formats import ZERO, Unreadable, quantity_text, read_decimal
from ..model.state import Row
from ..wire.errors import ApiError, Invalid
from .actions import Actions
from .base import RulesContext
from .fulfillments import Fulfillments, must_be_finalized

Given = Mapping[str, Any]
# The table and the documents that were made or changed.
Made = tuple[str, list[Row]]

_PARCEL = ("tracking_number", "tracking_company", "tracking_url", "service", "notes")
_KEYS = {
    "receive": ("sku", "variant_id", "quantity", "location", "cost", "purchase_order"),
    "pack": ("order", "lines", "location", "finalize", *_PARCEL),
    "ship": ("order", "lines", "location", "finalize", "fulfillment", *_PARCEL),
}
_NOT_FINALIZED = "only finalized orders are packed and shipped"


class Warehouse:
    """The operations. Every method runs inside a transaction and raises ValueError or ApiError."""

    def __init__(self, context: RulesContext) -> None:
        self.context = context
        self.actions: Actions = Actions(context)
        self._operations: dict[str, Callable[[Given], Made]] = {
            "receive": self.receive,
            "pack": self.pack,
            "ship": self.ship,
        }

    def do(self, operation: str, given: Given) -> Made:
        """Run one operation by its name."""
        _check_keys(given, _KEYS[operation], operation)
        try:
            return self._operations[operation](given)
        except ApiError as exc:
            raise ValueError(_one_line(exc)) from exc

    def receive(self, given: Given) -> Made:
        """Goods arrive: so many of a variant by an adjustment, or what is open of a purchase order."""
        if given.get("purchase_order") is not None:
            _check_keys(given, ("purchase_order",), "receiving a purchase order")
            return self._receive_purchase(given["purchase_order"])
        variant = self._variant(given)
        if variant.get("composite") or not variant.get("manage_stock", True):
            raise ValueError(f"variant {_name(variant)} has no stock of its own")
        line = {
            "variant_id": variant["id"],
            "quantity": _quantity(given.get("quantity")),
            "price": _cost(given.get("cost"), variant),
        }
        adjustment = {
            "stock_location_id": self._location(given.get("location")),
            "reason": "supplier",
            "stock_adjustment_line_items": [line],
        }
        return "stock_adjustments", [self.context.rules["stock_adjustments"].create(adjustment)]

    def pack(self, given: Given) -> Made:
        """A parcel of the lines that were named, or of all that is not packed yet; it is not shipped yet."""
        order = self._open_order(given)
        return "fulfillments", [self._pack(order, given, "packed")]

    def ship(self, given: Given) -> Made:
        """Goods leave: one parcel, the lines that were named, or all there is, in the parcels that are packed first."""
        if given.get("fulfillment") is not None:
            return "fulfillments", [self._ship_parcel(given)]
        order = self._open_order(given)
        if given.get("lines") is not None:
            return "fulfillments", [self._pack(order, given, "fulfilled")]
        gone = {row["id"] for row in self.context.progress.fulfillments(order) if row.get("status") == "fulfilled"}
        self.actions.run("orders", "fulfil", order, self._parcel(given))
        return "fulfillments", [row for row in self.context.progress.fulfillments(order) if row["id"] not in gone]

    def _receive_purchase(self, wanted: object) -> Made:
        order = self._document("purchase_orders", "purchase order", wanted)
        table, made = self.actions.run("purchase_orders", "receive", order, {})
        return table, [made]

    def _pack(self, order: Row, given: Given, status: str) -> Row:
        if given.get("lines") is None:
            return self.actions.run("orders", "pack", order, self._parcel(given))[1]
        parts = [part for wanted_line in _parse_lines(given["lines"]) for part in self._parts(order, wanted_line)]
        body = {**self._parcel(given), "order_id": order["id"], "status": status, "fulfillment_line_items": parts}
        return self.context.rules["fulfillments"].create(body)

    def _ship_parcel(self, given: Given) -> Row:
        if given.get("lines") is not None:
            raise ValueError("a fulfillment is shipped as it was packed, without lines")
        row = self._document("fulfillments", "fulfillment", given["fulfillment"])
        order = self.context.state["orders"].rows[row["order_id"]]
        if given.get("order") is not None and self._order(given["order"]) is not order:
            raise ValueError(f"fulfillment {row['id']} is of order {order['order_number']}")
        if row.get("status", "packed") != "packed":
            raise ValueError(f"fulfillment {row['id']} is {row['status']}")
        self.context.rules_of(Fulfillments).ship(row, self._parcel(given))
        return row

    def _parcel(self, given: Given) -> dict[str, Any]:
        """What is known of the parcel, in the API's words."""
        parcel = {name: given[name] for name in _PARCEL if given.get(name) is not None}
        if given.get("location") is not None:
            parcel["stock_location_id"] = self._location(given["location"])
        return parcel

    def _parts(self, order: Row, wanted_line: Given) -> list[dict[str, Any]]:
        """What to pack of the order's lines: all that is left, or so many, line after line."""
        lines = self._lines(order, wanted_line)
        left = {line["id"]: max(self.context.progress.unpacked(line), ZERO) for line in lines}
        wanted = sum(left.values(), ZERO) if wanted_line.get("quantity") is None else _quantity(wanted_line["quantity"])
        if wanted > sum(left.values(), ZERO) and not self.context.switches.allow_over_fulfillment:
            rest = quantity_text(sum(left.values(), ZERO))
            raise ValueError(
                f"order {order['order_number']}: of {_described(wanted_line)} only {rest} are not packed yet"
            )
        taken = []
        for line in lines:
            # What is too much goes on the last line, where that is allowed at all.
            units = wanted if line is lines[-1] else min(left[line["id"]], wanted)
            wanted -= units
            if units:
                taken.append({"order_line_item_id": line["id"], "quantity": units})
        if not taken:
            raise ValueError(f"order {order['order_number']}: all of {_described(wanted_line)} is packed")
        return taken

    def _lines(self, order: Row, wanted_line: Given) -> list[Row]:
        """The lines of the order that are meant."""
        variants = self.context.state["variants"].rows
        goods = [row for row in self.context.progress.lines(order) if row.get("variant_id") is not None]
        found = [
            row
            for row in goods
            if wanted_line.get("order_line_item_id", row["id"]) == row["id"]
            and wanted_line.get("variant_id", row["variant_id"]) == row["variant_id"]
            and wanted_line.get("sku", variants[row["variant_id"]].get("sku")) == variants[row["variant_id"]].get("sku")
        ]
        if not found:
            raise ValueError(f"order {order['order_number']} has no line with {_described(wanted_line)}")
        meant = sorted({row["variant_id"] for row in found})
        if len(meant) > 1:
            raise ValueError(_ambiguous(f"SKU {wanted_line.get('sku')!r}", "variants", meant, "variant_id"))
        return found

    def _open_order(self, given: Given) -> Row:
        order = self._order(given.get("order"))
        if given.get("finalize") not in (None, False, True):
            raise ValueError("finalize must be true or false")
        if given.get("finalize") and order["status"] in {"draft", "active"}:
            self.context.rules["orders"].update(order, {"status": "finalized"})
        try:
            must_be_finalized(self.context, order)
        except Invalid as exc:
            raise ValueError(f"order {order['order_number']} is {order['status']}; {_NOT_FINALIZED}") from exc
        return order

    def _order(self, wanted: object) -> Row:
        return self._document("orders", "order", wanted)

    def _document(self, table: str, word: str, wanted: object) -> Row:
        """A document by its number (a text) or its id. A text nothing is numbered by may also be an id."""
        rows = self.context.state[table].rows
        if isinstance(wanted, str) and wanted.strip():
            text = wanted.strip().lower()
            found = [row for row in rows.values() if str(row.get("order_number", "")).lower() == text]
            if len(found) > 1:
                raise ValueError(_ambiguous(f"number {wanted!r}", f"{word}s", [row["id"] for row in found], "its id"))
            if found:
                return found[0]
            wanted = _key(text) or wanted
        if type(wanted) is int and wanted in rows:
            return rows[wanted]
        raise ValueError(
            f"there is no {word} {wanted!r}" if wanted not in (None, "") else f"name the {word} by its number or id"
        )

    def _variant(self, given: Given) -> Row:
        table = self.context.state["variants"]
        sku, key = given.get("sku"), given.get("variant_id")
        if (sku is None) == (key is None):
            raise ValueError("name a sku, a variant_id or a purchase_order")
        if key is not None:
            if type(key) is not int or key not in table.rows:
                raise ValueError(f"there is no variant {key!r}")
            return table.rows[key]
        found = [row for row in table.where("sku", sku) if table.shows(row)] if isinstance(sku, str) else []
        if not found:
            raise ValueError(f"no variant has the SKU {sku!r}")
        if len(found) > 1:
            raise ValueError(_ambiguous(f"SKU {sku!r}", "variants", [row["id"] for row in found], "variant_id"))
        return found[0]

    def _location(self, wanted: object) -> int:
        """The id of a location by label or id; the account's primary one when none was named."""
        table = self.context.state["locations"]
        if wanted is None:
            wanted = self.context.account.get("primary_location_id")
        if isinstance(wanted, str):
            found = [key for key in table.visible if table.rows[key].get("label") == wanted]
            wanted = found[0] if found else _key(wanted) or wanted
        if type(wanted) is int and wanted in table.rows:
            return wanted
        raise ValueError(f"there is no location {wanted!r}")


def _key(text: str) -> int | None:
    """The id a text is, if it is one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _check_keys(given: Given, keys: Iterable[str], operation: str) -> None:
    unknown = sorted(name for name, value in given.items() if name not in keys and value is not None)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; {operation} takes {', '.join(keys)}")


def _parse_lines(lines: Any) -> list[Given]:
    """Lines as a list of objects, from that or from quantities by SKU."""
    if isinstance(lines, Mapping):
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()]
    ways = ("sku", "variant_id", "order_line_item_id")
    if not isinstance(lines, list | tuple) or not lines:
        raise ValueError('lines are {"SKU": quantity, ...} or a list of objects')
    for line in lines:
        if not isinstance(line, Mapping) or sum(line.get(way) is not None for way in ways) != 1:
            raise ValueError(f"each line names one of {', '.join(ways)}")
        _check_keys(line, (*ways, "quantity"), "a line")
    return [{name: value for name, value in line.items() if value is not None} for line in lines]


def _described(wanted_line: Given) -> str:
    return next(f"{name} {value!r}" for name, value in wanted_line.items() if name != "quantity")


def _ambiguous(what: str, those: str, keys: list[int], way: str) -> str:
    return f"{what} is on {those} {', '.join(map(str, keys))}; say which by {way}"


def _name(variant: Row) -> str:
    return f"{variant['id']} ({variant.get('sku') or 'no SKU'})"


def _quantity(value: object) -> Decimal:
    number = _number(value, "quantity")
    if number is None or number <= 0:
        raise ValueError("quantity must be a number above 0")
    return number


def _cost(value: object, variant: Row) -> Decimal:
    """What one unit cost; by default what such goods cost so far."""
    number = _number(value, "cost")
    if number is not None and number < 0:
        raise ValueError("cost must be a number from 0")
    known: Decimal = variant.get("moving_average_cost") or variant.get("buy_price") or ZERO
    return known if number is None else number


def _number(value: object, name: str) -> Decimal | None:
    try:
        return read_decimal(value)
    except Unreadable as exc:
        raise ValueError(f"{name} must be a number, not {str(value)[:40]!r}") from exc


def _one_line(exc: ApiError) -> str:
    """The messages of an API error as one line."""
    if isinstance(exc, Invalid):
        pairs = [(field, message) for field, messages in exc.errors.items() for message in messages]
        return "; ".join(message if field == "base" else f"{field} {message}" for field, message in pairs)
    return str(exc.body.get("message", exc.body))
