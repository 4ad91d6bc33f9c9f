"""The cart of the examples, and for each check the same cart with one deliberate mistake."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar
from zlib import crc32

from attrs import evolve

from examples.rest_cart import AcmeSource, Given, Parcels, Shelves, read_order
from tests.source_kit.in_process import InProcess
from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    ProductDetails,
    Shipment,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
    Verdict,
)
from tradegecko_bridge.errors import SourceError, SourceRefused
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.testing import CheckVerdict, FakeShop, Fault
from tradegecko_bridge.testing.source_checks.bench import examine
from tradegecko_bridge.testing.sources import CHECKS

QUICK = tk.Retries(attempts=2, first_wait=0.0, sleep=lambda _seconds: None)
Order = SourceOrder


class Cart(AcmeSource):
    """The good one, in this process, without an overlap that would hide mistakes."""

    parcels_of: ClassVar[type[Parcels]] = Parcels
    shelves_of: ClassVar[type[Shelves]] = Shelves

    def __init__(self, shop: FakeShop) -> None:
        super().__init__("http://127.0.0.1:1", key=shop.key, page_size=3, overlap=timedelta(0), retries=QUICK)
        self.shop = shop
        self.client._transport = InProcess(shop.api)
        self._orders._read = self.read

    @classmethod
    def check_page_size(cls, size: int) -> object:
        """A source with pages of so many."""
        return AcmeSource("https://shop.example", key="k", page_size=size)

    def read(self, data: Any) -> Given:
        """An order."""
        return read_order(data)

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        return tk.record(shipments, self.parcels_of(self.client))

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        return tk.set_levels(levels, self.shelves_of(self.client))


def shop_of(kind: type[Cart]) -> FakeShop:
    """A shop whose sources are of this kind; it is not served, they call it."""
    return FakeShop(kind, bad_options={"pages of nothing": lambda: kind.check_page_size(0)})


def caught(kind: type[Cart]) -> set[str]:
    """The checks that it fails: of a third where ``CI=true``, else of a twelfth, each time the same, and its own. All
    of them take ten minutes."""
    name, share = kind.__name__, 3 if os.environ.get("CI") == "true" else 12
    tried = [one for one in CHECKS if one.name == name or crc32(f"{name} {one.name}".encode()) % share == 0]
    outcomes = [examine(check, shop_of(kind)) for check in tried]
    assert not [str(one) for one in outcomes if one.verdict is CheckVerdict.LEFT_OUT]
    return {one.check.name for one in outcomes if one.verdict is CheckVerdict.FAILED}


FLAWS: dict[str, type[Cart]] = {}
"""By the name of the check that catches it."""


def flaw(kind: type[Cart]) -> type[Cart]:
    """Register a source under its class's name, which is that of the check."""
    FLAWS[kind.__name__] = kind
    return kind


# ── reading ──────────────────────────────────────────────────────────────────────────────────


@flaw
class gives_every_order(Cart):
    """Gives an order of a test that nobody placed."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for place, order in enumerate(super().fetch_orders(after)):
            if not place and isinstance(order, Order) and after is None:
                yield evolve(order, reference="999", number="TEST", lines=())
            yield order


@flaw
class resumes_from_every_cursor(Cart):
    """The cursor of an order is that of its page's last one."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for page in tk.in_chunks(super().fetch_orders(after), 3):
            yield from (evolve(order, cursor=page[-1].cursor) for order in page)


@flaw
class may_be_interrupted(Cart):
    """Remembers what it gave, and never gives it twice."""

    def __init__(self, shop: FakeShop) -> None:
        super().__init__(shop)
        self.given: set[str | None] = set()

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for order in super().fetch_orders(after):
            if order.reference not in self.given:
                self.given.add(order.reference)
                yield order


@flaw
class cursors_are_texts(Cart):
    """The first order has a blank cursor, which is taken for none."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for place, order in enumerate(super().fetch_orders((after or "").strip() or None)):
            yield order if place else evolve(order, cursor=" ")


@flaw
class cursors_go_forward(Cart):
    """Reads everything every time."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        return super().fetch_orders(None)


@flaw
class oldest_come_first(Cart):
    """Turns each page around; from the cursors all comes."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for page in tk.in_chunks(super().fetch_orders(after), 3):
            yield from (evolve(order, cursor=page[0].cursor) for order in reversed(page))


@flaw
class ties_are_all_given(Cart):
    """Each page begins after the last one's moment."""

    def _changed_since(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        skip, more = 0, True
        while more:
            page = self._page(since, skip)
            yield page.rows
            skip, more = 0 if page.rows else skip + 3, bool(page.more)
            since = page.rows[-1].at + timedelta(milliseconds=1) if page.rows else since


@flaw
class new_orders_come(Cart):
    """By a cursor it never gives a fifth order when there are five."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for order in super().fetch_orders(after):
            if not (after and order.reference == "5" and len(self.shop.api.records.orders) == 5):
                yield order


@flaw
class changes_come_again(Cart):
    """Goes by the time of placing."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for order in super().fetch_orders(after):
            known = self.shop.api.records.orders[int(order.reference or 0)]
            if after is None or known.changed_at == known.placed_at or known.state == "cancelled":
                yield order


@flaw
class orders_placed_meanwhile_come(Cart):
    """Reads the list at once, and takes the last cursor from what is newest when it is through."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        orders = list(super().fetch_orders(after))
        for place, order in enumerate(orders, 1):
            newest = self._newest()
            if place == len(orders) and newest:
                order = evolve(order, cursor=tk.Cursor.read(order.cursor, "Acme").past("changed", newest).text())
            yield order


@flaw
class changes_meanwhile_shift_nothing(Cart):
    """Reads by offset."""

    def _changed_since(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        for skip in count(0, 3):
            page = self._page(since, skip)
            yield page.rows
            if not page.more:
                return


@flaw
class empty_pages_are_no_end(Cart):
    """Takes an empty page for the end."""

    def _page(self, since: datetime | None, skip: int) -> tk.Page[tk.Row]:
        page = super()._page(since, skip)
        return evolve(page, more=page.more and bool(page.rows))


@flaw
class references_are_unique(Cart):
    """An order that was changed has other references of lines."""

    def read(self, data: Any) -> Given:
        order = read_order(data)
        known = self.shop.api.records.orders[data["id"]]
        if not known.extra_units:
            return order
        return evolve(order, lines=tuple(evolve(line, reference=f"{line.reference}-2") for line in order.lines))


@flaw
class an_unreadable_order_hides_no_other(Cart):
    """Raises where an order cannot be read."""

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        for order in super().fetch_orders(after):
            if isinstance(order, UnreadableOrder) and "waits" not in order.problem:
                raise SourceRefused(order.problem)
            yield order


@flaw
class what_waits_comes_when_it_is_ready(Cart):
    """Does not look whether an order is paid."""

    def read(self, data: Any) -> Given:
        return read_order({**data, "state": "open"} if data["state"] == "unpaid" else data)


@flaw
class cancellations_come(Cart):
    """Gives a cancelled order like any other."""

    def read(self, data: Any) -> Given:
        return evolve(read_order(data), canceled_at=None)


@flaw
class one_order_is_found(Cart):
    """Looks for the reference alone."""

    def fetch_order(self, name: str) -> Iterator[Given]:
        return (order for order in super().fetch_order(name) if order.reference == name)


@flaw
class orders_since_a_moment(Cart):
    """Leaves out the moment itself."""

    def fetch_since(self, moment: datetime) -> Iterator[Given]:
        return (one for one in super().fetch_since(moment) if not isinstance(one, Order) or one.placed_at > moment)


# ── records ──────────────────────────────────────────────────────────────────────────────────


class Misread(Cart):
    """An order is read, and then changed by ``wrong``."""

    wrong: ClassVar[Callable[[SourceOrder], SourceOrder]]

    def read(self, data: Any) -> Given:
        return type(self).wrong(read_order(data))


def misread(check: str, wrong: Callable[[SourceOrder], SourceOrder]) -> None:
    """A source that gets an order wrong in this way."""
    flaw(type(check, (Misread,), {"wrong": staticmethod(wrong)}))


def each_line(order: SourceOrder, change: Callable[[Any], Mapping[str, Any]]) -> SourceOrder:
    """With these fields of each line changed."""
    return evolve(order, lines=tuple(evolve(line, **change(line)) for line in order.lines))


def a_cent_for_many(line: Any) -> Mapping[str, Any]:
    return {"tax": line.tax + Decimal("0.01")} if line.quantity > 5 and not line.price_includes_tax else {}


def in_summer(order: SourceOrder) -> SourceOrder:
    return evolve(order, placed_at=order.placed_at + timedelta(hours=order.placed_at.month in (6, 7)))


misread("totals_are_exact", lambda order: each_line(order, a_cent_for_many))
misread("totals_are_exact_with_tax_inside", lambda order: each_line(order, lambda _line: {"price_includes_tax": False}))
misread("discounts_before_tax_are_exact", lambda order: each_line(order, lambda _line: {"discount": Decimal(0)}))
misread(
    "figures_are_as_they_were_written",
    lambda order: each_line(order, lambda line: {"price": line.price + Decimal("2E-15")}),
)
misread("moments_are_those_of_the_shop", in_summer)
misread("codes_are_codes", lambda order: evolve(order, currency=order.currency.lower()))
misread("contents_are_those_of_the_shop", lambda order: evolve(order, shipping_address=None))
misread("long_orders_are_whole", lambda order: evolve(order, lines=order.lines[:100]))


@flaw
class a_source_says_what_it_is(Cart):
    """Is another one after each restart."""

    @property
    def identity(self) -> str:
        return f"acme {id(self)}"


@flaw
class capabilities_are_real(Cart):
    """Has a method that does nothing with an empty batch."""

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
        return super().accept_receipts(receipts) if receipts else None  # type: ignore[return-value]


@flaw
class senseless_options_are_refused(Cart):
    """Takes pages of nothing."""

    @classmethod
    def check_page_size(cls, size: int) -> object:
        return AcmeSource("https://shop.example", key="k", page_size=max(size, 1))


# ── the line ─────────────────────────────────────────────────────────────────────────────────


class Swallows(Cart):
    """Takes one kind of error for the end of the list."""

    fault: ClassVar[Fault]

    def _page(self, since: datetime | None, skip: int) -> tk.Page[tk.Row]:
        try:
            return super()._page(since, skip)
        except SourceError:
            if self.shop.api.line.fault is not self.fault:
                raise
            return tk.Page(rows=(), more=False)


for _fault in Fault:
    if _fault is not Fault.LOST:
        flaw(type(f"line_{_fault.value}", (Swallows,), {"fault": _fault}))


@flaw
class errors_hold_no_secrets(Cart):
    """Tells the request it made."""

    def _page(self, since: datetime | None, skip: int) -> tk.Page[tk.Row]:
        try:
            return super()._page(since, skip)
        except SourceError as error:
            raise type(error)(f"{error}, with the header x-key: {self.shop.key}") from None


# ── tracking ─────────────────────────────────────────────────────────────────────────────────


class Misships(Cart):
    """Does one thing of a shipment wrong, as its ``parcels_of`` says."""


def misships(check: str, kind: type[Parcels]) -> None:
    """A source that handles parcels in this way."""
    flaw(type(check, (Cart,), {"parcels_of": kind}))


class LosesALine(Parcels):
    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        super().create(order, shipment, {line: units for line, units in contents.items() if units != 3})


class LooksOnce(Parcels):
    def __init__(self, client: tk.ShopClient) -> None:
        super().__init__(client)
        self.seen: dict[str, tk.ShownOrder | None] = {}

    def look(self, order_reference: str) -> tk.ShownOrder | None:
        if order_reference not in self.seen:
            self.seen[order_reference] = super().look(order_reference)
        return self.seen[order_reference]


class RemembersWhatItMade(Parcels):
    made: ClassVar[set[tuple[str, str]]] = set()

    def look(self, order_reference: str) -> tk.ShownOrder | None:
        order = super().look(order_reference)
        if order is None:
            return None
        unknown = [one for one in order.parcels if (self.client.url, str(one.reference)) not in self.made]
        parcels = [evolve(one, reference="-" if one in unknown else one.reference) for one in order.parcels]
        return evolve(order, parcels=parcels)

    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        super().create(order, shipment, contents)
        self.made.add((self.client.url, shipment.reference))


class KeepsTheNumber(Parcels):
    def renumber(self, order: tk.ShownOrder, parcel: tk.Parcel, shipment: Shipment) -> str:
        return ""


class NeedsANumber(Parcels):
    def look(self, order_reference: str) -> tk.ShownOrder | None:
        order = super().look(order_reference)
        return order and evolve(order, parcels=[one for one in order.parcels if one.tracking])


class GivesTheFirstNumber(Parcels):
    def create(self, order: tk.ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        first = [evolve(shipment.packages[0], tracking_number=one.tracking[0]) for one in order.parcels[:1]]
        super().create(order, evolve(shipment, packages=tuple(first) or shipment.packages), contents)


class CountsTenfold(Parcels):
    def look(self, order_reference: str) -> tk.ShownOrder | None:
        order = super().look(order_reference)
        return order and evolve(order, lines={line: units * 10 for line, units in order.lines.items()})


class HasAnyLine(Parcels):
    def look(self, order_reference: str) -> tk.ShownOrder | None:
        order = super().look(order_reference)
        return order and evolve(order, lines={**order.lines, "no-such-line": Decimal(1)})


misships("a_shipment_arrives", LosesALine)
misships("a_shipment_told_twice_is_one", LooksOnce)
misships("a_corrected_number_is_no_second_parcel", KeepsTheNumber)
misships("a_number_added_later_is_no_second_parcel", NeedsANumber)
misships("parts_and_the_rest_arrive", GivesTheFirstNumber)
misships("more_than_was_ordered_is_not_shipped", CountsTenfold)
misships("a_line_that_is_not_there_is_not_shipped", HasAnyLine)


@flaw
class a_lost_answer_ships_once(Cart):
    """Knows a parcel only if it was told that it was made."""

    def __init__(self, shop: FakeShop) -> None:
        super().__init__(shop)
        made: set[tuple[str, str]] = vars(shop).setdefault("made", set())
        self.kind = type("Remembers", (RemembersWhatItMade,), {"made": made})

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        return tk.record(shipments, self.kind(self.client))


@flaw
class parcels_that_look_alike_are_two(Cart):
    """Takes a parcel with the same contents for this one."""

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        for shipment in shipments:
            shown = Parcels(self.client).look(shipment.order_reference)
            wanted = {item.line_reference: item.quantity for item in shipment.items}
            alike = [one for one in shown.parcels if one.contents == wanted] if shown else []
            if shown and alike and alike[0].reference != shipment.reference:
                yield tk.accepted(shipment.reference)
            else:
                yield from super().accept_tracking([shipment])


@flaw
class an_order_that_is_gone_is_not_shipped(Cart):
    """Takes an order that is gone for one that needs nothing."""

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        for result in super().accept_tracking(shipments):
            yield tk.accepted(result.key) if "is not in the shop" in result.message else result


@flaw
class each_shipment_has_its_own_result(Cart):
    """Of a batch, gives the results of those that went through."""

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        for result in super().accept_tracking(shipments):
            if len(shipments) == 1 or result.verdict is Verdict.ACCEPTED:
                yield result


@flaw
class a_withdrawn_shipment_is_gone(Cart):
    """Says that it took them back."""

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        return (tk.accepted(shipment.reference) for shipment in shipments)


@flaw
class own_writes_are_no_change(Cart):
    """Counts the parcels of an order among its content."""

    def read(self, data: Any) -> Given:
        return evolve(read_order(data), extra={"parcels": str(len(data["parcels"]))})


@flaw
class a_receipt_is_noted_once(Cart):
    """Notes without looking."""

    def _note(self, receipt: DeliveryReceipt) -> ItemResult:
        text = {"text": f"In TradeGecko as {receipt.remote_number}"}
        self.client.post(f"orders/{receipt.order_reference}/notes", text)
        return tk.accepted(receipt.order_reference)


# ── stock and products ───────────────────────────────────────────────────────────────────────


@flaw
class stock_is_set_and_not_added(Cart):
    """Takes none for not given."""

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        for level in levels:
            yield from super().accept_stock([level]) if level.available else [tk.accepted(level.sku)]


@flaw
class reservations_do_not_count_twice(Cart):
    """Writes what may be sold as what is on the shelf."""

    class shelves_of(Shelves):
        def find(self, skus: Collection[str]) -> Mapping[str, Sequence[tk.Shelf]]:
            return {sku: [evolve(one, reserved=0) for one in found] for sku, found in super().find(skus).items()}


@flaw
class an_unknown_sku_is_ignored(Cart):
    """Refuses what the shop does not sell."""

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        for result in super().accept_stock(levels):
            yield evolve(result, verdict=Verdict.REFUSED) if result.verdict is Verdict.IGNORED else result


@flaw
class a_refused_sku_hides_no_other(Cart):
    """Takes a refusal of one for that of all."""

    class shelves_of(Shelves):
        def write(self, counts: Sequence[tk.Count]) -> Mapping[str, str]:
            try:
                return super().write(counts)
            except tk.Refusal as error:
                return {one.sku: str(error) for one in counts}


@flaw
class each_level_has_its_own_result(Cart):
    """Looks at the first hundred."""

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        return super().accept_stock(levels[:100])


@flaw
class stock_that_was_not_set_is_not_accepted(Cart):
    """Tells a failure as done."""

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        for result in super().accept_stock(levels):
            yield tk.accepted(result.key) if result.verdict is Verdict.FAILED else result


@flaw
class product_details_arrive(Cart):
    """Leaves out the description."""

    def _update(self, product: ProductDetails) -> ItemResult:
        return super()._update(evolve(product, description=None))


@flaw
class products_go_by_their_rule(Cart):
    """Changes what may only be created."""

    def _update(self, product: ProductDetails) -> ItemResult:
        return super()._update(evolve(product, update=True))
