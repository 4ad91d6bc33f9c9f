"""Order sources by name: the ones shipped here and those other packages register.

A package offers a source under the entry-point group ``tradegecko_bridge.sources``; it is imported when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, Final, cast

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.ports import OrderSource

GROUP: Final = "tradegecko_bridge.sources"


def source_names() -> list[str]:
    """The kinds of source that can be used."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def make_source(kind: str, options: Mapping[str, Any]) -> OrderSource:
    """A source of this kind with these options, which are its class's arguments.

    Raises:
        ConfigError: no such kind, it cannot be imported, or an option is missing or not known.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == kind]
    if not found:
        raise ConfigError(f"no source of kind {kind!r}; there are {', '.join(source_names())}")
    try:
        factory = found[0].load()
    except ImportError as error:
        raise ConfigError(f"source {kind!r} cannot be loaded ({error}); install what it needs") from error
    try:
        return cast("OrderSource", factory(**options))
    except TypeError as error:
        said = str(error).replace(f"{factory.__name__}.__init__() ", "")
        raise ConfigError(f"source {kind!r}: {said}") from None
