"""Product details, to sources that take them, and only what changed since last time."""

from __future__ import annotations

from typing import Final

from tradegecko_bridge.commerce import Verdict
from tradegecko_bridge.commerce.codec import fingerprint
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import OUTCOME_OF, Outcome, Report
from tradegecko_bridge.engine.source_calls import in_batches, offer
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ports import AcceptsProducts

OPERATION: Final = "sync products"
KIND: Final = "product"
BATCH: Final = 50


def sync_products(context: Context, *, dry_run: bool = False, full: bool = False) -> Report:
    """Offer changed product details to the source; ``full`` offers all of them."""
    with context.report(OPERATION, dry_run=dry_run) as report:
        source = context.source
        if not isinstance(source, AcceptsProducts):
            return report
        try:
            prints = {product.reference: (fingerprint(product), product) for product in context.gateway.products()}
        except GatewayError as error:
            report.fail(error)
            return report
        told = {} if full else context.store.told_values(context.connection, KIND)
        changed = [product for ref, (print_, product) in prints.items() if told.get(ref) != print_]
        report.unchanged = len(prints) - len(changed)
        if dry_run:
            for product in changed:
                report.add(product.name, Outcome.PLANNED, f"{len(product.variants)} variants")
            return report
        for batch in in_batches(changed, BATCH):
            results = offer(
                context.source, source.accept_products, batch, lambda product: product.reference, "accepting products"
            )
            taken = {ref: prints[ref][0] for ref, result in results.items() if result.verdict is Verdict.ACCEPTED}
            context.store.record_told_values(context.connection, KIND, taken, at=context.clock())
            for product in batch:
                result = results[product.reference]
                report.add(product.name, OUTCOME_OF[result.verdict], result.message)
            context.progress(OPERATION, len(report.items))
    return report
