"""Cells that a spreadsheet would run as formulas, and how they are written so that it shows them.

One apostrophe in front makes text of a cell, and is taken off again when we read it. Numbers and telephone numbers are
left alone: they cannot call anything, and programs read them.

Where a comma separates decimals, spreadsheets split files at semicolons, whatever is in quotes to us. Cells of theirs
begin where rows do, and after each semicolon, tab and line break; so what follows these gets an apostrophe, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_SIGNS: Final = "=+\\-@＝＋－＠"
_MARKS: Final = f"{_SIGNS}\t\r\n"
_CODE: Final = r"(?=[^0-9]*[0-9])[0-9A-Z(][0-9A-Z ()./-]*\Z"
"""What people put an apostrophe before to keep a spreadsheet from taking it for a number: codes, telephone numbers."""
_FORMULA: Final = re.compile(f"'*[{_MARKS}]|'+{_CODE}")
_GUARDED: Final = re.compile(f"'+(?:[{_MARKS}]|{_CODE})")
_WRAPPED: Final = re.compile('="([^"]*)"')
_NUMBER: Final = re.compile(r"[+-]?\(?[0-9][0-9 .,()/-]*")
_BROKEN: Final = re.compile(
    r"[+-]?\d([.,]\d+)?E\+\d{2,3}|#{3,}|#(?:N/A|NV|REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!|NULL!|NUM!|ZAHL!|SPILL!)",
    re.IGNORECASE,
)
_WITHIN: Final = re.compile(f"(?<=[;\t\r\n])(?=[\"']*[{_SIGNS}])")


def guarded_row(texts: Sequence[str]) -> list[str]:
    """Cells of which no spreadsheet runs one, whether it splits the file at commas, semicolons or tabs."""
    first, *others = [_WITHIN.sub("'", text) for text in texts]
    return [_apostrophe(first), *map(guarded, others)]


def guarded(text: str) -> str:
    """A cell's text that no spreadsheet runs; :func:`unguarded` gives back any text exactly."""
    return text if _NUMBER.fullmatch(text) else _apostrophe(text)


def _apostrophe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """What was guarded, by us or by a person with a spreadsheet."""
    return cell[1:] if _GUARDED.match(cell) else unwrapped(cell)


def is_broken(cell: str) -> bool:
    """Whether a spreadsheet has put something else in place of what stood here: a number without its last digits, an
    error, or nothing but ``#``."""
    return _BROKEN.fullmatch(cell) is not None


def unwrapped(cell: str) -> str:
    """What is in ``="…"``, by which spreadsheets keep a text of digits."""
    wrapped = _WRAPPED.fullmatch(cell) if cell.startswith("=") else None
    return wrapped[1] if wrapped else cell
