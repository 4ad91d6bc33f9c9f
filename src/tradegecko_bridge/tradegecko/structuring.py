"""The reading functions of record classes, generated: what makes reading a page cheap.

The rows of a page have the same fields in the same order. So for every class and such *shape* one straight-line
function is written that unpacks a row's values and sets each attribute: no look-up, no call for a value of the
usual kind. It is an optimist: an unusual value goes to its lenient reader (numbers where strings are usual), and where
anything raises, the row goes the slow way, by name and leniently.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints

from attrs import NOTHING, fields, frozen

from tradegecko_bridge.tradegecko import lenient
from tradegecko_bridge.tradegecko.lenient import READERS, Reader
from tradegecko_bridge.tradegecko.records.base import Record, json_name

Hook = Callable[[Any, Any], Record]

SHAPES: Final = 64
"""How many shapes of one class get a function of their own; rows of others go the slow way."""
REMEMBERED: Final = 4096
"""How many numbers are remembered: those of an account are few, and making a Decimal takes longer than finding one."""


@frozen
class FieldReader:
    """How one field is read: its JSON name, its attribute, its lenient reader; ``items`` is what a list holds."""

    name: str
    attribute: str
    read: Reader
    required: bool
    items: type | None


def field_readers(cls: type[Any]) -> tuple[FieldReader, ...]:
    """The fields of a class."""
    return _field_readers(cast("Any", cls))


@cache
def _field_readers(cls: type[Any]) -> tuple[FieldReader, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(
        FieldReader(json_name(a.name), a.name, *_reader(hints[a.name], a.default is NOTHING))
        for a in fields(cls)
        if a.name != "raw"
    )


def _reader(hint: Any, required: bool) -> tuple[Reader, bool, type | None]:
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        return READERS[kinds[0]] if len(kinds) == 1 else lenient.to_any, required, None
    if get_origin(hint) is list and (kind := get_args(hint)[0]) is not Any:
        return _list_of(kind), required, kind
    return READERS.get(get_origin(hint) or hint, lenient.to_any), required, None


def _list_of(kind: type) -> Reader:
    if issubclass(kind, Record):
        hook = structure_hook(cast("Any", kind))
        return lambda value: [hook(item, None) for item in lenient.to_list(value)]
    item_reader = READERS[kind]

    def read(value: Any) -> list[Any]:
        items = [item if item.__class__ is kind else item_reader(item) for item in lenient.to_list(value)]
        if None in items:
            raise TypeError("null in a list")
        return items

    return read


@cache
def structure_hook(cls: type[Any]) -> Hook:
    """The reading function of one class: it writes one for each shape that it meets.

    It raises whatever its readers do, and AttributeError for what is no object.
    """
    shapes: dict[tuple[str, ...], Hook] = {}
    slow = _slow(cls)

    def structure(o: Any, _: Any) -> Record:
        shape = tuple(o)
        read = shapes.get(shape)
        if read is None:
            if len(shapes) >= SHAPES or o.__class__ is not dict:
                return slow(o, _)
            read = shapes[shape] = _written_for(cls, shape, slow)
        return read(o, _)

    return structure


def _slow(cls: type[Record]) -> Hook:
    """Reads any object, by name and leniently."""

    def structure(o: Any, _: Any) -> Record:
        self = object.__new__(cls)
        self.raw = o
        for reader in field_readers(cls):
            value = reader.read(o.get(reader.name))
            if reader.required and value is None:
                raise ValueError(reader.name)
            setattr(self, reader.attribute, value)
        return self

    return structure


def _written_for(cls: type[Record], shape: tuple[str, ...], slow: Hook) -> Hook:
    """The straight-line function for objects with these fields in this order."""
    scope: dict[str, Any] = {**_SCOPE, "cls": cls, "slow": slow}
    variables = {reader.name: f"v{n}" for n, reader in enumerate(field_readers(cls))}
    lines: list[str] = []
    for n, reader in enumerate(field_readers(cls)):
        scope[f"r{n}"] = reader.read
        present = reader.name in shape
        if reader.required and not present:
            return slow
        lines += _assignment(reader, f"v{n}", f"r{n}") if present else [f"self.{reader.attribute} = {_absent(reader)}"]
    unpacked = "".join(f"{variables.get(name, '_')}, " for name in shape) or "() "
    body = (f"{unpacked}= o.values()", "self = new(cls)", "self.raw = o", *lines, "return self")
    text = "def structure(o, _):\n try:\n" + "\n".join(f"  {line}" for line in body)
    exec(f"{text}\n except unusual: return slow(o, _)", scope)  # noqa: S102 - of the row's names none is in the text
    return cast("Hook", scope["structure"])


def _assignment(reader: FieldReader, v: str, read: str) -> list[str]:
    """The lines that set one attribute."""
    target = f"self.{reader.attribute} = "
    lines = [f"if {v} is None: raise ValueError"] if reader.required else []
    if reader.items is not None and not issubclass(reader.items, Record):
        lines += _CHECKED_LIST.format(v=v, r=read, kind=reader.items.__name__).splitlines()
        return [*lines, f"{target}{v}"]
    if reader.read is lenient.to_datetime:
        return [*lines, *_MOMENT.format(v=v, r=read).splitlines(), f"{target}{v}"]
    return [
        *lines,
        target + _FAST.get(reader.read, "{r}({v}) if {v} or {v}.__class__ is not list else []").format(v=v, r=read),
    ]


def _absent(reader: FieldReader) -> str:
    if reader.read is lenient.to_dict:
        return "{}"
    return "[]" if reader.items is not None or reader.read is lenient.to_list else "None"


class _Numbers(dict[str, Decimal | None]):
    """The Decimal of each text lately read."""

    def __init__(self, read: Reader = lenient.to_decimal) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Decimal | None:
        number: Decimal | None = self._read(text)
        if len(self) >= REMEMBERED:
            self.clear()
        if len(text) <= 20:
            self[text] = number
        return number


_SCOPE: Final[dict[str, Any]] = {
    "new": object.__new__,
    "iso": datetime.fromisoformat,
    "day": date.fromisoformat,
    "UTC": UTC,
    "number": _Numbers(),
    "figure": _Numbers(lenient.to_figure),
    "unusual": (TypeError, ValueError, AttributeError, KeyError),
}
"""What every generated function may use."""
_FAST: Final[dict[Reader, str]] = {
    lenient.to_int: "{v} if {v}.__class__ is int or {v} is None else {r}({v})",
    lenient.to_str: "{v} if {v}.__class__ is str or {v} is None else {r}({v})",
    lenient.to_bool: "{v} if {v} is True or {v} is False or {v} is None else {r}({v})",
    lenient.to_decimal: "None if {v} is None else number[{v}] if {v}.__class__ is str else {r}({v})",
    lenient.to_figure: "None if {v} is None else figure[{v}] if {v}.__class__ is str else {r}({v})",
    lenient.to_date: "None if {v} is None else day({v}[:10])",
    lenient.to_list: "{v} if {v}.__class__ is list else {r}({v})",
    lenient.to_dict: "{v} if {v}.__class__ is dict else {r}({v})",
    lenient.to_any: "{v}",
}
"""What becomes of a value ``v``; ``r`` is its lenient reader."""
_MOMENT: Final = """\
if {v} is not None:
 m = iso({v})
 {v} = m if m.tzinfo is UTC else {r}({v})"""
_CHECKED_LIST: Final = """\
if {v}.__class__ is list:
 for i in {v}:
  if i.__class__ is not {kind}:
   {v} = {r}({v})
   break
 else: {v} = {v}[:]
else: {v} = {r}({v})"""
