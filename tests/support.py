"""Sources, clocks and what must be there, for tests."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn

import pytest

from tradegecko_bridge import ConnectionSettings
from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    ProductDetails,
    Shipment,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
    Verdict,
)

Answer = Callable[[str], ItemResult]
_ROOM = 4 * 1024**3
"""Bytes that have to be free in memory before tests write there."""


def require(reason: str) -> NoReturn:
    """Skip the test for that reason; where `CI=true`, where everything has to be there, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def quick_folder() -> Path | None:
    """A folder in memory where there is one with enough room: what tests write need not survive a power cut, and
    waiting until a disk has it takes longer than the tests."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free >= _ROOM else None


def examples(count: int) -> int:
    """So many examples of a slow search, and three times as many where ``CI=true``."""
    return 3 * count if os.environ.get("CI") == "true" else count


ALL_ORDERS: Final = ConnectionSettings(earliest_order=datetime(2000, 1, 1, tzinfo=UTC))
"""Of a connection whose first run takes orders of before, where the clock is the machine's."""


def accepted(key: str) -> ItemResult:
    return ItemResult(key=key, verdict=Verdict.ACCEPTED)


class OrdersOnly:
    """A source that can only give orders, in the order of its list."""

    name = "list"

    def __init__(self, orders: Sequence[SourceOrder | UnreadableOrder] = ()) -> None:
        self.orders = list(orders)
        self.asked_after: list[str | None] = []

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
        self.asked_after.append(after)
        cursors = [order.cursor for order in self.orders]
        return self.orders[cursors.index(after) + 1 if after in cursors else 0 :]


class ListSource(OrdersOnly):
    """A source with every capability that remembers what it was handed; ``answer`` decides what it says."""

    def __init__(self, orders: Sequence[SourceOrder | UnreadableOrder] = (), answer: Answer = accepted) -> None:
        super().__init__(orders)
        self.answer = answer
        self.acknowledged: list[str] = []
        self.receipts: list[DeliveryReceipt] = []
        self.shipments: list[Shipment] = []
        self.levels: list[StockLevel] = []
        self.products: list[ProductDetails] = []

    def acknowledge_ingest(self, cursor: str) -> None:
        self.acknowledged.append(cursor)

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterable[ItemResult]:
        self.receipts += receipts
        return [self.answer(receipt.order_reference) for receipt in receipts]

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        self.shipments += shipments
        return [self.answer(shipment.reference) for shipment in shipments]

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        self.levels += levels
        return [self.answer(level.sku) for level in levels]

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterable[ItemResult]:
        self.products += products
        return [self.answer(product.reference) for product in products]


class HandClock:
    """A clock that only moves when told to."""

    def __init__(self, now: datetime = datetime(2026, 11, 3, 12, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def unseen(text: str) -> list[str]:
    """The characters of a printed text that a terminal obeys or nobody sees; line feeds are ours."""
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    fillers = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe0f\uffa0"
    return [char for char in text if char != "\n" and (unicodedata.category(char) in hidden or char in fillers)]
