"""How the lines a person has to act on are worded: one line, what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from tradegecko_bridge.errors import MalformedData

NOTHING_INGESTED = "(nothing of this file was ingested)"
_SHOWN_FAULTS = 20
_SHOWN_NAME = 100
"""Characters of an order number that still tell which order it is."""


def one_line(text: str) -> str:
    """A name as it may stand in a line and in a cursor: line breaks and undecodable bytes are escaped."""
    return text if text.isprintable() else repr(text)[1:-1]


def nothing_of(fault: str) -> MalformedData:
    """What keeps all of a file from being taken; the fault says which file and where."""
    return MalformedData([f"{fault} {NOTHING_INGESTED}"])


def listed(faults: Sequence[str]) -> str:
    """The first few faults and how many more there are: a line stays readable however bad the file is."""
    shown = "; ".join(dict.fromkeys(faults[:_SHOWN_FAULTS]))
    more = len(faults) - _SHOWN_FAULTS
    return f"{shown}; and {more} more" if more > 0 else shown


def fate(order: str, *, held: bool) -> str:
    """What became of the order, which is held only under a reference.

    Nothing is said of the file's other orders: the line stays with the order, and must not change with them.
    """
    name = one_line(order if len(order) <= _SHOWN_NAME else f"{order[:_SHOWN_NAME]}…")
    return f"(order {name} is {'held' if held else 'left out because it has no reference'})"
