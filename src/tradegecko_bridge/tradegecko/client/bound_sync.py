"""The endpoints bound to a synchronous client. Written by ``scripts/bind_resources.py``: do not edit."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Page, Shown
from tradegecko_bridge.tradegecko.client.paging import BoundResource, Pages, Sender
from tradegecko_bridge.tradegecko.payload_base import Fields
from tradegecko_bridge.tradegecko.resources import accounts, companies, filters, orders, products, purchasing, stock

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads
    from tradegecko_bridge.tradegecko.client import raw_sync as raw


class BoundAccounts(BoundResource):
    """The account of the token (reference §5.1)."""

    resource: ClassVar[accounts.Accounts] = resources.ACCOUNTS

    @property
    def with_raw_response(self) -> raw.RawAccounts:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawAccounts

        return RawAccounts(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> Pages[records.Account]:
        """The account, in a list of one that is not paged.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def current(self) -> records.Account:
        """The one the token belongs to (§5.1, §5.33)."""
        return self._client.send(self.resource.current())

    def update(
        self, id: int | str, fields: payloads.AccountChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Account | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))


class BoundAddresses(BoundResource):
    """Addresses of companies (reference §5.2)."""

    resource: ClassVar[companies.Addresses] = resources.ADDRESSES

    @property
    def with_raw_response(self) -> raw.RawAddresses:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawAddresses

        return RawAddresses(self._client)

    def list(self, **filters: Unpack[filters.AddressFilters]) -> Pages[records.Address]:
        """Addresses, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Address:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Address]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewAddress | Fields, *, idempotency_key: str | None = None) -> records.Address:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.AddressChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Address | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundCompanies(BoundResource):
    """Customers and suppliers (reference §5.3)."""

    resource: ClassVar[companies.Companies] = resources.COMPANIES

    @property
    def with_raw_response(self) -> raw.RawCompanies:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawCompanies

        return RawCompanies(self._client)

    def list(self, **filters: Unpack[filters.CompanyFilters]) -> Pages[records.Company]:
        """Companies, by type, code, e-mail address and defaults.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``assignee_id``, ``default_ledger_account_id``, ``default_payment_method_id``,
        ``default_payment_term_id``, ``default_stock_location_id``, ``default_tax_type_id``, ``company_code``,
        ``company_type``, ``default_price_list_id``, ``default_document_theme_id``, ``email``,
        ``default_price_type_id``, ``term``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Company:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Company]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewCompany | Fields, *, idempotency_key: str | None = None) -> records.Company:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.CompanyChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Company | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundComposition(BoundResource):
    """What bundles are made of, at ``/variants/composition`` (reference §5.4)."""

    resource: ClassVar[products.Composition] = resources.COMPOSITION

    @property
    def with_raw_response(self) -> raw.RawComposition:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawComposition

        return RawComposition(self._client)

    def list(self, **filters: Unpack[filters.CompositionFilters]) -> Pages[records.CompositionRow]:
        """Rows of all bundles; ``include=["bundle", "component"]`` brings the variants along.

        Takes ``include``, ``sku``, ``bundle_sku``, ``component_id``, ``component_ids``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, bundle_id: int, *, include: str | Collection[str] = ()) -> Page[records.CompositionRow]:
        """The rows of one bundle, all on one page."""
        return self._client.send(self.resource.get(bundle_id, include=include))


class BoundContacts(BoundResource):
    """People at companies (reference §5.5)."""

    resource: ClassVar[companies.Contacts] = resources.CONTACTS

    @property
    def with_raw_response(self) -> raw.RawContacts:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawContacts

        return RawContacts(self._client)

    def list(self, **filters: Unpack[filters.ContactFilters]) -> Pages[records.Contact]:
        """Contacts, of one company.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``company_id``, ``online_ordering``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Contact:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Contact]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewContact | Fields, *, idempotency_key: str | None = None) -> records.Contact:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.ContactChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Contact | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundCurrencies(BoundResource):
    """Currencies (reference §5.6)."""

    resource: ClassVar[accounts.Currencies] = resources.CURRENCIES

    @property
    def with_raw_response(self) -> raw.RawCurrencies:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawCurrencies

        return RawCurrencies(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Pages[records.Currency]:
        """Currencies, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Currency:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Currency]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewCurrency | Fields, *, idempotency_key: str | None = None) -> records.Currency:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.CurrencyChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Currency | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillments(BoundResource):
    """Shipments; their lines come along (reference §5.7)."""

    resource: ClassVar[orders.Fulfillments] = resources.FULFILLMENTS

    @property
    def with_raw_response(self) -> raw.RawFulfillments:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawFulfillments

        return RawFulfillments(self._client)

    def list(self, **filters: Unpack[filters.FulfillmentFilters]) -> Pages[records.Fulfillment]:
        """Fulfilments with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``stock_location_id``,
        ``receipt``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Fulfillment:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Fulfillment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewFulfillment | Fields, *, idempotency_key: str | None = None
    ) -> records.Fulfillment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.FulfillmentChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Fulfillment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillmentLineItems(BoundResource):
    """Lines of shipments (reference §5.8)."""

    resource: ClassVar[orders.FulfillmentLineItems] = resources.FULFILLMENT_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.RawFulfillmentLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawFulfillmentLineItems

        return RawFulfillmentLineItems(self._client)

    def list(self, **filters: Unpack[filters.FulfillmentLineItemFilters]) -> Pages[records.FulfillmentLineItem]:
        """Lines, of one fulfilment or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``fulfillment_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.FulfillmentLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.FulfillmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewFulfillmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.FulfillmentLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillmentReturns(BoundResource):
    """Goods that come back; their lines come along (reference §5.9)."""

    resource: ClassVar[orders.FulfillmentReturns] = resources.FULFILLMENT_RETURNS

    @property
    def with_raw_response(self) -> raw.RawFulfillmentReturns:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawFulfillmentReturns

        return RawFulfillmentReturns(self._client)

    def list(self, **filters: Unpack[filters.FulfillmentReturnFilters]) -> Pages[records.FulfillmentReturn]:
        """Returns with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``order_id``, ``location_id``, ``company_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.FulfillmentReturn:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.FulfillmentReturn]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewFulfillmentReturn | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentReturn:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.FulfillmentReturnChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentReturn | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundFulfillmentReturnLineItems(BoundResource):
    """Lines of returns (reference §5.10)."""

    resource: ClassVar[orders.FulfillmentReturnLineItems] = resources.FULFILLMENT_RETURN_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.RawFulfillmentReturnLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawFulfillmentReturnLineItems

        return RawFulfillmentReturnLineItems(self._client)

    def list(
        self, **filters: Unpack[filters.FulfillmentReturnLineItemFilters]
    ) -> Pages[records.FulfillmentReturnLineItem]:
        """Lines, of one return or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``fulfillment_return_id``, ``order_line_item_id``, ``ledger_account_id``, ``page``, ``limit``, ``order``,
        ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.FulfillmentReturnLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.FulfillmentReturnLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewFulfillmentReturnLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.FulfillmentReturnLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self,
        id: int | str,
        fields: payloads.FulfillmentReturnLineItemChanges | Fields,
        *,
        idempotency_key: str | None = None,
    ) -> records.FulfillmentReturnLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundImages(BoundResource):
    """Pictures of variants; they cannot be changed (reference §5.11)."""

    resource: ClassVar[products.Images] = resources.IMAGES

    @property
    def with_raw_response(self) -> raw.RawImages:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawImages

        return RawImages(self._client)

    def list(self, **filters: Unpack[filters.ImageFilters]) -> Pages[records.Image]:
        """Images, of one product, variant or uploader.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``product_id``, ``variant_id``, ``variant_ids``, ``uploader_id``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Image:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Image]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewImage | Fields, *, idempotency_key: str | None = None) -> records.Image:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundInvoices(BoundResource):
    """Invoices; their lines come along (reference §5.12)."""

    resource: ClassVar[orders.Invoices] = resources.INVOICES

    @property
    def with_raw_response(self) -> raw.RawInvoices:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawInvoices

        return RawInvoices(self._client)

    def list(self, **filters: Unpack[filters.InvoiceFilters]) -> Pages[records.Invoice]:
        """Invoices with their lines beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``shipping_address_id``, ``billing_address_id``, ``payment_term_id``, ``invoice_number``,
        ``payment_status``, ``company_id``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Invoice:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Invoice]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewInvoice | Fields, *, idempotency_key: str | None = None) -> records.Invoice:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.InvoiceChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Invoice | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundInvoiceLineItems(BoundResource):
    """Lines of invoices (reference §5.13)."""

    resource: ClassVar[orders.InvoiceLineItems] = resources.INVOICE_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.RawInvoiceLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawInvoiceLineItems

        return RawInvoiceLineItems(self._client)

    def list(self, **filters: Unpack[filters.InvoiceLineItemFilters]) -> Pages[records.InvoiceLineItem]:
        """Lines, of one invoice or order line.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_line_item_id``, ``base_price``, ``position``, ``quantity``, ``invoice_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.InvoiceLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.InvoiceLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewInvoiceLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.InvoiceLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.InvoiceLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.InvoiceLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundLocations(BoundResource):
    """Stock locations (reference §5.14)."""

    resource: ClassVar[accounts.Locations] = resources.LOCATIONS

    @property
    def with_raw_response(self) -> raw.RawLocations:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawLocations

        return RawLocations(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Pages[records.Location]:
        """Stock locations, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Location:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Location]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewLocation | Fields, *, idempotency_key: str | None = None) -> records.Location:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.LocationChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Location | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundNotes(BoundResource):
    """Notes on companies (reference §5.15)."""

    resource: ClassVar[companies.Notes] = resources.NOTES

    @property
    def with_raw_response(self) -> raw.RawNotes:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawNotes

        return RawNotes(self._client)

    def list(self, **filters: Unpack[filters.NoteFilters]) -> Pages[records.Note]:
        """Notes, of one company or author.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``company_id``, ``user_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Note:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Note]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewNote | Fields, *, idempotency_key: str | None = None) -> records.Note:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.NoteChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Note | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundOrders(BoundResource):
    """Sales orders, with what can be done to a whole one (reference §5.16, §4.1).

    An action answers with what it made, lines beside it, or with nothing: then look at the order.
    """

    resource: ClassVar[orders.Orders] = resources.ORDERS

    @property
    def with_raw_response(self) -> raw.RawOrders:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawOrders

        return RawOrders(self._client)

    def list(self, **filters: Unpack[filters.OrderFilters]) -> Pages[records.Order]:
        """Orders, by anything they refer to or any of their states; void and deleted ones only if asked (§3.7).

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``assignee_id``,
        ``billing_address_id``, ``company_id``, ``contact_id``, ``currency_id``, ``shipping_address_id``,
        ``stock_location_id``, ``user_id``, ``source_id``, ``order_number``, ``reference_number``, ``tags``,
        ``status``, ``payment_status``, ``invoice_status``, ``packed_status``, ``fulfillment_status``,
        ``return_status``, ``returning_status``, ``shippability_status``, ``backordering_status``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Order:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Order]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewOrder | Fields, *, idempotency_key: str | None = None) -> records.Order:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.OrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Order | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))

    def invoice(
        self,
        id: int,
        details: payloads.InvoiceDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Invoice] | None:
        """Invoice all that is not invoiced yet (§4.1)."""
        return self._client.send(self.resource.invoice(id, details, idempotency_key=idempotency_key))

    def pay(
        self,
        id: int,
        details: payloads.PaymentDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Payment] | None:
        """Pay what is open, and invoice and pay the rest (§4.1)."""
        return self._client.send(self.resource.pay(id, details, idempotency_key=idempotency_key))

    def pack(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Fulfillment] | None:
        """One packed fulfilment for all that is not packed yet (§4.1)."""
        return self._client.send(self.resource.pack(id, details, idempotency_key=idempotency_key))

    def fulfil(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Shown[records.Fulfillment] | None:
        """Ship what is packed, and all the rest in one fulfilment (§4.1)."""
        return self._client.send(self.resource.fulfil(id, details, idempotency_key=idempotency_key))

    def void(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.Order] | None:
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

    resource: ClassVar[orders.OrderLineItems] = resources.ORDER_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.RawOrderLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawOrderLineItems

        return RawOrderLineItems(self._client)

    def list(self, **filters: Unpack[filters.OrderLineItemFilters]) -> Pages[records.OrderLineItem]:
        """Lines, by position: of an order, a variant, or orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``order_id``, ``variant_id``, ``tax_type_id``, ``order_status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.OrderLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.OrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.OrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.OrderLineItemChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.OrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPayments(BoundResource):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    resource: ClassVar[orders.Payments] = resources.PAYMENTS

    @property
    def with_raw_response(self) -> raw.RawPayments:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawPayments

        return RawPayments(self._client)

    def list(self, **filters: Unpack[filters.PaymentFilters]) -> Pages[records.Payment]:
        """Payments, of one invoice.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``invoice_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Payment:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Payment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewPayment | Fields, *, idempotency_key: str | None = None) -> records.Payment:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.PaymentChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Payment | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPaymentMethods(BoundResource):
    """Ways to pay (reference §5.19)."""

    resource: ClassVar[accounts.PaymentMethods] = resources.PAYMENT_METHODS

    @property
    def with_raw_response(self) -> raw.RawPaymentMethods:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawPaymentMethods

        return RawPaymentMethods(self._client)

    def list(self, **filters: Unpack[filters.PaymentMethodFilters]) -> Pages[records.PaymentMethod]:
        """Ways to pay, by name.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``name``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.PaymentMethod:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PaymentMethod]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewPaymentMethod | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentMethod:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.PaymentMethodChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentMethod | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPaymentTerms(BoundResource):
    """When invoices are due (reference §5.20)."""

    resource: ClassVar[accounts.PaymentTerms] = resources.PAYMENT_TERMS

    @property
    def with_raw_response(self) -> raw.RawPaymentTerms:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawPaymentTerms

        return RawPaymentTerms(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Pages[records.PaymentTerm]:
        """Payment terms, active ones unless asked.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.PaymentTerm:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PaymentTerm]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewPaymentTerm | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentTerm:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.PaymentTermChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PaymentTerm | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPriceLists(BoundResource):
    """Price lists; the built-in ones are ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    resource: ClassVar[accounts.PriceLists] = resources.PRICE_LISTS

    @property
    def with_raw_response(self) -> raw.RawPriceLists:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawPriceLists

        return RawPriceLists(self._client)

    def list(self, **filters: Unpack[filters.PriceListFilters]) -> Pages[records.PriceList]:
        """Price lists, of one currency.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``currency_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.PriceList:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PriceList]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewPriceList | Fields, *, idempotency_key: str | None = None
    ) -> records.PriceList:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.PriceListChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PriceList | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundProcurements(BoundResource):
    """Goods received (reference §5.23).

    Undocumented since 2015 but served; ``delete`` is only known from a client.
    """

    resource: ClassVar[purchasing.Procurements] = resources.PROCUREMENTS

    @property
    def with_raw_response(self) -> raw.RawProcurements:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawProcurements

        return RawProcurements(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> Pages[records.Procurement]:
        """Goods received, with the lines of their purchase orders beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Procurement:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Procurement]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewProcurement | Fields, *, idempotency_key: str | None = None
    ) -> records.Procurement:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.ProcurementChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Procurement | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundProducts(BoundResource):
    """What variants have in common (reference §5.22)."""

    resource: ClassVar[products.Products] = resources.PRODUCTS

    @property
    def with_raw_response(self) -> raw.RawProducts:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawProducts

        return RawProducts(self._client)

    def list(self, **filters: Unpack[filters.ProductFilters]) -> Pages[records.Product]:
        """Products; ``include="variants"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``brand``, ``supplier``, ``product_type``, ``tags``, ``status``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Product:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Product]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewProduct | Fields, *, idempotency_key: str | None = None) -> records.Product:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.ProductChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Product | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundPurchaseOrders(BoundResource):
    """Orders to suppliers (reference §5.24)."""

    resource: ClassVar[purchasing.PurchaseOrders] = resources.PURCHASE_ORDERS

    @property
    def with_raw_response(self) -> raw.RawPurchaseOrders:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawPurchaseOrders

        return RawPurchaseOrders(self._client)

    def list(self, **filters: Unpack[filters.PurchaseOrderFilters]) -> Pages[records.PurchaseOrder]:
        """Purchase orders, by anything they refer to.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``,
        ``billing_address_id``, ``company_id``, ``currency_id``, ``stock_location_id``, ``supplier_address_id``,
        ``due_at``, ``order_number``, ``payment_due_at``, ``issued_at``, ``tags``, ``status``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.PurchaseOrder:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PurchaseOrder]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewPurchaseOrder | Fields, *, idempotency_key: str | None = None
    ) -> records.PurchaseOrder:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.PurchaseOrderChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.PurchaseOrder | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.Procurement] | None:
        """Receive all of it at once into stock; there is no part of it (§5.24)."""
        return self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class BoundPurchaseOrderLineItems(BoundResource):
    """Lines of purchase orders (reference §5.25)."""

    resource: ClassVar[purchasing.PurchaseOrderLineItems] = resources.PURCHASE_ORDER_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.RawPurchaseOrderLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawPurchaseOrderLineItems

        return RawPurchaseOrderLineItems(self._client)

    def list(self, **filters: Unpack[filters.PurchaseOrderLineItemFilters]) -> Pages[records.PurchaseOrderLineItem]:
        """Lines, by position: of a purchase order, a variant, or purchase orders of one status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``purchase_order_id``, ``variant_id``, ``tax_type_id``, ``procurement_id``, ``purchase_order_status``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.PurchaseOrderLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.PurchaseOrderLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewPurchaseOrderLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.PurchaseOrderLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self,
        id: int | str,
        fields: payloads.PurchaseOrderLineItemChanges | Fields,
        *,
        idempotency_key: str | None = None,
    ) -> records.PurchaseOrderLineItem | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundStockAdjustments(BoundResource):
    """Stock found, lost or broken; deleting voids, changing is not offered (reference §5.26)."""

    resource: ClassVar[stock.StockAdjustments] = resources.STOCK_ADJUSTMENTS

    @property
    def with_raw_response(self) -> raw.RawStockAdjustments:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawStockAdjustments

        return RawStockAdjustments(self._client)

    def list(self, **filters: Unpack[filters.StockAdjustmentFilters]) -> Pages[records.StockAdjustment]:
        """Adjustments, by number, reason or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``adjustment_number``, ``stock_adjustment_reason_id``, ``stock_location_id``, ``page``, ``limit``,
        ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.StockAdjustment:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockAdjustment]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewStockAdjustment | Fields, *, idempotency_key: str | None = None
    ) -> records.StockAdjustment:
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

    resource: ClassVar[stock.StockAdjustmentLineItems] = resources.STOCK_ADJUSTMENT_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.RawStockAdjustmentLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawStockAdjustmentLineItems

        return RawStockAdjustmentLineItems(self._client)

    def list(self, **filters: Unpack[filters.StockAdjustmentLineItemFilters]) -> Pages[records.StockAdjustmentLineItem]:
        """Lines, of one adjustment or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_adjustment_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.StockAdjustmentLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockAdjustmentLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewStockAdjustmentLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.StockAdjustmentLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))


class BoundStockAdjustmentReasons(BoundResource):
    """Reasons of the merchant's own (reference §4).

    Only in an unpublished draft of the documents: that they can be listed and read is inferred.
    """

    resource: ClassVar[stock.StockAdjustmentReasons] = resources.STOCK_ADJUSTMENT_REASONS

    @property
    def with_raw_response(self) -> raw.RawStockAdjustmentReasons:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawStockAdjustmentReasons

        return RawStockAdjustmentReasons(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Pages[records.StockAdjustmentReason]:
        """Reasons.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.StockAdjustmentReason:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockAdjustmentReason]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))


class BoundStockLevels(BoundResource):
    """What there is of each variant; the id is the variant's (reference §5.28)."""

    resource: ClassVar[stock.StockLevels] = resources.STOCK_LEVELS

    @property
    def with_raw_response(self) -> raw.RawStockLevels:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawStockLevels

        return RawStockLevels(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> Pages[records.StockLevel]:
        """Stock of all variants.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.StockLevel:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockLevel]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))


class BoundStockTransfers(BoundResource):
    """Stock on its way between locations; changing is not offered (reference §5.29)."""

    resource: ClassVar[stock.StockTransfers] = resources.STOCK_TRANSFERS

    @property
    def with_raw_response(self) -> raw.RawStockTransfers:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawStockTransfers

        return RawStockTransfers(self._client)

    def list(self, **filters: Unpack[filters.StockTransferFilters]) -> Pages[records.StockTransfer]:
        """Transfers, by number, status or location.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``adjustment_number``, ``received_at``, ``notes``, ``source_location_id``,
        ``destination_location_id``, ``cached_quantity``, ``transacted_at``, ``stock_transfer_line_item_ids``,
        ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.StockTransfer:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockTransfer]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewStockTransfer | Fields, *, idempotency_key: str | None = None
    ) -> records.StockTransfer:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.StockTransfer] | None:
        """Take it off the source and into the destination's stock (§4, §6.5)."""
        return self._client.send(self.resource.receive(id, idempotency_key=idempotency_key))

    def revert(self, id: int, *, idempotency_key: str | None = None) -> Shown[records.StockTransfer] | None:
        """Send it back: the API makes a mirrored transfer (§4, §6.4)."""
        return self._client.send(self.resource.revert(id, idempotency_key=idempotency_key))

    def action(
        self, id: int | str, name: str, body: Fields | None = None, *, idempotency_key: str | None = None
    ) -> Any:
        """Any action by its name, with the whole body; the answer's body as it came."""
        return self._client.send(self.resource.action(id, name, body, idempotency_key=idempotency_key))


class BoundStockTransferLineItems(BoundResource):
    """Lines of stock transfers (reference §5.30)."""

    resource: ClassVar[stock.StockTransferLineItems] = resources.STOCK_TRANSFER_LINE_ITEMS

    @property
    def with_raw_response(self) -> raw.RawStockTransferLineItems:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawStockTransferLineItems

        return RawStockTransferLineItems(self._client)

    def list(self, **filters: Unpack[filters.StockTransferLineItemFilters]) -> Pages[records.StockTransferLineItem]:
        """Lines, of one transfer or variant.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``stock_transfer_id``, ``variant_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.StockTransferLineItem:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.StockTransferLineItem]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewStockTransferLineItem | Fields, *, idempotency_key: str | None = None
    ) -> records.StockTransferLineItem:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundTaxComponents(BoundResource):
    """Parts of tax types (reference §5.32)."""

    resource: ClassVar[accounts.TaxComponents] = resources.TAX_COMPONENTS

    @property
    def with_raw_response(self) -> raw.RawTaxComponents:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawTaxComponents

        return RawTaxComponents(self._client)

    def list(self, **filters: Unpack[filters.TaxComponentFilters]) -> Pages[records.TaxComponent]:
        """Components, of one tax type.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``tax_type_id``, ``position``, ``label``, ``rate``, ``compound``, ``page``, ``limit``, ``order``, ``ids``,
        ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.TaxComponent:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.TaxComponent]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(
        self, fields: payloads.NewTaxComponent | Fields, *, idempotency_key: str | None = None
    ) -> records.TaxComponent:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.TaxComponentChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.TaxComponent | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundTaxTypes(BoundResource):
    """Taxes of order lines; their components come along (reference §5.31)."""

    resource: ClassVar[accounts.TaxTypes] = resources.TAX_TYPES

    @property
    def with_raw_response(self) -> raw.RawTaxTypes:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawTaxTypes

        return RawTaxTypes(self._client)

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Pages[records.TaxType]:
        """Tax types with their components beside them.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.TaxType:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.TaxType]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewTaxType | Fields, *, idempotency_key: str | None = None) -> records.TaxType:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.TaxTypeChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.TaxType | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundUsers(BoundResource):
    """People with a login to the account; they are invited in TradeGecko, not made here (reference §5.33)."""

    resource: ClassVar[accounts.Users] = resources.USERS

    @property
    def with_raw_response(self) -> raw.RawUsers:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawUsers

        return RawUsers(self._client)

    def list(self, **filters: Unpack[filters.UserFilters]) -> Pages[records.User]:
        """Users, of one login or status.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``,
        ``status``, ``login_id``, ``account_id``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.User:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.User]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def current(self) -> records.User:
        """The one the token belongs to (§5.1, §5.33)."""
        return self._client.send(self.resource.current())

    def update(
        self, id: int | str, fields: payloads.UserChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.User | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundVariants(BoundResource):
    """What is bought, stocked and sold (reference §5.34)."""

    resource: ClassVar[products.Variants] = resources.VARIANTS

    @property
    def with_raw_response(self) -> raw.RawVariants:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawVariants

        return RawVariants(self._client)

    def list(self, **filters: Unpack[filters.VariantFilters]) -> Pages[records.Variant]:
        """Variants; ``include="images"`` brings those along.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``q``,
        ``product_id``, ``sku``, ``status``, ``composite``, ``online_ordering``, ``default_ledger_account_id``,
        ``stock_location_id``, ``product_type``, ``page``, ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Variant:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Variant]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewVariant | Fields, *, idempotency_key: str | None = None) -> records.Variant:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.VariantChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Variant | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class BoundWebhooks(BoundResource):
    """Where the API tells of events (reference §5.35, §3.12)."""

    resource: ClassVar[accounts.Webhooks] = resources.WEBHOOKS

    @property
    def with_raw_response(self) -> raw.RawWebhooks:
        """The same methods, each giving the value with the answer as it came (an ``Exchange``)."""
        from tradegecko_bridge.tradegecko.client.raw_sync import RawWebhooks

        return RawWebhooks(self._client)

    def list(self, **filters: Unpack[filters.Sideloading]) -> Pages[records.Webhook]:
        """Webhooks of this application.

        Takes ``created_at_min``, ``created_at_max``, ``updated_at_min``, ``updated_at_max``, ``include``, ``page``,
        ``limit``, ``order``, ``ids``, ``extra``.
        """
        return Pages(self._client, self.resource.list(**filters))

    def get(self, id: int | str) -> records.Webhook:
        """One record."""
        return self._client.send(self.resource.get(id))

    def show(self, id: int | str, *, include: str | Collection[str] = ()) -> Shown[records.Webhook]:
        """One record with what comes along, by itself or because ``include`` names it (§3.8)."""
        return self._client.send(self.resource.show(id, include=include))

    def create(self, fields: payloads.NewWebhook | Fields, *, idempotency_key: str | None = None) -> records.Webhook:
        """A new record from the fields given; None is sent as null, what is left out is left to the API."""
        return self._client.send(self.resource.create(fields, idempotency_key=idempotency_key))

    def update(
        self, id: int | str, fields: payloads.WebhookChanges | Fields, *, idempotency_key: str | None = None
    ) -> records.Webhook | None:
        """Change the fields given and no others; the record where the API sends it back, mostly not (§3.3)."""
        return self._client.send(self.resource.update(id, fields, idempotency_key=idempotency_key))

    def delete(self, id: int | str) -> None:
        """Archive the record, or for orders and fulfilments delete or void it (§3.7)."""
        self._client.send(self.resource.delete(id))


class Resources(Sender):
    """Every resource as an attribute of a client."""

    def _bind(self) -> None:
        self.accounts: BoundAccounts = BoundAccounts(self)
        self.addresses: BoundAddresses = BoundAddresses(self)
        self.companies: BoundCompanies = BoundCompanies(self)
        self.composition: BoundComposition = BoundComposition(self)
        self.contacts: BoundContacts = BoundContacts(self)
        self.currencies: BoundCurrencies = BoundCurrencies(self)
        self.fulfillments: BoundFulfillments = BoundFulfillments(self)
        self.fulfillment_line_items: BoundFulfillmentLineItems = BoundFulfillmentLineItems(self)
        self.fulfillment_returns: BoundFulfillmentReturns = BoundFulfillmentReturns(self)
        self.fulfillment_return_line_items: BoundFulfillmentReturnLineItems = BoundFulfillmentReturnLineItems(self)
        self.images: BoundImages = BoundImages(self)
        self.invoices: BoundInvoices = BoundInvoices(self)
        self.invoice_line_items: BoundInvoiceLineItems = BoundInvoiceLineItems(self)
        self.locations: BoundLocations = BoundLocations(self)
        self.notes: BoundNotes = BoundNotes(self)
        self.orders: BoundOrders = BoundOrders(self)
        self.order_line_items: BoundOrderLineItems = BoundOrderLineItems(self)
        self.payments: BoundPayments = BoundPayments(self)
        self.payment_methods: BoundPaymentMethods = BoundPaymentMethods(self)
        self.payment_terms: BoundPaymentTerms = BoundPaymentTerms(self)
        self.price_lists: BoundPriceLists = BoundPriceLists(self)
        self.procurements: BoundProcurements = BoundProcurements(self)
        self.products: BoundProducts = BoundProducts(self)
        self.purchase_orders: BoundPurchaseOrders = BoundPurchaseOrders(self)
        self.purchase_order_line_items: BoundPurchaseOrderLineItems = BoundPurchaseOrderLineItems(self)
        self.stock_adjustments: BoundStockAdjustments = BoundStockAdjustments(self)
        self.stock_adjustment_line_items: BoundStockAdjustmentLineItems = BoundStockAdjustmentLineItems(self)
        self.stock_adjustment_reasons: BoundStockAdjustmentReasons = BoundStockAdjustmentReasons(self)
        self.stock_levels: BoundStockLevels = BoundStockLevels(self)
        self.stock_transfers: BoundStockTransfers = BoundStockTransfers(self)
        self.stock_transfer_line_items: BoundStockTransferLineItems = BoundStockTransferLineItems(self)
        self.tax_components: BoundTaxComponents = BoundTaxComponents(self)
        self.tax_types: BoundTaxTypes = BoundTaxTypes(self)
        self.users: BoundUsers = BoundUsers(self)
        self.variants: BoundVariants = BoundVariants(self)
        self.webhooks: BoundWebhooks = BoundWebhooks(self)
