"""What the client logs, and keeping customers out of the log."""

from __future__ import annotations

import logging
import re
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


_QUERY = re.compile(r"(https?://[^\s?'\"<>]*)\?[^\s'\"<>]*")
_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))


class _WithoutQuery(logging.Filter):
    """httpx logs every URL whole, httpcore the ``Link`` header: ``?email=…`` would put a customer into the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "?" in message:
            record.msg, record.args = _QUERY.sub(r"\1?…", message), None
        return True


_filter = _WithoutQuery()


def keep_queries_out_of_http_logs() -> None:
    """Cut the query off URLs in the log lines of httpx and httpcore, for the whole program. Twice is harmless."""
    for name in _LOGGERS:  # a filter of "httpcore" alone would not see what its children log
        logging.getLogger(name).addFilter(_filter)
