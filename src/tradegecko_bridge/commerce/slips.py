"""What whoever writes a source may get wrong in an order: told with the field and the line, never with what it holds.

A record checks itself when it is made. One that was made around its constructor, changed since, or is of somebody's
own class, is made anew here of plain values, or known by what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

import attrs

from tradegecko_bridge.commerce.orders import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.validators import UnfitType, UnfitValue, a_kind, called, kinds_of
from tradegecko_bridge.errors import BridgeError, SourceError
from tradegecko_bridge.foreign import place_of

T = TypeVar("T")

MOST_TOLD: Final = 20
"""So many faults of one record are looked for."""
IN_THE_SOURCE: Final = "correct that in the source"
_MISUSE: Final = re.compile(
    r"(?P<kind>[A-Z]\w+)\.__init__\(\) (?:missing \d+ required keyword-only arguments?: [\w', ]+"
    r"|got an unexpected keyword argument '\w{1,40}'|takes 1 positional argument but \d+ [a-z ]+)"
)
"""How Python says that a record's fields were not given as it has them."""


def order_or_problem(
    make: Callable[[], SourceOrder | UnreadableOrder],
    *,
    reference: object,
    number: object = None,
    cursor: object = "",
) -> SourceOrder | UnreadableOrder:
    """The order that ``make`` makes or, if it raises, an :class:`UnreadableOrder` that says why: so that one order's
    slip does not end the others.

    ::

        for sale in sales:
            yield order_or_problem(lambda: self._order(sale), reference=sale["id"], cursor=sale["id"])

    Without a ``reference`` (None, or blank) the order can only be reported.

    Raises:
        SourceError: what ``make`` raised, if it is one: it is about the source, and not about one order.
    """
    try:
        return make()
    except SourceError:
        raise
    except BridgeError as error:
        problem = words_of(error)
    except Exception as error:
        problem = f"{slip(error)}; {IN_THE_SOURCE}"
    return UnreadableOrder(
        problem=problem,
        reference=_name(reference),
        number=_name(number),
        cursor=_name(cursor) or "",
    )


def _name(value: object) -> str | None:
    text = f"{value}" if isinstance(value, str | int) else ""
    return text if text.strip() else None


def words_of(error: BridgeError) -> str:
    """What one of our errors says; of one raised without a text its kind and place."""
    return str(error) if str(error).strip() else f"{type(error).__name__} at {place_of(error)}"


def slip(error: Exception) -> str:
    """An exception in a source in one line: its type and place, and the field where a record of ours has raised it."""
    for kind in (UnfitType, UnfitValue):
        if isinstance(error, kind):
            return f"{kind.__mro__[1].__name__} at {place_of(error)}: {error}"
    said = f"{type(error).__name__} at {place_of(error)}"
    misuse = _MISUSE.match(str(error)) if type(error) is TypeError else None
    return f"{said}: {misuse[0]}" if misuse and misuse["kind"] in _RECORDS else said


# ── records made in whatever way ─────────────────────────────────────────────────────────────


def sound(record: object, kind: type[T]) -> T | list[str]:
    """A record of our own as its constructor would have made it of plain values, or what is wrong with it, by field.

    Whoever gave it may go on writing to what was given.
    """
    try:
        if _is_sound(record, kind):
            return cast("T", _copier(cast("Hashable", kind))(record))
    except Exception:  # noqa: S110 - of what other people's classes raise, the field is told below
        pass
    faults: list[str] = []
    made = _made("", record, kind, faults)
    return faults or cast("T", made)


def _is_sound(record: Any, kind: Any) -> bool:
    """Whether a record is just as its constructor makes it: nearly all are, and cost little."""
    if type(record) is not kind or not kind.is_usual(record):
        return False
    checked, parts = _checks(cast("Hashable", kind))
    for name, field, validate in checked:
        if (value := getattr(record, name)) is not None:
            validate(record, field, value)
    for name, part, several in parts:
        value = getattr(record, name)
        for one in (value or ()) if several else (value,):
            if one is not None and not _is_sound(one, part):
                return False
    return True


@cache
def _copier(kind: Hashable) -> Callable[[Any], Any]:
    """What makes a sound record anew, and the records and tables in it: one expression compiled for the class, as
    orders come by the thousand."""
    names: dict[str, Any] = {"new": object.__new__, "kind": kind, "tuple": tuple, "dict": dict}
    puts = []
    for name, hint in _hints(kind).items():
        first, value = kinds_of(hint)[0], f"old.{name}"
        item = get_args(hint)[0] if first is tuple else first
        names[f"put_{name}"] = getattr(kind, name).__set__
        if attrs.has(item):
            names[f"copy_{name}"] = _copier(cast("Hashable", item))
            copied = f"copy_{name}({value})" if item is first else f"tuple([copy_{name}(one) for one in {value}])"
            value = f"{copied} if {value} else {value}"
        elif get_origin(hint) is Mapping:
            value = f"dict({value})"
        puts.append(f"put_{name}(made, {value})")
    return cast("Callable[[Any], Any]", eval(f"lambda old: (made := new(kind), {', '.join(puts)})[0]", names))  # noqa: S307


@cache
def _checks(kind: Hashable) -> tuple[list[tuple[str, Any, Any]], list[tuple[str, type, bool]]]:
    """The fields of a class with a validator, which none minds None, and those that hold records."""
    parts = []
    for name, hint in _hints(kind).items():
        first = kinds_of(hint)[0]
        item = get_args(hint)[0] if first is tuple else first
        if attrs.has(item):
            parts.append((name, item, first is tuple))
    fields = attrs.fields(cast("type[Any]", kind))
    return [(field.name, field, field.validator) for field in fields if field.validator], parts


@cache
def _hints(kind: Hashable) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in attrs.fields(cast("type[Any]", kind))}


def _made(path: str, record: object, kind: type, faults: list[str]) -> Any:
    values = {}
    for name, hint in _hints(kind).items():
        if len(faults) >= MOST_TOLD:
            return None
        place = f"{path}.{name}" if path else name
        try:
            values[name] = _value(place, getattr(record, name), hint, faults)
        except Exception as error:
            faults.append(f"{place} cannot be read ({type(error).__name__})")
    if faults:
        return None
    try:
        return kind(**values)
    except (UnfitType, UnfitValue) as error:
        faults.append(f"{path}.{error}" if path else f"{error}")
    except Exception as error:
        faults.append(f"{path or 'it'} cannot be made ({type(error).__name__})")
    return None


def _value(path: str, value: Any, hint: Any, faults: list[str]) -> Any:
    """A plain value of a field's type; a fault where it is none.

    Raises:
        Exception: whatever a class of somebody's own raises.
    """
    kinds = kinds_of(hint)
    kind = datetime if isinstance(value, datetime) and datetime in kinds else kinds[0]
    if value is None and NoneType in kinds:
        return None
    if attrs.has(kind):
        if isinstance(value, kind):
            return _made(path, value, kind, faults)
    elif kind is tuple:
        if isinstance(value, tuple | list):
            return _several(path, value, get_args(hint)[0], faults)
    elif get_origin(hint) is Mapping:
        if isinstance(value, Mapping):
            return {
                _value(f"a name in {path}", name, str, faults): _value(f"a value in {path}", one, str, faults)
                for name, one in value.items()
            }
    elif isinstance(value, kind) and not (isinstance(value, datetime) and kind is date):  # a moment is no date
        return _plain(value, kind)
    faults.append(f"{path} must be {a_kind(kind)}, not {called(value)}")
    return None


def _several(path: str, values: Any, item: Any, faults: list[str]) -> tuple[Any, ...]:
    made = []
    for place, one in enumerate(values):
        if len(faults) >= MOST_TOLD:
            break
        made.append(_value(f"{path}[{place}]", one, item, faults))
    return tuple(made)


def _plain(value: Any, kind: type) -> Any:
    """A value of just that class, where it is of one of somebody's own."""
    if type(value) is kind or issubclass(kind, Enum):
        return value
    if kind is str:
        return str.__str__(value)
    if kind is Decimal:
        return Decimal(value)
    if kind is datetime:
        return datetime.fromisoformat(datetime.isoformat(value))
    return date(value.year, value.month, value.day) if kind is date else value


def _records(kind: type) -> set[str]:
    return {kind.__name__}.union(*(_records(part) for _, part, _ in _checks(kind)[1]))


_RECORDS: Final = _records(SourceOrder) | _records(UnreadableOrder)
"""What the classes are called that an order is made of."""
