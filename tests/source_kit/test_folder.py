"""The folder source passes the kit, but for what a folder of files cannot know."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve

from tradegecko_bridge.commerce import ShippingLine, SourceOrder, Totals
from tradegecko_bridge.commerce.codec import to_plain
from tradegecko_bridge.sources.folder import FolderSource
from tradegecko_bridge.testing import CannotDo, ShownParcel, SourceSuite, Wanted, a_line, an_order

NOW = datetime(2026, 12, 1, tzinfo=UTC)
CENT = Decimal("0.01")


class FolderShop:
    """Somebody who puts a file into the folder for each order, and reads those that come back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = datetime(2026, 1, 1, tzinfo=UTC)
        self.orders: dict[str, SourceOrder] = {}

    def source(self) -> FolderSource:
        return FolderSource(self.path, clock=lambda: NOW)

    def place(self, wanted: Wanted) -> str:
        if wanted.discount or any(line.discount % line.quantity for line in wanted.lines):
            raise CannotDo("a file has no discount of an order before tax")
        self.clock = max(self.clock + timedelta(seconds=1), wanted.at or self.clock)
        number = f"F-{len(self.orders) + 1}"
        lines = [
            a_line(
                line.sku,
                line.quantity,
                str(line.price),
                reference=str(place),
                discount=line.discount / line.quantity,
                tax_rate=wanted.tax_rate,
                price_includes_tax=wanted.prices_include_tax,
                tax=_tax(line.price * line.quantity - line.discount, wanted),
            )
            for place, line in enumerate(wanted.lines, 1)
        ]
        shipping = ShippingLine(
            amount=wanted.shipping,
            price_includes_tax=wanted.prices_include_tax,
            tax=_tax(wanted.shipping, wanted),
        )
        order = an_order(number, lines, placed_at=wanted.at or self.clock, shipping=(shipping,))
        total = order.computed_totals.grand_total
        self._put(evolve(order, totals=Totals(grand_total=total)))
        return number

    def change(self, reference: str) -> None:
        order = self.orders[reference]
        first, *rest = order.lines
        self._put(evolve(order, lines=(evolve(first, quantity=first.quantity + 1), *rest)))

    def cancel(self, reference: str) -> None:
        self._put(evolve(self.orders[reference], canceled_at=self.clock))

    def total(self, reference: str) -> Decimal:
        return self.orders[reference].totals.grand_total or Decimal(0)

    def place_together(self, wanted: Sequence[Wanted]) -> Sequence[str]:
        references = [self.place(one) for one in wanted]
        for file in (self.path / "orders").glob("*.json"):
            if file.stem in references:
                self._at(file, self.clock)
        return references

    def place_unreadable(self) -> str:
        reference = self.place(Wanted())
        file = self.path / "orders" / f"{reference}.json"
        data = json.loads(file.read_text(encoding="utf-8"))
        data["lines"][0]["quantity"] = "some"
        file.write_text(json.dumps(data), encoding="utf-8")
        self._at(file, self.clock)
        return reference

    def parcels(self, reference: str) -> Sequence[ShownParcel]:
        found: dict[str, list[Mapping[str, str]]] = {}
        for rows in self._tables("tracking"):
            here: dict[str, list[Mapping[str, str]]] = {}
            for row in rows:
                if row["order_reference"] == reference:
                    here.setdefault(row["shipment_reference"], []).append(row)
            found |= here
        return [
            ShownParcel(
                contents={row["line_reference"]: Decimal(row["quantity"]) for row in rows},
                tracking=tuple({row["tracking_number"]: None for row in rows if row["tracking_number"]}),
            )
            for rows in found.values()
            if rows[0]["withdrawn"] == "no"
        ]

    def stock(self, sku: str) -> Decimal:
        levels = {row["sku"]: Decimal(row["available"]) for rows in self._tables("stock") for row in rows}
        return levels.get(sku, Decimal(0))

    def product(self, sku: str) -> tuple[str, str]:
        for file in sorted((self.path / "products").glob("*.json"), reverse=True):
            for product in json.loads(file.read_text(encoding="utf-8"))["products"]:
                if any(variant["sku"] == sku for variant in product["variants"]):
                    return product["name"], product.get("description", "")
        return "", ""

    def bad_options(self) -> Mapping[str, Callable[[], object]]:
        return {
            "a NUL in the path": lambda: FolderSource("a\0b"),
            "a wait below nothing": lambda: FolderSource(self.path, settle=-1),
        }

    def _put(self, order: SourceOrder) -> None:
        self.orders[order.reference] = order
        file = self.path / "orders" / f"{order.reference}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        plain = {name: value for name, value in to_plain(order).items() if name != "cursor"}
        file.write_text(json.dumps(plain), encoding="utf-8")
        self._at(file, self.clock)

    def _at(self, file: Path, moment: datetime) -> None:
        os.utime(file, (moment.timestamp(), moment.timestamp()))

    def _tables(self, folder: str) -> Iterator[list[dict[str, str]]]:
        for file in sorted((self.path / folder).glob("*.csv")):
            with file.open(encoding="utf-8", newline="") as opened:
                yield list(csv.DictReader(opened))


def _tax(amount: Decimal, wanted: Wanted) -> Decimal:
    rate = wanted.tax_rate
    share = rate / (100 + rate) if wanted.prices_include_tax else rate / 100
    return (amount * share).quantize(CENT)


class TestFolder(SourceSuite):
    """A folder is read by people and programs that know what is in their shop."""

    _READER = "whoever reads the files knows the orders; a folder does not"
    deviations = {  # noqa: RUF012
        "cursors_go_forward": "all that is still in the inbox is offered on every run; what is done has left it",
        "more_than_was_ordered_is_not_shipped": _READER,
        "a_line_that_is_not_there_is_not_shipped": _READER,
        "an_order_that_is_gone_is_not_shipped": _READER,
        "an_unknown_sku_is_ignored": "whoever reads the files knows the SKUs; a folder does not",
        "products_go_by_their_rule": "the files have create and update in them, for whoever reads them",
    }

    @pytest.fixture
    def shop(self, tmp_path: Path) -> FolderShop:
        return FolderShop(tmp_path)
