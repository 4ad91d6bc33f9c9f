"""What the engine needs from an order source, and what a source can do beyond that.

Nothing here is inherited from: a class that has the methods fits, and capabilities are found with ``isinstance``.
Sources raise :class:`~tradegecko_bridge.errors.SourceError` and its kinds. Batch calls answer item by item instead of
raising for one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    OrderReturn,
    ProductDetails,
    Shipment,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
)


class OrderSource(Protocol):
    """Where orders come from. This is all a plugin must have."""

    @property
    def name(self) -> str:
        """What people call this source, e.g. ``"vendure"``; shown in reports."""

    def fetch_orders(self, after: str | None, /) -> Iterable[SourceOrder | UnreadableOrder]:
        """Every order not yet given up to the cursor ``after`` (None: from the beginning), oldest first.

        Each order carries the cursor that resumes *after* it. Giving an order again is harmless, the ledger
        knows it; leaving one out is not. An order that cannot be given whole is an
        :class:`~tradegecko_bridge.commerce.UnreadableOrder` and never stops the ones behind it.

        Raises:
            SourceUnavailable: try again later; what was given before it counts.
            SourceNeedsLogin: the credentials no longer work.
            SourceRefused: it will not work until a person changes something.
        """


@runtime_checkable
class HasIdentity(Protocol):
    """A source that knows what tells it apart from all others of its kind.

    The ledger binds a connection's name to it; without it, to the kind of source and its name alone.
    """

    @property
    def identity(self) -> str:
        """The shop that orders come from, in one line without secrets: the same in every process and after every
        restart, e.g. its address and its own id. It is shown to people."""


@runtime_checkable
class HandedOver(Protocol):
    """A source whose orders somebody has handed over to be sent, as in a folder: none is too old for the first run."""

    @property
    def handed_over(self) -> bool:
        """Whether it is such a source."""


@runtime_checkable
class HasStatusWords(Protocol):
    """A source whose statuses have words of their own, or mean something else by usual ones."""

    @property
    def status_words(self) -> Mapping[str, str]:
        """What its words mean: one of ``open``, ``paid``, ``unpaid``, ``partly shipped``, ``shipped``, ``refunded``,
        ``canceled`` by each word, whatever its case and punctuation."""


@runtime_checkable
class TakesEarliest(Protocol):
    """A source that need not give all it has."""

    def start_from(self, moment: datetime | None, /) -> None:
        """Orders placed before ``moment`` (UTC) are not wanted; None: all are. Called before orders are fetched.

        Giving them all the same is harmless.
        """


@runtime_checkable
class Checks(Protocol):
    """A source that can say whether all is set up, before anything is fetched."""

    def check(self) -> None:
        """Try what fetching orders needs: the address, the login, its rights. Changes nothing.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`OrderSource.fetch_orders`.
        """


@runtime_checkable
class Closes(Protocol):
    """A source that holds connections or files."""

    def close(self) -> None:
        """Let go of them; the source is not used afterwards. Called once, after errors too."""


@runtime_checkable
class AcknowledgesIngest(Protocol):
    """A source that lets go of orders (moves files, deletes messages) once they are safe in the ledger."""

    def acknowledge_ingest(self, cursor: str, /) -> None:
        """Everything given up to and including ``cursor`` is durable in the ledger."""


@runtime_checkable
class TellsNotes(Protocol):
    """A source that has something to say of what it read which is no fault of any order, such as rows passed over."""

    def take_notes(self) -> Sequence[str]:
        """What a person should know, one line each without personal data; each is told once."""


@runtime_checkable
class GivesOrderAgain(Protocol):
    """A source that can be asked for one order, wherever its cursor stands."""

    def fetch_order(self, name: str, /) -> Iterable[SourceOrder | UnreadableOrder]:
        """The order (orders, should several share the number) with this number or reference; none if there is none.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`OrderSource.fetch_orders`.
        """


@runtime_checkable
class GivesOrdersSince(Protocol):
    """A source that can give everything from a date on once more, wherever its cursor stands."""

    def fetch_since(self, moment: datetime, /) -> Iterable[SourceOrder | UnreadableOrder]:
        """Every order placed at ``moment`` (UTC) or later, each once, as it is now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`OrderSource.fetch_orders`.
        """


@runtime_checkable
class AcceptsReceipts(Protocol):
    """A source that wants to know where its orders went."""

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt], /) -> Iterable[ItemResult]:
        """Note that orders arrived; keys are order references. May be told the same thing twice."""


@runtime_checkable
class GivesReturns(Protocol):
    """A source that tells which goods customers send back."""

    def fetch_returns(self, after: str | None, /) -> Iterable[OrderReturn]:
        """Every return not yet given up to the cursor ``after`` (None: from the beginning), oldest first.

        Giving one again is harmless: it is known by its reference. One of an order that is not in the ledger is left
        out.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`OrderSource.fetch_orders`.
        """


@runtime_checkable
class CancelsOrders(Protocol):
    """A source that cancels orders which were voided in the system."""

    def cancel_orders(self, references: Sequence[str], /) -> Iterable[ItemResult]:
        """Cancel these orders; keys are order references. May be told the same thing twice: one that is canceled
        already is accepted."""


@runtime_checkable
class AcceptsTracking(Protocol):
    """A source that takes shipments with their tracking numbers."""

    def accept_tracking(self, shipments: Sequence[Shipment], /) -> Iterable[ItemResult]:
        """Record shipments; keys are shipment references.

        The same shipment may come twice (an answer was lost, a tracking number was added later) and must not
        ship twice: the source recognises it by its reference, or by what it already shows as shipped.
        """


@runtime_checkable
class WithdrawsTracking(Protocol):
    """A source that can take a shipment back."""

    def withdraw_tracking(self, shipments: Sequence[Shipment], /) -> Iterable[ItemResult]:
        """The system has voided or deleted these shipments, of which it may have been told; keys are shipment
        references. May be told the same thing twice."""


@runtime_checkable
class AcceptsStock(Protocol):
    """A source that takes stock levels."""

    def accept_stock(self, levels: Sequence[StockLevel], /) -> Iterable[ItemResult]:
        """Set what may be sold of each SKU (absolute, in units); keys are SKUs.

        ``available`` is what can still be sold. A source that counts physical stock adds what it has reserved
        itself before setting it.
        """


@runtime_checkable
class HasStockLocations(Protocol):
    """A source that has several stock locations. Where the setting ``source_locations`` says which of the system's are
    which, it takes a level for each SKU and location (``StockLevel.location``); results are by ``StockLevel.key``."""

    def stock_locations(self) -> Sequence[str]:
        """What they are called, as the setting and the levels name them."""


@runtime_checkable
class GivesStock(Protocol):
    """A source that can say what stock it shows, so that what somebody changed there is found."""

    def fetch_stock(self) -> Iterable[StockLevel]:
        """What may be sold of each SKU (at each location) by what the source shows now, each once.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as :meth:`OrderSource.fetch_orders`.
        """


@runtime_checkable
class AcceptsAllStock(Protocol):
    """A source that now and then takes all stock levels at once, beside those that changed."""

    def wants_all_stock(self) -> bool:
        """Whether it is time for that; asked after the changes were told."""

    def accept_all_stock(self, levels: Sequence[StockLevel], /) -> Iterable[ItemResult]:
        """As :meth:`AcceptsStock.accept_stock`, with the level of every SKU; one that is not there is not sold."""


@runtime_checkable
class AcceptsProducts(Protocol):
    """A source that takes product details."""

    def accept_products(self, products: Sequence[ProductDetails], /) -> Iterable[ItemResult]:
        """Create or update products; keys are product references."""


@runtime_checkable
class WithdrawsProducts(Protocol):
    """A source that can take products off sale."""

    def withdraw_products(self, references: Sequence[str], /) -> Iterable[ItemResult]:
        """The system has these products no more (archived, deleted, filtered out); keys are product references."""
