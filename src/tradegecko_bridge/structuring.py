"""One strict reader for values from outside: settings, a source's options, orders from files.

A value must be of its type as it stands: text is no number, 1 is not true, a word is no list of letters. All that is
wrong is reported at once, each fault with its path.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum, EnumType, StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn

from tradegecko_bridge.bounds import EXPECTED, MOST_INTEGER, OutOfBounds, decimal_from
from tradegecko_bridge.errors import ConfigError

T = TypeVar("T")

KeyPath: TypeAlias = tuple[str | int, ...]
"""Names of tables and keys, and positions in lists from 0."""
Fault: TypeAlias = tuple[KeyPath, str]
"""Where something is wrong, and what: a phrase that goes on after the path."""
Hook: TypeAlias = Callable[[Any, Any], Any]

READ_ERRORS: Final = (cattrs.BaseValidationError, ConfigError, TypeError, ValueError)
"""What reading a value may raise."""
_LISTS: Final = (list, tuple, set, frozenset, Sequence, MutableSequence, Collection, Iterable, AbstractSet)
_TABLES: Final = (dict, Mapping, MutableMapping)
_LONGEST: Final = 80
_LIKE: Final = 0.54
"""How much two names must have in common to be alike: "qty" and "quantity" are, "nope" and "no_lines" are not."""


class Problem(ValueError):
    """What is wrong with a value: a phrase that goes on after its path."""


class Mismatch(Problem):
    """A value is not of the ``kind`` that belongs in its place; ``expected`` goes on after "must be"."""

    def __init__(self, kind: Any, expected: str, value: object) -> None:
        super().__init__(f"must be {expected}")
        self.kind: Any = kind
        self.expected: str = expected
        self.value: object = value


class UnknownName(Problem):
    """A table has a name, at ``position`` from 1, that is not ``known``."""

    def __init__(self, name: object, position: int, known: Collection[str]) -> None:
        super().__init__("is not known")
        self.name: str = str(name)
        self.position: int = position
        self.known: Collection[str] = known


# ── faults ───────────────────────────────────────────────────────────────────────────────────


def describe(error: Exception, *, values: bool = True) -> Fault:
    """What is wrong with a setting; ``values`` says whether its value may be shown."""
    match error:
        case UnknownName():
            return (error.name,), f"is not a known setting{did_you_mean(error.name, error.known)}"
        case Mismatch() if values:
            return (), f"{error}, not {_short(error.value)}"
        case KeyError():  # what cattrs says of a field without a default
            return (), "is missing"
        case Problem():
            return (), str(error)
        case _ if not values and not isinstance(error, ConfigError):  # somebody's own class may quote the value
            return (), f"is not accepted ({type(error).__name__})"
    return (), f": {error}"


def faults_of(error: Exception, describe: Callable[[Exception], Fault] = describe) -> list[Fault]:
    """All that one of the ``READ_ERRORS`` is about."""
    match error:
        case cattrs.ClassValidationError() | cattrs.IterableValidationError():
            placed, unplaced = error.group_exceptions()
            return [
                *((_within(note, path), problem) for one, note in placed for path, problem in faults_of(one, describe)),
                *(fault for one in unplaced for fault in faults_of(one, describe)),
            ]
        case ConfigError() if error.faults:
            return list(error.faults)
    return [describe(error)]


def _within(note: cattrs.AttributeValidationNote | cattrs.IterableValidationNote, path: KeyPath) -> KeyPath:
    return (note.name if isinstance(note, cattrs.AttributeValidationNote) else note.index, *path)


def dotted(path: KeyPath) -> str:
    """A path as people write it, e.g. ``lines[0].quantity``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_visible(part)}" for part in path).removeprefix(".")


def _visible(name: str) -> str:
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
    return name if name.strip() and name.isprintable() else repr(name)


def format_fault(fault: Fault) -> str:
    """A fault as one line."""
    path, problem = fault
    return f"{dotted(path)}{'' if problem.startswith(':') else ' '}{problem}" if path else problem.removeprefix(": ")


def refuse(faults: Sequence[Fault]) -> None:
    """Raise for all faults together, if there are any.

    Raises:
        ConfigError: one line for each.
    """
    if faults:
        raise ConfigError("\n".join(map(format_fault, faults)), faults=faults)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What somebody may have meant who wrote ``name``, as the end of a message."""
    known = sorted(known)
    close = likeliest(name, known)
    return f"; did you mean {close!r}?" if close else f"; there are {', '.join(known)}"


def likeliest(name: str, known: Iterable[str]) -> str | None:
    """The one that ``name`` is most like; None where it is like none."""
    return next(iter(get_close_matches(name, known, n=1, cutoff=_LIKE)), None)


def _short(value: object) -> str:
    """A value on one line, cut where it is long."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # a number of too many digits, or somebody's class
        text = f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def structured(
    converter: cattrs.Converter, value: object, kind: Any, describe: Callable[[Exception], Fault] = describe
) -> tuple[Any, list[Fault]]:
    """A value as ``kind``; None and what is wrong with it where it cannot be read."""
    try:
        return converter.structure(value, kind), []
    except READ_ERRORS as error:
        return None, faults_of(error, describe)


def strict_converter(*, unknown_names: bool = False) -> cattrs.Converter:
    """A new converter: hooks of one's own may be registered for types that are to be read otherwise.

    ``Annotated[kind, check]`` is read as ``kind``, and handed to each check, which raises where it does not like it.
    A class of attrs is read from a table, in which ``unknown_names`` may be allowed. What has no reader passes as it
    is.
    """
    converter = cattrs.Converter(forbid_extra_keys=not unknown_names, structure_fallback_factory=lambda _: _as_it_is)
    for fits, factory in _FACTORIES.items():
        converter.register_structure_hook_factory(fits, factory)
    for kind, hook in _HOOKS.items():
        register(converter, kind, hook)
    return converter


def register(converter: cattrs.Converter, kind: Any, hook: Hook) -> None:
    """Read a class, or a union of types, by ``hook``."""
    if isinstance(kind, type):
        converter.register_structure_hook(kind, hook)
    else:
        converter.register_structure_hook_func(lambda hint: hint == kind, hook)


def leave_out_nulls(converter: cattrs.Converter) -> None:
    """Read what a table says is null as what is left out, where that may be."""

    def factory(kind: Any, converter: cattrs.Converter) -> Hook:
        read = _record(kind, converter)
        optional = {one.name for one in attrs.fields(kind) if one.default is not attrs.NOTHING}

        def read_given(value: object, hint: object) -> Any:
            if isinstance(value, Mapping) and None in value.values():
                value = {name: one for name, one in value.items() if one is not None or name not in optional}
            return read(value, hint)

        return read_given

    converter.register_structure_hook_factory(attrs.has, factory)


def origin(kind: Any) -> Any:
    """The class behind a type, e.g. ``list`` of ``list[str]``."""
    return get_origin(kind) or kind


def _as_it_is(value: Any, _kind: Any) -> Any:
    return value


def text(value: object, _kind: object = None) -> str:
    if isinstance(value, str):
        return value
    raise Mismatch(str, "text, in quotes", value)


def flag(value: object, _kind: object = None) -> bool:
    if isinstance(value, bool):
        return value
    raise Mismatch(bool, "true or false, without quotes", value)


def decimal(value: object, kinds: tuple[type, ...] = (int, float, Decimal), expected: str = "a number") -> Decimal:
    """A finite number within bounds, from a value of one of these kinds.

    Raises:
        Mismatch: it is none.
    """
    if isinstance(value, kinds) and not isinstance(value, bool):
        try:
            return decimal_from(value.replace("_", "?") if isinstance(value, str) else value)  # type: ignore[arg-type]
        except OutOfBounds:
            expected = EXPECTED
        except ValueError:
            pass
    raise Mismatch(Decimal, expected, value)


def _integer(value: object, _kind: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) <= MOST_INTEGER:
            return value
        raise Mismatch(int, f"a whole number up to {MOST_INTEGER}", value)
    raise Mismatch(int, "a whole number", value)


def _float(value: object, _kind: object) -> float:
    return float(decimal(value))


def _bytes(value: object, _kind: object) -> bytes:
    if isinstance(value, bytes):
        return value
    raise Mismatch(bytes, "bytes, which no settings file can hold", value)


def _seconds(value: object, _kind: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        return timedelta(seconds=float(decimal(value, expected="a number of seconds")))
    except OverflowError:
        raise Mismatch(timedelta, "a number of seconds", value) from None


def _path(value: object, kind: Any) -> Any:
    if not isinstance(value, str | os.PathLike):
        raise Mismatch(os.PathLike, "text, in quotes", value)
    return value if origin(kind) is os.PathLike else kind(value)


def _choice(value: object, kind: Any) -> Any:
    """A member of an enumeration by its value, or one of the values of a Literal."""
    members: Iterable[Any] = tuple(kind.__members__.values()) if isinstance(kind, EnumType) else get_args(kind)
    for member in members:
        known = member.value if isinstance(member, Enum) else member
        if value == known and (type(value) in (type(known), type(member)) or isinstance(value, str)):
            return member
    raise Mismatch(Enum, f"one of {', '.join(str(getattr(one, 'value', one)) for one in members)}", value)


def or_choice(hook: Hook) -> Hook:
    """A hook for text or numbers that leaves it to others where these are the values of an enumeration."""
    return lambda value, kind: _choice(value, kind) if issubclass(kind, Enum) else hook(value, kind)


def _union(kind: Any, converter: cattrs.Converter) -> Hook:
    """The first of several types that fits."""
    hooks = [(one, converter.get_structure_hook(one)) for one in get_args(kind) if one is not NoneType]
    optional = NoneType in get_args(kind)

    def read(value: object, _: object) -> Any:
        if value is None and optional:
            return None
        expected: dict[str, Any] = {}
        for one, hook in hooks:
            try:
                return hook(value, one)
            except Mismatch as error:
                expected[error.expected] = error.kind
        fewest = [words for words in expected if not any(more.startswith(f"{words} ") for more in expected)]
        raise Mismatch(expected[fewest[0]], " or ".join(fewest), value)

    return read


def _list(kind: Any, converter: cattrs.Converter) -> Hook:
    """A list; in the form the type has, or else a tuple. A set has no order, so it is none where there is one."""
    if origin(kind) is tuple and get_args(kind)[1:] != (...,) and get_args(kind):
        return _positions(kind, converter)
    item = (*get_args(kind), Any)[0]
    hook = converter.get_structure_hook(item)
    make = origin(kind) if origin(kind) in (list, set, frozenset) else tuple
    bare = get_args(item)[0] if get_origin(item) is Annotated else item
    tables = " of tables" if attrs.has(bare) or origin(bare) in _TABLES else ""
    written_as = getattr(bare, "written_as", bare)  # of a class that hides its text
    expected = 'a list of texts, e.g. ["one", "two"]' if written_as is str else f"a list{tables}"

    def read(values: object, _: object) -> Any:
        wrong = (str, bytes, Mapping) if issubclass(origin(kind), AbstractSet) else (str, bytes, Mapping, AbstractSet)
        if isinstance(values, wrong) or not isinstance(values, Iterable):
            raise Mismatch(list, expected, values)
        return make(_read_all(kind, enumerate(values), lambda value: hook(value, item)))

    return read


def _positions(kind: Any, converter: cattrs.Converter) -> Hook:
    """A tuple with a type for each position."""
    items = get_args(kind) if get_args(kind) != ((),) else ()
    hooks = [(converter.get_structure_hook(item), item) for item in items]

    def read(values: object, _: object) -> tuple[Any, ...]:
        if not isinstance(values, list | tuple) or len(values) != len(hooks):
            raise Mismatch(list, f"a list of {len(hooks)}", values)
        places = enumerate(zip(hooks, values, strict=True))
        return tuple(_read_all(kind, places, lambda one: one[0][0](one[1], one[0][1])))

    return read


def _table(kind: Any, converter: cattrs.Converter) -> Hook:
    """Values by names."""
    name_kind, value_kind = get_args(kind) or (Any, Any)
    name_hook, value_hook = converter.get_structure_hook(name_kind), converter.get_structure_hook(value_kind)

    def read(values: object, _: object) -> dict[Any, Any]:
        if not isinstance(values, Mapping):
            raise Mismatch(dict, "a table", values)
        pairs = ((str(name), (name, value)) for name, value in values.items())
        return dict(
            _read_all(kind, pairs, lambda pair: (name_hook(pair[0], name_kind), value_hook(pair[1], value_kind)))
        )

    return read


def _read_all(kind: Any, items: Iterable[tuple[str | int, T]], read: Callable[[T], Any]) -> list[Any]:
    """Each item read; its faults are under its position or name."""
    values: list[Any] = []
    errors: list[Exception] = []
    for place, item in items:
        try:
            values.append(read(item))
        except READ_ERRORS as error:
            error.add_note(cattrs.IterableValidationNote(f"at {place}", place, kind))
            errors.append(error)
    if errors:
        raise cattrs.IterableValidationError("", errors, kind)
    return values


def _record(kind: Any, converter: cattrs.Converter) -> Hook:
    """A class of attrs, from a table with just its fields."""
    read_fields: Hook = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=False)
    known, strict = set(attrs.fields_dict(kind)), converter.forbid_extra_keys

    def read(value: object, _: object) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, Mapping):
            raise Mismatch(dict, "a table", value)
        unknown = strict and [UnknownName(one, n, known) for n, one in enumerate(value, 1) if one not in known]
        try:
            record = read_fields(value, kind)
        except cattrs.ClassValidationError as error:
            raise cattrs.ClassValidationError("", [*error.exceptions, *(unknown or ())], kind) from None
        if unknown:
            raise cattrs.ClassValidationError("", unknown, kind)
        return record

    return read


def _checked(kind: Any, converter: cattrs.Converter) -> Hook:
    inner, *metadata = get_args(kind)
    hook = converter.get_structure_hook(inner)
    checks = [check for check in metadata if callable(check)]

    def read(value: object, _: object) -> Any:
        result = hook(value, inner)
        try:
            for check in checks:
                check(result)
        except Mismatch as error:
            error.value = value
            raise
        return result

    return read


_HOOKS: Final[Mapping[Any, Hook]] = {
    str: or_choice(text),
    int: or_choice(_integer),
    bool: flag,
    float: _float,
    bytes: _bytes,
    Decimal: lambda value, _: decimal(value),
    timedelta: _seconds,
    Enum: _choice,
    StrEnum: _choice,
    Path: _path,
}
_FACTORIES: Final[Mapping[Callable[[Any], bool], Callable[[Any, cattrs.Converter], Hook]]] = {
    attrs.has: _record,
    lambda kind: get_origin(kind) is Literal: lambda _kind, _converter: _choice,
    lambda kind: get_origin(kind) in (Union, UnionType): _union,
    lambda kind: origin(kind) in _LISTS: _list,
    lambda kind: origin(kind) in _TABLES: _table,
    lambda kind: origin(kind) is os.PathLike: lambda _kind, _converter: _path,
    lambda kind: get_origin(kind) is Annotated: _checked,
}
