"""What an account must look like, worked out from nothing but what its own lists show.

The sandbox keeps totals, statuses and stock as it goes along; here they are computed anew from the documents, with
code that shares nothing with it. `Picture` is one look at everything; `complaints` says what does not add up.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from tests.sandbox.everything import LocalClient
from tests.sandbox.support import Json

# Every list, with the statuses that show what it hides.
LISTS = {
    "accounts": "", "locations": "active,archived", "currencies": "", "tax_types": "active,archived",
    "companies": "", "addresses": "", "products": "active,archived", "variants": "active,archived",
    "variants/composition": "", "stock_levels": "active,archived", "images": "", "price_lists": "",
    "orders": "draft,active,finalized,fulfilled,void,deleted", "order_line_items": "",
    "fulfillments": "packed,fulfilled,void,deleted", "fulfillment_line_items": "",
    "invoices": "active,archived", "invoice_line_items": "", "payments": "active,archived",
    "fulfillment_returns": "returning,received,void,deleted", "fulfillment_return_line_items": "",
    "purchase_orders": "draft,active,received,void,deleted", "purchase_order_line_items": "", "procurements": "",
    "stock_adjustments": "active,void", "stock_adjustment_line_items": "",
    "stock_transfers": "active,received,void", "stock_transfer_line_items": "",
}  # fmt: skip
Place = tuple[int, int]
Sums = dict[Place, Decimal]


class Picture:
    """Everything the lists of an account show at one moment, by list and id."""

    def __init__(self, local: LocalClient) -> None:
        self.texts = {name: self._read(local, name, statuses) for name, statuses in LISTS.items()}
        # An adjustment does not show its status, but can be asked for by it.
        self.texts["void"] = self._read(local, "stock_adjustments", "void")
        for key, row in self["variants"].items():
            if row["composite"]:
                self.texts[f"parts of {key}"] = self._read(local, f"variants/{key}/composition", "")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.texts == other.texts

    __hash__ = None  # type: ignore[assignment]

    def differs(self, other: Picture) -> list[str]:
        """The lists that show something else."""
        return [name for name, text in self.texts.items() if other.texts[name] != text]

    def __getitem__(self, name: str) -> dict[Any, Json]:
        return _rows(self.texts[name], name, "variant_id" if name == "stock_levels" else "id")

    def of(self, name: str, column: str, key: int) -> list[Json]:
        """The rows of a list that belong to something."""
        return [row for row in self[name].values() if row[column] == key]

    def parts(self, bundle_id: int) -> list[tuple[int, Decimal]]:
        """The components of a bundle, and how many of each."""
        rows = _rows(self.texts[f"parts of {bundle_id}"], "composition", "component_id")
        return [(key, Decimal(row["quantity"])) for key, row in rows.items()]

    @property
    def void(self) -> dict[Any, Json]:
        """The adjustments that are void."""
        return _rows(self.texts["void"], "stock_adjustments", "id")

    @staticmethod
    def _read(local: LocalClient, name: str, statuses: str) -> bytes:
        answer = local("GET", f"/{name}", query="limit=250" + (f"&status={statuses}" if statuses else ""))
        assert answer.status == 200, (name, answer.body)
        facts = answer.header("X-Pagination")
        assert facts is None or json.loads(facts)["total_pages"] == 1, f"more {name} than one page"
        return answer.body


@lru_cache(maxsize=256)
def _rows(text: bytes, root: str, key: str) -> dict[Any, Json]:
    """The rows of a list by id; most lists are the same from one picture to the next."""
    return {row[key]: row for row in json.loads(text)[root]}


def complaints(picture: Picture, *, transfers_are_incoming: bool = False) -> Iterator[str]:
    """Everything that does not follow from the documents."""
    yield from _stock(picture, transfers_are_incoming)
    for check in (_bundles, _orders, _fulfillments, _invoices, _purchases, _sums, _numbers):
        yield from check(picture)


def number(text: Any) -> Decimal:
    """A figure as the lists show it."""
    return Decimal(str(text or 0))


def rounded(value: Decimal, places: int) -> Decimal:
    """Half-up to so many places."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


# Stock


def _explode(picture: Picture, variant_id: int, quantity: Decimal) -> list[tuple[int, Decimal]]:
    """A bundle is its components, and what is not managed is nothing."""
    variant = picture["variants"][variant_id]
    if variant["composite"]:
        return [(part, quantity * times) for part, times in picture.parts(variant_id)]
    return [(variant_id, quantity)] if variant["manage_stock"] else []


def _add(picture: Picture, sums: Sums, variant_id: int | None, place: int, quantity: Decimal) -> None:
    if variant_id is not None:
        for part, amount in _explode(picture, variant_id, quantity):
            sums[part, place] += amount


def _on_hand(picture: Picture) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for line in picture["stock_adjustment_line_items"].values():
        if line["stock_adjustment_id"] not in picture.void:
            place = picture["stock_adjustments"][line["stock_adjustment_id"]]["stock_location_id"]
            _add(picture, sums, line["variant_id"], place, number(line["quantity"]))
    for line, parent in _lines_of(picture, "fulfillment", {"fulfilled"}):
        variant_id = picture["order_line_items"][line["order_line_item_id"]]["variant_id"]
        _add(picture, sums, variant_id, parent["stock_location_id"], -number(line["quantity"]))
    for line, parent in _lines_of(picture, "fulfillment_return", {"received"}):
        variant_id = picture["order_line_items"][line["order_line_item_id"]]["variant_id"]
        _add(picture, sums, variant_id, parent["location_id"], number(line["quantity"]))
    for line, parent in _lines_of(picture, "stock_transfer", {"received"}):
        _add(picture, sums, line["variant_id"], parent["source_location_id"], -number(line["quantity"]))
        _add(picture, sums, line["variant_id"], parent["destination_location_id"], number(line["quantity"]))
    for line in picture["purchase_order_line_items"].values():
        if line["procurement_id"] is not None:
            place = picture["purchase_orders"][line["purchase_order_id"]]["stock_location_id"]
            _add(picture, sums, line["variant_id"], place, number(line["quantity"]))
    return sums


def _committed(picture: Picture) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for line in picture["order_line_items"].values():
        order = picture["orders"][line["order_id"]]
        if order["status"] in {"active", "finalized", "fulfilled"}:
            open_ = max(number(line["quantity"]) - _done(picture, "fulfillment", line, {"fulfilled"}), Decimal(0))
            _add(picture, sums, line["variant_id"], order["stock_location_id"], open_)
    return sums


def _incoming(picture: Picture, transfers: bool) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for line in picture["purchase_order_line_items"].values():
        order = picture["purchase_orders"][line["purchase_order_id"]]
        if order["status"] == "active" and line["procurement_id"] is None:
            _add(picture, sums, line["variant_id"], order["stock_location_id"], number(line["quantity"]))
    for line, parent in _lines_of(picture, "stock_transfer", {"active"} if transfers else set()):
        _add(picture, sums, line["variant_id"], parent["destination_location_id"], number(line["quantity"]))
    return sums


def _stock(picture: Picture, transfers: bool) -> Iterator[str]:
    figures = {
        "stock_on_hand": _on_hand(picture),
        "committed": _committed(picture),
        "incoming": _incoming(picture, transfers),
    }
    for key, variant in picture["variants"].items():
        if variant["composite"]:
            continue
        places = {level["location_id"]: level for level in variant["locations"]}
        for name, sums in figures.items():
            for variant_id, place in sums:
                if variant_id == key and sums[key, place] and place not in places:
                    yield f"{variant['sku']}: nothing is said of location {place}"
            for place, level in places.items():
                if number(level[name]) != sums[key, place]:
                    yield f"{variant['sku']} at {place}: {name} is {level[name]}, not {sums[key, place]}"
        yield from _level_sums(picture, variant)


def _level_sums(picture: Picture, variant: Json) -> Iterator[str]:
    """A variant's totals are those of its locations, and stock levels say the same."""
    levels, other = variant["locations"], picture["stock_levels"][variant["id"]]
    for name, part in (("stock_on_hand", "stock_on_hand"), ("committed_stock", "committed"),
                       ("incoming_stock", "incoming"), ("available_stock", "available")):  # fmt: skip
        total = sum((number(level[part]) for level in levels), Decimal(0))
        if not total == number(variant[name]) == number(other[name]):
            yield f"{variant['sku']}: {name} is {variant[name]} and {other[name]}, its locations say {total}"
    for level, same in zip(levels, other["locations"], strict=True):
        if number(level["available"]) != number(level["stock_on_hand"]) - number(level["committed"]):
            yield f"{variant['sku']}: available at {level['location_id']} is {level['available']}"
        if any(number(level[name]) != number(same[name]) for name in ("stock_on_hand", "committed", "incoming")):
            yield f"{variant['sku']}: stock levels differ at {level['location_id']}"


def _bundles(picture: Picture) -> Iterator[str]:
    """A bundle has as many as its scarcest component makes, location by location (reference §9)."""
    for key, variant in picture["variants"].items():
        if not variant["composite"]:
            continue
        parts = [
            (times, {level["location_id"]: level for level in picture["variants"][part]["locations"]})
            for part, times in picture.parts(key)
            if picture["variants"][part]["manage_stock"]
        ]
        for level in variant["locations"]:
            for name in ("stock_on_hand", "available"):
                floor = min(
                    (number(here.get(level["location_id"], {}).get(name)) / times).to_integral_value("ROUND_FLOOR")
                    for times, here in parts
                )
                if number(level[name]) != floor:
                    yield f"{variant['sku']} at {level['location_id']}: {name} is {level[name]}, not {floor}"
        yield from _level_sums(picture, variant)
        if {level["location_id"] for level in variant["locations"]} != {place for _, here in parts for place in here}:
            yield f"{variant['sku']}: not the locations of its components"


# Documents


def _lines_of(picture: Picture, parent: str, statuses: set[str]) -> Iterator[tuple[Json, Json]]:
    """The lines of documents in these statuses, each with its document."""
    for line in picture[f"{parent}_line_items"].values():
        document = picture[f"{parent}s"][line[f"{parent}_id"]]
        if document["status"] in statuses:
            yield line, document


def _done(picture: Picture, parent: str, line: Json, statuses: set[str]) -> Decimal:
    """Units of an order line in documents of these statuses."""
    found = _lines_of(picture, parent, statuses)
    return sum((number(item["quantity"]) for item, _ in found if item["order_line_item_id"] == line["id"]), Decimal(0))


def _share(done: Decimal, all_of_it: Decimal, none: str, full: str) -> str:
    return none if done <= 0 else full if done >= all_of_it else "partial"


def _line_total(picture: Picture, order: Json, line: Json, quantity: Decimal) -> Decimal:
    price, off = number(line["price"]), line.get("discount_amount")
    if off is not None and number(off):
        price -= number(off)
    elif line.get("discount") is not None:
        price *= 1 - number(line["discount"]) / 100
    amount = price * quantity
    if order["tax_treatment"] == "exclusive":
        rate = line["tax_rate_override"]
        if rate is None:
            rate = picture["tax_types"][line["tax_type_id"]]["effective_rate"] if line["tax_type_id"] else 0
        amount *= 1 + number(rate) / 100
    return rounded(amount, picture["currencies"][order["currency_id"]]["precision"])


def _orders(picture: Picture) -> Iterator[str]:
    for key, order in picture["orders"].items():
        lines = picture.of("order_line_items", "order_id", key)
        total = sum((_line_total(picture, order, line, number(line["quantity"])) for line in lines), Decimal(0))
        if not total == number(order["total"]) == number(order["cached_total"]):
            yield f"order {key}: total is {order['total']}, its lines say {total}"
        for name, status in _statuses(picture, order, lines, total).items():
            if order[name] != status:
                yield f"order {key}: {name} is {order[name]}, not {status}"
        if order["status"] in {"finalized", "fulfilled"}:
            shipped = order["fulfillment_status"] == "shipped"
            if (order["status"] == "fulfilled") != shipped:
                yield f"order {key}: {order['status']} although {order['fulfillment_status']}"
        open_ = [row for row in picture.of("fulfillments", "order_id", key) if row["status"] in {"packed", "fulfilled"}]
        if order["status"] in {"void", "deleted"} and open_:
            yield f"order {key}: {order['status']} although fulfilments stand"
        yield from _lists(order, {
            "order_line_item_ids": lines,
            "fulfillment_ids": open_,
            "invoice_ids": [row for row in picture.of("invoices", "order_id", key) if row["status"] == "active"],
            "fulfillment_return_ids": [row for row in picture.of("fulfillment_returns", "order_id", key)
                                       if row["status"] in {"returning", "received"}],
        })  # fmt: skip


def _statuses(picture: Picture, order: Json, lines: list[Json], total: Decimal) -> dict[str, str]:
    """The derived statuses of an order (reference §6.2); text lines are invoiced but never shipped."""
    goods = [line for line in lines if line["variant_id"] is not None]

    def units(parent: str, statuses: set[str], among: list[Json], *, capped: bool = True) -> Decimal:
        pairs = ((_done(picture, parent, line, statuses), number(line["quantity"])) for line in among)
        return sum((min(done, most) if capped else done for done, most in pairs), Decimal(0))

    ordered = sum((number(line["quantity"]) for line in goods), Decimal(0))
    shipped = units("fulfillment", {"fulfilled"}, goods)
    paid = sum(
        (
            number(payment["amount"])
            for invoice in picture.of("invoices", "order_id", order["id"])
            if invoice["status"] == "active"
            for payment in picture.of("payments", "invoice_id", invoice["id"])
            if payment["status"] == "active"
        ),
        Decimal(0),
    )
    everything = sum((number(line["quantity"]) for line in lines), Decimal(0))
    returning = units("fulfillment_return", {"returning", "received"}, goods, capped=False)
    returned = units("fulfillment_return", {"received"}, goods, capped=False)
    return {
        "packed_status": _share(units("fulfillment", {"packed", "fulfilled"}, goods), ordered, "unpacked", "packed"),
        "fulfillment_status": _share(shipped, ordered, "unshipped", "shipped"),
        "invoice_status": _share(units("invoice", {"active"}, lines), everything, "uninvoiced", "invoiced"),
        "payment_status": _share(paid, total, "unpaid", "paid"),
        "returning_status": _share(returning, shipped, "unreturning", "returning"),
        "return_status": _share(returned, shipped, "unreturned", "returned"),
    }


def _lists(row: Json, expected: dict[str, list[Json]]) -> Iterator[str]:
    for name, children in expected.items():
        if sorted(row[name]) != sorted(child["id"] for child in children):
            yield f"{row['id']}: {name} is {row[name]}"


def _fulfillments(picture: Picture) -> Iterator[str]:
    for key, row in picture["fulfillments"].items():
        lines = picture.of("fulfillment_line_items", "fulfillment_id", key)
        yield from _lists(row, {"fulfillment_line_item_ids": lines})
        if not lines:
            yield f"fulfilment {key} has no lines"
        if row["status"] == "fulfilled" and row["shipped_at"] is None:
            yield f"fulfilment {key} left at no time"
        for line in lines:
            item = picture["order_line_items"][line["order_line_item_id"]]
            if item["order_id"] != row["order_id"]:
                yield f"fulfilment {key} holds a line of another order"
            if line["variant_id"] != item["variant_id"]:
                yield f"fulfilment {key} holds another variant than was ordered"


def _invoices(picture: Picture) -> Iterator[str]:
    for key, invoice in picture["invoices"].items():
        order = picture["orders"][invoice["order_id"]]
        lines = picture.of("invoice_line_items", "invoice_id", key)
        items = picture["order_line_items"]
        total = sum(
            (
                _line_total(picture, order, items[line["order_line_item_id"]], number(line["quantity"]))
                for line in lines
            ),
            Decimal(0),
        )
        payments = [row for row in picture.of("payments", "invoice_id", key) if row["status"] == "active"]
        paid = sum((number(payment["amount"]) for payment in payments), Decimal(0))
        status = "unpaid" if paid <= 0 else "paid" if paid >= total else "partial"
        if number(invoice["cached_total"]) != total and invoice["status"] == "active":
            yield f"invoice {key}: total is {invoice['cached_total']}, its lines say {total}"
        if invoice["payment_status"] != status:
            yield f"invoice {key}: {invoice['payment_status']}, not {status}"
        if invoice["status"] != "active" and payments:
            yield f"invoice {key}: paid although archived"
        if any(items[line["order_line_item_id"]]["order_id"] != order["id"] for line in lines):
            yield f"invoice {key} charges a line of another order"
        yield from _lists(invoice, {"invoice_line_item_ids": lines, "payment_ids": payments})


def _purchases(picture: Picture) -> Iterator[str]:
    for key, order in picture["purchase_orders"].items():
        lines = picture.of("purchase_order_line_items", "purchase_order_id", key)
        total = sum((_line_total(picture, order, line, number(line["quantity"])) for line in lines), Decimal(0))
        units = sum((number(line["quantity"]) for line in lines), Decimal(0))
        received = [line for line in lines if line["procurement_id"] is not None]
        status = "unprocured" if not received else "procured" if len(received) == len(lines) else "partial"
        found = (number(order["total"]), number(order["cached_quantity"]), order["procurement_status"])
        if found != (total, units, status):
            yield f"purchase order {key}: {found}, not {(total, units, status)}"
        if order["status"] in {"void", "deleted"} and received:
            yield f"purchase order {key}: {order['status']} although received"
        yield from _lists(order, {"purchase_order_line_item_ids": lines,
                                  "procurement_ids": picture.of("procurements", "purchase_order_id", key)})  # fmt: skip
    for key, row in picture["procurements"].items():
        yield from _lists(
            row, {"purchase_order_line_item_ids": picture.of("purchase_order_line_items", "procurement_id", key)}
        )


def _sums(picture: Picture) -> Iterator[str]:
    """What parents say of their lines."""
    for parent in ("stock_adjustment", "stock_transfer"):
        for key, row in picture[f"{parent}s"].items():
            lines = picture.of(f"{parent}_line_items", f"{parent}_id", key)
            yield from _lists(row, {f"{parent}_line_item_ids": lines})
            if number(row["cached_quantity"]) != sum((number(line["quantity"]) for line in lines), Decimal(0)):
                yield f"{parent} {key}: cached_quantity is {row['cached_quantity']}"
    for key, product in picture["products"].items():
        variants = [row for row in picture.of("variants", "product_id", key) if row["status"] != "archived"]
        stock = sum((number(row["stock_on_hand"]) for row in variants if not row["composite"]), Decimal(0))
        if number(product["quantity"]) != stock:
            yield f"product {key}: quantity is {product['quantity']}, not {stock}"


def _numbers(picture: Picture) -> Iterator[str]:
    """Numbers that were given out are given out once."""
    columns = {"invoices": "invoice_number", "stock_transfers": "adjustment_number",
               "stock_adjustments": "adjustment_number", "fulfillment_returns": "credit_note_number"}  # fmt: skip
    for name, column in columns.items():
        given = [row[column] for row in picture[name].values()]
        if len(given) != len(set(given)):
            yield f"{name}: a number was given twice"
