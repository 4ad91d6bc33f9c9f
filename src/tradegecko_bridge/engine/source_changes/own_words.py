"""What a source takes back of orders it gave, in words of its own: only it and the settings know what they mean.

The usual words the ledger knows by itself (:data:`~tradegecko_bridge.ledger.AT_SOURCE`). These are noted before an
order is ingested, as a killed process must not forget them, and count once it is delivered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.differences import CANCELED, VOIDED, Difference
from tradegecko_bridge.commerce.progress import STATUSES, plain_status, undone
from tradegecko_bridge.commerce.reuse import is_another, references
from tradegecko_bridge.commerce.statuses import FIELDS, Standing
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.ledger import DELIVERED_STATES, LedgerEntry

OWN_WORDS: Final = "taken back in own words"
"""The kind of told value that holds which orders their source has taken back so."""
_MEANT: Final = {Standing.CANCELED: CANCELED, Standing.REFUNDED: "refunded"}
_NAMES: Final = 3
"""How many orders of one reference are looked at, to see whether one of them was taken back before."""


def says_canceled(order: SourceOrder, words: Mapping[str, Standing]) -> bool:
    """Whether one of an order's statuses says that it is canceled or voided; its source's own words come first."""
    for field in FIELDS:
        status = getattr(order, field)
        meant = words.get(plain_status(status))
        if meant is Standing.CANCELED or (meant is None and field in STATUSES and undone(status) in (CANCELED, VOIDED)):
            return True
    return False


def taken_back(status: str | None, words: Mapping[str, Standing]) -> str:
    """What a status takes back that only these words explain: ``canceled``, ``refunded``, or blank."""
    meant = words.get(plain_status(status))
    return "" if meant is None or undone(status) else _MEANT.get(meant, "")


def known_as(context: Context, order: SourceOrder) -> tuple[str, LedgerEntry | None]:
    """The reference the ledger knows an order by, or will, and what it has of it."""
    for reference in references(order):
        entry = next(iter(context.store.entries(context.connection, reference=reference)), None)
        if entry is None or entry.order is None or not is_another(entry.order, order):
            return reference, entry
    raise AssertionError("references never end")


def was_sent(entry: LedgerEntry | None) -> bool:
    """Whether the order is in the system, or may be."""
    return entry is not None and bool(entry.generation or entry.state in DELIVERED_STATES)


def note_taken_back(context: Context, batch: Sequence[SourceOrder | UnreadableOrder]) -> None:
    """Note what a batch takes back so of orders that were sent otherwise, and what it does not take back any more."""
    if _MEANT.keys().isdisjoint(context.words.values()):
        return
    known = dict(context.store.told_values(context.connection, OWN_WORDS))
    noted = {}
    for order in batch:
        if not isinstance(order, SourceOrder):
            continue
        said = _said(order, context.words)
        if not said and not any(known.get(name) for name in islice(references(order), _NAMES)):
            continue
        reference, entry = known_as(context, order)
        if entry is None or entry.order is None or not was_sent(entry):
            continue
        was = _said(entry.order, context.words)
        parts = tuple(part for part in said if part not in was)
        before = Difference.of(known.get(reference))
        if parts != (before.parts if before else ()):
            found = Difference(number=entry.number, at=context.clock(), parts=parts)
            noted[reference] = known[reference] = found.as_text() if parts else ""
    if noted:
        context.store.record_told_values(context.connection, OWN_WORDS, noted, at=context.clock())


def _said(order: SourceOrder, words: Mapping[str, Standing]) -> tuple[str, ...]:
    found = (taken_back(getattr(order, field), words) for field in FIELDS)
    return tuple(dict.fromkeys(part for part in found if part))
