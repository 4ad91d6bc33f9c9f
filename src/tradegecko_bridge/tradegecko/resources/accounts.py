"""The account itself and what is set up in it."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.payloads import (
    AccountChanges,
    CurrencyChanges,
    LocationChanges,
    NewCurrency,
    NewLocation,
    NewPaymentMethod,
    NewPaymentTerm,
    NewPriceList,
    NewTaxComponent,
    NewTaxType,
    NewWebhook,
    PaymentMethodChanges,
    PaymentTermChanges,
    PriceListChanges,
    TaxComponentChanges,
    TaxTypeChanges,
    UserChanges,
    WebhookChanges,
)
from tradegecko_bridge.tradegecko.records import (
    Account,
    Currency,
    Location,
    PaymentMethod,
    PaymentTerm,
    PriceList,
    TaxComponent,
    TaxType,
    User,
    Webhook,
)
from tradegecko_bridge.tradegecko.resources.base import Current, Deletes, Full, Gets, Updates
from tradegecko_bridge.tradegecko.resources.filters import (
    PaymentMethodFilters,
    PriceListFilters,
    Sideloading,
    StatusFilters,
    TaxComponentFilters,
    UserFilters,
)


class Accounts(Current[Account], Updates[Account, AccountChanges]):
    """The account of the token (reference §5.1)."""

    singular = "account"
    plural = "accounts"
    record = Account
    filters = Sideloading
    paged = False

    def list(self, **filters: Unpack[Sideloading]) -> Call[Page[Account]]:
        """The account, in a list of one that is not paged."""
        return self._list(filters)


class Users(Current[User], Gets[User], Updates[User, UserChanges], Deletes[User]):
    """People with a login to the account; they are invited in TradeGecko, not made here (reference §5.33)."""

    singular = "user"
    plural = "users"
    record = User
    filters = UserFilters

    def list(self, **filters: Unpack[UserFilters]) -> Call[Page[User]]:
        """Users, of one login or status."""
        return self._list(filters)


class Locations(Full[Location, NewLocation, LocationChanges]):
    """Stock locations (reference §5.14)."""

    singular = "location"
    plural = "locations"
    record = Location
    filters = StatusFilters

    def list(self, **filters: Unpack[StatusFilters]) -> Call[Page[Location]]:
        """Stock locations, active ones unless asked."""
        return self._list(filters)


class Currencies(Full[Currency, NewCurrency, CurrencyChanges]):
    """Currencies (reference §5.6)."""

    singular = "currency"
    plural = "currencies"
    record = Currency
    filters = StatusFilters

    def list(self, **filters: Unpack[StatusFilters]) -> Call[Page[Currency]]:
        """Currencies, active ones unless asked."""
        return self._list(filters)


class PaymentMethods(Full[PaymentMethod, NewPaymentMethod, PaymentMethodChanges]):
    """Ways to pay (reference §5.19)."""

    singular = "payment_method"
    plural = "payment_methods"
    record = PaymentMethod
    filters = PaymentMethodFilters

    def list(self, **filters: Unpack[PaymentMethodFilters]) -> Call[Page[PaymentMethod]]:
        """Ways to pay, by name."""
        return self._list(filters)


class PaymentTerms(Full[PaymentTerm, NewPaymentTerm, PaymentTermChanges]):
    """When invoices are due (reference §5.20)."""

    singular = "payment_term"
    plural = "payment_terms"
    record = PaymentTerm
    filters = StatusFilters

    def list(self, **filters: Unpack[StatusFilters]) -> Call[Page[PaymentTerm]]:
        """Payment terms, active ones unless asked."""
        return self._list(filters)


class PriceLists(Full[PriceList, NewPriceList, PriceListChanges]):
    """Price lists; the built-in ones are ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    singular = "price_list"
    plural = "price_lists"
    record = PriceList
    filters = PriceListFilters

    def list(self, **filters: Unpack[PriceListFilters]) -> Call[Page[PriceList]]:
        """Price lists, of one currency."""
        return self._list(filters)


class TaxTypes(Full[TaxType, NewTaxType, TaxTypeChanges]):
    """Taxes of order lines; their components come along (reference §5.31)."""

    singular = "tax_type"
    plural = "tax_types"
    record = TaxType
    filters = StatusFilters

    def list(self, **filters: Unpack[StatusFilters]) -> Call[Page[TaxType]]:
        """Tax types with their components beside them."""
        return self._list(filters)


class TaxComponents(Full[TaxComponent, NewTaxComponent, TaxComponentChanges]):
    """Parts of tax types (reference §5.32)."""

    singular = "tax_component"
    plural = "tax_components"
    record = TaxComponent
    filters = TaxComponentFilters

    def list(self, **filters: Unpack[TaxComponentFilters]) -> Call[Page[TaxComponent]]:
        """Components, of one tax type."""
        return self._list(filters)


class Webhooks(Full[Webhook, NewWebhook, WebhookChanges]):
    """Where the API tells of events (reference §5.35, §3.12)."""

    singular = "webhook"
    plural = "webhooks"
    record = Webhook
    filters = Sideloading

    def list(self, **filters: Unpack[Sideloading]) -> Call[Page[Webhook]]:
        """Webhooks of this application."""
        return self._list(filters)
