"""The endpoints bound to an asynchronous client. Written by ``scripts/bind_resources.py``: do not edit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Unpack

from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.calls import Page, Shown
from tradegecko_bridge.tradegecko.client.paging import AsyncBoundResource, AsyncPages, AsyncSender
from tradegecko_bridge.tradegecko.payloads import (
    AccountChanges,
    AddressChanges,
    CompanyChanges,
    ContactChanges,
    CurrencyChanges,
    Fields,
    FulfillmentChanges,
    FulfillmentLineItemChanges,
    FulfillmentReturnChanges,
    FulfillmentReturnLineItemChanges,
    InvoiceChanges,
    InvoiceDetails,
    InvoiceLineItemChanges,
    LocationChanges,
    NewAddress,
    NewCompany,
    NewContact,
    NewCurrency,
    NewFulfillment,
    NewFulfillmentLineItem,
    NewFulfillmentReturn,
    NewFulfillmentReturnLineItem,
    NewImage,
    NewInvoice,
    NewInvoiceLineItem,
    NewLocation,
    NewNote,
    NewOrder,
    NewOrderLineItem,
    NewPayment,
    NewPaymentMethod,
    NewPaymentTerm,
    NewPriceList,
    NewProcurement,
    NewProduct,
    NewPurchaseOrder,
    NewPurchaseOrderLineItem,
    NewStockAdjustment,
    NewStockAdjustmentLineItem,
    NewStockTransfer,
    NewStockTransferLineItem,
    NewTaxComponent,
    NewTaxType,
    NewVariant,
    NewWebhook,
    NoteChanges,
    OrderChanges,
    OrderLineItemChanges,
    PaymentChanges,
    PaymentDetails,
    PaymentMethodChanges,
    PaymentTermChanges,
    PriceListChanges,
    ProcurementChanges,
    ProductChanges,
    PurchaseOrderChanges,
    PurchaseOrderLineItemChanges,
    ShippingDetails,
    TaxComponentChanges,
    TaxTypeChanges,
    UserChanges,
    VariantChanges,
    WebhookChanges,
)
from tradegecko_bridge.tradegecko.records import (
    Account,
    Address,
    Company,
    CompositionRow,
    Contact,
    Currency,
    Fulfillment,
    FulfillmentLineItem,
    FulfillmentReturn,
    FulfillmentReturnLineItem,
    Image,
    Invoice,
    InvoiceLineItem,
    Location,
    Note,
    Order,
    OrderLineItem,
    Payment,
    PaymentMethod,
    PaymentTerm,
    PriceList,
    Procurement,
    Product,
    PurchaseOrder,
    PurchaseOrderLineItem,
    StockAdjustment,
    StockAdjustmentLineItem,
    StockAdjustmentReason,
    StockLevel,
    StockTransfer,
    StockTransferLineItem,
    TaxComponent,
    TaxType,
    User,
    Variant,
    Webhook,
)
from tradegecko_bridge.tradegecko.resources.filters import (
    AddressFilters,
    CompanyFilters,
    CompositionFilters,
    ContactFilters,
    FulfillmentFilters,
    FulfillmentLineItemFilters,
    FulfillmentReturnFilters,
    FulfillmentReturnLineItemFilters,
    ImageFilters,
    InvoiceFilters,
    InvoiceLineItemFilters,
    NoteFilters,
    OrderFilters,
    OrderLineItemFilters,
    PaymentFilters,
    PaymentMethodFilters,
    PriceListFilters,
    ProductFilters,
    PurchaseOrderFilters,
    PurchaseOrderLineItemFilters,
    Sideloading,
    StatusFilters,
    StockAdjustmentFilters,
    StockAdjustmentLineItemFilters,
    StockTransferFilters,
    StockTransferLineItemFilters,
    TaxComponentFilters,
    UserFilters,
    VariantFilters,
)


class AsyncBoundAccounts(AsyncBoundResource):
    """The account of the token (reference §5.1)."""

    resource = resources.ACCOUNTS

    def list(self, **filters: Unpack[Sideloading]) -> AsyncPages[Account]:
        """The account, in a list of one that is not paged.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def current(self) -> Account:
        """The one the token belongs to (§5.1, §5.33)."""
        return await self._client.send(self.resource.current())

    async def update(
        self, id: int | str, fields: AccountChanges | Fields, *, idempotency_key: str | None = None
    ) -> Account | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))


class AsyncBoundAddresses(AsyncBoundResource):
    """Addresses of companies (reference §5.2)."""

    resource = resources.ADDRESSES

    def list(self, **filters: Unpack[AddressFilters]) -> AsyncPages[Address]:
        """Addresses, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Address:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Address]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewAddress | Fields, *, idempotency_key: str | None = None) -> Address:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: AddressChanges | Fields, *, idempotency_key: str | None = None
    ) -> Address | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundCompanies(AsyncBoundResource):
    """Customers and suppliers (reference §5.3)."""

    resource = resources.COMPANIES

    def list(self, **filters: Unpack[CompanyFilters]) -> AsyncPages[Company]:
        """Companies, by type, code, e-mail address and defaults.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``assignee_id``, ``default_ledger_account_id``, ``default_payment_method_id``, ``default_payment_term_id``,
        ``default_stock_location_id``, ``default_tax_type_id``, ``company_code``, ``company_type``,
        ``default_price_list_id``, ``default_document_theme_id``, ``email``, ``default_price_type_id``, ``status``,
        ``term``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Company:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Company]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewCompany | Fields, *, idempotency_key: str | None = None) -> Company:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: CompanyChanges | Fields, *, idempotency_key: str | None = None
    ) -> Company | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundComposition(AsyncBoundResource):
    """What bundles are made of, at ``/variants/composition`` (reference §5.4)."""

    resource = resources.COMPOSITION

    def list(self, **filters: Unpack[CompositionFilters]) -> AsyncPages[CompositionRow]:
        """Rows of all bundles; ``include=["bundle", "component"]`` brings the variants along.

        Takes ``include``, ``sku``, ``bundle_sku``, ``component_id``, ``component_ids``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, bundle_id: int, *, include: str | Collection[str] = ()) -> Page[CompositionRow]:
        """The rows of one bundle, all on one page."""
        return await self._client.send(self.resource.get(bundle_id, include=include))


class AsyncBoundContacts(AsyncBoundResource):
    """People at companies (reference §5.5)."""

    resource = resources.CONTACTS

    def list(self, **filters: Unpack[ContactFilters]) -> AsyncPages[Contact]:
        """Contacts, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``online_ordering``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Contact:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Contact]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewContact | Fields, *, idempotency_key: str | None = None) -> Contact:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: ContactChanges | Fields, *, idempotency_key: str | None = None
    ) -> Contact | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundCurrencies(AsyncBoundResource):
    """Currencies (reference §5.6)."""

    resource = resources.CURRENCIES

    def list(self, **filters: Unpack[StatusFilters]) -> AsyncPages[Currency]:
        """Currencies, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Currency:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Currency]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewCurrency | Fields, *, idempotency_key: str | None = None) -> Currency:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: CurrencyChanges | Fields, *, idempotency_key: str | None = None
    ) -> Currency | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillments(AsyncBoundResource):
    """Shipments; their lines come along (reference §5.7)."""

    resource = resources.FULFILLMENTS

    def list(self, **filters: Unpack[FulfillmentFilters]) -> AsyncPages[Fulfillment]:
        """Fulfilments with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``stock_location_id``, ``receipt``,
        ``status``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Fulfillment:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Fulfillment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewFulfillment | Fields, *, idempotency_key: str | None = None) -> Fulfillment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: FulfillmentChanges | Fields, *, idempotency_key: str | None = None
    ) -> Fulfillment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillmentLineItems(AsyncBoundResource):
    """Lines of shipments (reference §5.8)."""

    resource = resources.FULFILLMENT_LINE_ITEMS

    def list(self, **filters: Unpack[FulfillmentLineItemFilters]) -> AsyncPages[FulfillmentLineItem]:
        """Lines, of one fulfilment or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``fulfillment_id``, ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> FulfillmentLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[FulfillmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewFulfillmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: FulfillmentLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillmentReturns(AsyncBoundResource):
    """Goods that come back; their lines come along (reference §5.9)."""

    resource = resources.FULFILLMENT_RETURNS

    def list(self, **filters: Unpack[FulfillmentReturnFilters]) -> AsyncPages[FulfillmentReturn]:
        """Returns with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``location_id``, ``company_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> FulfillmentReturn:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[FulfillmentReturn]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewFulfillmentReturn | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentReturn:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: FulfillmentReturnChanges | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentReturn | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundFulfillmentReturnLineItems(AsyncBoundResource):
    """Lines of returns (reference §5.10)."""

    resource = resources.FULFILLMENT_RETURN_LINE_ITEMS

    def list(self, **filters: Unpack[FulfillmentReturnLineItemFilters]) -> AsyncPages[FulfillmentReturnLineItem]:
        """Lines, of one return or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``fulfillment_return_id``, ``order_line_item_id``, ``ledger_account_id``, ``page``, ``limit``, ``order``,
        ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> FulfillmentReturnLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[FulfillmentReturnLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewFulfillmentReturnLineItem | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentReturnLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: FulfillmentReturnLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentReturnLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundImages(AsyncBoundResource):
    """Pictures of variants; they cannot be changed (reference §5.11)."""

    resource = resources.IMAGES

    def list(self, **filters: Unpack[ImageFilters]) -> AsyncPages[Image]:
        """Images, of one product, variant or uploader.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``product_id``, ``variant_id``, ``variant_ids``, ``uploader_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Image:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Image]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewImage | Fields, *, idempotency_key: str | None = None) -> Image:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundInvoices(AsyncBoundResource):
    """Invoices; their lines come along (reference §5.12)."""

    resource = resources.INVOICES

    def list(self, **filters: Unpack[InvoiceFilters]) -> AsyncPages[Invoice]:
        """Invoices with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``payment_term_id``, ``invoice_number``,
        ``payment_status``, ``company_id``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Invoice:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Invoice]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewInvoice | Fields, *, idempotency_key: str | None = None) -> Invoice:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: InvoiceChanges | Fields, *, idempotency_key: str | None = None
    ) -> Invoice | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundInvoiceLineItems(AsyncBoundResource):
    """Lines of invoices (reference §5.13)."""

    resource = resources.INVOICE_LINE_ITEMS

    def list(self, **filters: Unpack[InvoiceLineItemFilters]) -> AsyncPages[InvoiceLineItem]:
        """Lines, of one invoice or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``invoice_id``, ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> InvoiceLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[InvoiceLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewInvoiceLineItem | Fields, *, idempotency_key: str | None = None
    ) -> InvoiceLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: InvoiceLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> InvoiceLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundLocations(AsyncBoundResource):
    """Stock locations (reference §5.14)."""

    resource = resources.LOCATIONS

    def list(self, **filters: Unpack[StatusFilters]) -> AsyncPages[Location]:
        """Stock locations, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Location:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Location]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewLocation | Fields, *, idempotency_key: str | None = None) -> Location:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: LocationChanges | Fields, *, idempotency_key: str | None = None
    ) -> Location | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundNotes(AsyncBoundResource):
    """Notes on companies (reference §5.15)."""

    resource = resources.NOTES

    def list(self, **filters: Unpack[NoteFilters]) -> AsyncPages[Note]:
        """Notes, of one company or author.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``user_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Note:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Note]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewNote | Fields, *, idempotency_key: str | None = None) -> Note:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: NoteChanges | Fields, *, idempotency_key: str | None = None
    ) -> Note | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundOrders(AsyncBoundResource):
    """Sales orders, with what can be done to a whole one (reference §5.16, §4.1).

    An action answers with what it made, lines beside it, or with nothing: then look at the order.
    """

    resource = resources.ORDERS

    def list(self, **filters: Unpack[OrderFilters]) -> AsyncPages[Order]:
        """Orders, by anything they refer to or any of their states; void and deleted ones only if asked (§3.7).

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``assignee_id``,
        ``billing_address_id``, ``company_id``, ``contact_id``, ``currency_id``, ``shipping_address_id``,
        ``stock_location_id``, ``user_id``, ``source_id``, ``order_number``, ``reference_number``, ``tags``,
        ``status``, ``payment_status``, ``invoice_status``, ``packed_status``, ``fulfillment_status``,
        ``return_status``, ``returning_status``, ``shippability_status``, ``backordering_status``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Order:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Order]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewOrder | Fields, *, idempotency_key: str | None = None) -> Order:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: OrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> Order | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))

    async def invoice(
        self, id: int, details: InvoiceDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Invoice] | None:
        """Invoice all that is not invoiced yet (§4.1)."""
        return await self._client.send(self.resource.invoice(id, details, idempotency_key=idempotency_key))

    async def pay(
        self, id: int, details: PaymentDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Payment] | None:
        """Pay what is open, and invoice and pay the rest (§4.1)."""
        return await self._client.send(self.resource.pay(id, details, idempotency_key=idempotency_key))

    async def pack(
        self, id: int, details: ShippingDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Fulfillment] | None:
        """One packed fulfilment for all that is not packed yet (§4.1)."""
        return await self._client.send(self.resource.pack(id, details, idempotency_key=idempotency_key))

    async def fulfil(
        self, id: int, details: ShippingDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Fulfillment] | None:
        """Ship what is packed, and all the rest in one fulfilment (§4.1)."""
        return await self._client.send(self.resource.fulfil(id, details, idempotency_key=idempotency_key))

    async def void(self, id: int, *, idempotency_key: str | None = None) -> Shown[Order] | None:
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

    resource = resources.ORDER_LINE_ITEMS

    def list(self, **filters: Unpack[OrderLineItemFilters]) -> AsyncPages[OrderLineItem]:
        """Lines, by position: of an order, a variant, or orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``variant_id``, ``tax_type_id``, ``order_status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> OrderLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[OrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewOrderLineItem | Fields, *, idempotency_key: str | None = None) -> OrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: OrderLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> OrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPayments(AsyncBoundResource):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    resource = resources.PAYMENTS

    def list(self, **filters: Unpack[PaymentFilters]) -> AsyncPages[Payment]:
        """Payments, of one invoice.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``invoice_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Payment:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Payment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewPayment | Fields, *, idempotency_key: str | None = None) -> Payment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: PaymentChanges | Fields, *, idempotency_key: str | None = None
    ) -> Payment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPaymentMethods(AsyncBoundResource):
    """Ways to pay (reference §5.19)."""

    resource = resources.PAYMENT_METHODS

    def list(self, **filters: Unpack[PaymentMethodFilters]) -> AsyncPages[PaymentMethod]:
        """Ways to pay, by name.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``name``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> PaymentMethod:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PaymentMethod]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewPaymentMethod | Fields, *, idempotency_key: str | None = None) -> PaymentMethod:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: PaymentMethodChanges | Fields, *, idempotency_key: str | None = None
    ) -> PaymentMethod | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPaymentTerms(AsyncBoundResource):
    """When invoices are due (reference §5.20)."""

    resource = resources.PAYMENT_TERMS

    def list(self, **filters: Unpack[StatusFilters]) -> AsyncPages[PaymentTerm]:
        """Payment terms, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> PaymentTerm:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PaymentTerm]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewPaymentTerm | Fields, *, idempotency_key: str | None = None) -> PaymentTerm:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: PaymentTermChanges | Fields, *, idempotency_key: str | None = None
    ) -> PaymentTerm | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPriceLists(AsyncBoundResource):
    """Price lists; the built-in ones are ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    resource = resources.PRICE_LISTS

    def list(self, **filters: Unpack[PriceListFilters]) -> AsyncPages[PriceList]:
        """Price lists, of one currency.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``currency_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> PriceList:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PriceList]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewPriceList | Fields, *, idempotency_key: str | None = None) -> PriceList:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: PriceListChanges | Fields, *, idempotency_key: str | None = None
    ) -> PriceList | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundProcurements(AsyncBoundResource):
    """Goods received (reference §5.23).

    Undocumented since 2015 but served; ``delete`` is only known from a client.
    """

    resource = resources.PROCUREMENTS

    def list(self, **filters: Unpack[Sideloading]) -> AsyncPages[Procurement]:
        """Goods received, with the lines of their purchase orders beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Procurement:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Procurement]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewProcurement | Fields, *, idempotency_key: str | None = None) -> Procurement:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: ProcurementChanges | Fields, *, idempotency_key: str | None = None
    ) -> Procurement | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundProducts(AsyncBoundResource):
    """What variants have in common (reference §5.22)."""

    resource = resources.PRODUCTS

    def list(self, **filters: Unpack[ProductFilters]) -> AsyncPages[Product]:
        """Products; ``include="variants"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``brand``, ``supplier``, ``product_type``, ``tags``, ``status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Product:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Product]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewProduct | Fields, *, idempotency_key: str | None = None) -> Product:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: ProductChanges | Fields, *, idempotency_key: str | None = None
    ) -> Product | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundPurchaseOrders(AsyncBoundResource):
    """Orders to suppliers (reference §5.24)."""

    resource = resources.PURCHASE_ORDERS

    def list(self, **filters: Unpack[PurchaseOrderFilters]) -> AsyncPages[PurchaseOrder]:
        """Purchase orders, by anything they refer to.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``,
        ``billing_address_id``, ``company_id``, ``currency_id``, ``stock_location_id``, ``supplier_address_id``,
        ``due_at``, ``order_number``, ``payment_due_at``, ``issued_at``, ``tags``, ``status``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> PurchaseOrder:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PurchaseOrder]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewPurchaseOrder | Fields, *, idempotency_key: str | None = None) -> PurchaseOrder:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: PurchaseOrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> PurchaseOrder | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))

    async def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[Procurement] | None:
        """Receive all of it at once into stock; there is no part of it (§5.24)."""
        return await self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class AsyncBoundPurchaseOrderLineItems(AsyncBoundResource):
    """Lines of purchase orders (reference §5.25)."""

    resource = resources.PURCHASE_ORDER_LINE_ITEMS

    def list(self, **filters: Unpack[PurchaseOrderLineItemFilters]) -> AsyncPages[PurchaseOrderLineItem]:
        """Lines, by position: of a purchase order, a variant, or purchase orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``purchase_order_id``, ``variant_id``, ``tax_type_id``, ``procurement_id``, ``purchase_order_status``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> PurchaseOrderLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PurchaseOrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewPurchaseOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> PurchaseOrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: PurchaseOrderLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> PurchaseOrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundStockAdjustments(AsyncBoundResource):
    """Stock found, lost or broken; deleting voids, changing is not offered (reference §5.26)."""

    resource = resources.STOCK_ADJUSTMENTS

    def list(self, **filters: Unpack[StockAdjustmentFilters]) -> AsyncPages[StockAdjustment]:
        """Adjustments, by number, reason or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``adjustment_number``, ``stock_adjustment_reason_id``, ``stock_location_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> StockAdjustment:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockAdjustment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewStockAdjustment | Fields, *, idempotency_key: str | None = None
    ) -> StockAdjustment:
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

    resource = resources.STOCK_ADJUSTMENT_LINE_ITEMS

    def list(self, **filters: Unpack[StockAdjustmentLineItemFilters]) -> AsyncPages[StockAdjustmentLineItem]:
        """Lines, of one adjustment or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_adjustment_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> StockAdjustmentLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockAdjustmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewStockAdjustmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> StockAdjustmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))


class AsyncBoundStockAdjustmentReasons(AsyncBoundResource):
    """Reasons of the merchant's own (reference §4).

    Only in an unpublished draft of the documents: that they can be listed and read is inferred.
    """

    resource = resources.STOCK_ADJUSTMENT_REASONS

    def list(self, **filters: Unpack[StatusFilters]) -> AsyncPages[StockAdjustmentReason]:
        """Reasons.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> StockAdjustmentReason:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockAdjustmentReason]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))


class AsyncBoundStockLevels(AsyncBoundResource):
    """What there is of each variant; the id is the variant's (reference §5.28)."""

    resource = resources.STOCK_LEVELS

    def list(self, **filters: Unpack[Sideloading]) -> AsyncPages[StockLevel]:
        """Stock of all variants.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> StockLevel:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockLevel]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))


class AsyncBoundStockTransfers(AsyncBoundResource):
    """Stock on its way between locations; changing is not offered (reference §5.29)."""

    resource = resources.STOCK_TRANSFERS

    def list(self, **filters: Unpack[StockTransferFilters]) -> AsyncPages[StockTransfer]:
        """Transfers, by number, status or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``adjustment_number``, ``received_at``, ``notes``, ``source_location_id``,
        ``destination_location_id``, ``cached_quantity``, ``transacted_at``, ``stock_transfer_line_item_ids``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> StockTransfer:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockTransfer]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewStockTransfer | Fields, *, idempotency_key: str | None = None) -> StockTransfer:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))

    async def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[StockTransfer] | None:
        """Take it off the source and into the destination's stock (§4, §6.5)."""
        return await self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    async def revert(self, id: int, *, idempotency_key: str | None = None) -> Shown[StockTransfer] | None:
        """Send it back: the API makes a mirrored transfer (§4, §6.4)."""
        return await self._client.send(self.resource.revert(id, idempotency_key=idempotency_key))

    async def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return await self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class AsyncBoundStockTransferLineItems(AsyncBoundResource):
    """Lines of stock transfers (reference §5.30)."""

    resource = resources.STOCK_TRANSFER_LINE_ITEMS

    def list(self, **filters: Unpack[StockTransferLineItemFilters]) -> AsyncPages[StockTransferLineItem]:
        """Lines, of one transfer or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_transfer_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> StockTransferLineItem:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockTransferLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(
        self, fields: NewStockTransferLineItem | Fields, *, idempotency_key: str | None = None
    ) -> StockTransferLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundTaxComponents(AsyncBoundResource):
    """Parts of tax types (reference §5.32)."""

    resource = resources.TAX_COMPONENTS

    def list(self, **filters: Unpack[TaxComponentFilters]) -> AsyncPages[TaxComponent]:
        """Components, of one tax type.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``tax_type_id``, ``position``, ``label``, ``rate``, ``compound``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> TaxComponent:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[TaxComponent]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewTaxComponent | Fields, *, idempotency_key: str | None = None) -> TaxComponent:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: TaxComponentChanges | Fields, *, idempotency_key: str | None = None
    ) -> TaxComponent | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundTaxTypes(AsyncBoundResource):
    """Taxes of order lines; their components come along (reference §5.31)."""

    resource = resources.TAX_TYPES

    def list(self, **filters: Unpack[StatusFilters]) -> AsyncPages[TaxType]:
        """Tax types with their components beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> TaxType:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[TaxType]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewTaxType | Fields, *, idempotency_key: str | None = None) -> TaxType:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: TaxTypeChanges | Fields, *, idempotency_key: str | None = None
    ) -> TaxType | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundUsers(AsyncBoundResource):
    """People with a login to the account; they are invited in TradeGecko, not made here (reference §5.33)."""

    resource = resources.USERS

    def list(self, **filters: Unpack[UserFilters]) -> AsyncPages[User]:
        """Users, of one login or status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``login_id``, ``account_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> User:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[User]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def current(self) -> User:
        """The one the token belongs to (§5.1, §5.33)."""
        return await self._client.send(self.resource.current())

    async def update(
        self, id: int | str, fields: UserChanges | Fields, *, idempotency_key: str | None = None
    ) -> User | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundVariants(AsyncBoundResource):
    """What is bought, stocked and sold (reference §5.34)."""

    resource = resources.VARIANTS

    def list(self, **filters: Unpack[VariantFilters]) -> AsyncPages[Variant]:
        """Variants; ``include="images"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``product_id``, ``sku``, ``status``, ``composite``, ``online_ordering``, ``default_ledger_account_id``,
        ``stock_location_id``, ``product_type``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Variant:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Variant]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewVariant | Fields, *, idempotency_key: str | None = None) -> Variant:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: VariantChanges | Fields, *, idempotency_key: str | None = None
    ) -> Variant | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncBoundWebhooks(AsyncBoundResource):
    """Where the API tells of events (reference §5.35, §3.12)."""

    resource = resources.WEBHOOKS

    def list(self, **filters: Unpack[Sideloading]) -> AsyncPages[Webhook]:
        """Webhooks of this application.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return AsyncPages(self._client, self.resource.list(**filters))

    async def get(self, id: int | str) -> Webhook:
        """One record."""
        return await self._client.send(self.resource.get(id))

    async def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Webhook]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return await self._client.send(self.resource.show(id, include=include))

    async def create(self, fields: NewWebhook | Fields, *, idempotency_key: str | None = None) -> Webhook:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return await self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    async def update(
        self, id: int | str, fields: WebhookChanges | Fields, *, idempotency_key: str | None = None
    ) -> Webhook | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return await self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    async def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        await self._client.send(self.resource.delete(id))


class AsyncResources(AsyncSender):
    """Every resource as an attribute of a client."""

    def _bind(self) -> None:
        self.accounts = AsyncBoundAccounts(self)
        self.addresses = AsyncBoundAddresses(self)
        self.companies = AsyncBoundCompanies(self)
        self.composition = AsyncBoundComposition(self)
        self.contacts = AsyncBoundContacts(self)
        self.currencies = AsyncBoundCurrencies(self)
        self.fulfillments = AsyncBoundFulfillments(self)
        self.fulfillment_line_items = AsyncBoundFulfillmentLineItems(self)
        self.fulfillment_returns = AsyncBoundFulfillmentReturns(self)
        self.fulfillment_return_line_items = AsyncBoundFulfillmentReturnLineItems(self)
        self.images = AsyncBoundImages(self)
        self.invoices = AsyncBoundInvoices(self)
        self.invoice_line_items = AsyncBoundInvoiceLineItems(self)
        self.locations = AsyncBoundLocations(self)
        self.notes = AsyncBoundNotes(self)
        self.orders = AsyncBoundOrders(self)
        self.order_line_items = AsyncBoundOrderLineItems(self)
        self.payments = AsyncBoundPayments(self)
        self.payment_methods = AsyncBoundPaymentMethods(self)
        self.payment_terms = AsyncBoundPaymentTerms(self)
        self.price_lists = AsyncBoundPriceLists(self)
        self.procurements = AsyncBoundProcurements(self)
        self.products = AsyncBoundProducts(self)
        self.purchase_orders = AsyncBoundPurchaseOrders(self)
        self.purchase_order_line_items = AsyncBoundPurchaseOrderLineItems(self)
        self.stock_adjustments = AsyncBoundStockAdjustments(self)
        self.stock_adjustment_line_items = AsyncBoundStockAdjustmentLineItems(self)
        self.stock_adjustment_reasons = AsyncBoundStockAdjustmentReasons(self)
        self.stock_levels = AsyncBoundStockLevels(self)
        self.stock_transfers = AsyncBoundStockTransfers(self)
        self.stock_transfer_line_items = AsyncBoundStockTransferLineItems(self)
        self.tax_components = AsyncBoundTaxComponents(self)
        self.tax_types = AsyncBoundTaxTypes(self)
        self.users = AsyncBoundUsers(self)
        self.variants = AsyncBoundVariants(self)
        self.webhooks = AsyncBoundWebhooks(self)
