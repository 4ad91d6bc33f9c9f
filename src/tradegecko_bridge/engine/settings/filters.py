"""Which orders and lines a connection takes, as settings: they can be written in Python or as TOML tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

import attrs
from attrs import field, frozen

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.values import bare
from tradegecko_bridge.engine.settings.declaration import Fault, Faulty, complain, faults_of, meant, tried
from tradegecko_bridge.errors import ConfigError

E = TypeVar("E", bound=StrEnum)
F = TypeVar("F", bound=attrs.AttrsInstance)


class Rule(StrEnum):
    """What a match means."""

    ONLY = "only"
    """Nothing else is taken."""
    EXCEPT = "except"
    """It is left out."""


class Match(StrEnum):
    """How a value is compared; upper and lower case are the same."""

    FULL = "full"
    PREFIX = "prefix"
    SUFFIX = "suffix"


class OrderField(StrEnum):
    """What an order can be told by."""

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


class Level(StrEnum):
    """What an unwanted item takes with it."""

    LINE = "line"
    ORDER = "order"


def _one_of(kind: type[E], value: object) -> E:
    if not isinstance(value, str) or value not in list(kind):
        raise ConfigError(f"{value!r} is not one of {', '.join(kind)}")
    return kind(value)


def _field(value: str) -> OrderField:
    return tried(lambda given: _one_of(OrderField, given), value)


def _rule(value: str) -> Rule:
    return tried(lambda given: _one_of(Rule, given), value)


def _match(value: str) -> Match:
    return tried(lambda given: _one_of(Match, given), value)


def _level(value: str) -> Level:
    return tried(lambda given: _one_of(Level, given), value)


def _values(values: Iterable[str]) -> tuple[str, ...]:
    return tried(lambda given: _read_words("values", given), values)


def _skus(values: Iterable[str]) -> tuple[str, ...]:
    return tried(lambda given: _read_words("skus", given), values)


def _read_words(name: str, values: object) -> tuple[str, ...]:
    words = tuple(values) if isinstance(values, Iterable) and not isinstance(values, str | Mapping) else None
    if words is None or not all(isinstance(word, str) for word in words):
        raise ConfigError(f'{name} must be a list of texts, e.g. ["one", "two"], not {values!r}')
    if not words:
        raise ConfigError(f'{name} is an empty list: write what is to match, "" for none, or take the filter out')
    return words


@frozen(kw_only=True)
class OrderFilter:
    """Takes only orders, or all except orders, in which ``field`` matches one of ``values``.

    Addresses are the shipping address, or the billing address where there is none.
    """

    field: OrderField = attrs.field(converter=_field)
    values: tuple[str, ...] = attrs.field(converter=_values)
    rule: Rule = attrs.field(default=Rule.ONLY, converter=_rule)
    match: Match = attrs.field(default=Match.FULL, converter=_match)

    def __attrs_post_init__(self) -> None:
        complain(faults_of(self))

    def refuses(self, order: SourceOrder) -> str | None:
        """Why this order is not taken; None when it is. Never names what identifies a person."""
        hit = any(self._matches(found, value) for found in _found(order, self.field) for value in self.values)
        if hit is (self.rule is Rule.ONLY):
            return None
        said = "is one of" if self.rule is Rule.EXCEPT else "is none of"
        return f"its {self.field} {said} {', '.join(value or '(none)' for value in self.values)}"

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

    skus: tuple[str, ...] = field(converter=_skus)
    rule: Rule = field(default=Rule.EXCEPT, converter=_rule)
    level: Level = field(default=Level.LINE, converter=_level)

    def __attrs_post_init__(self) -> None:
        complain(faults_of(self))

    def takes(self, sku: str | None) -> bool:
        """Whether a line with this SKU is wanted."""
        return (compared(sku) in self._compared) is (self.rule is Rule.ONLY)

    @cached_property
    def _compared(self) -> frozenset[str]:
        return frozenset(map(compared, self.skus))


def compared(word: str | None) -> str:
    """A word as filters compare it: whatever its case and the blanks around it."""
    return bare(word).casefold()


def read_filters(kind: type[F], values: object) -> tuple[F, ...]:
    """Filters from objects or TOML tables.

    Raises:
        ConfigError: says of which filter what is wrong, for all of them.
    """
    if not isinstance(values, Iterable) or isinstance(values, str | Mapping):
        raise ConfigError("must be a list of tables")
    filters: list[F] = []
    faults: list[Fault] = []
    for index, value in enumerate(values):
        try:
            filters.append(_read_filter(kind, value))
        except ConfigError as error:
            faults += [((index, *path), f", filter {index + 1}: {said}") for path, said in error.faults]
    complain(faults)
    return tuple(filters)


def _read_filter(kind: type[F], value: object) -> F:
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise ConfigError("not a table", faults=[((), f"{value!r} is not a table")])
    fields = attrs.fields_dict(kind)
    complain(
        [
            *(((name,), f"unknown {name!r}{meant(name, fields)}") for name in value if name not in fields),
            *(
                ((), f"missing 1 required setting: {name!r}")
                for name, one in fields.items()
                if one.default is attrs.NOTHING and name not in value
            ),
            *(fault for name, one in fields.items() if name in value for fault in _faults(one, value[name])),
        ]
    )
    return kind(**value)


def _faults(field_: attrs.Attribute[Any], value: object) -> Iterable[Fault]:
    convert: Any = field_.converter
    read = convert(value) if convert else value
    return [((field_.name, *path), said) for path, said in read.faults] if isinstance(read, Faulty) else []


def moment(value: object) -> datetime | None:
    """A moment from a moment or a day (its beginning, UTC).

    Raises:
        ConfigError: a moment without zone, or something else.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ConfigError(f"{value} has no time zone; write e.g. 2026-01-31T00:00:00Z")
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if value is None:
        return None
    raise ConfigError(f"must be a date such as 2026-01-31, without quotes, not {value!r}")


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
