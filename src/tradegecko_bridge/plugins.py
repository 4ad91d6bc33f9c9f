"""Order sources by name: the ones shipped here and those other packages register.

A package offers a source under the entry-point group ``tradegecko_bridge.sources``; it is imported when it is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from importlib.metadata import entry_points
from inspect import isclass, signature
from types import UnionType
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints

from tradegecko_bridge.engine.settings.declaration import Fault, meant
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ports import OrderSource

GROUP: Final = "tradegecko_bridge.sources"
_OWN: Final = {"name"}
"""Arguments that are not options: the connection gives them."""
_WORDS: Final[dict[Any, str]] = {
    str: "text",
    os.PathLike: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    timedelta: "a number of seconds",
    dict: "a table",
    list: "a list",
}


def source_names() -> list[str]:
    """The kinds of source that can be used."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def option_faults(kind: str, options: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a connection's kind of source and options, by the arguments its class takes.

    The texts go on after the connection's name. Values are not shown: one of them is a password.
    """
    try:
        factory = _factory(kind)
    except ConfigError as error:
        return [(("source",), f": {error}")]
    taken = {name: one for name, one in signature(factory).parameters.items() if name not in _OWN}
    known = {name: one for name, one in taken.items() if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)}
    any_name = any(one.kind is one.VAR_KEYWORD for one in taken.values())
    hints = _hints(factory)
    return [
        *(
            (("options",), f": option {name} is missing")
            for name, one in known.items()
            if one.default is one.empty and name not in options
        ),
        *(
            (("options", name), f": unknown option {name!r}{meant(name, known)}")
            for name in options
            if name not in known and not any_name
        ),
        *(
            (("options", name), f".options.{name} must be {_wanted(hints[name])}")
            for name, value in options.items()
            if name in known and name in hints and not _fits(value, hints[name])
        ),
    ]


def make_source(kind: str, options: Mapping[str, Any]) -> OrderSource:
    """A source of this kind with these options, which are its class's arguments.

    Raises:
        ConfigError: no such kind, it cannot be imported, or an option is missing or not known.
    """
    factory = _factory(kind)
    try:
        return cast("OrderSource", factory(**_with_spans(factory, options)))
    except TypeError as error:
        said = str(error).replace(f"{factory.__name__}.__init__() ", "")
        raise ConfigError(f"source {kind!r}: {said}") from None


def _factory(kind: str) -> Callable[..., Any]:
    found = [point for point in entry_points(group=GROUP) if point.name == kind]
    if not found:
        raise ConfigError(f"no source of kind {kind!r}; there are {', '.join(source_names())}")
    try:
        factory: Callable[..., Any] = found[0].load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"source {kind!r} cannot be loaded ({error}); install what it needs") from error
    return factory


# ── the types of options ─────────────────────────────────────────────────────────────────────


def _hints(factory: Callable[..., Any]) -> dict[str, Any]:
    """What each argument takes; nothing where a plugin's annotations cannot be evaluated."""
    try:
        return get_type_hints(factory.__init__ if isclass(factory) else factory)
    except (NameError, TypeError, AttributeError):
        return {}


def _kinds(hint: Any) -> Iterator[Any]:
    """The kinds of value of an annotation, as a settings file has them; other types as they are."""
    if get_origin(hint) in (Union, UnionType):
        for one in get_args(hint):
            yield from _kinds(one)
        return
    kind = get_origin(hint) or hint
    if kind in (list, tuple, set, frozenset, Sequence, Collection, Iterable):
        yield list
    elif kind in (dict, Mapping):
        yield dict
    elif kind is not type(None):
        yield kind


def _fits(value: object, hint: Any) -> bool:
    """Whether a value of a settings file can be what is annotated; what we do not understand can."""
    return any(_is(value, kind) for kind in _kinds(hint))


def _is(value: object, kind: Any) -> bool:
    if isinstance(value, bool) and kind in (int, float, timedelta):
        return False
    if kind in (float, timedelta):
        return isinstance(value, int | float)
    if kind is str:  # paths have been made of some texts
        return isinstance(value, str | os.PathLike)
    if kind is Callable:
        return False
    return isinstance(value, kind) if kind in _WORDS else True


def _with_spans(factory: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with a span of time where an argument takes nothing else: a settings file has only numbers."""
    kinds = {name: set(_kinds(hint)) for name, hint in _hints(factory).items()}
    return {
        name: timedelta(seconds=value)
        if isinstance(value, int | float) and kinds.get(name) == {timedelta} and not isinstance(value, bool)
        else value
        for name, value in options.items()
    }


def _wanted(hint: Any) -> str:
    """What an option takes, in words."""
    kinds = set(_kinds(hint))
    kinds -= {timedelta} if float in kinds else set()
    words = {_WORDS[kind] for kind in kinds if kind in _WORDS}
    return " or ".join(sorted(words)) or "left out: it cannot be said in a settings file"
