"""Where an order and its bill go, of what its source says of that. Pure functions.

Sources give addresses of blanks, of a name alone, or none where it is the other one. An address counts where it has a
street: without one no system takes it, and nothing can be brought there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import attrs
from attrs import evolve, frozen

from tradegecko_bridge.commerce import Address, Customer, OrderLine, SourceOrder
from tradegecko_bridge.commerce.customers import telling
from tradegecko_bridge.commerce.values import bare
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import Reason

_FIELDS: Final = tuple(attrs.fields_dict(Address))
_EACH_TIDY: Final = (f"((said := address.{name}) is None or said == said.strip() != '')" for name in _FIELDS)
_IS_TIDY: Final[Callable[[Address], bool]] = eval(f"lambda address: {' and '.join(_EACH_TIDY)}")  # noqa: S307
"""Whether no part of an address is blank, or has blanks around it."""
_STREET: Final = re.compile(r"\d.*[^\W\d]|[^\W\d].*\d")
"""Nobody writes both where there is no street."""
_WHO: Final = ("first_name", "last_name", "company", "phone", "email")
_WHERE: Final = tuple(name for name in _FIELDS if name not in _WHO)
_NAMES: Final = ("first_name", "last_name")
SEVERAL: Final = "several_addresses"
"""The code of a reason."""
_NOTHING: Final = Address()
_NO_STREET: Final = "has no street (address1)"


@frozen(kw_only=True)
class Parties:
    """Who ordered, where the order goes, and where its bill goes (None: there as well).

    ``shipping`` has a street, or says too little; ``differs`` names what of it is not as on the bill, whose street it
    therefore does not get.
    """

    customer: Customer
    shipping: Address
    billing: Address | None
    differs: str = ""

    @property
    def bill(self) -> Address:
        """Whom the bill goes to, else the parcel."""
        return self.billing or self.shipping


def parties(order: SourceOrder) -> Parties:
    """What the source says, without blanks and what is there for show.

    Where only the bill has a street the order goes there, unless the shipping address says that it goes elsewhere. A
    bill without a street goes where the order does; the customer keeps what it says of them.
    """
    customer, billing = order.customer, _tidy(order.billing_address)
    shipping = addresses_of(order)[0]
    if not billing.address1:
        return Parties(customer=_completed(customer, billing), shipping=shipping, billing=None)
    if shipping.address1:
        return Parties(customer=customer, shipping=shipping, billing=billing)
    said = {name: value for name in _FIELDS if (value := getattr(shipping, name))}
    elsewhere = [name for name in _WHERE if name in said and not _is_alike(said[name], getattr(billing, name))]
    if elsewhere:
        return Parties(customer=customer, shipping=shipping, billing=billing, differs=elsewhere[0].replace("_", " "))
    who = {} if said.keys().isdisjoint(_NAMES) else dict.fromkeys(_NAMES)
    who |= {name: said[name] for name in _WHO if name in said}
    return Parties(customer=customer, shipping=evolve(billing, **who), billing=billing)


def addresses_of(order: SourceOrder) -> Sequence[Address]:
    """Where the lines of an order go, one after the other, and each once; one at least."""
    own = _tidy(order.shipping_address)
    if not any(line.ship_to for line in order.lines):
        return [own]
    found = dict.fromkeys(_tidy(line.ship_to) for line in order.lines)
    if own != _NOTHING:
        found = dict.fromkeys(own if one == _NOTHING else one for one in found)
    return [one for one in found if one != _NOTHING] or [own]


def goes_to(line: OrderLine, order: SourceOrder, addresses: Sequence[Address]) -> Address:
    """Which of these a line goes to: what says nothing goes where the order does, else with the first."""
    said = _tidy(line.ship_to), _tidy(order.shipping_address)
    return next((one for one in said if one in addresses), addresses[0])


def ship_to(order: SourceOrder, settings: ConnectionSettings) -> Parties | Reason:
    """The same with a street to ship to, or the reason why there is none."""
    if len(places := addresses_of(order)) > 1:
        return Reason(
            "several_addresses",
            f"its lines go to {len(places)} addresses; set split_addresses = true, and each gets an order of its own",
            transient=True,
        )
    known = parties(order)
    if known.shipping.address1:
        return known
    if order.lines and not any(line.shippable for line in order.lines):
        if not settings.unshipped_street:
            return Reason(
                "no_address",
                'nothing of it is shipped, and it has no address: set unshipped_street = "Download", or whatever is to '
                "stand for the street, and it goes out",
                transient=True,
            )
        who = {name: getattr(known.customer, name) for name in _WHO if not getattr(known.shipping, name)}
        return evolve(known, shipping=evolve(known.shipping, **who, address1=settings.unshipped_street))
    has = f"the shipping address {_NO_STREET}"
    if known.differs:
        said = f"{has}, and another {known.differs} than the billing address; add the street"
    elif known.shipping != _NOTHING:
        said = f"{has}; add it"
    elif order.billing_address and _tidy(order.billing_address) != _NOTHING:
        said = f"the order has no shipping address, and the billing address {_NO_STREET}; add it"
    else:
        said = "the order has no address to ship to; add one"
    return Reason("no_address", f"{said} at the source")


def _tidy(address: Address | None) -> Address:
    """An address without blanks around its parts, its street in its place."""
    if address is None:
        return _NOTHING
    if _STREET.search(address.address1 or "") and _IS_TIDY(address):
        return address  # nearly all, told by the least work
    given = {name: getattr(address, name) for name in _FIELDS}
    tidy = {name: bare(value) or None for name, value in given.items()}
    street = telling(tidy["address1"])
    if not street and (street := telling(tidy["address2"])):
        tidy["address2"] = None
    tidy["address1"] = street or None
    return address if tidy == given else Address(**tidy)


def _completed(customer: Customer, billing: Address) -> Customer:
    """The customer, with what only a bill says that has no address."""
    if billing is _NOTHING:
        return customer
    missing = {name: value for name in _WHO if not getattr(customer, name) and (value := getattr(billing, name))}
    if customer.company or customer.full_name:
        missing = {name: value for name, value in missing.items() if name not in (*_NAMES, "company")}
    return evolve(customer, **missing) if missing else customer


def _is_alike(one: str, other: str | None) -> bool:
    """Whether a part of an address may be the same."""
    return " ".join(one.casefold().split()) == " ".join((other or "").casefold().split())
