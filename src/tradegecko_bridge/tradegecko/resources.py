"""The endpoints, each said once (reference §4): a :class:`Resource` makes the calls, drivers send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

import orjson
from attrs import frozen

from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Call, Page, Reply, query
from tradegecko_bridge.tradegecko.codec import read_record, read_records, write_value
from tradegecko_bridge.tradegecko.records.base import Record

R = TypeVar("R", bound=Record)

PAGE_LIMIT: Final = 250
"""The most records the API gives in one page (reference §3.6)."""


@frozen
class Resource(Generic[R]):
    """One kind of record with its endpoints.

    ``singular`` and ``plural`` are its JSON roots (§3.2). Lists of a kind that is not ``paged`` come whole and
    without ``X-Pagination`` (§3.6).
    """

    singular: str
    plural: str
    record: type[R]
    paged: bool = True

    def get(self, id: int | str, *, include: Sequence[str] = ()) -> Call[R]:
        """One record; ``include`` names what to sideload (§3.8)."""
        return Call(method="GET", path=f"/{self.plural}/{id}", params=query(_including(include)), read=self._read_one)

    def list(
        self, *, page: int = 1, limit: int = PAGE_LIMIT, include: Sequence[str] = (), **filters: object
    ) -> Call[Page[R]]:
        """One page of records. ``filters`` are the API's own (§3.7): lists, dates and booleans are written for it."""
        params = {**filters, **_including(include), "page": page, "limit": limit}
        return Call(method="GET", path=f"/{self.plural}", params=query(params), read=self._read_page)

    def create(self, fields: Mapping[str, Any], *, idempotency_key: str | None = None) -> Call[R]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return Call(
            method="POST",
            path=f"/{self.plural}",
            body={self.singular: write_value(fields)},
            idempotency_key=idempotency_key,
            read=self._read_one,
        )

    def update(self, id: int | str, fields: Mapping[str, Any], *, idempotency_key: str | None = None) -> Call[None]:
        """Change the fields given and no others (§3.3). Beware: ``order_line_items`` of an order are appended."""
        return Call(
            method="PUT",
            path=f"/{self.plural}/{id}",
            body={self.singular: write_value(fields)},
            idempotency_key=idempotency_key,
            read=_nothing,
        )

    def delete(self, id: int | str) -> Call[None]:
        """Archive the record, or for orders delete or void it (§3.7)."""
        return Call(method="DELETE", path=f"/{self.plural}/{id}", read=_nothing)

    def action(
        self, id: int | str, name: str, body: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None
    ) -> Call[Any]:
        """``POST /…/:id/actions/<name>``, e.g. ``fulfil`` of an order (§4.1); the answer's body as it came."""
        return Call(
            method="POST",
            path=f"/{self.plural}/{id}/actions/{name}",
            body=write_value(body or {}),
            idempotency_key=idempotency_key,
            read=_body,
        )

    def _read_one(self, reply: Reply) -> R:
        return read_record(self.record, _root(reply, self.singular))

    def _read_page(self, reply: Reply) -> Page[R]:
        rows = _root(reply, self.plural)
        if not isinstance(rows, list):
            raise MalformedData([f"{self.plural!r} is not a list"])
        good, problems = read_records(self.record, rows)
        total, last = _pagination(reply) if self.paged else (None, True)
        return Page(
            records=good,
            problems=problems,
            sideloaded=_sideloaded(reply.body, self.plural, problems),
            total=total,
            last=last or not rows,
        )


def current(resource: Resource[R]) -> Call[R]:
    """The account or user the token belongs to: ``/accounts/current``, ``/users/current`` (§5.1, §5.33)."""
    return resource.get("current")


def _including(include: Sequence[str]) -> dict[str, str]:
    return {"include": ",".join(include)} if include else {}


def _root(reply: Reply, root: str) -> Any:
    if not isinstance(reply.body, dict):
        got = "nothing" if reply.body is None else f"a {type(reply.body).__name__}"
        raise MalformedData([f"expected an object with {root!r}, got {got}"])
    if root not in reply.body:
        raise MalformedData([f"expected root {root!r}, got {', '.join(map(repr, reply.body)) or 'no root'}"])
    return reply.body[root]


def _pagination(reply: Reply) -> tuple[int | None, bool]:
    """From the ``X-Pagination`` header (§3.6): how many records there are in all, and whether this page is the last.

    Raises:
        MalformedData: it does not say; taking the page for the last one could lose all that follow.
    """
    try:
        value = orjson.loads(reply.headers.get("x-pagination", ""))
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("last_page"), bool):
        raise MalformedData(["no readable X-Pagination header says whether this is the last page"])
    total = value.get("total_records")
    return total if isinstance(total, int) else None, value["last_page"] or value.get("out_of_bounds") is True


def _sideloaded(body: Mapping[str, Any], primary: str, problems: list[str]) -> dict[str, list[Any]]:
    beside: dict[str, list[Any]] = {}
    for root, rows in body.items():
        if root != primary and root in BY_ROOT and isinstance(rows, list):
            beside[root], bad = read_records(BY_ROOT[root].record, rows)
            problems += bad
    return beside


def _nothing(_reply: Reply) -> None:
    """Updates answer 204, some 200 with a body (§3.3): neither matters."""


def _body(reply: Reply) -> Any:
    return reply.body


ACCOUNTS: Final = Resource("account", "accounts", records.Account, paged=False)
ADDRESSES: Final = Resource("address", "addresses", records.Address)
COMPANIES: Final = Resource("company", "companies", records.Company)
CONTACTS: Final = Resource("contact", "contacts", records.Contact)
CURRENCIES: Final = Resource("currency", "currencies", records.Currency)
FULFILLMENTS: Final = Resource("fulfillment", "fulfillments", records.Fulfillment)
FULFILLMENT_LINE_ITEMS: Final = Resource("fulfillment_line_item", "fulfillment_line_items", records.FulfillmentLineItem)
IMAGES: Final = Resource("image", "images", records.Image)
INVOICES: Final = Resource("invoice", "invoices", records.Invoice)
INVOICE_LINE_ITEMS: Final = Resource("invoice_line_item", "invoice_line_items", records.InvoiceLineItem)
LOCATIONS: Final = Resource("location", "locations", records.Location)
ORDERS: Final = Resource("order", "orders", records.Order)
ORDER_LINE_ITEMS: Final = Resource("order_line_item", "order_line_items", records.OrderLineItem)
PAYMENT_METHODS: Final = Resource("payment_method", "payment_methods", records.PaymentMethod)
PAYMENT_TERMS: Final = Resource("payment_term", "payment_terms", records.PaymentTerm)
PRICE_LISTS: Final = Resource("price_list", "price_lists", records.PriceList)
PRODUCTS: Final = Resource("product", "products", records.Product)
PURCHASE_ORDERS: Final = Resource("purchase_order", "purchase_orders", records.PurchaseOrder)
PURCHASE_ORDER_LINE_ITEMS: Final = Resource(
    "purchase_order_line_item", "purchase_order_line_items", records.PurchaseOrderLineItem
)
TAX_COMPONENTS: Final = Resource("tax_component", "tax_components", records.TaxComponent)
TAX_TYPES: Final = Resource("tax_type", "tax_types", records.TaxType)
USERS: Final = Resource("user", "users", records.User)
VARIANTS: Final = Resource("variant", "variants", records.Variant)

ALL: Final[tuple[Resource[Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Resource)
)
BY_ROOT: Final[dict[str, Resource[Any]]] = {resource.plural: resource for resource in ALL}
