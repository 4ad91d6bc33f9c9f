"""What sources were told: for people, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.text import Text

from tradegecko_bridge.cli.output.console import in_one_line, print_columns, print_table, public_fields, say
from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.ledger import ShipmentEntry, ShipmentState, Wait
from tradegecko_bridge.outbox import OutboxEntry, OutboxState

_STYLE: Final = {
    OutboxState.ACCEPTED: "green",
    OutboxState.FAILED: "red",
    OutboxState.REFUSED: "yellow",
    ShipmentState.SENT: "green",
    ShipmentState.REFUSED: "yellow",
}
_NOT_TOLD: Final = {
    OutboxState.IGNORED: "never: the source does not know it, or does not track it",
    OutboxState.TELLING: "being told just now, or its worker was lost",
    OutboxState.PENDING: "to be told",
    OutboxState.FAILED: "given up",
}


def _when(entry: OutboxEntry) -> str:
    return f"{entry.told_at:%Y-%m-%d %H:%M}" if entry.told_at else "-"


def why(entry: OutboxEntry) -> str:
    """Why the source has not taken it as it is; blank where it has."""
    if entry.gone:
        vanished = "no more in TradeGecko under this name"
        return vanished if entry.state is OutboxState.ACCEPTED else f"{vanished}; {_said(entry)}"
    return "" if entry.state is OutboxState.ACCEPTED else _said(entry)


def _said(entry: OutboxEntry) -> str:
    said = entry.reason or _NOT_TOLD.get(entry.state, "")
    if entry.state is OutboxState.PENDING and entry.failing_since:
        since = f"failing since {entry.failing_since:%Y-%m-%d %H:%M} UTC"
        again = f", again at {entry.next_attempt_at:%H:%M}" if entry.next_attempt_at else ""
        return f"{said} ({since}{again})"
    return said


def print_told(entries: Sequence[OutboxEntry]) -> None:
    """A line for each thing, and under them why some are not taken."""
    print_table(
        ("key", "wanted", "told last", "state", "answered (UTC)", "connection"),
        [
            (
                in_one_line(entry.name or entry.key),
                entry.value if entry.kind == "stock" else entry.key,
                (entry.accepted or "-") if entry.kind == "stock" else ("yes" if entry.accepted else "-"),
                Text(entry.state, style=_STYLE.get(entry.state, "")),
                _when(entry),
                entry.connection,
            )
            for entry in entries
        ],
        none="nothing",
    )
    if reasons := [(f"  {in_one_line(entry.name or entry.key)}", why(entry)) for entry in entries if why(entry)]:
        say(Text("reasons", style="bold"))
        print_columns(reasons)


def as_rows(entries: Sequence[OutboxEntry]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [{**public_fields(entry), "why": why(entry)} for entry in entries]


def print_shipments(rows: Sequence[ShipmentEntry]) -> None:
    """A line for each shipment, with the numbers that are wanted and those that were told."""
    print_table(
        ("order", "shipment", "state", "carrier", "wanted", "told last", "told (UTC)", "connection"),
        [
            (
                in_one_line(row.shipment.order_number),
                row.shipment.reference,
                Text(_became(row), style=_STYLE.get(row.state, "")),
                in_one_line(row.shipment.carrier or "-"),
                "nothing" if row.shipment.withdrawn else _numbers(row.shipment),
                _told(row),
                f"{row.told_at:%Y-%m-%d %H:%M}" if row.told_at else "-",
                row.connection,
            )
            for row in rows
        ],
        none="no shipments",
    )
    if reasons := [(f"  {row.shipment.reference}", why_not(row)) for row in rows if why_not(row)]:
        say(Text("reasons", style="bold"))
        print_columns(reasons)


def _became(row: ShipmentEntry) -> str:
    if row.waits_for:
        return "waiting"
    state = "ignored" if row.state is ShipmentState.SENT and row.told_at is None else str(row.state)
    return f"{state}, taken back" if row.shipment.withdrawn else state


def _told(row: ShipmentEntry) -> str:
    if row.told is None:
        return "-"
    return "taken back" if row.told.withdrawn else _numbers(row.told)


def _numbers(shipment: Shipment) -> str:
    return in_one_line(", ".join(shipment.tracking_numbers) or "no number")


_WAITS: Final = {
    Wait.NUMBER: "waits for a tracking number (blank_tracking)",
    Wait.REST: "waits for the rest of its order (partial_shipments)",
}


def why_not(row: ShipmentEntry) -> str:
    """Why the source has not taken a shipment as it is; blank where it has."""
    if row.waits_for:
        return _WAITS[row.waits_for]
    if row.failing_since and row.state is ShipmentState.PENDING:
        again = f", again at {row.next_attempt_at:%H:%M}" if row.next_attempt_at else ""
        return f"{row.reason} (failing since {row.failing_since:%Y-%m-%d %H:%M} UTC{again})"
    return row.reason


def shipments_as_rows(rows: Sequence[ShipmentEntry]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [{**public_fields(row), "told": row.told, "why": why_not(row)} for row in rows]
