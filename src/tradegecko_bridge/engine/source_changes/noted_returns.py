"""Returns as the ledger notes them: without what customer or source said of the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import frozen

from tradegecko_bridge.bounds import brief
from tradegecko_bridge.commerce.values import trimmed

RETURN: Final = "return"
"""The kind of told value that holds a return, by the source's reference of it."""
_LONGEST: Final = 60
"""Characters of a source's reference that are told."""


@frozen(kw_only=True)
class NotedReturn:
    """A return of an order (by its reference), noted ``at`` a moment: ``units`` by line reference. ``told``: it stands
    in the order's history. ``tries`` counts refusals, each of which used a key up, ``doubts`` lost answers; ``due``
    is when it is tried again."""

    reference: str
    order: str
    number: str
    at: str
    units: Mapping[str, str]
    refunded: str | None = None
    state: str = "open"
    told: bool = False
    tries: int = 0
    doubts: int = 0
    due: str = ""

    @classmethod
    def of(cls, text: str) -> NotedReturn | None:
        """What is kept of one; None where it cannot be read."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be created, or accepted."""
        return self.state == "open"

    @property
    def text(self) -> str:
        """What it is, in a few words."""
        units = sum(map(Decimal, self.units.values()), Decimal(0))
        money = f", {self.refunded} refunded" if self.refunded is not None else ""
        some = f"{trimmed(units):f} {'unit' if units == 1 else 'units'}"
        return f"return {brief(self.reference, _LONGEST)} of {some}{money}"
