"""Our log on standard error, for whoever asks: ``TGBRIDGE_LOG=debug`` in any program, ``--verbose`` of a command.

Nothing of a program's own logging is changed: no level but that of our logger, and once the program has handlers of its
own, these alone show our records.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any, Final

VARIABLE: Final = "TGBRIDGE_LOG"
LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_LINE: Final = "%(asctime)s %(levelname)-7s %(message)s"


class _OurOutput(logging.StreamHandler[Any]):
    """Writes to what standard error is at the moment, unless the program shows records itself."""

    def emit(self, record: logging.LogRecord) -> None:
        if not logging.root.handlers:
            self.stream = sys.stderr
            super().emit(record)


_output: Final = _OurOutput()
_output.setFormatter(logging.Formatter(_LINE))


def show_log(log: logging.Logger, level: int) -> None:
    """Show this logger's records from a level on; asked again, the lower level counts."""
    known = log.level if _output in log.handlers else logging.CRITICAL
    log.setLevel(min(known, level))
    if _output not in log.handlers:
        log.addHandler(_output)


def show_where_asked(log: logging.Logger) -> None:
    """Show it at the level that the environment names; one line for a level that there is not."""
    asked = os.environ.get(VARIABLE, "").strip().lower()
    if asked in LEVELS:
        show_log(log, LEVELS[asked])
    elif asked:
        show_log(log, logging.WARNING)
        log.warning("%s=%.20r is no level; there are %s", VARIABLE, asked, ", ".join(LEVELS))
