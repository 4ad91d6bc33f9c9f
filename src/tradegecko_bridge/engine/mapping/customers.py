"""By what of its customer an order is matched, as the settings say. Pure functions."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias, TypeVar

from attrs import evolve

from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.commerce.customers import Identity, email_address
from tradegecko_bridge.commerce.remote import CustomerMatch
from tradegecko_bridge.commerce.values import phone_digits
from tradegecko_bridge.engine.mapping.addresses import parties
from tradegecko_bridge.engine.settings.connection import ConnectionSettings

R = TypeVar("R", Customer, Address)
Known: TypeAlias = tuple[Customer, Address | None]
"""A customer, and whom the bill goes to, else the parcel."""


def customer_of(order: SourceOrder, settings: ConnectionSettings) -> Known:
    """Who ordered, by what tells one buyer from another."""
    who = parties(order)
    return told_apart(who.customer, who.bill, settings)


def told_apart(customer: Customer, bill: Address | None, settings: ConnectionSettings) -> Known:
    """A customer without the contacts that many buyers have."""
    if not settings.shared_contacts:
        return customer, bill
    return _without_shared(customer, settings), bill and _without_shared(bill, settings)


def match_of(known: Identity, settings: ConnectionSettings) -> CustomerMatch:
    """How much must agree: where a marketplace stands in front of its buyers, its address alone is not enough."""
    _, _, domain = known.email.rpartition("@")
    is_relay = domain and _relays(settings.relay_domains).fullmatch(domain)
    return CustomerMatch.STRICT if is_relay else settings.customer_match


@lru_cache
def _relays(domains: tuple[str, ...]) -> re.Pattern[str]:
    """Each of these domains, and what is below it; ``*`` stands for anything."""
    names = (re.escape(name.removeprefix("@")).replace(r"\*", ".*") for name in domains)
    return re.compile(rf"(?:.*\.)?(?:{'|'.join(names)})" if domains else "(?!)", re.IGNORECASE)


def _without_shared(record: R, settings: ConnectionSettings) -> R:
    email, digits = email_address(record.email).casefold(), phone_digits(record.phone)
    domain = email.rpartition("@")[2]
    for shared in (text.strip().casefold() for text in settings.shared_contacts):
        if email and shared in (email, domain, f"@{domain}"):
            record = evolve(record, email=None)
        if digits and digits == phone_digits(shared):
            record = evolve(record, phone=None)
    return record
