"""Lines of an order that stand in one cell, as rows of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tradegecko_bridge.bounds import parse_json
from tradegecko_bridge.sources.folder.declared import Packed
from tradegecko_bridge.sources.folder.mapping import SEVERAL, Cells, normal


def opened(
    places: Sequence[int], label: str, packed: Packed | None, names: Sequence[str], row: Cells
) -> tuple[Sequence[Cells], str]:
    """A row of a table as one row for each line in these cells, with the values of these names behind its own; and what
    is wrong with a cell that holds neither JSON nor what the format says."""
    nothing = [[*row, *("" for _ in names)]]
    try:
        lines = [line for place in places if row[place] for line in _lines(packed, row[place])]
        found = [[text_at(line, name) for name in names] for line in lines]
        fault = "" if all(map(any, found)) else f"{label}: has an entry in which nothing of a line was found"
        return [[*row, *texts] for texts in found] or nothing, fault
    except ValueError as error:
        return nothing, f"{label}: {error}"


def _lines(packed: Packed | None, cell: str) -> Sequence[Any]:
    if cell[:1] in "[{" and packed is None:
        try:
            found = parse_json(cell, parse_float=Decimal, parse_int=Decimal)
        except ValueError:
            raise ValueError("is not JSON, or was cut") from None
        return found if isinstance(found, list) else [found]
    packed = packed or Packed()
    return [line for item in _items(packed, cell) if (line := _pairs(packed, item))]


def _items(packed: Packed, cell: str) -> Sequence[str]:
    items: list[str] = []
    for item in cell.split(packed.items) if packed.items else [cell]:
        if items and packed.pair not in item.partition(packed.fields)[0] and item.strip():
            items[-1] += packed.items + item  # the mark between items stands in a value, too
        else:
            items.append(item)
    return items


def _pairs(packed: Packed, item: str) -> dict[str, str]:
    line: dict[str, str] = {}
    latest = ""
    for part in item.split(packed.fields):
        name, mark, value = part.partition(packed.pair)
        if mark:
            latest = normal(name)
            line[latest] = value.strip()
        elif latest:  # the mark between fields stands in a value, too
            line[latest] = f"{line[latest]}{packed.fields}{part}".strip()
        elif part.strip():
            raise ValueError(f"holds a field without {packed.pair!r} between name and value; see packed in the format")
    return line


# ── values by path ───────────────────────────────────────────────────────────────────────────


def text_at(data: Any, path: str) -> str:
    """What is at a path such as ``shipping_lines[0].price``, as a cell would have it; blank where there is nothing."""
    found = list(at(data, path))
    return SEVERAL.join(map(cell_of, found)) if "[]" in path else cell_of(found[0]) if found else ""


def at(data: Any, path: str) -> Iterator[Any]:
    """The values at a path: several where it has ``[]``."""
    if not path:
        yield data
        return
    step, _, rest = path.partition(".")
    name, bracket, index = step.partition("[")
    if name:
        data = _named(data, name)
    if not bracket:
        found = [data]
    elif index == "]":
        found = data if isinstance(data, list) else []
    else:
        place = int(index[:-1]) if index[:-1].isdecimal() else 0
        found = data[place : place + 1] if isinstance(data, list) else []
    for one in found:
        if one is not None:
            yield from at(one, rest)


def _named(data: Any, name: str) -> Any:
    if not isinstance(data, Mapping):
        return None
    if name in data:
        return data[name]
    wanted = normal(name)
    return next((value for key, value in data.items() if normal(str(key)) == wanted), None)


def cell_of(value: Any) -> str:
    """A value from JSON as the text of a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 60 else str(value)
        case str():
            return value.strip()
        case list():
            return "|".join(cell_of(one) for one in value if not isinstance(one, list | dict))
        case dict():
            return ""
    raise ValueError(f"is a {type(value).__name__}")
