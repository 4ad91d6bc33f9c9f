"""Product details, to sources that take them, told where they changed; and that a product is gone, where a source takes
that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import ProductDetails
from tradegecko_bridge.commerce.codec import dumped, fingerprint, loaded
from tradegecko_bridge.engine.back_sync.telling import (
    Known,
    Telling,
    changes,
    gather,
    some_of,
    stream_of,
    tell,
    write,
)
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.mapping.rules import source_skus
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.outbox import OutboxEntry, Wanted
from tradegecko_bridge.ports import AcceptsProducts, OrderSource, Spool, WithdrawsProducts

OPERATION: Final = "sync products"
KIND: Final = "products"
BATCH: Final = 50
WITHDRAWN: Final = "withdrawn"
"""What is told of a product that is gone."""


def sync_products(context: Context, *, dry_run: bool = False, full: bool = False) -> Report:
    """Tell the source changed product details; ``full`` tells all of them."""
    with context.report(OPERATION, dry_run=dry_run) as report:
        source = context.source
        if not isinstance(source, AcceptsProducts):
            return report
        if dry_run:
            with context.store.spool() as found:
                if _found(context, report, found):
                    for one in _wanted(source, found, report, full=full):
                        if one.value == WITHDRAWN or not one.gone:
                            report.add(one.name, Outcome.PLANNED, _would(one))
            return report
        with stream_of(context, KIND, report) as stream, context.store.spool() as found:
            if stream is None or not _found(context, report, found):
                return report
            write(context, stream, _wanted(source, found, report, full=full), again=full)
            telling = Telling(
                kind=KIND,
                operation=OPERATION,
                doing="accepting products",
                accept=source.accept_products,
                item=_product,
                key=lambda product: product.reference,
                retract=_retract(source),
                batch=BATCH,
                called=lambda entry: entry.name,
            )
            tell(context, stream, telling, report)
    return report


def _retract(source: OrderSource) -> Callable[[Sequence[ProductDetails]], Iterable[object]] | None:
    """What takes products off sale, where the source can."""
    if not isinstance(source, WithdrawsProducts):
        return None
    return lambda gone: source.withdraw_products([product.reference for product in gone])


def _product(entry: OutboxEntry) -> ProductDetails:
    """The product, or of one that is gone its reference and name."""
    if entry.gone:
        return ProductDetails(reference=entry.key, name=entry.name)
    return loaded(entry.content, ProductDetails)


def _would(one: Wanted) -> str:
    if one.value == WITHDRAWN:
        return "would be withdrawn"
    variants = len(loaded(one.content, ProductDetails).variants)
    return "1 variant" if variants == 1 else f"{variants} variants"


def _found(context: Context, report: Report, found: Spool) -> bool:
    """Gather the whole list beside what the outbox has; False, told in the report, where it cannot be had."""
    try:
        gather(context, KIND, _listed(context), found)
    except GatewayError as error:
        report.fail(error)
        return False
    return True


def _listed(context: Context) -> Iterator[Wanted]:
    for whole in context.gateway.products():
        if product := as_told(whole, context.settings):
            content = dumped(product)
            yield Wanted(key=product.reference, value=fingerprint(product), content=content, name=product.name)


def as_told(product: ProductDetails, settings: ConnectionSettings) -> ProductDetails | None:
    """A product as the settings let the source know of it; None where nothing of it is left.

    Variants go by the source's name for them, those that a filter leaves out are not told, and buying prices only
    where the settings say so.
    """
    variants = []
    for variant in product.variants:
        if variant.composite and not settings.product_composites:
            continue
        names = source_skus(variant.sku or "", settings)
        if not names:
            continue
        own = names[1] if names[0] == variant.sku and len(names) > 1 else names[0]
        price = variant.buy_price if settings.product_buy_prices else None
        variants.append(evolve(variant, sku=own or None, buy_price=price))
    return evolve(product, variants=tuple(variants)) if variants or not product.variants else None


def _wanted(source: OrderSource, found: Spool, report: Report, *, full: bool) -> Iterator[Wanted]:
    """What to write: changes, what came back, what is gone; ``full``: all."""
    gone: list[str] = []

    def withdrawn(known: Known) -> Wanted:
        gone.append(known.wanted.name or known.wanted.key)
        return evolve(known.wanted, value=WITHDRAWN) if isinstance(source, WithdrawsProducts) else known.wanted

    yield from changes(found, report, withdrawn, gone_value=WITHDRAWN, full=full)
    if gone and not isinstance(source, WithdrawsProducts):
        what = "no more in TradeGecko, and this source cannot be told so; see to it there"
        report.notes.append(f"{what}: {some_of(gone)}")
