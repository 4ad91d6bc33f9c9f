"""Names that load their part of the package when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from sys import modules
from typing import Any


def lazily(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], Sequence[str]]]:
    """The ``__getattr__`` and ``__dir__`` of a package whose public names live in modules of ``tradegecko_bridge``.

    Type checkers are not to see them: for them every name would be there. ``homes`` has the module of each name.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=modules[package])
        value = getattr(import_module(f"tradegecko_bridge.{homes[name]}"), name)
        setattr(modules[package], name, value)
        return value

    return get, lambda: sorted(vars(modules[package])["__all__"])
