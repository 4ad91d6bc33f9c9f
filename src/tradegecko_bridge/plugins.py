"""Order sources by name: the ones shipped here and those other packages register.

A package offers a source under the entry-point group ``tradegecko_bridge.sources``; it is imported when it is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import entry_points
from inspect import Parameter, isclass, signature
from typing import Any, Final, NoReturn, cast, get_type_hints

import attrs

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.foreign import call, place_of
from tradegecko_bridge.ports import OrderSource
from tradegecko_bridge.ports.logins import Secret, SecretValues
from tradegecko_bridge.structuring import (
    Fault,
    Mismatch,
    describe,
    format_fault,
    or_choice,
    origin,
    register,
    strict_converter,
    structured,
    text,
)

GROUP: Final = "tradegecko_bridge.sources"
_OWN: Final = {"name"}
"""Arguments that are not options: the connection gives them."""
_EMPTY: Final = Parameter.empty


def source_names() -> list[str]:
    """The kinds of source that can be used."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def option_faults(kind: str, options: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a connection's kind of source and options, by the arguments its class takes.

    Values are not shown: one of them is a password.
    """
    try:
        factory = _factory(kind)
    except ConfigError as error:
        return [(("source",), f": {error}")]
    _, faults = _read_options(factory, options)
    return [(("options", *path), problem) for path, problem in faults]


def make_source(kind: str, options: Mapping[str, Any]) -> OrderSource:
    """A source of this kind with these options, which are its class's arguments.

    Raises:
        ConfigError: no such kind, it cannot be imported, or an option is missing, not known or of the wrong type; or
            whatever its class raised: a ConfigError of its own as it is, of all else only its type and place.
    """
    options = SecretValues(options)
    made = _made(kind, _factory(kind), options)
    if isinstance(made, ConfigError):
        raise made
    return made


def _made(kind: str, factory: Callable[..., Any], options: Mapping[str, Any]) -> OrderSource | ConfigError:
    """An error is handed back, not raised: the frames of the one it comes from hold the options."""
    arguments, faults = _read_options(factory, options)
    if faults:
        return ConfigError(f"source {kind!r}: {'; '.join(map(format_fault, faults))}")
    try:
        return cast("OrderSource", factory(**arguments))
    except ConfigError as error:
        return ConfigError(*error.args, faults=error.faults)
    except Exception as error:  # its text may quote an option
        why = _misfit(factory, arguments) or _type_and_place(error)
        return ConfigError(f"source {kind!r} cannot be made ({why})")


def _misfit(factory: Callable[..., Any], arguments: Mapping[str, Any]) -> str:
    """How the arguments do not fit, by their names; blank where they do."""
    try:
        signature(factory).bind(**arguments)
    except TypeError as error:
        return f"{getattr(factory, '__qualname__', 'it')}() {error}"
    return ""


def source_class(kind: str) -> Callable[..., Any]:
    """What makes a source of this kind: a class, or a function.

    Raises:
        ConfigError: no such kind, or it cannot be imported.
    """
    return _factory(kind)


def _factory(kind: str) -> Callable[..., Any]:
    found = [point for point in entry_points(group=GROUP) if point.name == kind]
    if not found:
        raise ConfigError(f"no source of kind {kind!r}; there are {', '.join(source_names())}")
    factory: Callable[..., Any] = call(found[0].load, partial(_not_loaded, kind))
    return factory


def _not_loaded(kind: str, error: Exception) -> ConfigError:
    if isinstance(error, (ImportError, AttributeError)):
        return ConfigError(f"source {kind!r} cannot be loaded ({error}); install what it needs")
    return ConfigError(f"source {kind!r} cannot be loaded ({_type_and_place(error)})")


def _type_and_place(error: Exception) -> str:
    return f"{type(error).__name__} at {place_of(error)}"


# ── options by the annotations of a source's arguments ───────────────────────────────────────


def _read_options(factory: Callable[..., Any], options: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The arguments, and what is wrong with the options."""
    kind, takes_any = _options_class(factory)
    known = attrs.fields_dict(kind)
    declared = {name: value for name, value in options.items() if name in known or not (takes_any or name in _OWN)}
    read, faults = structured(_CONVERTER, declared, kind, _describe)
    return {**options, **({} if faults else {name: getattr(read, name) for name in declared})}, faults


@cache
def _options_class(factory: Callable[..., Any]) -> tuple[type, bool]:
    """A class with a field for each option, and whether there may be others; of annotations that cannot be evaluated
    nothing is known."""
    try:
        hints = get_type_hints(factory.__init__ if isclass(factory) else factory)
    except (NameError, TypeError, AttributeError):
        hints = {}
    parameters = signature(factory).parameters.values()
    fields = {
        one.name: attrs.field(type=hints.get(one.name, Any), default=attrs.NOTHING if one.default is _EMPTY else None)
        for one in parameters
        if one.name not in _OWN and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    }
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
    return attrs.make_class("Options", fields, kw_only=True), takes_any


def read_secret(value: object, _kind: object) -> Secret:
    """Reads a :class:`Secret`, written as any text."""
    return value if isinstance(value, Secret) else Secret(text(value))


def _text(value: object, kind: object) -> str:
    """Paths have been made of some texts."""
    return text(os.fspath(value) if isinstance(value, os.PathLike) else value, kind)


def _unwritable(value: object, _kind: object) -> NoReturn:
    raise Mismatch(None, "left out: it cannot be written in a settings file", value)


_describe: Final = partial(describe, values=False)
_CONVERTER: Final = strict_converter()
register(_CONVERTER, str, or_choice(_text))
register(_CONVERTER, Secret, read_secret)
_CONVERTER.register_structure_hook_func(lambda kind: origin(kind) is Callable, _unwritable)
