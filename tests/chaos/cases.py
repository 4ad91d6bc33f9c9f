"""The orders that are delivered under fire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from attrs import evolve

from tests.support import ListSource
from tradegecko_bridge.commerce import Customer, SourceOrder
from tradegecko_bridge.engine import ConnectionSettings
from tradegecko_bridge.ports import OrderSource
from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS, a_line, an_order

NOBODYS = "NOBODY-HAS-IT"
"""A SKU no product has: its order is held."""

_KNOWN = Customer(first_name="Robin", last_name="Tremblay", email="robin@shopper.example")
_BUSINESS = Customer(company="Harbour Gift Shop", email="orders@harbourgifts.example")
_KINDS: tuple[dict[str, Any], ...] = (
    {},  # a new customer
    {"customer": _KNOWN},
    {"lines": (a_line(), a_line(NOBODYS))},
    {"lines": (a_line(), a_line("TEE-S", 2, "25.00", reference="second"))},  # the new customer again
    {"customer": Customer(first_name="Kim"), "note": "no e-mail address"},
    {"customer": _BUSINESS, "shipping_address": evolve(AN_ADDRESS, address1="2 Queen St E")},
)


def a_batch(count: int = len(_KINDS), first: int = 1001) -> list[SourceOrder]:
    """Orders of every kind in turn: customers new, known, without e-mail, of a company; each third one held."""
    return [an_order(str(first + n), **_of_kind(n)) for n in range(count)]


def _of_kind(number: int) -> dict[str, Any]:
    """The kinds in turn; from the second round on, the new customers are others."""
    fields = {"customer": A_CUSTOMER, **_KINDS[number % len(_KINDS)]}
    round_ = number // len(_KINDS)
    if round_ and fields["customer"] is A_CUSTOMER:
        email, phone = f"ann{round_}@example.com", f"+1 416 555 {round_:04}"
        fields["customer"] = evolve(A_CUSTOMER, email=email, last_name=f"Lee the {round_}th", phone=phone)
    return fields


def to_be_held(order: SourceOrder) -> bool:
    """Whether the order cannot be delivered, and has to be in the ledger with the reason why not."""
    return any(line.sku == NOBODYS for line in order.lines)


EVERYTHING = ConnectionSettings(order_status="finalized", create_invoice=True, mark_paid=True, pack_orders=True)
"""Every action after delivery."""


def listed(orders: Sequence[SourceOrder]) -> Callable[[], OrderSource]:
    """How a worker makes its source: a list that remembers nothing."""
    return partial(ListSource, list(orders))
