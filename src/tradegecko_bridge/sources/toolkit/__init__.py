"""For those who write a source: what reading from a shop's API, and writing back to it, takes in every shop.

``ShopClient`` asks, ``Incremental`` reads what is new, the functions of ``money``, ``people`` and ``reading`` turn what
a shop writes into our records, ``record`` and ``set_levels`` write back. Each can be used without the others.
"""

from tradegecko_bridge.sources.toolkit.answers import Answer, readable
from tradegecko_bridge.sources.toolkit.batch import (
    Count,
    Shelf,
    Shelves,
    accepted,
    answer_each,
    failed,
    ignored,
    refused,
    set_levels,
    write_together,
)
from tradegecko_bridge.sources.toolkit.client import NO_RETRIES, Retries, ShopClient
from tradegecko_bridge.sources.toolkit.faults import (
    AnswerLost,
    AnswerTooLarge,
    Busy,
    Forbidden,
    NotThere,
    NotYet,
    Refusal,
    ShopFault,
)
from tradegecko_bridge.sources.toolkit.fulfilment import (
    Parcel,
    Parcels,
    RemovesParcels,
    SendsParcels,
    ShownOrder,
    record,
    withdraw,
)
from tradegecko_bridge.sources.toolkit.incremental import Clock, Cursor, Incremental, Waits, in_chunks
from tradegecko_bridge.sources.toolkit.money import (
    balanced,
    currency_digits,
    from_minor,
    per_unit,
    rate_between,
    rounded,
    shared,
    tax_on,
    tax_within,
)
from tradegecko_bridge.sources.toolkit.pace import Heard, Pace, cost_in, remaining_in, used_of
from tradegecko_bridge.sources.toolkit.pages import Page, Row, by_time, followed, numbered, offset, sorted_by_time
from tradegecko_bridge.sources.toolkit.people import address, blank_as_none, split_name
from tradegecko_bridge.sources.toolkit.reading import each, exact, moment, number, placed, stamp, time_of

__all__ = [
    "NO_RETRIES",
    "Answer",
    "AnswerLost",
    "AnswerTooLarge",
    "Busy",
    "Clock",
    "Count",
    "Cursor",
    "Forbidden",
    "Heard",
    "Incremental",
    "NotThere",
    "NotYet",
    "Pace",
    "Page",
    "Parcel",
    "Parcels",
    "Refusal",
    "RemovesParcels",
    "Retries",
    "Row",
    "SendsParcels",
    "Shelf",
    "Shelves",
    "ShopClient",
    "ShopFault",
    "ShownOrder",
    "Waits",
    "accepted",
    "address",
    "answer_each",
    "balanced",
    "blank_as_none",
    "by_time",
    "cost_in",
    "currency_digits",
    "each",
    "exact",
    "failed",
    "followed",
    "from_minor",
    "ignored",
    "in_chunks",
    "moment",
    "number",
    "numbered",
    "offset",
    "per_unit",
    "placed",
    "rate_between",
    "readable",
    "record",
    "refused",
    "remaining_in",
    "rounded",
    "set_levels",
    "shared",
    "sorted_by_time",
    "split_name",
    "stamp",
    "tax_on",
    "tax_within",
    "time_of",
    "used_of",
    "withdraw",
    "write_together",
]
