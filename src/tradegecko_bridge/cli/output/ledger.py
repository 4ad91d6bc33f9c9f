"""What the ledger holds: for people, and as JSON where that is more than the fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rich.text import Text

from tradegecko_bridge.cli.output.console import (
    counted,
    in_one_line,
    print_columns,
    print_table,
    public_fields,
    say,
)
from tradegecko_bridge.engine import Decided
from tradegecko_bridge.ledger import (
    DELIVERED_STATES,
    UNCERTAIN_STATES,
    Alert,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    Severity,
    ShipmentEntry,
    StateCount,
)
from tradegecko_bridge.stores.sql.health import LedgerHealth

Story = tuple[LedgerEntry, Sequence[LedgerEvent], Sequence[ShipmentEntry]]
"""An order with its history and its shipments."""
_MOST_PROBLEMS: Final = 40
_STYLE: Final = {
    **dict.fromkeys(DELIVERED_STATES, "green"),
    **dict.fromkeys((OrderState.UNCERTAIN, OrderState.FAILED), "red"),
    OrderState.HELD: "yellow",
}


def _state(state: OrderState) -> Text:
    return Text(state, style=_STYLE.get(state, ""))


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def print_entries(entries: Sequence[LedgerEntry]) -> None:
    """A line for each order, and under them the reasons."""
    numbers = [in_one_line(entry.number) for entry in entries]
    print_table(
        ("order", "state", "TradeGecko id", "ingested (UTC)", "connection"),
        [
            (number, _state(entry.state), entry.remote_id or "-", _minute(entry.ingested_at), entry.connection)
            for number, entry in zip(numbers, entries, strict=True)
        ],
        none="no orders",
    )
    reasons = [(f"  {number}", one.reason.text) for number, one in zip(numbers, entries, strict=True) if one.reason]
    if reasons:
        say(Text("reasons", style="bold"))
        print_columns(reasons)


def print_next_page(last: LedgerEntry) -> None:
    """How to see the page after the one that ends with ``last``."""
    say(Text(f"there may be more: --before {last.id}", style="dim"))


def print_counts(counts: Sequence[StateCount]) -> None:
    """A line for each state and reason."""
    rows = [(one.connection, _state(one.state), one.code or "", str(one.count), _minute(one.since)) for one in counts]
    print_table(("connection", "state", "reason", "orders", "since (UTC)"), rows, none="no orders")


def print_decided(decided: Sequence[Decided], dry_run: bool) -> None:
    """A line for each decision that was carried out."""
    if not decided:
        say("no orders match")
    for one in decided:
        if one:
            change = f"{one.was} -> {one.entry.state}{' (dry run)' if dry_run else ''}"
            say(Text(f"order {in_one_line(one.entry.number)} of {one.entry.connection}: {change}"))


def print_answered(decided: Sequence[Decided], dry_run: bool, done: str) -> None:
    """A line for each answer that was carried out."""
    for one in decided:
        if one:
            how = f"would be {done}" if dry_run else f"is {done}, and {one.entry.state}"
            say(Text(f"order {in_one_line(one.entry.number)} of {one.entry.connection} {how}"))


def decided_as_json(decided: Sequence[Decided], dry_run: bool) -> dict[str, Any]:
    """Decisions as one JSON object."""
    orders = [{**public_fields(one.entry), "was": one.was, "problem": one.problem or None} for one in decided]
    return {"ok": all(decided), "dry_run": dry_run, "orders": orders}


def print_alerts(alerts: Sequence[Alert]) -> None:
    """A line of facts for each alert, and under it what it is about."""
    if not alerts:
        say("no alerts")
    for alert in alerts:
        span = f"since {_minute(alert.opened_at)} UTC"
        if alert.closed_at is not None:
            span = f"from {_minute(alert.opened_at)} to {_minute(alert.closed_at)} UTC, closed"
        style = "dim" if not alert.is_open else {Severity.ERROR: "red", Severity.WARNING: "yellow"}[alert.severity]
        say(Text(f"{alert.severity} {alert.key} of {alert.connection}, {span}", style=style))
        say(Text(f"  {alert.text}"))


def print_health(health: LedgerHealth, storage: str, problems: Sequence[str], *, offline: bool) -> None:
    """What a ledger holds and how it is stored, then what is wrong with it."""
    mark = Text("✗ ", style="red") if problems else Text("✓ ", style="green")
    counts = f"{counted(health.orders, 'order')} ({health.expired} without personal data), "
    counts += f"{counted(health.shipments, 'shipment')}, {counted(health.events, 'event')}, "
    counts += counted(health.alerts, "alert")
    say(mark + Text(f"schema {health.schema}: {counts}"))
    say(Text(f"  stored: {storage}"))
    if offline:
        say(Text("  not compared with TradeGecko", style="dim"))
    for problem in problems[:_MOST_PROBLEMS]:
        say(Text(f"  problem: {problem}"))
    if len(problems) > _MOST_PROBLEMS:
        say(Text(f"  … and {len(problems) - _MOST_PROBLEMS} more; --json lists all", style="dim"))


def print_stories(stories: Sequence[Story]) -> None:
    """Orders with their shipments and their history. Only a source's own words might identify the customer."""
    for story in stories:
        _print_story(*story)


def stories_as_json(stories: Sequence[Story]) -> list[dict[str, Any]]:
    """Orders as JSON objects with their shipments, without tracking numbers, and their history."""
    return [
        {**public_fields(entry), "shipments": [_shipment(one) for one in shipments], "history": history}
        for entry, history, shipments in stories
    ]


def _shipment(one: ShipmentEntry) -> dict[str, str]:
    return {"reference": one.shipment.reference, "state": one.state, "reason": one.reason}


def _print_story(entry: LedgerEntry, history: Sequence[LedgerEvent], shipments: Sequence[ShipmentEntry]) -> None:
    say(Text(f"order {entry.number} of {entry.connection}", style="bold"))
    facts: list[tuple[str, str | None]] = [
        ("reference", entry.reference),
        ("state", entry.state),
        ("reason", entry.reason.text if entry.reason else None),
        ("TradeGecko", f"id {entry.remote_id}, number {entry.remote_number}" if entry.remote_id else None),
        ("lines", _lines(entry)),
        ("pending actions", ", ".join(entry.pending_actions)),
        ("next check" if entry.state in UNCERTAIN_STATES else "next try", _next(entry)),
        ("personal data", f"removed on {entry.expired_at:%Y-%m-%d}" if entry.expired_at else None),
    ]
    for one in shipments:
        reason = f": {one.reason}" if one.reason else ""
        facts.append(("shipment", f"{one.shipment.reference} {one.state}{reason}"))
    for name, value in facts:
        if value:
            say(Text(f"  {name:<16} {value}"))
    say("  history (UTC)")
    for event in history:
        change = f"{event.was} -> {event.now}" if event.was and event.was != event.now else str(event.now)
        say(Text(f"    {event.at:%Y-%m-%d %H:%M:%S}  {change:<24} {event.who}  {event.why}".rstrip()))
        for line in _detail(event.detail):
            say(Text(f"      {line}", style="dim"))


_NOT_SHOWN: Final = ("lines", "parts")
"""What of an event's detail stands below, or is only for comparing."""


def _detail(detail: Mapping[str, Any]) -> Iterator[str]:
    """An event's detail: facts in one line, then each line of goods, shipping and so on."""
    facts = {name: _fact(fact) for name, fact in detail.items() if name not in _NOT_SHOWN and fact is not None}
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


def _next(entry: LedgerEntry) -> str | None:
    now = datetime.now(UTC)
    if entry.is_due(now):
        return "with the next sync"
    moment = entry.next_attempt_at
    if moment is None or moment <= now:
        return None
    cause = "with the next sync once its cause has gone; at the latest " if entry.basis else ""
    return f"{cause}{moment:%Y-%m-%d %H:%M:%S} UTC"


def _lines(entry: LedgerEntry) -> str | None:
    if entry.order is None:
        return None
    return ", ".join(f"{line.quantity} × {line.sku or line.reference}" for line in entry.order.lines) or "none"
