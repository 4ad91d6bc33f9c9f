"""The command ``tgbridge source check``: the promises of a source, one by one, on a shop to try it with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

import click

from tradegecko_bridge.cli.exit_codes import FAILED, Refused
from tradegecko_bridge.cli.options import JSON
from tradegecko_bridge.cli.output.lines import tell
from tradegecko_bridge.foreign import call, place_of

if TYPE_CHECKING:
    from tradegecko_bridge.testing import Outcome, Shop

GROUP: Final = "tradegecko_bridge.shops"
"""Entry points of shops to try sources with."""


@click.command("check")
@click.argument("name")
@click.option("--only", multiple=True, metavar="CHECK", help="Run this check; may be given several times.")
@JSON
def check(name: str, only: tuple[str, ...], as_json: bool) -> None:
    """Check what a source promises, on a shop to try it with.

    NAME is the shop's: that of an entry point of the group tradegecko_bridge.shops, or module:name of a class or
    function that gives one, without arguments. Each check runs on a shop of its own, and says what broke, why it
    matters and how to fix it.
    """
    from tradegecko_bridge.testing import CheckVerdict, check_source

    shop = _shop(name)
    try:
        outcomes = check_source(shop, deviations=_deviations(shop), only=only)
        found = [_told(outcome, as_json) for outcome in outcomes]
    except ValueError as error:
        raise Refused(str(error)) from None
    if as_json:
        from tradegecko_bridge.cli.output.console import print_json

        print_json([_plain(outcome) for outcome in found])
    else:
        verdicts = [outcome.verdict for outcome in found]
        tell("", ", ".join(f"{verdicts.count(one)} {one}" for one in CheckVerdict if one in verdicts))
    if any(outcome.verdict is CheckVerdict.FAILED for outcome in found):
        sys.exit(FAILED)


def _told(outcome: Outcome, as_json: bool) -> Outcome:
    """Told as soon as it is known."""
    if not as_json:
        more = str(outcome).splitlines()[1:]
        tell(f"{outcome.verdict:<10}{outcome.check.name}", *(f"{'':<10}{line.strip()}" for line in more))
    return outcome


def _plain(outcome: Outcome) -> Mapping[str, Any]:
    one = outcome.check
    told = {"check": one.name, "verdict": str(outcome.verdict), "findings": list(outcome.findings)}
    return told | {"promise": one.promise, "why": one.why, "fix": one.fix}


def _shop(name: str) -> Callable[[], AbstractContextManager[Shop]]:
    """What gives a shop, by its name.

    Raises:
        Refused: there is none.
    """
    points = [point for point in entry_points(group=GROUP) if point.name == name]
    if points:
        load = points[0].load
    elif ":" in name:
        sys.path.insert(0, "")  # where it is run, as Python itself does
        load = partial(_named, *name.split(":", 1))
    else:
        known = ", ".join(sorted({point.name for point in entry_points(group=GROUP)})) or "none"
        raise Refused(f"no shop is called {name!r}; there are {known}; a class of yours is module:Class")
    found: Any = call(load, partial(_not_loaded, name))
    if not callable(found):
        raise Refused(f"{name} is a value of type {type(found).__name__}; it must be a class or a function")
    return found  # type: ignore[no-any-return]


def _named(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def _not_loaded(name: str, error: Exception) -> Exception:
    if isinstance(error, (ImportError, AttributeError)):
        return Refused(f"{name} cannot be loaded: {error}")
    return Refused(f"{name} cannot be loaded: {type(error).__name__} at {place_of(error)}")


def _deviations(shop: object) -> Mapping[str, str]:
    """What is known not to hold, as the shop's class or function says."""
    return getattr(shop, "deviations", None) or {}
