"""The bytes of a file as text and lines: unpacked, in the encoding found, and the same on every pass."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from array import array
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import BinaryIO, Final

from attrs import frozen

from tradegecko_bridge.sources.folder.problems import nothing_of

BLOCK: Final = 1 << 16
LONGEST_LINE: Final = 1 << 20
"""Characters."""
MOST_UNPACKED: Final = 1 << 30
"""Bytes that a packed file may hold: what is larger is no file of orders, but made to fill memory or disk."""
MOST_PACKED_UP: Final = 100
"""Times that a file may become larger when it is unpacked, beyond the first megabytes."""
_ALWAYS_FINE: Final = 1 << 24
_REMEDY: Final = "save it as UTF-8, in Excel “CSV UTF-8”, or name its encoding in the format"

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT_FILES: Final = {
    b"PK\x03\x04": "a workbook (.xlsx) or an archive",
    b"\x1f\x8b": "packed (.gz)",
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls)",
    b"%PDF-": "a PDF",
}
_HEAD: Final = 4096
_FIRST_LINE: Final = re.compile(r"[^\r\n]*")
_UTF8_WITHIN: Final = re.compile(rb"[\xc2-\xc5][\x80-\xbf]|\xe2\x80[\x90-\xbf]|\xe2\x82\xac")
_LETTERS: Final = "À-ÖØ-öø-ÿŠŽšžŒœŸ"
_NO_TEXT: Final = re.compile(
    rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7fƒ]|[{_LETTERS}]{{3}}|[^\x00-\x7f\xa0]{{4}}|[a-zß-öø-ÿ][À-ÖØ-ÞŸ]"
    rf"|Ÿ[a-z]|[A-Z][ŠŽ][a-z]|[¤¦¬¯±²³¶¸¹¼½¾†‡‰ˆ][A-Za-z{_LETTERS}]|[A-Za-z{_LETTERS}][»¿‹›×÷][a-zß-öø-ÿ]"
)
"""What text of Western Europe does not have, but that of others has when it is read as if it were."""


class Changed(Exception):
    """The file is no longer what it was on the first pass."""


class Blocks:
    """The blocks of an open file, unpacked where it is packed. Every pass gives the same ones.

    Raises, when gone through:
        MalformedData: what is packed cannot be unpacked, or is far too large.
        Changed: another pass gave something else.
        OSError: it cannot be read now.
    """

    def __init__(self, name: str, file: BinaryIO, *, packed: bool) -> None:
        self._name = name
        self._file = file
        self._packed = packed
        self._checks = array("L")
        self._all_seen = False

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        passed = 0
        for block in self._unpacked() if self._packed else iter(partial(self._file.read, BLOCK), b""):
            self._check(passed, zlib.crc32(block))
            passed += 1
            yield block
        if self._all_seen and passed != len(self._checks):
            raise Changed
        self._all_seen = True

    def _check(self, place: int, check: int) -> None:
        if place < len(self._checks):
            if self._checks[place] != check:
                raise Changed
        elif self._all_seen:
            raise Changed
        else:
            self._checks.append(check)

    def _unpacked(self) -> Iterator[bytes]:
        unpacked = 0
        try:
            with gzip.GzipFile(fileobj=self._file) as opened:
                while block := opened.read(BLOCK):
                    unpacked += len(block)
                    if unpacked > min(MOST_UNPACKED, max(_ALWAYS_FINE, MOST_PACKED_UP * self._file.tell())):
                        raise nothing_of(f"{self._name}: unpacks to far too much; unpack it and look at what it holds")
                    yield block
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise nothing_of(f"{self._name}: is no whole .gz file; pack or upload it again") from None


@frozen
class Found:
    """The encoding of a text, and whether it ends with a line break."""

    encoding: str
    ended: bool


def look_over(name: str, blocks: Blocks, told: str | None = None, *, table: bool) -> Found:
    """What encoding a file is in. All of it has been read in that once.

    NULs in a table's cell are left to that cell's order. Elsewhere, in its first line, or one after the other, they are
    what a disk has lost.

    Raises:
        MalformedData: it is not known, or the text is damaged or empty.
        Changed, OSError: as :class:`Blocks`.
    """
    head = next(iter(blocks), b"")
    for begins, what in _NO_TEXT_FILES.items():
        if head.startswith(begins):
            raise nothing_of(f"{name}: is no text but {what}; give it the ending that it should have")
    encoding = told or _marked(head)
    try:
        return Found(encoding, _look_through(name, blocks, encoding, table=table))
    except _NotText as error:
        if told or encoding != "utf-8" or not _is_western(blocks):
            called = {"utf-8": "UTF-8", "utf-16": "UTF-16"}.get(encoding, encoding)
            raise nothing_of(f"{name}: is not {called} text ({error}); {_REMEDY}") from None
    return Found("cp1252", _look_through(name, blocks, "cp1252", table=table))


class _NotText(Exception):
    """Where a byte is that the encoding does not have."""


def _marked(head: bytes) -> str:
    """What the first bytes say: a byte order mark, or every other byte a zero."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    head = head[:_HEAD]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 2 > len(head) // 2 and min(even, odd) * 20 < len(head):
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"


def _look_through(name: str, blocks: Blocks, encoding: str, *, table: bool) -> bool:
    """Read a file to its end for what keeps all of it from being taken; whether a line break is its last character."""
    lines, passed, blank, before, text = 1, 0, True, "", ""
    for number, text in enumerate(texts(blocks, encoding)):
        lost = (before + text).find("\0\0" if table else "\0")
        if lost < 0 and not number:
            lost = _FIRST_LINE.match(text).group().find("\0")  # type: ignore[union-attr]
        if lost >= 0:
            line = lines + text.count("\n", 0, lost)
            place = f"byte {passed + len(text[:lost].encode(encoding)) + 1}, in line {line}"
            raise nothing_of(f"{name}: holds NUL bytes ({place}); take them out, or export the file again")
        lines += text.count("\n")
        passed += len(text.encode(encoding))
        blank = blank and not text.strip("\ufeff \t\r\n")
        before = "\0" if text.endswith("\0") else ""
    if blank:
        raise nothing_of(f"{name}: is empty; delete it or export it again")
    return text.endswith(("\n", "\r"))


def _is_western(blocks: Blocks) -> bool:
    """Whether text that is not UTF-8 is Windows' cp1252 as far as anybody can tell."""
    for block in blocks:
        try:
            text = block.decode("cp1252")
        except UnicodeDecodeError:
            return False
        if _NO_TEXT.search(text) or _UTF8_WITHIN.search(block):
            return False
    return True


def texts(blocks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The text, block by block, without byte order marks: files that were put together have one in the middle."""
    decoder = codecs.getincrementaldecoder(encoding)()
    passed, lines = 0, 1
    for block in chain(blocks, (b"",)):
        waiting = decoder.getstate()[0]
        try:
            text = decoder.decode(block, not block)
        except UnicodeError as error:
            bad = getattr(error, "start", 0)
            line = lines + (waiting + block).count(b"\n", 0, bad)
            raise _NotText(f"byte {passed - len(waiting) + bad + 1}, in line {line}") from None
        passed += len(block)
        lines += block.count(b"\n")
        if text:
            yield text.replace("\ufeff", "")


def whole_text(name: str, blocks: Blocks) -> str:
    """All of a text that is no table.

    Raises:
        MalformedData, Changed, OSError: as :func:`look_over`.
    """
    found = look_over(name, blocks, table=False)
    return "".join(texts(blocks, found.encoding))


def lines(name: str, texts: Iterable[str]) -> Iterator[str]:
    r"""The lines of a text with their ends, which are ``\n``, ``\r\n`` or ``\r``.

    Raises:
        MalformedData: one is longer than any line of a table.
    """
    last, number = "", 0
    for text in texts:
        *whole, last = io.StringIO(last + text, newline="")
        yield from whole
        number += len(whole)
        if len(last) > LONGEST_LINE:
            raise nothing_of(f"{name}, line {number + 1}: has more than {LONGEST_LINE:,} characters; export it again")
    if last:
        yield last
