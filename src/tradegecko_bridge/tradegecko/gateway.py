"""Where commerce meets TradeGecko's records: the only module that knows both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, TypeVar
from urllib.parse import quote

from tradegecko_bridge import errors
from tradegecko_bridge.commerce import (
    Address,
    Customer,
    LocationStock,
    ProductDetails,
    VariantDetails,
    VariantStock,
)
from tradegecko_bridge.commerce.remote import (
    Access,
    CustomerMatch,
    DraftLine,
    Named,
    OrderDraft,
    RemoteItem,
    RemoteOrder,
    RemoteShipment,
    RemoteVariant,
)
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.customers import INACTIVE, identity, look_up
from tradegecko_bridge.tradegecko.limits import Priority
from tradegecko_bridge.tradegecko.named import find_customer_named, pick, pick_user
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.retry import NO_RETRY

R = TypeVar("R", bound=Record)

MARK: Final = "#tgb-"
"""Begins the mark by which we know an order as ours. It ends the ``source_url``, where it leaves the link working."""
EVERY_STATUS: Final = ("draft", "active", "finalized", "fulfilled", "void", "deleted")
"""Lists leave out void and deleted orders unless asked for them (reference §3.7)."""
NEEDED_PERMISSIONS: Final = ("write_orders", "write_companies")
OVERLAP: Final = timedelta(minutes=2)
"""How far before its cursor a listing resumes, for changes that became visible late."""
SKUS_A_CALL: Final = 50
PAGES_AT_ONCE: Final = 20
"""Pages of a listing that come as quickly as they can; the rest at the pace of the rate limit."""
URL_ROOM: Final = 4000
"""Characters of SKUs a URL may carry; beyond some 8,000 in all the answer is 414 (reference §3.9)."""


class TradeGeckoGateway:
    """TradeGecko as the engine's :class:`~tradegecko_bridge.ports.Gateway`.

    What rarely changes (currencies, locations, tax types) is read once a run.
    """

    def __init__(self, client: TradeGeckoClient) -> None:
        self._client = client.with_options(priority=Priority.DELIVERY)
        self._normal = client.with_options(priority=Priority.NORMAL)
        self._bulk = client.with_options(priority=Priority.BULK)

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones counted each time."""
        return self._client.calls

    def begin_run(self) -> None:
        """Forget currencies, locations and tax types: somebody may have added one."""
        for remembered in ("_all_currencies", "_tax_types", "_locations", "_named"):
            self.__dict__.pop(remembered, None)

    def check_access(self) -> Access:
        """Account and permissions of the token's user (reference §2.7, §5.33): two calls that change nothing."""
        with _reading():
            user = self._client.users.current()
            account = self._client.accounts.current()
        has = {str(permission) for permission in user.permissions}
        return Access(
            account=account.name or f"account {account.id}",
            missing_permissions=tuple(need for need in NEEDED_PERMISSIONS if need not in has),
        )

    def find_orders(self, number: str) -> Sequence[RemoteOrder]:
        """By ``order_number``, compared again here: the API's filter may match partially (reference §8)."""
        number = number.strip()
        rows = self._all(resources.ORDERS, order_number=number, status=EVERY_STATUS)
        return [_remote_order(order) for order in rows if (order.order_number or "").strip() == number]

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """Some fifty SKUs a call; a SKU may be carried by several variants (reference §5.34)."""
        found: dict[str, list[RemoteVariant]] = {}
        for some in _url_fuls(sorted(sku for sku in skus if sku.strip())):
            for variant in self._all(resources.VARIANTS, sku=some):
                if variant.sku is not None and variant.sku in skus:
                    found.setdefault(variant.sku, []).append(RemoteVariant(id=str(variant.id), sku=variant.sku))
        return found

    def find_barcodes(self, barcodes: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        """One call for each: there is no filter by ``upc``, so its full text is searched and compared (§3.7)."""
        found: dict[str, list[RemoteVariant]] = {}
        for barcode in sorted(code for code in barcodes if code.strip()):
            for variant in self._all(resources.VARIANTS, q=barcode):
                if (variant.upc or "").strip() == barcode:
                    found.setdefault(barcode, []).append(RemoteVariant(id=str(variant.id), sku=variant.sku or ""))
        return found

    def find_customer(
        self, customer: Customer, *, billing: Address | None = None, match: CustomerMatch = CustomerMatch.NORMAL
    ) -> str | None:
        """By code, e-mail address, name or phone, in up to four calls (reference §5.3; ``term`` is undocumented)."""
        found = look_up(self._companies, customer, billing, match)
        return None if found is None else str(found.id)

    def find_named(self, kind: Named, name: str) -> str:
        """The id of a record by what people call it, read once a run.

        Raises:
            Rejected: the account has none of this name.
        """
        known = self._named.get((kind, name))
        if known is None:
            known = self._named[kind, name] = self._find_named(kind, name)
        return known

    def _find_named(self, kind: Named, name: str) -> str:
        match kind:
            case Named.CUSTOMER:
                return find_customer_named(self._companies, name)
            case Named.LOCATION:
                return pick(kind, name, self._locations, "label")
            case Named.PAYMENT_METHOD:
                return pick(kind, name, self._all(resources.PAYMENT_METHODS), "name")
            case Named.PRICE_LIST:
                return pick(kind, name, self._all(resources.PRICE_LISTS), "name", "code")
            case Named.USER:
                return pick_user(name, self._all(resources.USERS))

    def _companies(self, filters: Mapping[str, object]) -> Iterator[records.Company]:
        return _rows(self._pages(resources.COMPANIES.list().with_params(**filters), self._client))

    def prices_include_tax(self) -> bool:
        """The account's default tax treatment (reference §7)."""
        with _reading():
            return self._client.accounts.current().default_tax_treatment == "inclusive"

    def currency_names(self) -> Mapping[str, str]:
        """ISO codes by the names the currencies have in the account, in lower case."""
        return {(c.name or "").casefold(): str(c.iso) for c in self._all_currencies if c.name}

    def currencies(self) -> Mapping[str, int]:
        """The account's active currencies with their ``precision`` (reference §5.6)."""
        return self._currencies

    @property
    def _currencies(self) -> Mapping[str, int]:
        return {str(c.iso): 2 if c.precision is None else c.precision for c in self._all_currencies}

    @cached_property
    def _all_currencies(self) -> list[records.Currency]:
        return [currency for currency in self._all(resources.CURRENCIES) if currency.iso]

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None) -> RemoteOrder:
        """One ``POST /orders`` with its lines, and with company and addresses where they are new (§5.16)."""
        fields = self._order_fields(draft, customer_id)
        call = resources.ORDERS.create(fields, idempotency_key=key)
        with _writing():
            return _remote_order(self._client.send(call, retry=NO_RETRY))

    def shipments_since(self, cursor: str | None) -> Iterable[RemoteShipment]:
        """Fulfilments with status ``fulfilled``, by ``updated_at``; packed ones are still in the warehouse (§6.3).

        One that changes while we read moves to the end and every later one forward, past the edge of a page. So each
        page is asked for by the moment the last one ended with, not by its number.
        """
        since = datetime.fromisoformat(cursor) - OVERLAP if cursor else None
        seen: set[tuple[str, str]] = set()
        number = 1
        while True:
            call = resources.FULFILLMENTS.list(
                page=number, status="fulfilled", updated_at_min=since, order="updated_at asc"
            )
            page = next(self._pages(call, self._normal))
            shipments = _remote_shipments(page)
            yield from (shipment for shipment in shipments if (shipment.id, shipment.cursor) not in seen)
            if page.last:
                return
            until = page.records[-1].updated_at
            since, number = (since, number + 1) if until in (None, since) else (until, 1)
            seen = {(shipment.id, shipment.cursor) for shipment in shipments}

    def stock(self) -> Iterable[VariantStock]:
        """Every active variant with a SKU; what bundles hold is computed by TradeGecko (§9)."""
        for variant in _rows(self._listing(resources.VARIANTS.list(order="created_at asc"))):
            if variant.sku:
                yield _variant_stock(variant)

    def products(self) -> Iterable[ProductDetails]:
        """Every active product with the variants that come along (§5.22) and the images' addresses (§5.11)."""
        listed = _rows(self._listing(resources.IMAGES.list()))
        images = {image.id: address for image in listed if (address := _image_url(image))}
        call = resources.PRODUCTS.list(include=["variants"], order="created_at asc")
        for page in self._listing(call):
            variants: dict[int, list[records.Variant]] = {}
            for variant in page.sideloaded.get("variants", ()):
                if variant.status != "archived":
                    variants.setdefault(variant.product_id, []).append(variant)
            for product in page:
                if product.status not in INACTIVE:
                    yield _product(product, variants.get(product.id, []), images)

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
        if rate in self._tax_types:
            return {"tax_type_id": self._tax_types[rate]}
        return {"tax_rate_override": rate}

    @cached_property
    def _tax_types(self) -> Mapping[Decimal, int]:
        """Ids by effective rate; of several with one rate the oldest."""
        found = [(t.effective_rate, t.id) for t in self._all(resources.TAX_TYPES) if t.effective_rate is not None]
        return dict(sorted(found, key=lambda pair: pair[1], reverse=True))

    def _location_id(self, location: str | None) -> int | None:
        """A stock location by its label or id.

        Raises:
            Rejected: the account has no such location.
        """
        if location is None:
            return None
        return int(self.find_named(Named.LOCATION, location))

    @cached_property
    def _named(self) -> dict[tuple[Named, str], str]:
        return {}

    @cached_property
    def _locations(self) -> list[records.Location]:
        return list(self._all(resources.LOCATIONS))

    def _customer_fields(self, draft: OrderDraft, customer_id: str | None) -> dict[str, Any]:
        """Ids of what exists, nested records for what does not: nested addresses are never looked up (§5.16)."""
        known = list(self._all(resources.ADDRESSES, company_id=customer_id)) if customer_id else []
        labels = {address.label for address in known if address.label}
        shipping = _address_field("shipping_address", draft.shipping_address, known, labels, "Shipping")
        bill_to = draft.billing_address or draft.shipping_address
        billing = (
            {}
            if bill_to == draft.shipping_address
            else _address_field("billing_address", bill_to, known, labels, "Billing")
        )
        if "shipping_address_id" in shipping and not billing:
            billing = {"billing_address_id": shipping["shipping_address_id"]}
        if customer_id is not None:
            return {"company_id": int(customer_id), **shipping, **billing}
        return {"company": _company_fields(draft), **shipping, **billing}

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
        """Pages, with what the client raises told in the port's words.

        Raises:
            Unavailable: also for a row that cannot be read: leaving it out would be acting on half the truth.
        """
        pages = through.pages(call)
        while True:
            with _reading():
                page = next(pages, None)
            if page is None:
                return
            if page.problems:
                raise errors.Unavailable(f"{call.method} {call.path}: {page.problems[0]}")
            yield page


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


@contextmanager
def _reading() -> Iterator[None]:
    with _told(errors.Unavailable):
        yield


@contextmanager
def _writing() -> Iterator[None]:
    with _told(errors.OutcomeUnknown):
        yield


@contextmanager
def _told(in_doubt: Callable[[str], errors.GatewayError]) -> Iterator[None]:
    """The client's errors in the port's words; ``in_doubt`` is what a lost or broken answer means here."""
    try:
        yield
    except (errors.NeedsLogin, errors.SubscriptionLapsed, errors.PermissionDenied) as error:
        raise errors.AccessDenied(str(error)) from error
    except errors.DuplicateIdempotencyKey as error:
        raise errors.AlreadySent(str(error)) from error
    except errors.RateLimited as error:
        raise errors.Unavailable(str(error), retry_at=error.reset_at) from error
    except (errors.ServerError, errors.UnreadableReply) as error:
        raise in_doubt(str(error)) from error
    except errors.TransportError as error:
        raise (in_doubt if error.may_have_arrived else errors.Unavailable)(str(error)) from error
    except errors.TradeGeckoError as error:  # refused, or nothing that can be sent at all
        raise errors.Rejected(str(error)) from error


# ── records to commerce ──────────────────────────────────────────────────────────────────────


def _remote_order(order: records.Order) -> RemoteOrder:
    _, _, marker = (order.source_url or "").rpartition(MARK)
    return RemoteOrder(
        id=str(order.id),
        number=order.order_number or "",
        marker=marker if MARK in (order.source_url or "") else None,
        total=order.total,
        gone=order.status in ("void", "deleted"),
    )


def _remote_shipments(page: Page[records.Fulfillment]) -> list[RemoteShipment]:
    lines = {line.id: line for line in page.sideloaded.get("fulfillment_line_items", ())}
    return [_remote_shipment(fulfillment, lines) for fulfillment in page]


def _remote_shipment(
    fulfillment: records.Fulfillment, lines: Mapping[int, records.FulfillmentLineItem]
) -> RemoteShipment:
    items = [lines[i] for i in fulfillment.fulfillment_line_item_ids if i in lines]
    numbers = (fulfillment.tracking_number or "").replace(";", ",").split(",")
    return RemoteShipment(
        id=str(fulfillment.id),
        order_id=str(fulfillment.order_id),
        items=tuple(
            RemoteItem(
                variant_id=str(item.variant_id) if item.variant_id is not None else None,
                sku=item.variant_sku,
                quantity=item.quantity or Decimal(0),
            )
            for item in items
        ),
        tracking_numbers=tuple(number.strip() for number in numbers if number.strip()),
        tracking_url=fulfillment.tracking_url,
        carrier=fulfillment.tracking_company or fulfillment.delivery_type,
        service=fulfillment.service,
        shipped_at=fulfillment.shipped_at or fulfillment.updated_at,
        cursor=str(write_value(fulfillment.updated_at)) if fulfillment.updated_at else "",
    )


def _variant_stock(variant: records.Variant) -> VariantStock:
    return VariantStock(
        variant_id=str(variant.id),
        sku=variant.sku or "",
        locations=tuple(
            LocationStock(
                location_id=str(location.location_id),
                on_hand=location.stock_on_hand or Decimal(0),
                committed=location.committed or Decimal(0),
            )
            for location in variant.locations
        ),
        tracked=variant.manage_stock is not False,
        sell_without_stock=bool(variant.keep_selling),
        maximum=variant.max_online,
    )


def _product(
    product: records.Product, variants: Sequence[records.Variant], images: Mapping[int, str]
) -> ProductDetails:
    urls = tuple(images[i] for i in product.image_ids if i in images)
    return ProductDetails(
        reference=str(product.id),
        name=product.name or "",
        description=product.description or None,
        brand=product.brand or None,
        supplier=product.supplier or None,
        product_type=product.product_type or None,
        tags=tuple(tag.strip() for tag in (product.tags or "").split(",") if tag.strip()),
        options=tuple(option for option in (product.opt1, product.opt2, product.opt3) if option),
        variants=tuple(
            _variant(variant, images) for variant in sorted(variants, key=lambda v: (v.position or 0, v.id))
        ),
        image_urls=urls or ((product.image_url,) if product.image_url else ()),
    )


def _variant(variant: records.Variant, images: Mapping[int, str]) -> VariantDetails:
    return VariantDetails(
        reference=str(variant.id),
        sku=variant.sku or None,
        name=variant.name or None,
        options=tuple(value for value in (variant.opt1, variant.opt2, variant.opt3) if value),
        barcode=variant.upc or None,
        supplier_code=variant.supplier_code or None,
        retail_price=variant.retail_price,
        wholesale_price=variant.wholesale_price,
        buy_price=variant.buy_price,
        prices={price.price_list_id: price.value for price in variant.variant_prices if price.value is not None},
        weight=variant.weight_value if variant.weight_value is not None else variant.weight,
        weight_unit=variant.weight_unit or None,
        taxable=variant.taxable is not False,
        sellable=variant.sellable is not False,
        composite=bool(variant.composite),
        image_urls=tuple(images[i] for i in variant.image_ids if i in images),
    )


def _image_url(image: records.Image) -> str | None:
    """``base_path`` + ``/`` + ``file_name``; none while the image is still being processed (§5.11)."""
    if not image.base_path or not image.file_name:
        return None
    return f"{image.base_path.rstrip('/')}/{image.file_name}"


# ── commerce to records ──────────────────────────────────────────────────────────────────────


def _treatment(prices_include_tax: bool | None) -> str | None:
    return {True: "inclusive", False: "exclusive", None: None}[prices_include_tax]


def _company_fields(draft: OrderDraft) -> dict[str, Any]:
    """A new customer, known by what the next order of theirs will be matched by."""
    known = identity(draft.customer, draft.billing_address or draft.shipping_address)
    fields = {
        "name": known.name or known.email or f"Customer of {draft.number}",
        "company_type": "business" if known.company else "consumer",
        "company_code": known.code,
        "email": known.email,
        "phone_number": known.phone,
    }
    return {field: value for field, value in fields.items() if value}


def _address_field(
    field: str, address: Address, known: Sequence[records.Address], labels: Collection[str], label: str
) -> dict[str, Any]:
    """``…_id`` of an address the company already has, or the address itself under a label it has not (§5.2)."""
    fields = _address_fields(address)
    for candidate in known:
        if _same_address(candidate, fields):
            return {f"{field}_id": candidate.id}
    fields["label"] = label
    number = 2
    while fields["label"] in labels:
        fields["label"] = f"{label} {number}"
        number += 1
    return {field: fields}


_ADDRESS: Final = {
    "address1": "address1",
    "address2": "address2",
    "suburb": "suburb",
    "city": "city",
    "state": "region",
    "zip_code": "postal_code",
    "country": "country",
    "company_name": "company",
    "first_name": "first_name",
    "last_name": "last_name",
    "phone_number": "phone",
    "email": "email",
}
"""TradeGecko's address fields and ours."""


def _address_fields(address: Address) -> dict[str, str]:
    fields = {name: getattr(address, ours) for name, ours in _ADDRESS.items()}
    return {name: value for name, value in fields.items() if value}


def _same_address(known: records.Address, fields: Mapping[str, str]) -> bool:
    """Whether parcels and bills would arrive at the same person's same door."""
    names = set(_ADDRESS) - {"phone_number", "email"}
    return all((getattr(known, name) or "").casefold() == fields.get(name, "").casefold() for name in names)
