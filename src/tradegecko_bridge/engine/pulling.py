"""Asking the source once more for orders it has given, or should have: by name, or from a date on.

What comes goes through intake like any other order: a known one is never there twice, a changed one is taken up or
only noted by the ledger's rules. The cursor stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.engine.intake import BATCH, given, take_in_batch
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.wiring import Interrupted, Wiring, in_batches
from tradegecko_bridge.ports import GivesOrderAgain, GivesOrdersSince

OPERATION: Final = "pull orders"

Given = SourceOrder | UnreadableOrder


def pull_orders(wiring: Wiring, names: Sequence[str]) -> Report:
    """Take in these orders, by number or reference, as the source has them now."""
    source = wiring.source
    with wiring.report(OPERATION) as report:
        if not isinstance(source, GivesOrderAgain):
            report.problems.append(f"{source.name}: this source cannot give one order again; {_INSTEAD}")
            return report
        for name in names:
            found = _pull(wiring, report, lambda name=name: source.fetch_order(name), f"fetching order {name}")  # type: ignore[misc]
            if found == 0:
                report.miss(name, f"{source.name}: has no order {name!r}")
    return report


def pull_since(wiring: Wiring, moment: datetime) -> Report:
    """Take in everything placed at ``moment`` or later, as the source has it now."""
    source = wiring.source
    with wiring.report(OPERATION) as report:
        if not isinstance(source, GivesOrdersSince):
            report.problems.append(f"{source.name}: this source cannot give orders from a date on again; {_INSTEAD}")
            return report
        _pull(wiring, report, lambda: source.fetch_since(moment), "fetching orders again")
    return report


_INSTEAD: Final = "change the order there, so that it is given with the next sync"


def _pull(wiring: Wiring, report: Report, give: Callable[[], Iterable[Given]], doing: str) -> int | None:
    """How many came; None when the source failed."""
    came = 0
    try:
        for batch in in_batches(given(wiring, give, doing), BATCH):
            blank = [evolve(arrival, cursor="") for arrival in batch]  # says nothing of how far the source was read
            new, changed = take_in_batch(wiring, blank, report)
            for arrival in blank:
                _note(report, arrival, new, changed)
            came += len(batch)
            wiring.progress(OPERATION, came)
    except Interrupted as error:
        report.fail(error)
        return None
    return came


def _note(report: Report, arrival: Given, new: Sequence[str], changed: Sequence[str]) -> None:
    if isinstance(arrival, UnreadableOrder):
        return  # told by intake
    if arrival.reference in new:
        report.add(arrival.number, Outcome.TAKEN_IN, "new; goes out with the next sync")
    elif arrival.reference in changed:
        report.add(arrival.number, Outcome.TAKEN_IN, "changed at the source since it was taken in")
    else:
        report.add(arrival.number, Outcome.KNOWN, "as the ledger has it")
