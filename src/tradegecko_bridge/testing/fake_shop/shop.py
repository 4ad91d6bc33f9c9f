"""The made-up shop as the checks of sources drive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Final, Self

from tradegecko_bridge.ports import OrderSource
from tradegecko_bridge.testing.fake_shop.records import Order, Paging, Records, contents_of, figures
from tradegecko_bridge.testing.fake_shop.server import Api, Server
from tradegecko_bridge.testing.source_checks.shops import Fault, ShownParcel, Wanted


class FakeShop:
    """A shop of a made-up kind, served on this machine from entering to leaving.

    Args:
        source: makes a source for it, from :attr:`url` and :attr:`key`.
        paging: how it cuts its lists.
        page_size: rows of a page, whatever is asked for.
        slow: seconds an answer takes where the line is slow: longer than the source's time-out.
        bad_options: ways to make the source with options that cannot work, by what is wrong with them.
    """

    skus: Final = ("MUG-BLUE", "MUG-RED", "TEE-M", "TEE-L")
    refused_sku: Final = "TEE-L"
    key: Final = "k-7c5e0f31a9"
    """What opens its API, in the header ``x-key``."""
    secrets: Final = (key,)

    def __init__(
        self,
        source: Callable[[FakeShop], OrderSource] | None = None,
        *,
        paging: Paging = Paging.OFFSET,
        page_size: int = 3,
        slow: float = 5.0,
        bad_options: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        self._source = source
        self._records = Records(self.skus, self.refused_sku)
        self.api: Final = Api(self._records, paging, page_size, self.key)
        self._slow = slow
        self._server: Server | None = None
        self._bad_options = dict(bad_options or {})

    def __enter__(self) -> Self:
        self._server = Server(self.api, self._slow)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = None

    @property
    def url(self) -> str:
        """Where its API begins.

        Raises:
            ValueError: it is not served at present.
        """
        if self._server is None:
            raise ValueError("this FakeShop is not served: enter it with 'with'")
        return self._server.url

    @property
    def requests(self) -> int:
        """How many came."""
        return self.api.requests

    def source(self) -> OrderSource:
        """Another source."""
        if self._source is None:
            raise ValueError("this FakeShop was given no way to make a source")
        return self._source(self)

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def place(self, wanted: Wanted) -> str:
        """Place an order, a second after whatever happened last unless it says when."""
        return str(self._records.place(wanted).id)

    def place_together(self, wanted: Sequence[Wanted]) -> Sequence[str]:
        """In one instant."""
        at = self._records.tick()
        return [str(self._records.place(one, at=at).id) for one in wanted]

    def place_unready(self) -> str:
        """An order that is not paid."""
        return str(self._records.place(Wanted(), state="unpaid").id)

    def make_ready(self, reference: str) -> None:
        """It is paid, which moves no clock."""
        self._order(reference).state = "open"

    def place_unreadable(self) -> str:
        """An order whose units are no number."""
        return str(self._records.place(Wanted(), broken=True).id)

    def change(self, reference: str) -> None:
        """One more unit of its first line."""
        self._order(reference).extra_units += 1
        self._records.touch(self._order(reference))

    def cancel(self, reference: str) -> None:
        """It is cancelled."""
        self._order(reference).state = "cancelled"
        self._records.touch(self._order(reference))

    def total(self, reference: str) -> Decimal:
        """What the customer pays."""
        return figures(self._order(reference))[2]

    def empty_pages(self) -> None:
        """Each page of orders has an empty one before it."""
        self.api.empty_pages = True

    # ── the line ─────────────────────────────────────────────────────────────────────────────

    def break_line(self, fault: Fault, *, after: int = 0) -> None:
        """See :class:`~tradegecko_bridge.testing.AbleShop`."""
        self.api.line.break_with(fault, after)

    def mend(self) -> None:
        """The line is good again."""
        self.api.line.mend()

    # ── what was written back ────────────────────────────────────────────────────────────────

    def parcels(self, reference: str) -> Sequence[ShownParcel]:
        """What is shipped."""
        shown = self._order(reference).parcels
        return [ShownParcel(contents=contents_of(one), tracking=tuple(one["tracking"])) for one in shown]

    def stock(self, sku: str) -> Decimal:
        """What is on the shelf and not promised."""
        variant = self._records.variant(sku)
        return Decimal(variant.on_hand - variant.reserved)

    def reserve(self, sku: str, units: int) -> None:
        """Promise them to somebody."""
        self._records.variant(sku).reserved += units

    def product(self, sku: str) -> tuple[str, str]:
        """Name and description."""
        variant = self._records.variant(sku)
        return variant.name, variant.description

    def receipts(self, reference: str) -> Sequence[str]:
        """The notes on an order."""
        return list(self._order(reference).notes)

    def bad_options(self) -> Mapping[str, Callable[[], object]]:
        """As they were given."""
        return self._bad_options

    def _order(self, reference: str) -> Order:
        return self._records.orders[int(reference)]
