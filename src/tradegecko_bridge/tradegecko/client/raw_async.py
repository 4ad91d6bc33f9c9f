"""What an asynchronous client answers, as it came. Written by ``scripts/bind_resources.py``: do not edit."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Page, Shown
from tradegecko_bridge.tradegecko.client.paging import AsyncBoundResource
from tradegecko_bridge.tradegecko.client.sending import Exchange
from tradegecko_bridge.tradegecko.payload_base import Fields
from tradegecko_bridge.tradegecko.resources import accounts, companies, filters, orders, products, purchasing, stock

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads


class AsyncRawAccounts(AsyncBoundResource):
    """The account of the token (reference §5.1)."""

    resource: ClassVar[accounts.Accounts] = resources.ACCOUNTS

    async def list(self, **filters: Unpack[filters.Sideloading]) -> Exchange[Page[records.Account]]:
        """The account, in a list of one that is not paged.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def current(self) -> Exchange[records.Account]:
        """The one the token belongs to (§5.1, §5.33)."""
        return await self._client.exchange(self.resource.current())

    async def update(
        self, id: int | str, fields: payloads.AccountChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Account | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))


class AsyncRawAddresses(AsyncBoundResource):
    """Addresses of companies (reference §5.2)."""

    resource: ClassVar[companies.Addresses] = resources.ADDRESSES

    async def list(self, **filters: Unpack[filters.AddressFilters]) -> Exchange[Page[records.Address]]:
        """Addresses, of one company.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Address]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Address]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewAddress | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Address]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.AddressChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Address | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawCompanies(AsyncBoundResource):
    """Customers and suppliers (reference §5.3)."""

    resource: ClassVar[companies.Companies] = resources.COMPANIES

    async def list(self, **filters: Unpack[filters.CompanyFilters]) -> Exchange[Page[records.Company]]:
        """Companies, by type, code, e-mail address and defaults.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``assignee_id``, ``default_ledger_account_id``, ``default_payment_method_id``,
        ``default_payment_term_id``, ``default_stock_location_id``, ``default_tax_type_id``, ``company_code``,
        ``company_type``, ``default_price_list_id``, ``default_document_theme_id``, ``email``,
        ``default_price_type_id``, ``term``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Company]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Company]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewCompany | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Company]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.CompanyChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Company | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawComposition(AsyncBoundResource):
    """What bundles are made of, at ``/variants/composition`` (reference §5.4)."""

    resource: ClassVar[products.Composition] = resources.COMPOSITION

    async def list(self, **filters: Unpack[filters.CompositionFilters]) -> Exchange[Page[records.CompositionRow]]:
        """Rows of all bundles; ``include=["bundle", "component"]`` brings the variants along.

        One page. Takes ``include``, ``sku``, ``bundle_sku``, ``component_id``, ``component_ids``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(
        self, bundle_id: int, *, include: str | Collection[str] = ()
    ) -> Exchange[Page[records.CompositionRow]]:
        """The rows of one bundle, all on one page."""
        return await self._client.exchange(self.resource.get(bundle_id, include=include))


class AsyncRawContacts(AsyncBoundResource):
    """People at companies (reference §5.5)."""

    resource: ClassVar[companies.Contacts] = resources.CONTACTS

    async def list(self, **filters: Unpack[filters.ContactFilters]) -> Exchange[Page[records.Contact]]:
        """Contacts, of one company.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``company_id``, ``online_ordering``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Contact]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Contact]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewContact | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Contact]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.ContactChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Contact | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawCurrencies(AsyncBoundResource):
    """Currencies (reference §5.6)."""

    resource: ClassVar[accounts.Currencies] = resources.CURRENCIES

    async def list(self, **filters: Unpack[filters.StatusFilters]) -> Exchange[Page[records.Currency]]:
        """Currencies, active ones unless asked.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Currency]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Currency]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewCurrency | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Currency]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.CurrencyChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Currency | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawFulfillments(AsyncBoundResource):
    """Shipments; their lines come along (reference §5.7)."""

    resource: ClassVar[orders.Fulfillments] = resources.FULFILLMENTS

    async def list(self, **filters: Unpack[filters.FulfillmentFilters]) -> Exchange[Page[records.Fulfillment]]:
        """Fulfilments with their lines beside them.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``stock_location_id``,
        ``receipt``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Fulfillment]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Fulfillment]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillment | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Fulfillment]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.FulfillmentChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Fulfillment | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawFulfillmentLineItems(AsyncBoundResource):
    """Lines of shipments (reference §5.8)."""

    resource: ClassVar[orders.FulfillmentLineItems] = resources.FULFILLMENT_LINE_ITEMS

    async def list(
        self, **filters: Unpack[filters.FulfillmentLineItemFilters]
    ) -> Exchange[Page[records.FulfillmentLineItem]]:
        """Lines, of one fulfilment or order line.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``fulfillment_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.FulfillmentLineItem]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.FulfillmentLineItem]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.FulfillmentLineItem]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.FulfillmentLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.FulfillmentLineItem | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawFulfillmentReturns(AsyncBoundResource):
    """Goods that come back; their lines come along (reference §5.9)."""

    resource: ClassVar[orders.FulfillmentReturns] = resources.FULFILLMENT_RETURNS

    async def list(
        self, **filters: Unpack[filters.FulfillmentReturnFilters]
    ) -> Exchange[Page[records.FulfillmentReturn]]:
        """Returns with their lines beside them.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``order_id``, ``location_id``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.FulfillmentReturn]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.FulfillmentReturn]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillmentReturn | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.FulfillmentReturn]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.FulfillmentReturnChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.FulfillmentReturn | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawFulfillmentReturnLineItems(AsyncBoundResource):
    """Lines of returns (reference §5.10)."""

    resource: ClassVar[orders.FulfillmentReturnLineItems] = resources.FULFILLMENT_RETURN_LINE_ITEMS

    async def list(
        self, **filters: Unpack[filters.FulfillmentReturnLineItemFilters]
    ) -> Exchange[Page[records.FulfillmentReturnLineItem]]:
        """Lines, of one return or order line.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``fulfillment_return_id``, ``order_line_item_id``, ``ledger_account_id``, ``page``, ``limit``, ``order``,
        ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.FulfillmentReturnLineItem]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.FulfillmentReturnLineItem]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewFulfillmentReturnLineItem | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.FulfillmentReturnLineItem]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self,
        id: int | str,
        fields: payloads.FulfillmentReturnLineItemChanges | Fields,
        *,
        idempotency_key: str | None = None,
    ) -> Exchange[records.FulfillmentReturnLineItem | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawImages(AsyncBoundResource):
    """Pictures of variants; they cannot be changed (reference §5.11)."""

    resource: ClassVar[products.Images] = resources.IMAGES

    async def list(self, **filters: Unpack[filters.ImageFilters]) -> Exchange[Page[records.Image]]:
        """Images, of one product, variant or uploader.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``product_id``, ``variant_id``, ``variant_ids``, ``uploader_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Image]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Image]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewImage | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Image]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawInvoices(AsyncBoundResource):
    """Invoices; their lines come along (reference §5.12)."""

    resource: ClassVar[orders.Invoices] = resources.INVOICES

    async def list(self, **filters: Unpack[filters.InvoiceFilters]) -> Exchange[Page[records.Invoice]]:
        """Invoices with their lines beside them.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``payment_term_id``, ``invoice_number``,
        ``payment_status``, ``company_id``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Invoice]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Invoice]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewInvoice | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Invoice]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.InvoiceChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Invoice | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawInvoiceLineItems(AsyncBoundResource):
    """Lines of invoices (reference §5.13)."""

    resource: ClassVar[orders.InvoiceLineItems] = resources.INVOICE_LINE_ITEMS

    async def list(self, **filters: Unpack[filters.InvoiceLineItemFilters]) -> Exchange[Page[records.InvoiceLineItem]]:
        """Lines, of one invoice or order line.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``invoice_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.InvoiceLineItem]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.InvoiceLineItem]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewInvoiceLineItem | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.InvoiceLineItem]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.InvoiceLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.InvoiceLineItem | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawLocations(AsyncBoundResource):
    """Stock locations (reference §5.14)."""

    resource: ClassVar[accounts.Locations] = resources.LOCATIONS

    async def list(self, **filters: Unpack[filters.StatusFilters]) -> Exchange[Page[records.Location]]:
        """Stock locations, active ones unless asked.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Location]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Location]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewLocation | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Location]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.LocationChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Location | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawNotes(AsyncBoundResource):
    """Notes on companies (reference §5.15)."""

    resource: ClassVar[companies.Notes] = resources.NOTES

    async def list(self, **filters: Unpack[filters.NoteFilters]) -> Exchange[Page[records.Note]]:
        """Notes, of one company or author.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``user_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Note]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Note]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewNote | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Note]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.NoteChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Note | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawOrders(AsyncBoundResource):
    """Sales orders, with what can be done to a whole one (reference §5.16, §4.1).

    An action answers with what it made, lines beside it, or with nothing: then look at the order.
    """

    resource: ClassVar[orders.Orders] = resources.ORDERS

    async def list(self, **filters: Unpack[filters.OrderFilters]) -> Exchange[Page[records.Order]]:
        """Orders, by anything they refer to or any of their states; void and deleted ones only if asked (§3.7).

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``,
        ``assignee_id``, ``billing_address_id``, ``company_id``, ``contact_id``, ``currency_id``,
        ``shipping_address_id``, ``stock_location_id``, ``user_id``, ``source_id``, ``order_number``,
        ``reference_number``, ``tags``, ``status``, ``payment_status``, ``invoice_status``, ``packed_status``,
        ``fulfillment_status``, ``return_status``, ``returning_status``, ``shippability_status``,
        ``backordering_status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Order]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Order]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewOrder | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Order]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.OrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Order | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))

    async def invoice(
        self,
        id: int,
        details: payloads.InvoiceDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Exchange[Shown[records.Invoice] | None]:
        """Invoice all that is not invoiced yet (§4.1)."""
        return await self._client.exchange(self.resource.invoice(id, details, idempotency_key=idempotency_key))

    async def pay(
        self,
        id: int,
        details: payloads.PaymentDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Exchange[Shown[records.Payment] | None]:
        """Pay what is open, and invoice and pay the rest (§4.1)."""
        return await self._client.exchange(self.resource.pay(id, details, idempotency_key=idempotency_key))

    async def pack(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Exchange[Shown[records.Fulfillment] | None]:
        """One packed fulfilment for all that is not packed yet (§4.1)."""
        return await self._client.exchange(self.resource.pack(id, details, idempotency_key=idempotency_key))

    async def fulfil(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Exchange[Shown[records.Fulfillment] | None]:
        """Ship what is packed, and all the rest in one fulfilment (§4.1)."""
        return await self._client.exchange(self.resource.fulfil(id, details, idempotency_key=idempotency_key))

    async def void(self, id: int, *, idempotency_key: str | None = None) -> Exchange[Shown[records.Order] | None]:
        """Void the order; what was shipped returns to stock (§4.1, §6.1)."""
        return await self._client.exchange(self.resource.void(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Exchange[Any]:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.exchange(self.resource.action(id, name, body, idempotency_key=idempotency_key))

    async def available_identifier(self, type: str | None = None) -> Exchange[str]:
        """The number the next one would get, e.g. ``SO0074`` (§5.16, §5.26)."""
        return await self._client.exchange(self.resource.available_identifier(type))


class AsyncRawOrderLineItems(AsyncBoundResource):
    """Lines of orders (reference §5.17)."""

    resource: ClassVar[orders.OrderLineItems] = resources.ORDER_LINE_ITEMS

    async def list(self, **filters: Unpack[filters.OrderLineItemFilters]) -> Exchange[Page[records.OrderLineItem]]:
        """Lines, by position: of an order, a variant, or orders of one status.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``variant_id``, ``tax_type_id``, ``order_status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.OrderLineItem]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.OrderLineItem]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.OrderLineItem]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.OrderLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.OrderLineItem | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawPayments(AsyncBoundResource):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    resource: ClassVar[orders.Payments] = resources.PAYMENTS

    async def list(self, **filters: Unpack[filters.PaymentFilters]) -> Exchange[Page[records.Payment]]:
        """Payments, of one invoice.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``invoice_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Payment]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Payment]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPayment | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Payment]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PaymentChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Payment | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawPaymentMethods(AsyncBoundResource):
    """Ways to pay (reference §5.19)."""

    resource: ClassVar[accounts.PaymentMethods] = resources.PAYMENT_METHODS

    async def list(self, **filters: Unpack[filters.PaymentMethodFilters]) -> Exchange[Page[records.PaymentMethod]]:
        """Ways to pay, by name.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``name``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.PaymentMethod]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.PaymentMethod]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPaymentMethod | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PaymentMethod]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PaymentMethodChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PaymentMethod | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawPaymentTerms(AsyncBoundResource):
    """When invoices are due (reference §5.20)."""

    resource: ClassVar[accounts.PaymentTerms] = resources.PAYMENT_TERMS

    async def list(self, **filters: Unpack[filters.StatusFilters]) -> Exchange[Page[records.PaymentTerm]]:
        """Payment terms, active ones unless asked.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.PaymentTerm]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.PaymentTerm]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPaymentTerm | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PaymentTerm]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PaymentTermChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PaymentTerm | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawPriceLists(AsyncBoundResource):
    """Price lists; the built-in ones are ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    resource: ClassVar[accounts.PriceLists] = resources.PRICE_LISTS

    async def list(self, **filters: Unpack[filters.PriceListFilters]) -> Exchange[Page[records.PriceList]]:
        """Price lists, of one currency.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.PriceList]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.PriceList]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPriceList | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PriceList]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PriceListChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PriceList | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawProcurements(AsyncBoundResource):
    """Goods received (reference §5.23).

    Undocumented since 2015 but served; ``delete`` is only known from a client.
    """

    resource: ClassVar[purchasing.Procurements] = resources.PROCUREMENTS

    async def list(self, **filters: Unpack[filters.Sideloading]) -> Exchange[Page[records.Procurement]]:
        """Goods received, with the lines of their purchase orders beside them.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Procurement]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Procurement]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewProcurement | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Procurement]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.ProcurementChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Procurement | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawProducts(AsyncBoundResource):
    """What variants have in common (reference §5.22)."""

    resource: ClassVar[products.Products] = resources.PRODUCTS

    async def list(self, **filters: Unpack[filters.ProductFilters]) -> Exchange[Page[records.Product]]:
        """Products; ``include="variants"`` brings those along.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``q``, ``brand``, ``supplier``, ``product_type``, ``tags``, ``status``, ``page``, ``limit``, ``order``,
        ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Product]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Product]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewProduct | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Product]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.ProductChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Product | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawPurchaseOrders(AsyncBoundResource):
    """Orders to suppliers (reference §5.24)."""

    resource: ClassVar[purchasing.PurchaseOrders] = resources.PURCHASE_ORDERS

    async def list(self, **filters: Unpack[filters.PurchaseOrderFilters]) -> Exchange[Page[records.PurchaseOrder]]:
        """Purchase orders, by anything they refer to.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``,
        ``billing_address_id``, ``company_id``, ``currency_id``, ``stock_location_id``, ``supplier_address_id``,
        ``due_at``, ``order_number``, ``payment_due_at``, ``issued_at``, ``tags``, ``status``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.PurchaseOrder]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.PurchaseOrder]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPurchaseOrder | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PurchaseOrder]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.PurchaseOrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PurchaseOrder | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))

    async def receive(
        self, id: int, *, idempotency_key: str | None = None
    ) -> Exchange[Shown[records.Procurement] | None]:
        """Receive all of it at once into stock; there is no part of it (§5.24)."""
        return await self._client.exchange(self.resource.receive(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Exchange[Any]:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.exchange(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class AsyncRawPurchaseOrderLineItems(AsyncBoundResource):
    """Lines of purchase orders (reference §5.25)."""

    resource: ClassVar[purchasing.PurchaseOrderLineItems] = resources.PURCHASE_ORDER_LINE_ITEMS

    async def list(
        self, **filters: Unpack[filters.PurchaseOrderLineItemFilters]
    ) -> Exchange[Page[records.PurchaseOrderLineItem]]:
        """Lines, by position: of a purchase order, a variant, or purchase orders of one status.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``purchase_order_id``, ``variant_id``, ``tax_type_id``, ``procurement_id``, ``purchase_order_status``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.PurchaseOrderLineItem]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.PurchaseOrderLineItem]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewPurchaseOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.PurchaseOrderLineItem]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self,
        id: int | str,
        fields: payloads.PurchaseOrderLineItemChanges | Fields,
        *,
        idempotency_key: str | None = None,
    ) -> Exchange[records.PurchaseOrderLineItem | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawStockAdjustments(AsyncBoundResource):
    """Stock found, lost or broken; deleting voids, changing is not offered (reference §5.26)."""

    resource: ClassVar[stock.StockAdjustments] = resources.STOCK_ADJUSTMENTS

    async def list(self, **filters: Unpack[filters.StockAdjustmentFilters]) -> Exchange[Page[records.StockAdjustment]]:
        """Adjustments, by number, reason or location.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``adjustment_number``, ``stock_adjustment_reason_id``, ``stock_location_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.StockAdjustment]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.StockAdjustment]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockAdjustment | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.StockAdjustment]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))

    async def available_identifier(self, type: str | None = None) -> Exchange[str]:
        """The number the next one would get, e.g. ``SO0074`` (§5.16, §5.26)."""
        return await self._client.exchange(self.resource.available_identifier(type))


class AsyncRawStockAdjustmentLineItems(AsyncBoundResource):
    """Lines of stock adjustments (reference §5.27)."""

    resource: ClassVar[stock.StockAdjustmentLineItems] = resources.STOCK_ADJUSTMENT_LINE_ITEMS

    async def list(
        self, **filters: Unpack[filters.StockAdjustmentLineItemFilters]
    ) -> Exchange[Page[records.StockAdjustmentLineItem]]:
        """Lines, of one adjustment or variant.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_adjustment_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.StockAdjustmentLineItem]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.StockAdjustmentLineItem]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockAdjustmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.StockAdjustmentLineItem]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))


class AsyncRawStockAdjustmentReasons(AsyncBoundResource):
    """Reasons of the merchant's own (reference §4).

    Only in an unpublished draft of the documents: that they can be listed and read is inferred.
    """

    resource: ClassVar[stock.StockAdjustmentReasons] = resources.STOCK_ADJUSTMENT_REASONS

    async def list(self, **filters: Unpack[filters.StatusFilters]) -> Exchange[Page[records.StockAdjustmentReason]]:
        """Reasons.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.StockAdjustmentReason]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.StockAdjustmentReason]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))


class AsyncRawStockLevels(AsyncBoundResource):
    """What there is of each variant; the id is the variant's (reference §5.28)."""

    resource: ClassVar[stock.StockLevels] = resources.STOCK_LEVELS

    async def list(self, **filters: Unpack[filters.Sideloading]) -> Exchange[Page[records.StockLevel]]:
        """Stock of all variants.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.StockLevel]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.StockLevel]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))


class AsyncRawStockTransfers(AsyncBoundResource):
    """Stock on its way between locations; changing is not offered (reference §5.29)."""

    resource: ClassVar[stock.StockTransfers] = resources.STOCK_TRANSFERS

    async def list(self, **filters: Unpack[filters.StockTransferFilters]) -> Exchange[Page[records.StockTransfer]]:
        """Transfers, by number, status or location.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``adjustment_number``, ``received_at``, ``notes``, ``source_location_id``,
        ``destination_location_id``, ``cached_quantity``, ``transacted_at``, ``stock_transfer_line_item_ids``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.StockTransfer]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.StockTransfer]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockTransfer | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.StockTransfer]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))

    async def receive(
        self, id: int, *, idempotency_key: str | None = None
    ) -> Exchange[Shown[records.StockTransfer] | None]:
        """Take it off the source and into the destination's stock (§4, §6.5)."""
        return await self._client.exchange(self.resource.receive(id, idempotency_key=idempotency_key))

    async def revert(
        self, id: int, *, idempotency_key: str | None = None
    ) -> Exchange[Shown[records.StockTransfer] | None]:
        """Send it back: the API makes a mirrored transfer (§4, §6.4)."""
        return await self._client.exchange(self.resource.revert(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Exchange[Any]:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.exchange(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class AsyncRawStockTransferLineItems(AsyncBoundResource):
    """Lines of stock transfers (reference §5.30)."""

    resource: ClassVar[stock.StockTransferLineItems] = resources.STOCK_TRANSFER_LINE_ITEMS

    async def list(
        self, **filters: Unpack[filters.StockTransferLineItemFilters]
    ) -> Exchange[Page[records.StockTransferLineItem]]:
        """Lines, of one transfer or variant.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_transfer_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.StockTransferLineItem]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.StockTransferLineItem]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewStockTransferLineItem | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.StockTransferLineItem]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawTaxComponents(AsyncBoundResource):
    """Parts of tax types (reference §5.32)."""

    resource: ClassVar[accounts.TaxComponents] = resources.TAX_COMPONENTS

    async def list(self, **filters: Unpack[filters.TaxComponentFilters]) -> Exchange[Page[records.TaxComponent]]:
        """Components, of one tax type.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``tax_type_id``, ``position``, ``label``, ``rate``, ``compound``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.TaxComponent]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(
        self, id: int | str, *, include: str | Collection[str] = ()
    ) -> Exchange[Shown[records.TaxComponent]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewTaxComponent | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.TaxComponent]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.TaxComponentChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.TaxComponent | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawTaxTypes(AsyncBoundResource):
    """Taxes of order lines; their components come along (reference §5.31)."""

    resource: ClassVar[accounts.TaxTypes] = resources.TAX_TYPES

    async def list(self, **filters: Unpack[filters.StatusFilters]) -> Exchange[Page[records.TaxType]]:
        """Tax types with their components beside them.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.TaxType]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.TaxType]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewTaxType | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.TaxType]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.TaxTypeChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.TaxType | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawUsers(AsyncBoundResource):
    """People with a login to the account; they are invited in TradeGecko, not made here (reference §5.33)."""

    resource: ClassVar[accounts.Users] = resources.USERS

    async def list(self, **filters: Unpack[filters.UserFilters]) -> Exchange[Page[records.User]]:
        """Users, of one login or status.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``login_id``, ``account_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.User]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.User]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def current(self) -> Exchange[records.User]:
        """The one the token belongs to (§5.1, §5.33)."""
        return await self._client.exchange(self.resource.current())

    async def update(
        self, id: int | str, fields: payloads.UserChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.User | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawVariants(AsyncBoundResource):
    """What is bought, stocked and sold (reference §5.34)."""

    resource: ClassVar[products.Variants] = resources.VARIANTS

    async def list(self, **filters: Unpack[filters.VariantFilters]) -> Exchange[Page[records.Variant]]:
        """Variants; ``include="images"`` brings those along.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``q``, ``product_id``, ``sku``, ``status``, ``composite``, ``online_ordering``,
        ``default_ledger_account_id``, ``stock_location_id``, ``product_type``, ``page``, ``limit``, ``order``,
        ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Variant]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Variant]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewVariant | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Variant]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.VariantChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Variant | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))


class AsyncRawWebhooks(AsyncBoundResource):
    """Where the API tells of events (reference §5.35, §3.12)."""

    resource: ClassVar[accounts.Webhooks] = resources.WEBHOOKS

    async def list(self, **filters: Unpack[filters.Sideloading]) -> Exchange[Page[records.Webhook]]:
        """Webhooks of this application.

        One page. Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return await self._client.exchange(self.resource.list(**filters))

    async def get(self, id: int | str) -> Exchange[records.Webhook]:
        """One record."""
        return await self._client.exchange(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Exchange[Shown[records.Webhook]]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.exchange(self.resource.show(id, include=include))

    async def create(
        self, fields: payloads.NewWebhook | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Webhook]:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.exchange(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: payloads.WebhookChanges | Fields, *, idempotency_key: str | None = None
    ) -> Exchange[records.Webhook | None]:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.exchange(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> Exchange[None]:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        return await self._client.exchange(self.resource.delete(id))
