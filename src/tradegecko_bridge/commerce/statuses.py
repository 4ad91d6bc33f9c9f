"""How an order stands at its source, in one of our words, by whatever the source calls it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from tradegecko_bridge.commerce.orders import SourceOrder
from tradegecko_bridge.commerce.progress import plain_status, says_paid, undone


class Standing(StrEnum):
    """What a status means for an order that is seen for the first time."""

    OPEN = "open"
    """It is to be sent."""
    PAID = "paid"
    UNPAID = "unpaid"
    """Not, or not wholly, paid yet; or waiting for something else at the source."""
    PARTLY_SHIPPED = "partly shipped"
    SHIPPED = "shipped"
    """All of it has left."""
    REFUNDED = "refunded"
    CANCELED = "canceled"
    """Or voided."""


FIELDS: Final = ("source_status", "payment_status", "fulfillment_status")
LONGEST: Final = 40
"""How much of a source's own word is told."""
_S = Standing
_TAKEN_BACK: Final = {"canceled": _S.CANCELED, "voided": _S.CANCELED, "refunded": _S.REFUNDED}
_SHIPPED: Final = {
    *("shipped", "fully shipped", "fulfilled", "fully fulfilled", "delivered", "fully delivered", "dispatched"),
    *("despatched", "complete", "completed", "in transit", "out for delivery", "picked up", "sent"),
}
_PARTS: Final = ("part", "partly", "partial", "partially")
_PARTLY: Final = {*_PARTS, *(f"{part} {word}" for part in _PARTS for word in _SHIPPED)}
_RETURNED: Final = {"restocked", "returned", "fully returned"}
_UNPAID: Final = {
    *("unpaid", "not paid", "not yet paid", "no payment", "pending", "payment pending", "pending payment", "open"),
    *("awaiting", "awaiting payment", "payment due", "due", "outstanding", "overdue", "failed", "payment failed"),
    *("declined", "payment declined", "expired", "requires action", "payment review", "partially authorized"),
    *(f"{part} {word}" for part in _PARTS for word in ("paid", "captured", "payment", "settled")),
}
_WAITING: Final = {
    *("unpaid", "pending payment", "payment pending", "awaiting payment", "payment review", "payment failed"),
    *("on hold", "holded", "incomplete", "declined"),
}
"""Of an order as a whole."""
_DEAD: Final = {"failed", "trash", "trashed", "deleted", "checkout draft", "auto draft", "test"}
"""Of an order as a whole: nothing comes of it unless its source says otherwise."""
_AUTHORIZED: Final = {"authorized", "authorised", "payment authorized", "payment authorised", "preauthorized"}
"""The money is there, and taken when the goods leave."""


def standings(order: SourceOrder, words: Mapping[str, Standing]) -> dict[Standing, str]:
    """All that the source says of how an order stands, each with the name and the value of the field that says it.

    ``words`` are meanings of words of the source's own, by :func:`plain_status`; they come before those known here.
    """
    said: dict[Standing, str] = {}
    for standing, field in _said(order, words):
        value = getattr(order, field)
        said.setdefault(standing, f"its {field.replace('_', ' ')} is {value[:LONGEST]!r}")
    if order.paid is False and not {_S.PAID, _S.UNPAID} & said.keys():
        said[_S.UNPAID] = "it is not paid"
    if order.paid or _S.PAID in said:
        said.pop(_S.UNPAID, None)
    return said


def _said(order: SourceOrder, words: Mapping[str, Standing]) -> Iterator[tuple[Standing, str]]:
    for field in FIELDS:
        status: str | None = getattr(order, field)
        plain = plain_status(status)
        if not plain:
            continue
        standing = words.get(plain) or _known(field, status, plain)
        if standing is not None:
            yield standing, field


def _known(field: str, status: str | None, plain: str) -> Standing | None:
    if taken_back := undone(status):
        return _TAKEN_BACK.get(taken_back)
    if field == "payment_status":
        if plain in _UNPAID:
            return _S.UNPAID
        return _S.PAID if plain in _AUTHORIZED or says_paid(status) else None
    plain = plain.removeprefix("wc ")
    if plain in _SHIPPED:
        return _S.SHIPPED
    if plain in _RETURNED:
        return _S.REFUNDED
    if field == "source_status":
        if plain in _DEAD:
            return _S.CANCELED
        if plain in _WAITING:
            return _S.UNPAID
        return _S.PARTLY_SHIPPED if plain in _PARTLY - {*_PARTS} else None
    return _S.PARTLY_SHIPPED if plain in _PARTLY else None
