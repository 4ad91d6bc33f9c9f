"""Digests that only who has the ledger's key can make."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

_KEYED: Final = "keyed "


def keyed(digest: str, key: bytes) -> str:
    """What is kept in place of a digest of personal data; the same for one that is keyed already."""
    if is_keyed(digest):
        return digest
    return _KEYED + blake2b(digest.encode("utf-8", "replace"), key=key, digest_size=16).hexdigest()


def is_keyed(digest: str) -> bool:
    """Whether a digest was made with a key."""
    return digest.startswith(_KEYED)


def like(digest: str, stored: str | None, key: bytes | None) -> str:
    """A digest as it is to be compared with a stored one, which may be keyed."""
    return keyed(digest, key) if key is not None and stored is not None and is_keyed(stored) else digest
