"""A shop's order in our canonical form.

The money rules, for every source alike:

- ``price`` is for one unit, before discount and shipping; ``discount`` is taken off each unit before tax
  and is positive. A line's ``extended_amount`` is (price − discount) × quantity.
- ``additional_discount`` is taken off a whole line, and is positive. Together with the order's own ``discounts``
  (positive) it makes the order's discount. Both are after tax, unless the totals show, or the discount says, that
  tax was worked out of what was left (see ``Discount.before_tax``).
- ``tax`` is for the whole line. Either every taxed line carries it or only the order's total does.
- grand total = subtotal + tax + shipping − discount. Where ``price_includes_tax`` is set, that line's tax is
  inside its price and is not added again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from attrs import field, frozen

from tradegecko_bridge.commerce.validators import aware, filled, typed

ZERO = Decimal(0)


@frozen(kw_only=True)
@typed
class Address:
    """Where to send goods or a bill. ``country`` is ISO 3166 alpha-2 where the source knows it."""

    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    company: str | None = field(default=None, repr=False)
    address1: str | None = field(default=None, repr=False)
    address2: str | None = field(default=None, repr=False)
    suburb: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    region: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)
    country: str | None = None
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)

    @property
    def full_name(self) -> str:
        """First and last name, as far as given."""
        return " ".join([part for part in (self.first_name, self.last_name) if part])


@frozen(kw_only=True)
@typed
class Customer:
    """Who ordered. ``reference`` is the source's own id of the customer."""

    reference: str | None = None
    company: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)

    @property
    def full_name(self) -> str:
        """First and last name, as far as given."""
        return " ".join([part for part in (self.first_name, self.last_name) if part])


@frozen(kw_only=True)
@typed
class Component:
    """What one unit of a kit holds of one SKU: ``quantity`` units of it.

    ``price`` is what one unit of it costs when it is sold alone: the kit's price is shared out in these proportions,
    evenly over the units where some component has none.
    """

    sku: str
    quantity: Decimal = Decimal(1)
    name: str = ""
    price: Decimal | None = None
    barcode: str | None = None


class ItemKind(StrEnum):
    """What a line charges for."""

    GOODS = "goods"
    FEE = "fee"
    TIP = "tip"
    GIFT_WRAP = "gift_wrap"


def _item_kind(value: ItemKind | Literal["goods", "fee", "tip", "gift_wrap"] | None) -> Any:
    return ItemKind(value) if isinstance(value, str) and value in _ITEM_KINDS else value


_ITEM_KINDS = frozenset(ItemKind)


@frozen(kw_only=True)
@typed
class OrderLine:
    """One line of goods, or of something else that is charged. ``reference`` is the source's own line id, unique
    within the order.

    ``price``, ``discount``: money per unit; a ``price`` of None is to be taken from the account's price list.
    ``tax``, ``additional_discount``: money for the whole line. ``tax_rate``: percent (``Decimal("13")`` is 13 %).
    ``kind`` is None where the source does not say; what is no goods needs no SKU. ``components`` are what a kit
    consists of, where the source knows. ``ship_to`` is where the line goes, if that is not where the order goes.
    """

    reference: str = field(validator=filled)
    sku: str | None = None
    name: str = ""
    quantity: Decimal
    price: Decimal | None
    price_includes_tax: bool = False
    discount: Decimal = ZERO
    additional_discount: Decimal = ZERO
    tax: Decimal | None = None
    tax_rate: Decimal | None = None
    shippable: bool = True
    barcode: str | None = None
    components: tuple[Component, ...] = ()
    kind: ItemKind | None = field(default=None, converter=_item_kind)
    ship_to: Address | None = field(default=None, repr=False)

    @property
    def unit_price(self) -> Decimal:
        """price − discount; 0 without a price."""
        return ZERO if self.price is None else self.price - self.discount

    @property
    def extended_amount(self) -> Decimal:
        """(price − discount) × quantity, unrounded; 0 without a price."""
        return self.unit_price * self.quantity


@frozen(kw_only=True)
@typed
class ShippingLine:
    """What the customer pays for shipping, and how they asked for it to be shipped."""

    label: str = ""
    code: str | None = None
    amount: Decimal
    price_includes_tax: bool = False
    tax: Decimal | None = None
    tax_rate: Decimal | None = None


@frozen(kw_only=True)
@typed
class Discount:
    """A reduction of the whole order; ``amount`` is positive, and includes tax where the prices do.

    ``before_tax``: tax was worked out of what was left of the goods. None where the source does not say: then its
    totals show it.
    """

    label: str = ""
    code: str | None = None
    amount: Decimal
    before_tax: bool | None = None


@frozen(kw_only=True)
@typed
class Totals:
    """The source's own figures, carried as it printed them; None where it gave none."""

    subtotal: Decimal | None = None
    tax: Decimal | None = None
    shipping: Decimal | None = None
    discount: Decimal | None = None
    grand_total: Decimal | None = None


@frozen(kw_only=True)
@typed
class SourceOrder:
    """An order as the source gave it.

    ``reference`` is the source's own id, which never changes and is unique within the connection;
    ``number`` is what people call the order; ``cursor`` resumes fetching *after* this order. ``currency`` is
    an ISO 4217 code. A moment as ``requested_ship_date`` means the account's day. ``source_status``, ``payment_status``
    and ``fulfillment_status`` (how far it is shipped) are in the source's own words; ``paid`` is None where it does not
    say, ``payment_method`` is how it was or will be paid. What is not ``ready`` is not to
    be sent yet: it waits, its goods reserved, until the source gives it as ready, or canceled. Whether the order makes
    sense (has lines, positive quantities, known SKUs) is not checked here: what is wrong with it must be able to reach
    the ledger.
    """

    reference: str = field(validator=filled)
    number: str = field(validator=filled)
    placed_at: datetime = field(validator=aware)
    currency: str
    lines: tuple[OrderLine, ...] = ()
    shipping: tuple[ShippingLine, ...] = ()
    discounts: tuple[Discount, ...] = ()
    totals: Totals = Totals()
    customer: Customer = Customer()
    shipping_address: Address | None = None
    billing_address: Address | None = None
    requested_ship_date: date | datetime | None = field(default=None, validator=aware)
    note: str | None = field(default=None, repr=False)
    tags: tuple[str, ...] = ()
    url: str | None = None
    canceled_at: datetime | None = field(default=None, validator=aware)
    source_status: str | None = None
    payment_status: str | None = None
    fulfillment_status: str | None = None
    payment_method: str | None = None
    paid: bool | None = None
    ready: bool = True
    extra: Mapping[str, str] = field(factory=dict, repr=False)
    cursor: str = field(default="", eq=False)

    @property
    def computed_totals(self) -> Totals:
        """The totals by the rules in this module's docstring, unrounded, from what the lines say.

        Tax counts line by line where any line or shipping line carries it, else the source's own tax.
        """
        subtotal = sum((line.extended_amount for line in self.lines), ZERO)
        shipping = sum((line.amount for line in self.shipping), ZERO)
        discount = sum((d.amount for d in self.discounts), ZERO)
        discount += sum((line.additional_discount for line in self.lines), ZERO)
        taxes = [(part.tax, part.price_includes_tax) for part in self.priced if part.tax is not None]
        if taxes:
            tax = sum((amount for amount, _ in taxes), ZERO)
            inside = sum((amount for amount, included in taxes if included), ZERO)
        else:
            tax = self.totals.tax or ZERO
            inside = tax if self.prices_include_tax else ZERO
        return Totals(
            subtotal=subtotal,
            tax=tax,
            shipping=shipping,
            discount=discount,
            grand_total=subtotal + tax - inside + shipping - discount,
        )

    @property
    def prices_include_tax(self) -> bool | None:
        """Whether prices contain tax: True or False where all lines agree, None where they differ."""
        said = {part.price_includes_tax for part in self.priced}
        return None if len(said) > 1 else said == {True}

    @property
    def priced(self) -> tuple[OrderLine | ShippingLine, ...]:
        """Everything with a price and a tax of its own: lines of goods, then of shipping."""
        return (*self.lines, *self.shipping)


@frozen(kw_only=True)
@typed
class UnreadableOrder:
    """An order the source has but cannot give whole; ``problem`` says what, where, and what to do.

    With a ``reference`` it is held in the ledger until the source gives it properly; without one it can only
    be reported, and the source keeps offering it.
    """

    problem: str = field(validator=filled)
    reference: str | None = field(default=None, validator=filled)
    number: str | None = None
    cursor: str = field(default="", eq=False)
