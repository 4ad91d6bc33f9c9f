"""What listeners, the log and OpenTelemetry are told."""

from __future__ import annotations

import builtins
import logging
from typing import Any

import attrs
import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from tests.tradegecko.drivers import RESET, Driver, answering, driver
from tradegecko_bridge import errors
from tradegecko_bridge.tradegecko.client import events
from tradegecko_bridge.tradegecko.client.otel import OpenTelemetry
from tradegecko_bridge.tradegecko.resources import COMPANIES, ORDERS
from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy

__all__ = ["driver"]

STEADY = RetryPolicy(jitter=lambda: 1.0)
GOOD = httpx.Response(200, json={"order": {"id": 1}}, headers={"X-Request-Id": "9f3", "X-Rate-Limit-Remaining": "298"})


def test_every_step_of_a_call_is_told(driver: Driver) -> None:
    """Request, failure, wait, request, answer: with method, path, attempt and what is known."""
    told: list[events.Event] = []
    answering(driver, httpx.ReadTimeout("x"), GOOD, listeners=[told.append], retry=STEADY)
    driver.send(ORDERS.get(1))
    assert [type(event).__name__ for event in told] == [
        "RequestStarted",
        "RequestFailed",
        "RetryWait",
        "RequestStarted",
        "AnswerReceived",
    ]
    assert {(event.method, event.path) for event in told} == {("GET", "/orders/1")}
    assert [event.attempt for event in told] == [1, 1, 1, 2, 2]
    assert len({event.call for event in told}) == 1
    _, failed, wait, started, answer = told
    assert isinstance(failed, events.RequestFailed)
    assert failed.error == "ReadTimeout"
    assert isinstance(wait, events.RetryWait)
    assert (wait.error, wait.seconds) == ("TimedOut", 0.5)
    assert isinstance(started, events.RequestStarted)
    assert started.host == "api.example"
    assert isinstance(answer, events.AnswerReceived)
    assert (answer.status, answer.request_id, answer.remaining) == (200, "9f3", 298)
    assert answer.seconds >= 0


def test_a_wait_for_the_rate_limit_is_told(driver: Driver) -> None:
    """Before the request that waits, with its seconds."""
    told: list[events.Event] = []
    last = httpx.Response(
        200, json={"order": {"id": 1}}, headers={"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": RESET}
    )
    answering(driver, last, GOOD, listeners=[told.append])
    driver.send(ORDERS.get(1))
    del told[:]
    driver.send(ORDERS.get(1))
    assert isinstance(told[0], events.RateWait)
    assert 40 < told[0].seconds < 45
    assert isinstance(told[-1], events.AnswerReceived)


def test_events_are_frozen_and_name_nobody(driver: Driver) -> None:
    """A listener can neither change an event nor learn who was asked for."""
    told: list[events.Event] = []
    answering(driver, httpx.Response(404), listeners=[told.append], retry=NO_RETRY)
    with pytest.raises(errors.NotFound):
        driver.send(COMPANIES.list(email="ann@example.com"))
    assert "ann@" not in repr(told)
    assert "secret-token" not in repr(told)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        told[0].path = "/"  # type: ignore[misc]


def test_a_listener_that_fails_breaks_nothing(driver: Driver, caplog: pytest.LogCaptureFixture) -> None:
    """The call goes on, the other listeners are told, and the failure is logged once."""
    told: list[events.Event] = []

    def broken(_event: events.Event) -> None:
        raise ZeroDivisionError

    answering(driver, GOOD, listeners=[broken, told.append])
    driver.send(ORDERS.get(1))
    driver.send(ORDERS.get(1))
    assert len(told) == 4
    failures = [record for record in caplog.records if "listener" in record.getMessage()]
    assert len(failures) == 1
    assert failures[0].name == "tradegecko_bridge"
    assert "broken" in failures[0].getMessage()


def test_the_log_has_a_line_and_its_facts(driver: Driver, caplog: pytest.LogCaptureFixture) -> None:
    """One logger; a line to read, and every fact as ``extra`` for a machine."""
    caplog.set_level(logging.DEBUG, logger="tradegecko_bridge")
    answering(driver, httpx.Response(503), GOOD, retry=STEADY)
    driver.send(ORDERS.get(1))
    ours = [record for record in caplog.records if record.name == "tradegecko_bridge"]
    assert [(record.levelname, record.getMessage()) for record in ours] == [
        ("DEBUG", "GET /orders/1 503"),
        ("INFO", "GET /orders/1 ServerError; trying again in 0.5 s"),
        ("DEBUG", "GET /orders/1 200"),
    ]
    facts = vars(ours[-1])
    expected = {"event": "AnswerReceived", "method": "GET", "path": "/orders/1", "attempt": 2, "status": 200}
    assert {name: facts[name] for name in expected} == expected
    assert (facts["request_id"], facts["remaining"]) == ("9f3", 298)


# ── OpenTelemetry ────────────────────────────────────────────────────────────────────────────


class Traces:
    """A tracer provider of this test's own, and what it was told."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.listener = OpenTelemetry(self.provider)

    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()


def facts(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_each_request_is_a_span(driver: Driver) -> None:
    """RecordKind without ids, a client's, under the span it was made in, with status, request id and resends."""
    traces = Traces()
    answering(driver, httpx.Response(503), GOOD, retry=STEADY, listeners=[traces.listener])
    with traces.provider.get_tracer("shop").start_as_current_span("delivery"):
        driver.send(ORDERS.get(1))
    first, second, around = traces.spans()
    assert first.name == second.name == "GET /orders/{id}"
    assert first.kind is SpanKind.CLIENT
    assert first.parent is not None
    assert around.context is not None
    assert first.parent.span_id == around.context.span_id
    assert (first.status.status_code, facts(first)["error.type"]) == (StatusCode.ERROR, "503")
    assert second.status.status_code is StatusCode.UNSET
    assert facts(second)["http.response.status_code"] == 200
    assert facts(second)["http.request.resend_count"] == 1
    assert facts(second)["tradegecko.request_id"] == "9f3"
    assert facts(second)["server.address"] == "api.example"
    assert [event.name for event in around.events] == ["RetryWait"]


def test_a_request_without_an_answer_is_a_span_too(driver: Driver) -> None:
    """With the class of what went wrong, and no message, which could hold an address."""
    traces = Traces()
    answering(driver, httpx.ConnectError("ann@example.com"), retry=NO_RETRY, listeners=[traces.listener])
    with pytest.raises(errors.TransportError):
        driver.send(ORDERS.create({"email": "ann@example.com"}))
    (span,) = traces.spans()
    assert span.name == "POST /orders"
    assert facts(span)["error.type"] == "ConnectError"
    assert "ann@" not in span.to_json()


def test_without_opentelemetry_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; the client itself works without."""
    real = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(errors.ConfigError, match=r"tradegecko-bridge\[otel\]"):
        OpenTelemetry()
