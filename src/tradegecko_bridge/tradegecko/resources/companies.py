"""Whom the account deals with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Full

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads  # noqa: F401 - named in quotes


class Companies(Full[records.Company, "payloads.NewCompany", "payloads.CompanyChanges"]):
    """Customers and suppliers (reference §5.3)."""

    def list(self, **filters: Unpack[filters.CompanyFilters]) -> Call[Page[records.Company]]:
        """Companies, by type, code, e-mail address and defaults."""
        return self._list(filters)


class Addresses(Full[records.Address, "payloads.NewAddress", "payloads.AddressChanges"]):
    """Addresses of companies (reference §5.2)."""

    def list(self, **filters: Unpack[filters.AddressFilters]) -> Call[Page[records.Address]]:
        """Addresses, of one company."""
        return self._list(filters)


class Contacts(Full[records.Contact, "payloads.NewContact", "payloads.ContactChanges"]):
    """People at companies (reference §5.5)."""

    def list(self, **filters: Unpack[filters.ContactFilters]) -> Call[Page[records.Contact]]:
        """Contacts, of one company."""
        return self._list(filters)


class Notes(Full[records.Note, "payloads.NewNote", "payloads.NoteChanges"]):
    """Notes on companies (reference §5.15)."""

    def list(self, **filters: Unpack[filters.NoteFilters]) -> Call[Page[records.Note]]:
        """Notes, of one company or author."""
        return self._list(filters)
