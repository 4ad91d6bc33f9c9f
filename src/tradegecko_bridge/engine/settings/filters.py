"""Which orders and lines a connection takes, as settings: they can be written in Python or as TOML tables."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

import attrs
from attrs import field, frozen

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine.settings.reading import not_empty, read_fields, words
from tradegecko_bridge.structuring import refuse


class Rule(StrEnum):
    """What a match means."""

    ONLY = "only"
    """Nothing else is taken."""
    EXCEPT = "except"
    """It is left out."""


def _rule(value: Rule | Literal["only", "except"]) -> Any:
    return value


class Match(StrEnum):
    """How a value is compared; upper and lower case are the same."""

    FULL = "full"
    PREFIX = "prefix"
    SUFFIX = "suffix"


def _match(value: Match | Literal["full", "prefix", "suffix"]) -> Any:
    return value


class OrderField(StrEnum):
    """What of an order a filter looks at."""

    COUNTRY = "country"
    REGION = "region"
    POSTAL_CODE = "postal_code"
    CURRENCY = "currency"
    TAG = "tag"
    SHIP_METHOD = "ship_method"
    NUMBER = "number"
    SOURCE_STATUS = "source_status"
    """What the source calls the order's own status."""
    PAYMENT_STATUS = "payment_status"
    """What the source calls its payment status."""
    FULFILLMENT_STATUS = "fulfillment_status"
    """What the source calls how far it is shipped."""


def _order_field(
    value: OrderField
    | Literal[
        "country",
        "region",
        "postal_code",
        "currency",
        "tag",
        "ship_method",
        "number",
        "source_status",
        "payment_status",
        "fulfillment_status",
    ],
) -> Any:
    return value


class Level(StrEnum):
    """What an unwanted item takes with it."""

    LINE = "line"
    ORDER = "order"


def _level(value: Level | Literal["line", "order"]) -> Any:
    return value


@frozen(kw_only=True)
class OrderFilter:
    """Takes only orders, or all except orders, in which ``field`` matches one of ``values``.

    Addresses are the shipping address, or the billing address where there is none.
    """

    field: OrderField = attrs.field(converter=_order_field)
    values: Annotated[tuple[str, ...], not_empty] = attrs.field(converter=words)
    rule: Rule = attrs.field(default=Rule.ONLY, converter=_rule)
    match: Match = attrs.field(default=Match.FULL, converter=_match)

    def __attrs_post_init__(self) -> None:
        refuse(read_fields(self))

    def refuses(self, order: SourceOrder) -> str | None:
        """Why this order is not taken; None when it is. Never names what identifies a person."""
        hit = any(self._matches(found, value) for found in _found(order, self.field) for value in self.values)
        if hit is (self.rule is Rule.ONLY):
            return None
        verdict = "is one of" if self.rule is Rule.EXCEPT else "is none of"
        return f"its {self.field} {verdict} {', '.join(value or '(none)' for value in self.values)}"

    def _matches(self, found: str, value: str) -> bool:
        found, value = compared(found), compared(value)
        if not value:  # stands for none, and is no beginning or end of anything
            return not found
        match self.match:
            case Match.PREFIX:
                return found.startswith(value)
            case Match.SUFFIX:
                return found.endswith(value)
        return found == value


@frozen(kw_only=True)
class ItemFilter:
    """Takes only lines, or all except lines, with these SKUs (the source's own), whatever the case. ``""`` stands for
    no SKU, whatever the barcode.

    Of ``level`` line the unwanted lines are left out, of level order the whole order is. Stock levels follow it.
    """

    skus: Annotated[tuple[str, ...], not_empty] = field(converter=words)
    rule: Rule = field(default=Rule.EXCEPT, converter=_rule)
    level: Level = field(default=Level.LINE, converter=_level)

    def __attrs_post_init__(self) -> None:
        refuse(read_fields(self))

    def takes(self, sku: str | None) -> bool:
        """Whether a line with this SKU is wanted."""
        return (compared(sku) in self._compared) is (self.rule is Rule.ONLY)

    @cached_property
    def _compared(self) -> frozenset[str]:
        return frozenset(map(compared, self.skus))


def compared(text: str | None) -> str:
    """A text as filters compare it: whatever its case and the blanks around it."""
    return (text or "").strip().casefold()


def _found(order: SourceOrder, field_: OrderField) -> Iterable[str]:
    address = order.shipping_address or order.billing_address
    match field_:
        case OrderField.TAG:
            return order.tags or [""]
        case OrderField.SHIP_METHOD:
            return [name for line in order.shipping for name in (line.code, line.label) if name] or [""]
        case OrderField.CURRENCY:
            return [order.currency]
        case OrderField.NUMBER:
            return [order.number]
        case OrderField.SOURCE_STATUS | OrderField.PAYMENT_STATUS | OrderField.FULFILLMENT_STATUS:
            return [getattr(order, field_.value) or ""]
        case OrderField.COUNTRY | OrderField.REGION | OrderField.POSTAL_CODE:
            return [getattr(address, field_.value) or ""] if address else [""]
