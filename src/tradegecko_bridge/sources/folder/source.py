"""The folder as a source: what the engine calls."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from attrs import evolve, frozen

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
from tradegecko_bridge.commerce.codec import fingerprint
from tradegecko_bridge.errors import ConfigError, MalformedData, SourceError
from tradegecko_bridge.ports import Clock
from tradegecko_bridge.sources.folder import returns
from tradegecko_bridge.sources.folder.csv_orders import read_csv
from tradegecko_bridge.sources.folder.inbox import Inbox, Waiting
from tradegecko_bridge.sources.folder.json_orders import read_json
from tradegecko_bridge.sources.folder.outbox import Outbox, WrittenIndex
from tradegecko_bridge.sources.folder.problems import NOTHING_INGESTED, one_line
from tradegecko_bridge.visible import visible

_Given = SourceOrder | UnreadableOrder
_LONGEST_SETTLE = 86_400
_SLACK = timedelta(days=2)
"""How wrong a file's time of change may be: a file from before an order was placed cannot hold it."""


def _now() -> datetime:
    return datetime.now(UTC)


@frozen
class _Offered:
    """A file given in this run: how many orders it gave, and whether all of it could be read."""

    file: Waiting
    count: int
    clean: bool


class FolderSource:
    """Orders from files in ``<path>/orders/``; tracking, stock, products and receipts as files beside it.

    ``settle`` is how long a file must have been left alone before it is read (a number is seconds; a day at most),
    ``clock`` tells the present moment in UTC. Nothing is touched before the first call. The file formats are in
    ``docs/folder.md``.

    Raises:
        ConfigError: settings that cannot work.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        name: str = "folder",
        settle: timedelta | float = timedelta(seconds=2),
        clock: Clock = _now,
    ) -> None:
        folder = Path(path)
        if "\0" in str(folder):
            raise ConfigError("path must not have a NUL character: no folder has one")
        seconds = settle.total_seconds() if isinstance(settle, timedelta) else settle
        if not 0 <= seconds <= _LONGEST_SETTLE:
            raise ConfigError(f"settle must be from 0 to {_LONGEST_SETTLE} seconds, not {seconds:g}")
        self.name = name
        self._folder = folder
        self._clock = clock
        self._inbox = Inbox(folder / "orders", settle=timedelta(seconds=seconds))
        self._tracking = Outbox(folder / "tracking", ending="tracking.csv", clock=clock)
        self._stock = Outbox(folder / "stock", ending="stock.csv", clock=clock)
        self._products = Outbox(folder / "products", ending="products.json", clock=clock)
        self._cancellations = Outbox(folder / "cancellations", ending="cancellations.csv", clock=clock)
        self._receipts = Outbox(folder / "receipts", ending="receipts.csv", clock=clock)
        self._shipped = WrittenIndex(folder / "tracking" / ".written")
        self._offered: list[_Offered] = []

    @property
    def identity(self) -> str:
        """This folder, by whatever path it is reached."""
        path = f"{self._folder.resolve()}"
        return f"folder {path if path.isprintable() else visible(path)}"

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def fetch_orders(self, after: str | None) -> Iterable[_Given]:  # noqa: ARG002 (the docstring says why)
        """Every order of every file that is ready, files in order of their last change.

        ``after`` is not needed: what is done has left the inbox, and all that is still there is offered on
        every run; the ledger knows the orders it has seen. A cursor on times of change would lose files: one
        copied with its old time, unpacked from an archive or written by a machine whose clock is behind would
        arrive "before" the cursor and never be read.

        Raises:
            SourceRefused: the path is not a folder or not writable.
            SourceUnavailable: the folder cannot be reached now, or went away while it was read.
        """
        self._inbox.prepare()
        self._offered = []
        return self._give(self._inbox.waiting(self._clock()), self._offered)

    def _give(self, files: Sequence[Waiting], offered: list[_Offered]) -> Iterator[_Given]:
        for file in files:
            orders = self._read(file)
            clean = bool(orders) and not any(isinstance(order, UnreadableOrder) for order in orders)
            offered.append(_Offered(file, len(orders), clean))
            for position, order in enumerate(orders, 1):
                yield evolve(order, cursor=f"{file.name}#{position}")

    def _read(self, file: Waiting) -> Sequence[_Given]:
        try:
            data = self._inbox.read(file)
            return () if data is None else _orders_in(file.name, data)
        except MalformedData as error:
            return (UnreadableOrder(problem=str(error)),)

    def fetch_order(self, name: str) -> Sequence[_Given]:
        """The order with this number or reference, from the newest file that has it, also from ``orders/done/``.

        Raises:
            SourceRefused, SourceUnavailable: as :meth:`fetch_orders`.
        """
        self._inbox.prepare()
        for file in self._inbox.all(self._clock()):
            if found := [order for order in self._read(file) if name in (order.number, order.reference)]:
                return found
        return ()

    def fetch_since(self, moment: datetime) -> Sequence[SourceOrder]:
        """Every order placed at ``moment`` or later, from all files, also those in ``orders/done/``; oldest first.

        An order that is in several files is given as the newest of them has it. Orders that cannot be read are left
        out: they are still in the inbox, and are offered on every run.

        Raises:
            SourceRefused, SourceUnavailable: as :meth:`fetch_orders`.
        """
        self._inbox.prepare()
        found: dict[str, SourceOrder] = {}
        for file in self._inbox.all(self._clock()):
            for order in self._read(file) if file.changed_since(moment - _SLACK) else ():
                if isinstance(order, SourceOrder) and order.placed_at >= moment:
                    found.setdefault(order.reference, order)
        return sorted(found.values(), key=lambda order: order.placed_at)

    def acknowledge_ingest(self, cursor: str) -> None:
        """Move the files given whole up to ``cursor`` to ``orders/done/``.

        A file in which something could not be read stays until it is corrected in place. So does everything
        after a crash or in a new process, which no longer knows what was given: it is offered again, and the
        ledger knows it.

        Raises:
            SourceRefused, SourceUnavailable: a file cannot be moved (somebody has it open); the others are, and
                that one will be offered again.
        """
        failures: list[SourceError] = []
        for offered in self._given_up_to(cursor):
            self._offered.remove(offered)
            try:
                if offered.clean:
                    self._inbox.put_away(offered.file)
            except SourceError as error:
                failures.append(error)
        if failures:
            lines = "; ".join(str(error) for error in failures)
            raise type(failures[0])(f"{lines}; its orders are safe in the ledger, and it will be read again")

    def _given_up_to(self, cursor: str) -> Sequence[_Offered]:
        """The files that were given to their end; none if the cursor is not from this run."""
        name, _, position = cursor.rpartition("#")
        for place, offered in enumerate(self._offered):
            if offered.file.name == name:
                whole = position.isdecimal() and len(position) <= 9 and int(position) >= offered.count
                return self._offered[: place + whole]
        return ()

    # ── what comes back ──────────────────────────────────────────────────────────────────────

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Sequence[ItemResult]:
        """Write the shipments to ``tracking/``; one that was last written with the same content is not repeated."""
        written = self._shipped.load()
        batch: list[tuple[str, Shipment]] = []
        digests: list[tuple[str, str]] = []
        for shipment in shipments:
            key, digest = shipment.reference, fingerprint(shipment)
            if written.get(one_line(key)) != digest:
                written[one_line(key)] = digest
                batch.append((key, shipment))
                digests.append((key, digest))
        answers = self._tracking.hand_over(batch, returns.tracking_text, partial(returns.table, returns.TRACKING))
        self._shipped.add([d for d, answer in zip(digests, answers, strict=True) if answer.verdict is Verdict.ACCEPTED])
        return _with_repeats([shipment.reference for shipment in shipments], answers)

    def accept_stock(self, levels: Sequence[StockLevel]) -> Sequence[ItemResult]:
        """Write the stock levels to ``stock/``."""
        batch = [(level.sku, level) for level in levels]
        return self._stock.hand_over(batch, returns.stock_text, partial(returns.table, returns.STOCK))

    def accept_products(self, products: Sequence[ProductDetails]) -> Sequence[ItemResult]:
        """Write the products to ``products/``."""
        batch = [(product.reference, product) for product in products]
        return self._products.hand_over(batch, returns.product_text, returns.product_file)

    def cancel_orders(self, references: Sequence[str]) -> Sequence[ItemResult]:
        """Write the references to ``cancellations/``."""
        batch = [(reference, reference) for reference in references]
        table = partial(returns.table, returns.CANCELLATIONS)
        return self._cancellations.hand_over(batch, returns.cancellation_text, table)

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Sequence[ItemResult]:
        """Write the receipts to ``receipts/``."""
        batch = [(receipt.order_reference, receipt) for receipt in receipts]
        return self._receipts.hand_over(batch, returns.receipt_text, partial(returns.table, returns.RECEIPTS))


def _orders_in(name: str, data: bytes) -> Sequence[_Given]:
    text = _decoded(name, data)
    if not text.strip():
        raise MalformedData([f"{name}: is empty; delete it or export it again {NOTHING_INGESTED}"])
    return read_json(name, text) if name.lower().endswith(".json") else read_csv(name, text)


def _decoded(name: str, data: bytes) -> str:
    """The text of a file.

    Raises:
        MalformedData: it is not UTF-8; a byte in a wrong place says nothing certain about any row. Nor do NUL bytes in
            JSON, in the first line of a CSV file or one after the other, where they are what a disk has lost.
    """
    remedy = "save it as UTF-8, in Excel “CSV UTF-8”"
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        bad, fault = error.start, "is not UTF-8 text"
    else:
        bad, fault = data.find(b"\0"), "holds NUL bytes"
        lost, header = data.find(b"\0\0"), data.partition(b"\n")[0]
        if bad < 0 or (lost < 0 and bad > len(header) and not name.lower().endswith(".json")):
            return text
        if bad > len(header):
            bad, remedy = max(bad, lost), "take them out, or export the file again"
    place = f"byte {bad + 1}, in line {data[:bad].count(10) + 1}"
    raise MalformedData([f"{name}: {fault} ({place}); {remedy} {NOTHING_INGESTED}"])


def _with_repeats(keys: Sequence[str], answers: Sequence[ItemResult]) -> list[ItemResult]:
    """One answer for each key in turn; what was not written again is there already."""
    by_key = {answer.key: answer for answer in answers}
    return [by_key.get(key) or ItemResult(key=key, verdict=Verdict.ACCEPTED) for key in keys]
