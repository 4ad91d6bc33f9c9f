"""What the account has that orders refer to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Final, TypeAlias, TypeVar

from attrs import field, frozen

from tradegecko_bridge.commerce import OrderLine, SourceOrder
from tradegecko_bridge.commerce.remote import PriceList, RecordKind, RemoteVariant
from tradegecko_bridge.commerce.values import bare
from tradegecko_bridge.ledger import Reason

LONGEST_SKU: Final = 255
"""No real SKU is longer, and one that is must not spoil the look-up of the others."""
NAMING: Final = {
    "customer": RecordKind.CUSTOMER,
    "location": RecordKind.LOCATION,
    "price_list": RecordKind.PRICE_LIST,
    "assignee": RecordKind.USER,
    "payment_method": RecordKind.PAYMENT_METHOD,
}
"""Settings that name a record of the account."""
D = TypeVar("D", bound=date | None)
Variants: TypeAlias = Mapping[str, Sequence[RemoteVariant]]


@frozen(kw_only=True)
class Catalog:
    """What the account has that orders refer to: variants by SKU and by barcode, and the digits of each currency by ISO
    code; ``names`` are ids of what the settings name, ``missing`` says which of it is not there.

    ``currency`` is the one the settings give all orders; ``prices_include_tax`` and ``tax_rate`` (percent; None where
    nobody asked) are the account's defaults, ``tax_rates`` all that it has, where that was asked. ``zone`` is the time
    zone of its calendar, ``twins`` are SKUs it has that are nearly those it has not, ``price_list`` has the prices that
    orders do not give (None where nobody asked).
    """

    currencies: Mapping[str, int]
    variants: Variants = field(factory=dict)
    barcodes: Variants = field(factory=dict)
    currency: str | None = None
    prices_include_tax: bool = False
    tax_rate: Decimal | None = None
    tax_rates: Collection[Decimal] = ()
    zone: tzinfo | None = None
    twins: Mapping[str, Sequence[str]] = field(factory=dict)
    price_list: PriceList | None = None
    names: Mapping[RecordKind, str] = field(factory=dict)
    missing: Reason | None = None

    def as_text(self) -> str:
        """How the account is set up, without what it sells: a text that changes with it."""
        names = {kind.value: self.names[kind] for kind in sorted(self.names)}
        return repr(
            (dict(sorted(self.currencies.items())), self.currency, self.prices_include_tax, names, self.missing)
        )

    def of(self, line: OrderLine) -> Sequence[RemoteVariant]:
        """The variants a line may be: those with its barcode, else those with its SKU, or that without blanks around
        it."""
        by_barcode, sku = self.barcodes.get(line.barcode or "", ()), line.sku or ""
        return by_barcode or self.variants.get(sku, ()) or self.variants.get(bare(sku), ())

    def day_of(self, when: D) -> D | date:
        """The day it is at a moment by the account's calendar, or by the source's where nobody knows that."""
        if not isinstance(when, datetime):
            return when
        return (when.astimezone(self.zone) if self.zone else when).date()

    def currency_of(self, order: SourceOrder) -> str:
        """The ISO code of what an order is paid in."""
        return self.currency or order.currency.strip().upper()

    def digits_of(self, order: SourceOrder) -> int:
        """The digits its amounts have behind the point."""
        return self.currencies.get(self.currency_of(order), 2)

    def line_ids(self, lines: Iterable[OrderLine]) -> dict[str, str]:
        """The variant id each line is delivered as, by the source's line reference; ambiguous lines are left out."""
        found = {line.reference: self.of(line) for line in lines}
        return {reference: variants[0].id for reference, variants in found.items() if len(variants) == 1}
