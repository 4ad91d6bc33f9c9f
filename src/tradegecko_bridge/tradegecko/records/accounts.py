"""The account itself and what is set up in it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from attrs import define, field

from tradegecko_bridge.tradegecko.records.base import DatedRecord, Record


@define(kw_only=True, repr=False)
class Account(DatedRecord):
    """The merchant's account: its defaults and where to reach it (reference §5.1)."""

    contact_email: str | None = None
    contact_mobile: str | None = None
    contact_phone: str | None = None
    country: str | None = None
    default_order_price_list_id: str | None = None
    default_purchase_order_price_list_id: str | None = None
    default_sales_ledger_account_on: str | None = None
    default_tax_treatment: str | None = None
    default_document_theme_id: int | None = None
    industry: str | None = None
    logo_url: str | None = None
    name: str | None = None
    stock_level_warn: bool | None = None
    tax_label: str | None = None
    tax_number: str | None = None
    tax_number_label: str | None = None
    time_zone: str | None = None
    website: str | None = None
    primary_location_id: int | None = None
    primary_billing_location_id: int | None = None
    default_currency_id: int | None = None
    default_payment_method_id: int | None = None
    default_payment_term_id: int | None = None
    billing_contact_id: int | None = None
    default_sales_order_tax_type_id: int | None = None
    default_purchase_order_tax_type_id: int | None = None
    default_tax_exempt_id: int | None = None
    default_tax_rate: Decimal | None = None
    default_tax_type: str | None = None
    default_tax_type_id: int | None = None
    default_order_price_type_id: str | None = None
    default_purchase_order_price_type_id: str | None = None
    location_ids: list[int] = field(factory=list)
    user_ids: list[int] = field(factory=list)
    invoice_details: str | None = None
    order_details: Any = None
    quote_details: Any = None
    expires_at: datetime | None = None
    subscription_name: str | None = None
    subscription_price: Decimal | None = None
    annual_subscription_price: Decimal | None = None


@define(kw_only=True, repr=False)
class User(DatedRecord):
    """A person with a login to the account (reference §5.33)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "status")

    action_items_email: str | None = None
    avatar_url: str | None = None
    billing_contact: bool | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    last_sign_in_at: datetime | None = None
    location: str | None = None
    login_id: int | None = None
    mobile: str | None = None
    notification_email: bool | None = None
    permissions: list[Any] = field(factory=list)
    phone_number: str | None = None
    position: str | None = None
    sales_report_email: bool | None = None
    status: str | None = None
    account_id: int | None = None
    mobile_phone: str | None = None
    account_name: str | None = None
    roles: list[str] = field(factory=list)


@define(kw_only=True, repr=False)
class Location(DatedRecord):
    """A warehouse or shop that may hold stock (reference §5.14)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "label")

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    country: str | None = None
    holds_stock: bool | None = None
    label: str | None = None
    state: str | None = None
    status: str | None = None
    suburb: str | None = None
    zip_code: str | None = None
    account_id: int | None = None


@define(kw_only=True, repr=False)
class Currency(DatedRecord):
    """A currency the account deals in; ``rate`` is relative to its base currency (reference §5.6)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "iso")

    delimiter: str | None = None
    format: str | None = None
    iso: str | None = None
    name: str | None = None
    precision: int | None = None
    rate: Decimal | None = None
    separator: str | None = None
    symbol: str | None = None
    status: str | None = None
    subunit: int | None = None


@define(kw_only=True, repr=False)
class PaymentMethod(DatedRecord):
    """A way to pay (reference §5.19)."""

    name: str | None = None
    is_default: bool | None = None


@define(kw_only=True, repr=False)
class PaymentTerm(Record):
    """When an invoice is due (reference §5.20)."""

    id: int
    name: str | None = None
    due_in_days: int | None = None
    status: str | None = None
    from_: str | None = None


@define(kw_only=True, repr=False)
class PriceList(Record):
    """A list of prices; built-in ones have the ids ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    id: int | str
    code: str | None = None
    name: str | None = None
    is_cost: bool | None = None
    currency_id: int | None = None
    currency_symbol: str | None = None
    currency_iso: str | None = None
    is_default: bool | None = None
    position: int | None = None


@define(kw_only=True, repr=False)
class TaxType(Record):
    """A tax an order line can carry; ``effective_rate`` is percent (reference §5.31)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "code")

    id: int
    code: str | None = None
    imported_from: str | None = None
    name: str | None = None
    status: str | None = None
    quickbooks_online_id: str | None = None
    xero_online_id: str | None = None
    effective_rate: Decimal | None = None
    tax_component_ids: list[int] = field(factory=list)


@define(kw_only=True, repr=False)
class TaxComponent(Record):
    """One part of a tax type; ``rate`` is percent (reference §5.32)."""

    id: int
    tax_type_id: int | None = None
    position: int | None = None
    label: str | None = None
    rate: Decimal | None = None
    compound: bool | None = None


@define(kw_only=True, repr=False)
class Webhook(DatedRecord):
    """Where the API tells of an event (reference §5.35; the events are in §3.12)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "event")

    event: str | None = None
    address: str | None = None
    oauth_application_id: int | None = None
