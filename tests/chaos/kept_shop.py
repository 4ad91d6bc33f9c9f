"""A shop whose memory is a file: what reached it stays there, whatever becomes of the worker that told it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import define, field

from tests.support import accepted
from tradegecko_bridge.commerce import ItemResult, ProductDetails, Shipment, SourceOrder, StockLevel, Verdict
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.ports import OrderSource


@define
class KeptShop:
    """A source that writes down what it is told, item by item, with ``pause`` seconds between them.

    ``loses``: so many of its calls, from the first one of this file on, have no answer; ``fails``: of these keys the
    first telling fails.
    """

    path: Path
    orders: Sequence[SourceOrder] = ()
    pause: float = 0.0
    loses: int = 0
    fails: frozenset[str] = frozenset()
    name: str = "kept"
    passing: Callable[[str], None] = field(default=lambda _: None, repr=False)

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:
        numbers = [order.cursor for order in self.orders]
        return self.orders[numbers.index(after) + 1 if after in numbers else 0 :]

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        return self._told("stock", {level.sku: str(level.available) for level in levels})

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        return self._told("shipments", {one.reference: _parcel(one) for one in shipments})

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        return self._told("shipments", {one.reference: None for one in shipments})

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterable[ItemResult]:
        return self._told("products", {one.reference: one.name for one in products})

    def withdraw_products(self, references: Sequence[str]) -> Iterable[ItemResult]:
        return self._told("products", dict.fromkeys(references))

    def _told(self, kind: str, items: dict[str, Any]) -> list[ItemResult]:
        before = self.read()
        self.passing(f"shop {kind}: leaves")
        self._write("begins", kind, str(os.getpid()), None)
        answers = []
        for key, value in items.items():
            first = not any((one[1], one[2]) == (kind, key) for one in before)
            failing = key in self.fails and first
            self._write("failed" if failing else "told", kind, key, value)
            answers.append(ItemResult(key=key, verdict=Verdict.FAILED) if failing else accepted(key))
            time.sleep(self.pause)
        self._write("ends", kind, str(os.getpid()), None)
        self.passing(f"shop {kind}: there")
        if sum(what == "begins" for what, *_ in before) < self.loses:
            raise SourceUnavailable("the answer is lost")
        return answers

    def _write(self, *line: Any) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, json.dumps(line).encode() + b"\n")
        os.close(file)

    # ── what it knows ────────────────────────────────────────────────────────────────────────

    def read(self) -> list[list[Any]]:
        """All that happened to it."""
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def shows(self, kind: str) -> dict[str, Any]:
        """What it shows of a kind of thing."""
        shown = {key: value for what, of, key, value in self.read() if (what, of) == ("told", kind)}
        return {key: value for key, value in shown.items() if value is not None}

    def values(self, kind: str, key: str) -> list[Any]:
        """What it was told of one thing, in turn."""
        return [value for what, of, one, value in self.read() if (what, of, one) == ("told", kind, key)]

    def is_told_by_two(self) -> bool:
        """Whether two workers told it things of one kind at once."""
        busy: dict[str, str] = {}
        for what, kind, who, _ in self.read():
            if what == "begins" and busy.get(kind, who) != who:
                return True
            if what in ("begins", "ends"):
                busy.pop(kind, None)
            if what == "begins":
                busy[kind] = who
        return False


def kept(path: Path, orders: Sequence[SourceOrder], **fields: Any) -> Callable[[], OrderSource]:
    """How a worker makes its source."""
    return partial(KeptShop, path, list(orders), **fields)


def _parcel(shipment: Shipment) -> list[Any]:
    items = [[item.line_reference, int(item.quantity)] for item in shipment.items]
    return [shipment.order_number, items, list(shipment.tracking_numbers), shipment.completes_order]
