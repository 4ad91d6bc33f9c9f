"""What the engine needs from an order-management system.

Gateways raise :class:`~tradegecko_bridge.errors.GatewayError` and its kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
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

    def session(self, *, read_only: bool = False) -> AbstractContextManager[None]:
        """One run. What a gateway remembers of the account is brought up to date for it, and shared when it ends.

        ``read_only`` (a dry run): nothing is written anywhere, so nothing is remembered either.
        """

    def check_access(self) -> Access:
        """One authenticated call that changes nothing.

        Raises:
            AccessDenied: login, plan or permission; the message says what to do.
            Unavailable: no answer; try again later.
        """

    def prefetch(
        self, numbers: Collection[str], customers: Collection[tuple[Customer, Address | None]]
    ) -> Collection[str]:
        """Look up at once, as far as possible, what a batch of orders will need; costs nothing where it cannot.

        ``customers`` come with whom their bill goes to. Returned are those of the ``numbers`` that an order in the
        system may have: of the others it is known, as of a few minutes ago, that none has them.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """

    def find_orders(self, number: str) -> Sequence[RemoteOrder]:
        """The orders with exactly this number as they are now, void and deleted ones too."""

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
        """The ISO code of a currency by its ISO code or its name in the system, whatever the case.

        Raises:
            Rejected: there is none.
        """

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        """The currencies the account knows: digits after the point, by ISO code.

        Where one of the ``wanted`` is not known yet, the account is asked again.
        """

    def create_order(
        self, draft: OrderDraft, *, key: str, customer_id: str | None, may_leave: Callable[[], bool] = ...
    ) -> RemoteOrder:
        """Create one order, all of it or nothing, under an idempotency key; no retry inside.

        ``may_leave`` is asked last, after every wait, immediately before the request leaves; where it says no, nothing
        is sent, and that is Unavailable. An answer counts only with the draft's marker.

        Raises:
            Rejected: refused; nothing was written. ``OutdatedDraft``: because something the draft refers to has gone;
                plan it again, from what is there now.
            Unavailable: not carried out (rate limit, could not connect).
            OutcomeUnknown: no or a broken answer; it may exist. ``AlreadySent``: this key was used before.
            AccessDenied: nothing was written.
        """

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        """Carry out ``invoice``, ``pay`` (by a payment method of this name), ``pack`` or ``void`` on a whole order.

        Once, no retry inside.

        Raises:
            Rejected, Unavailable, OutcomeUnknown, AlreadySent, AccessDenied: as :meth:`create_order`.
        """

    def completed_actions(self, order_id: str) -> Collection[str]:
        """Which of these actions the order has behind it; and ``ship`` once something of it has left.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked, or does not show the order now.
        """

    def shipments_since(self, cursor: str | None) -> Iterable[RemoteShipment]:
        """Shipments that left since ``cursor`` (None: all), oldest change first.

        Some that were seen before come again: listing resumes a little before the cursor.
        """

    def stock(self) -> Iterable[VariantStock]:
        """The stock of every active variant that has a SKU."""

    def products(self) -> Iterable[ProductDetails]:
        """Every active product with its active variants."""
