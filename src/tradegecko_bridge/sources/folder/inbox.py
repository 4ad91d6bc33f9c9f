"""The folder order files arrive in: which of them are ready, reading them, and putting them away."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import frozen

from tradegecko_bridge.errors import MalformedData, SourceRefused, SourceUnavailable
from tradegecko_bridge.sources.folder.problems import NOTHING_INGESTED, one_line

_ENDINGS = (".csv", ".json")
_SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")
_UNFINISHED = (".tmp", ".part", ".filepart", ".crdownload", "~")
_HIDDEN = (".", "~$")  # "~$" is how office programs mark a file somebody has open
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

    def changed_since(self, moment: datetime) -> bool:
        """Whether it was last changed at this moment or later."""
        return self.modified >= _nanoseconds(moment - _EPOCH)

    def is_like(self, found: os.stat_result) -> bool:
        """Whether the file found now is this one, unchanged as far as size and time of change can tell."""
        return (found.st_size, found.st_mtime_ns) == (self.size, self.modified)


class Inbox:
    """``orders/`` and ``orders/done/``. ``settle``: how long a file must have been left alone to count as whole."""

    def __init__(self, folder: Path, *, settle: timedelta) -> None:
        self._folder = folder
        self._done = folder / "done"
        self._settle = _nanoseconds(settle)

    def prepare(self) -> None:
        """Create what is missing and make sure that files can be moved.

        Raises:
            SourceRefused: it is not a folder, or not writable.
            SourceUnavailable: it cannot be reached now.
        """
        with _told(self._folder, "used"):
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
            found = [_look(self._folder / name) for name in names if _is_offered(name)]
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
        return not -self._settle <= at - file.modified < self._settle

    def read(self, file: Waiting) -> bytes | None:
        """What the file holds; None where it was taken away or is being written.

        Raises:
            MalformedData: it is no ordinary file, or may not be read.
            SourceUnavailable: the folder went away.
        """
        if file.oddity:
            raise MalformedData([f"{file.name}: {file.oddity} {NOTHING_INGESTED}"])
        try:
            with file.path.open("rb") as opened:
                data = opened.read()
                unchanged = file.is_like(os.fstat(opened.fileno())) and len(data) == file.size
        except FileNotFoundError:
            self._still_there()
            return None
        except PermissionError:
            reason = "may not be read; give the user the bridge runs as the right to read it"
            raise MalformedData([f"{file.name}: {reason} {NOTHING_INGESTED}"]) from None
        except OSError as error:
            raise SourceUnavailable(f"{file.path}: cannot be read now ({error.strerror or error})") from error
        return data if unchanged else None

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
                    if not file.is_like(moved.lstat()):  # replaced between the look and the move
                        _move(moved, self._folder)
            except FileNotFoundError:
                self._still_there()  # a person was faster


def _nanoseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1) * 1000


def _is_offered(name: str) -> bool:
    lower = name.lower()
    left_alone = lower.startswith(_HIDDEN) or lower.endswith(_UNFINISHED)
    return not left_alone and lower.endswith(_ENDINGS + _SPREADSHEETS)


def _look(path: Path) -> Waiting | None:
    try:
        found = path.lstat()
    except FileNotFoundError:  # taken away since the folder was listed
        return None
    if stat.S_ISDIR(found.st_mode) and not path.name.lower().endswith(_ENDINGS):
        return None
    return Waiting(path, found.st_size, found.st_mtime_ns, _oddity(path.name, found.st_mode))


def _oddity(name: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "is a link; put the file itself here"
    if stat.S_ISDIR(mode):
        return "is a folder; put the files in it here"
    if not stat.S_ISREG(mode):
        return "is not an ordinary file; remove it"
    if name.lower().endswith(_SPREADSHEETS):
        return "is a spreadsheet; save it as CSV UTF-8 and remove this one"
    return ""


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
