"""Keeping customers out of the log."""

from __future__ import annotations

import logging
import re

_QUERY = re.compile(r"(https?://[^\s?'\"<>]*)\?[^\s'\"<>]*")
_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))


class _WithoutQuery(logging.Filter):
    """httpx logs every URL whole, httpcore the ``Link`` header: ``?email=…`` would put a customer into the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "?" in said:
            record.msg, record.args = _QUERY.sub(r"\1?…", said), None
        return True


_filter = _WithoutQuery()


def keep_queries_out_of_http_logs() -> None:
    """Cut the query off URLs in the log lines of httpx and httpcore, for the whole program. Twice is harmless."""
    for name in _LOGGERS:  # a filter of "httpcore" alone would not see what its children log
        logging.getLogger(name).addFilter(_filter)
