"""What the client logs."""

from __future__ import annotations

import logging
from typing import Final

from attrs import asdict

from tradegecko_bridge.tradegecko.client.events import AnswerReceived, Event, RateWait, RequestFailed, RetryWait
from tradegecko_bridge.visible import log

_LINES: Final[dict[type[Event], tuple[int, str]]] = {
    AnswerReceived: (logging.DEBUG, "%(method)s %(path)s %(status)s"),
    RequestFailed: (logging.INFO, "%(method)s %(path)s %(error)s"),
    RetryWait: (logging.INFO, "%(method)s %(path)s %(error)s; trying again in %(seconds).1f s"),
    RateWait: (logging.INFO, "rate limit used up; waiting %(seconds).1f s"),
}
"""A request that starts is not here: its answer or failure says the same a moment later."""


def log_event(event: Event) -> None:
    """One line for a person, and every field of the event as ``extra`` for a machine."""
    level, line = _LINES.get(type(event), (logging.NOTSET, ""))
    if line and log.isEnabledFor(level):
        fields = asdict(event)
        log.log(level, line, fields, extra={**fields, "event": type(event).__name__})
