"""The sandbox's logger. Its records can be seen whole: paths and errors are from whoever sends a request."""

from __future__ import annotations

import logging

_FORMATTER = logging.Formatter()


def _seen(text: str) -> str:
    return "".join(char if " " <= char <= "~" else char.encode("unicode_escape").decode() for char in text)


def _make_visible(record: logging.LogRecord) -> bool:
    record.msg, record.args = _seen(record.getMessage()), None
    if record.exc_info:
        record.exc_text = "\n".join(map(_seen, _FORMATTER.formatException(record.exc_info).split("\n")))
    return True


log: logging.Logger = logging.getLogger("tradegecko_bridge.sandbox")
log.addFilter(_make_visible)
