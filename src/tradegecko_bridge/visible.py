"""Text from outside, made visible before it reaches a terminal or a log line: orders, files and servers write anything.

A terminal obeys control characters, and bidirectional and invisible ones make a line look like another. They are shown
as escapes such as ``\\x1b``. What is a line break of ours is told apart from one in somebody's text.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final, TextIO

from tradegecko_bridge.log_output import show_where_asked

_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What nobody sees though ``str.isprintable`` says yes: fillers, joiners and variation selectors."""


def visible(text: str, *, lines: bool = False) -> str:
    """A text in which everything can be seen, and is obeyed by no terminal; ``lines``: its line feeds stay."""
    if lines:
        return "\n".join(map(visible, text.split("\n")))
    if is_visible(text):
        return text
    return "".join(char if is_visible(char) else char.encode("unicode_escape").decode() for char in text)


def is_visible(text: str) -> bool:
    """Whether a text may be shown as it is."""
    return text.isprintable() and not _UNSEEN.search(text)


class VisibleStream:
    """A text stream that only visible text and line feeds get through; everything else is as the stream has it.

    It has no ``buffer``, so that nobody writes past it, except rich, which gets the stream itself: it writes the
    terminal's escapes, around texts that were made visible before they were laid out.
    """

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream

    @classmethod
    def over(cls, stream: TextIO) -> TextIO:
        """A stream like this over another one; the same, if it is one already."""
        made: Any = stream if isinstance(stream, cls) else cls(stream)
        return made  # type: ignore[no-any-return]

    def write(self, text: str) -> int:
        """Write what can be seen of a text, and escapes for the rest, also for what the stream's encoding lacks."""
        shown = visible(text, lines=True)
        encoding = getattr(self.rich_proxied_file, "encoding", None) or "utf-8"
        self.rich_proxied_file.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.rich_proxied_file, name)


class _VisibleRecords(logging.Filter):
    """Makes a record one visible line, and its traceback visible lines, whichever handler or format shows it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if not is_visible(message):
            record.msg, record.args = visible(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = visible(_FORMATTER.formatException(record.exc_info), lines=True)
        return True


_FORMATTER: Final = logging.Formatter()
log: Final = logging.getLogger("tradegecko_bridge")
"""The one logger of this package."""
log.addFilter(_VisibleRecords())
show_where_asked(log)
