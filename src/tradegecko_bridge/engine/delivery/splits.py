"""Orders whose lines go to several addresses, where the settings split them: each part is an order of the ledger.

So each has its own marker and key, is held, sent and shipped by itself, and goes out once. What the ledger has of an
order decides what becomes of it: once split it stays so; one that was sent whole stays whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.reuse import is_another
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import split_reference
from tradegecko_bridge.engine.mapping.addresses import SEVERAL, addresses_of
from tradegecko_bridge.engine.mapping.splitting import parts_of
from tradegecko_bridge.ledger import SENT_STATES, LedgerEntry, OrderState


def held_whole(context: Context) -> Iterable[SourceOrder]:
    """The orders that were held before the settings split them."""
    if not context.settings.split_addresses:
        return ()
    held = context.store.entries(context.connection, states={OrderState.HELD}, reasons={SEVERAL})
    return (evolve(entry.order, cursor="") for entry in held if entry.order)


def split(context: Context, batch: Sequence[SourceOrder | UnreadableOrder]) -> Sequence[SourceOrder | UnreadableOrder]:
    """The batch with parts in place of what is split, and canceled what there is no more of."""
    if not context.settings.split_addresses:
        return batch
    return list(chain.from_iterable(_split(context, arrival) for arrival in batch))


def parts_in_ledger(context: Context, reference: str) -> Iterator[LedgerEntry]:
    """The parts of an order, from the first."""
    for number in count(1):
        entry = _entry(context, split_reference(reference, number))
        if entry is None:
            return
        yield entry


def _split(context: Context, arrival: SourceOrder | UnreadableOrder) -> Sequence[SourceOrder | UnreadableOrder]:
    if not isinstance(arrival, SourceOrder):
        return [arrival]
    whole, parts = _entry(context, arrival.reference), list(parts_in_ledger(context, arrival.reference))
    if any(_is_others(one, arrival) for one in (whole, *parts[:1])):
        whole, parts = None, []
    was_sent = whole is not None and whole.state in SENT_STATES
    if not parts and (was_sent or len(addresses_of(arrival)) == 1):
        return [arrival]
    made = parts_of(arrival)
    gone = [one for one in (whole, *parts[len(made) :]) if one is not None and one.state is not OrderState.CANCELED]
    canceled = [evolve(one.order, canceled_at=arrival.placed_at, cursor="") for one in gone if one.order]
    return [*canceled, *made]


def _is_others(entry: LedgerEntry | None, arrival: SourceOrder) -> bool:
    """Whether it, or its part, is another order that had the reference before."""
    order = entry.order if entry else None
    return order is not None and is_another(order, evolve(arrival, lines=order.lines))


def _entry(context: Context, reference: str) -> LedgerEntry | None:
    return next(iter(context.store.entries(context.connection, reference=reference)), None)
