"""What a transient hold rests on: while none of it changes, an order would be held again for the same reason.

Every reason is the first thing that is wrong with an order, and follows from the order's content, the settings, and one
part of the account at most. New content makes an order pending by itself; the rest is compared by digests.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b
from typing import Final

from attrs import frozen

from tradegecko_bridge._version import __version__
from tradegecko_bridge.engine.settings.connection import ConnectionSettings
from tradegecko_bridge.ledger import NOT_READY, PARTLY_SHIPPED, UNPAID

GOODS: Final = frozenset({"ambiguous_barcode", "ambiguous_sku", "no_sku", "unknown_sku"})
"""Codes of what the account's variants decide."""
NUMBERS: Final = frozenset({"number_taken"})
"""Codes of what the orders that are there decide."""
UNKNOWN: Final = frozenset({"bad_address", "fault", "missing_price"})
"""Codes of what nobody knows the cause of, or sees whether it has gone."""
NOTHING_THERE: Final = frozenset(
    {
        *("hold_tag", "no_address", "reference_reused", "several_addresses", "unmapped_ship_method"),
        *(NOT_READY.code, PARTLY_SHIPPED, UNPAID),
    }
)
"""Codes of what nothing in the account decides. All others are decided by how the account is set up."""


@frozen(kw_only=True)
class Grounds:
    """The settings, and what is known of the account, as texts that change with them; None: that cannot be told."""

    settings: str
    goods: str | None = None
    numbers: str | None = None
    setup: str | None = None

    def basis_of(self, code: str) -> str | None:
        """A digest of what a hold for a reason with this code rests on; None where nobody can tell."""
        if code in UNKNOWN:
            return None
        if code in NOTHING_THERE:
            return digest(self.settings)
        state = self.goods if code in GOODS else self.numbers if code in NUMBERS else self.setup
        return None if state is None else digest(self.settings, state)


def needs_setup(codes: Collection[str]) -> bool:
    """Whether one of these is decided by how the account is set up."""
    return bool(set(codes) - (GOODS | NUMBERS | NOTHING_THERE | UNKNOWN))


def as_text(settings: ConnectionSettings) -> str:
    """The settings, and who reads them: another version may see an order otherwise."""
    return digest(__version__, repr(settings))


def digest(*texts: str) -> str:
    """One short text for several."""
    return blake2b("\n".join(texts).encode("utf-8", "replace"), digest_size=16).hexdigest()
