"""From a source order to the order to create, or to the reason why not. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce import OrderLine, ShippingLine, SourceOrder
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft, RemoteVariant
from tradegecko_bridge.engine.settings import ConnectionSettings, LineTax
from tradegecko_bridge.ledger import Reason

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
HUNDRED: Final = Decimal(100)
LONGEST_SKU: Final = 255
"""No real SKU is longer, and one that is must not spoil the look-up of the others."""


@frozen(kw_only=True)
class Catalog:
    """What the account has that orders refer to: variants by SKU, and the digits of each currency by ISO code."""

    variants: Mapping[str, Sequence[RemoteVariant]]
    currencies: Mapping[str, int]


def plan_order(order: SourceOrder, marker: str, catalog: Catalog, settings: ConnectionSettings) -> OrderDraft | Reason:
    """The order to create, with all of its lines, or the one reason why it cannot be."""
    reason = _find_fault(order, catalog)
    if reason is not None:
        return reason
    ship_to = order.shipping_address or order.billing_address
    if ship_to is None or not ship_to.address1:
        return Reason("no_address", "the order has no address to ship to; add one at the source")
    inclusive = order.prices_include_tax
    return OrderDraft(
        number=order.number,
        reference=order.reference,
        marker=marker,
        status=settings.order_status.value,
        issued_on=order.placed_at.date(),
        ship_on=order.requested_ship_date,
        currency=order.currency,
        prices_include_tax=bool(inclusive),
        customer=order.customer,
        shipping_address=ship_to,
        billing_address=order.billing_address,
        lines=(
            *(_product_line(line, order, catalog, settings) for line in order.lines),
            *_shipping_lines(order, settings),
            *_discount_lines(order, settings),
        ),
        location=settings.location,
        note=order.note,
        tags=order.tags,
        url=order.url,
    )


def variant_ids(order: SourceOrder, catalog: Catalog) -> dict[str, str]:
    """The variant each line is delivered as, by the source's line reference; lines without just one are left out."""
    found = {line.reference: catalog.variants.get(line.sku or "", ()) for line in order.lines}
    return {reference: variants[0].id for reference, variants in found.items() if len(variants) == 1}


def _find_fault(order: SourceOrder, catalog: Catalog) -> Reason | None:
    """The first kind of thing that is wrong, naming every line it is wrong with."""
    if not order.lines:
        return Reason("no_lines", "the order has no lines; add them at the source, or skip the order")
    if bad := [line for line in order.lines if line.quantity <= 0]:
        said = "; ".join(f"{_named(line)}: quantity {line.quantity}" for line in bad)
        return Reason("bad_quantity", f"{said}; a quantity must be above 0: correct it at the source")
    if blank := [line for line in order.lines if not line.sku]:
        said = ", ".join(map(_named, blank))
        return Reason("no_sku", f"{said} without a SKU; give the product one at the source")
    if long := [line for line in order.lines if len(line.sku or "") > LONGEST_SKU]:
        return Reason("no_sku", f"line {long[0].reference}: a SKU of {len(long[0].sku or '')} characters; correct it")
    if order.currency not in catalog.currencies:
        known = ", ".join(sorted(catalog.currencies))
        return Reason(
            "unknown_currency",
            f"currency {order.currency!r} is not set up in TradeGecko (it has {known}); add it there",
            passing=True,
        )
    return _find_variant_fault(order, catalog) or _find_tax_fault(order)


def _find_variant_fault(order: SourceOrder, catalog: Catalog) -> Reason | None:
    skus = list(dict.fromkeys(line.sku for line in order.lines if line.sku))
    if unknown := [repr(sku) for sku in skus if not catalog.variants.get(sku)]:
        said = f"SKU {unknown[0]} is" if len(unknown) == 1 else f"SKUs {', '.join(unknown)} are"
        return Reason("unknown_sku", f"{said} not in TradeGecko; create it there and the order goes out", passing=True)
    for sku in skus:
        found = catalog.variants[sku]
        if len(found) > 1:
            ids = ", ".join(variant.id for variant in found)
            return Reason(
                "ambiguous_sku",
                f"SKU {sku!r} is on several TradeGecko variants ({ids}); give each its own SKU",
                passing=True,
            )
    return None


def _find_tax_fault(order: SourceOrder) -> Reason | None:
    """Some prices with tax and some without can only be put on one footing when the rates are known."""
    if order.prices_include_tax is not None:
        return None
    unknown = [part for part in order.priced if part.price_includes_tax and tax_rate(part) is None]
    if not unknown:
        return None
    return Reason("mixed_tax", "some prices include tax, some do not, and not every tax rate is given")


def _named(line: OrderLine) -> str:
    return f"line {line.reference} (SKU {line.sku})" if line.sku else f"line {line.reference}"


def _product_line(line: OrderLine, order: SourceOrder, catalog: Catalog, settings: ConnectionSettings) -> DraftLine:
    return DraftLine(
        variant_id=catalog.variants[line.sku or ""][0].id,
        label=line.name,
        quantity=line.quantity,
        price=_footing(line.price - line.discount, line, order),
        tax_rate=_rate_to_send(line, order, settings),
    )


def _shipping_lines(order: SourceOrder, settings: ConnectionSettings) -> list[DraftLine]:
    """One line for each way of shipping, named so that the warehouse sees the ship method."""
    if not settings.shipping_label:
        return []
    return [
        DraftLine(
            kind=LineKind.SHIPPING,
            label=": ".join(part for part in (settings.shipping_label, line.label or line.code) if part),
            quantity=Decimal(1),
            price=_footing(line.amount, line, order),
            tax_rate=_rate_to_send(line, order, settings),
        )
        for line in order.shipping
        if line.amount or settings.send_zero_shipping
    ]


def _discount_lines(order: SourceOrder, settings: ConnectionSettings) -> list[DraftLine]:
    """What is taken off after tax, so without tax of its own."""
    off = [(d.label or d.code or settings.discount_label, d.amount) for d in order.discounts]
    off += [(settings.discount_label, line.additional_discount) for line in order.lines]
    return [
        DraftLine(kind=LineKind.DISCOUNT, label=label, quantity=Decimal(1), price=-amount, tax_rate=ZERO)
        for label, amount in off
        if amount and settings.send_discount
    ]


def _footing(price: Decimal, part: OrderLine | ShippingLine, order: SourceOrder) -> Decimal:
    """The price on the order's common footing: where lines differ, without tax."""
    if order.prices_include_tax is not None or not part.price_includes_tax:
        return price
    return (price / (1 + (tax_rate(part) or ZERO) / HUNDRED)).quantize(Decimal("0.00001"))


def _rate_to_send(part: OrderLine | ShippingLine, order: SourceOrder, settings: ConnectionSettings) -> Decimal | None:
    if settings.line_tax is LineTax.ACCOUNT:
        return None
    rate = tax_rate(part)
    untaxed = order.totals.tax == 0 and not any(p.tax for p in order.priced)
    return ZERO if rate is None and untaxed else rate


def tax_rate(part: OrderLine | ShippingLine) -> Decimal | None:
    """The part's rate in percent: as given, or the roundest one that gives its tax to the cent; None if unknown."""
    if part.tax_rate is not None:
        return part.tax_rate
    if part.tax is None:
        return None
    amount = part.extended_amount if isinstance(part, OrderLine) else part.amount
    net = amount - part.tax if part.price_includes_tax else amount
    if not net:
        return ZERO if not part.tax else None
    exact = part.tax / net * HUNDRED
    candidates = (exact.quantize(Decimal(1).scaleb(-digits)) for digits in range(5))
    return next((rate for rate in candidates if abs(net * rate / HUNDRED - part.tax) <= CENT / 2), None)
