"""What operations tell while they go on: log records, and spans of whatever tracing a program has.

Each record is a line for people and has the same as fields (``extra``) for machines: ``event``, ``connection``,
``operation`` and what belongs to the event. Nothing in them says whose an order is, beyond its number.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import Any, Final, Protocol, TypeAlias

from tradegecko_bridge.engine.report import FAILURES, Item, Outcome, Report
from tradegecko_bridge.ledger import LedgerEntry
from tradegecko_bridge.visible import log

Fact: TypeAlias = str | bool | int | float


class Span(Protocol):
    """What is used of OpenTelemetry's ``Span``."""

    def set_attribute(self, key: str, value: Any, /) -> None:
        """Say something of what the span is about."""


class Tracer(Protocol):
    """What is used of OpenTelemetry's ``Tracer``, which :func:`opentelemetry.trace.get_tracer` gives."""

    def start_as_current_span(
        self, name: str, *, attributes: Mapping[str, Fact] | None = None
    ) -> AbstractContextManager[Any]:
        """A span that lasts for a ``with`` block, and is the parent of those begun in it."""


_NOTABLE: Final = FAILURES | {Outcome.HELD}
"""What became of an item, told at INFO; all else at DEBUG."""


@contextmanager
def operation(
    tracer: Tracer | None, connection: str, name: str, *, dry_run: bool
) -> Iterator[Callable[[Report], None]]:
    """An operation goes on; the function is told its report.

    Its beginning is logged at DEBUG; its end at INFO, with what it counted and whether all went well (``ok``).
    """
    facts: dict[str, Fact] = {"connection": connection, "operation": name, "dry_run": dry_run}
    began = perf_counter()

    def ended(report: Report) -> None:
        done: dict[str, Fact] = {"calls": report.calls, "ok": bool(report), "seconds": perf_counter() - began}
        counts = {str(outcome): count for outcome, count in report.counts.items()}
        more = {
            "headline": report.headline(),
            "counts": counts,
            "causes": [type(one).__name__ for one in report.causes],
        }
        line = "%(connection)s: %(headline)s in %(seconds).1f s"
        line += ": %(causes)s" if report.causes else ""
        _log(logging.INFO, "OperationEnded", line, {**facts, **done, **more, "problems": len(report.problems)})
        for key, value in {**done, **{f"items.{outcome}": count for outcome, count in counts.items()}}.items():
            span.set_attribute(f"tgbridge.{key}", value)

    _log(logging.DEBUG, "OperationStarted", "%(connection)s: %(operation)s begins", facts)
    with _span(tracer, name, facts) as span:
        yield ended


def order_span(tracer: Tracer | None, doing: str, connection: str, entry: LedgerEntry) -> AbstractContextManager[Span]:
    """Something is done about one order."""
    return _span(tracer, doing, {"connection": connection, "entry": entry.id, "order": entry.number})


def item_done(connection: str, name: str, item: Item) -> None:
    """What became of one item of an operation: failures and held orders at INFO, all else at DEBUG.

    Its detail stays in the report: a source or a system may have said it, who may quote anybody.
    """
    level = logging.INFO if item.outcome in _NOTABLE else logging.DEBUG
    if log.isEnabledFor(level):
        said = {"connection": connection, "operation": name, "item": item.name, "outcome": str(item.outcome)}
        reason = item.facts.get("reason")
        line = "%(connection)s: %(operation)s: %(item)s %(outcome)s"
        line += " (%(reason)s)" if reason else ""
        _log(level, "Item", line, {**said, "reason": reason, "remote_id": item.facts.get("remote_id")})


def _log(level: int, event: str, line: str, facts: Mapping[str, Any]) -> None:
    if log.isEnabledFor(level):
        log.log(level, line, facts, extra={**facts, "event": event})


class _NoSpan:
    def set_attribute(self, key: str, value: Any, /) -> None:
        pass


_NO_SPAN: Final = _NoSpan()


def _span(tracer: Tracer | None, name: str, facts: Mapping[str, Fact]) -> AbstractContextManager[Span]:
    if tracer is None:
        return nullcontext(_NO_SPAN)
    return tracer.start_as_current_span(name, attributes={f"tgbridge.{key}": value for key, value in facts.items()})
