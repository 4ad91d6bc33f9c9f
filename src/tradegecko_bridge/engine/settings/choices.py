"""The words some settings choose from.

Beside each is the converter of its field, which leaves the value alone: from its parameter, type checkers know what may
be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from tradegecko_bridge.commerce.remote import CustomerMatch
from tradegecko_bridge.commerce.statuses import Standing


class Job(StrEnum):
    """What an engine does, in this order."""

    ORDERS = "orders"
    TRACKING = "tracking"
    INVENTORY = "inventory"
    PRODUCTS = "products"


class OrderStatus(StrEnum):
    """The status an order is created with: drafts wait for approval, active ones commit stock, finalized ones can be
    packed."""

    DRAFT = "draft"
    ACTIVE = "active"
    FINALIZED = "finalized"


def order_status(value: OrderStatus | Literal["draft", "active", "finalized"]) -> Any:
    return value


class TaxTreatment(StrEnum):
    """Whether the prices an order has in TradeGecko include tax."""

    SOURCE = "source"
    """As the source's prices are; where they differ from line to line, without tax."""
    DEFAULT = "default"
    """As the account has it."""
    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"


def tax_treatment(value: TaxTreatment | Literal["source", "default", "inclusive", "exclusive"]) -> Any:
    return value


class PartialShipments(StrEnum):
    """When a source is told of shipments that are not all of their order."""

    SEND = "send"
    """As they leave."""
    WAIT = "wait"
    """With the one that completes the order."""


def partial_shipments(value: PartialShipments | Literal["send", "wait"]) -> Any:
    return value


class LineTax(StrEnum):
    """Whose tax rate an order line gets."""

    SOURCE = "source"
    """The source's, where it gives one; else the account's default."""
    ACCOUNT = "account"
    """Always the account's default."""


def line_tax(value: LineTax | Literal["source", "account"]) -> Any:
    return value


class DiscountTax(StrEnum):
    """Whether discounts of an order, and of a whole line, are taken off before tax."""

    SOURCE = "source"
    """As the source says, or its totals show."""
    BEFORE = "before"
    AFTER = "after"


def discount_tax(value: DiscountTax | Literal["source", "before", "after"]) -> Any:
    return value


class MatchBy(StrEnum):
    """What an order line's variant is known by."""

    SKU = "sku"
    BARCODE = "barcode"
    """The barcode where a variant has it, else the SKU."""


def match_by(value: MatchBy | Literal["sku", "barcode"]) -> Any:
    return value


class OnCancel(StrEnum):
    """What follows when the source cancels an order that was delivered."""

    REPORT = "report"
    VOID = "void"


def on_cancel(value: OnCancel | Literal["report", "void"]) -> Any:
    return value


class ReturnStatus(StrEnum):
    """The status a return is created with: goods on their way, or there again."""

    NONE = "none"
    """None is created."""
    RETURNING = "returning"
    RECEIVED = "received"


def return_status(value: ReturnStatus | Literal["none", "returning", "received"]) -> Any:
    return value


class OnVoid(StrEnum):
    """What follows when an order that was delivered is void in the system, and its source has not canceled it."""

    REPORT = "report"
    CANCEL = "cancel"


def on_void(value: OnVoid | Literal["report", "cancel"]) -> Any:
    return value


class OnChange(StrEnum):
    """What follows when the source changes an order that was delivered."""

    REPORT = "report"


def on_change(value: OnChange | Literal["report"]) -> Any:
    return value


class Unpaid(StrEnum):
    """What becomes of an order that is not paid yet at its source."""

    WAIT = "wait"
    """It goes out by itself once the source says that it is paid."""
    SEND = "send"
    SKIP = "skip"


def unpaid(value: Unpaid | Literal["wait", "send", "skip"]) -> Any:
    return value


def standings(value: Mapping[str, Standing | str]) -> Any:
    return value


def customer_match(value: CustomerMatch | Literal["normal", "strict"]) -> Any:
    return value


class Vanished(StrEnum):
    """What follows for a SKU whose stock level TradeGecko has no more."""

    ZERO = "zero"
    """The source is told 0."""
    REPORT = "report"
    """It is left as it is at the source, and a run says so once."""
    LEAVE = "leave"
    """It is left as it is."""


def vanished(value: Vanished | Literal["zero", "report", "leave"]) -> Any:
    return value


class StockDrift(StrEnum):
    """What follows where a source shows other stock than it has accepted."""

    REPORT = "report"
    """An alert says where."""
    TELL = "tell"
    """It is told again."""
    IGNORE = "ignore"
    """It is not asked what it shows."""


def stock_drift(value: StockDrift | Literal["report", "tell", "ignore"]) -> Any:
    return value


class Fractions(StrEnum):
    """What becomes of stock that is no whole number."""

    KEEP = "keep"
    DOWN = "down"
    """The next whole number below."""


def fractions(value: Fractions | Literal["keep", "down"]) -> Any:
    return value


class ProductChanges(StrEnum):
    """What a source may do by the product details it is told."""

    ALL = "all"
    """Create products it does not have, and change those it has."""
    CREATE = "create"
    """Only create: what it has is edited there."""
    UPDATE = "update"
    """Only change: what is for sale is chosen there."""


def product_changes(value: ProductChanges | Literal["all", "create", "update"]) -> Any:
    return value
