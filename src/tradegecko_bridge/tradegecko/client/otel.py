"""A span for each request, by OpenTelemetry (extra ``otel``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.tradegecko.client import events

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

_NUMBER: Final = re.compile(r"/\d+(?=/|$)")


class OpenTelemetry:
    """A listener that makes one client span of each request: ``TradeGeckoClient(…, listeners=[OpenTelemetry()])``.

    Spans are children of the span that is current where the call is made, and named as OpenTelemetry's conventions
    for HTTP clients ask: ``GET /orders/{id}``. Waits are events of the current span.

    Args:
        tracer_provider: the program's own; None takes the global one.

    Raises:
        ConfigError: OpenTelemetry is not installed.
    """

    def __init__(self, tracer_provider: TracerProvider | None = None) -> None:
        try:
            from opentelemetry import trace
        except ImportError:
            raise ConfigError("OpenTelemetry is not installed: pip install 'tradegecko-bridge[otel]'") from None
        self._trace = trace
        self._tracer = trace.get_tracer("tradegecko_bridge", tracer_provider=tracer_provider)
        self._open: dict[int, Span] = {}

    def __call__(self, event: events.Event) -> None:
        """Begin, end or annotate a span."""
        if isinstance(event, events.RequestStarted):
            self._open[event.call] = self._begin(event)
        elif isinstance(event, events.AnswerReceived):
            self._end(event, _answer(event), str(event.status) if event.status >= 400 else None)
        elif isinstance(event, events.RequestFailed):
            self._end(event, {}, event.error)
        elif isinstance(event, (events.RetryWait, events.RateWait)):
            waiting = {"tradegecko.wait.seconds": event.seconds, "tradegecko.call": event.call}
            self._trace.get_current_span().add_event(type(event).__name__, waiting)

    def _begin(self, event: events.RequestStarted) -> Span:
        facts: dict[str, Any] = {
            "http.request.method": event.method,
            "url.path": event.path,
            "server.address": event.host,
            "tradegecko.call": event.call,
        }
        if event.attempt > 1:
            facts["http.request.resend_count"] = event.attempt - 1
        name = f"{event.method} {_NUMBER.sub('/{id}', event.path)}"
        return self._tracer.start_span(name, kind=self._trace.SpanKind.CLIENT, attributes=facts)

    def _end(self, event: events.Event, facts: dict[str, Any], error: str | None) -> None:
        span = self._open.pop(event.call, None)
        if span is None:
            return
        span.set_attributes(facts)
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()


def _answer(event: events.AnswerReceived) -> dict[str, Any]:
    facts = {
        "http.response.status_code": event.status,
        "tradegecko.request_id": event.request_id,
        "tradegecko.rate_remaining": event.remaining,
    }
    return {name: value for name, value in facts.items() if value is not None}
