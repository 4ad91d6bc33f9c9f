"""The account itself and what is set up in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Current, Deletes, Full, Gets, Updates

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads  # noqa: F401 - named in quotes


class Accounts(Current[records.Account], Updates[records.Account, "payloads.AccountChanges"]):
    """The account of the token (reference §5.1)."""

    paged = False

    def list(self, **filters: Unpack[filters.Sideloading]) -> Call[Page[records.Account]]:
        """The account, in a list of one that is not paged."""
        return self._list(filters)


class Users(
    Current[records.User], Gets[records.User], Updates[records.User, "payloads.UserChanges"], Deletes[records.User]
):
    """People with a login to the account; they are invited in TradeGecko, not made here (reference §5.33)."""

    def list(self, **filters: Unpack[filters.UserFilters]) -> Call[Page[records.User]]:
        """Users, of one login or status."""
        return self._list(filters)


class Locations(Full[records.Location, "payloads.NewLocation", "payloads.LocationChanges"]):
    """Stock locations (reference §5.14)."""

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Call[Page[records.Location]]:
        """Stock locations, active ones unless asked."""
        return self._list(filters)


class Currencies(Full[records.Currency, "payloads.NewCurrency", "payloads.CurrencyChanges"]):
    """Currencies (reference §5.6)."""

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Call[Page[records.Currency]]:
        """Currencies, active ones unless asked."""
        return self._list(filters)


class PaymentMethods(Full[records.PaymentMethod, "payloads.NewPaymentMethod", "payloads.PaymentMethodChanges"]):
    """Ways to pay (reference §5.19)."""

    def list(self, **filters: Unpack[filters.PaymentMethodFilters]) -> Call[Page[records.PaymentMethod]]:
        """Ways to pay, by name."""
        return self._list(filters)


class PaymentTerms(Full[records.PaymentTerm, "payloads.NewPaymentTerm", "payloads.PaymentTermChanges"]):
    """When invoices are due (reference §5.20)."""

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Call[Page[records.PaymentTerm]]:
        """Payment terms, active ones unless asked."""
        return self._list(filters)


class PriceLists(Full[records.PriceList, "payloads.NewPriceList", "payloads.PriceListChanges"]):
    """Price lists; the built-in ones are ``buy``, ``wholesale`` and ``retail`` (reference §5.21)."""

    def list(self, **filters: Unpack[filters.PriceListFilters]) -> Call[Page[records.PriceList]]:
        """Price lists, of one currency."""
        return self._list(filters)


class TaxTypes(Full[records.TaxType, "payloads.NewTaxType", "payloads.TaxTypeChanges"]):
    """Taxes of order lines; their components come along (reference §5.31)."""

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Call[Page[records.TaxType]]:
        """Tax types with their components beside them."""
        return self._list(filters)


class TaxComponents(Full[records.TaxComponent, "payloads.NewTaxComponent", "payloads.TaxComponentChanges"]):
    """Parts of tax types (reference §5.32)."""

    def list(self, **filters: Unpack[filters.TaxComponentFilters]) -> Call[Page[records.TaxComponent]]:
        """Components, of one tax type."""
        return self._list(filters)


class Webhooks(Full[records.Webhook, "payloads.NewWebhook", "payloads.WebhookChanges"]):
    """Where the API tells of events (reference §5.35, §3.12)."""

    def list(self, **filters: Unpack[filters.Sideloading]) -> Call[Page[records.Webhook]]:
        """Webhooks of this application."""
        return self._list(filters)
