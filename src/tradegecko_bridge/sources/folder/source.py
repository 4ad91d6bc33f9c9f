"""The folder as a source: what the engine calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from attrs import define, evolve

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
from tradegecko_bridge.sources.folder.chosen import format_of
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.inbox import Inbox, Waiting, check_unchanged
from tradegecko_bridge.sources.folder.outbox import Outbox, WrittenIndex
from tradegecko_bridge.sources.folder.problems import one_line
from tradegecko_bridge.sources.folder.reading import orders_in
from tradegecko_bridge.sources.folder.text import Changed
from tradegecko_bridge.visible import visible

_TABLES: Final[Mapping[str, tuple[Callable[[Sequence[str], Sequence[returns.Rows]], bytes], str]]] = {
    "csv": (returns.csv_file, "csv"),
    "csv for excel": (partial(returns.csv_file, marked=True), "csv"),
    "xlsx": (returns.workbook, "xlsx"),
}
"""How tables are written, by the name of the setting, and what their names end with."""
_Given = SourceOrder | UnreadableOrder
_LONGEST_SETTLE = 86_400
_LONGEST_KEPT = 36_500
_MOST_NOTES = 200
_SLACK = timedelta(days=2)
"""How wrong a file's time of change may be: a file from before an order was placed cannot hold it."""


def _now() -> datetime:
    return datetime.now(UTC)


@define
class _Offered:
    """A file given in this run: how many orders it gave so far, and whether each could be read.

    ``read``: it was read to its end. ``whole``: all of it was given.
    """

    file: Waiting
    count: int = 0
    clean: bool = True
    read: bool = False
    whole: bool = False


class FolderSource:
    """Orders from files in ``<path>/orders/``; tracking, stock, products and receipts as files beside it.

    Nothing is touched before the first call. The files are described in ``docs/folder.md``.

    Args:
        path: the folder.
        name: what people call this source.
        preset: a format that ships, e.g. ``"shopify"``; see ``docs/formats.md``. Without it, and without ``format``,
            files are in our own columns.
        format: what changes the preset, or is a format of its own.
        settle: how long a file must have been left alone before it is read; a number is seconds, a day at most.
        whole_after: how long for its last row to count without a line break behind it.
        tables: how tables are written: ``"csv"``, ``"csv for excel"`` (with a byte order mark) or ``"xlsx"``.
        keep_days: how long files that come back stay; for good unless told.
        all_stock_every: how often all stock levels are written beside the changes; 0 for never.
        stock_file: under which name, if always the same.
        clock: tells the present moment in UTC.

    Raises:
        ConfigError: settings that cannot work.
    """

    handed_over = True
    """Who puts a file there wants its orders sent, however old they are."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        name: str = "folder",
        preset: str | None = None,
        format: Format | None = None,
        settle: timedelta | float = timedelta(seconds=2),
        whole_after: timedelta | float = timedelta(minutes=1),
        tables: str = "csv",
        keep_days: float | None = None,
        all_stock_every: timedelta | float = timedelta(days=1),
        stock_file: str = "",
        clock: Clock = _now,
    ) -> None:
        folder = Path(path)
        if "\0" in str(folder):
            raise ConfigError("path must not have a NUL character: no folder has one")
        self.name = name
        self._format = format_of(preset, format)
        self._folder = folder
        self._clock = clock
        self._inbox = Inbox(
            folder / "orders", settle=_span("settle", settle), whole_after=_span("whole_after", whole_after)
        )
        if tables not in _TABLES:
            raise ConfigError(f"tables must be one of {', '.join(_TABLES)}")
        self._table, ending = _TABLES[tables]
        if keep_days is not None and not 0 < keep_days <= _LONGEST_KEPT:
            raise ConfigError(f"keep_days must be above 0 and at most {_LONGEST_KEPT}; leave it out to keep all")
        kept = None if keep_days is None else timedelta(days=keep_days)
        outbox = partial(Outbox, clock=clock, kept=kept, gone=lambda: self._inbox.gone)
        self._tracking = outbox(folder / "tracking", ending=f"tracking.{ending}")
        self._stock = outbox(folder / "stock", ending=f"stock.{ending}")
        self._all_stock = outbox(folder / "stock", ending=f"all-stock.{ending}")
        self._products = outbox(folder / "products", ending="products.json")
        self._cancellations = outbox(folder / "cancellations", ending=f"cancellations.{ending}")
        self._receipts = outbox(folder / "receipts", ending=f"receipts.{ending}")
        self._all_stock_mark = folder / "stock" / ".all-stock"
        self._all_stock_every = _span("all_stock_every", all_stock_every, _LONGEST_KEPT * 86_400)
        self._stock_file = _file_name("stock_file", stock_file)
        self._stock_changed = False
        self._shipped = WrittenIndex(folder / "tracking" / ".written")
        self._offered: list[_Offered] = []
        self._notes: list[str] = []

    @property
    def identity(self) -> str:
        """This folder, by whatever path it is reached."""
        path = f"{self._folder.resolve()}"
        return f"folder {path if path.isprintable() else visible(path)}"

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def fetch_orders(self, after: str | None) -> Iterable[_Given]:
        """Every order of every file that is ready, files in order of their last change.

        ``after`` only tells that this folder was read before. What is done has left the inbox, and all that is still
        there is offered on every run; the ledger knows the orders it has seen. A cursor on times of change would lose
        files: one copied with its old time, unpacked from an archive or written by a machine whose clock is behind
        would arrive "before" the cursor and never be read.

        Raises:
            SourceRefused: the path is not a folder or not writable.
            SourceUnavailable: the folder cannot be reached now, or went away.
        """
        self._inbox.prepare(was_there=after is not None)
        now = self._clock()
        self._offered = []
        for name in self._inbox.recall(now):
            self._note(f"{one_line(name)}: was changed after it was put away; it is read again")
        return self._give(self._inbox.waiting(now), self._offered)

    def take_notes(self) -> Sequence[str]:
        """What a person should know of the files read since this was last asked: rows passed over, and the like."""
        notes, self._notes = list(dict.fromkeys(self._notes)), []
        return notes

    def _note(self, line: str) -> None:
        if len(self._notes) < _MOST_NOTES:  # nobody may ever ask for them
            self._notes.append(line)

    def _give(self, files: Sequence[Waiting], offered: list[_Offered]) -> Iterator[_Given]:
        for file in files:
            one = _Offered(file)
            offered.append(one)
            for order, is_last in _with_last(self._orders(file, one)):
                one.count += 1
                one.clean = one.clean and not isinstance(order, UnreadableOrder)
                one.whole = is_last and one.read
                object.__setattr__(order, "cursor", f"{file.name}#{one.count}")  # made for us, and not given yet
                yield order
            if one.read and not one.count:
                self._put_away_empty(file)

    def _put_away_empty(self, file: Waiting) -> None:
        """A file that its writer has begun only now may still get orders."""
        if self._inbox.is_whole(file, self._clock()):
            self._inbox.put_away(file)
            self._note(f"{file.name}: has no orders in it; it was put away")

    def _orders(self, file: Waiting, offered: _Offered) -> Iterator[_Given]:
        """The orders of a file; ``offered`` learns whether all of them were given."""
        try:
            with self._inbox.opened(file) as opened:
                whole = self._inbox.is_whole(file, self._clock())
                yield from orders_in(file.name, opened, self._format, self._note, is_whole=whole)
                check_unchanged(file, opened)
            offered.read = True
        except MalformedData as error:
            yield UnreadableOrder(problem=str(error))
        except Changed:
            pass  # the rest comes with the next run, and so does all of it

    def _read(self, file: Waiting) -> Iterator[_Given]:
        return self._orders(file, _Offered(file))

    def fetch_order(self, name: str) -> Sequence[_Given]:
        """The order with this number or reference, from the newest file that has it, also from ``orders/done/``.

        Raises:
            SourceRefused, SourceUnavailable: as :meth:`fetch_orders`.
        """
        self._inbox.prepare(was_there=True)
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
        self._inbox.prepare(was_there=True)
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
                if offered.clean and offered.whole:
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
                given = position.isdecimal() and len(position) <= 9 and int(position) >= offered.count
                return self._offered[: place + (given and offered.whole)]
        return ()

    # ── what comes back ──────────────────────────────────────────────────────────────────────

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Sequence[ItemResult]:
        """Write the shipments to ``tracking/``; one that was last written with the same content is not repeated."""
        written = self._shipped.load()
        batch: list[tuple[str, Shipment]] = []
        digests: list[tuple[str, str]] = []
        for shipment in shipments:
            key, digest = shipment.reference, fingerprint(evolve(shipment, before=None))
            if written.get(one_line(key)) != digest:
                written[one_line(key)] = digest
                batch.append((key, shipment))
                digests.append((key, digest))
        answers = self._tracking.hand_over(batch, returns.tracking_rows, partial(self._table, returns.TRACKING))
        self._shipped.add([d for d, answer in zip(digests, answers, strict=True) if answer.verdict is Verdict.ACCEPTED])
        return _with_repeats([shipment.reference for shipment in shipments], answers)

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Sequence[ItemResult]:
        """Write to ``tracking/`` that shipments were taken back: once more, with ``withdrawn``."""
        return self.accept_tracking([evolve(shipment, withdrawn=True) for shipment in shipments])

    def accept_stock(self, levels: Sequence[StockLevel]) -> Sequence[ItemResult]:
        """Write the stock levels to ``stock/``."""
        self._stock_changed = True
        return self._write_stock(self._stock, levels)

    def wants_all_stock(self) -> bool:
        """Whether it is time to write all levels, beside the changes: each day, or when the file of them is old."""
        if self._stock_file:
            return self._stock_changed or not (self._folder / "stock" / self._stock_file).exists()
        return self._all_stock_every > timedelta(0) and self._clock() - self._last_all_stock() >= self._all_stock_every

    def _last_all_stock(self) -> datetime:
        try:
            return datetime.fromtimestamp(self._all_stock_mark.stat().st_mtime, UTC)
        except OSError:
            return datetime.min.replace(tzinfo=UTC)

    def accept_all_stock(self, levels: Sequence[StockLevel]) -> Sequence[ItemResult]:
        """Write all stock levels to one file in ``stock/``."""
        results = self._write_stock(self._all_stock, levels, under=self._stock_file)
        if all(result.verdict is not Verdict.FAILED for result in results):
            self._stock_changed = False
            at = self._clock().timestamp()
            with suppress(OSError):
                self._all_stock_mark.touch()
                os.utime(self._all_stock_mark, (at, at))
        return results

    def _write_stock(self, outbox: Outbox, levels: Sequence[StockLevel], *, under: str = "") -> Sequence[ItemResult]:
        batch = [(level.sku, level) for level in levels]
        return outbox.hand_over(batch, returns.stock_rows, partial(self._table, returns.STOCK), under=under)

    def accept_products(self, products: Sequence[ProductDetails]) -> Sequence[ItemResult]:
        """Write the products to ``products/``."""
        batch = [(product.reference, product) for product in products]
        return self._products.hand_over(batch, returns.product_text, returns.product_file)

    def cancel_orders(self, references: Sequence[str]) -> Sequence[ItemResult]:
        """Write the references to ``cancellations/``."""
        batch = [(reference, reference) for reference in references]
        return self._cancellations.hand_over(
            batch, returns.cancellation_rows, partial(self._table, returns.CANCELLATIONS)
        )

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Sequence[ItemResult]:
        """Write the receipts to ``receipts/``."""
        batch = [(receipt.order_reference, receipt) for receipt in receipts]
        return self._receipts.hand_over(batch, returns.receipt_rows, partial(self._table, returns.RECEIPTS))


def _span(name: str, value: timedelta | float, longest: int = _LONGEST_SETTLE) -> timedelta:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if not 0 <= seconds <= longest:
        raise ConfigError(f"{name} must be from 0 to {longest} seconds, not {seconds:g}")
    return timedelta(seconds=seconds)


def _file_name(setting: str, name: str) -> str:
    if name and (Path(name).name != name or name.startswith(".") or not name.isprintable()):
        raise ConfigError(f"{setting} must be the name of a file in stock/, such as stock.csv")
    return name


def _with_last(orders: Iterable[_Given]) -> Iterator[tuple[_Given, bool]]:
    """Each with whether it is the last one."""
    waiting: _Given | None = None
    for order in orders:
        if waiting is not None:
            yield waiting, False
        waiting = order
    if waiting is not None:
        yield waiting, True


def _with_repeats(keys: Sequence[str], answers: Sequence[ItemResult]) -> list[ItemResult]:
    """One answer for each key in turn; what was not written again is there already."""
    by_key = {answer.key: answer for answer in answers}
    return [by_key.get(key) or ItemResult(key=key, verdict=Verdict.ACCEPTED) for key in keys]
