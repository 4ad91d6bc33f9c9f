"""What needs a person: found in the ledger and in what a run met; opened once, closed when the cause is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.engine.clock import TOLERATED, SharedClock
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import DELIVER, DIFFERS, DOUBLED, Report
from tradegecko_bridge.engine.source_calls import SourceFailed
from tradegecko_bridge.engine.source_changes.differences import findings
from tradegecko_bridge.errors import (
    AccessDenied,
    BridgeError,
    NeedsLogin,
    OtherAccount,
    SourceNeedsLogin,
    SourceUnavailable,
    StoreError,
    Unavailable,
)
from tradegecko_bridge.ledger import (
    BY_HAND,
    DELIVERED_STATES,
    ID_IN_USE,
    NOT_READY,
    REFERENCE_REUSED,
    UNPAID,
    UNREADABLE,
    Alert,
    Finding,
    LedgerEntry,
    OrderState,
    Severity,
    StateCount,
)
from tradegecko_bridge.outbox import OutboxState
from tradegecko_bridge.visible import log

_S = OrderState
PAYING: Final = timedelta(days=3)
"""So much longer an order that waits to be paid may wait before that is an alert."""
_LOGIN: Final = "login"
_ACCOUNT: Final = "account"
_SOURCE_LOGIN: Final = "source login"
_ALWAYS: Final = ("held ", "failed", "uncertain", "shipments ", "told ")


def watch(context: Context, report: Report) -> None:
    """Hold what the ledger and this run show against the open alerts, and tell what opened or closed.

    Raises:
        StoreError: the ledger failed.
    """
    delivers = report.operation == DELIVER
    in_run = (*report.findings, *_in_run(context, report), *_in_clock(context))
    found = {finding.key: finding for finding in (*_in_ledger(context, delivers=delivers), *in_run)}
    store, connection = context.store, context.connection
    report.alerts.extend(
        store.update_alerts(
            connection, list(found.values()), scope=[*_judged(report), _clock_key(context)], at=context.clock()
        )
    )
    report.open_alerts = len(store.alerts(connection))
    for alert in report.alerts:
        tell(context, alert)


def ledger_failed(context: Context, error: StoreError) -> None:
    """The one alert that cannot be kept where alerts are kept: told every time, and never closed."""
    now = context.clock()
    tell(
        context,
        Alert(
            id=0,
            connection=context.connection,
            key="ledger",
            severity=Severity.ERROR,
            text=str(error),
            count=1,
            opened_at=now,
            last_seen_at=now,
        ),
    )


def tell(context: Context, alert: Alert) -> None:
    """Whoever listens must not break a run. What its error says is not ours to log: only its kind is."""
    try:
        context.on_alert(alert)
    except Exception as error:
        log.error("fault in the alert callback: %s on alert %s", type(error).__name__, alert.key)


def _judged(report: Report) -> list[str]:
    """Which alerts this run can tell about, by the beginnings of their keys.

    What one operation meets says nothing of another: each may use what the others do not.
    """
    operation = report.operation
    scope = [*_ALWAYS, *report.judged, f"access {operation}", f"source {operation}", f"remote {operation}"]
    if report.reached:
        scope += [_ACCOUNT, _LOGIN] if report.calls else [_ACCOUNT]
    if operation == DELIVER:
        scope += ["action ", DIFFERS, DOUBLED, _SOURCE_LOGIN]
    return scope


# ── in the ledger ────────────────────────────────────────────────────────────────────────────


def _in_ledger(context: Context, *, delivers: bool) -> Iterator[Finding]:
    states = (_S.HELD, _S.FAILED, _S.SENDING, _S.UNCERTAIN)
    counts = [count for count in context.store.summary(context.connection, states=states) if count.code != BY_HAND]
    late = context.clock() - context.timing.alert_after
    yield from _held(context, [count for count in counts if count.state is _S.HELD], late)
    failed = [count for count in counts if count.state is _S.FAILED]
    stuck = [count for count in counts if count.state is _S.SENDING and count.since <= late]
    doubtful = [*stuck, *(count for count in counts if count.state is _S.UNCERTAIN)]
    if failed:
        yield _finding("failed", failed, "given up", "release or skip", severity=Severity.ERROR)
    if any(count.since <= late for count in doubtful):
        said = "not known to have arrived"
        yield _finding("uncertain", doubtful, said, "look in TradeGecko", severity=Severity.ERROR)
    same = [count for count in doubtful if count.code == ID_IN_USE]
    if same:
        text = "the same order in TradeGecko as another one of the ledger"
        yield _finding("uncertain id", same, text, "is it the right account?", severity=Severity.ERROR)
    if delivers:
        yield from _undone(context)
        yield from findings(context)
    yield from _refused_shipments(context)
    if count := context.store.failing_shipments(context.connection, since=late):
        text = f"the source could not be told of {count} shipment(s) for long; see `tgbridge shipments`"
        yield Finding(key="shipments failing", severity=Severity.WARNING, text=text, count=count)
    yield from _untold(context, late)


def _undone(context: Context) -> Iterator[Finding]:
    """Per reason: delivered orders with which something was not done, and will not be by itself."""
    counts = context.store.summary(context.connection, states=DELIVERED_STATES, with_reason=True)
    undone = [count for count in counts if not count.transient and count.code != BY_HAND]
    for code in sorted({str(count.code) for count in undone}):
        some = [count for count in undone if count.code == code]
        yield _finding(f"action {code}", some, f"delivered, but not done with ({code})", "retry")


def _held(context: Context, held: list[StateCount], late: datetime) -> Iterator[Finding]:
    """Per reason. One that may pass by itself gets some time to do so; that of another order under a known reference
    passes by no change elsewhere."""
    for code in sorted({str(count.code) for count in held} - {NOT_READY.code}):
        some = [count for count in held if str(count.code) == code]
        told_from = late - PAYING if code == UNPAID else late
        passing = all(count.transient for count in some) and code != REFERENCE_REUSED
        if passing and not any(count.since <= told_from for count in some):
            continue
        newest = context.store.entries(context.connection, states={_S.HELD}, reasons={code}, limit=1)
        example = "".join(f"the newest is {entry.number}{_why(entry)}" for entry in newest)
        yield _finding(f"held {code}", some, f"held ({code})", example or "look at them")


def _why(entry: LedgerEntry) -> str:
    """What a source said of an order that nobody could read may name somebody whom nothing else in the ledger names,
    and an alert is kept: it is shown with the order."""
    return f": {entry.reason.text}" if entry.reason and entry.reason.code != UNREADABLE else ""


def _finding(
    key: str, counts: Iterable[StateCount], said: str, remedy: str, severity: Severity = Severity.WARNING
) -> Finding:
    some = list(counts)
    number = sum(count.count for count in some)
    since = min(count.since for count in some)
    orders = "1 order is" if number == 1 else f"{number} orders are"
    text = f"{orders} {said}, the first since {since:%Y-%m-%d %H:%M} UTC; {remedy}"
    return Finding(key=key, severity=severity, text=text, count=number)


def _refused_shipments(context: Context) -> Iterator[Finding]:
    refused = context.store.refused_shipments(context.connection)
    if refused:
        number = refused[-1].shipment.order_number
        shipments = "1 shipment" if len(refused) == 1 else f"{len(refused)} shipments"
        # What the source said may name somebody, and an alert stays for good: it is shown with the order.
        back = sum(row.shipment.withdrawn for row in refused)
        also = f"; {back} of them TradeGecko has taken back: take those back at the source too" if back else ""
        said = (
            f"the source refused {shipments}; tell it by hand, then confirm the order; the newest is of {number}{also}"
        )
        yield Finding(key="shipments refused", severity=Severity.WARNING, text=said, count=len(refused))


def _untold(context: Context, late: datetime) -> Iterator[Finding]:
    """Per kind of thing the source is told: what it refuses, what fails for long, and what was given up."""
    for count in context.store.outbox_counts(context.connection):
        listed = f"list them with `tgbridge {count.kind} --state {count.state}`"
        if count.state is OutboxState.REFUSED:
            said, severity = f"refused by the source; {listed}", Severity.WARNING
        elif count.state is OutboxState.FAILED:
            said, severity = f"given up after failures; {listed}, then `--resend`", Severity.ERROR
        elif count.failing_since is not None and count.failing_since <= late:
            said, severity = (
                f"waiting, the first failing since {count.failing_since:%Y-%m-%d %H:%M} UTC",
                Severity.WARNING,
            )
        else:
            continue
        what = f"{count.kind}: 1 entry is" if count.count == 1 else f"{count.kind}: {count.count} entries are"
        yield Finding(
            key=f"told {count.kind} {count.state}", severity=severity, text=f"{what} {said}", count=count.count
        )


# ── in the run ───────────────────────────────────────────────────────────────────────────────


def _in_run(context: Context, report: Report) -> Iterator[Finding]:
    for error in report.causes:
        key = _key(error, report.operation)
        if key == _SOURCE_LOGIN and report.operation != DELIVER and not _is_open(context, key):
            key = f"source {report.operation}"  # else orders, which have no trouble, would close it, again and again
        yield Finding(key=key, severity=_severity(error), text=str(error))


def _is_open(context: Context, key: str) -> bool:
    return any(alert.key == key for alert in context.store.alerts(context.connection))


def _in_clock(context: Context) -> Iterator[Finding]:
    offset = context.clock.offset if isinstance(context.clock, SharedClock) else timedelta(0)
    if abs(offset) > TOLERATED:
        direction = "behind" if offset > timedelta(0) else "ahead of"
        off = timedelta(seconds=round(abs(offset).total_seconds()))
        text = f"the clock of {_machine(context)} is {off} {direction} the ledger's, which orders go by; set it right"
        yield Finding(key=_clock_key(context), severity=Severity.WARNING, text=text)


def _clock_key(context: Context) -> str:
    return f"clock {_machine(context)}:"


def _machine(context: Context) -> str:
    return context.worker.rpartition(":")[0] or context.worker


def _key(error: BridgeError, operation: str) -> str:
    behind = error.__cause__
    if isinstance(error, OtherAccount):
        return _ACCOUNT
    if isinstance(error, AccessDenied):
        return _LOGIN if isinstance(behind, NeedsLogin) else f"access {operation}"
    if isinstance(error, SourceFailed):
        return _SOURCE_LOGIN if isinstance(behind, SourceNeedsLogin) else f"source {operation}"
    return f"remote {operation}"


def _severity(error: BridgeError) -> Severity:
    passes = isinstance(error, Unavailable) or isinstance(error.__cause__, SourceUnavailable)
    return Severity.WARNING if passes else Severity.ERROR
