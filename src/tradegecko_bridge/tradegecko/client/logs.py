"""Keeping customers out of the log."""

from __future__ import annotations

import logging


class _WithoutQuery(logging.Filter):
    """httpx logs every URL whole at INFO; a filter such as ``?email=…`` would put a customer into the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(value) for value in record.args)
        return True


def _cut(value: object) -> object:
    text = str(value)
    return text.split("?", 1)[0] + "?…" if "://" in text and "?" in text else value


_filter = _WithoutQuery()


def keep_queries_out_of_httpx_logs() -> None:
    """Cut the query off URLs in httpx's own log lines, for the whole program. Harmless when done twice."""
    logging.getLogger("httpx").addFilter(_filter)
