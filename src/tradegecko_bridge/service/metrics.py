"""What Prometheus is shown. The names are documented, and stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Summary

from tradegecko_bridge.engine import Report


class Metrics:
    """The figures of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        of_job = ("connection", "job")
        self._runs = Counter("tgbridge_runs", "Runs by outcome", (*of_job, "ok"), registry=self.registry)
        self._seconds = Summary("tgbridge_run_seconds", "How long runs take", of_job, registry=self.registry)
        self._items = Counter(
            "tgbridge_items", "Orders, SKUs and others by outcome", (*of_job, "outcome"), registry=self.registry
        )
        self._calls = Counter("tgbridge_requests", "Requests to TradeGecko", of_job, registry=self.registry)
        self._success = Gauge(
            "tgbridge_last_success_timestamp_seconds", "When a job last went well", of_job, registry=self.registry
        )
        self._alerts = Gauge("tgbridge_open_alerts", "Alerts that are open", ("connection",), registry=self.registry)
        self._untold = Gauge(
            "tgbridge_telling_failures",
            "How often an audience could not be told",
            ("audience",),
            registry=self.registry,
        )

    def ran(self, connection: str, job: str, reports: Iterable[Report], *, ok: bool, seconds: float) -> None:
        """A run ended."""
        self._runs.labels(connection, job, str(ok).lower()).inc()
        self._seconds.labels(connection, job).observe(seconds)
        for report in reports:
            self._calls.labels(connection, job).inc(report.calls)
            for outcome, count in report.counts.items():
                self._items.labels(connection, job, str(outcome)).inc(count)

    def last_success(self, connection: str, job: str, at: datetime | None) -> None:
        """When a job last went well."""
        self._success.labels(connection, job).set(at.timestamp() if at else 0)

    def open_alerts(self, connection: str, count: int) -> None:
        """So many are open."""
        self._alerts.labels(connection).set(count)

    def telling_failures(self, failures: Mapping[str, int]) -> None:
        """So often each audience could not be told."""
        for audience, count in failures.items():
            self._untold.labels(audience).set(count)
