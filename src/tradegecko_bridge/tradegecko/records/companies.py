"""Whom the account deals with."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from attrs import define, field

from tradegecko_bridge.tradegecko.records.base import DatedRecord


@define(kw_only=True, repr=False)
class Company(DatedRecord):
    """A customer or supplier (reference §5.3)."""

    assignee_id: int | None = None
    default_ledger_account_id: int | None = None
    default_payment_method_id: int | None = None
    default_payment_term_id: int | None = None
    default_stock_location_id: int | None = None
    default_tax_type_id: int | None = None
    company_code: str | None = None
    company_type: str | None = None
    default_discount_rate: Decimal | None = None
    default_price_list_id: str | None = None
    default_tax_rate: Decimal | None = None
    default_document_theme_id: int | None = None
    description: str | None = None
    email: str | None = None
    fax: str | None = None
    name: str | None = None
    phone_number: str | None = None
    status: str | None = None
    tax_number: str | None = None
    website: str | None = None
    tags: list[str] = field(factory=list)
    address_ids: list[int] = field(factory=list)
    contact_ids: list[int] = field(factory=list)
    note_ids: list[int] = field(factory=list)
    default_price_type_id: str | None = None


@define(kw_only=True, repr=False)
class Address(DatedRecord):
    """An address of a company (reference §5.2)."""

    company_id: int | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    company_name: str | None = None
    country: str | None = None
    country_code: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    label: str | None = None
    phone_number: str | None = None
    state: str | None = None
    status: str | None = None
    suburb: str | None = None
    zip_code: str | None = None


@define(kw_only=True, repr=False)
class Contact(DatedRecord):
    """A person at a company (reference §5.5)."""

    company_id: int | None = None
    email: str | None = None
    fax: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    location: str | None = None
    mobile: str | None = None
    notes: str | None = None
    phone_number: str | None = None
    position: str | None = None
    status: str | None = None
    iguana_admin: bool | None = None
    online_ordering: bool | None = None
    invitation_accepted_at: datetime | None = None
    phone: str | None = None


@define(kw_only=True, repr=False)
class Note(DatedRecord):
    """What a user wrote down about a company (reference §5.15)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "company_id")

    company_id: int | None = None
    user_id: int | None = None
    body: str | None = None
