"""The endpoints bound to a synchronous client. Written by ``scripts/bind_resources.py``: do not edit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Unpack

from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.calls import Page, Shown
from tradegecko_bridge.tradegecko.client.paging import BoundResource, Pages, Sender
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


class BoundAccounts(BoundResource):
    """The account of the token (reference §5.1)."""

    resource = resources.ACCOUNTS

    def list(self, **filters: Unpack[Sideloading]) -> Pages[Account]:
        """The account, in a list of one that is not paged.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def current(self) -> Account:
        """The one the token belongs to (§5.1, §5.33)."""
        return self._client.send(self.resource.current())

    def update(
        self, id: int | str, fields: AccountChanges | Fields, *, idempotency_key: str | None = None
    ) -> Account | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))


class BoundAddresses(BoundResource):
    """Addresses of companies (reference §5.2)."""

    resource = resources.ADDRESSES

    def list(self, **filters: Unpack[AddressFilters]) -> Pages[Address]:
        """Addresses, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Address:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Address]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewAddress | Fields, *, idempotency_key: str | None = None) -> Address:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: AddressChanges | Fields, *, idempotency_key: str | None = None
    ) -> Address | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundCompanies(BoundResource):
    """Customers and suppliers (reference §5.3)."""

    resource = resources.COMPANIES

    def list(self, **filters: Unpack[CompanyFilters]) -> Pages[Company]:
        """Companies, by type, code, e-mail address and defaults.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``assignee_id``, ``default_ledger_account_id``, ``default_payment_method_id``, ``default_payment_term_id``,
        ``default_stock_location_id``, ``default_tax_type_id``, ``company_code``, ``company_type``,
        ``default_price_list_id``, ``default_document_theme_id``, ``email``, ``default_price_type_id``, ``status``,
        ``term``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Company:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Company]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewCompany | Fields, *, idempotency_key: str | None = None) -> Company:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: CompanyChanges | Fields, *, idempotency_key: str | None = None
    ) -> Company | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundComposition(BoundResource):
    """What bundles are made of, at ``/variants/composition`` (reference §5.4)."""

    resource = resources.COMPOSITION

    def list(self, **filters: Unpack[CompositionFilters]) -> Pages[CompositionRow]:
        """Rows of all bundles; ``include=["bundle", "component"]`` brings the variants along.

        Takes ``include``, ``sku``, ``bundle_sku``, ``component_id``, ``component_ids``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, bundle_id: int, *, include: str | Collection[str] = ()) -> Page[CompositionRow]:
        """The rows of one bundle, all on one page."""
        return self._client.send(self.resource.get(bundle_id, include=include))


class BoundContacts(BoundResource):
    """People at companies (reference §5.5)."""

    resource = resources.CONTACTS

    def list(self, **filters: Unpack[ContactFilters]) -> Pages[Contact]:
        """Contacts, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``online_ordering``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Contact:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Contact]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewContact | Fields, *, idempotency_key: str | None = None) -> Contact:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: ContactChanges | Fields, *, idempotency_key: str | None = None
    ) -> Contact | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundCurrencies(BoundResource):
    """Currencies (reference §5.6)."""

    resource = resources.CURRENCIES

    def list(self, **filters: Unpack[StatusFilters]) -> Pages[Currency]:
        """Currencies, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Currency:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Currency]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewCurrency | Fields, *, idempotency_key: str | None = None) -> Currency:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: CurrencyChanges | Fields, *, idempotency_key: str | None = None
    ) -> Currency | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillments(BoundResource):
    """Shipments; their lines come along (reference §5.7)."""

    resource = resources.FULFILLMENTS

    def list(self, **filters: Unpack[FulfillmentFilters]) -> Pages[Fulfillment]:
        """Fulfilments with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``stock_location_id``, ``receipt``,
        ``status``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Fulfillment:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Fulfillment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewFulfillment | Fields, *, idempotency_key: str | None = None) -> Fulfillment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: FulfillmentChanges | Fields, *, idempotency_key: str | None = None
    ) -> Fulfillment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillmentLineItems(BoundResource):
    """Lines of shipments (reference §5.8)."""

    resource = resources.FULFILLMENT_LINE_ITEMS

    def list(self, **filters: Unpack[FulfillmentLineItemFilters]) -> Pages[FulfillmentLineItem]:
        """Lines, of one fulfilment or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``fulfillment_id``, ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> FulfillmentLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[FulfillmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: NewFulfillmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: FulfillmentLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillmentReturns(BoundResource):
    """Goods that come back; their lines come along (reference §5.9)."""

    resource = resources.FULFILLMENT_RETURNS

    def list(self, **filters: Unpack[FulfillmentReturnFilters]) -> Pages[FulfillmentReturn]:
        """Returns with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``location_id``, ``company_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> FulfillmentReturn:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[FulfillmentReturn]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewFulfillmentReturn | Fields, *, idempotency_key: str | None = None) -> FulfillmentReturn:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: FulfillmentReturnChanges | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentReturn | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillmentReturnLineItems(BoundResource):
    """Lines of returns (reference §5.10)."""

    resource = resources.FULFILLMENT_RETURN_LINE_ITEMS

    def list(self, **filters: Unpack[FulfillmentReturnLineItemFilters]) -> Pages[FulfillmentReturnLineItem]:
        """Lines, of one return or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``fulfillment_return_id``, ``order_line_item_id``, ``ledger_account_id``, ``page``, ``limit``, ``order``,
        ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> FulfillmentReturnLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[FulfillmentReturnLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: NewFulfillmentReturnLineItem | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentReturnLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: FulfillmentReturnLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> FulfillmentReturnLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundImages(BoundResource):
    """Pictures of variants; they cannot be changed (reference §5.11)."""

    resource = resources.IMAGES

    def list(self, **filters: Unpack[ImageFilters]) -> Pages[Image]:
        """Images, of one product, variant or uploader.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``product_id``, ``variant_id``, ``variant_ids``, ``uploader_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Image:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Image]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewImage | Fields, *, idempotency_key: str | None = None) -> Image:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundInvoices(BoundResource):
    """Invoices; their lines come along (reference §5.12)."""

    resource = resources.INVOICES

    def list(self, **filters: Unpack[InvoiceFilters]) -> Pages[Invoice]:
        """Invoices with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``payment_term_id``, ``invoice_number``,
        ``payment_status``, ``company_id``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Invoice:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Invoice]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewInvoice | Fields, *, idempotency_key: str | None = None) -> Invoice:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: InvoiceChanges | Fields, *, idempotency_key: str | None = None
    ) -> Invoice | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundInvoiceLineItems(BoundResource):
    """Lines of invoices (reference §5.13)."""

    resource = resources.INVOICE_LINE_ITEMS

    def list(self, **filters: Unpack[InvoiceLineItemFilters]) -> Pages[InvoiceLineItem]:
        """Lines, of one invoice or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``invoice_id``, ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> InvoiceLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[InvoiceLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewInvoiceLineItem | Fields, *, idempotency_key: str | None = None) -> InvoiceLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: InvoiceLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> InvoiceLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundLocations(BoundResource):
    """Stock locations (reference §5.14)."""

    resource = resources.LOCATIONS

    def list(self, **filters: Unpack[StatusFilters]) -> Pages[Location]:
        """Stock locations, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Location:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Location]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewLocation | Fields, *, idempotency_key: str | None = None) -> Location:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: LocationChanges | Fields, *, idempotency_key: str | None = None
    ) -> Location | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundNotes(BoundResource):
    """Notes on companies (reference §5.15)."""

    resource = resources.NOTES

    def list(self, **filters: Unpack[NoteFilters]) -> Pages[Note]:
        """Notes, of one company or author.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``user_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Note:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Note]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewNote | Fields, *, idempotency_key: str | None = None) -> Note:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(self, id: int | str, fields: NoteChanges | Fields, *, idempotency_key: str | None = None) -> Note | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundOrders(BoundResource):
    """Sales orders, with what can be done to a whole one (reference §5.16, §4.1).

    An action answers with what it made, lines beside it, or with nothing: then look at the order.
    """

    resource = resources.ORDERS

    def list(self, **filters: Unpack[OrderFilters]) -> Pages[Order]:
        """Orders, by anything they refer to or any of their states; void and deleted ones only if asked (§3.7).

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``assignee_id``,
        ``billing_address_id``, ``company_id``, ``contact_id``, ``currency_id``, ``shipping_address_id``,
        ``stock_location_id``, ``user_id``, ``source_id``, ``order_number``, ``reference_number``, ``tags``,
        ``status``, ``payment_status``, ``invoice_status``, ``packed_status``, ``fulfillment_status``,
        ``return_status``, ``returning_status``, ``shippability_status``, ``backordering_status``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Order:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Order]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewOrder | Fields, *, idempotency_key: str | None = None) -> Order:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: OrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> Order | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))

    def invoice(
        self, id: int, details: InvoiceDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Invoice] | None:
        """Invoice all that is not invoiced yet (§4.1)."""
        return self._client.send(self.resource.invoice(id, details, idempotency_key=idempotency_key))

    def pay(
        self, id: int, details: PaymentDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Payment] | None:
        """Pay what is open, and invoice and pay the rest (§4.1)."""
        return self._client.send(self.resource.pay(id, details, idempotency_key=idempotency_key))

    def pack(
        self, id: int, details: ShippingDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Fulfillment] | None:
        """One packed fulfilment for all that is not packed yet (§4.1)."""
        return self._client.send(self.resource.pack(id, details, idempotency_key=idempotency_key))

    def fulfil(
        self, id: int, details: ShippingDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Shown[Fulfillment] | None:
        """Ship what is packed, and all the rest in one fulfilment (§4.1)."""
        return self._client.send(self.resource.fulfil(id, details, idempotency_key=idempotency_key))

    def void(self, id: int, *, idempotency_key: str | None = None) -> Shown[Order] | None:
        """Void the order; what was shipped returns to stock (§4.1, §6.1)."""
        return self._client.send(self.resource.void(id, idempotency_key=idempotency_key))

    def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))

    def available_identifier(self, type: str | None = None) -> str:
        """The number the next one would get, e.g. ``SO0074`` (§5.16, §5.26)."""
        return self._client.send(self.resource.available_identifier(type))


class BoundOrderLineItems(BoundResource):
    """Lines of orders (reference §5.17)."""

    resource = resources.ORDER_LINE_ITEMS

    def list(self, **filters: Unpack[OrderLineItemFilters]) -> Pages[OrderLineItem]:
        """Lines, by position: of an order, a variant, or orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``variant_id``, ``tax_type_id``, ``order_status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> OrderLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[OrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewOrderLineItem | Fields, *, idempotency_key: str | None = None) -> OrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: OrderLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> OrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPayments(BoundResource):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    resource = resources.PAYMENTS

    def list(self, **filters: Unpack[PaymentFilters]) -> Pages[Payment]:
        """Payments, of one invoice.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``invoice_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Payment:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Payment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewPayment | Fields, *, idempotency_key: str | None = None) -> Payment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: PaymentChanges | Fields, *, idempotency_key: str | None = None
    ) -> Payment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPaymentMethods(BoundResource):
    """Ways to pay (reference §5.19)."""

    resource = resources.PAYMENT_METHODS

    def list(self, **filters: Unpack[PaymentMethodFilters]) -> Pages[PaymentMethod]:
        """Ways to pay, by name.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``name``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> PaymentMethod:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PaymentMethod]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewPaymentMethod | Fields, *, idempotency_key: str | None = None) -> PaymentMethod:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: PaymentMethodChanges | Fields, *, idempotency_key: str | None = None
    ) -> PaymentMethod | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPaymentTerms(BoundResource):
    """When invoices are due (reference §5.20)."""

    resource = resources.PAYMENT_TERMS

    def list(self, **filters: Unpack[StatusFilters]) -> Pages[PaymentTerm]:
        """Payment terms, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> PaymentTerm:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PaymentTerm]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewPaymentTerm | Fields, *, idempotency_key: str | None = None) -> PaymentTerm:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: PaymentTermChanges | Fields, *, idempotency_key: str | None = None
    ) -> PaymentTerm | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPriceLists(BoundResource):
    """Price lists; the built-in ones are ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    resource = resources.PRICE_LISTS

    def list(self, **filters: Unpack[PriceListFilters]) -> Pages[PriceList]:
        """Price lists, of one currency.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``currency_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> PriceList:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PriceList]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewPriceList | Fields, *, idempotency_key: str | None = None) -> PriceList:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: PriceListChanges | Fields, *, idempotency_key: str | None = None
    ) -> PriceList | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundProcurements(BoundResource):
    """Goods received (reference §5.23).

    Undocumented since 2015 but served; ``delete`` is only known from a client.
    """

    resource = resources.PROCUREMENTS

    def list(self, **filters: Unpack[Sideloading]) -> Pages[Procurement]:
        """Goods received, with the lines of their purchase orders beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Procurement:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Procurement]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewProcurement | Fields, *, idempotency_key: str | None = None) -> Procurement:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: ProcurementChanges | Fields, *, idempotency_key: str | None = None
    ) -> Procurement | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundProducts(BoundResource):
    """What variants have in common (reference §5.22)."""

    resource = resources.PRODUCTS

    def list(self, **filters: Unpack[ProductFilters]) -> Pages[Product]:
        """Products; ``include="variants"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``brand``, ``supplier``, ``product_type``, ``tags``, ``status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Product:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Product]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewProduct | Fields, *, idempotency_key: str | None = None) -> Product:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: ProductChanges | Fields, *, idempotency_key: str | None = None
    ) -> Product | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPurchaseOrders(BoundResource):
    """Orders to suppliers (reference §5.24)."""

    resource = resources.PURCHASE_ORDERS

    def list(self, **filters: Unpack[PurchaseOrderFilters]) -> Pages[PurchaseOrder]:
        """Purchase orders, by anything they refer to.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``,
        ``billing_address_id``, ``company_id``, ``currency_id``, ``stock_location_id``, ``supplier_address_id``,
        ``due_at``, ``order_number``, ``payment_due_at``, ``issued_at``, ``tags``, ``status``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> PurchaseOrder:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PurchaseOrder]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewPurchaseOrder | Fields, *, idempotency_key: str | None = None) -> PurchaseOrder:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: PurchaseOrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> PurchaseOrder | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[Procurement] | None:
        """Receive all of it at once into stock; there is no part of it (§5.24)."""
        return self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class BoundPurchaseOrderLineItems(BoundResource):
    """Lines of purchase orders (reference §5.25)."""

    resource = resources.PURCHASE_ORDER_LINE_ITEMS

    def list(self, **filters: Unpack[PurchaseOrderLineItemFilters]) -> Pages[PurchaseOrderLineItem]:
        """Lines, by position: of a purchase order, a variant, or purchase orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``purchase_order_id``, ``variant_id``, ``tax_type_id``, ``procurement_id``, ``purchase_order_status``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> PurchaseOrderLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[PurchaseOrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: NewPurchaseOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> PurchaseOrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: PurchaseOrderLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> PurchaseOrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundStockAdjustments(BoundResource):
    """Stock found, lost or broken; deleting voids, changing is not offered (reference §5.26)."""

    resource = resources.STOCK_ADJUSTMENTS

    def list(self, **filters: Unpack[StockAdjustmentFilters]) -> Pages[StockAdjustment]:
        """Adjustments, by number, reason or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``adjustment_number``, ``stock_adjustment_reason_id``, ``stock_location_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> StockAdjustment:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockAdjustment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewStockAdjustment | Fields, *, idempotency_key: str | None = None) -> StockAdjustment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))

    def available_identifier(self, type: str | None = None) -> str:
        """The number the next one would get, e.g. ``SO0074`` (§5.16, §5.26)."""
        return self._client.send(self.resource.available_identifier(type))


class BoundStockAdjustmentLineItems(BoundResource):
    """Lines of stock adjustments (reference §5.27)."""

    resource = resources.STOCK_ADJUSTMENT_LINE_ITEMS

    def list(self, **filters: Unpack[StockAdjustmentLineItemFilters]) -> Pages[StockAdjustmentLineItem]:
        """Lines, of one adjustment or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_adjustment_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> StockAdjustmentLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockAdjustmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: NewStockAdjustmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> StockAdjustmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))


class BoundStockAdjustmentReasons(BoundResource):
    """Reasons of the merchant's own (reference §4).

    Only in an unpublished draft of the documents: that they can be listed and read is inferred.
    """

    resource = resources.STOCK_ADJUSTMENT_REASONS

    def list(self, **filters: Unpack[StatusFilters]) -> Pages[StockAdjustmentReason]:
        """Reasons.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> StockAdjustmentReason:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockAdjustmentReason]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))


class BoundStockLevels(BoundResource):
    """What there is of each variant; the id is the variant's (reference §5.28)."""

    resource = resources.STOCK_LEVELS

    def list(self, **filters: Unpack[Sideloading]) -> Pages[StockLevel]:
        """Stock of all variants.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> StockLevel:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockLevel]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))


class BoundStockTransfers(BoundResource):
    """Stock on its way between locations; changing is not offered (reference §5.29)."""

    resource = resources.STOCK_TRANSFERS

    def list(self, **filters: Unpack[StockTransferFilters]) -> Pages[StockTransfer]:
        """Transfers, by number, status or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``adjustment_number``, ``received_at``, ``notes``, ``source_location_id``,
        ``destination_location_id``, ``cached_quantity``, ``transacted_at``, ``stock_transfer_line_item_ids``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> StockTransfer:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockTransfer]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewStockTransfer | Fields, *, idempotency_key: str | None = None) -> StockTransfer:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[StockTransfer] | None:
        """Take it off the source and into the destination's stock (§4, §6.5)."""
        return self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    def revert(self, id: int, *, idempotency_key: str | None = None) -> Shown[StockTransfer] | None:
        """Send it back: the API makes a mirrored transfer (§4, §6.4)."""
        return self._client.send(self.resource.revert(id, idempotency_key=idempotency_key))

    def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class BoundStockTransferLineItems(BoundResource):
    """Lines of stock transfers (reference §5.30)."""

    resource = resources.STOCK_TRANSFER_LINE_ITEMS

    def list(self, **filters: Unpack[StockTransferLineItemFilters]) -> Pages[StockTransferLineItem]:
        """Lines, of one transfer or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_transfer_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> StockTransferLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[StockTransferLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: NewStockTransferLineItem | Fields, *, idempotency_key: str | None = None
    ) -> StockTransferLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundTaxComponents(BoundResource):
    """Parts of tax types (reference §5.32)."""

    resource = resources.TAX_COMPONENTS

    def list(self, **filters: Unpack[TaxComponentFilters]) -> Pages[TaxComponent]:
        """Components, of one tax type.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``tax_type_id``, ``position``, ``label``, ``rate``, ``compound``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> TaxComponent:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[TaxComponent]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewTaxComponent | Fields, *, idempotency_key: str | None = None) -> TaxComponent:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: TaxComponentChanges | Fields, *, idempotency_key: str | None = None
    ) -> TaxComponent | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundTaxTypes(BoundResource):
    """Taxes of order lines; their components come along (reference §5.31)."""

    resource = resources.TAX_TYPES

    def list(self, **filters: Unpack[StatusFilters]) -> Pages[TaxType]:
        """Tax types with their components beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> TaxType:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[TaxType]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewTaxType | Fields, *, idempotency_key: str | None = None) -> TaxType:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: TaxTypeChanges | Fields, *, idempotency_key: str | None = None
    ) -> TaxType | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundUsers(BoundResource):
    """People with a login to the account; they are invited in TradeGecko, not made here (reference §5.33)."""

    resource = resources.USERS

    def list(self, **filters: Unpack[UserFilters]) -> Pages[User]:
        """Users, of one login or status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``login_id``, ``account_id``, ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> User:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[User]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def current(self) -> User:
        """The one the token belongs to (§5.1, §5.33)."""
        return self._client.send(self.resource.current())

    def update(self, id: int | str, fields: UserChanges | Fields, *, idempotency_key: str | None = None) -> User | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundVariants(BoundResource):
    """What is bought, stocked and sold (reference §5.34)."""

    resource = resources.VARIANTS

    def list(self, **filters: Unpack[VariantFilters]) -> Pages[Variant]:
        """Variants; ``include="images"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``product_id``, ``sku``, ``status``, ``composite``, ``online_ordering``, ``default_ledger_account_id``,
        ``stock_location_id``, ``product_type``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Variant:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Variant]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewVariant | Fields, *, idempotency_key: str | None = None) -> Variant:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: VariantChanges | Fields, *, idempotency_key: str | None = None
    ) -> Variant | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundWebhooks(BoundResource):
    """Where the API tells of events (reference §5.35, §3.12)."""

    resource = resources.WEBHOOKS

    def list(self, **filters: Unpack[Sideloading]) -> Pages[Webhook]:
        """Webhooks of this application.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> Webhook:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[Webhook]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: NewWebhook | Fields, *, idempotency_key: str | None = None) -> Webhook:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: WebhookChanges | Fields, *, idempotency_key: str | None = None
    ) -> Webhook | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class Resources(Sender):
    """Every resource as an attribute of a client."""

    def _bind(self) -> None:
        self.accounts = BoundAccounts(self)
        self.addresses = BoundAddresses(self)
        self.companies = BoundCompanies(self)
        self.composition = BoundComposition(self)
        self.contacts = BoundContacts(self)
        self.currencies = BoundCurrencies(self)
        self.fulfillments = BoundFulfillments(self)
        self.fulfillment_line_items = BoundFulfillmentLineItems(self)
        self.fulfillment_returns = BoundFulfillmentReturns(self)
        self.fulfillment_return_line_items = BoundFulfillmentReturnLineItems(self)
        self.images = BoundImages(self)
        self.invoices = BoundInvoices(self)
        self.invoice_line_items = BoundInvoiceLineItems(self)
        self.locations = BoundLocations(self)
        self.notes = BoundNotes(self)
        self.orders = BoundOrders(self)
        self.order_line_items = BoundOrderLineItems(self)
        self.payments = BoundPayments(self)
        self.payment_methods = BoundPaymentMethods(self)
        self.payment_terms = BoundPaymentTerms(self)
        self.price_lists = BoundPriceLists(self)
        self.procurements = BoundProcurements(self)
        self.products = BoundProducts(self)
        self.purchase_orders = BoundPurchaseOrders(self)
        self.purchase_order_line_items = BoundPurchaseOrderLineItems(self)
        self.stock_adjustments = BoundStockAdjustments(self)
        self.stock_adjustment_line_items = BoundStockAdjustmentLineItems(self)
        self.stock_adjustment_reasons = BoundStockAdjustmentReasons(self)
        self.stock_levels = BoundStockLevels(self)
        self.stock_transfers = BoundStockTransfers(self)
        self.stock_transfer_line_items = BoundStockTransferLineItems(self)
        self.tax_components = BoundTaxComponents(self)
        self.tax_types = BoundTaxTypes(self)
        self.users = BoundUsers(self)
        self.variants = BoundVariants(self)
        self.webhooks = BoundWebhooks(self)
