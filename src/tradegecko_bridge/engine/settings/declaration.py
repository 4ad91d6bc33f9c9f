"""How a setting is declared: what a person should know of it, and how its faults are collected.

A class of settings says all that is wrong with it at once. So a converter that cannot read a value does not raise, it
leaves a :class:`Faulty` in the field, and :func:`complain` at the end raises for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar, cast

import attrs
from attrs import frozen

from tradegecko_bridge.errors import ConfigError

T = TypeVar("T")
C = TypeVar("C", bound=type)
E = TypeVar("E", bound=StrEnum)

ABOUT: Final = "about"
Fault: TypeAlias = tuple[tuple[str | int, ...], str]
"""Where within a class of settings, and what is wrong there."""


@frozen(kw_only=True)
class About:
    """What a person should know of one setting: under which heading, what it takes and does, how it is written."""

    group: str
    takes: str
    does: str
    example: str


def about(group: str, takes: str | type[StrEnum], does: str, example: str = "") -> dict[str, Any]:
    """The metadata of a setting's field; ``example`` is what stands after ``name =`` in TOML, or whole lines."""
    words = takes if isinstance(takes, str) else f"one of {', '.join(f'`{word}`' for word in takes)}"
    return {ABOUT: About(group=group, takes=words, does=does, example=example)}


def told(kind: type) -> dict[str, About]:
    """What is to be known of every setting of a class, by name, in the order they are declared."""
    return {a.name: a.metadata[ABOUT] for a in attrs.fields(kind) if ABOUT in a.metadata}


def documented(kind: C) -> C:
    """Put what the fields say of themselves into the class's docstring."""
    lines = [f"    {name}: {said.does}" for name, said in told(kind).items()]
    kind.__doc__ = "\n".join([(kind.__doc__ or "").rstrip(), "", "Attributes:", *lines])
    return kind


# ── faults ───────────────────────────────────────────────────────────────────────────────────


@frozen
class Faulty:
    """Stands in a field for a value that cannot be. A fault's text goes on after the setting's name."""

    faults: tuple[Fault, ...]


def tried(read: Callable[[object], T], value: object) -> T:
    """What ``read`` makes of a value; what is wrong with it when it raises ConfigError."""
    try:
        return read(value)
    except ConfigError as error:
        return cast("T", Faulty(error.faults or (((), str(error)),)))


def faults_of(settings: attrs.AttrsInstance) -> list[Fault]:
    """What was left in the fields for values that cannot be; the path begins with the field's name."""
    read = {a.name: getattr(settings, a.name) for a in attrs.fields(type(settings))}
    return [
        ((name, *path), said)
        for name, value in read.items()
        if isinstance(value, Faulty)
        for path, said in value.faults
    ]


def complain(faults: Sequence[Fault]) -> None:
    """Raise for all that is wrong, if anything is.

    Raises:
        ConfigError: one line for each fault, with the path of the setting.
    """
    if faults:
        raise ConfigError("\n".join(said for _, said in faults), faults=faults)


def sentence(fault: Fault) -> Fault:
    """A fault whose text begins with the setting's name."""
    path, said = fault
    return path, f"{path[0]}{'' if said.startswith(',') else ' '}{said}"


def meant(name: str, known: Iterable[str]) -> str:
    """What somebody may have meant who wrote ``name``, as the end of a message."""
    known = sorted(known)
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known)}"


# ── reading values ───────────────────────────────────────────────────────────────────────────


def one_of(kind: type[E], value: object) -> E:
    """A member of an enumeration, by its value.

    Raises:
        ConfigError: there is none.
    """
    if isinstance(value, str) and value in list(kind):
        return kind(value)
    raise ConfigError(f"must be one of {', '.join(kind)}, not {value!r}")


def flag(value: object) -> bool:
    """True or false.

    Raises:
        ConfigError: something else.
    """
    if isinstance(value, bool):
        return value
    raise ConfigError(f"must be true or false, without quotes, not {value!r}")


def text(value: object) -> str:
    """Text.

    Raises:
        ConfigError: something else.
    """
    if isinstance(value, str):
        return value
    raise ConfigError(f"must be text, in quotes, not {value!r}")


def name_or_none(value: object) -> str | None:
    """Text that names something; blank is None, as is None.

    Raises:
        ConfigError: something else.
    """
    return None if value is None else text(value).strip() or None


def texts(values: object) -> tuple[str, ...]:
    """A list of texts.

    Raises:
        ConfigError: something else; also one text, which would be a list of its letters.
    """
    if isinstance(values, Sequence) and not isinstance(values, str) and all(isinstance(word, str) for word in values):
        return tuple(values)
    raise ConfigError(f'must be a list of texts, e.g. ["one", "two"], not {values!r}')


def table(values: object) -> dict[str, str]:
    """Texts by texts.

    Raises:
        ConfigError: something else; its faults name the keys.
    """
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise ConfigError("must be a table of texts")
    wrong = [(key, value) for key, value in values.items() if not isinstance(value, str)]
    if wrong:
        said = [((key,), f"must be a table of texts; {key!r} is {value!r}") for key, value in wrong]
        raise ConfigError("must be a table of texts", faults=said)
    return dict(values)


def number(value: object, *, whole: bool = False, least: int = 0, most: int | None = None) -> Decimal:
    """A finite number, not below ``least`` and not above ``most``.

    Raises:
        ConfigError: something else.
    """
    try:
        read = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite():
        raise ConfigError(f"must be a number, not {value!r}")
    if read < least:
        raise ConfigError(f"must be at least {least}, not {value!r}" if least else "must not be negative")
    if most is not None and read > most:
        raise ConfigError(f"must be at most {most}, not {value!r}")
    if whole and read != read.to_integral_value():
        raise ConfigError(f"must be a whole number, not {value!r}")
    return read
