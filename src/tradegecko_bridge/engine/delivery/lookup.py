"""What is asked of the order-management system before orders are sent. Nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from hashlib import blake2b
from itertools import chain, product
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.customers import identity
from tradegecko_bridge.commerce.remote import CustomerMatch, OrderDraft, PriceList, RecordKind, RemoteOrder
from tradegecko_bridge.commerce.values import bare, is_text
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.engine.delivery.partitions import customer_names
from tradegecko_bridge.engine.mapping.catalog import LONGEST_SKU, NAMING, Catalog
from tradegecko_bridge.engine.mapping.customers import Known, customer_of, match_of, told_apart
from tradegecko_bridge.engine.mapping.discounts import has_rates
from tradegecko_bridge.engine.mapping.plan import PreparedOrder
from tradegecko_bridge.engine.settings.choices import MatchBy, TaxTreatment
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.ledger import DELIVERED_STATES, SENT_STATES, UNCERTAIN_STATES, LedgerEntry, NewCustomer, Reason
from tradegecko_bridge.ports import FindsTwins, Gateway, ShowsPrices, ShowsTaxRates, ShowsTimeZone

KEYS_LIVE: Final = timedelta(hours=25)
"""How long the system knows an idempotency key, and a little more (reference §3.11)."""


def find_own_order(context: Context, due: DueOrder, others: Iterable[LedgerEntry] = ()) -> RemoteOrder | Reason | None:
    """Our order if it is there under its number, or known to be there under another one; else the reason why its number
    is taken, there or by one of these ``others`` of the ledger that is not shown yet; else None."""
    orders = context.gateway.find_orders(due.number, due.marker)
    if ours := _own(orders, due):
        return ours
    strangers = [order for order in orders if order.number.strip() == due.number.strip() and not order.gone]
    if not strangers:
        shown = {order.id for order in orders}
        return on_its_way(context, due.number, [other for other in others if other.remote_id not in shown])
    ids, number, reference = ", ".join(order.id for order in strangers), due.number, due.entry.reference
    return Reason(
        "number_taken",
        f"TradeGecko has another order {number!r} (id {ids}) that did not come from {reference!r} of "
        f"{context.connection}; renumber one of them, set date_in_number where numbers begin again, or skip this one",
        transient=True,
    )


def find_marked(context: Context, due: DueOrder, *, as_of: datetime) -> RemoteOrder | None:
    """Our order if it is there, whatever it is called now: a person may have renamed it, or we may have known it by
    another number, before the ledger was lost. It was made when the ledger knew nothing of it, or since its doubt
    began, or as far back as keys live."""
    in_doubt = due.entry.state in UNCERTAIN_STATES or due.not_known is None
    moments = [due.entry.in_state_since - KEYS_LIVE] if in_doubt else []
    since = min([*moments, *(due.not_known or ())])
    return _own(context.gateway.find_marked(due.marker, since=since, as_of=as_of), due)


def _own(orders: Iterable[RemoteOrder], due: DueOrder) -> RemoteOrder | None:
    """Ours; of two the one that is alive, of two of these the older one."""
    ours = [order for order in orders if order.marker == due.marker]
    return min(ours, key=lambda order: (order.gone, len(order.id), order.id), default=None)


def others_with_number(context: Context, due: DueOrder) -> Sequence[LedgerEntry]:
    """The other orders of the ledger that are known, or may be, by this order's number."""
    others = context.store.entries(number=due.number, states=SENT_STATES)
    return [other for other in others if other.remote_number == due.number and other.id != due.entry.id]


def on_its_way(context: Context, number: str, others: Iterable[LedgerEntry]) -> Reason | None:
    """Another order of the ledger of which nobody knows yet whether it gets the number, or that has just got it: lists
    may not show it yet. What a clock running ahead has written counts as just now, until it is shown."""
    now, patience = context.clock(), context.timing.patience
    open_ = (one for one in others if one.state not in DELIVERED_STATES or now - one.in_state_since <= patience)
    other = next((one for one in open_ if not _is_elsewhere(context, one)), None)
    if other is None:
        return None
    whose = f"order {other.number!r} of {other.connection}"
    text = f"{whose} is on its way to TradeGecko as {number!r}; this one waits until that is decided"
    return Reason("number_taken", text, transient=True)


def _is_elsewhere(context: Context, other: LedgerEntry) -> bool:
    """Whether it is an order for another account, where its number is nobody's business here."""
    mine, theirs = map(context.store.known_account, (context.connection, other.connection))
    return mine is not None and theirs is not None and not mine.account.is_same(theirs.account)


# ── what orders refer to ─────────────────────────────────────────────────────────────────────


def load_account(gateway: Gateway, settings: ConnectionSettings, orders: Sequence[SourceOrder]) -> Catalog:
    """The account's currencies and defaults, and what the settings name; no variants yet.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked.
    """
    names, missing = _named(gateway, settings)
    currency, unknown = _currency(gateway, settings)
    return Catalog(
        currencies=gateway.currencies({currency} if currency else {order.currency for order in orders}),
        currency=currency,
        prices_include_tax=settings.tax_treatment is TaxTreatment.DEFAULT and gateway.prices_include_tax(),
        zone=_zone(settings.time_zone or _time_zone(gateway)),
        names=names,
        missing=missing or unknown,
    )


def load_goods(
    gateway: Gateway, settings: ConnectionSettings, account: Catalog, orders: Sequence[PreparedOrder]
) -> Catalog:
    """The same with the variants of these orders, and the account's tax rate where that decides what one comes to.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked.
    """
    lines = [line for prepared in orders for line in prepared.applied.lines]
    skus = {line.sku for line in lines if line.sku and bare(line.sku) and _can_be_asked(line.sku)}
    skus |= set(map(bare, skus))
    variants = gateway.find_variants(skus) if skus else {}
    unpriced = any(line.price is None for prepared in orders for line in prepared.order.lines)
    codes = {line.barcode for line in lines if line.barcode and _can_be_asked(line.barcode)}
    return evolve(
        account,
        variants=variants,
        twins=_twins(gateway, skus - variants.keys()),
        price_list=_price_list(gateway, account) if unpriced else None,
        barcodes=gateway.find_barcodes(codes) if codes and settings.match_by is MatchBy.BARCODE else {},
        tax_rates=_tax_rates(gateway, orders),
        tax_rate=gateway.default_tax_rate() if any(map(_has_open_total, orders)) else None,
    )


def _twins(gateway: Gateway, unknown: Collection[str]) -> Mapping[str, Sequence[str]]:
    """SKUs that are nearly these, where the gateway can tell."""
    return gateway.find_twins(unknown) if unknown and isinstance(gateway, FindsTwins) else {}


def _price_list(gateway: Gateway, account: Catalog) -> PriceList | None:
    """The list with the prices that orders do not give, where the gateway can tell."""
    return gateway.price_list(account.names.get(RecordKind.PRICE_LIST)) if isinstance(gateway, ShowsPrices) else None


def _tax_rates(gateway: Gateway, orders: Iterable[PreparedOrder]) -> Collection[Decimal]:
    """The account's rates, where they may tell how a discount was taken off, and the gateway can tell them."""
    wanted = any(prepared.otherwise and not has_rates(prepared.order) for prepared in orders)
    return gateway.tax_rates() if wanted and isinstance(gateway, ShowsTaxRates) else ()


def _time_zone(gateway: Gateway) -> str | None:
    """The account's, where the gateway can tell."""
    return gateway.time_zone() if isinstance(gateway, ShowsTimeZone) else None


def _zone(name: str | None) -> tzinfo | None:
    """A time zone; None where there is none of this name."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def _can_be_asked(name: str) -> bool:
    """Whether a variant may be called so: no address has room for more, nor for half a character."""
    return len(name) <= LONGEST_SKU and is_text(name)


def _has_open_total(prepared: PreparedOrder) -> bool:
    """Whether the account's tax decides what the order comes to, and there is something to compare it with."""
    if prepared.order.totals.grand_total is None:
        return False
    return any(part.tax_rate is None and not part.price_includes_tax for part in prepared.rated.priced)


def _named(gateway: Gateway, settings: ConnectionSettings) -> tuple[Mapping[RecordKind, str], Reason | None]:
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


# ── customers ────────────────────────────────────────────────────────────────────────────────


class Customers:
    """Which customer record an order goes to, asked for once a run; one created meanwhile is found by the next look."""

    def __init__(self, gateway: Gateway, settings: ConnectionSettings) -> None:
        self._gateway = gateway
        self._settings = settings
        self._found: dict[Known, str] = {}

    def id_for(self, draft: OrderDraft) -> str | None:
        """The settings' own customer, else the one the order's customer is matched with; None for a new one.

        Raises:
            AccessDenied, Rejected, Unavailable: from the look-up.
        """
        if draft.customer_id is not None:
            return draft.customer_id
        asked = self._asked(draft)
        if asked not in self._found:
            customer, bill = asked
            match = match_of(identity(customer, bill), self._settings)
            found = self._gateway.find_customer(customer, billing=bill, match=match)
            if found is None:
                return None
            self._found[asked] = found
        return self._found[asked]

    def forget(self, draft: OrderDraft) -> None:
        """What was found for this order's customer is so no more."""
        self._found.pop(self._asked(draft), None)

    def _asked(self, draft: OrderDraft) -> Known:
        return told_apart(draft.customer, draft.billing_address or draft.shipping_address, self._settings)


def as_new_customer(context: Context, order: SourceOrder | None) -> NewCustomer | None:
    """Whom an order makes in the account, by all that the next order would be matched with there.

    An e-mail address comes first: beside another one neither code nor telephone number counts alone. A shop's code for
    its customer counts alone only where there is no telephone number either: several shops may use the same codes.
    """
    if order is None:
        return None
    known = identity(*customer_of(order, context.settings))
    code, email, phone, name = (list(customer_names(known, [kind])) for kind in ("code", "email", "phone", "name"))
    strict = match_of(known, context.settings) is CustomerMatch.STRICT
    known_by = list(map("\n".join, chain(product(name, phone), product(code, email or name + phone))))
    if email and strict:
        known_by += map("\n".join, product(email, name + phone))
    elif email or not strict:
        known_by += email or phone
    if not email and not phone and not known.is_counted:
        known_by += code
    account = context.account()
    texts = (f"{account}\n{known}".encode("utf-8", "replace") for known in known_by)
    digests = frozenset(blake2b(text, digest_size=16).hexdigest() for text in texts)
    return NewCustomer(digests=digests, since=context.clock() - context.timing.patience) if digests else None
