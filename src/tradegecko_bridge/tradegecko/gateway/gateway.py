"""The port's gateway: what the engine asks for, as calls to one account."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain
from threading import RLock
from typing import Any, Final, TypeVar

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Address, Customer, ProductDetails, VariantStock
from tradegecko_bridge.commerce.customers import Identity, identity
from tradegecko_bridge.commerce.remote import (
    Access,
    AccountIdentity,
    ChangedOrders,
    ChangedProducts,
    CustomerMatch,
    OrderAction,
    OrderDraft,
    Presence,
    PriceList,
    RecordKind,
    RemoteOrder,
    RemoteShipment,
    RemoteVariant,
    Topic,
)
from tradegecko_bridge.errors import GatewayError, MalformedData, NotFound, OutdatedDraft, Rejected, Unavailable
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports import Clock, MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page, Reply
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway import (
    cursors,
    customer_match,
    order_changes,
    order_returns,
    product_lists,
    record_names,
    translate,
)
from tradegecko_bridge.tradegecko.gateway.error_mapping import reading, writing
from tradegecko_bridge.tradegecko.gateway.listing import changes, chunks_by_url_length, pages
from tradegecko_bridge.tradegecko.gateway.marks import GONE, marker_of
from tradegecko_bridge.tradegecko.gateway.mirror import OVERLAP, PAGES_AT_ONCE, Mirror, NewLock
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    ADDRESSES,
    COMPANIES,
    ORDERS,
    PRICE,
    VARIANTS,
    Kind,
    company_keys,
    prices_of,
    twin_key,
)
from tradegecko_bridge.tradegecko.gateway.normalize import normalized
from tradegecko_bridge.tradegecko.gateway.order_fields import (
    LISTED_COLUMNS,
    MIRRORED_COLUMNS,
    AddressBook,
    ids_in,
    order_fields,
)
from tradegecko_bridge.tradegecko.gateway.reading_plan import ReadingPlan
from tradegecko_bridge.tradegecko.gateway.stock_copy import STOCK, TAKEN, StockCopy, taken_rows, with_parts
from tradegecko_bridge.tradegecko.gateway.together import Together
from tradegecko_bridge.tradegecko.limits import Priority
from tradegecko_bridge.tradegecko.retry import NO_RETRY

R = TypeVar("R", bound=records.Record)
D = TypeVar("D", bound=records.DatedRecord)
Filters = Mapping[str, object]

NEEDED_PERMISSIONS: Final = ("write_orders", "write_companies")
A_MONTH: Final = timedelta(days=30)
IDS_A_CALL: Final = 200
TWINS_ASKED: Final = 5
"""SKUs that nothing has for which what is nearly the same is searched for, at most."""
WORTH_TELLING: Final = 20
"""From so many pages on it is told that the account was read."""
READ_ONCE: Final[Sequence[tuple[Kind[Any], float, bool]]] = (
    (COMPANIES, 1.0, False),  # a customer whom neither code nor e-mail address finds is asked for by telephone number
    (VARIANTS, 1 / 20, False),  # fifty SKUs a request
    (ADDRESSES, 1 / 25, False),
    (ORDERS, 1 / 50, True),  # also for the sake of orders of ours that somebody has renumbered
)
"""What of an account is read once, most useful first: how many requests an order that saves, and whether no order goes
out where it cannot be read."""
COMPANY_FILTERS: Final = {"code": "company_code", "email": "email"}
"""The filters that find companies by a key exactly."""
VALUE_OF: Final[Mapping[str, Callable[[Any], str]]] = {
    "order_number": lambda order: (order.order_number or "").strip(),
    "company_code": lambda company: (company.company_code or "").strip(),
    "email": lambda company: (company.email or "").strip(),
    "company_id": lambda address: str(address.company_id),
}
"""What a record has that a filter with this name finds it by."""


@frozen(kw_only=True)
class _Marked:
    """Our orders that have changed since a moment, by marker, as they were listed at another."""

    since: datetime
    at: datetime
    orders: Mapping[str, Sequence[RemoteOrder]]


class TradeGeckoGateway(OfThisProcess):
    """TradeGecko as the engine's :class:`~tradegecko_bridge.ports.Gateway`.

    Args:
        client: how the account is called.
        mirror: where what the account holds is remembered, e.g. ``SqlStore(…).mirror``: with it most lookups
            cost no request. None: the account is asked each time.
        clock: the present moment, aware UTC.
        lock: makes the locks of the mirror, which are held while it reads from the account.
    """

    def __init__(
        self,
        client: TradeGeckoClient,
        *,
        mirror: MirrorStore | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        lock: NewLock = RLock,
    ) -> None:
        self._client = client.with_options(priority=Priority.DELIVERY)
        self._normal = client.with_options(priority=Priority.NORMAL)
        self._bulk = client.with_options(priority=Priority.BULK)
        self._mirror = Mirror(self._normal, mirror, clock=clock, lock=lock)
        self._mirror_store = mirror
        self._clock = clock
        self._treatment: str | None = None
        self._marked: _Marked | None = None
        self._together = Together(self._client)
        self._twice: dict[str, Sequence[RemoteOrder]] = {}
        self._stock_is_kept: bool | None = None
        self._keys: dict[Identity, Mapping[str, str]] = {}
        """By what the customers of the batch at hand are found."""

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones counted each time."""
        return self._client.calls

    @property
    def clock_offset(self) -> timedelta | None:
        """By the ``Date`` of the last answers."""
        return self._client.clock_offset

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[None]:
        """One run: the mirror is brought up to date as it is needed; ``read_only`` neither uses nor keeps any of it."""
        self._mirror.begin(read_only=read_only)
        self._treatment = self._marked = None
        self._together = Together(self._client)
        self._twice, self._keys = {}, {}
        self._stock_is_kept = None
        yield
        self._mirror.flush()

    def check_access(self) -> Access:
        """Account and permissions of the token's user (reference §2.7, §5.33): two calls that change nothing."""
        with reading():
            user = self._client.users.current()
            account = self._client.accounts.current()
            self._client.note_account(str(account.id))
        has = {str(permission) for permission in user.permissions}
        return Access(
            account=account.name or f"account {account.id}",
            missing_permissions=tuple(need for need in NEEDED_PERMISSIONS if need not in has),
        )

    def account(self) -> AccountIdentity:
        """The account behind the token (reference §5.1): one call, once for each login."""
        return self._mirror.identity

    def prepare(self, orders: int, told: Callable[[int, int], None]) -> Sequence[str]:
        """Read what pays for so many orders, and go on with what earlier runs have begun."""
        if self._mirror.disabled:
            return ()
        plan, notes = ReadingPlan(orders, told), list[str]()
        shares = [(kind, plan.share(saved, always=needed or not orders), needed) for kind, saved, needed in READ_ONCE]
        for kind, share, needed in shares:
            try:
                self._mirror.read_on(kind, share, catch_up=share.worth, only_begun=not orders)
            except (Rejected, Unavailable) as error:
                if orders and needed:
                    raise
                notes.append(f"{kind.resource.plural} could not be read ahead and are looked up one by one: {error}")
        done = sum(self._mirror.pages_kept(kind) for kind, *_ in shares)
        if left := sum(share.left for _, share, _ in shares):
            about = f"{done} of about {done + left} pages"
            notes.append(f"reading the account once, so that orders cost fewer requests: {about}; the next runs go on")
        elif plan.pages >= WORTH_TELLING:
            notes.append(f"read the account once, in {done} pages")
        return notes

    # ── looking things up ────────────────────────────────────────────────────────────────────

    def prefetch(
        self, orders: Collection[tuple[str, str]], customers: Collection[tuple[Customer, Address | None]]
    ) -> Mapping[str, Presence]:
        """One look into the mirror for a whole batch, or into the account for many of it at a time; what the last one
        brought is written first."""
        self._mirror.flush()
        self._keys = {}
        found = self._prefetch_customers([identity(customer, bill) for customer, bill in customers])
        self._ask_together(ADDRESSES, "company", "company_id", {id_: [id_] for id_ in sorted(found, key=int)})
        numbers = {marker: number.strip() for number, marker in orders}
        self._ask_together(ORDERS, "number", "order_number", {number: [number] for number in numbers.values()})
        return self._presence(numbers)

    def _prefetch_customers(self, customers: Sequence[Identity]) -> set[str]:
        """The ids of companies that one of these may be."""
        wanted: dict[str, dict[str, list[str]]] = {key: {} for key in customer_match.LOOKUP_KEYS}
        for customer in customers:
            for key, value in self._customer_keys(customer).items():
                if key in wanted:
                    wanted[key].setdefault(value, []).extend(customer_match.said(customer, key))
        found = set[str]()
        for key, said in wanted.items():
            if said and key in COMPANY_FILTERS:
                self._ask_together(COMPANIES, key, COMPANY_FILTERS[key], said)
            told = self._mirror.find_each(COMPANIES, key, said, said=said) if said else {}
            found |= {row.id for rows in told.values() for row in rows}
        return found

    def _ask_together(self, kind: Kind[D], key: str, name: str, said: Mapping[str, Sequence[str]]) -> None:
        """Ask the account for many values of a key at once, by this filter: those that the mirror cannot tell. With
        each of the values come the texts that stand for it."""
        if not said or not self._mirror.answers:
            return
        told = self._mirror.find_each(kind, key, said, said=said)
        asked = {value: texts for value, texts in said.items() if value not in told}
        at, answered, found = self._clock(), set[str](), list[D]()
        for texts, some in self._together.ask(kind, name, list(chain.from_iterable(asked.values())), VALUE_OF[name]):
            answered.update(texts)
            found += some
        values = [value for value, texts in asked.items() if answered.issuperset(texts)]
        self._mirror.learn(kind, key, values, found, at, asked)

    def state_of(self, topic: Topic) -> str | None:
        """How often the mirror has seen that change; None while it is not whole."""
        if topic is Topic.GOODS:
            counts = self._mirror.counts(VARIANTS)
            return None if counts is None else f"{counts.added} {counts.changed}"
        counts = self._mirror.counts(ORDERS)
        return None if counts is None else str(counts.changed)

    def _presence(self, numbers: Mapping[str, str]) -> Mapping[str, Presence]:
        told = self._mirror.find_each(ORDERS, "number", set(numbers.values()))
        absent = Presence.ABSENT if self._mirror.is_whole(ORDERS) else Presence.FREE
        used = {number for number, rows in told.items() if rows}
        for key, values in (("number", set(numbers.values())), ("mark", numbers.keys())):
            used |= {value for row in self._mirror.last_known(ORDERS, key, values) for value in row.values(key)}
        return {
            marker: Presence.KNOWN if marker in used or number in used
            else absent if number in told
            else Presence.POSSIBLE
            for marker, number in numbers.items()
        }  # fmt: skip

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        """By ``order_number``, compared again here: the API's filter may match partially (reference §8). And by the ids
        that the mirror knows for the marker."""
        number = number.strip()
        rows = self._list(resources.ORDERS, order_number=number, status=ORDERS.statuses)
        found = {str(order.id): order for order in rows if (order.order_number or "").strip() == number}
        marked = {row.id for row in self._mirror.last_known(ORDERS, "mark", [marker])} if marker else set[str]()
        found |= {str(order.id): order for order in self._by_ids(ORDERS, marked - found.keys())}
        if marker and any(marker_of(order) == marker and id_ not in marked for id_, order in found.items()):
            self._mirror.look_again(COMPANIES, ADDRESSES)  # it brought its customer along, whatever its answer was
        return self._noted(marker, [translate.remote_order(order) for order in found.values()])

    def _noted(self, marker: str, orders: Sequence[RemoteOrder]) -> Sequence[RemoteOrder]:
        """These orders, after a look whether more than one of them is ours and alive."""
        alive = [order for order in orders if marker and order.marker == marker and not order.gone]
        if len(alive) > 1:
            self._twice[marker] = alive
        return orders

    def find_marked(self, marker: str, *, since: datetime, as_of: datetime) -> Sequence[RemoteOrder]:
        """From the mirror, or from a list of what has changed since: there is no filter by ``source_url``."""
        rows = self._mirror.find(ORDERS, "mark", [marker], as_of=as_of)
        if rows is None:
            return self._noted(marker, self._listed_since(since, as_of).get(marker, []))
        found = self._by_ids(ORDERS, {row.id for row in rows})
        return self._noted(marker, [translate.remote_order(order) for order in found if marker_of(order) == marker])

    def _listed_since(self, since: datetime, as_of: datetime) -> Mapping[str, Sequence[RemoteOrder]]:
        """Our orders that have changed since, by marker; listed once a session, unless that is not recent enough."""
        if self._marked is None or self._marked.since > since or self._marked.at < as_of:
            at, orders = self._clock(), dict[str, dict[str, RemoteOrder]]()
            for order in chain.from_iterable(changes(self._client, ORDERS.call_at, since)):
                if marker := marker_of(order):
                    orders.setdefault(marker, {})[str(order.id)] = translate.remote_order(order)
            by_marker = {marker: list(found.values()) for marker, found in orders.items()}
            self._marked = _Marked(since=since, at=at, orders=by_marker)
        return self._marked.orders

    def doubles(self) -> Mapping[str, Sequence[RemoteOrder]]:
        """By what was looked up, and by the mirror, which sees every order that has changed, in whatever session."""
        shared = self._mirror.shared(ORDERS)
        return self._twice | {
            marker: [RemoteOrder(id=row.id, number="".join(row.values("number")), marker=marker) for row in rows]
            for marker, rows in shared.items()
        }

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """From the mirror, or some fifty SKUs a call; several variants may carry a SKU (reference §5.34)."""
        wanted = {sku for sku in skus if sku.strip()}
        return self._variants_by(
            "sku", wanted, ({"sku": chunk} for chunk in chunks_by_url_length(sorted(wanted), "sku"))
        )

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """From the mirror, or one call each: there is no filter by ``upc``, so its full text is searched."""
        wanted = {barcode for barcode in barcodes if barcode.strip()}
        return self._variants_by("upc", wanted, ({"q": barcode} for barcode in sorted(wanted)))

    def _variants_by(
        self, key: str, wanted: Collection[str], queries: Iterable[Filters]
    ) -> Mapping[str, Sequence[RemoteVariant]]:
        rows = self._rows(VARIANTS, key, wanted, queries)
        found: dict[str, list[RemoteVariant]] = {}
        for row in {row.id: row for row in rows if row.facts["status"] == "active"}.values():
            for value in set(row.values(key)).intersection(wanted):
                found.setdefault(value, []).append(
                    RemoteVariant(id=row.id, sku="".join(row.values("sku")), prices=prices_of(row))
                )
        return found

    def find_twins(self, skus: Collection[str]) -> Mapping[str, Sequence[str]]:
        """From the mirror, or by a search for each of the first few."""
        wanted = {sku: twin_key(sku) for sku in sorted(skus)[:TWINS_ASKED] if twin_key(sku)}
        rows = self._rows(VARIANTS, "twin", set(wanted.values()), ({"q": sku} for sku in wanted))
        alive = [row for row in rows if row.facts["status"] == "active"]
        return {
            sku: sorted({text for row in alive if key in row.values("twin") for text in row.values("sku")})
            for sku, key in wanted.items()
        }

    def price_list(self, id_: str | None) -> PriceList | None:
        """By its id, or the account's ``default_order_price_list_id`` (reference §5.1), else the retail one."""
        known = self._mirror.settings("price_list_currencies", self._read_price_lists)
        wanted = id_ or known["default"]
        name, _, currency = known.get(f"{PRICE}{wanted}", "").rpartition("\n")
        return PriceList(id=wanted, name=name or wanted, currency=currency)

    def _read_price_lists(self) -> Mapping[str, str]:
        with reading():
            default = self._account().default_order_price_list_id or "retail"
        lists = self._list(resources.PRICE_LISTS)
        return {"default": default, **{f"{PRICE}{one.id}": f"{one.name}\n{one.currency_iso or ''}" for one in lists}}

    def find_customer(
        self, customer: Customer, *, billing: Address | None = None, match: CustomerMatch = CustomerMatch.NORMAL
    ) -> str | None:
        """From the mirror, or by code, e-mail address and phone in up to three calls (reference §5.3)."""
        known = identity(customer, billing)
        keys = self._customer_keys(known)

        def look_up(key: str) -> Sequence[MirrorRow]:
            queries = (customer_match.filters(known, one) for one in [key])
            return self._rows(COMPANIES, key, [keys[key]], queries, customer_match.said(known, key))

        return customer_match.best_match(keys, match, look_up, is_counted=known.is_counted)

    def _customer_keys(self, known: Identity) -> Mapping[str, str]:
        keys = self._keys.get(known)
        if keys is None:
            said = {"name": known.name, "email": known.email, "phone": known.phone, "code": known.code}
            keys = self._keys[known] = dict(company_keys(self._mirror.digest, **said))
        return keys

    def _rows(
        self, kind: Kind[D], key: str, values: Collection[str], queries: Iterable[Filters], texts: Sequence[str] = ()
    ) -> Sequence[MirrorRow]:
        """The rows with one of these values, spelled like this: the mirror's, or else what the account answers to
        ``queries``."""
        said = dict.fromkeys(values, texts)
        rows = self._mirror.find(kind, key, values, said=said)
        if rows is not None:
            return rows
        at, found = self._clock(), [record for filters in queries for record in self._list(kind.resource, **filters)]
        self._mirror.learn(kind, key, values, found, at, said)
        return [kind.row(record, self._mirror.digest) for record in found]

    # ── what is set up in the account ────────────────────────────────────────────────────────

    def find_record(self, kind: RecordKind, name: str) -> str:
        """By id or by what people call it, from a short list that is remembered; a customer by a few calls.

        Raises:
            Rejected: the account has none of this name.
        """
        as_key = self._name_key(kind)
        known = self._mirror.settings(
            f"{kind}s" if kind in record_names.SHORT_LISTS else f"customer {as_key(name)}",
            lambda: self._read_names(kind, name),
            wanted=[name if kind in record_names.SHORT_LISTS and name.isdecimal() else as_key(name)],
        )
        for key in (name, as_key(name)):
            if key in known:
                return known[key]
        raise record_names.not_found(kind, name, known)

    def _name_key(self, kind: RecordKind) -> Callable[[str], str]:
        """How names of this kind are remembered: those of persons by their digests."""
        return (
            (lambda name: self._mirror.digest(normalized(name)))
            if kind in record_names.PERSONS
            else (lambda name: name)
        )

    def _read_names(self, kind: RecordKind, name: str) -> Mapping[str, str]:
        as_key = self._name_key(kind)
        if kind in record_names.SHORT_LISTS:
            resource, fields = record_names.SHORT_LISTS[kind]
            return record_names.ids_by_name(self._list(resource), fields, as_key)
        found = record_names.find_company(lambda **filters: self._list(resources.COMPANIES, **filters), name)
        return {} if found is None else {as_key(name): found}

    def prices_include_tax(self) -> bool:
        """The account's default tax treatment (reference §7), asked for in every run."""
        if self._treatment is None:
            with reading():
                self._treatment = self._account().default_tax_treatment or ""
        return self._treatment == "inclusive"

    def _account(self) -> records.Account:
        """The account, which says by the way whether it still is the one it was."""
        found = self._client.accounts.current()
        self._mirror.note_account(found)
        return found

    def default_tax_rate(self) -> Decimal | None:
        """The effective rate of the account's ``default_sales_order_tax_type_id`` (reference §7); a customer's own tax
        type and products without tax come before it."""
        found = self._mirror.settings("default_tax", self._read_default_tax).get("rate")
        return None if found is None else Decimal(found)

    def _read_default_tax(self) -> Mapping[str, str]:
        with reading():
            default = self._account().default_sales_order_tax_type_id
        rates = {tax_type.id: tax_type.effective_rate for tax_type in self._list(resources.TAX_TYPES)}
        rate = rates.get(default) if default is not None else None
        return {} if rate is None else {"rate": str(rate)}

    def time_zone(self) -> str | None:
        """The account's (reference §5.1), as it was when its login was first used."""
        return self._mirror.identity.time_zone

    def tax_rates(self) -> Collection[Decimal]:
        """Those of the tax types (reference §5.31)."""
        return set(map(Decimal, self._mirror.settings("tax_types", self._read_tax_types)))

    def _tax_type_of(self, rate: Decimal) -> int | None:
        found = self._mirror.settings("tax_types", self._read_tax_types).get(_plain(rate))
        return None if found is None else int(found)

    def _read_tax_types(self) -> Mapping[str, str]:
        """Ids by effective rate; of several with one rate the oldest."""
        found = [(t.effective_rate, t.id) for t in self._list(resources.TAX_TYPES) if t.effective_rate is not None]
        return {_plain(rate): str(id_) for rate, id_ in sorted(found, key=lambda pair: pair[1], reverse=True)}

    def find_currency(self, name: str) -> str:
        """The ISO code of a currency by that code or by its name (reference §5.6).

        Raises:
            Rejected: the account has none of this name.
        """
        key = normalized(name)
        known = self._mirror.settings("currency_names", self._read_currency_names, wanted=[key])
        if key not in known:
            raise Rejected(f"no currency {name!r} in TradeGecko; it has {', '.join(sorted(set(known.values())))}")
        return known[key]

    def _read_currency_names(self) -> Mapping[str, str]:
        known = [currency for currency in self._list(resources.CURRENCIES) if currency.iso]
        return {normalized(name): str(c.iso) for c in known for name in (c.name, c.iso) if name}

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        """The account's active currencies with their ``precision`` (reference §5.6)."""
        found = self._mirror.settings("currencies", self._read_currencies, wanted=wanted)
        return {iso: int(digits) for iso, digits in found.items()}

    def _read_currencies(self) -> Mapping[str, str]:
        known = (currency for currency in self._list(resources.CURRENCIES) if currency.iso)
        return {str(currency.iso): str(2 if currency.precision is None else currency.precision) for currency in known}

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def create_order(
        self,
        draft: OrderDraft,
        *,
        key: str,
        customer_id: str | None,
        may_leave: Callable[[], bool] = lambda: True,
    ) -> RemoteOrder:
        """One ``POST /orders`` with its lines, and with company and addresses where they are new (§5.16).

        An answer about another order is none: connections and proxies mix answers up.
        """
        addresses: Sequence[MirrorRow] = ()
        if customer_id is not None:
            addresses = self._rows(ADDRESSES, "company", [customer_id], [{"company_id": customer_id}])
        fields = self._order_fields(draft, customer_id, addresses)
        call = _answered_by(resources.ORDERS.create(fields, idempotency_key=key), draft.marker)
        mirror = self._mirror
        try:
            with writing():
                made = self._client.send(call, retry=NO_RETRY, may_leave=lambda: may_leave() and mirror.is_as_it_was)
        except Rejected as error:
            if self._is_outdated(fields, customer_id, addresses):
                raise OutdatedDraft(str(error)) from error.__cause__
            raise
        self._mirror_created(made, fields)
        return translate.remote_order(made)

    def _order_fields(
        self, draft: OrderDraft, customer_id: str | None, addresses: Sequence[MirrorRow]
    ) -> dict[str, Any]:
        location = None if draft.location is None else int(self.find_record(RecordKind.LOCATION, draft.location))
        return order_fields(
            draft,
            customer_id,
            addresses=AddressBook(self._mirror.digest, addresses),
            location_id=location,
            tax_type_of=self._tax_type_of,
        )

    def _mirror_created(self, made: records.Order, fields: Mapping[str, Any]) -> None:
        """What the new order brought with it; listings will have the same, later."""
        put = self._mirror.put
        put(ORDERS, made)
        if made.status != "draft" and self._keeps_stock:
            self._mirror.note(TAKEN, taken_rows(fields.get("order_line_items", ()), self._clock()))
        if made.company_id is None:
            return
        if company := fields.get("company"):
            put(COMPANIES, records.Company(id=made.company_id, **company))
        for name, id_ in (("shipping_address", made.shipping_address_id), ("billing_address", made.billing_address_id)):
            if name in fields and id_ is not None:
                put(ADDRESSES, records.Address(id=id_, company_id=made.company_id, **fields[name]))

    def _is_outdated(self, fields: Mapping[str, Any], customer_id: str | None, addresses: Sequence[MirrorRow]) -> bool:
        """Whether the order was made from an out-of-date mirror: checks all that it names by id, and whether the
        company has others than these ``addresses`` by now. What cannot be found out leaves the refusal as it is.

        Nothing is checked where nothing is mirrored. It is checked where another order has invalidated the mirror in
        this run: the draft may be older than that.
        """
        if self._mirror.disabled:
            return False
        try:
            outdated = (
                any(self._has_gone(kind, ids_in(fields, columns)) for kind, columns in MIRRORED_COLUMNS)
                or (customer_id is not None and self._has_new_addresses(customer_id, addresses))
                or any(self._is_unlisted(resource, ids_in(fields, [name])) for name, resource in LISTED_COLUMNS)
            )
        except GatewayError:
            return False
        if outdated:
            self._mirror.invalidate()
        return outdated

    def _has_gone(self, kind: Kind[D], ids: Collection[str]) -> bool:
        """Whether one of these is not active any more; what there is of it instead is remembered."""
        gone = set(ids) - {str(record.id) for record in self._by_ids(kind, ids, status=("active",))}
        for id_ in gone:
            self._look_again(kind, id_)
        return bool(gone)

    def _is_unlisted(self, resource: resources.Resource[Any], ids: Collection[str]) -> bool:
        """Whether one of these is not on the account's list; nothing is asked for none."""
        return bool(ids) and not set(ids) <= {str(record.id) for record in self._list(resource)}

    def _look_again(self, kind: Kind[D], id_: str) -> None:
        with reading():
            try:
                self._mirror.put(kind, self._client.send(kind.resource.get(id_)))
            except NotFound as error:
                if not error.from_api:
                    raise
                self._mirror.remove(kind, id_)

    def _has_new_addresses(self, customer_id: str, addresses: Sequence[MirrorRow]) -> bool:
        """Whether somebody has given the company another address meanwhile: its label may be the one we chose. Another
        worker may have remembered it in the mirror by now."""
        known = {row.id for row in addresses}
        return any(str(address.id) not in known for address in self._list(resources.ADDRESSES, company_id=customer_id))

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        """``POST /orders/:id/actions/…`` for ``invoice``, ``pay``, ``pack`` or ``void`` (reference §4.1), once.

        As an order, it does not leave where the account may be another one than when its session began.
        """
        body = {"payment": {"payment_method_name": method}} if method and action == OrderAction.PAY else None
        call = resources.ORDERS.action(order_id, action, body, idempotency_key=key)
        with writing():
            self._client.send(call, retry=NO_RETRY, may_leave=lambda: self._mirror.is_as_it_was)

    def completed_actions(self, order_id: str) -> Collection[str]:
        """Which of the actions an order has behind it, by its derived statuses (reference §6.2).

        A look that is refused says nothing of the order: a new one may become visible late, and something in between
        may refuse whatever it likes.
        """
        try:
            with reading():
                order = self._client.orders.get(int(order_id))
                self._mirror.put(ORDERS, order)
        except Rejected as error:
            raise Unavailable(f"order {order_id} cannot be seen now: {error}") from error.__cause__
        done = {
            "invoice": order.invoice_status == "invoiced",
            "pay": order.payment_status == "paid",
            "pack": order.packed_status == "packed",
            "ship": order.fulfillment_status not in (None, "unshipped"),
            "void": order.status in GONE,
        }
        return [action for action, so in done.items() if so]

    # ── what there is, to hold a ledger against ──────────────────────────────────────────────

    def orders_by_id(self, ids: Collection[str]) -> Sequence[RemoteOrder]:
        """Two hundred a call (reference §3.7)."""
        known = [int(id_) for id_ in ids if id_.isdecimal() and len(id_) <= record_names.LONGEST_ID]
        found: list[records.Order] = []
        for start in range(0, len(known), IDS_A_CALL):
            call = resources.ORDERS.list(ids=known[start : start + IDS_A_CALL], status=ORDERS.statuses)
            found += chain.from_iterable(pages(self._normal, call))
        return [translate.remote_order(order) for order in found]

    def orders_since(self, moment: datetime | None) -> Iterable[RemoteOrder]:
        """Page by page, at the pace of the rate limit."""
        for page in changes(self._bulk, ORDERS.call_at, moment):
            yield from map(translate.remote_order, page)

    def changed_orders(self, cursor: str | None) -> ChangedOrders:
        """One list by ``updated_at_min``, as a rule of one page, which the mirror then need not read."""
        mirror = self._mirror
        return order_changes.changed_orders(self._normal, cursor, mirror)

    def find_return(self, order_id: str, marker: str) -> str | None:
        """One call: the order's returns."""
        return order_returns.find_return(self._client, order_id, marker)

    def create_return(self, order_id: str, units: Mapping[str, Decimal], *, status: str, marker: str, key: str) -> str:
        """Two calls: the order's lines, then the return."""
        return order_returns.create_return(
            self._client, self._mirror, order_id, units, status=status, marker=marker, key=key
        )

    # ── what goes back to the shop ───────────────────────────────────────────────────────────

    def shipments_since(self, cursor: str | None, *, not_before: datetime | None = None) -> Iterable[RemoteShipment]:
        """Fulfilments that were shipped, by ``updated_at``, those that were taken back since too; packed ones are still
        in the warehouse (§6.3).

        Read by moments, not by page numbers: see ``listing.Position``.
        """
        moment = cursors.reached(cursor, self._mirror.server_clock()).since
        since = moment - OVERLAP if moment else not_before
        if since is not None and moment is None:  # whoever chose it may have a clock that is ahead
            since = min(since, self._mirror.server_clock() - A_MONTH)
        seen: set[tuple[str, str]] = set()

        def call_at(number: int, since: datetime | None) -> Call[Page[records.Fulfillment]]:
            return resources.FULFILLMENTS.list(
                page=number, status=["fulfilled", *translate.WITHDRAWN], updated_at_min=since, order="updated_at asc"
            )

        for page in changes(self._normal, call_at, since):
            now = self._mirror.server_clock()
            shipments = [
                evolve(shipment, cursor=cursors.moment_within(shipment.cursor, now))
                for shipment in translate.remote_shipments(page)
            ]
            yield from (shipment for shipment in shipments if (shipment.id, shipment.cursor) not in seen)
            seen = {(shipment.id, shipment.cursor) for shipment in shipments}

    def stock(self) -> Iterable[VariantStock]:
        """Every active variant with a SKU; what bundles hold is computed by TradeGecko (§9)."""
        for page in self._long_list(resources.VARIANTS.list(order="created_at asc")):
            for variant in page:
                if variant.sku:
                    one = translate.variant_stock(variant)
                    yield with_parts(one, self._mirror, self._bulk) if variant.composite else one

    def stock_within(self, age: timedelta, at: datetime) -> Iterable[VariantStock]:
        """From what is remembered of the account; where nothing is, the whole list."""
        if self._mirror_store is None or self._mirror.disabled:
            return self.stock()
        return StockCopy(self._mirror, self._mirror_store, self._normal, self._bulk).read(age, at)

    def stock_changed(self, variant_ids: Collection[str]) -> None:
        """Noted beside what is remembered."""
        if self._keeps_stock:
            self._mirror.note(TAKEN, taken_rows(({"variant_id": id_} for id_ in variant_ids), self._clock()))
            self._mirror.flush()

    @property
    def _keeps_stock(self) -> bool:
        """Whether the account's stock is remembered, as of this session.

        Threads that ask at once all look: none waits for another's look at the store.
        """
        store = self._mirror_store
        if store is None or self._mirror.disabled:
            return False
        if self._stock_is_kept is None:
            self._stock_is_kept = store.progress(self._mirror.account, STOCK).complete
        return self._stock_is_kept

    def products(self) -> Iterable[ProductDetails]:
        """Page by page, some of them with a call for their pictures."""
        listed = self._long_list(resources.PRODUCTS.list(include=["variants"], order="created_at asc"))
        return product_lists.details(self._normal, listed)

    def changed_products(self, cursor: str | None) -> ChangedProducts:
        """Three calls where nothing has changed."""
        return product_lists.changed_products(self._normal, cursor, self._mirror.server_clock())

    def products_by_id(self, references: Collection[str]) -> Iterable[ProductDetails]:
        """Two hundred a call, some of them with another one for their pictures."""
        return product_lists.products_by_id(self._normal, references)

    def price_lists(self) -> Sequence[PriceList]:
        """One call."""
        return product_lists.price_lists(self._normal)

    # ── lists ────────────────────────────────────────────────────────────────────────────────

    def _by_ids(self, kind: Kind[D], ids: Collection[str], **filters: object) -> Iterator[D]:
        """The records with these ids as they are now, in any state unless a filter says which."""
        if not ids:
            return iter(())
        return self._list(kind.resource, **{"ids": sorted(map(int, ids)), "status": kind.statuses, **filters})

    def _list(self, resource: resources.Resource[R], **filters: object) -> Iterator[R]:
        return chain.from_iterable(pages(self._client, resource.list().with_params(**filters), whole=True))

    def _long_list(self, call: Call[Page[R]]) -> Iterator[Page[R]]:
        """A whole list. A long one steps back after some pages, so that it does not take the window from others."""
        for number, page in enumerate(pages(self._normal, call), 1):
            yield page
            if page.last:
                return
            if number == PAGES_AT_ONCE:
                break
        yield from pages(self._bulk, call.with_params(page=PAGES_AT_ONCE + 1))


def _answered_by(call: Call[records.Order], marker: str) -> Call[records.Order]:
    """The call, whose answer only counts with our marker."""

    def read(reply: Reply) -> records.Order:
        order = call.read(reply)
        if marker_of(order) != marker:
            raise MalformedData([f"the answer is about another order, {order.id}"])
        return order

    return evolve(call, read=read)


def _plain(number: Decimal) -> str:
    """One text for one number: 13, 13.0 and 13.00 are the same rate."""
    return f"{number.normalize():f}"
