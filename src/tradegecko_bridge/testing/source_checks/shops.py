"""What the checks need of a shop: to place orders in it, and to see what it shows. The author of a source writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from tradegecko_bridge.ports import OrderSource

ZERO = Decimal(0)


class CannotDo(Exception):
    """Raised by a shop's driver for what this shop has no way to do; the check is skipped, with this text."""


@frozen(kw_only=True)
class WantedLine:
    """A line to order. ``discount`` is money off the whole line, on the side of tax the prices are on."""

    sku: str = "MUG-BLUE"
    quantity: int = 1
    price: Decimal = Decimal("19.99")
    discount: Decimal = ZERO


@frozen(kw_only=True)
class Wanted:
    """An order to place, in CAD. ``at``: when it is placed, None for now. ``discount``: money off the whole order,
    before tax, on the side of tax the prices are on; ``tax_rate`` is percent."""

    lines: tuple[WantedLine, ...] = (WantedLine(),)
    at: datetime | None = None
    tax_rate: Decimal = Decimal(13)
    prices_include_tax: bool = False
    discount: Decimal = ZERO
    shipping: Decimal = Decimal("12.50")


@frozen(kw_only=True)
class ShownParcel:
    """A parcel as the shop shows it: units by line reference, and its tracking numbers."""

    contents: Mapping[str, Decimal]
    tracking: tuple[str, ...] = ()


class Fault(StrEnum):
    """What can be wrong with the line to a shop, or with its answers."""

    BUSY = "busy"
    """429."""
    DOWN = "down"
    """503."""
    SLOW = "slow"
    """No answer within the source's time-out."""
    CUT = "cut"
    """An answer that ends in the middle."""
    PAGE = "page"
    """200, with HTML."""
    HUGE = "huge"
    """An answer larger than any can be taken."""
    LOGIN = "login"
    """401."""
    FORBIDDEN = "forbidden"
    """403."""
    REDIRECT = "redirect"
    """302 to another address."""
    LOST = "lost"
    """The next change is carried out, and its answer never arrives. Questions are answered."""


class Shop(Protocol):
    """A shop to try a source with, as a context manager gives it: empty of orders, and of its own for each check.

    Make the source with pages of two or three orders, so that a few orders are several pages, and with short
    time-outs and no waits, so that the checks are quick.
    """

    def source(self) -> OrderSource:
        """Another source for this shop, as after a restart."""

    def place(self, wanted: Wanted, /) -> str:
        """Place an order; its reference, as the source will give it.

        Raises:
            CannotDo: there are no such orders in this shop.
        """


class AbleShop(Shop, Protocol):
    """All that a driver may have beside that. What it lacks leaves out the checks that need it, and they say so."""

    skus: Sequence[str]
    """At least three SKUs that the shop sells; without it MUG-BLUE, MUG-RED and TEE-M."""
    refused_sku: str
    """A SKU that the shop sells and takes no stock for, because something is wrong with it there."""
    secrets: Sequence[str]
    """What must not show anywhere: keys, passwords."""

    def place_together(self, wanted: Sequence[Wanted], /) -> Sequence[str]:
        """Place orders in one and the same instant, as the shop's clock shows it; their references."""

    def place_unready(self) -> str:
        """Place an order that is not to be delivered yet, unpaid for instance; its reference."""

    def make_ready(self, reference: str, /) -> None:
        """What it waited for happens."""

    def place_unreadable(self) -> str:
        """Place an order in which something is broken, so that it cannot be given whole; its reference."""

    def change(self, reference: str, /) -> None:
        """Somebody changes an order's content in the shop: one more unit of its first line, say."""

    def cancel(self, reference: str, /) -> None:
        """Somebody cancels an order in the shop."""

    def total(self, reference: str, /) -> Decimal:
        """What the customer pays for an order, by the shop's own count."""

    def empty_pages(self) -> None:
        """From now on the shop's list of orders has an empty page before each other one."""

    def break_line(self, fault: Fault, /, *, after: int = 0) -> None:
        """The requests that follow the next ``after`` ones meet this fault, until :meth:`mend`; ``LOST`` only one.

        Raises:
            CannotDo: this fault cannot be made.
        """

    def mend(self) -> None:
        """The line is good again."""

    def parcels(self, reference: str, /) -> Sequence[ShownParcel]:
        """What the shop shows as shipped of an order."""

    def stock(self, sku: str, /) -> Decimal:
        """Units of a SKU that the shop would sell now."""

    def reserve(self, sku: str, units: int, /) -> None:
        """Promise units of a SKU to orders that are not shipped yet."""

    def product(self, sku: str, /) -> tuple[str, str]:
        """Name and description of the product with a SKU."""

    def receipts(self, reference: str, /) -> Sequence[str]:
        """What the shop shows of where an order went, one text for each time it was told."""

    def bad_options(self) -> Mapping[str, Callable[[], object]]:
        """Ways to make the source with options that cannot work, by what is wrong with them."""
