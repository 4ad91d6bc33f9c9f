"""What sources were told: for people, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rich.text import Text

from tradegecko_bridge.cli.output.console import in_one_line, print_columns, print_table, public_fields, say
from tradegecko_bridge.ledger import ShipmentEntry, ShipmentState
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
                (entry.told or "-") if entry.kind == "stock" else ("yes" if entry.told else "-"),
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
    """A line for each shipment, with the numbers that were told."""
    print_table(
        ("order", "shipment", "state", "carrier", "tracking numbers", "connection"),
        [
            (
                in_one_line(row.shipment.order_number),
                row.shipment.reference,
                Text(
                    f"{row.state}, taken back" if row.shipment.withdrawn else row.state, style=_STYLE.get(row.state, "")
                ),
                in_one_line(row.shipment.carrier or "-"),
                in_one_line(", ".join(row.shipment.tracking_numbers) or "-"),
                row.connection,
            )
            for row in rows
        ],
        none="no shipments",
    )
    if reasons := [(f"  {row.shipment.reference}", row.reason) for row in rows if row.reason]:
        say(Text("reasons", style="bold"))
        print_columns(reasons)


def shipments_as_rows(rows: Sequence[ShipmentEntry]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [public_fields(row) for row in rows]
