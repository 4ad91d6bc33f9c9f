"""Source, ledger and system held against each other, order by order; what can be repaired safely is, when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Final

from attrs import define, evolve, field

from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.back_sync import inventory
from tradegecko_bridge.engine.back_sync.stock_drift import SETTLED, drifts
from tradegecko_bridge.engine.back_sync.telling import some_of
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.ingest import BATCH, Arrival, checked_arrivals, ingest_batch
from tradegecko_bridge.engine.delivery.splits import split
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.operations.decisions import Decisions
from tradegecko_bridge.engine.operations.ledger_check import in_parts, live_doubles, look_up, told_twice
from tradegecko_bridge.engine.operations.resend import resend, resend_tracking
from tradegecko_bridge.engine.report import MOST_LISTED, Item, Outcome, Report
from tradegecko_bridge.engine.source_calls import SourceFailed, in_batches
from tradegecko_bridge.errors import ClaimLost, GatewayError
from tradegecko_bridge.ledger import (
    DELIVERED_STATES,
    UNCERTAIN_STATES,
    DeliveredEntry,
    Finding,
    LedgerEntry,
    OrderState,
    Severity,
    ShipmentState,
)
from tradegecko_bridge.ports import AcceptsTracking, GivesOrdersSince, GivesStock, ShowsOrders

OPERATION: Final = "reconcile"
SETTLES: Final = timedelta(hours=1)
"""What is younger may still be on its way."""
_PAGE: Final = 1_000
_NAMED: Final = 20
_S = OrderState


def reconcile(context: Context, *, since: datetime, until: datetime | None, repair: bool) -> Report:
    """Hold the orders placed from ``since`` until just before ``until`` (aware) against each other, and the stock."""
    with context.report(OPERATION) as report:
        now = context.clock()
        end = min(until or now, now - SETTLES)
        work = _Work(context, report, since, end, repair)
        try:
            for step in (work.source, work.ledger, work.system, work.stock):
                step()
        except (GatewayError, SourceFailed) as error:
            report.fail(error)
        else:
            report.judged.append(OPERATION)
        if work.amiss:
            text = f"source, ledger and TradeGecko differ: {some_of(work.named)}; `tgbridge reconcile` says what to do"
            report.findings.append(Finding(key=OPERATION, severity=Severity.ERROR, text=text, count=work.amiss))
    return report


@define
class _Work:
    """One reconciliation; ``amiss`` counts what stays wrong, ``named`` are some of it."""

    context: Context
    report: Report
    since: datetime
    until: datetime
    repair: bool
    amiss: int = 0
    named: list[str] = field(factory=list)

    def tell(
        self, name: str, kind: str, text: str, way: str = "", carry_out: Callable[[], object] | None = None
    ) -> None:
        """Note what is wrong with an order or SKU, and the ``way`` out: carried out now, or said."""
        outcome = Outcome.AMISS
        if carry_out is not None and self.repair:
            problem = carry_out()
            outcome = Outcome.AMISS if problem else Outcome.REPAIRED
            way = f"not repaired: {problem}" if problem else f"repaired: {way}"
        elif carry_out is not None:
            way = f"--repair: {way}"
        if outcome is Outcome.AMISS:
            self.amiss += 1
            if len(self.named) < _NAMED:
                self.named.append(f"{name} ({kind})")
        self.note(Item(name, outcome, f"{text}; {way}" if way else text, {"finding": kind}))

    def note(self, item: Item) -> None:
        if len(self.report.items) < MOST_LISTED:
            self.report.note(item)
        else:
            self.report.unlisted[item.outcome] = self.report.unlisted.get(item.outcome, 0) + 1

    # ── source × ledger ──────────────────────────────────────────────────────────────────────

    def source(self) -> None:
        """What the source has, and the ledger has not, or has otherwise."""
        context, source = self.context, self.context.source
        if not isinstance(source, GivesOrdersSince):
            self.report.notes.append(f"{source.name}: cannot give orders again, so what it has was not looked at")
            return
        arrivals = checked_arrivals(context, lambda: source.fetch_since(self.since), "fetching orders again")
        for batch in in_batches((one for one in arrivals if self._is_meant(one)), BATCH):
            parts = split(context, [evolve(one, cursor="") for one in batch])
            counts, _ = context.store.preview_ingest(context.connection, parts, at=context.clock())
            for part in parts:
                ingest = partial(self._ingest, part)
                if part.reference in counts.new:
                    self.tell(
                        part.number or str(part.reference),
                        "missing",
                        "the source has it, the ledger has not",
                        "it is ingested",
                        ingest,
                    )
                elif part.reference in counts.changed:
                    text = "the source has it otherwise than the ledger"
                    self.tell(part.number or str(part.reference), "changed", text, "the change is ingested", ingest)

    def _is_meant(self, one: Arrival) -> bool:
        return isinstance(one, UnreadableOrder) or self.since <= one.placed_at < self.until

    def _ingest(self, part: Arrival) -> None:
        silent = evolve(self.report, items=[], notes=[], problems=[], kept=[], findings=[], unlisted={}, causes=[])
        ingest_batch(self.context, [part], silent)

    # ── ledger × system ──────────────────────────────────────────────────────────────────────

    def ledger(self) -> None:
        """What the ledger has of these orders, and the system has not, or has otherwise."""
        gateway = self.context.gateway
        if not isinstance(gateway, ShowsOrders):
            self.report.notes.append("this gateway cannot show its orders, so the ledger was not held against them")
        for part in in_parts(self._entries()):
            for entry in part:
                if entry.state not in DELIVERED_STATES:
                    self._not_there(entry)
            there = [entry for entry in part if entry.state in DELIVERED_STATES and entry.remote_id]
            if there and isinstance(gateway, ShowsOrders):
                self._compare(gateway, there)

    def _entries(self) -> Iterator[LedgerEntry]:
        before = None
        ingested = (self.since - timedelta(days=1), None)
        store, connection = self.context.store, self.context.connection
        while page := store.entries(connection, ingested=ingested, limit=_PAGE, before=before):
            for entry in page:
                at = entry.order.placed_at if entry.order else entry.ingested_at
                if self.since <= at < self.until and entry.ingested_at < self.context.clock() - SETTLES:
                    yield entry
            before = page[-1].id

    def _not_there(self, entry: LedgerEntry) -> None:
        because = f": {entry.reason.text}" if entry.reason else ""
        if entry.state is _S.FAILED:
            way = "it is looked for, and sent with the next sync unless it is there"
            self.tell(entry.number, "missing", f"given up{because}", way, partial(self._retry, entry))
        elif entry.state is _S.PENDING or entry.state in UNCERTAIN_STATES:
            self.tell(entry.number, "missing", f"{entry.state} for over an hour{because}", "`tgbridge sync orders`")
        elif entry.state is _S.HELD:
            code = {"reason": entry.reason.code} if entry.reason else {}
            self.note(Item(entry.number, Outcome.HELD, entry.reason.text if entry.reason else "", code))

    def _retry(self, entry: LedgerEntry) -> str:
        decisions = Decisions(self.context.store, who=self.context.worker, clock=self.context.clock)
        (decided,) = decisions.retry([entry], "reconciled")
        return decided.problem

    def _compare(self, gateway: ShowsOrders, entries: Sequence[LedgerEntry]) -> None:
        store, connection = self.context.store, self.context.connection
        found = look_up(gateway, {str(entry.remote_id) for entry in entries})
        delivered = store.delivered(connection, list(found))
        told: dict[int, dict[str, ShipmentState]] = {}
        for row in store.shipments(connection, [entry.id for entry in entries]):
            told.setdefault(row.entry_id, {})[row.shipment.reference] = row.state
        for entry in entries:
            remote = found.get(str(entry.remote_id))
            if remote is None or remote.marker != marker(connection, entry.reference):
                what = "is not there" if remote is None else "is another order"
                text = f"delivered as {entry.remote_id}, which {what}"
                self.tell(entry.number, "missing", text, "if it is wanted, enter it at the source anew")
            elif remote.gone:
                if entry.order is None or entry.order.canceled_at is None:
                    text = f"void or deleted in TradeGecko (id {remote.id}), alive at the source"
                    self.tell(entry.number, "voided", text, "cancel it at the source, or enter it there anew")
            else:
                self._compare_total(entry, remote, delivered.get(remote.id))
                self._compare_shipments(entry, remote, told.get(entry.id, {}))
            self.report.unchanged += 1

    def _compare_total(self, entry: LedgerEntry, remote: RemoteOrder, known: DeliveredEntry | None) -> None:
        was = _number(known.said.get("total")) if known else None
        if remote.total is not None and was is not None and remote.total != was:
            text = f"its total in TradeGecko is {remote.total}, and was {was} when it was sent"
            self.tell(entry.number, "total", text, "compare the two; `orders accept` if it is right")

    def _compare_shipments(self, entry: LedgerEntry, remote: RemoteOrder, told: dict[str, ShipmentState]) -> None:
        settings, number = self.context.settings, entry.number
        if not settings.tracking or not isinstance(self.context.source, AcceptsTracking):
            return
        if remote.fulfilled and entry.state is _S.DELIVERED:
            text = "shipped in TradeGecko, and not by the ledger"
            self.tell(number, "status", text, "`tgbridge sync tracking`")
        if missing := sorted(set(remote.shipment_ids) - told.keys()):
            text = f"the ledger has not seen shipment {some_of(missing)}"
            self.tell(number, "tracking", text, "`tgbridge sync tracking`")
        if ShipmentState.REFUSED in told.values() and entry.state is not _S.CONFIRMED:
            text = "the source has refused a shipment of it"
            self.tell(
                number, "tracking", text, "the source is told again with the next sync", partial(self._resend, entry)
            )

    def _resend(self, entry: LedgerEntry) -> str:
        context = self.context
        refused = {ShipmentState.REFUSED}
        count = resend_tracking(context.store, entry, states=refused, who=context.worker, at=context.clock())
        return "" if count else "its shipments are gone with its personal data"

    # ── the system alone, and the stock ──────────────────────────────────────────────────────

    def system(self) -> None:
        """Orders that are there twice; only a person voids one."""
        context = self.context
        if isinstance(context.gateway, ShowsOrders):
            tell = context.on_progress
            for entry, alive in live_doubles(context.store, context.gateway, [context.connection], self.since, tell):
                if entry is not None:
                    self.tell(entry.number, "doubled", told_twice(entry, alive))

    def stock(self) -> None:
        """Where the source shows other stock than it has accepted."""
        context, source = self.context, self.context.source
        if not context.settings.inventory or not isinstance(source, GivesStock):
            return
        for one in drifts(context, source, inventory.KIND, context.clock() - SETTLED):
            text = f"the source shows {one.shown or 'no stock'}, and was told {one.told}"
            way = "it is told again with the next sync"
            self.tell(one.wanted.key, "stock", text, way, partial(self._tell_stock, one.wanted.key))

    def _tell_stock(self, key: str) -> str:
        context = self.context
        try:
            resend(
                context.store, context.connection, inventory.KIND, keys=[key], who=context.worker, at=context.clock()
            )
        except ClaimLost as error:
            return str(error)
        return ""


def _number(said: object) -> Decimal | None:
    try:
        return Decimal(str(said)) if said is not None else None
    except InvalidOperation:
        return None
