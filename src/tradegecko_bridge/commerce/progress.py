"""How sources say, in words of their own, how far an order is: paid, refunded, canceled."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tradegecko_bridge.commerce.orders import SourceOrder

STATUSES: Final = ("payment_status", "source_status")
"""The statuses that say when something is taken back."""
KNOWN: Final = 256
"""Statuses that are remembered: a source has few words for all its orders."""
_WORDS: Final = re.compile(r"[^\W_]+")
_HUMP: Final = re.compile("(?<=[a-z])(?=[A-Z])")
_UNDONE: Final = re.compile("(?P<part>part|partly|partially)?(?:(cancel(?:l?ed)?)|(refund(?:ed)?)|(void(?:ed)?))")
_PART: Final = {"part", "partly", "partial", "partially"}
_CALLED: Final = {2: "canceled", 3: "refunded", 4: "voided"}
"""What each group of the pattern is called."""
_NOT: Final = {"not", "no", "non", "never"}
_PAID: Final = {
    *("paid", "fully paid", "paid in full", "captured", "fully captured", "payment captured", "settled"),
    *("payment settled", "payment received", "payment complete", "payment completed", "complete", "completed"),
    *("received", "succeeded", "success", "successful", "overpaid"),
}
"""How sources say that an order is paid, as :func:`plain_status` gives it."""


@lru_cache(maxsize=KNOWN)
def plain_status(status: str | None) -> str:
    """A source's word however it writes it: ``PARTIALLY_REFUNDED`` and ``PartiallyRefunded`` are the same."""
    return " ".join(_WORDS.findall(_HUMP.sub(" ", status or ""))).casefold()


@lru_cache(maxsize=KNOWN)
def undone(status: str | None) -> str:
    """What a status takes back, in our words (``refunded``, ``partly refunded``, ``canceled``, ``voided``); blank where
    it takes nothing back."""
    words = plain_status(status).split()
    found = [match for match in map(_UNDONE.fullmatch, words) if match]
    if not found or _NOT.intersection(words):
        return ""
    said = next(name for group, name in _CALLED.items() if found[0][group])
    return f"partly {said}" if found[0]["part"] or _PART.intersection(words) else said


def is_paid(order: SourceOrder) -> bool:
    """Whether the source says that it is paid."""
    return bool(order.paid) or says_paid(order.payment_status)


def says_paid(status: str | None) -> bool:
    """Whether a payment status is a word for paid."""
    return plain_status(status) in _PAID


def is_unpaid(order: SourceOrder, sent: SourceOrder) -> bool:
    """Whether the source says that it is not, or not fully, paid, and has not said just that of one that it calls paid
    when it was ``sent``."""
    said = plain_status(order.payment_status)
    as_sent = bool(sent.paid) and said == plain_status(sent.payment_status)
    return order.paid is False or bool(said and not says_paid(said) and not as_sent)
