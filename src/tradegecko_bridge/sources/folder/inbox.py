"""The folder order files arrive in: which of them are ready, reading them, and putting them away."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.private_files import open_privately
from tradegecko_bridge.sources.folder.problems import nothing_of, one_line
from tradegecko_bridge.sources.folder.text import Changed

TEXT_TABLES = (".csv", ".tsv", ".tab", ".txt")
WORKBOOKS = (".xlsx", ".xlsm")
JSON = (".json", ".jsonl", ".ndjson")
PACKED = ".gz"
_TAKEN = (*TEXT_TABLES, *WORKBOOKS, *JSON, *(f"{ending}{PACKED}" for ending in (*TEXT_TABLES, *JSON)))
_SPREADSHEETS = (".xls", ".xlsb", ".ods", ".numbers")
_UNFINISHED = (".tmp", ".part", ".filepart", ".crdownload", "~")
_HIDDEN = (".", "~$")  # "~$" is how office programs mark a file somebody has open
_LITTER = ("thumbs.db", "desktop.ini")
_WATCHED = 500
"""Files that were put away last: so many are looked at again, should somebody still write to them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEEDS_A_PERSON = {errno.EACCES, errno.EPERM, errno.EROFS}


@frozen
class Waiting:
    """A file as it was when the inbox was listed; ``oddity`` says why it cannot be read at all."""

    path: Path
    size: int
    modified: int
    oddity: str = ""

    @property
    def name(self) -> str:
        """Its name as lines and cursors show it."""
        return one_line(self.path.name)

    @property
    def is_foreign(self) -> bool:
        """Whether it is of no kind that is read; it may only have a name for the time it is written."""
        return bool(self.oddity)

    def ends_with(self, endings: tuple[str, ...]) -> bool:
        """Whether it is of a kind, packed or not."""
        return self.path.name.lower().removesuffix(PACKED).endswith(endings)

    def changed_since(self, moment: datetime) -> bool:
        """Whether it was last changed at this moment or later."""
        return self.modified >= _nanoseconds(moment - _EPOCH)

    def is_like(self, found: os.stat_result) -> bool:
        """Whether the file found now is this one, unchanged as far as size and time of change can tell."""
        return (found.st_size, found.st_mtime_ns) == (self.size, self.modified)


class Inbox:
    """``orders/`` and ``orders/done/``.

    ``settle``: how long a file must have been left alone to be read, ``whole_after``: to count as whole whatever it
    looks like.
    """

    def __init__(self, folder: Path, *, settle: timedelta, whole_after: timedelta) -> None:
        self._folder = folder
        self._done = folder / "done"
        self._settle = _nanoseconds(settle)
        self._whole_after = _nanoseconds(whole_after)
        self._was_there = False

    @property
    def gone(self) -> str:
        """That the folder was there and is not any more; blank where it is, or never was."""
        if not self._was_there or self._folder.exists():
            return ""
        remedy = "is the network share connected? If it was taken away on purpose, make it again"
        return f"{self._folder}: was there and is not any more; {remedy}"

    def prepare(self, *, was_there: bool = False) -> None:
        """Create what is missing and make sure that files can be moved.

        A folder that ``was_there`` is not made anew: where a share is not connected, nobody would look into it.

        Raises:
            SourceRefused: it is not a folder, or not writable.
            SourceUnavailable: it cannot be reached now, or is gone.
        """
        with _told(self._folder, "used"):
            self._was_there = self._was_there or was_there
            if self.gone:
                raise SourceUnavailable(self.gone)
            self._was_there = True
            for folder in (self._folder, self._done):
                folder.mkdir(parents=True, exist_ok=True)
                # Trying is the only test that holds on network shares and under access lists.
                probe = folder / ".tgbridge-may-write"
                probe.touch()
                probe.unlink(missing_ok=True)

    def waiting(self, now: datetime) -> list[Waiting]:
        """The files that are ready to be read, oldest change first.

        Raises:
            SourceRefused: the folder may not be listed.
            SourceUnavailable: it cannot be reached now.
        """
        at = _nanoseconds(now - _EPOCH)
        with _told(self._folder, "listed"):
            names = os.listdir(self._folder)  # noqa: PTH208 (names, not paths)
            found = [_look(self._folder / name) for name in names if _is_offered(name) and name != self._done.name]
        ready = [file for file in found if file is not None and self._is_settled(file, at)]
        return sorted(ready, key=lambda file: (file.modified, file.path.name))

    def all(self, now: datetime) -> list[Waiting]:
        """The files that are ready, and those put away already, newest change first.

        Raises:
            SourceRefused: a folder may not be listed.
            SourceUnavailable: it cannot be reached now.
        """
        with _told(self._done, "listed"):
            names = os.listdir(self._done)  # noqa: PTH208 (names, not paths)
            done = [_look(self._done / name) for name in names if _is_offered(name)]
        files = [*self.waiting(now), *(file for file in done if file is not None)]
        return sorted(files, key=lambda file: (file.modified, file.path.name), reverse=True)

    def _is_settled(self, file: Waiting, at: int) -> bool:
        """Left alone long enough. A time further ahead than ``settle`` is a wrong clock, not a file just written:
        waiting for that moment could keep an order away for hours."""
        needed = self._whole_after if file.is_foreign else self._settle
        return not -needed <= at - file.modified < needed

    def is_whole(self, file: Waiting, now: datetime) -> bool:
        """Whether a file was left alone for so long that nobody is still writing it."""
        return not -self._whole_after <= _nanoseconds(now - _EPOCH) - file.modified < self._whole_after

    @contextmanager
    def opened(self, file: Waiting) -> Iterator[BinaryIO]:
        """The file, open.

        Raises:
            MalformedData: it is no ordinary file, or may not be read.
            Changed: it was taken away, or is being written.
            SourceUnavailable: the folder went away, or it cannot be read now.
        """
        if file.oddity:
            raise nothing_of(f"{file.name}: {file.oddity}")
        try:
            with file.path.open("rb") as opened:
                check_unchanged(file, opened)
                yield opened
        except FileNotFoundError:
            self._still_there()
            raise Changed from None
        except PermissionError:
            reason = "may not be read; give the user the bridge runs as the right to read it"
            raise nothing_of(f"{file.name}: {reason}") from None
        except OSError as error:
            raise SourceUnavailable(f"{file.path}: cannot be read now ({error.strerror or error})") from error

    def _still_there(self) -> None:
        if not self._folder.is_dir():
            raise SourceUnavailable(f"{self._folder}: went away while it was read; is the network share connected?")

    def put_away(self, file: Waiting) -> None:
        """Move a file to ``done/``, unless it is no longer the one that was read.

        Raises:
            SourceRefused, SourceUnavailable: it cannot be moved; it will be offered again, which is harmless.
        """
        with _told(file.path, "moved to done/"):
            try:
                if file.is_like(file.path.lstat()):
                    moved = _move(file.path, self._done)
                    if file.is_like(moved.lstat()):
                        self._watch(moved.name, file)
                    else:  # replaced between the look and the move
                        _move(moved, self._folder)
            except FileNotFoundError:
                self._still_there()  # a person was faster

    # ── files that were put away and change ──────────────────────────────────────────────────

    @property
    def _watch_list(self) -> Path:
        return self._done / ".put-away"

    def _watch(self, name: str, file: Waiting) -> None:
        """Note what a file was like. Failing to is no failure: it would only not be missed if somebody changed it."""
        line = f"\n{file.size} {file.modified} {one_line(name)}"
        with (
            suppress(OSError),
            open(self._watch_list, "a", encoding="utf-8", newline="", opener=open_privately) as opened,
        ):
            opened.write(line)

    def recall(self, now: datetime) -> list[str]:
        """Bring back the files that somebody went on writing after they were put away; their names.

        Raises:
            SourceRefused, SourceUnavailable: one cannot be moved.
        """
        at, changed = _nanoseconds(now - _EPOCH), []
        for name, was in self._watched().items():
            found = _look(self._done / name)
            if found and (found.size, found.modified) != was and not found.oddity and self._is_settled(found, at):
                with _told(found.path, "moved back to orders/"), suppress(FileNotFoundError):
                    changed.append(_move(found.path, self._folder).name)
        return changed

    def _watched(self) -> dict[str, tuple[int, int]]:
        """What the files put away last were like."""
        try:
            lines = self._watch_list.read_text(encoding="utf-8", errors="replace").split("\n")
            if len(lines) > 4 * _WATCHED:
                lines = lines[-_WATCHED:]
                self._watch_list.write_text("\n".join(lines), encoding="utf-8", newline="")
        except OSError:
            return {}
        parts = (line.split(" ", 2) for line in lines[-_WATCHED:])
        return {
            part[2]: (int(part[0]), int(part[1]))
            for part in parts
            if len(part) == 3 and part[0].isdecimal() and part[1].isdecimal()
        }


def _nanoseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1) * 1000


def _is_offered(name: str) -> bool:
    lower = name.lower()
    return not (lower.startswith(_HIDDEN) or lower.endswith(_UNFINISHED) or lower in _LITTER)


def _look(path: Path) -> Waiting | None:
    try:
        found = path.lstat()
    except FileNotFoundError:  # taken away since the folder was listed
        return None
    if stat.S_ISDIR(found.st_mode) and not _holds_files(path):
        return None
    return Waiting(path, found.st_size, found.st_mtime_ns, _oddity(path.name, found.st_mode))


def _holds_files(folder: Path) -> bool:
    try:
        return any(map(_is_offered, os.listdir(folder)))  # noqa: PTH208 (names, not paths)
    except OSError:
        return True


def _oddity(name: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "is a link; put the file itself here"
    if stat.S_ISDIR(mode):
        return "is a folder; put the files in it here"
    if not stat.S_ISREG(mode):
        return "is not an ordinary file; remove it"
    if name.lower().endswith(_SPREADSHEETS):
        return "is a spreadsheet of a kind that is not read; save it as .xlsx or CSV UTF-8 and remove this one"
    if not name.lower().endswith(_TAKEN):
        return "has no ending of a kind of file that is read; give it the right one, or take it out of here"
    return ""


def check_unchanged(file: Waiting, opened: BinaryIO) -> None:
    """Make sure that an open file is what it was when it was listed.

    Raises:
        Changed: it is not.
    """
    if not file.is_like(os.fstat(opened.fileno())):
        raise Changed


def _move(path: Path, folder: Path) -> Path:
    """Move a file into a folder, under a name with a number where its own is taken."""
    number = 1
    while True:
        name = path.name if number == 1 else f"{path.stem} ({number}){path.suffix}"
        target = folder / name
        try:
            target.touch(exist_ok=False)  # claims the name: renaming alone would overwrite
        except FileExistsError:
            number += 1
            continue
        try:
            path.replace(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return target


@contextmanager
def _told(path: Path, action: str) -> Iterator[None]:
    """File errors as source errors: what a person must change, and what may pass."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise SourceRefused(f"{error.filename or path}: is not a folder; name a folder for the orders") from error
    except OSError as error:
        line = f"{error.filename or path}: cannot be {action} ({error.strerror or error})"
        if error.errno in _NEEDS_A_PERSON:
            raise SourceRefused(f"{line}; give the user the bridge runs as the right to write there") from error
        raise SourceUnavailable(line) from error
