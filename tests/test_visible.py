"""What somebody wrote is seen, and obeyed by nothing: on terminals and in log lines."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import unseen
from tradegecko_bridge.sandbox.wire.log import log as sandbox_log
from tradegecko_bridge.visible import VisibleStream, is_visible, log, visible

SOURCES = Path(__file__).parents[1] / "src" / "tradegecko_bridge"
EVIL = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202eevil\u2066\u200b\u2028\r\nerror: forged\ufeff\u3164\udc80"
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(EVIL)))


@given(TEXTS)
def test_all_of_a_text_can_be_seen(text: str) -> None:
    """In one line, or in as many as it has line feeds; once is enough; what could be seen already is as it was."""
    shown = visible(text)
    assert not unseen(shown)
    assert "\n" not in shown
    assert is_visible(shown)
    assert visible(shown) == shown
    assert visible(text, lines=True).count("\n") == text.count("\n")
    assert not unseen(visible(text, lines=True))
    assert (shown == text) is is_visible(text)


def test_every_character_alone() -> None:
    """Letters, signs and marks of all scripts stay; what is obeyed or unseen is an escape of plain ASCII."""
    for code in (*range(0x10000), *range(0x1F000, 0x1FB00), *range(0xE0000, 0xE0200)):
        shown = visible(chr(code))
        if shown != chr(code):
            assert shown.isascii()
            assert shown.startswith("\\"), hex(code)
            assert unicodedata.category(chr(code)) not in {"Lu", "Ll", "Nd", "Sc", "Po"}, hex(code)
    assert visible("Zoë Øst, 東京 – “naïve” 50 €") == "Zoë Øst, 東京 – “naïve” 50 €"
    assert visible("a\x1b[2J\u202e\n\ud800b") == "a\\x1b[2J\\u202e\\n\\ud800b"


@given(TEXTS)
def test_a_stream_lets_only_visible_text_through(text: str) -> None:
    """Whoever writes to it, also what the stream's own encoding has no bytes for."""
    raw = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", newline="\n")
    print(text, "…", end="", file=VisibleStream.over(raw))
    raw.flush()
    assert not unseen(raw.buffer.getvalue().decode("latin-1"))


@contextmanager
def written(logger: logging.Logger) -> Iterator[io.StringIO]:
    """What a handler makes of the logger's records, as one of any program would."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)


@pytest.mark.parametrize("logger", [log, sandbox_log], ids=["package", "sandbox"])
def test_log_lines_can_be_seen_whole(logger: logging.Logger) -> None:
    """A message is one line whatever is in it, a traceback no more lines than it has."""
    with written(logger) as lines:
        logger.error("order %s is held", EVIL)
        logger.error("%(path)s", {"path": EVIL})
        logger.warning(EVIL + "100%")
        try:
            raise ValueError(EVIL)
        except ValueError:
            logger.exception("fault in %r", EVIL)
    told = lines.getvalue()
    assert not unseen(told)
    assert "owned" in told
    assert told.split("Traceback")[0].count("\n") == 4


def test_no_module_has_a_logger_of_its_own() -> None:
    """Filters of a logger see only what is logged by that logger itself, so all log by the two that have the filter."""
    files = {path: path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py")}
    own = re.compile(r"getLogger\((\)|__name__|f?[\"']tradegecko_bridge)|\.getChild\(")
    made = {str(path.relative_to(SOURCES)) for path, text in files.items() if own.search(text)}
    assert made == {"visible.py", "sandbox/wire/log.py", "testing/source_checks/line.py"}  # which hears all others
