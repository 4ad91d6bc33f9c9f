"""When an alert opens and closes: the rules that every store shares."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from tradegecko_bridge.ledger import Alert, Finding


@frozen
class Update:
    """What a report does to a connection's alerts. Opened ones have the id 0 until the store gives them one."""

    opened: list[Alert] = field(factory=list)
    seen: list[Alert] = field(factory=list)
    closed: list[Alert] = field(factory=list)


def compared(
    connection: str, present: Iterable[Alert], found: Sequence[Finding], scope: Collection[str], at: datetime
) -> Update:
    """Hold what was found against the alerts that are open at present."""
    rest = {finding.key: finding for finding in found}
    update = Update()
    for alert in present:
        finding = rest.pop(alert.key, None)
        if finding is not None:
            update.seen.append(_seen(alert, finding, at))
        elif alert.key.startswith(tuple(scope)):
            update.closed.append(evolve(alert, closed_at=at))
    update.opened.extend(_opened(connection, finding, at) for finding in rest.values())
    return update


def _seen(alert: Alert, finding: Finding, at: datetime) -> Alert:
    return evolve(
        alert,
        severity=finding.severity,
        text=finding.text,
        count=finding.count,
        last_seen_at=max(at, alert.last_seen_at),
    )


def _opened(connection: str, finding: Finding, at: datetime) -> Alert:
    return Alert(
        id=0,
        connection=connection,
        key=finding.key,
        severity=finding.severity,
        text=finding.text,
        count=finding.count,
        opened_at=at,
        last_seen_at=at,
    )
