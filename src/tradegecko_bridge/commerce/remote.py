"""Orders, variants and shipments as any order-management system would have them.

The system's ids are opaque text to us. The engine plans an :class:`OrderDraft`; a gateway turns it into whatever
its system takes, and hands back :class:`RemoteOrder`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.validators import aware, filled, finite


class LineKind(StrEnum):
    """What a line of an order stands for."""

    PRODUCT = "product"
    SHIPPING = "shipping"
    DISCOUNT = "discount"
    ROUNDING = "rounding"
    FEE = "fee"
    GIFT_WRAP = "gift_wrap"


class CustomerMatch(StrEnum):
    """How much must agree before an order goes to a customer record that is there already."""

    NORMAL = "normal"
    """The company's name with e-mail or phone, or the e-mail address, or the phone number alone."""
    STRICT = "strict"
    """The company's name with e-mail or phone, or e-mail address and phone number together."""


class RecordKind(StrEnum):
    """Records of the system that settings can name; the value is what people call one."""

    CUSTOMER = "customer"
    LOCATION = "stock location"
    PAYMENT_METHOD = "payment method"
    PRICE_LIST = "price list"
    USER = "user"


class Topic(StrEnum):
    """What of the system's state can keep an order from being sent."""

    GOODS = "goods"
    """Which variants there are, under which SKUs and barcodes."""
    NUMBERS = "numbers"
    """Which numbers the orders have that are there. One more order changes nothing: it frees no number."""


class OrderAction(StrEnum):
    """What can be done with a whole order that exists, or has happened to it."""

    INVOICE = "invoice"
    PAY = "pay"
    PACK = "pack"
    SHIP = "ship"
    """Something of it has left; nobody but the warehouse does this."""
    VOID = "void"


class Presence(StrEnum):
    """What is known, before the account itself is asked, of whether it has an order."""

    ABSENT = "absent"
    """As of a few minutes ago, nothing has its number or its marker."""
    FREE = "free"
    """As of a few minutes ago, nothing has its number; of its marker only the account can say."""
    POSSIBLE = "possible"
    """Only the account can say."""
    KNOWN = "known"
    """Something has its number or its marker, or had."""


@frozen(kw_only=True)
class DraftLine:
    """One line to create. ``price`` is per unit, discounts already taken off; ``tax_rate`` is percent.

    ``tax_rate`` None leaves the rate to the order-management system. A line without ``variant_id`` is a line of
    text with a price. ``reference`` is that of the source's line it stands for, blank where it stands for none.
    """

    kind: LineKind = LineKind.PRODUCT
    variant_id: str | None = None
    label: str = ""
    quantity: Decimal = field(validator=finite)
    price: Decimal = field(validator=finite)
    tax_rate: Decimal | None = field(default=None, validator=finite)
    reference: str = field(default="", eq=False)


@frozen(kw_only=True)
class OrderDraft:
    """An order to create. ``marker`` is what we later recognise the order by as ours.

    ``prices_include_tax`` None leaves the tax treatment to the account's default; ``account_treatment`` says that it is
    the account's own, which need not be told. ``status`` is in the order-management system's own words; ``location``,
    ``price_list``, ``assignee`` and ``customer_id`` are ids of the system.
    """

    number: str = field(validator=filled)
    reference: str
    marker: str = field(validator=filled)
    status: str
    issued_on: date
    ship_on: date | None = None
    currency: str
    prices_include_tax: bool | None = None
    account_treatment: bool = False
    customer: Customer = Customer()
    customer_id: str | None = None
    shipping_address: Address
    billing_address: Address | None = None
    lines: tuple[DraftLine, ...]
    location: str | None = None
    price_list: str | None = None
    assignee: str | None = None
    note: str | None = field(default=None, repr=False)
    tags: tuple[str, ...] = ()
    url: str | None = None


@frozen(kw_only=True)
class RemoteOrder:
    """An order in the system. ``marker`` is None on orders that are not ours; ``gone`` if void or deleted;
    ``created_at`` (UTC) where the system says so. ``status`` is in its own words; ``parts`` tell by name what else
    would be another text if somebody edited the order there; neither says anything of a person. ``shipped``: whether
    something of it has been, ``fulfilled``: whether nothing is left to ship; None where the system does not say.
    ``shipment_ids`` are its live shipments, ``line_ids`` its lines in the order they were made in, where it says so.
    """

    id: str
    number: str
    marker: str | None = None
    total: Decimal | None = field(default=None, validator=finite)
    gone: bool = False
    created_at: datetime | None = field(default=None, validator=aware, eq=False)
    status: str | None = field(default=None, eq=False)
    shipped: bool | None = field(default=None, eq=False)
    fulfilled: bool | None = field(default=None, eq=False)
    shipment_ids: tuple[str, ...] = field(default=(), eq=False)
    line_ids: tuple[str, ...] = field(default=(), eq=False)
    parts: Mapping[str, str] = field(factory=dict, eq=False)


@frozen(kw_only=True)
class ChangedOrders:
    """Orders that have changed in the system, and the cursor from which to ask again. ``whole``: that were all."""

    orders: Sequence[RemoteOrder]
    cursor: str
    whole: bool = True


@frozen(kw_only=True)
class RemoteVariant:
    """A sellable variant in the system. SKUs are not unique: two variants may carry the same one. ``prices`` are money
    for one unit, by the id of the price list."""

    id: str
    sku: str
    prices: Mapping[str, Decimal] = field(factory=dict)


@frozen(kw_only=True)
class PriceList:
    """A price list of the system, with the ISO code of its currency; ``cost``: of what goods cost to buy."""

    id: str
    name: str
    currency: str
    cost: bool = False


@frozen(kw_only=True)
class ChangedProducts:
    """The references of products that may have changed since a cursor (None: nobody knows which), and the cursor from
    which to ask again."""

    references: Collection[str] | None
    cursor: str


@frozen(kw_only=True)
class RemoteItem:
    """Some units of one variant in a shipment. ``line_id`` is the system's id of the order's line they are of."""

    variant_id: str | None
    sku: str | None = None
    line_id: str | None = None
    quantity: Decimal = field(validator=finite)


@frozen(kw_only=True)
class RemoteShipment:
    """Goods that left the warehouse. ``cursor`` resumes listing at (not after) this shipment.

    ``changed_at`` is when it last changed, by the system's clock; ``withdrawn``: it was voided or deleted. ``cost`` is
    money in the order's currency, ``weight`` kilograms.
    """

    id: str
    order_id: str
    items: tuple[RemoteItem, ...]
    tracking_numbers: tuple[str, ...] = ()
    tracking_url: str | None = None
    carrier: str | None = None
    service: str | None = None
    cost: Decimal | None = field(default=None, validator=finite)
    weight: Decimal | None = field(default=None, validator=finite)
    shipped_at: datetime | None = field(default=None, validator=aware)
    changed_at: datetime | None = field(default=None, validator=aware, eq=False)
    withdrawn: bool = False
    cursor: str = field(default="", eq=False)


@frozen(kw_only=True)
class Access:
    """Whom and what a login opens: the account's name, and what its user may not do but we would need."""

    account: str
    missing_permissions: tuple[str, ...] = ()


@frozen(kw_only=True)
class AccountIdentity:
    """Which account a login opens; ``base_url`` is where it was served then. Times are UTC; ``time_zone`` is the
    account's own, by its name in the tz database, where the system says it."""

    id: str
    name: str
    base_url: str
    created_at: datetime | None = field(default=None, validator=aware)
    time_zone: str | None = field(default=None, eq=False)

    def is_same(self, other: AccountIdentity) -> bool:
        """Whether both are one account, whatever it is called now.

        A sandbox that begins afresh has the id it had before and was created later. Where one of them does not say when
        it was created, it counts where they are served.
        """
        if self.created_at is None or other.created_at is None:
            return (self.id, self.base_url) == (other.id, other.base_url)
        return (self.id, self.created_at) == (other.id, other.created_at)

    @property
    def key(self) -> str:
        """What tells it from the other accounts of a ledger: the same for accounts that are one by :meth:`is_same`."""
        return f"{self.id} since {self.created_at.isoformat()}" if self.created_at else f"{self.id} at {self.base_url}"

    def named_beside(self, other: AccountIdentity) -> str:
        """Its id and name, and where both have the same id, what else tells them apart."""
        more = ""
        if self.id == other.id:
            created = f" created {self.created_at:%Y-%m-%d %H:%M:%S.%f} UTC" if self.created_at else ""
            more = f"{created.replace('.000000', '')} at {self.base_url}"
        return f"account {self.id} {self.name!r}{more}"
