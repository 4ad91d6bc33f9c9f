"""When an alert opens and closes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from attrs import asdict, evolve, field, frozen

from tradegecko_bridge.commerce.card_numbers import without_card_numbers
from tradegecko_bridge.ledger import Alert, Finding


@frozen
class Changes:
    """What a report does to a connection's alerts. Opened ones have the id 0 until the store gives them one."""

    opened: list[Alert] = field(factory=list)
    seen: list[Alert] = field(factory=list)
    closed: list[Alert] = field(factory=list)


def compared(
    connection: str, open_alerts: Iterable[Alert], found: Sequence[Finding], scope: Collection[str], at: datetime
) -> Changes:
    """Compare what was found with the alerts that are open now."""
    remaining = {finding.key: evolve(finding, text=without_card_numbers(finding.text)) for finding in found}
    changes = Changes()
    for alert in open_alerts:
        finding = remaining.pop(alert.key, None)
        if finding is not None:
            changes.seen.append(_seen(alert, finding, at))
        elif alert.key.startswith(tuple(scope)):
            changes.closed.append(evolve(alert, closed_at=at))
    changes.opened.extend(_opened(connection, finding, at) for finding in remaining.values())
    return changes


def _seen(alert: Alert, finding: Finding, at: datetime) -> Alert:
    return evolve(alert, **asdict(finding), last_seen_at=max(at, alert.last_seen_at))


def _opened(connection: str, finding: Finding, at: datetime) -> Alert:
    return Alert(id=0, connection=connection, **asdict(finding), opened_at=at, last_seen_at=at)
