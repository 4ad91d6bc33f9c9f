"""The behaviour suite for order sources, for pytest and without it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final

from tradegecko_bridge.testing.source_checks.bench import Check, CheckVerdict, Outcome, examine, raised
from tradegecko_bridge.testing.source_checks.line import LINE
from tradegecko_bridge.testing.source_checks.reading import READING
from tradegecko_bridge.testing.source_checks.records import RECORDS
from tradegecko_bridge.testing.source_checks.shops import (
    AbleShop,
    CannotDo,
    Fault,
    Shop,
    ShownParcel,
    Wanted,
    WantedLine,
)
from tradegecko_bridge.testing.source_checks.stock import STOCK
from tradegecko_bridge.testing.source_checks.tracking import TRACKING

__all__ = [
    "CHECKS",
    "AbleShop",
    "CannotDo",
    "Check",
    "CheckVerdict",
    "Fault",
    "Outcome",
    "Shop",
    "ShownParcel",
    "Wanted",
    "WantedLine",
    "check_source",
]

CHECKS: Final[tuple[Check, ...]] = (*READING, *RECORDS, *LINE, *TRACKING, *STOCK)
"""Everything a source promises, one by one."""


def check_source(
    shop: Callable[[], AbstractContextManager[Shop]],
    *,
    deviations: Mapping[str, str] | None = None,
    only: Collection[str] = (),
) -> Iterator[Outcome]:
    """The outcome of each check, run on a shop of its own; ``only`` names those to run, all without it.

    ``deviations`` are the checks that the source cannot pass, by name, each with the reason.

    Raises:
        ValueError: a name that no check has.
    """
    known = {check.name for check in CHECKS}
    if unknown := {*(deviations or ()), *only} - known:
        raise ValueError(f"no check is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    for check in CHECKS:
        if not only or check.name in only:
            yield _examined(check, shop, deviations)


def _examined(
    check: Check, shop: Callable[[], AbstractContextManager[Shop]], deviations: Mapping[str, str] | None
) -> Outcome:
    try:
        with shop() as made:
            return examine(check, made, deviations)
    except Exception as error:  # of the shop alone: those of the source are findings
        findings = (f"the shop cannot be made or left: it {raised(error)}",)
        return Outcome(check=check, verdict=CheckVerdict.FAILED, findings=findings)
