"""On which line of a TOML text each of its values is: what tomllib does not tell, for messages a person can follow.

The text is one tomllib has read already, so its grammar is not checked again: only what is needed to walk it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from tradegecko_bridge.structuring import KeyPath

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_TEXT: Final = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_PLAIN: Final = re.compile(r"[^,\]}#\n]+")


def line_numbers(text: str) -> Mapping[KeyPath, int]:
    """The line, counted from 1, of each key, table and element of a list. What cannot be found is left out."""
    scanner = _Scanner(text)
    with suppress(_LostError, ValueError, RecursionError):
        scanner.document()
    return scanner.lines


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int | None:
    """The line of a value; where it is not written, of the nearest table around it; None where nothing is known."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


class _LostError(Exception):
    """The text is not what was expected here: no more lines are known."""


class _Scanner:
    """Walks through a text from one statement to the next; ``lines`` keeps the first line of each path."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lists: dict[KeyPath, int] = {}
        self._counted, self._line = 0, 1
        self.lines: dict[KeyPath, int] = {}

    def document(self) -> None:
        """Everything there is."""
        table: KeyPath = ()
        self._skip(_SPACE)
        while self._at < len(self._text):
            table = self._header() if self._text[self._at] == "[" else self._pair(table, table)
            self._skip(_SPACE)

    def _header(self) -> KeyPath:
        """``[a.b]`` or ``[[a.b]]``: the path of the table that begins; of an array of tables its newest one."""
        line = self._here()
        many = self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        path: KeyPath = ()
        keys = list(self._keys("]"))
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            if many and number == len(keys):
                self._lists[path] = self._lists.get(path, -1) + 1
            self._note(path, line)
            if path in self._lists:
                path = (*path, self._lists[path])
        self._at += 2 if many else 1
        self._note(path, line)
        return path

    def _pair(self, table: KeyPath, after: KeyPath) -> KeyPath:
        """``key = value`` within a table; tells which table goes on after it."""
        line = self._here()
        path = table
        for key in self._keys("="):
            path = (*path, key)
            self._note(path, line)
        self._at += 1
        self._skip(_BLANK)
        self._value(path)
        return after

    def _keys(self, end: str) -> Iterator[str]:
        """The parts of a dotted key up to ``end``, which is left for the caller."""
        while True:
            self._skip(_BLANK)
            yield self._key()
            self._skip(_BLANK)
            if self._peek() == end:
                return
            self._expect(".")

    def _key(self) -> str:
        if self._peek() in ('"', "'"):
            return next(iter(tomllib.loads(f"{self._take(_TEXT)} = 0")))
        return self._take(_BARE)

    def _value(self, path: KeyPath) -> None:
        match self._peek():
            case "[":
                self._several("]", path)
            case "{":
                self._several("}", path)
            case '"' | "'":
                self._take(_TEXT)
            case _:
                self._take(_PLAIN)

    def _several(self, end: str, path: KeyPath) -> None:
        """A list, or an inline table, on one line or several."""
        self._at += 1
        index = 0
        self._skip(_SPACE)
        while self._peek() != end:
            if end == "]":
                self._note((*path, index), self._here())
                self._value((*path, index))
            else:
                self._pair(path, path)
            index += 1
            self._skip(_SPACE)
            if self._peek() == ",":
                self._at += 1
                self._skip(_SPACE)
        self._at += 1

    def _note(self, path: KeyPath, line: int) -> None:
        self.lines.setdefault(path, line)

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise _LostError
        return self._text[self._at]

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise _LostError
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            raise _LostError
        self._at = found.end()
        return found[0]
