"""What can be set for one connection, and the waits of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import attrs
from attrs import field, frozen

from tradegecko_bridge.engine.filters import ItemFilter, OrderFilter, moment, read_filters
from tradegecko_bridge.errors import ConfigError


class OrderStatus(StrEnum):
    """The status an order is created with: drafts wait for approval, active ones commit stock, finalized ones can be
    packed."""

    DRAFT = "draft"
    ACTIVE = "active"
    FINALIZED = "finalized"


class LineTax(StrEnum):
    """Whose tax rate an order line gets."""

    SOURCE = "source"
    """The source's, where it gives one; else the account's default."""
    ACCOUNT = "account"
    """Always the account's default."""


def _positive(_instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value < type(value)(0):
        raise ConfigError(f"{attribute.name} must not be negative")


def _order_status(value: str) -> OrderStatus:
    return OrderStatus(_one_of("order_status", value, list(OrderStatus)))


def _line_tax(value: str) -> LineTax:
    return LineTax(_one_of("line_tax", value, list(LineTax)))


def _one_of(name: str, value: str, choices: Sequence[str]) -> str:
    if value in choices:
        return value
    raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def _minimum_stock(value: Decimal | int | str) -> Decimal:
    return _number("minimum_stock", value)


def _total_tolerance(value: Decimal | int | str) -> Decimal:
    return _number("total_tolerance", value)


def _number(name: str, value: Decimal | int | str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ConfigError(f"{name} must be a number, not {value!r}") from None


def _order_filters(values: Iterable[OrderFilter | Mapping[str, Any]]) -> tuple[OrderFilter, ...]:
    return read_filters(OrderFilter, "order_filters", values)


def _item_filters(values: Iterable[ItemFilter | Mapping[str, Any]]) -> tuple[ItemFilter, ...]:
    return read_filters(ItemFilter, "item_filters", values)


def _names(_instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise ConfigError(f"{attribute.name} must be a table of texts")


@frozen(kw_only=True)
class ConnectionSettings:
    """How one source is wired to one account.

    Attributes:
        order_status: the status orders are created with.
        number_prefix, number_suffix: put around the source's order number. A change only counts for new orders.
        earliest_order: orders placed before are skipped (a date means its beginning in UTC): set it before the
            first run of a shop that has old orders.
        order_filters, item_filters: which orders, and lines of them, are taken.
        ignore_unshippable, ignore_blank_skus: leave out lines that are not shipped, or have no SKU.
        sku_aliases: TradeGecko's SKU by the source's, for both directions.
        ship_methods: what a ship method is called over there, by its code or name at the source.
        hold_unmapped_ship_methods: hold orders whose ship method is not among them.
        tags: put on every order, beside the source's own.
        location: label or id of the stock location orders are assigned to; None: the account's primary one.
        line_tax: whose tax rate lines get.
        shipping_label: what the shipping line is called; blank: shipping cost is not sent.
        send_zero_shipping: send the shipping line at no cost too, so that the ship method is seen.
        send_discount: send what is taken off the whole order, as a line of its own.
        discount_label: what that line is called when the source has no name for it.
        total_tolerance: money, in the order's currency, by which the source's grand total and TradeGecko's may differ;
            a difference up to it becomes a rounding line, a greater one holds the order.
        stock_locations: ids of the locations whose stock is offered to the source; none: all of them.
        minimum_stock: units below which the source is told 0.
        tracking, inventory, products: what :meth:`SyncEngine.run` brings back besides delivering orders. Product
            details overwrite what the source shows, so they are off until asked for.
    """

    order_status: OrderStatus = field(default=OrderStatus.ACTIVE, converter=_order_status)
    number_prefix: str = ""
    number_suffix: str = ""
    earliest_order: datetime | None = field(default=None, converter=moment)
    order_filters: tuple[OrderFilter, ...] = field(default=(), converter=_order_filters)
    item_filters: tuple[ItemFilter, ...] = field(default=(), converter=_item_filters)
    ignore_unshippable: bool = False
    ignore_blank_skus: bool = False
    sku_aliases: Mapping[str, str] = field(factory=dict, validator=_names)
    ship_methods: Mapping[str, str] = field(factory=dict, validator=_names)
    hold_unmapped_ship_methods: bool = False
    tags: tuple[str, ...] = field(default=(), converter=tuple)
    location: str | None = None
    line_tax: LineTax = field(default=LineTax.SOURCE, converter=_line_tax)
    shipping_label: str = "Shipping Cost"
    send_zero_shipping: bool = True
    send_discount: bool = True
    discount_label: str = "Discount"
    total_tolerance: Decimal = field(default=Decimal("0.05"), converter=_total_tolerance, validator=_positive)
    stock_locations: tuple[str, ...] = field(default=(), converter=tuple)
    minimum_stock: Decimal = field(default=Decimal(0), converter=_minimum_stock, validator=_positive)
    create_invoice: bool = False
    pack_orders: bool = False
    mark_paid: bool = False
    payment_method: str | None = None
    tracking: bool = True
    inventory: bool = True
    products: bool = False


@frozen(kw_only=True)
class Timing:
    """How long the engine waits for what.

    Attributes:
        lease: how long a worker may be silent before another takes over the order it was sending.
        first_retry, longest_retry: the wait after a passing failure; it doubles from the one to the other.
        horizon: how long after intake an order is retried before it is given up as failed.
        patience: how long an order whose key was used must stay absent before it is certain that the first
            request made nothing and the next key may be used. Late visibility must fit into it.
    """

    lease: timedelta = field(default=timedelta(minutes=5), validator=_positive)
    first_retry: timedelta = field(default=timedelta(seconds=30), validator=_positive)
    longest_retry: timedelta = field(default=timedelta(hours=1), validator=_positive)
    horizon: timedelta = field(default=timedelta(days=15), validator=_positive)
    patience: timedelta = field(default=timedelta(minutes=10), validator=_positive)

    def retry_at(self, now: datetime, attempts: int) -> datetime:
        """When to try again after ``attempts`` failures."""
        wait = self.first_retry * 2.0 ** min(attempts - 1, 20)
        return now + min(wait, self.longest_retry)
