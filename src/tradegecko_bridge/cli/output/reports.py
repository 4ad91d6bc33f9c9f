"""What runs did: for people, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.text import Text

from tradegecko_bridge.cli.output.console import in_one_line, print_columns, say
from tradegecko_bridge.engine import Outcome, Report, RunReport
from tradegecko_bridge.engine.report import FAILURES

_MOST_ITEMS: Final = 40
_STYLE: Final = {
    **dict.fromkeys((Outcome.DELIVERED, Outcome.ADOPTED, Outcome.SENT), "green"),
    **dict.fromkeys((Outcome.HELD, Outcome.CHANGED, Outcome.CANCELED), "yellow"),
    **dict.fromkeys((Outcome.SKIPPED, Outcome.IGNORED), "dim"),
    **dict.fromkeys(FAILURES, "red"),
    Outcome.PLANNED: "cyan",
}


def runs_as_json(reports: Sequence[Report | RunReport]) -> dict[str, Any]:
    """Runs as one JSON object."""
    return {"ok": all(reports), "runs": [report.as_dict() for report in reports]}


def print_runs(reports: Sequence[Report | RunReport]) -> None:
    """Whole runs, operation by operation, and how many alerts are open after them."""
    open_alerts = 0
    for report in reports:
        print_run(report, named=len(reports) > 1)
        open_alerts += sum(part.open_alerts for part in _parts(report)[-1:])
    if open_alerts:
        alerts = "1 alert is" if open_alerts == 1 else f"{open_alerts} alerts are"
        say(Text(f"{alerts} open; `tgbridge alerts` shows what to do", style="yellow"))


def print_pulled(reports: Sequence[Report], absent: Sequence[str]) -> None:
    """What came of asking the sources again; a connection that has none of the orders is left out."""
    for report in reports:
        if report.items or report.problems or not report.absent:
            print_run(report, named=len(reports) > 1)
    for name in absent:
        say(Text(f"✗ no connection has order {name!r}", style="red"))


def print_run(report: Report | RunReport, *, named: bool = False) -> None:
    """One run: for each operation the headline (``named``: with the connection), then the items that need reading."""
    for part in _parts(report):
        mark = Text("✓ ", style="green") if part else Text("✗ ", style="red")
        say(mark + Text(part.headline(named=named), style="bold"))
        print_columns(_rows(part))
        if len(part.told) > _MOST_ITEMS:
            say(Text(f"  … and {len(part.told) - _MOST_ITEMS} more; --json lists all", style="dim"))


def _parts(report: Report | RunReport) -> list[Report]:
    return [report] if isinstance(report, Report) else report.reports


def _rows(report: Report) -> Iterator[tuple[Text, str, str]]:
    for item in report.told[:_MOST_ITEMS]:
        yield Text(f"  {item.outcome}", style=_STYLE.get(item.outcome, "")), in_one_line(item.name), item.detail
    for kept in report.kept:
        yield Text(f"  {kept.outcome}", style=_STYLE.get(kept.outcome, "")), f"{kept.count:,} orders", kept.said
    for problem in report.problems:
        yield Text("  problem", style="red"), "", problem
    for note in filter(None, (*report.notes, report.clock_note)):
        yield Text("  note", style="yellow"), "", note
    for alert in report.alerts:
        yield Text("  alert", style="red"), "opened" if alert.is_open else "closed", alert.text
