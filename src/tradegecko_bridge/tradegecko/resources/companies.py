"""Whom the account deals with."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.payloads import (
    AddressChanges,
    CompanyChanges,
    ContactChanges,
    NewAddress,
    NewCompany,
    NewContact,
    NewNote,
    NoteChanges,
)
from tradegecko_bridge.tradegecko.records import Address, Company, Contact, Note
from tradegecko_bridge.tradegecko.resources.base import Full
from tradegecko_bridge.tradegecko.resources.filters import AddressFilters, CompanyFilters, ContactFilters, NoteFilters


class Companies(Full[Company, NewCompany, CompanyChanges]):
    """Customers and suppliers (reference §5.3)."""

    singular = "company"
    plural = "companies"
    record = Company
    filters = CompanyFilters

    def list(self, **filters: Unpack[CompanyFilters]) -> Call[Page[Company]]:
        """Companies, by type, code, e-mail address and defaults."""
        return self._list(filters)


class Addresses(Full[Address, NewAddress, AddressChanges]):
    """Addresses of companies (reference §5.2)."""

    singular = "address"
    plural = "addresses"
    record = Address
    filters = AddressFilters

    def list(self, **filters: Unpack[AddressFilters]) -> Call[Page[Address]]:
        """Addresses, of one company."""
        return self._list(filters)


class Contacts(Full[Contact, NewContact, ContactChanges]):
    """People at companies (reference §5.5)."""

    singular = "contact"
    plural = "contacts"
    record = Contact
    filters = ContactFilters

    def list(self, **filters: Unpack[ContactFilters]) -> Call[Page[Contact]]:
        """Contacts, of one company."""
        return self._list(filters)


class Notes(Full[Note, NewNote, NoteChanges]):
    """Notes on companies (reference §5.15)."""

    singular = "note"
    plural = "notes"
    record = Note
    filters = NoteFilters

    def list(self, **filters: Unpack[NoteFilters]) -> Call[Page[Note]]:
        """Notes, of one company or author."""
        return self._list(filters)
