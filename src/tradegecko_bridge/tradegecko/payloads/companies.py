"""Whom the account deals with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import define, field

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.payload_base import UNSET, Amount, Changes, Maybe, Payload


@define(kw_only=True, repr=False)
class _CompanyFields(Payload):
    assignee_id: Maybe[int] = UNSET
    default_ledger_account_id: Maybe[int] = UNSET
    default_payment_method_id: Maybe[int] = UNSET
    default_payment_term_id: Maybe[int] = UNSET
    default_stock_location_id: Maybe[int] = UNSET
    default_tax_type_id: Maybe[int] = UNSET
    company_code: Maybe[str] = UNSET
    company_type: Maybe[str] = UNSET  # business, supplier or consumer
    default_discount_rate: Maybe[Amount] = UNSET
    default_price_list_id: Maybe[str] = UNSET
    default_tax_rate: Maybe[Amount] = UNSET  # deprecated
    default_document_theme_id: Maybe[int] = UNSET  # private
    description: Maybe[str] = UNSET
    email: Maybe[str] = UNSET
    fax: Maybe[str] = UNSET
    name: Maybe[str] = UNSET
    phone_number: Maybe[str] = UNSET
    tax_number: Maybe[str] = UNSET
    website: Maybe[str] = UNSET
    tags: Maybe[Sequence[str]] = UNSET
    default_price_type_id: Maybe[str] = UNSET  # deprecated


@define(kw_only=True, repr=False)
class NewCompany(_CompanyFields):
    """A new company (reference §5.3)."""

    name: str = field()
    company_type: str = field()  # business, supplier or consumer


@define(kw_only=True, repr=False)
class CompanyChanges(_CompanyFields, Changes[records.Company]):
    """Changes to a company (reference §5.3)."""

    status: Maybe[str] = UNSET  # active, disabled or archived


@define(kw_only=True, repr=False)
class _AddressFields(Payload):
    address1: Maybe[str] = UNSET
    address2: Maybe[str] = UNSET
    city: Maybe[str] = UNSET
    company_name: Maybe[str] = UNSET
    country: Maybe[str] = UNSET
    country_code: Maybe[str] = UNSET
    email: Maybe[str] = UNSET
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET
    label: Maybe[str] = UNSET
    phone_number: Maybe[str] = UNSET
    state: Maybe[str] = UNSET
    suburb: Maybe[str] = UNSET
    zip_code: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NewOrderAddress(_AddressFields):
    """An address inside a new order; nobody looks whether the company has it already (reference §5.16)."""

    address1: str = field()


@define(kw_only=True, repr=False)
class NewAddress(NewOrderAddress):
    """A new address of a company (reference §5.2)."""

    company_id: int


@define(kw_only=True, repr=False)
class AddressChanges(_AddressFields, Changes[records.Address]):
    """Changes to an address (reference §5.2)."""


@define(kw_only=True, repr=False)
class _ContactFields(Payload):
    email: Maybe[str] = UNSET
    fax: Maybe[str] = UNSET
    first_name: Maybe[str] = UNSET
    last_name: Maybe[str] = UNSET
    location: Maybe[str] = UNSET
    mobile: Maybe[str] = UNSET
    notes: Maybe[str] = UNSET
    phone_number: Maybe[str] = UNSET
    position: Maybe[str] = UNSET
    iguana_admin: Maybe[bool] = UNSET  # private
    online_ordering: Maybe[bool] = UNSET
    invitation_accepted_at: Maybe[datetime] = UNSET  # private
    phone: Maybe[str] = UNSET  # deprecated


@define(kw_only=True, repr=False)
class NewContact(_ContactFields):
    """A new contact (reference §5.5)."""

    company_id: int
    first_name: str = field()


@define(kw_only=True, repr=False)
class ContactChanges(_ContactFields, Changes[records.Contact]):
    """Changes to a contact (reference §5.5)."""


@define(kw_only=True, repr=False)
class NewNote(Payload):
    """A new note (reference §5.15)."""

    company_id: int
    body: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NoteChanges(Changes[records.Note]):
    """Changes to a note (reference §5.15)."""

    body: Maybe[str] = UNSET
