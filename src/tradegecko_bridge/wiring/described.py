"""What a kind of source takes and what it can do, as its class says: for people who choose one, and for pages."""

from __future__ import annotations

import inspect
import os
import re
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import Enum
from functools import partial
from importlib.metadata import entry_points
from inspect import Parameter, cleandoc, isclass, signature
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.foreign import call
from tradegecko_bridge.plugins import GROUP, source_class
from tradegecko_bridge.ports.logins import Secret

FUNCTIONS: Final[Mapping[str, str]] = {
    "fetch_orders": "gives orders",
    "fetch_order": "gives one order again, by number or reference",
    "fetch_since": "gives orders again, from a moment on",
    "fetch_returns": "tells of returns",
    "accept_receipts": "takes receipts: where its orders went",
    "accept_tracking": "takes shipments with tracking numbers",
    "withdraw_tracking": "takes shipments back",
    "accept_stock": "takes stock levels",
    "accept_all_stock": "takes all stock levels at once",
    "accept_products": "takes product details",
    "withdraw_products": "takes products back",
    "cancel_orders": "cancels orders that were voided",
    "check": "can be checked before it is used",
}
"""What a source may be able to do, by the method that does it."""
_SHORT: Final = {"str": "text", "bool": "true or false", "int": "a whole number", "float": "a number"}
_SEVERAL: Final = {"text": "texts", "a whole number": "whole numbers", "a number": "numbers", "a secret": "secrets"}
_OF_PROGRAMS: Final = frozenset({"transport", "retries", "clock", "sleep", "jitter"})
"""Arguments that no settings file can give."""


@frozen
class Option:
    """An option: what it takes, its default (None where it must be given), and what it means."""

    name: str
    takes: str
    default: str | None
    meaning: str


@frozen
class Described:
    """A kind of source. ``package`` is the distribution it comes with; ``functions`` are of :data:`FUNCTIONS`."""

    kind: str
    package: str
    summary: str
    options: tuple[Option, ...]
    functions: tuple[str, ...]


def describe_source(kind: str) -> Described:
    """What a kind of source says of itself.

    Raises:
        ConfigError: there is none of this kind, or it cannot be loaded.
    """
    return described(kind, source_class(kind), package_of(kind))


def package_of(kind: str) -> str:
    """The distribution that offers a kind of source, with its version."""
    for point in entry_points(group=GROUP):
        if point.name == kind and point.dist is not None:
            return f"{point.dist.name} {point.dist.version}"
    return "unknown"


def described(kind: str, factory: Callable[..., Any], package: str) -> Described:
    """The same of a class or a function.

    Raises:
        ConfigError: its arguments or what it says of itself raise something.
    """
    return call(partial(_described, kind, factory, package), lambda error: _unclear(kind, error))


def _unclear(kind: str, error: Exception) -> Exception:
    return ConfigError(f"source {kind!r} cannot be described ({type(error).__name__})")


def _described(kind: str, factory: Callable[..., Any], package: str) -> Described:
    text = cleandoc(inspect.getdoc(factory) or "").replace("``", "`")
    made = factory if isclass(factory) else _hints(factory).get("return")
    able = tuple(name for name in FUNCTIONS if callable(getattr(made, name, None)))
    return Described(kind, package, _first_sentence(text), tuple(_options(factory, text)), able)


def _options(factory: Callable[..., Any], text: str) -> Iterator[Option]:
    hints, meanings = _hints(factory.__init__ if isclass(factory) else factory), dict(_meanings(text))
    for one in signature(factory).parameters.values():
        if one.name == "name" or one.name in _OF_PROGRAMS or one.kind in (one.VAR_KEYWORD, one.VAR_POSITIONAL):
            continue
        default = None if one.default is Parameter.empty else _written(one.default)
        yield Option(one.name, takes(hints.get(one.name, Any)), default, meanings.get(one.name, ""))


def _hints(factory: Any) -> Mapping[str, Any]:
    try:
        return get_type_hints(factory)
    except (NameError, TypeError, AttributeError):
        return {}


def takes(kind: Any) -> str:
    """What may be written for an annotation."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        several = [one for one in inside if one is not types.NoneType]
        return "a secret" if Secret in several else " or ".join(dict.fromkeys(map(takes, several)))
    if origin is Literal:
        return " or ".join(f'"{one}"' for one in inside)
    if isclass(kind) and issubclass(kind, Enum):
        return " or ".join(f'"{one.value}"' for one in kind)
    if kind is Secret:
        return "a secret"
    if origin is os.PathLike:
        return "text"
    if attrs.has(kind) or (isclass(origin) and issubclass(origin, Mapping)):
        return "a table"
    if kind is timedelta:
        return "seconds"
    if origin is not None and inside:
        one = takes(inside[0])
        return f"a list of {_SEVERAL.get(one, one)}"
    name = getattr(kind, "__name__", str(kind))
    return "anything" if kind is Any else _SHORT.get(name, name)


def _written(value: Any) -> str:
    """A default as it is written in a settings file."""
    match value:
        case None | "":
            return "none"
        case bool():
            return str(value).lower()
        case timedelta():
            return f"{value.total_seconds():g}"
        case Enum():
            return str(value.value)
        case list() | tuple() | set() | frozenset():
            return (
                ", ".join(sorted(map(str, value)) if isinstance(value, set | frozenset) else map(str, value)) or "none"
            )
    return str(value)


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.:])\s", paragraph)[0].rstrip(":") if paragraph else "says nothing of itself"


def _meanings(text: str) -> Iterator[tuple[str, str]]:
    """What a docstring's ``Args:`` say, by name; several names may share a line."""
    section = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)*)", text, re.MULTILINE)
    for names, meaning in re.findall(
        r"^ {4}(\w[\w, ]*): (.*(?:\n {8,}.*)*)", section[1] if section else "", re.MULTILINE
    ):
        for name in names.split(","):
            yield name.strip(), " ".join(meaning.split())
