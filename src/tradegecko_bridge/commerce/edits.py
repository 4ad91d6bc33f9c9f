"""Orders that a person has edited, and what becomes of the edit when the source gives the order anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

from tradegecko_bridge.commerce.codec import from_plain, to_plain
from tradegecko_bridge.commerce.orders import SourceOrder

Path: TypeAlias = tuple[str, ...]
Plain: TypeAlias = dict[str, Any]
_PEOPLE: Final = ("shipping_address", "billing_address", "customer")
"""What is somebody's as a whole: half of it edited here and half of it changed at the source would be nobody's."""
_TABLES: Final = (*_PEOPLE, "totals", "extra")


@frozen
class Merged:
    """The ``order`` as it is planned, ``given`` as its source gives it (None where both are the same), and what both
    have changed: ``contested``, in the names of fields."""

    order: SourceOrder
    given: SourceOrder | None
    contested: tuple[str, ...] = ()


def edited_fields(order: SourceOrder, given: SourceOrder) -> list[str]:
    """The names of what a person has edited, e.g. ``shipping_address.city`` or ``lines.17.sku``."""
    return [".".join(path) for path in _edited(_leaves(order), _leaves(given))]


def merged(arrival: SourceOrder, order: SourceOrder, given: SourceOrder) -> Merged:
    """The order as its source gives it now, with what a person edited: that is not undone.

    The edit of a line that is gone goes with it.
    """
    before, was, now = _leaves(order), _leaves(given), _leaves(arrival)
    plain, contested = to_plain(arrival), dict[str, None]()
    lines = {line.reference for line in arrival.lines}
    for path in _edited(before, was):
        top = path[0]
        if top == "lines" and path[1] not in lines:
            contested[".".join(path)] = None
            continue
        if top in _PEOPLE:
            agreed = _part(now, top) in (_part(was, top), _part(before, top))
            plain[top] = to_plain(getattr(order, top)) if getattr(order, top) is not None else None
        else:
            agreed = now.get(path) in (was.get(path), before.get(path))
            _put(plain, path, before.get(path))
        if not agreed:
            contested[".".join(path)] = None
    after = from_plain({name: value for name, value in plain.items() if value is not None}, SourceOrder)
    return Merged(after, None if after == arrival else arrival, tuple(contested))


def _edited(order: Mapping[Path, Any], given: Mapping[Path, Any]) -> list[Path]:
    both = dict.fromkeys((*given, *order))
    return [path for path in both if order.get(path) != given.get(path) and not _is_new_line(path, order, given)]


def _is_new_line(path: Path, order: Mapping[Path, Any], given: Mapping[Path, Any]) -> bool:
    """Lines are neither added nor left out by an edit."""
    return path[0] == "lines" and not (_has_line(order, path) and _has_line(given, path))


def _has_line(leaves: Mapping[Path, Any], path: Path) -> bool:
    return (*path[:2], "reference") in leaves


def _leaves(order: SourceOrder) -> dict[Path, Any]:
    """The values of an order by where they stand; those of its lines by the lines' references."""
    found: dict[Path, Any] = {}
    for name, value in to_plain(order).items():
        if name in _TABLES:
            found |= {(name, key): one for key, one in value.items()}
        elif name == "lines":
            found |= {(name, line["reference"], key): one for line in value for key, one in line.items()}
        elif name != "cursor":
            found[name,] = value
    return found


def _part(leaves: Mapping[Path, Any], top: str) -> Plain:
    return {path[1]: value for path, value in leaves.items() if path[0] == top}


def _put(plain: Plain, path: Path, value: object) -> None:
    """Put a value where it stands, or take it away (None)."""
    holder: Plain = plain
    if path[0] == "lines":
        holder = next(line for line in plain["lines"] if line["reference"] == path[1])
    elif len(path) > 1:
        holder = plain.setdefault(path[0], {})
    if value is None:
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = value
