"""What a run did, order by order: printable, machine-readable, and true when nothing failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from attrs import define, field, frozen

from tradegecko_bridge.commerce import Verdict
from tradegecko_bridge.engine.clock import TOLERATED
from tradegecko_bridge.errors import BridgeError
from tradegecko_bridge.ledger import Alert, Finding, Reason
from tradegecko_bridge.runs import JobRun
from tradegecko_bridge.visible import visible


class Outcome(StrEnum):
    """What became of one item in this run."""

    DELIVERED = "delivered"
    ADOPTED = "adopted"
    """It was in the system already, as ours: an answer had been lost."""
    HELD = "held"
    SKIPPED = "skipped"
    """Never sent, by a setting; it is asked again when its source changes it."""
    WAITING = "waiting"
    """A transient failure: tried again later."""
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CHANGED = "changed"
    """Changed or canceled at the source after it was sent: not carried over."""
    CANCELED = "canceled"
    """Canceled at the source before it was sent: never created."""
    SENT = "sent"
    """The source took it."""
    IGNORED = "ignored"
    REFUSED = "refused"
    CLAIMED = "claimed"
    """Another worker has it right now, or had it and has not reported back yet."""
    PLANNED = "planned"
    """A dry run: it would be done."""
    INGESTED = "ingested"
    """Given again by its source: it was new to the ledger, or had changed."""
    KNOWN = "known"
    """Left as the ledger has it: given again by its source without a change, or (in a dry run) not due."""
    AMISS = "amiss"
    """Source, ledger and system do not agree."""
    REPAIRED = "repaired"
    """They did not, and will after the next sync."""


OUTCOME_OF: Final = {
    Verdict.ACCEPTED: Outcome.SENT,
    Verdict.IGNORED: Outcome.IGNORED,
    Verdict.REFUSED: Outcome.REFUSED,
    Verdict.FAILED: Outcome.WAITING,
}
"""What a source's verdict on an item is called in a report."""
DELIVER: Final = "deliver orders"
"""The operation that alerts on orders depend on."""
DOUBLED: Final = "doubled "
"""Begins the keys of alerts on orders that are there twice; the ids follow."""
MOST_KEPT: Final = 10
"""Problems of a run that the ledger keeps in words."""
MOST_LISTED: Final = 10_000
"""Items of a report beyond which those that succeeded are only counted."""
DIFFERS: Final = "differs "
"""Begins the keys of alerts on orders that are different at their source or in the system; the reference follows."""
FAILURES = frozenset({Outcome.FAILED, Outcome.REFUSED, Outcome.WAITING, Outcome.UNCERTAIN, Outcome.AMISS})
"""Outcomes after which a report is false. A held order is not a failure: it is where it belongs."""


@frozen
class Item:
    """One order, shipment, SKU or product of the run. ``name`` is what people call it.

    ``facts`` say the same for programs, where there are any: the code of a reason, or what would be sent.
    """

    name: str
    outcome: Outcome
    detail: str = ""
    facts: Mapping[str, Any] = field(factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The item as JSON values."""
        said: dict[str, Any] = {"name": self.name, "outcome": str(self.outcome), "detail": self.detail}
        return {**said, "facts": dict(self.facts)} if self.facts else said


@frozen(kw_only=True)
class Kept:
    """Many items that stay as they were, counted: how many, and the newest of them. They have one reason."""

    outcome: Outcome
    count: int
    example: Item

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        reason = self.example.facts.get("reason")
        return {
            "outcome": str(self.outcome), "count": self.count, "reason": reason, "example": self.example.as_dict()
        }  # fmt: skip

    @property
    def said(self) -> str:
        """The example, and what lists them all."""
        listed = f"tgbridge orders list --state {self.outcome} --reason-code {self.example.facts.get('reason')}"
        return f"e.g. {self.example.name}: {self.example.detail} (all of them: `{listed}`)"


def _to_nobody(_item: Item) -> None:
    pass


@define(kw_only=True)
class Report:
    """One execution of one operation. Times are aware UTC; ``calls`` counts requests to TradeGecko.

    ``unchanged`` counts what needed nothing (stock levels the source has already, orders already in the ledger).
    ``problems`` are failures of the run itself, one line each. Orders that stay held are among the ``items`` while they
    are few; many are counted by their reasons, in ``kept``.
    """

    operation: str
    connection: str
    started_at: datetime
    finished_at: datetime | None = None
    dry_run: bool = False
    ingested: int = 0
    unchanged: int = 0
    calls: int = 0
    items: list[Item] = field(factory=list)
    kept: list[Kept] = field(factory=list)
    unlisted: dict[Outcome, int] = field(factory=dict)
    """How many more ended so, where that is true of very many and nobody needs their names."""
    problems: list[str] = field(factory=list)
    causes: list[BridgeError] = field(factory=list, repr=False, eq=False)
    """The errors behind those of the problems that are errors."""
    notes: list[str] = field(factory=list)
    """What somebody should know, one line each; no failure."""
    findings: list[Finding] = field(factory=list, repr=False, eq=False)
    """What else needs a person."""
    judged: list[str] = field(factory=list, repr=False, eq=False)
    """Beginnings of keys of alerts on which this run has just looked: those that were not found are over."""
    absent: dict[str, str] = field(factory=dict)
    """Names the source was asked for and has no order of, each with its problem."""
    alerts: list[Alert] = field(factory=list)
    """The alerts that opened or closed with this run."""
    open_alerts: int = 0
    """How many are open after it."""
    clock_offset: timedelta | None = None
    """What the system's clock shows more than this machine's; None where nobody knows."""
    reached: bool = field(default=False, repr=False, eq=False)
    """Whether the connection's account was there."""
    on_item: Callable[[Item], None] = field(default=_to_nobody, repr=False, eq=False)
    """Told each item as soon as it is known, from whatever thread."""

    def as_run(self, worker: str) -> JobRun:
        """The report in short, as the ledger keeps it. Of problems that may be in a source's words only the count is
        kept."""
        counts = {str(outcome): number for outcome, number in self.counts.items()}
        more = {"ingested": self.ingested, "unchanged": self.unchanged, "problems": len(self.problems)}
        return JobRun(
            connection=self.connection,
            job=self.operation,
            started_at=self.started_at,
            finished_at=self.finished_at or self.started_at,
            ok=bool(self),
            worker=worker,
            calls=self.calls,
            counts=counts | {name: number for name, number in more.items() if number},
            problems=tuple(str(error) for error in self.causes[:MOST_KEPT]),
        )

    def fail(self, error: BridgeError) -> None:
        """Note an error of the run itself."""
        self.problems.append(str(error))
        self.causes.append(error)

    def miss(self, name: str, problem: str) -> None:
        """Note an order the source was asked for and has not."""
        self.problems.append(problem)
        self.absent[name] = problem

    def add(self, name: str, outcome: Outcome, detail: str = "", reason: Reason | None = None) -> None:
        """Note what became of one item, and for programs the code of the reason."""
        self.note(Item(name, outcome, detail, {"reason": reason.code} if reason else {}))

    def note(self, item: Item) -> None:
        """Note an item that is known now."""
        self.items.append(item)
        self.on_item(item)

    def tally(self, name: str, outcome: Outcome, detail: str = "") -> None:
        """Note what became of one of perhaps a million items: beyond the first thousands they are only counted."""
        if len(self.items) < MOST_LISTED:
            self.add(name, outcome, detail)
        else:
            self.unlisted[outcome] = self.unlisted.get(outcome, 0) + 1

    def count(self, *outcomes: Outcome) -> int:
        """How many items ended so, those that are only counted included."""
        return sum(number for outcome, number in self.counts.items() if outcome in outcomes)

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many items ended how, those that are only counted included."""
        counts = Counter(item.outcome for item in self.items)
        for kept in self.kept:
            counts[kept.outcome] += kept.count
        counts.update(self.unlisted)
        return counts

    @property
    def clock_note(self) -> str:
        """What to say of this machine's clock; nothing where it is right, or nobody knows."""
        offset = self.clock_offset
        if offset is None or abs(offset) <= TOLERATED:
            return ""
        apart = f"{abs(offset).total_seconds():.0f} s {'behind' if offset > timedelta(0) else 'ahead of'}"
        return f"this machine's clock is {apart} TradeGecko's; have it set by a time server (NTP)"

    def __bool__(self) -> bool:
        return not self.problems and not self.count(*FAILURES)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "operation": self.operation,
            "connection": self.connection,
            "ok": bool(self),
            "dry_run": self.dry_run,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "ingested": self.ingested,
            "unchanged": self.unchanged,
            "unlisted": {str(outcome): number for outcome, number in self.unlisted.items()},
            "calls": self.calls,
            "counts": {str(outcome): n for outcome, n in self.counts.items()},
            "items": [item.as_dict() for item in self.items],
            "kept": [kept.as_dict() for kept in self.kept],
            "problems": list(self.problems),
            "notes": list(self.notes),
            "clock_offset": None if self.clock_offset is None else self.clock_offset.total_seconds(),
            "alerts": {
                "open": self.open_alerts,
                "opened": [alert.key for alert in self.alerts if alert.is_open],
                "closed": [alert.key for alert in self.alerts if not alert.is_open],
            },
        }

    @property
    def told(self) -> list[Item]:
        """The items a person should read of: those with something to say, except what is not the source's business."""
        return [item for item in self.items if item.detail and item.outcome is not Outcome.IGNORED]

    def lines(self) -> Iterator[str]:
        """The report for people: a headline, then every item that needs one. Each is a visible line."""
        return map(visible, self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.headline()
        for item in self.told:
            yield f"  {item.outcome} {item.name}: {item.detail}"
        for kept in self.kept:
            yield f"  {kept.outcome} {kept.count:,} orders, {kept.said}"
        for problem in self.problems:
            yield f"  problem: {problem}"
        for note in (*self.notes, self.clock_note):
            if note:
                yield f"  note: {note}"
        for alert in self.alerts:
            yield f"  alert {'opened' if alert.is_open else 'closed'}: {alert.text}"

    def headline(self, *, named: bool = False) -> str:
        """Counts in one line; ``named``: with the connection."""
        parts = [f"{n} {outcome}" for outcome, n in self.counts.items()]
        if self.ingested:
            parts.insert(0, f"{self.ingested} ingested")
        if self.unchanged:
            parts.append(f"{self.unchanged} unchanged")
        name = f" of {self.connection}" if named else ""
        dry = " (dry run)" if self.dry_run else ""
        calls = f"{self.calls} API {'call' if self.calls == 1 else 'calls'}"
        nothing = "nothing to do" if self else "nothing found" if self.absent else "stopped"
        return f"{self.operation}{name}{dry}: {', '.join(parts) or nothing} - {calls}"

    def __str__(self) -> str:
        return "\n".join(self.lines())


@define(kw_only=True)
class RunReport:
    """All operations of one run, in the order they were done."""

    connection: str
    reports: list[Report] = field(factory=list)

    @property
    def calls(self) -> int:
        """Requests to TradeGecko in all."""
        return sum(report.calls for report in self.reports)

    def __bool__(self) -> bool:
        return all(self.reports)

    def __iter__(self) -> Iterator[Report]:
        return iter(self.reports)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "connection": self.connection,
            "ok": bool(self),
            "calls": self.calls,
            "reports": [report.as_dict() for report in self.reports],
        }

    def __str__(self) -> str:
        return "\n".join(str(report) for report in self.reports)
