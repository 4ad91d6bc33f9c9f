"""Names that load their part of the package when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from sys import modules
from typing import Any, Final

EXTRAS: Final = {
    **dict.fromkeys(("click", "rich"), "cli"),
    **dict.fromkeys(("starlette", "uvicorn", "httptools", "markupsafe"), "sandbox"),
    **dict.fromkeys(("cronsim", "prometheus_client"), "service"),
}
"""Of packages that may be missing, the extra that installs them."""


def missing_extra(error: ModuleNotFoundError) -> str:
    """What is not installed and what to run, in one line; blank where it belongs to no extra."""
    missing = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(missing)
    return f"{missing} is not installed; run: pip install 'tradegecko-bridge[{extra}]'" if extra else ""


def lazily(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], Sequence[str]]]:
    """The ``__getattr__`` and ``__dir__`` of a package whose public names live in modules of ``tradegecko_bridge``.

    Type checkers are not to see them: for them every name would be there. ``homes`` has the module of each name.
    """

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=modules[package])
        try:
            value = getattr(import_module(f"tradegecko_bridge.{homes[name]}"), name)
        except ModuleNotFoundError as error:
            if said := missing_extra(error):
                raise ModuleNotFoundError(said, name=error.name) from None
            raise
        setattr(modules[package], name, value)
        return value

    return get, lambda: sorted(vars(modules[package])["__all__"])
