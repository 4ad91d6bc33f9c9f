"""The names by which an order is ours: derived, never random, so that a restarted process finds its own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

_OURS: Final = UUID("6b0a1c9e-3c0f-5d55-9d0a-6f3f3a5f6a01")
_AT_HAND: Final = 1000
"""Keys and markers kept: a delivery asks for its order's several times."""
_ESCAPE: Final = "\ufffd"
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]|\ufffd(?=[0-9a-f]{4};)")
_PART: Final = " \u29f8 "
_OF_PART: Final = re.compile(f"{_PART}[0-9]+$")
_ESCAPED: Final = re.compile("\ufffd([0-9a-f]{4});")


def storable_reference(reference: str) -> str:
    """A source's reference as every database and every digest takes it: NULs and half characters, which some sources
    send, are spelled out. Two references never become the same one; :func:`original_reference` turns it back."""
    return _UNSTORABLE.sub(lambda found: f"{_ESCAPE}{ord(found.group()):04x};", reference)


def lossy_reference(reference: str) -> str:
    """The reference as earlier versions stored it, where several could become one."""
    return re.sub("[\0\ud800-\udfff]", _ESCAPE, reference)


def original_reference(reference: str) -> str:
    """The reference as its source gave it."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), reference)


def split_reference(reference: str, number: int) -> str:
    """The reference of a part of an order that was split, from 1; :func:`whole_reference` turns it back."""
    return f"{reference}{_PART}{number}"


def whole_reference(reference: str) -> str:
    """The reference of an order, as its source gave it, of which this is a part or the whole."""
    return original_reference(_OF_PART.sub("", reference))


def is_split(reference: str) -> bool:
    """Whether it is the reference of a part."""
    return _OF_PART.search(reference) is not None


@lru_cache(_AT_HAND)
def marker(connection: str, reference: str) -> str:
    """What the order carries in the system for good."""
    return uuid5(_OURS, f"{connection}\n{reference}").hex


@lru_cache(_AT_HAND)
def idempotency_key(connection: str, reference: str, generation: int) -> str:
    """The key one request is sent under; a new generation is a new request for the same order."""
    return str(uuid5(_OURS, f"{connection}\n{reference}\n{generation}"))
