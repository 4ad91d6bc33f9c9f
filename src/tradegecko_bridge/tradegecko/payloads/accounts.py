"""The account itself and what is set up in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import define, field

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.payload_base import UNSET, Amount, Changes, Fields, Maybe, Payload


@define(kw_only=True, repr=False)
class AccountChanges(Changes[records.Account]):
    """Changes to the account (reference §5.1)."""

    contact_email: Maybe[str] = UNSET
    contact_mobile: Maybe[str] = UNSET
    contact_phone: Maybe[str] = UNSET
    country: Maybe[str] = UNSET
    default_order_price_list_id: Maybe[str] = UNSET
    default_purchase_order_price_list_id: Maybe[str] = UNSET
    default_sales_ledger_account_on: Maybe[str] = UNSET  # company, variant or channel
    default_tax_treatment: Maybe[str] = UNSET  # inclusive or exclusive
    default_document_theme_id: Maybe[int] = UNSET  # private
    industry: Maybe[str] = UNSET
    name: Maybe[str] = UNSET
    stock_level_warn: Maybe[bool] = UNSET
    tax_label: Maybe[str] = UNSET
    tax_number: Maybe[str] = UNSET
    tax_number_label: Maybe[str] = UNSET
    time_zone: Maybe[str] = UNSET
    website: Maybe[str] = UNSET
    primary_location_id: Maybe[int] = UNSET
    primary_billing_location_id: Maybe[int] = UNSET
    default_currency_id: Maybe[int] = UNSET
    default_payment_method_id: Maybe[int] = UNSET
    default_payment_term_id: Maybe[int] = UNSET
    billing_contact_id: Maybe[int] = UNSET
    default_sales_order_tax_type_id: Maybe[int] = UNSET
    default_purchase_order_tax_type_id: Maybe[int] = UNSET
    default_tax_exempt_id: Maybe[int] = UNSET
    default_tax_type: Maybe[str] = UNSET  # deprecated
    default_tax_type_id: Maybe[int] = UNSET
    default_order_price_type_id: Maybe[str] = UNSET  # deprecated
    default_purchase_order_price_type_id: Maybe[str] = UNSET  # deprecated


@define(kw_only=True, repr=False)
class UserChanges(Changes[records.User]):
    """Changes to a user (reference §5.33)."""

    action_items_email: Maybe[str] = UNSET  # off, daily or weekly
    avatar_url: Maybe[str] = UNSET
    billing_contact: Maybe[bool] = UNSET
    email: Maybe[str] = UNSET
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET
    last_sign_in_at: Maybe[datetime] = UNSET
    location: Maybe[str] = UNSET
    mobile: Maybe[str] = UNSET
    notification_email: Maybe[bool] = UNSET
    permissions: Maybe[Sequence[str]] = UNSET
    phone_number: Maybe[str] = UNSET
    position: Maybe[str] = UNSET
    sales_report_email: Maybe[bool] = UNSET
    mobile_phone: Maybe[str] = UNSET
    account_name: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class _LocationFields(Payload):
    address1: Maybe[str] = UNSET
    address2: Maybe[str] = UNSET
    city: Maybe[str] = UNSET
    country: Maybe[str] = UNSET
    holds_stock: Maybe[bool] = UNSET
    label: Maybe[str] = UNSET
    state: Maybe[str] = UNSET
    suburb: Maybe[str] = UNSET
    zip_code: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NewLocation(_LocationFields):
    """A new stock location (reference §5.14)."""

    label: str = field()
    address1: str = field()
    country: str = field()


@define(kw_only=True, repr=False)
class LocationChanges(_LocationFields, Changes[records.Location]):
    """Changes to a stock location (reference §5.14)."""


@define(kw_only=True, repr=False)
class _CurrencyFields(Payload):
    delimiter: Maybe[str] = UNSET
    format: Maybe[str] = UNSET
    iso: Maybe[str] = UNSET
    name: Maybe[str] = UNSET
    precision: Maybe[int] = UNSET
    rate: Maybe[Amount] = UNSET  # relative to the account's currency
    separator: Maybe[str] = UNSET
    symbol: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NewCurrency(_CurrencyFields):
    """A new currency (reference §5.6)."""

    iso: str = field()


@define(kw_only=True, repr=False)
class CurrencyChanges(_CurrencyFields, Changes[records.Currency]):
    """Changes to a currency (reference §5.6)."""


@define(kw_only=True, repr=False)
class NewPaymentMethod(Payload):
    """A new payment method (reference §5.19)."""

    name: str


@define(kw_only=True, repr=False)
class PaymentMethodChanges(Changes[records.PaymentMethod]):
    """Changes to a payment method (reference §5.19)."""

    name: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class _PaymentTermFields(Payload):
    name: Maybe[str] = UNSET
    due_in_days: Maybe[int] = UNSET
    from_: Maybe[str] = UNSET  # now or eom


@define(kw_only=True, repr=False)
class NewPaymentTerm(_PaymentTermFields):
    """A new payment term (reference §5.20)."""


@define(kw_only=True, repr=False)
class PaymentTermChanges(_PaymentTermFields, Changes[records.PaymentTerm]):
    """Changes to a payment term (reference §5.20)."""


@define(kw_only=True, repr=False)
class _PriceListFields(Payload):
    code: Maybe[str] = UNSET
    name: Maybe[str] = UNSET
    is_cost: Maybe[bool] = UNSET
    currency_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class NewPriceList(_PriceListFields):
    """A new price list (reference §5.21)."""

    currency_id: int = field()


@define(kw_only=True, repr=False)
class PriceListChanges(_PriceListFields, Changes[records.PriceList]):
    """Changes to a price list (reference §5.21)."""


@define(kw_only=True, repr=False)
class _TaxComponentFields(Payload):
    position: Maybe[int] = UNSET
    label: Maybe[str] = UNSET
    rate: Maybe[Amount] = UNSET  # percent
    compound: Maybe[bool] = UNSET


@define(kw_only=True, repr=False)
class NewTaxTypeComponent(_TaxComponentFields):
    """One part of a new tax type (reference §5.31, §5.32)."""


@define(kw_only=True, repr=False)
class NewTaxComponent(NewTaxTypeComponent):
    """A component to add to a tax type (reference §5.32)."""

    tax_type_id: int


@define(kw_only=True, repr=False)
class TaxComponentChanges(_TaxComponentFields, Changes[records.TaxComponent]):
    """Changes to a tax component (reference §5.32)."""


@define(kw_only=True, repr=False)
class NewTaxType(Payload):
    """A new tax type (reference §5.31)."""

    code: Maybe[str] = UNSET
    name: str
    tax_components: Sequence[NewTaxTypeComponent | Fields]


@define(kw_only=True, repr=False)
class TaxTypeChanges(Changes[records.TaxType]):
    """Changes to a tax type (reference §5.31)."""

    code: Maybe[str] = UNSET
    name: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NewWebhook(Payload):
    """A new webhook (reference §5.35)."""

    event: str
    address: str


@define(kw_only=True, repr=False)
class WebhookChanges(Changes[records.Webhook]):
    """Changes to a webhook (reference §5.35)."""

    event: Maybe[str] = UNSET
    address: Maybe[str] = UNSET
