"""Small builders the tests of the folder source share."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.sources.folder import FolderSource

NOW = datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
HEADER = "order_number,placed_at,currency,sku,quantity,price,ship_city"
GOOD = "1006,2026-01-31T09:30:00Z,CAD,MUG,1,2.50,Ottawa"
OTHER = "1008,2026-01-31T09:30:00Z,CAD,TEE,2,5.00,Toronto"
Given = SourceOrder | UnreadableOrder


def source_at(path: Path, now: datetime = NOW) -> FolderSource:
    """A source whose clock stands still."""
    return FolderSource(path, clock=lambda: now)


def put(path: Path, name: str, content: str | bytes, changed: datetime = LONG_AGO) -> Path:
    """A file in the inbox, last changed at a given moment."""
    file = path / "orders" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    moment = (changed - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
    os.utime(file, ns=(moment, moment))
    return file


def sheet(*rows: str, header: str = HEADER) -> str:
    """A CSV file's text."""
    return "".join(f"{row}\n" for row in (header, *rows))


def fetch(path: Path, name: str, content: str | bytes) -> list[Given]:
    """What one file gives."""
    put(path, name, content)
    return list(source_at(path).fetch_orders(None))


def good(given: Iterable[Given]) -> list[SourceOrder]:
    """The orders that went through."""
    return [order for order in given if isinstance(order, SourceOrder)]


def bad(given: Iterable[Given]) -> list[UnreadableOrder]:
    """The ones that did not."""
    return [order for order in given if isinstance(order, UnreadableOrder)]


def problems(given: Iterable[Given]) -> list[str]:
    """The lines a person would see."""
    return [order.problem for order in bad(given)]
