"""The formats that ship, as they stand in files of settings beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from tradegecko_bridge.sources.folder.mapping import normal

_HOME: Final = files("tradegecko_bridge.sources.folder") / "presets"
_ENDING: Final = ".toml"


@cache
def preset_names() -> tuple[str, ...]:
    """The presets there are."""
    return tuple(sorted(one.name.removesuffix(_ENDING) for one in _HOME.iterdir() if one.name.endswith(_ENDING)))


def preset_text(name: str) -> str:
    """The file of a preset."""
    return (_HOME / f"{name}{_ENDING}").read_text(encoding="utf-8")


@cache
def preset_table(name: str) -> Mapping[str, Any]:
    """What the file of a preset says."""
    return tomllib.loads(preset_text(name))


@cache
def _marks() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(map(normal, preset_table(name)["marks"])) for name in preset_names()}


def likeliest_preset(names: Iterable[str]) -> str | None:
    """The preset whose files have these columns, or fields; None where none fits."""
    found = frozenset(map(normal, names))
    return max(
        (name for name, marks in _marks().items() if marks <= found), key=lambda one: len(_marks()[one]), default=None
    )


def advice(names: Iterable[str], title: str = "") -> str:
    """What to set for files with these columns, or fields; blank where nobody knows, or that has been set."""
    name = likeliest_preset(names)
    if name is None or preset_table(name)["title"] == title:
        return ""
    table = preset_table(name)
    what = f"this looks like {table['title']}"
    return f"{what}: {table['unusable']}" if "unusable" in table else f'{what}: set preset = "{name}"'
