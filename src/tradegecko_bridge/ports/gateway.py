"""What the engine needs from an order-management system.

Gateways raise :class:`~tradegecko_bridge.errors.GatewayError` and its kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, runtime_checkable

from tradegecko_bridge.commerce import ProductDetails, VariantStock
from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.remote import (
    Access,
    AccountIdentity,
    ChangedOrders,
    ChangedProducts,
    CustomerMatch,
    OrderDraft,
    Presence,
    PriceList,
    RecordKind,
    RemoteOrder,
    RemoteShipment,
    RemoteVariant,
    Topic,
)


class Gateway(Protocol):
    """What the engine needs from an order-management system."""

    @property
    def calls(self) -> int:
        """Requests sent so far, for the report."""

    @property
    def clock_offset(self) -> timedelta | None:
        """What the system's clock shows more than this machine's, by the last answers; None while nobody knows."""

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

    def account(self) -> AccountIdentity:
        """Which account this is. Asked for in every run, so it costs a request only where it may be another one by now.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """

    def prepare(self, orders: int, told: Callable[[int, int], None]) -> Sequence[str]:
        """A run begins, with so many orders to be delivered: read of the account what pays to know beforehand.

        ``told`` hears after each request how many were made, and how many there are to be. Returned are lines for the
        report; what could not be read, and orders can do without, is one of them.

        Raises:
            AccessDenied, Rejected, Unavailable: nothing can be delivered.
        """

    def prefetch(
        self, orders: Collection[tuple[str, str]], customers: Collection[tuple[Customer, Address | None]]
    ) -> Mapping[str, Presence]:
        """Look up at once, as far as possible, what a batch of orders will need; costs nothing where it cannot.

        ``orders`` are numbers with markers, ``customers`` come with whom their bill goes to. Returned is what is known
        of each order, by its marker.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """

    def state_of(self, topic: Topic) -> str | None:
        """A text that is another one as soon as anything changed in this; None where that cannot be told cheaply.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        """The orders with exactly this number, and those known to have this marker, as they are now; void and deleted
        ones too."""

    def find_marked(self, marker: str, *, since: datetime, as_of: datetime) -> Sequence[RemoteOrder]:
        """The orders with this marker, whatever number they have now; void and deleted ones too.

        Those that nobody has touched since ``since`` may be missing. What the account showed before ``as_of`` does not
        count: others of its orders must have been seen since.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """

    def doubles(self) -> Mapping[str, Sequence[RemoteOrder]]:
        """Orders that share a marker, by it, and were alive when they were seen, in this session or before. No request
        is made."""

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

    def shipments_since(self, cursor: str | None, *, not_before: datetime | None = None) -> Iterable[RemoteShipment]:
        """Shipments that left, or were taken back, since ``cursor`` (None: since ``not_before``, else all), oldest
        change first.

        Some that were seen before come again: listing resumes a little before the cursor.
        """

    def stock(self) -> Iterable[VariantStock]:
        """The stock of every active variant that has a SKU."""

    def products(self) -> Iterable[ProductDetails]:
        """Every active product with its active variants."""


@runtime_checkable
class KeepsStock(Protocol):
    """A gateway that remembers the stock it has read, so that a pass reads what changed."""

    def stock_within(self, age: timedelta, at: datetime, /) -> Iterable[VariantStock]:
        """As :meth:`Gateway.stock`, with the moment as of which each one counts (``as_of``).

        What may have changed without a sign is read again as soon as it is older than ``age``; a little with each call,
        all of it where ``age`` is zero. ``at`` is the present moment by the ledger's clock: what is read now counts as
        of then.

        Raises:
            AccessDenied, Rejected, Unavailable: the account cannot be asked.
        """

    def stock_changed(self, variant_ids: Collection[str], /) -> None:
        """Somebody said that the stock of these variants has changed: they are looked at in the next pass.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked which it is.
        """


@runtime_checkable
class ShowsOrders(Protocol):
    """A gateway that can show what orders there are, so that a ledger can be held against them. Only reads."""

    def orders_by_id(self, ids: Collection[str]) -> Sequence[RemoteOrder]:
        """Those of these orders that there are, as they are now; void and deleted ones too.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """

    def orders_since(self, moment: datetime | None) -> Iterable[RemoteOrder]:
        """Every order that was made or changed at this moment or later (None: all there are), in whatever state.

        One that changes meanwhile may come twice.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """


@runtime_checkable
class FindsTwins(Protocol):
    """A gateway that knows which SKUs are nearly the same."""

    def find_twins(self, skus: Collection[str]) -> Mapping[str, Sequence[str]]:
        """The SKUs of active variants that differ from each of these in case and blanks only. It costs few requests, so
        some may not be told.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """


@runtime_checkable
class ShowsPrices(Protocol):
    """A gateway whose variants come with prices (``RemoteVariant.prices``)."""

    def price_list(self, id_: str | None) -> PriceList | None:
        """The price list with this id, or the one of orders that do not name one; None if there is none.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """


@runtime_checkable
class ListsPrices(Protocol):
    """A gateway that can list the account's price lists, by whose ids products come with prices."""

    def price_lists(self) -> Sequence[PriceList]:
        """All of them.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """


@runtime_checkable
class TellsChangedProducts(Protocol):
    """A gateway that can tell which products may have changed, so that not all have to be read each time. All raise
    AccessDenied and Unavailable where the account cannot be asked."""

    def changed_products(self, cursor: str | None) -> ChangedProducts:
        """Which products, or parts of them, may have changed since ``cursor``; archived and deleted ones too.

        None: nothing is asked, and the cursor is of now. What shows nowhere that it changed need not be told: all
        products are read now and then.
        """

    def products_by_id(self, references: Collection[str]) -> Iterable[ProductDetails]:
        """The active ones of these, as :meth:`Gateway.products` gives them; of the others nothing."""


@runtime_checkable
class ShowsTaxRates(Protocol):
    """A gateway that can say at which rates the account taxes."""

    def tax_rates(self) -> Collection[Decimal]:
        """The rates, in percent, that are set up in the account.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """


@runtime_checkable
class ShowsTimeZone(Protocol):
    """A gateway that can say by which calendar the account goes."""

    def time_zone(self) -> str | None:
        """The account's time zone by its name in the tz database; None where it has none.

        Raises:
            AccessDenied, Unavailable: the account cannot be asked.
        """


@runtime_checkable
class TellsChanges(Protocol):
    """A gateway that can tell which orders have changed in the system, so that what people do there is seen."""

    def changed_orders(self, cursor: str | None) -> ChangedOrders:
        """Orders that were made or changed since ``cursor``, oldest change first; void and deleted ones too.

        A few requests at most: the rest is for the next call. None: nothing is asked, and the cursor is of now. Some
        that were told before come again.

        Raises:
            AccessDenied, Rejected, Unavailable: the account cannot be asked.
        """


@runtime_checkable
class CreatesReturns(Protocol):
    """A gateway that takes goods which come back. Both raise as :meth:`Gateway.create_order`."""

    def find_return(self, order_id: str, marker: str) -> str | None:
        """The id of the order's return that carries this mark, if there is one."""

    def create_return(self, order_id: str, units: Mapping[str, Decimal], *, status: str, marker: str, key: str) -> str:
        """Create a return of these units by variant id, in this status, with this mark; its id. Once, no retry."""
