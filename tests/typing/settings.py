"""What callers may give as settings. Checked by mypy, never run: a needless ``ignore`` is an error there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import assert_type

from tradegecko_bridge.engine import ConnectionSettings, OrderStatus
from tradegecko_bridge.engine.settings.filters import OrderFilter


def given() -> None:
    ConnectionSettings(
        order_status="active",
        number_limit=20,
        tags=["ebay"],
        earliest_order=date(2026, 1, 1),
        order_filters=[{"field": "tag", "values": ["x"]}, OrderFilter(field="tag", values=["x"])],
        sku_aliases={"a": "b"},
        total_tolerance="0.05",
        minimum_stock=3,
        retry_days=2.5,
    )
    ConnectionSettings(order_status=OrderStatus.DRAFT, total_tolerance=Decimal(1), location=None)
    ConnectionSettings(order_status="finalised")  # type: ignore[arg-type]
    ConnectionSettings(on_cancel="void", match_by="barcode", line_tax="account", customer_match="strict")
    ConnectionSettings(tax_treatment="include")  # type: ignore[arg-type]
    OrderFilter(field="tags", values=["x"])  # type: ignore[arg-type]
    OrderFilter(field="tag", values=["x"], rule="except", match="prefix")
    ConnectionSettings(order_status=5)  # type: ignore[arg-type]
    ConnectionSettings(create_invoice="yes")  # type: ignore[arg-type]
    ConnectionSettings(minimum_stock=[])  # type: ignore[arg-type]
    ConnectionSettings(tags=[1])  # type: ignore[list-item]
    ConnectionSettings(order_filters=["x"])  # type: ignore[list-item]
    ConnectionSettings(earliest_order="2026-01-01")  # type: ignore[arg-type]
    ConnectionSettings(order_state="active")  # type: ignore[call-arg]
    OrderFilter(field=1, values=["x"])  # type: ignore[arg-type]
    OrderFilter(values=["x"])  # type: ignore[call-arg]


def read(settings: ConnectionSettings) -> None:
    assert_type(settings.order_status, OrderStatus)
    assert_type(settings.minimum_stock, Decimal)
    assert_type(settings.number_limit, int | None)
    assert_type(settings.tags, tuple[str, ...])
    assert_type(settings.order_filters, tuple[OrderFilter, ...])
