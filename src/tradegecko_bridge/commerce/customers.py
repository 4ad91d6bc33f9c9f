"""By what the customer of an order is known.

Shops must fill in something where nobody said anything, and marketplaces stand in front of their buyers. What is no
e-mail address, what stands for none, and what a spreadsheet shortened tells nobody apart, and so identifies nobody.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce.orders import Address, Customer
from tradegecko_bridge.commerce.values import is_cut_short, phone_digits

_NO_ADDRESS: Final = frozenset(
    {
        *("none", "null", "na", "undefined", "unknown", "anonymous", "nobody", "invalid", "fake", "dummy"),
        *("noemail", "noemailprovided", "noaddress", "nomail", "noreply", "donotreply", "placeholder"),
        *("notavailable", "notapplicable", "notprovided", "notspecified", "notset", "notgiven"),
    }
)
"""What stands for no address, before or behind its @; compared by letters and digits alone."""
_NOBODY: Final = _NO_ADDRESS | {
    *("nil", "nan", "noname", "anon", "invalidrequest", "notloggedin", "missing", "empty", "blank", "default"),
    *("guest", "guests", "guestcheckout", "guestuser", "guestcustomer", "visitor", "walkin", "walkincustomer"),
    *("true", "false", "tbd", "xxx"),
}
"""What stands for nobody."""
_FILLER: Final = _NOBODY | {
    "test",
    "email",
    "mail",
    "user",
    "name",
    "customer",
    "example",
    "no",
    "abc",
    "asdf",
    "foo",
    "qwerty",
}
"""The same on both sides of an address: ``test@test.com``."""
_ADDRESS: Final = re.compile(r"[^\s@<>,;:()\"]+@[^\s@<>,;:()\"]+\.[^\s@<>,;:()\".]{2,}")
_NOT_WORD: Final = re.compile(r"[\W_]+")
_COUNTED: Final = re.compile(r"\d{1,9}")


@frozen(kw_only=True, repr=False)
class Identity:
    """By what a customer is known; what the customer does not say is taken from the bill. None of it ever shows."""

    code: str = ""
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether the code is a number as every shop counts its customers by, which says little by itself."""
        return _COUNTED.fullmatch(self.code) is not None


@lru_cache(maxsize=1024)
def identity(customer: Customer, billing: Address | None) -> Identity:
    """By what this customer is known; ``billing`` is whom the bill goes to, else the parcel.

    An order asks several times, so the last answers are kept.
    """
    bill = billing or Address()
    company = telling(customer.company) or telling(bill.company)
    return Identity(
        code=telling(customer.reference),
        name=company or telling(customer.full_name) or telling(bill.full_name),
        company=company,
        email=email_address(customer.email) or email_address(bill.email),
        phone=next((phone for phone in (customer.phone, bill.phone) if phone and phone_digits(phone)), ""),
    )


def telling(text: str | None) -> str:
    """A name or code without blanks around it; nothing where it stands for nobody: ``0``, ``n/a``, ``Guest``."""
    said = text.strip() if text else ""
    plain = said and _plain(said)
    return "" if not plain.strip("0") or plain in _NOBODY or said == "-1" or is_cut_short(said) else said


def email_address(text: str | None) -> str:
    """An e-mail address without blanks around it; nothing where it is none, or stands for none."""
    said = text.strip() if text else ""
    if not _ADDRESS.fullmatch(said):
        return ""
    local, _, domain = said.partition("@")
    name, host = _plain(local), _plain(domain.split(".")[0])
    name = name.rstrip("0123456789") or name.strip("0")
    nobody = not name or name in _NOBODY or host in _NO_ADDRESS
    nobody = nobody or (name == host and (name in _FILLER or len(set(name)) == 1 or name.isdigit()))
    return "" if nobody else said


def _plain(text: str) -> str:
    """Letters and digits alone, whatever the case."""
    plain = text.casefold()
    return plain if plain.isalnum() else _NOT_WORD.sub("", plain)
