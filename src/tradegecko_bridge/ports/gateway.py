"""What the engine needs from an order-management system.

Gateways raise :class:`~tradegecko_bridge.errors.GatewayError` and its kinds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from tradegecko_bridge.commerce import ProductDetails, VariantStock
from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.remote import (
    Access,
    CustomerMatch,
    OrderDraft,
    RecordKind,
    RemoteOrder,
    RemoteShipment,
    RemoteVariant,
)


class Gateway(Protocol):
    """What the engine needs from an order-management system."""

    @property
    def calls(self) -> int:
        """Requests sent so far, for the report."""

    def begin_run(self, *, dry_run: bool = False) -> None:
        """A run begins: what is remembered of the account must be brought up to date before it is used again.

        In a dry run nothing is written, so nothing is remembered either.
        """

    def remember(self) -> None:
        """Make what was learned since (new orders, customers) durable, where other processes find it.

        Raises:
            StoreError: where it is kept fails.
        """

    def check_access(self) -> Access:
        """One authenticated call that changes nothing.

        Raises:
            AccessDenied: login, plan or permission; the message says what to do.
            Unavailable: no answer; try again later.
        """

    def expect(self, numbers: Collection[str], customers: Collection[tuple[Customer, Address | None]]) -> None:
        """Orders with these numbers, of these customers (with whom their bill goes to), are looked for next.

        A gateway that remembers may look all of them up at once.

        Raises:
            AccessDenied, Unavailable: as the looks themselves.
        """

    def find_orders(self, number: str, *, certain: bool = True) -> Sequence[RemoteOrder]:
        """Orders with exactly this number, void and deleted ones too.

        ``certain`` asks the account itself. Otherwise that nobody has the number may be taken from what was remembered
        a few minutes ago; an order that is found was seen just now in any case.
        """

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """The active variants with exactly these SKUs; a SKU nobody carries is absent."""

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """The active variants with exactly these barcodes; a barcode nobody carries is absent."""

    def find_customer(self, customer: Customer, *, billing: Address | None, match: CustomerMatch) -> str | None:
        """The id of the customer record that is this person or company, if there is one.

        ``billing`` is whom the bill goes to, else the parcel, for what the customer does not say.
        """

    def find_record(self, kind: RecordKind, name: str) -> str:
        """The id of a record settings name, by its name or id.

        Raises:
            Rejected: there is none; the message never names a person.
        """

    def prices_include_tax(self) -> bool:
        """Whether the prices of an order include tax when it does not say."""

    def default_tax_rate(self) -> Decimal | None:
        """The rate, in percent, of a line that does not say one, where nothing else is set; None if there is none."""

    def find_currency(self, name: str) -> str:
        """The ISO code of a currency by its ISO code or its name over there, whatever the case.

        Raises:
            Rejected: there is none.
        """

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        """The currencies the account knows: digits after the point, by ISO code.

        Where one of the ``wanted`` is missing in what is remembered, the account is asked.
        """

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None) -> RemoteOrder:
        """Create one order, all of it or nothing, under an idempotency key; no retry inside.

        Raises:
            Rejected: refused; nothing was written.
            Unavailable: not carried out (rate limit, could not connect).
            OutcomeUnknown: no or a broken answer; it may exist. ``AlreadySent``: this key was used before.
            AccessDenied: nothing was written.
        """

    def is_stale(self, draft: OrderDraft, customer_id: str | None) -> bool:
        """After a refusal: whether something the draft refers to is no longer so over there.

        It was then remembered wrongly: until the next run the account itself is asked, and what is not there any more
        is forgotten for good.
        """

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        """Carry out ``invoice``, ``pay`` (by a payment method of this name), ``pack`` or ``void`` on a whole order.

        Once, no retry inside.

        Raises:
            Rejected, Unavailable, OutcomeUnknown, AlreadySent, AccessDenied: as :meth:`create_order`.
        """

    def completed_actions(self, order_id: str) -> Collection[str]:
        """Which of these actions the order has behind it; and ``ship`` once something of it has left."""

    def shipments_since(self, cursor: str | None) -> Iterable[RemoteShipment]:
        """Shipments that left since ``cursor`` (None: all), oldest change first.

        Some that were seen before come again: listing resumes a little before the cursor.
        """

    def stock(self) -> Iterable[VariantStock]:
        """The stock of every active variant that has a SKU."""

    def products(self) -> Iterable[ProductDetails]:
        """Every active product with its active variants."""
