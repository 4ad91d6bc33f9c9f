"""Where commerce meets TradeGecko's records: the only module that knows both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar
from urllib.parse import quote

from tradegecko_bridge.commerce import (
    Address,
    Customer,
    ProductDetails,
    VariantStock,
)
from tradegecko_bridge.commerce.remote import (
    Access,
    CustomerMatch,
    DraftLine,
    OrderDraft,
    RecordKind,
    RemoteOrder,
    RemoteShipment,
    RemoteVariant,
)
from tradegecko_bridge.errors import GatewayError, NotFound, OutdatedDraft, Rejected
from tradegecko_bridge.ports import Clock, MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.customers import (
    INACTIVE,
    Identity,
    agreement,
    first_of,
    identity,
    is_customer,
    look_up,
)
from tradegecko_bridge.tradegecko.limits import Priority
from tradegecko_bridge.tradegecko.mirror import (
    ADDRESSES,
    COMPANIES,
    EVERY_STATUS,
    ORDERS,
    OVERLAP,
    VARIANTS,
    Kind,
    Mirror,
    company_keys,
)
from tradegecko_bridge.tradegecko.normalize import same
from tradegecko_bridge.tradegecko.reading import changes, pages, reading, writing
from tradegecko_bridge.tradegecko.recipients import AddressBook, address_row, company_fields
from tradegecko_bridge.tradegecko.record_names import LISTED, PERSONS, customer_named, ids_by_name, unknown
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.retry import NO_RETRY
from tradegecko_bridge.tradegecko.translate import (
    GONE,
    MARK,
    image_url,
    product_details,
    remote_order,
    remote_shipments,
    variant_stock,
)

R = TypeVar("R", bound=Record)

NEEDED_PERMISSIONS: Final = ("write_orders", "write_companies")
SKUS_A_CALL: Final = 50
PAGES_AT_ONCE: Final = 20
"""Pages of a listing that come as quickly as they can; the rest at the pace of the rate limit."""
URL_ROOM: Final = 4000
"""Characters of SKUs a URL may carry; beyond some 8,000 in all the answer is 414 (reference §3.9)."""


class TradeGeckoGateway:
    """TradeGecko as the engine's :class:`~tradegecko_bridge.ports.Gateway`.

    Args:
        client: how the account is called.
        mirror: where what the account holds is remembered, e.g. ``SqlStore(…).mirror``: with it most looks cost no
            request. None: the account is asked each time.
        clock: tells the present moment, aware and in UTC.
    """

    def __init__(
        self,
        client: TradeGeckoClient,
        *,
        mirror: MirrorStore | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client.with_options(priority=Priority.DELIVERY)
        self._normal = client.with_options(priority=Priority.NORMAL)
        self._bulk = client.with_options(priority=Priority.BULK)
        self._mirror = Mirror(self._normal, mirror, clock=clock)
        self._treatment: str | None = None

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones counted each time."""
        return self._client.calls

    @contextmanager
    def session(self, *, read_only: bool = False) -> Iterator[None]:
        """One run: the mirror is brought up to date as it is needed; ``read_only`` neither uses nor keeps any of it."""
        self._mirror.begin(off=read_only)
        self._treatment = None
        yield
        self._mirror.remember()

    def check_access(self) -> Access:
        """Account and permissions of the token's user (reference §2.7, §5.33): two calls that change nothing."""
        with reading():
            user = self._client.users.current()
            account = self._client.accounts.current()
        has = {str(permission) for permission in user.permissions}
        return Access(
            account=account.name or f"account {account.id}",
            missing_permissions=tuple(need for need in NEEDED_PERMISSIONS if need not in has),
        )

    def prefetch(
        self, numbers: Collection[str], customers: Collection[tuple[Customer, Address | None]]
    ) -> Collection[str]:
        """One look into the mirror for a whole batch; what was learned from the last one is written first."""
        self._mirror.remember()
        wanted: dict[str, set[str]] = {}
        for customer, billing in customers:
            for key, value in self._keys(identity(customer, billing)):
                wanted.setdefault(key, set()).add(value)
        found = {row.id for key, values in wanted.items() for row in self._mirror.find(COMPANIES, key, values) or ()}
        if found:
            self._mirror.find(ADDRESSES, "company", found)
        orders = self._mirror.find(ORDERS, "number", {number.strip() for number in numbers})
        if orders is None:
            return numbers
        used = {number for row in orders for number in row.values("number")}
        return [number for number in numbers if number.strip() in used]

    def _keys(self, known: Identity) -> tuple[tuple[str, str], ...]:
        return company_keys(self._mirror.digest, name=known.name, email=known.email, phone=known.phone, code=known.code)

    def find_orders(self, number: str) -> Sequence[RemoteOrder]:
        """By ``order_number``, compared again here: the API's filter may match partially (reference §8)."""
        number = number.strip()
        rows = self._all(resources.ORDERS, order_number=number, status=EVERY_STATUS)
        return [remote_order(order) for order in rows if (order.order_number or "").strip() == number]

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """From what is remembered, or some fifty SKUs a call; several variants may carry a SKU (reference §5.34)."""
        wanted = {sku for sku in skus if sku.strip()}
        known = self._mirror.find(VARIANTS, "sku", wanted)
        found: dict[str, list[RemoteVariant]] = {}
        if known is not None:
            for row in known:
                if row.facts["status"] == "active":
                    for sku in wanted.intersection(row.values("sku")):
                        found.setdefault(sku, []).append(RemoteVariant(id=row.id, sku=sku))
            return found
        for some in _url_fuls(sorted(wanted)):
            for variant in self._all(resources.VARIANTS, sku=some):
                if variant.sku is not None and variant.sku in skus:
                    found.setdefault(variant.sku, []).append(RemoteVariant(id=str(variant.id), sku=variant.sku))
        return found

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """From what is remembered, or one call each: there is no filter by ``upc``, so its full text is searched."""
        wanted = {code for code in barcodes if code.strip()}
        known = self._mirror.find(VARIANTS, "upc", wanted)
        found: dict[str, list[RemoteVariant]] = {}
        if known is not None:
            rows = [(row, "".join(row.values("sku"))) for row in known if row.facts["status"] == "active"]
            for row, sku in rows:
                for code in wanted.intersection(row.values("upc")):
                    found.setdefault(code, []).append(RemoteVariant(id=row.id, sku=sku))
            return found
        for code in sorted(wanted):
            for variant in self._all(resources.VARIANTS, q=code):
                if variant.upc == code:
                    found.setdefault(code, []).append(RemoteVariant(id=str(variant.id), sku=variant.sku or ""))
        return found

    def find_customer(
        self, customer: Customer, *, billing: Address | None = None, match: CustomerMatch = CustomerMatch.NORMAL
    ) -> str | None:
        """From what is remembered, or by code, e-mail address and phone in up to three calls (reference §5.3)."""
        keys = self._keys(identity(customer, billing))
        agreements: dict[int, list[str]] = {}
        for key, value in keys:
            if key == "name":  # alone it is no match, and with another key it is found by that
                continue
            rows = self._mirror.find(COMPANIES, key, [value])
            if rows is None:
                found = look_up(self._companies, customer, billing, match)
                return None if found is None else str(found.id)
            fit = (row for row in rows if is_customer(row.facts["type"], row.facts["status"]))
            agreements |= {int(row.id): agreement(dict(row.keys), dict(keys)) for row in fit}
        best = first_of(agreements, match)
        return None if best is None else str(best[1])

    def _companies(self, filters: Mapping[str, object]) -> Iterator[records.Company]:
        return _rows(self._pages(resources.COMPANIES.list().with_params(**filters), self._client))

    def find_record(self, kind: RecordKind, name: str) -> str:
        """By id or by what people call it, from a short list that is remembered; a customer by a few calls.

        Raises:
            Rejected: the account has none of this name.
        """
        written = self._written(kind)
        known = self._mirror.settings(
            f"{kind}s" if kind in LISTED else f"customer {written(name)}",
            lambda: self._read_named(kind, name),
            wanted=[name if kind in LISTED and name.isdecimal() else written(name)],
        )
        for key in (name, written(name)):
            if key in known:
                return known[key]
        raise unknown(kind, name, known)

    def _written(self, kind: RecordKind) -> Callable[[str], str]:
        """How names of this kind are remembered: those of persons by their digests."""
        return (lambda text: self._mirror.digest(same(text))) if kind in PERSONS else (lambda text: text)

    def _read_named(self, kind: RecordKind, name: str) -> Mapping[str, str]:
        if kind in LISTED:
            resource, fields = LISTED[kind]
            return ids_by_name(self._all(resource), fields, self._written(kind))
        found = customer_named(self._companies, name)
        return {} if found is None else {self._written(kind)(name): found}

    def prices_include_tax(self) -> bool:
        """The account's default tax treatment (reference §7), asked for in every run: nothing else would tell."""
        if self._treatment is None:
            with reading():
                self._treatment = self._client.accounts.current().default_tax_treatment or ""
        return self._treatment == "inclusive"

    def default_tax_rate(self) -> Decimal | None:
        """The effective rate of the account's ``default_sales_order_tax_type_id`` (reference §7); a customer's own tax
        type and products without tax come before it."""
        found = self._mirror.settings("default_tax", self._read_default_tax).get("rate")
        return None if found is None else Decimal(found)

    def _read_default_tax(self) -> Mapping[str, str]:
        with reading():
            default = self._client.accounts.current().default_sales_order_tax_type_id
        rates = {tax_type.id: tax_type.effective_rate for tax_type in self._all(resources.TAX_TYPES)}
        rate = rates.get(default) if default is not None else None
        return {} if rate is None else {"rate": str(rate)}

    def find_currency(self, name: str) -> str:
        """The ISO code of a currency by that code or by its name (reference §5.6).

        Raises:
            Rejected: the account has none of this name.
        """
        known = self._mirror.settings("currency_names", self._read_currency_names, wanted=[same(name)])
        if same(name) not in known:
            raise Rejected(f"no currency {name!r} in TradeGecko; it has {', '.join(sorted(set(known.values())))}")
        return known[same(name)]

    def _read_currency_names(self) -> Mapping[str, str]:
        known = [currency for currency in self._all(resources.CURRENCIES) if currency.iso]
        return {same(name): str(c.iso) for c in known for name in (c.name, c.iso) if name}

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        """The account's active currencies with their ``precision`` (reference §5.6)."""
        found = self._mirror.settings("currencies", self._read_currencies, wanted=wanted)
        return {iso: int(digits) for iso, digits in found.items()}

    def _read_currencies(self) -> Mapping[str, str]:
        known = (currency for currency in self._all(resources.CURRENCIES) if currency.iso)
        return {str(currency.iso): str(2 if currency.precision is None else currency.precision) for currency in known}

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None) -> RemoteOrder:
        """One ``POST /orders`` with its lines, and with company and addresses where they are new (§5.16)."""
        fields = self._order_fields(draft, customer_id)
        call = resources.ORDERS.create(fields, idempotency_key=key)
        try:
            with writing():
                made = self._client.send(call, retry=NO_RETRY)
        except Rejected as error:
            if self._is_outdated(draft, customer_id):
                raise OutdatedDraft(str(error)) from error.__cause__
            raise
        self._learn(made, fields)
        return remote_order(made)

    def _is_outdated(self, draft: OrderDraft, customer_id: str | None) -> bool:
        """Whether the mirror has led the draft astray: looks at its variants and its company by their ids, and at the
        company's addresses. What cannot be found out leaves the refusal as it is.

        Nothing is looked at where nothing is remembered. Where another order has led to distrust in this run, it is:
        the draft may be older than that.
        """
        if self._mirror.off:
            return False
        variants = {line.variant_id for line in draft.lines if line.variant_id is not None}
        try:
            outdated = self._has_gone(VARIANTS, variants) or (
                customer_id is not None
                and (self._has_gone(COMPANIES, {customer_id}) or self._has_new_addresses(customer_id))
            )
        except GatewayError:
            return False
        if outdated:
            self._mirror.distrust()
        return outdated

    def _has_gone(self, kind: Kind[R], ids: Collection[str]) -> bool:
        """Whether one of these is not active any more; what there is of it instead is remembered."""
        wanted = sorted(int(id_) for id_ in ids)
        active = self._all(kind.resource, ids=wanted, status=("active",)) if wanted else ()
        gone = set(ids) - {kind.row(record, self._mirror.digest).id for record in active}
        for id_ in gone:
            self._look_again(kind, id_)
        return bool(gone)

    def _look_again(self, kind: Kind[R], id_: str) -> None:
        with reading():
            try:
                record = self._client.send(kind.resource.get(id_))
            except NotFound as error:
                if not error.in_json:
                    raise
                self._mirror.forget(kind, id_)
            else:
                self._mirror.learn(kind, kind.row(record, self._mirror.digest))

    def _has_new_addresses(self, customer_id: str) -> bool:
        """Whether somebody has given the company an address we do not know, whose label we may have taken for free."""
        known = {row.id for row in self._mirror.remembered(ADDRESSES, "company", [customer_id])}
        return any(str(address.id) not in known for address in self._all(resources.ADDRESSES, company_id=customer_id))

    def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
        """``POST /orders/:id/actions/…`` for ``invoice``, ``pay``, ``pack`` or ``void`` (reference §4.1), once."""
        details = {"payment_method_name": method} if method else None
        orders, number = resources.ORDERS, int(order_id)
        calls: dict[str, Call[Any]] = {
            "invoice": orders.invoice(number, idempotency_key=key),
            "pay": orders.pay(number, details, idempotency_key=key),
            "pack": orders.pack(number, idempotency_key=key),
            "void": orders.void(number, idempotency_key=key),
        }
        with writing():
            self._client.send(calls[action], retry=NO_RETRY)

    def completed_actions(self, order_id: str) -> Collection[str]:
        """Which of the actions an order has behind it, by its derived statuses (reference §6.2)."""
        with reading():
            order = self._client.orders.get(int(order_id))
        done = {
            "invoice": order.invoice_status == "invoiced",
            "pay": order.payment_status == "paid",
            "pack": order.packed_status == "packed",
            "ship": order.fulfillment_status not in (None, "unshipped"),
            "void": order.status in GONE,
        }
        return [action for action, so in done.items() if so]

    def shipments_since(self, cursor: str | None) -> Iterable[RemoteShipment]:
        """Fulfilments with status ``fulfilled``, by ``updated_at``; packed ones are still in the warehouse (§6.3).

        Read by moments, not by page numbers: see :func:`~tradegecko_bridge.tradegecko.reading.changes`.
        """
        since = datetime.fromisoformat(cursor) - OVERLAP if cursor else None
        seen: set[tuple[str, str]] = set()

        def call_at(number: int, since: datetime | None) -> Call[Page[records.Fulfillment]]:
            return resources.FULFILLMENTS.list(
                page=number, status="fulfilled", updated_at_min=since, order="updated_at asc"
            )

        for page in changes(self._normal, call_at, since):
            shipments = remote_shipments(page)
            yield from (shipment for shipment in shipments if (shipment.id, shipment.cursor) not in seen)
            seen = {(shipment.id, shipment.cursor) for shipment in shipments}

    def stock(self) -> Iterable[VariantStock]:
        """Every active variant with a SKU; what bundles hold is computed by TradeGecko (§9)."""
        for variant in _rows(self._listing(resources.VARIANTS.list(order="created_at asc"))):
            if variant.sku:
                yield variant_stock(variant)

    def products(self) -> Iterable[ProductDetails]:
        """Every active product with the variants that come along (§5.22) and the images' addresses (§5.11)."""
        listed = _rows(self._listing(resources.IMAGES.list()))
        images = {image.id: address for image in listed if (address := image_url(image))}
        call = resources.PRODUCTS.list(include=["variants"], order="created_at asc")
        for page in self._listing(call):
            variants: dict[int, list[records.Variant]] = {}
            for variant in page.sideloaded.get("variants", ()):
                if variant.status != "archived":
                    variants.setdefault(variant.product_id, []).append(variant)
            for product in page:
                if product.status not in INACTIVE:
                    yield product_details(product, variants.get(product.id, []), images)

    # ── an order's fields ────────────────────────────────────────────────────────────────────

    def _order_fields(self, draft: OrderDraft, customer_id: str | None) -> dict[str, Any]:
        customer = draft.customer
        fields: dict[str, Any] = {
            "order_number": draft.number.strip(),
            "reference_number": draft.reference,
            "source_url": f"{draft.url or ''}{MARK}{draft.marker}",
            "status": draft.status,
            "issued_at": draft.issued_on,
            "ship_at": draft.ship_on,
            "currency_iso": draft.currency,
            "tax_treatment": None if draft.account_treatment else _treatment(draft.prices_include_tax),
            "default_price_list_id": draft.price_list,
            "assignee_id": None if draft.assignee is None else int(draft.assignee),
            "email": customer.email or draft.shipping_address.email,
            "phone_number": customer.phone or draft.shipping_address.phone,
            "notes": draft.note,
            "tags": list(draft.tags) or None,
            "stock_location_id": self._location_id(draft.location),
            "order_line_items": [
                {**self._line_fields(line), "position": position} for position, line in enumerate(draft.lines)
            ],
            **self._customer_fields(draft, customer_id),
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _line_fields(self, line: DraftLine) -> dict[str, Any]:
        tax = self._tax_fields(line.tax_rate)
        fields: dict[str, Any] = {"quantity": line.quantity, "price": line.price, **tax}
        if line.variant_id is not None:
            return {"variant_id": int(line.variant_id), **fields}
        return {"freeform": True, "line_type": line.kind.value, "label": line.label, **fields}

    def _tax_fields(self, rate: Decimal | None) -> dict[str, Any]:
        """A tax type with just this rate where the account has one, so that its tax report stays whole; else the
        bare rate, which wins over any tax type (reference §7)."""
        if rate is None:
            return {}
        known = self._mirror.settings("tax_types", self._read_tax_types).get(_plain(rate))
        return {"tax_rate_override": rate} if known is None else {"tax_type_id": int(known)}

    def _read_tax_types(self) -> Mapping[str, str]:
        """Ids by effective rate; of several with one rate the oldest."""
        found = [(t.effective_rate, t.id) for t in self._all(resources.TAX_TYPES) if t.effective_rate is not None]
        return {_plain(rate): str(id_) for rate, id_ in sorted(found, key=lambda pair: pair[1], reverse=True)}

    def _location_id(self, location: str | None) -> int | None:
        """A stock location by its label or id.

        Raises:
            Rejected: the account has no such location.
        """
        if location is None:
            return None
        return int(self.find_record(RecordKind.LOCATION, location))

    def _customer_fields(self, draft: OrderDraft, customer_id: str | None) -> dict[str, Any]:
        """Ids of what exists, nested records for what does not: nested addresses are never looked up (§5.16)."""
        book = self._addresses(customer_id)
        shipping = book.field("shipping_address", draft.shipping_address, "Shipping")
        bill_to = draft.billing_address or draft.shipping_address
        billing = {} if bill_to == draft.shipping_address else book.field("billing_address", bill_to, "Billing")
        if "shipping_address_id" in shipping and not billing:
            billing = {"billing_address_id": shipping["shipping_address_id"]}
        if customer_id is not None:
            return {"company_id": int(customer_id), **shipping, **billing}
        return {"company": company_fields(draft), **shipping, **billing}

    def _addresses(self, customer_id: str | None) -> AddressBook:
        """The addresses a company has, from what is remembered or from the account."""
        digest = self._mirror.digest
        if customer_id is None:
            return AddressBook(digest, [])
        known = self._mirror.find(ADDRESSES, "company", [customer_id])
        if known is None:
            known = [ADDRESSES.row(a, digest) for a in self._all(resources.ADDRESSES, company_id=customer_id)]
        return AddressBook(digest, known)

    def _learn(self, made: records.Order, fields: Mapping[str, Any]) -> None:
        """What the new order brought with it; listings will say the same, later."""
        learn, digest = self._mirror.learn, self._mirror.digest
        learn(ORDERS, MirrorRow(str(made.id), "", (("number", (made.order_number or "").strip()),)))
        if made.company_id is None:
            return
        if company := fields.get("company"):
            keys = company_keys(
                digest, name=company["name"], email=company.get("email"), phone=company.get("phone_number"),
                code=company.get("company_code"),
            )  # fmt: skip
            facts = {"status": "active", "type": company["company_type"]}
            learn(COMPANIES, MirrorRow(str(made.company_id), "", keys, facts))
        for name, id_ in (("shipping_address", made.shipping_address_id), ("billing_address", made.billing_address_id)):
            if name in fields and id_ is not None:
                learn(ADDRESSES, address_row(digest, id_, made.company_id, fields[name]))

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def _all(self, resource: resources.Resource[R], *, order: str | None = None, **filters: object) -> Iterator[R]:
        return _rows(self._pages(resource.list(order=order).with_params(**filters), self._client))

    def _listing(self, call: Call[Page[R]]) -> Iterator[Page[R]]:
        """A whole list. A long one steps back after some pages, so that it does not take the window from others."""
        for number, page in enumerate(self._pages(call, self._normal), 1):
            yield page
            if page.last:
                return
            if number == PAGES_AT_ONCE:
                break
        yield from self._pages(call.with_params(page=PAGES_AT_ONCE + 1), self._bulk)

    def _pages(self, call: Call[Page[R]], through: TradeGeckoClient) -> Iterator[Page[R]]:
        return pages(through, call)


def _url_fuls(skus: Iterable[str]) -> Iterator[list[str]]:
    """SKUs in lists that fit into one URL each."""
    some: list[str] = []
    room = URL_ROOM
    for sku in skus:
        size = len(quote(sku, safe="")) + len("&sku%5B%5D=")
        if some and (len(some) == SKUS_A_CALL or size > room):
            yield some
            some, room = [], URL_ROOM
        some.append(sku)
        room -= size
    if some:
        yield some


def _rows(pages: Iterable[Page[R]]) -> Iterator[R]:
    for page in pages:
        yield from page


def _treatment(prices_include_tax: bool | None) -> str | None:
    return {True: "inclusive", False: "exclusive", None: None}[prices_include_tax]


def _plain(number: Decimal) -> str:
    """One text for one number: 13, 13.0 and 13.00 are the same rate."""
    return f"{number.normalize():f}"
