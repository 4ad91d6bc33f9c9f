"""Product details, to sources that take them, told where they changed; and that a product is gone, where a source takes
that.

Once a day all products are read; in between, where the gateway can tell, those that may have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from attrs import evolve, frozen

from tradegecko_bridge._version import __version__
from tradegecko_bridge.commerce import ProductDetails
from tradegecko_bridge.commerce.codec import dumped, fingerprint, loaded
from tradegecko_bridge.engine.back_sync.product_rules import NO_LISTS, as_told, price_lists
from tradegecko_bridge.engine.back_sync.telling import (
    Known,
    Telling,
    changes,
    gather,
    gather_some,
    some_of,
    stream_of,
    tell,
    write,
)
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.choices import ProductChanges
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.outbox import OutboxEntry, OutboxState, Wanted
from tradegecko_bridge.ports import AcceptsProducts, OrderSource, Spool, TellsChangedProducts, WithdrawsProducts

OPERATION: Final = "sync products"
KIND: Final = "products"
READ: Final = "products read"
"""Told values: how far, and for what, products were read."""
BATCH: Final = 50
PAGE: Final = 100
"""Entries of the outbox at a time: a product has up to two hundred variants."""
WITHDRAWN: Final = "withdrawn"
"""What is told of a product that is gone."""
DAY: Final = timedelta(days=1)
OFF: Final = "product details are off for this connection (products = true turns them on), and nothing is told"


def sync_products(context: Context, *, dry_run: bool = False, full: bool = False) -> Report:
    """Tell the source changed product details; ``full`` tells all of them. A dry run shows what would be, even where
    they are off."""
    with context.report(OPERATION, dry_run=dry_run) as report:
        source = context.source
        if not isinstance(source, AcceptsProducts):
            return report
        if not context.settings.products:
            report.notes.append(OFF)
        if dry_run:
            with context.store.spool() as found:
                if _found(context, report, found, full=full):
                    for one in _wanted(context, found, report, full=full):
                        if one.value == WITHDRAWN or not one.gone:
                            report.add(one.name, Outcome.PLANNED, _would(one))
        elif context.settings.products:
            _tell(context, source, report, full=full)
    return report


def _tell(context: Context, source: AcceptsProducts, report: Report, *, full: bool) -> None:
    """Write what is to be told and how far was read, then tell what is due."""
    with stream_of(context, KIND, report) as stream, context.store.spool() as found:
        if stream is None:
            return
        reading = _found(context, report, found, full=full)
        if reading is None:
            return
        write(context, stream, _wanted(context, found, report, full=full), again=full, page=PAGE)
        context.store.record_told_values(context.connection, READ, reading.as_values(), at=context.clock())
        telling = Telling(
            kind=KIND,
            operation=OPERATION,
            doing="accepting products",
            accept=source.accept_products,
            item=_product,
            key=lambda product: product.reference,
            retract=_retract(context.source),
            batch=BATCH,
            called=lambda entry: entry.name,
        )
        tell(context, stream, telling, report)


def _retract(source: OrderSource) -> Callable[[Sequence[ProductDetails]], Iterable[object]] | None:
    """What takes products off sale, where the source can."""
    if not isinstance(source, WithdrawsProducts):
        return None
    return lambda gone: source.withdraw_products([product.reference for product in gone])


def _product(entry: OutboxEntry) -> ProductDetails:
    """The product, or of one that is withdrawn its reference and name."""
    if entry.value == WITHDRAWN:
        return ProductDetails(reference=entry.key, name=entry.name)
    return loaded(entry.content, ProductDetails)


def _would(one: Wanted) -> str:
    if one.value == WITHDRAWN:
        return "would be withdrawn"
    variants = len(loaded(one.content, ProductDetails).variants)
    return "1 variant" if variants == 1 else f"{variants} variants"


# ── what there is ────────────────────────────────────────────────────────────────────────────


@frozen(kw_only=True)
class _Reading:
    """How far products were read, when all of them were, and what for: other settings may make other products of
    them."""

    cursor: str
    whole_at: datetime | None
    purpose: str

    def as_values(self) -> dict[str, str]:
        whole_at = self.whole_at.isoformat() if self.whole_at else ""
        return {"cursor": self.cursor, "whole": whole_at, "purpose": self.purpose}


def _last_reading(context: Context) -> _Reading:
    told = context.store.told_values(context.connection, READ)
    whole = told.get("whole")
    return _Reading(
        cursor=told.get("cursor", ""),
        whole_at=datetime.fromisoformat(whole) if whole else None,
        purpose=told.get("purpose", ""),
    )


def _purpose(context: Context) -> str:
    """What the products are made by: the account, this version and the settings."""
    settings = context.settings
    chosen = {name: getattr(settings, name) for name in dir(settings) if name.startswith("product_")}
    text = repr((__version__, context.account(), chosen, settings.sku_aliases, settings.item_filters))
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _found(context: Context, report: Report, found: Spool, *, full: bool) -> _Reading | None:
    """Gather what may have changed beside what the outbox has of it; None, told in the report, where it cannot be had.

    All is read once a day, where the settings are others than the last time, and where nobody knows what changed.
    """
    gateway, now, last = context.gateway, context.clock(), _last_reading(context)
    reading = _Reading(cursor="", whole_at=now, purpose=_purpose(context))
    try:
        if isinstance(gateway, TellsChangedProducts):
            whole_at = last.whole_at
            fresh = whole_at is not None and timedelta(0) <= now - whole_at < DAY and last.purpose == reading.purpose
            changed = gateway.changed_products(last.cursor if fresh and not full else None)
            reading = evolve(reading, cursor=changed.cursor)
            if changed.references is not None:
                listed = gateway.products_by_id(changed.references) if changed.references else ()
                gather_some(context, KIND, changed.references, _told(context, listed), found)
                return evolve(reading, whole_at=whole_at)
        gather(context, KIND, _told(context, gateway.products()), found, page=PAGE)
    except GatewayError as error:
        report.fail(error)
        return None
    return reading


def _told(context: Context, listed: Iterable[ProductDetails]) -> Iterator[Wanted]:
    lists = NO_LISTS
    for whole in listed:
        if lists is NO_LISTS:
            lists = price_lists(context.gateway, context.settings)
        if product := as_told(whole, context.settings, lists):
            content = dumped(product)
            yield Wanted(key=product.reference, value=fingerprint(product), content=content, name=product.name)


# ── what is to be told ───────────────────────────────────────────────────────────────────────


def _wanted(context: Context, found: Spool, report: Report, *, full: bool) -> Iterator[Wanted]:
    """What to write: changes, what came back, what is gone; ``full``: all."""
    withdraws = isinstance(context.source, WithdrawsProducts)
    gone: list[str] = []

    def withdrawn(known: Known) -> Wanted:
        gone.append(known.wanted.name or known.wanted.key)
        return evolve(known.wanted, value=WITHDRAWN) if withdraws else known.wanted

    yield from changes(found, report, withdrawn, gone_value=WITHDRAWN, full=full, settled=_settled_by(context.settings))
    if gone and not withdraws:
        what = "no more in TradeGecko, and this source cannot be told so; see to it there"
        report.notes.append(f"{what}: {some_of(gone)}")


def _settled_by(settings: ConnectionSettings) -> Callable[[Known], bool]:
    """What the source is told nothing more of: where it may only create, what it has taken."""
    only_created = settings.product_changes is ProductChanges.CREATE
    return lambda known: only_created and not known.wanted.gone and known.state is OutboxState.ACCEPTED
