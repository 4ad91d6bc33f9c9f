"""Alerts as they leave the machine: one cause is one line, told once, and once more when it is over.

What was told is kept in the ledger, for each audience: what is open and was not told is news, and so is what was told
and is not open any more. Nothing else has to be remembered, and nothing is lost while an audience cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.config.telling import Audience
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ledger import Alert, Severity
from tradegecko_bridge.ports import Store
from tradegecko_bridge.service.channels import News, NotTold, send
from tradegecko_bridge.visible import log

_ACCOUNT_WIDE: Final = ("login", "account", "remote")
"""Causes that all connections have together."""
_ROOTS: Final = (*_ACCOUNT_WIDE, "source")
_FOLLOW: Final = ("held unavailable", "shipments failing", "overdue ", "uncertain", "stock drift")
"""What a root cause brings with it: while that is open, these are part of it."""
_DIGESTED: Final = "digest"
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_RETRY: Final = timedelta(hours=1)
Send = Callable[[str, Audience, Sequence[News]], None]


def root_of(key: str) -> str:
    """The cause that an alert's key tells of."""
    first = key.split(" ", 1)[0]
    return first if first in _ROOTS else key


def causes_of(alerts: Sequence[Alert]) -> dict[str, list[Alert]]:
    """The open alerts of one connection by their cause, the worst first."""
    roots = [root for root in _ROOTS if any(root_of(alert.key) == root for alert in alerts)]
    of_account = next((root for root in roots if root in _ACCOUNT_WIDE), None)
    found: dict[str, list[Alert]] = {}
    for alert in sorted(
        alerts, key=lambda one: (root_of(one.key) not in _ROOTS, one.severity is not Severity.ERROR, one.id)
    ):
        follows = alert.key.startswith(_FOLLOW) or (alert.key.startswith("told ") and alert.key.endswith(" pending"))
        cause = root_of(alert.key)
        if roots and follows:
            cause = roots[0]
        elif of_account and cause in _ACCOUNT_WIDE:
            cause = of_account
        found.setdefault(cause, []).append(alert)
    return found


class Teller(OfThisProcess):
    """Tells every audience what it has not been told; for one thread."""

    def __init__(
        self, audiences: Mapping[str, Audience], store: Store, connections: Sequence[str], *, send: Send = send
    ) -> None:
        self._audiences, self._store, self._connections, self._send = audiences, store, tuple(connections), send
        self._failed: dict[str, tuple[int, datetime]] = {}
        self._ledger_told: set[str] = set()
        self.failures: dict[str, int] = dict.fromkeys(audiences, 0)
        """How often each audience could not be told."""

    def tell(self, now: datetime) -> None:
        """Tell what is new. Raises StoreError."""
        alerts = {name: list(self._store.alerts(name)) for name in self._connections}
        for name, audience in self._audiences.items():
            if name in self._ledger_told and self._sent(name, [_ledger_news(now, "", is_open=False)], now):
                self._ledger_told.discard(name)
            self._tell(name, audience, alerts, now)

    def tell_ledger(self, error: StoreError, now: datetime) -> None:
        """Tell that the ledger fails, once: no alert can be kept there."""
        news = [_ledger_news(now, str(error), is_open=True)]
        for name in self._audiences.keys() - self._ledger_told:
            if self._sent(name, news, now):
                self._ledger_told.add(name)

    def _tell(self, name: str, audience: Audience, alerts: Mapping[str, Sequence[Alert]], now: datetime) -> None:
        mine = [one for one in self._connections if one in (audience.connections or self._connections)]
        wanted = {one: causes_of([alert for alert in alerts[one] if _is_for(alert, audience)]) for one in mine}
        kind = f"alerts told {name}"
        told = {one: dict(self._store.told_values(one, kind)) for one in mine}
        opened = _by_cause({one: [c for c in causes if c not in told[one]] for one, causes in wanted.items()})
        over = _by_cause({one: [c for c in told[one] if c not in wanted[one] and c != _DIGESTED] for one in mine})
        if not (opened or over) or not self._is_time(name, audience, told, now):
            return
        known = {cause for one in mine for cause in told[one]}
        still = {cause for one in mine for cause in wanted[one]}
        news = []
        for cause, connections in opened.items():
            if cause in _ACCOUNT_WIDE and cause in known:
                continue  # one more connection of the account has it
            groups = [connections] if cause in _ACCOUNT_WIDE else [[one] for one in connections]
            for group in groups:
                first = wanted[group[0]][cause][0]
                news.append(
                    News(
                        cause=cause,
                        connections=tuple(group),
                        is_open=True,
                        at=now,
                        severity=first.severity,
                        text=f"{first.text} ({cause})",
                    )
                )
        for cause, connections in over.items():
            if cause in _ACCOUNT_WIDE and cause in still:
                continue  # another connection of the account still has it
            groups = [connections] if cause in _ACCOUNT_WIDE else [[one] for one in connections]
            news += [News(cause=cause, connections=tuple(group), is_open=False, at=now) for group in groups]
        if news and not self._sent(name, news, now):
            return
        for one in mine:
            changes = {cause: now.isoformat() for cause, some in opened.items() if one in some}
            changes |= {cause: "" for cause, some in over.items() if one in some}
            if audience.digest and one == mine[0]:
                changes[_DIGESTED] = now.isoformat()
            if changes:
                self._store.record_told_values(one, kind, changes, at=now)

    def _is_time(self, name: str, audience: Audience, told: Mapping[str, Mapping[str, str]], now: datetime) -> bool:
        _, not_before = self._failed.get(name, (0, now))
        if now < not_before or (audience.quiet_hours and audience.quiet_hours.over(now) > now):
            return False
        if (rhythm := audience.gathers) is None:
            return True
        last = next((values[_DIGESTED] for values in told.values() if _DIGESTED in values), None)
        if last is None:  # the first digest comes at its time, too
            one = next(iter(told))
            self._store.record_told_values(one, f"alerts told {name}", {_DIGESTED: now.isoformat()}, at=now)
            return False
        return rhythm.after(datetime.fromisoformat(last)) <= now

    def _sent(self, name: str, news: Sequence[News], now: datetime) -> bool:
        times, not_before = self._failed.get(name, (0, now))
        if now < not_before:
            return False
        try:
            self._send(name, self._audiences[name], news)
        except NotTold as error:
            self.failures[name] += 1
            wait = min(FIRST_RETRY * 2 ** min(times, 6), LONGEST_RETRY)
            self._failed[name] = times + 1, now + wait
            log.error("%s; it is tried again in %d s", error, wait.total_seconds())
            return False
        self._failed.pop(name, None)
        return True


def _by_cause(causes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for connection, some in causes.items():
        for cause in some:
            found.setdefault(cause, []).append(connection)
    return found


def _is_for(alert: Alert, audience: Audience) -> bool:
    return audience.severity is not Severity.ERROR or alert.severity is Severity.ERROR


def _ledger_news(now: datetime, text: str, *, is_open: bool) -> News:
    return News(
        cause="ledger", connections=("all connections",), is_open=is_open, at=now, severity=Severity.ERROR, text=text
    )
