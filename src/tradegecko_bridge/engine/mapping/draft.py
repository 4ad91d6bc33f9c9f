"""From a source order to the order to create, or to the reason why not. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from tradegecko_bridge.commerce import Discount, ItemKind, OrderLine, SourceOrder
from tradegecko_bridge.commerce.formatting import shown_currency
from tradegecko_bridge.commerce.remote import DraftLine, LineKind, OrderDraft, RecordKind
from tradegecko_bridge.commerce.values import bare
from tradegecko_bridge.engine.keys import lossy_reference
from tradegecko_bridge.engine.mapping.addresses import ship_to
from tradegecko_bridge.engine.mapping.catalog import LONGEST_SKU, Catalog
from tradegecko_bridge.engine.mapping.customers import told_apart
from tradegecko_bridge.engine.mapping.rules import is_fee
from tradegecko_bridge.engine.mapping.tax import HIGHEST, ZERO, Part, TaxedDiscount, on_one_tax_basis, prices_to_send
from tradegecko_bridge.engine.mapping.validation import absurd, bad_amounts, bad_number, named
from tradegecko_bridge.engine.settings.choices import LineTax, MatchBy, TaxTreatment
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import Reason

MOST_TOLD: Final = 5
"""Faults of one kind that are told one by one."""
_CHARGES: Final[Mapping[ItemKind | None, LineKind]] = {ItemKind.GIFT_WRAP: LineKind.GIFT_WRAP}
"""What the system calls a line of text that is no fee."""


def build_draft(order: SourceOrder, marker: str, catalog: Catalog, settings: ConnectionSettings) -> OrderDraft | Reason:
    """The order to create, with all of its lines, or the one reason why it cannot be. Rates are those of
    :func:`tradegecko_bridge.engine.mapping.tax.rated`."""
    reason = _find_fault(order, catalog, settings)
    if reason is not None:
        return reason
    parties = ship_to(order, settings)
    if isinstance(parties, Reason):
        return parties
    inclusive = prices_to_send(order, settings, catalog.prices_include_tax)
    footed = on_one_tax_basis(order, inclusive, catalog.digits_of(order))
    if isinstance(footed, Reason):
        return footed
    return OrderDraft(
        number=order.number,
        reference=lossy_reference(order.reference),
        marker=marker,
        status=settings.order_status.value,
        issued_on=catalog.day_of(order.placed_at),
        ship_on=catalog.day_of(order.requested_ship_date),
        currency=catalog.currency_of(order),
        prices_include_tax=inclusive,
        account_treatment=settings.tax_treatment is TaxTreatment.DEFAULT,
        customer=told_apart(parties.customer, None, settings)[0],
        customer_id=catalog.names.get(RecordKind.CUSTOMER),
        shipping_address=parties.shipping,
        billing_address=parties.billing,
        lines=(
            *(_line(line, catalog, settings) for line in footed.lines),
            *_shipping_lines(footed, settings),
            *_discount_lines(footed, settings),
        ),
        location=catalog.names.get(RecordKind.LOCATION),
        price_list=catalog.names.get(RecordKind.PRICE_LIST),
        assignee=catalog.names.get(RecordKind.USER),
        note=order.note,
        tags=order.tags,
        url=order.url,
    )


def _find_fault(order: SourceOrder, catalog: Catalog, settings: ConnectionSettings) -> Reason | None:
    """The first kind of thing that is wrong, naming every line it is wrong with."""
    if not order.lines:
        said = "the order has no lines, or only some of quantity 0"
        return Reason("no_lines", f"{said}; add them at the source, or skip the order")
    if wrong_number := bad_number(order.number):
        return Reason("bad_number", f"{wrong_number}; correct it at the source")
    if too_much := absurd(order):  # quantities multiply where a kit is taken apart
        return too_much
    if bad := [line for line in order.lines if line.quantity <= 0]:
        said = "; ".join(f"{named(line)}: quantity {line.quantity}" for line in bad)
        return Reason("bad_quantity", f"{said}; a quantity must be above 0: correct it at the source")
    if wrong := bad_amounts(order, catalog.digits_of(order), lambda line: is_fee(line, settings)):
        said = "; ".join(wrong[:MOST_TOLD]) + (f"; and {len(wrong) - MOST_TOLD} more" if wrong[MOST_TOLD:] else "")
        return Reason("bad_amount", f"{said}; correct it at the source")
    if wild := [part for part in order.priced if not 0 <= (part.tax_rate or ZERO) <= HIGHEST]:
        said = f"{named(wild[0])}: tax rate {wild[0].tax_rate}"
        return Reason("bad_tax_rate", f"{said}; a tax rate must be from 0 to {HIGHEST} %: correct it at the source")
    if blank := [line for line in order.lines if not bare(line.sku) and _is_missing(line, catalog, settings)]:
        return _no_sku(blank, by_barcode=settings.match_by is MatchBy.BARCODE)
    if long := [line for line in order.lines if len(line.sku or "") > LONGEST_SKU]:
        said = f"{named(long[0])}: a SKU of {len(long[0].sku or '')} characters"
        return Reason("no_sku", f"{said}; correct it at the source, or give it an alias in sku_aliases", transient=True)
    return catalog.missing or _find_currency_fault(order, catalog) or _find_variant_fault(order, catalog, settings)


def _is_missing(line: OrderLine, catalog: Catalog, settings: ConnectionSettings) -> bool:
    """Whether a line is to be of a variant, and none is found."""
    return not catalog.of(line) and not is_fee(line, settings)


def _no_sku(blank: Sequence[OrderLine], *, by_barcode: bool) -> Reason:
    """What is said of lines that neither SKU nor barcode tells anything of, and which setting leaves them out."""
    coded = any(bare(line.barcode) for line in blank)
    is_free = not any(line.extended_amount for line in blank) and not (by_barcode and coded)
    leave_out = 'ignore_blank_skus or an item filter on ""' if is_free else 'an item filter on ""'
    said = ", ".join(_blank(line, by_barcode=by_barcode) for line in blank)
    return Reason(
        "no_sku",
        f"{said} without a SKU; give the product one at the source, name it in fee_names if it is no goods, or leave "
        f"such lines out with {leave_out}",
        transient=True,
    )


def _blank(line: OrderLine, *, by_barcode: bool) -> str:
    if not bare(line.barcode):
        return named(line)
    told = "is not in TradeGecko" if by_barcode else 'counts with match_by = "barcode"'
    return f"{named(line)} (barcode {line.barcode} {told})"


def _find_currency_fault(order: SourceOrder, catalog: Catalog) -> Reason | None:
    if catalog.currency_of(order) in catalog.currencies:
        return None
    known = ", ".join(sorted(catalog.currencies))
    said = f"currency {shown_currency(order.currency)} is not set up in TradeGecko (it has {known}); add it there"
    if not order.currency.strip():
        said = f"the source names no currency; set currency for the connection (TradeGecko has {known})"
    return Reason("unknown_currency", said, transient=True)


def _find_variant_fault(order: SourceOrder, catalog: Catalog, settings: ConnectionSettings) -> Reason | None:
    lines = (line for line in order.lines if not catalog.of(line))
    if unknown := {line.sku or line.barcode or "": None for line in lines if not is_fee(line, settings)}:
        return _unknown_sku(list(unknown), catalog)
    for line in order.lines:
        variants = catalog.of(line)
        if len(variants) > 1:
            ids = ", ".join(variant.id for variant in variants)
            by_barcode = bool(catalog.barcodes.get(line.barcode or ""))
            what = f"barcode {line.barcode!r}" if by_barcode else f"SKU {line.sku!r}"
            own = "barcode" if by_barcode else "SKU"
            return Reason(
                f"ambiguous_{own.lower()}",
                f"{what} is on several TradeGecko variants ({ids}); give each its own {own}",
                transient=True,
            )
    return None


def _unknown_sku(skus: Sequence[str], catalog: Catalog) -> Reason:
    """What is said of SKUs that nothing has: what they may be meant for."""
    said = f"SKU {skus[0]!r} is" if len(skus) == 1 else f"SKUs {', '.join(map(repr, skus))} are"
    twins = [f"{' and '.join(map(repr, catalog.twins[sku]))} for {sku!r}" for sku in skus if catalog.twins.get(sku)]
    if not twins:
        cure = "create it there and the order goes out"
    else:
        cure = f"it has {', '.join(twins)}: correct the SKU on one side, or set sku_aliases, and the order goes out"
    return Reason("unknown_sku", f"{said} not in TradeGecko; {cure}", transient=True)


def _line(line: OrderLine, catalog: Catalog, settings: ConnectionSettings) -> DraftLine:
    """A line of goods, or of text where it is no goods."""
    variants = catalog.of(line)
    charge = LineKind.DISCOUNT if line.unit_price < 0 else _CHARGES.get(line.kind, LineKind.FEE)
    return DraftLine(
        kind=LineKind.PRODUCT if variants else charge,
        variant_id=variants[0].id if variants else None,
        label=line.name if variants or line.name.strip() else (line.kind or "fee").replace("_", " ").capitalize(),
        quantity=line.quantity,
        price=line.unit_price,
        tax_rate=_rate_to_send(line, settings),
        reference=line.reference,
    )


def _shipping_lines(order: SourceOrder, settings: ConnectionSettings) -> list[DraftLine]:
    """One line for each way of shipping, named so that the warehouse sees the ship method."""
    if not settings.shipping_label.strip():
        return []
    return [
        DraftLine(
            kind=LineKind.SHIPPING,
            label=": ".join(part for part in (settings.shipping_label, line.label or line.code) if part),
            quantity=Decimal(1),
            price=line.amount,
            tax_rate=_rate_to_send(line, settings),
        )
        for line in order.shipping
        if line.amount or settings.send_zero_shipping
    ]


def _discount_lines(order: SourceOrder, settings: ConnectionSettings) -> list[DraftLine]:
    """What is taken off: after tax without tax of its own, before tax with that of what it is taken off."""
    off: list[Discount] = [*order.discounts]
    off += (Discount(amount=line.additional_discount) for line in order.lines if line.additional_discount)
    return [
        DraftLine(
            kind=LineKind.DISCOUNT,
            label=one.label or one.code or settings.discount_label,
            quantity=Decimal(1),
            price=-one.amount,
            tax_rate=_rate_to_send(one, settings) if isinstance(one, TaxedDiscount) else ZERO,
        )
        for one in off
        if one.amount and settings.send_discount
    ]


def _rate_to_send(part: Part, settings: ConnectionSettings) -> Decimal | None:
    return None if settings.line_tax is LineTax.ACCOUNT else part.tax_rate
