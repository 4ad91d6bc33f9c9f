"""How the command line shows things to people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from tradegecko_bridge.engine import Decided, Outcome, Progress, Report, RunReport
from tradegecko_bridge.engine.report import FAILURES
from tradegecko_bridge.ledger import Alert, LedgerEntry, LedgerEvent, OrderState, Severity, ShipmentEntry, StateCount
from tradegecko_bridge.stores.sql.health import LedgerHealth

_SCREEN = Console(highlight=False)
_LINES = Console(highlight=False, width=1_000_000)

LONGEST_SHOWN = 32
"""Characters of an order number in a list; one order by itself is shown with all of them."""

_STYLE = {
    Outcome.DELIVERED: "green",
    Outcome.ADOPTED: "green",
    Outcome.SENT: "green",
    Outcome.HELD: "yellow",
    Outcome.CHANGED: "yellow",
    Outcome.CANCELED: "yellow",
    Outcome.PLANNED: "cyan",
    Outcome.SKIPPED: "dim",
    Outcome.IGNORED: "dim",
    **dict.fromkeys(FAILURES, "red"),
}
_STATE_STYLE = {
    OrderState.DELIVERED: "green",
    OrderState.SHIPPED: "green",
    OrderState.CONFIRMED: "green",
    OrderState.HELD: "yellow",
    OrderState.UNCERTAIN: "red",
    OrderState.FAILED: "red",
}


def say(*what: Any, width: int | None = None) -> None:
    """Print. Only a terminal wraps: in a file or a pipe a line stays one, so that it can be searched."""
    if _SCREEN.is_terminal:
        _SCREEN.print(*what, width=width)
        return
    with _LINES.capture() as caught:
        _LINES.print(*what, width=width)
    for line in caught.get().splitlines():
        print(line.rstrip())


@contextmanager
def progress_bar(*, hidden: bool = False) -> Iterator[Callable[[Progress], None]]:
    """A bar for each operation while it runs, gone when all is done; none where nobody watches a screen."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    screen = Console(stderr=True)
    with Bars(*columns, console=screen, transient=True, disable=hidden or not screen.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def show(progress: Progress) -> None:
            task = tasks.get(progress.operation)
            if task is None:
                task = tasks[progress.operation] = bars.add_task(progress.operation, total=progress.total)
            bars.update(task, completed=progress.done, total=progress.total)

        yield show


def escaped(text: str) -> str:
    """A text with escapes for what would break the line or the screen."""
    return text if text.isprintable() else repr(text)[1:-1]


def in_one_line(name: str) -> str:
    """A number or SKU as lists show it: escaped, and not all of an absurdly long one."""
    shown = escaped(name)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[: LONGEST_SHOWN - 1]}…"


def print_run(report: Report | RunReport) -> None:
    """A whole run, operation by operation."""
    for part in report if isinstance(report, RunReport) else [report]:
        print_report(part)


def print_report(report: Report, *, most: int = 40) -> None:
    """One operation: the headline, then what a person should read of it, at most ``most`` lines."""
    mark = Text("✓ ", style="green") if report else Text("✗ ", style="red")
    say(mark + Text(report.headline(), style="bold"))
    told = report.told
    lines = Table.grid(padding=(0, 2))
    for _ in range(3):
        lines.add_column()
    for item in told[:most]:
        outcome = Text(f"  {item.outcome}", style=_STYLE.get(item.outcome, ""))
        lines.add_row(outcome, Text(in_one_line(item.name), no_wrap=True), Text(item.detail))
    for problem in report.problems:
        lines.add_row(Text("  problem", style="red"), "", Text(problem))
    for alert in report.alerts:
        lines.add_row(Text("  alert", style="red"), "opened" if alert.is_open else "closed", Text(alert.text))
    if lines.row_count:
        say(lines)
    if len(told) > most:
        say(Text(f"  … and {len(told) - most} more; --json shows all", style="dim"))


def print_open_alerts(reports: Iterable[Report | RunReport]) -> None:
    """How many alerts are open after these runs, where any are."""
    count = 0
    for report in reports:
        parts = list(report) if isinstance(report, RunReport) else [report]
        count += parts[-1].open_alerts if parts else 0
    if count:
        said = "1 alert is" if count == 1 else f"{count} alerts are"
        say(Text(f"{said} open; `tgbridge alerts` shows what to do", style="yellow"))


def print_alerts(alerts: Sequence[Alert]) -> None:
    """A line of facts for each alert, and under it what it is about."""
    if not alerts:
        say("no alerts")
    for alert in alerts:
        span = f"since {alert.opened_at:%Y-%m-%d %H:%M} UTC"
        if alert.closed_at is not None:
            span = f"from {alert.opened_at:%Y-%m-%d %H:%M} to {alert.closed_at:%Y-%m-%d %H:%M} UTC, closed"
        style = "dim" if not alert.is_open else {Severity.ERROR: "red", Severity.WARNING: "yellow"}[alert.severity]
        say(Text(f"{alert.severity} {alert.key} of {alert.connection}, {span}", style=style))
        say(Text(f"  {alert.text}"))


def alert_as_dict(alert: Alert) -> dict[str, Any]:
    """An alert as JSON values."""
    return {
        "connection": alert.connection,
        "key": alert.key,
        "severity": str(alert.severity),
        "text": alert.text,
        "count": alert.count,
        "open": alert.is_open,
        "opened_at": alert.opened_at.isoformat(),
        "last_seen_at": alert.last_seen_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
    }


def print_health(health: LedgerHealth) -> None:
    """What a ledger holds, then what is wrong with it."""
    mark = Text("✗ ", style="red") if health.problems else Text("✓ ", style="green")
    told = f"{health.orders} orders ({health.expired} without personal data), {health.shipments} shipments"
    told += f", {health.events} events, {health.alerts} alerts"
    say(mark + Text(f"schema {health.schema}: {told}"))
    for problem in health.problems:
        say(Text(f"  problem: {problem}"))


def print_entries(entries: Sequence[LedgerEntry]) -> None:
    """A line for each order, and under it why it is where it is."""
    if not entries:
        say("no orders")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("order", "state", "TradeGecko id", "taken in (UTC)", "connection"):
        table.add_column(heading, no_wrap=True)
    for entry in entries:
        table.add_row(
            Text(in_one_line(entry.number)),
            Text(str(entry.state), style=_STATE_STYLE.get(entry.state, "")),
            Text(entry.remote_id or "-"),
            f"{entry.ingested_at:%Y-%m-%d %H:%M}",
            Text(entry.connection),
        )
    say(table)
    why = Table.grid(padding=(0, 2))
    for entry in entries:
        if entry.reason:
            why.add_row(Text(f"  {in_one_line(entry.number)}", no_wrap=True), Text(entry.reason.text))
    if why.row_count:
        say(Text("why", style="bold"))
        say(why)


def print_next_page(entries: Sequence[LedgerEntry], limit: int) -> None:
    """How to see more, where there may be more."""
    if len(entries) == limit:
        say(Text(f"perhaps more: --before {entries[-1].id}", style="dim"))


def print_counts(counts: Sequence[StateCount]) -> None:
    """A line for each state and reason."""
    if not counts:
        say("no orders")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("connection", "state", "reason", "orders", "since (UTC)"):
        table.add_column(heading, no_wrap=True, justify="right" if heading == "orders" else "left")
    for one in counts:
        state = Text(str(one.state), style=_STATE_STYLE.get(one.state, ""))
        table.add_row(one.connection, state, Text(one.code or ""), str(one.count), f"{one.since:%Y-%m-%d %H:%M}")
    say(table)


def count_as_dict(count: StateCount) -> dict[str, Any]:
    """A line of the summary as JSON values."""
    return {
        "connection": count.connection,
        "state": str(count.state),
        "reason": count.code,
        "transient": count.transient,
        "count": count.count,
        "since": count.since.isoformat(),
    }


def decided_as_dict(decided: Decided) -> dict[str, Any]:
    """What became of a decision as JSON values."""
    return {**entry_as_dict(decided.entry), "was": str(decided.was), "problem": decided.problem or None}


def print_entry(entry: LedgerEntry, history: Sequence[LedgerEvent], shipments: Sequence[ShipmentEntry]) -> None:
    """One order with its shipments and its history; nothing that identifies the customer, unless a source said it."""
    say(Text(f"order {escaped(entry.number)} of {entry.connection}", style="bold"))
    facts: dict[str, str | None] = {
        "reference": escaped(entry.reference),
        "state": str(entry.state),
        "why": entry.reason.text if entry.reason else None,
        "TradeGecko": f"id {entry.remote_id}, number {entry.remote_number}" if entry.remote_id else None,
        "lines": _lines(entry),
        "to do": ", ".join(entry.pending_actions) or None,
        "next try": f"{entry.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC" if entry.next_attempt_at else None,
        "expired": f"{entry.expired_at:%Y-%m-%d}, its personal data is gone" if entry.expired_at else None,
    }
    for name, value in facts.items():
        if value is not None:
            say(Text(f"  {name:<11}{value}"))
    for shipment in shipments:
        why = f": {shipment.reason}" if shipment.reason else ""
        say(Text(f"  shipment   {shipment.shipment.reference} {shipment.state}{why}"))
    say("  history (UTC)")
    for event in history:
        change = f"{event.was} -> {event.now}" if event.was and event.was != event.now else str(event.now)
        say(Text(f"    {event.at:%Y-%m-%d %H:%M:%S}  {change:<24} {event.who}  {event.why}".rstrip()))
        for line in _said(event.detail):
            say(Text(f"      {line}", style="dim"))


def _said(detail: Mapping[str, Any]) -> Iterator[str]:
    """An event's detail: facts in one line, then each line of goods, shipping and so on."""
    facts = {name: _fact(fact) for name, fact in detail.items() if name != "lines" and fact is not None}
    if facts:
        yield ", ".join(f"{name.replace('_', ' ')} {fact}" for name, fact in facts.items() if fact)
    for line in detail.get("lines", ()):
        variant = f" variant {line['variant_id']}" if line["variant_id"] else ""
        tax = f", tax {line['tax_rate']} %" if line["tax_rate"] is not None else ""
        yield f"{line['kind']}{variant}: {line['quantity']} × {line['price']}{tax}"


def _fact(fact: Any) -> str:
    if isinstance(fact, Mapping):
        return " / ".join(f"{name} {value}" for name, value in fact.items() if value is not None)
    return {"True": "yes", "False": "no"}.get(str(fact), str(fact))


def _lines(entry: LedgerEntry) -> str | None:
    if entry.order is None:
        return None
    return ", ".join(f"{line.quantity} × {line.sku or line.reference}" for line in entry.order.lines) or "none"


def entry_as_dict(entry: LedgerEntry) -> dict[str, Any]:
    """An order as JSON values; the customer is left out."""
    return {
        "id": entry.id,
        "connection": entry.connection,
        "number": entry.number,
        "reference": entry.reference,
        "state": str(entry.state),
        "reason": {"code": entry.reason.code, "text": entry.reason.text} if entry.reason else None,
        "remote_id": entry.remote_id,
        "remote_number": entry.remote_number,
        "attempts": entry.attempts,
        "ingested_at": entry.ingested_at.isoformat(),
        "updated_at": entry.updated_at.isoformat(),
        "in_state_since": entry.in_state_since.isoformat(),
        "expired_at": entry.expired_at.isoformat() if entry.expired_at else None,
        "pending_actions": list(entry.pending_actions),
        "next_attempt_at": entry.next_attempt_at.isoformat() if entry.next_attempt_at else None,
    }


def shipment_as_dict(entry: ShipmentEntry) -> dict[str, Any]:
    """What became of a shipment, as JSON values."""
    return {"reference": entry.shipment.reference, "state": str(entry.state), "reason": entry.reason}


def event_as_dict(event: LedgerEvent) -> dict[str, Any]:
    """One change of an order as JSON values."""
    return {
        "at": event.at.isoformat(),
        "who": event.who,
        "was": str(event.was) if event.was else None,
        "now": str(event.now),
        "why": event.why,
        "detail": dict(event.detail),
    }
