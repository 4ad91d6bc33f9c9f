"""The format that somebody chose: one that ships, with changes, or one of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import attrs

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.shipped import preset_names, preset_table
from tradegecko_bridge.structuring import did_you_mean, refuse, strict_converter, structured

_TOGETHER: Final = ("split", "ignore", "footers", "times")


@cache
def preset(name: str) -> Format:
    """A format that ships.

    Raises:
        ConfigError: there is none of this name.
    """
    if name not in preset_names():
        raise ConfigError(f"preset {name!r} is not known{did_you_mean(name, preset_names())}")
    return read_format(preset_table(name))


def read_format(settings: Mapping[str, Any]) -> Format:
    """A format from a table of a settings file.

    Raises:
        ConfigError: one line for each fault.
    """
    read, faults = structured(strict_converter(), settings, Format)
    refuse(faults)
    made: Format = read
    return made


def format_of(name: str | None, changes: Format | Mapping[str, Any] | None) -> Format:
    """A preset with changes; without one, the changes alone.

    Raises:
        ConfigError: no such preset, or faults in the changes.
    """
    changed = changes if isinstance(changes, Format) else read_format(changes or {})
    return _changed(preset(name), changed) if name else changed


def for_json(format: Format) -> Format:
    """The format of JSON files beside tables of this one: of a preset its shop's own, with what was set for both."""
    if not format.json:
        return format
    both = Format(zone=format.zone, constants={} if not format.constants else dict(format.constants))
    return _changed(preset(format.json), both)


def _changed(base: Format, changes: Format) -> Format:
    """What the changes say, and else what the base says; tables and lists of both together."""
    merged: dict[str, Any] = {}
    for one in attrs.fields(Format):
        before, after = getattr(base, one.name), getattr(changes, one.name)
        if isinstance(after, Mapping):
            merged[one.name] = {**before, **after}
        elif one.name == "layout":
            said = {f.name: v for f in attrs.fields(type(after)) if (v := getattr(after, f.name)) != f.default}
            merged[one.name] = attrs.evolve(before, **said)
        elif one.name in _TOGETHER:
            merged[one.name] = (*before, *after)
        else:
            merged[one.name] = before if after == one.default else after
    merged["columns"] = {name: spec for name, spec in merged["columns"].items() if name not in changes.constants}
    return Format(**merged)
