"""Cells that a spreadsheet would run as formulas, and how they are written so that it shows them.

One apostrophe in front makes text of a cell, and is taken off again when we read it. Numbers and telephone numbers are
left alone: they cannot call anything, and programs read them.
"""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = "=+\\-@\t\r\n＝＋－＠"
_FORMULA: Final = re.compile(f"'*[{_MARKS}]")
_GUARDED: Final = re.compile(f"'+[{_MARKS}]")
_NUMBER: Final = re.compile(r"[+-]?\(?[0-9][0-9 .,()/-]*")


def guarded(text: str) -> str:
    """A cell's text that no spreadsheet runs; :func:`unguarded` gives back any text exactly."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(cell: str) -> str:
    """What was guarded."""
    return cell[1:] if _GUARDED.match(cell) else cell
