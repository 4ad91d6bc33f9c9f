"""The endpoints bound to an asynchronous client. Written by ``scripts/bind_resources.py``: do not edit."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Page, Shown
from tradegecko_bridge.tradegecko.client.paging import AsyncBoundResource, AsyncPages, AsyncSender
from tradegecko_bridge.tradegecko.payload_base import Fields
from tradegecko_bridge.tradegecko.resources import accounts, companies, filters, orders, products, purchasing, stock

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads
    from tradegecko_bridge.tradegecko.client import raw_async as raw


class AsyncBoundAccounts(AsyncBoundResource):
    """The account of the token (reference §5.1)."""

    resource: ClassVar[accounts.Accounts] = resources.ACCOUNTS

    @property
    def with_raw_response(self) -> raw.AsyncRawAccounts:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawAccounts

        return AsyncRawAccounts(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> AsyncPages[records.Account]:
        """The account, in a list of one that is not paged.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def current(self) -> records.Account:
        """The one the token belongs to (§5.1, §5.33)."""
        return await self._client.send(self.resource.current())

    async def update(
        self, id: int | str, fields: payloads.AccountChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Account | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))


class AsyncBoundAddresses(AsyncBoundResource):
    """Addresses of companies (reference §5.2)."""

    resource: ClassVar[companies.Addresses] = resources.ADDRESSES

    @property
    def with_raw_response(self) -> raw.AsyncRawAddresses:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawAddresses

        return AsyncRawAddresses(self._client)

    def list(self, **filters: Unpack[filters.AddressFilters]) -> AsyncPages[records.Address]:
        """Addresses, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Address:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Address]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewAddress | Fields, *, idempotency_key: str | None = None
    ) -> records.Address:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.AddressChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Address | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundCompanies(AsyncBoundResource):
    """Customers and suppliers (reference §5.3)."""

    resource: ClassVar[companies.Companies] = resources.COMPANIES

    @property
    def with_raw_response(self) -> raw.AsyncRawCompanies:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawCompanies

        return AsyncRawCompanies(self._client)

    def list(self, **filters: Unpack[filters.CompanyFilters]) -> AsyncPages[records.Company]:
        """Companies, by type, code, e-mail address and defaults.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``assignee_id``, ``default_ledger_account_id``, ``default_payment_method_id``,
        ``default_payment_term_id``, ``default_stock_location_id``, ``default_tax_type_id``, ``company_code``,
        ``company_type``, ``default_price_list_id``, ``default_document_theme_id``, ``email``,
        ``default_price_type_id``, ``term``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Company:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Company]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewCompany | Fields, *, idempotency_key: str | None = None
    ) -> records.Company:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.CompanyChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Company | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundComposition(AsyncBoundResource):
    """What bundles are made of, at ``/variants/composition`` (reference §5.4)."""

    resource: ClassVar[products.Composition] = resources.COMPOSITION

    @property
    def with_raw_response(self) -> raw.AsyncRawComposition:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawComposition

        return AsyncRawComposition(self._client)

    def list(self, **filters: Unpack[filters.CompositionFilters]) -> AsyncPages[records.CompositionRow]:
        """Rows of all bundles; ``include=["bundle", "component"]`` brings the variants along.

        Takes ``include``, ``sku``, ``bundle_sku``, ``component_id``, ``component_ids``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, bundle_id: int, *, include: str | Collection[str] = ()) -> Page[records.CompositionRow]:
        """The rows of one bundle, all on one page."""
        return await self._client.send(self.resource.get(bundle_id, include=include))


class AsyncBoundContacts(AsyncBoundResource):
    """People at companies (reference §5.5)."""

    resource: ClassVar[companies.Contacts] = resources.CONTACTS

    @property
    def with_raw_response(self) -> raw.AsyncRawContacts:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawContacts

        return AsyncRawContacts(self._client)

    def list(self, **filters: Unpack[filters.ContactFilters]) -> AsyncPages[records.Contact]:
        """Contacts, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``company_id``, ``online_ordering``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Contact:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Contact]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewContact | Fields, *, idempotency_key: str | None = None
    ) -> records.Contact:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.ContactChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Contact | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundCurrencies(AsyncBoundResource):
    """Currencies (reference §5.6)."""

    resource: ClassVar[accounts.Currencies] = resources.CURRENCIES

    @property
    def with_raw_response(self) -> raw.AsyncRawCurrencies:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawCurrencies

        return AsyncRawCurrencies(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> AsyncPages[records.Currency]:
        """Currencies, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Currency:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Currency]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewCurrency | Fields, *, idempotency_key: str | None = None
    ) -> records.Currency:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.CurrencyChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Currency | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillments(AsyncBoundResource):
    """Shipments; their lines come along (reference §5.7)."""

    resource: ClassVar[orders.Fulfillments] = resources.FULFILLMENTS

    @property
    def with_raw_response(self) -> raw.AsyncRawFulfillments:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawFulfillments

        return AsyncRawFulfillments(self._client)

    def list(self, **filters: Unpack[filters.FulfillmentFilters]) -> AsyncPages[records.Fulfillment]:
        """Fulfilments with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``stock_location_id``,
        ``receipt``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Fulfillment:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Fulfillment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillment | Fields, *, idempotency_key: str | None = None
    ) -> records.Fulfillment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.FulfillmentChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Fulfillment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillmentLineItems(AsyncBoundResource):
    """Lines of shipments (reference §5.8)."""

    resource: ClassVar[orders.FulfillmentLineItems] = resources.FULFILLMENT_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.AsyncRawFulfillmentLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawFulfillmentLineItems

        return AsyncRawFulfillmentLineItems(self._client)

    def list(self, **filters: Unpack[filters.FulfillmentLineItemFilters]) -> AsyncPages[records.FulfillmentLineItem]:
        """Lines, of one fulfilment or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``fulfillment_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.FulfillmentLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.FulfillmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.FulfillmentLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillmentReturns(AsyncBoundResource):
    """Goods that come back; their lines come along (reference §5.9)."""

    resource: ClassVar[orders.FulfillmentReturns] = resources.FULFILLMENT_RETURNS

    @property
    def with_raw_response(self) -> raw.AsyncRawFulfillmentReturns:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawFulfillmentReturns

        return AsyncRawFulfillmentReturns(self._client)

    def list(self, **filters: Unpack[filters.FulfillmentReturnFilters]) -> AsyncPages[records.FulfillmentReturn]:
        """Returns with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``order_id``, ``location_id``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.FulfillmentReturn:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.FulfillmentReturn]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillmentReturn | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentReturn:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.FulfillmentReturnChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentReturn | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillmentReturnLineItems(AsyncBoundResource):
    """Lines of returns (reference §5.10)."""

    resource: ClassVar[orders.FulfillmentReturnLineItems] = resources.FULFILLMENT_RETURN_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.AsyncRawFulfillmentReturnLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawFulfillmentReturnLineItems

        return AsyncRawFulfillmentReturnLineItems(self._client)

    def list(
        self, **filters: Unpack[filters.FulfillmentReturnLineItemFilters]
    ) -> AsyncPages[records.FulfillmentReturnLineItem]:
        """Lines, of one return or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``fulfillment_return_id``, ``order_line_item_id``, ``ledger_account_id``, ``page``, ``limit``, ``order``,
        ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.FulfillmentReturnLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Shown[records.FulfillmentReturnLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillmentReturnLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentReturnLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self,
        id: int | str,
        fields: payloads.FulfillmentReturnLineItemChanges | Fields,
        *,
        idempotency_key: str | None = None,
    ) -> records.FulfillmentReturnLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundImages(AsyncBoundResource):
    """Pictures of variants; they cannot be changed (reference §5.11)."""

    resource: ClassVar[products.Images] = resources.IMAGES

    @property
    def with_raw_response(self) -> raw.AsyncRawImages:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawImages

        return AsyncRawImages(self._client)

    def list(self, **filters: Unpack[filters.ImageFilters]) -> AsyncPages[records.Image]:
        """Images, of one product, variant or uploader.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``product_id``, ``variant_id``, ``variant_ids``, ``uploader_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Image:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Image]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: payloads.NewImage | Fields, *, idempotency_key: str | None = None) -> records.Image:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundInvoices(AsyncBoundResource):
    """Invoices; their lines come along (reference §5.12)."""

    resource: ClassVar[orders.Invoices] = resources.INVOICES

    @property
    def with_raw_response(self) -> raw.AsyncRawInvoices:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawInvoices

        return AsyncRawInvoices(self._client)

    def list(self, **filters: Unpack[filters.InvoiceFilters]) -> AsyncPages[records.Invoice]:
        """Invoices with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``payment_term_id``, ``invoice_number``,
        ``payment_status``, ``company_id``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Invoice:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Invoice]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewInvoice | Fields, *, idempotency_key: str | None = None
    ) -> records.Invoice:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.InvoiceChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Invoice | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundInvoiceLineItems(AsyncBoundResource):
    """Lines of invoices (reference §5.13)."""

    resource: ClassVar[orders.InvoiceLineItems] = resources.INVOICE_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.AsyncRawInvoiceLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawInvoiceLineItems

        return AsyncRawInvoiceLineItems(self._client)

    def list(self, **filters: Unpack[filters.InvoiceLineItemFilters]) -> AsyncPages[records.InvoiceLineItem]:
        """Lines, of one invoice or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``invoice_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.InvoiceLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.InvoiceLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewInvoiceLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.InvoiceLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.InvoiceLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.InvoiceLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundLocations(AsyncBoundResource):
    """Stock locations (reference §5.14)."""

    resource: ClassVar[accounts.Locations] = resources.LOCATIONS

    @property
    def with_raw_response(self) -> raw.AsyncRawLocations:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawLocations

        return AsyncRawLocations(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> AsyncPages[records.Location]:
        """Stock locations, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Location:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Location]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewLocation | Fields, *, idempotency_key: str | None = None
    ) -> records.Location:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.LocationChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Location | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundNotes(AsyncBoundResource):
    """Notes on companies (reference §5.15)."""

    resource: ClassVar[companies.Notes] = resources.NOTES

    @property
    def with_raw_response(self) -> raw.AsyncRawNotes:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawNotes

        return AsyncRawNotes(self._client)

    def list(self, **filters: Unpack[filters.NoteFilters]) -> AsyncPages[records.Note]:
        """Notes, of one company or author.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``user_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Note:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Note]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: payloads.NewNote | Fields, *, idempotency_key: str | None = None) -> records.Note:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.NoteChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Note | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundOrders(AsyncBoundResource):
    """Sales orders, with what can be done to a whole one (reference §5.16, §4.1).

    An action answers with what it made, lines beside it, or with nothing: then look at the order.
    """

    resource: ClassVar[orders.Orders] = resources.ORDERS

    @property
    def with_raw_response(self) -> raw.AsyncRawOrders:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawOrders

        return AsyncRawOrders(self._client)

    def list(self, **filters: Unpack[filters.OrderFilters]) -> AsyncPages[records.Order]:
        """Orders, by anything they refer to or any of their states; void and deleted ones only if asked (§3.7).

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``assignee_id``,
        ``billing_address_id``, ``company_id``, ``contact_id``, ``currency_id``, ``shipping_address_id``,
        ``stock_location_id``, ``user_id``, ``source_id``, ``order_number``, ``reference_number``, ``tags``,
        ``status``, ``payment_status``, ``invoice_status``, ``packed_status``, ``fulfillment_status``,
        ``return_status``, ``returning_status``, ``shippability_status``, ``backordering_status``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Order:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Order]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: payloads.NewOrder | Fields, *, idempotency_key: str | None = None) -> records.Order:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.OrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Order | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))

    async def invoice(
        self,
        id: int,
        details: payloads.InvoiceDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Invoice] | None:
        """Invoice all that is not invoiced yet (§4.1)."""
        return await self._client.send(self.resource.invoice(id, details, idempotency_key=idempotency_key))

    async def pay(
        self,
        id: int,
        details: payloads.PaymentDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Payment] | None:
        """Pay what is open, and invoice and pay the rest (§4.1)."""
        return await self._client.send(self.resource.pay(id, details, idempotency_key=idempotency_key))

    async def pack(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Fulfillment] | None:
        """One packed fulfilment for all that is not packed yet (§4.1)."""
        return await self._client.send(self.resource.pack(id, details, idempotency_key=idempotency_key))

    async def fulfil(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Fulfillment] | None:
        """Ship what is packed, and all the rest in one fulfilment (§4.1)."""
        return await self._client.send(self.resource.fulfil(id, details, idempotency_key=idempotency_key))

    async def void(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.Order] | None:
        """Void the order; what was shipped returns to stock (§4.1, §6.1)."""
        return await self._client.send(self.resource.void(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))

    async def available_identifier(self, type: str | None = None) -> str:
        """The number the next one would get, e.g. ``SO0074`` (§5.16, §5.26)."""
        return await self._client.send(self.resource.available_identifier(type))


class AsyncBoundOrderLineItems(AsyncBoundResource):
    """Lines of orders (reference §5.17)."""

    resource: ClassVar[orders.OrderLineItems] = resources.ORDER_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.AsyncRawOrderLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawOrderLineItems

        return AsyncRawOrderLineItems(self._client)

    def list(self, **filters: Unpack[filters.OrderLineItemFilters]) -> AsyncPages[records.OrderLineItem]:
        """Lines, by position: of an order, a variant, or orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``variant_id``, ``tax_type_id``, ``order_status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.OrderLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.OrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.OrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.OrderLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.OrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPayments(AsyncBoundResource):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    resource: ClassVar[orders.Payments] = resources.PAYMENTS

    @property
    def with_raw_response(self) -> raw.AsyncRawPayments:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawPayments

        return AsyncRawPayments(self._client)

    def list(self, **filters: Unpack[filters.PaymentFilters]) -> AsyncPages[records.Payment]:
        """Payments, of one invoice.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``invoice_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Payment:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Payment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPayment | Fields, *, idempotency_key: str | None = None
    ) -> records.Payment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PaymentChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Payment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPaymentMethods(AsyncBoundResource):
    """Ways to pay (reference §5.19)."""

    resource: ClassVar[accounts.PaymentMethods] = resources.PAYMENT_METHODS

    @property
    def with_raw_response(self) -> raw.AsyncRawPaymentMethods:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawPaymentMethods

        return AsyncRawPaymentMethods(self._client)

    def list(self, **filters: Unpack[filters.PaymentMethodFilters]) -> AsyncPages[records.PaymentMethod]:
        """Ways to pay, by name.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``name``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.PaymentMethod:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PaymentMethod]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPaymentMethod | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentMethod:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PaymentMethodChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentMethod | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPaymentTerms(AsyncBoundResource):
    """When invoices are due (reference §5.20)."""

    resource: ClassVar[accounts.PaymentTerms] = resources.PAYMENT_TERMS

    @property
    def with_raw_response(self) -> raw.AsyncRawPaymentTerms:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawPaymentTerms

        return AsyncRawPaymentTerms(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> AsyncPages[records.PaymentTerm]:
        """Payment terms, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.PaymentTerm:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PaymentTerm]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPaymentTerm | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentTerm:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PaymentTermChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentTerm | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPriceLists(AsyncBoundResource):
    """Price lists; the built-in ones are ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    resource: ClassVar[accounts.PriceLists] = resources.PRICE_LISTS

    @property
    def with_raw_response(self) -> raw.AsyncRawPriceLists:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawPriceLists

        return AsyncRawPriceLists(self._client)

    def list(self, **filters: Unpack[filters.PriceListFilters]) -> AsyncPages[records.PriceList]:
        """Price lists, of one currency.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.PriceList:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PriceList]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPriceList | Fields, *, idempotency_key: str | None = None
    ) -> records.PriceList:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PriceListChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PriceList | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundProcurements(AsyncBoundResource):
    """Goods received (reference §5.23).

    Undocumented since 2015 but served; ``delete`` is only known from a client.
    """

    resource: ClassVar[purchasing.Procurements] = resources.PROCUREMENTS

    @property
    def with_raw_response(self) -> raw.AsyncRawProcurements:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawProcurements

        return AsyncRawProcurements(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> AsyncPages[records.Procurement]:
        """Goods received, with the lines of their purchase orders beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Procurement:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Procurement]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewProcurement | Fields, *, idempotency_key: str | None = None
    ) -> records.Procurement:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.ProcurementChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Procurement | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundProducts(AsyncBoundResource):
    """What variants have in common (reference §5.22)."""

    resource: ClassVar[products.Products] = resources.PRODUCTS

    @property
    def with_raw_response(self) -> raw.AsyncRawProducts:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawProducts

        return AsyncRawProducts(self._client)

    def list(self, **filters: Unpack[filters.ProductFilters]) -> AsyncPages[records.Product]:
        """Products; ``include="variants"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``brand``, ``supplier``, ``product_type``, ``tags``, ``status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Product:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Product]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewProduct | Fields, *, idempotency_key: str | None = None
    ) -> records.Product:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.ProductChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Product | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPurchaseOrders(AsyncBoundResource):
    """Orders to suppliers (reference §5.24)."""

    resource: ClassVar[purchasing.PurchaseOrders] = resources.PURCHASE_ORDERS

    @property
    def with_raw_response(self) -> raw.AsyncRawPurchaseOrders:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawPurchaseOrders

        return AsyncRawPurchaseOrders(self._client)

    def list(self, **filters: Unpack[filters.PurchaseOrderFilters]) -> AsyncPages[records.PurchaseOrder]:
        """Purchase orders, by anything they refer to.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``,
        ``billing_address_id``, ``company_id``, ``currency_id``, ``stock_location_id``, ``supplier_address_id``,
        ``due_at``, ``order_number``, ``payment_due_at``, ``issued_at``, ``tags``, ``status``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.PurchaseOrder:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PurchaseOrder]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPurchaseOrder | Fields, *, idempotency_key: str | None = None
    ) -> records.PurchaseOrder:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PurchaseOrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PurchaseOrder | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))

    async def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.Procurement] | None:
        """Receive all of it at once into stock; there is no part of it (§5.24)."""
        return await self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class AsyncBoundPurchaseOrderLineItems(AsyncBoundResource):
    """Lines of purchase orders (reference §5.25)."""

    resource: ClassVar[purchasing.PurchaseOrderLineItems] = resources.PURCHASE_ORDER_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.AsyncRawPurchaseOrderLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawPurchaseOrderLineItems

        return AsyncRawPurchaseOrderLineItems(self._client)

    def list(
        self, **filters: Unpack[filters.PurchaseOrderLineItemFilters]
    ) -> AsyncPages[records.PurchaseOrderLineItem]:
        """Lines, by position: of a purchase order, a variant, or purchase orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``purchase_order_id``, ``variant_id``, ``tax_type_id``, ``procurement_id``, ``purchase_order_status``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.PurchaseOrderLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PurchaseOrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPurchaseOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.PurchaseOrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self,
        id: int | str,
        fields: payloads.PurchaseOrderLineItemChanges | Fields,
        *,
        idempotency_key: str | None = None,
    ) -> records.PurchaseOrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundStockAdjustments(AsyncBoundResource):
    """Stock found, lost or broken; deleting voids, changing is not offered (reference §5.26)."""

    resource: ClassVar[stock.StockAdjustments] = resources.STOCK_ADJUSTMENTS

    @property
    def with_raw_response(self) -> raw.AsyncRawStockAdjustments:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawStockAdjustments

        return AsyncRawStockAdjustments(self._client)

    def list(self, **filters: Unpack[filters.StockAdjustmentFilters]) -> AsyncPages[records.StockAdjustment]:
        """Adjustments, by number, reason or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``adjustment_number``, ``stock_adjustment_reason_id``, ``stock_location_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.StockAdjustment:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockAdjustment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockAdjustment | Fields, *, idempotency_key: str | None = None
    ) -> records.StockAdjustment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))

    async def available_identifier(self, type: str | None = None) -> str:
        """The number the next one would get, e.g. ``SO0074`` (§5.16, §5.26)."""
        return await self._client.send(self.resource.available_identifier(type))


class AsyncBoundStockAdjustmentLineItems(AsyncBoundResource):
    """Lines of stock adjustments (reference §5.27)."""

    resource: ClassVar[stock.StockAdjustmentLineItems] = resources.STOCK_ADJUSTMENT_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.AsyncRawStockAdjustmentLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawStockAdjustmentLineItems

        return AsyncRawStockAdjustmentLineItems(self._client)

    def list(
        self, **filters: Unpack[filters.StockAdjustmentLineItemFilters]
    ) -> AsyncPages[records.StockAdjustmentLineItem]:
        """Lines, of one adjustment or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_adjustment_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.StockAdjustmentLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Shown[records.StockAdjustmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockAdjustmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.StockAdjustmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))


class AsyncBoundStockAdjustmentReasons(AsyncBoundResource):
    """Reasons of the merchant's own (reference §4).

    Only in an unpublished draft of the documents: that they can be listed and read is inferred.
    """

    resource: ClassVar[stock.StockAdjustmentReasons] = resources.STOCK_ADJUSTMENT_REASONS

    @property
    def with_raw_response(self) -> raw.AsyncRawStockAdjustmentReasons:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawStockAdjustmentReasons

        return AsyncRawStockAdjustmentReasons(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> AsyncPages[records.StockAdjustmentReason]:
        """Reasons.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.StockAdjustmentReason:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockAdjustmentReason]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))


class AsyncBoundStockLevels(AsyncBoundResource):
    """What there is of each variant; the id is the variant's (reference §5.28)."""

    resource: ClassVar[stock.StockLevels] = resources.STOCK_LEVELS

    @property
    def with_raw_response(self) -> raw.AsyncRawStockLevels:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawStockLevels

        return AsyncRawStockLevels(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> AsyncPages[records.StockLevel]:
        """Stock of all variants.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.StockLevel:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockLevel]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))


class AsyncBoundStockTransfers(AsyncBoundResource):
    """Stock on its way between locations; changing is not offered (reference §5.29)."""

    resource: ClassVar[stock.StockTransfers] = resources.STOCK_TRANSFERS

    @property
    def with_raw_response(self) -> raw.AsyncRawStockTransfers:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawStockTransfers

        return AsyncRawStockTransfers(self._client)

    def list(self, **filters: Unpack[filters.StockTransferFilters]) -> AsyncPages[records.StockTransfer]:
        """Transfers, by number, status or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``adjustment_number``, ``received_at``, ``notes``, ``source_location_id``,
        ``destination_location_id``, ``cached_quantity``, ``transacted_at``, ``stock_transfer_line_item_ids``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.StockTransfer:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockTransfer]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockTransfer | Fields, *, idempotency_key: str | None = None
    ) -> records.StockTransfer:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))

    async def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.StockTransfer] | None:
        """Take it off the source and into the destination's stock (§4, §6.5)."""
        return await self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    async def revert(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.StockTransfer] | None:
        """Send it back: the API makes a mirrored transfer (§4, §6.4)."""
        return await self._client.send(self.resource.revert(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class AsyncBoundStockTransferLineItems(AsyncBoundResource):
    """Lines of stock transfers (reference §5.30)."""

    resource: ClassVar[stock.StockTransferLineItems] = resources.STOCK_TRANSFER_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.AsyncRawStockTransferLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawStockTransferLineItems

        return AsyncRawStockTransferLineItems(self._client)

    def list(
        self, **filters: Unpack[filters.StockTransferLineItemFilters]
    ) -> AsyncPages[records.StockTransferLineItem]:
        """Lines, of one transfer or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_transfer_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.StockTransferLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockTransferLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockTransferLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.StockTransferLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundTaxComponents(AsyncBoundResource):
    """Parts of tax types (reference §5.32)."""

    resource: ClassVar[accounts.TaxComponents] = resources.TAX_COMPONENTS

    @property
    def with_raw_response(self) -> raw.AsyncRawTaxComponents:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawTaxComponents

        return AsyncRawTaxComponents(self._client)

    def list(self, **filters: Unpack[filters.TaxComponentFilters]) -> AsyncPages[records.TaxComponent]:
        """Components, of one tax type.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``tax_type_id``, ``position``, ``label``, ``rate``, ``compound``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.TaxComponent:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.TaxComponent]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewTaxComponent | Fields, *, idempotency_key: str | None = None
    ) -> records.TaxComponent:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.TaxComponentChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.TaxComponent | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundTaxTypes(AsyncBoundResource):
    """Taxes of order lines; their components come along (reference §5.31)."""

    resource: ClassVar[accounts.TaxTypes] = resources.TAX_TYPES

    @property
    def with_raw_response(self) -> raw.AsyncRawTaxTypes:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawTaxTypes

        return AsyncRawTaxTypes(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> AsyncPages[records.TaxType]:
        """Tax types with their components beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.TaxType:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.TaxType]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewTaxType | Fields, *, idempotency_key: str | None = None
    ) -> records.TaxType:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.TaxTypeChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.TaxType | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundUsers(AsyncBoundResource):
    """People with a login to the account; they are invited in TradeGecko, not made here (reference §5.33)."""

    resource: ClassVar[accounts.Users] = resources.USERS

    @property
    def with_raw_response(self) -> raw.AsyncRawUsers:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawUsers

        return AsyncRawUsers(self._client)

    def list(self, **filters: Unpack[filters.UserFilters]) -> AsyncPages[records.User]:
        """Users, of one login or status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``login_id``, ``account_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.User:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.User]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def current(self) -> records.User:
        """The one the token belongs to (§5.1, §5.33)."""
        return await self._client.send(self.resource.current())

    async def update(
        self, id: int | str, fields: payloads.UserChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.User | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundVariants(AsyncBoundResource):
    """What is bought, stocked and sold (reference §5.34)."""

    resource: ClassVar[products.Variants] = resources.VARIANTS

    @property
    def with_raw_response(self) -> raw.AsyncRawVariants:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawVariants

        return AsyncRawVariants(self._client)

    def list(self, **filters: Unpack[filters.VariantFilters]) -> AsyncPages[records.Variant]:
        """Variants; ``include="images"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``product_id``, ``sku``, ``status``, ``composite``, ``online_ordering``, ``default_ledger_account_id``,
        ``stock_location_id``, ``product_type``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Variant:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Variant]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewVariant | Fields, *, idempotency_key: str | None = None
    ) -> records.Variant:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.VariantChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Variant | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundWebhooks(AsyncBoundResource):
    """Where the API tells of events (reference §5.35, §3.12)."""

    resource: ClassVar[accounts.Webhooks] = resources.WEBHOOKS

    @property
    def with_raw_response(self) -> raw.AsyncRawWebhooks:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_async import AsyncRawWebhooks

        return AsyncRawWebhooks(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> AsyncPages[records.Webhook]:
        """Webhooks of this application.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> records.Webhook:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Webhook]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewWebhook | Fields, *, idempotency_key: str | None = None
    ) -> records.Webhook:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.WebhookChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Webhook | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncResources(AsyncSender):
    """Every resource as an attribute of a client."""

    def _bind(self) -> None:
        self.accounts: AsyncBoundAccounts = AsyncBoundAccounts(self)
        self.addresses: AsyncBoundAddresses = AsyncBoundAddresses(self)
        self.companies: AsyncBoundCompanies = AsyncBoundCompanies(self)
        self.composition: AsyncBoundComposition = AsyncBoundComposition(self)
        self.contacts: AsyncBoundContacts = AsyncBoundContacts(self)
        self.currencies: AsyncBoundCurrencies = AsyncBoundCurrencies(self)
        self.fulfillments: AsyncBoundFulfillments = AsyncBoundFulfillments(self)
        self.fulfillment_line_items: AsyncBoundFulfillmentLineItems = AsyncBoundFulfillmentLineItems(self)
        self.fulfillment_returns: AsyncBoundFulfillmentReturns = AsyncBoundFulfillmentReturns(self)
        self.fulfillment_return_line_items: AsyncBoundFulfillmentReturnLineItems = AsyncBoundFulfillmentReturnLineItems(
            self
        )
        self.images: AsyncBoundImages = AsyncBoundImages(self)
        self.invoices: AsyncBoundInvoices = AsyncBoundInvoices(self)
        self.invoice_line_items: AsyncBoundInvoiceLineItems = AsyncBoundInvoiceLineItems(self)
        self.locations: AsyncBoundLocations = AsyncBoundLocations(self)
        self.notes: AsyncBoundNotes = AsyncBoundNotes(self)
        self.orders: AsyncBoundOrders = AsyncBoundOrders(self)
        self.order_line_items: AsyncBoundOrderLineItems = AsyncBoundOrderLineItems(self)
        self.payments: AsyncBoundPayments = AsyncBoundPayments(self)
        self.payment_methods: AsyncBoundPaymentMethods = AsyncBoundPaymentMethods(self)
        self.payment_terms: AsyncBoundPaymentTerms = AsyncBoundPaymentTerms(self)
        self.price_lists: AsyncBoundPriceLists = AsyncBoundPriceLists(self)
        self.procurements: AsyncBoundProcurements = AsyncBoundProcurements(self)
        self.products: AsyncBoundProducts = AsyncBoundProducts(self)
        self.purchase_orders: AsyncBoundPurchaseOrders = AsyncBoundPurchaseOrders(self)
        self.purchase_order_line_items: AsyncBoundPurchaseOrderLineItems = AsyncBoundPurchaseOrderLineItems(self)
        self.stock_adjustments: AsyncBoundStockAdjustments = AsyncBoundStockAdjustments(self)
        self.stock_adjustment_line_items: AsyncBoundStockAdjustmentLineItems = AsyncBoundStockAdjustmentLineItems(self)
        self.stock_adjustment_reasons: AsyncBoundStockAdjustmentReasons = AsyncBoundStockAdjustmentReasons(self)
        self.stock_levels: AsyncBoundStockLevels = AsyncBoundStockLevels(self)
        self.stock_transfers: AsyncBoundStockTransfers = AsyncBoundStockTransfers(self)
        self.stock_transfer_line_items: AsyncBoundStockTransferLineItems = AsyncBoundStockTransferLineItems(self)
        self.tax_components: AsyncBoundTaxComponents = AsyncBoundTaxComponents(self)
        self.tax_types: AsyncBoundTaxTypes = AsyncBoundTaxTypes(self)
        self.users: AsyncBoundUsers = AsyncBoundUsers(self)
        self.variants: AsyncBoundVariants = AsyncBoundVariants(self)
        self.webhooks: AsyncBoundWebhooks = AsyncBoundWebhooks(self)
