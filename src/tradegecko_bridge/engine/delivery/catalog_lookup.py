"""What orders refer to in the account, asked for a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tradegecko_bridge.commerce import OrderLine, SourceOrder
from tradegecko_bridge.commerce.remote import RecordKind
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.mapping.draft import LONGEST_SKU, Catalog, Variants
from tradegecko_bridge.engine.mapping.rules import sent_lines
from tradegecko_bridge.engine.mapping.tax import rated
from tradegecko_bridge.engine.mapping.validation import bare
from tradegecko_bridge.engine.settings.choices import MatchBy, TaxTreatment
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.ledger import Reason
from tradegecko_bridge.ports import Gateway

NAMING: Final = {
    "customer": RecordKind.CUSTOMER,
    "location": RecordKind.LOCATION,
    "price_list": RecordKind.PRICE_LIST,
    "assignee": RecordKind.USER,
    "payment_method": RecordKind.PAYMENT_METHOD,
}
"""Settings that name a record of the account."""


def catalog_of(context: Context, orders: Sequence[SourceOrder]) -> Catalog:
    """The variants and currencies of these orders, and what the settings name.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked.
    """
    settings, gateway = context.settings, context.gateway
    lines = [line for order in orders for line in sent_lines(order, settings)]
    skus = {line.sku for line in lines if line.sku and bare(line.sku) and len(line.sku) <= LONGEST_SKU}
    names, missing = _named(gateway, settings)
    currency, unknown = _currency(gateway, settings)
    return Catalog(
        variants=gateway.find_variants(skus) if skus else {},
        barcodes=_barcodes(gateway, settings, lines),
        currencies=gateway.currencies({currency} if currency else {order.currency for order in orders}),
        currency=currency,
        prices_include_tax=settings.tax_treatment is TaxTreatment.DEFAULT and gateway.prices_include_tax(),
        tax_rate=gateway.default_tax_rate() if any(map(_has_open_total, orders)) else None,
        names=names,
        missing=missing or unknown,
    )


def _has_open_total(order: SourceOrder) -> bool:
    """Whether the account's tax decides what the order comes to, and there is something to compare it with."""
    if order.totals.grand_total is None:
        return False
    return any(part.tax_rate is None and not part.price_includes_tax for part in rated(order, 2).priced)


def _barcodes(gateway: Gateway, settings: ConnectionSettings, lines: Sequence[OrderLine]) -> Variants:
    codes = {line.barcode for line in lines if line.barcode and len(line.barcode) <= LONGEST_SKU}
    return gateway.find_barcodes(codes) if codes and settings.match_by is MatchBy.BARCODE else {}


def _named(gateway: Gateway, settings: ConnectionSettings) -> tuple[dict[RecordKind, str], Reason | None]:
    """Ids of what the settings name, and the first of it that is not there: no order goes out without it."""
    names: dict[RecordKind, str] = {}
    for setting, kind in NAMING.items():
        name = getattr(settings, setting)
        try:
            if name is not None:
                names[kind] = gateway.find_record(kind, name)
        except Rejected as error:
            return names, _missing(setting, error)
    return names, None


def _currency(gateway: Gateway, settings: ConnectionSettings) -> tuple[str | None, Reason | None]:
    try:
        return (None if settings.currency is None else gateway.find_currency(settings.currency)), None
    except Rejected as error:
        return None, _missing("currency", error)


def _missing(setting: str, error: Rejected) -> Reason:
    text = f"setting {setting}: {error}; create it there or correct the setting, and the order goes out"
    return Reason(f"unknown_{setting}", text, transient=True)
