"""Files for whoever reads what comes back: written whole or not at all, under names that sort by time."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from tradegecko_bridge.commerce import ItemResult, Verdict
from tradegecko_bridge.ports import Clock
from tradegecko_bridge.private_files import make_private, open_privately
from tradegecko_bridge.sources.folder.problems import one_line

T = TypeVar("T")
R = TypeVar("R")
_STAMP = "%Y%m%dT%H%M%S.%fZ"
Batch = Sequence[tuple[str, T]]
"""Items with the keys their results go by."""


class Outbox:
    """One folder of what comes back, e.g. ``tracking/`` with ``20260131T093000.123456Z-tracking.csv`` in it.

    ``kept`` is how long its files are, for good where it is None; ``gone`` says why nothing may be written now.
    """

    def __init__(
        self,
        folder: Path,
        *,
        ending: str,
        clock: Clock,
        kept: timedelta | None = None,
        gone: Callable[[], str] = str,
    ) -> None:
        self.folder = folder
        self._ending = ending
        self._clock = clock
        self._kept = kept
        self._gone = gone

    def hand_over(
        self,
        batch: Batch[T],
        render: Callable[[T], R],
        frame: Callable[[Sequence[R]], bytes],
        *,
        under: str = "",
    ) -> list[ItemResult]:
        """Write one file with every item that can be written: one result each, never an exception.

        ``render`` gives an item's part, ``frame`` the file from those of its items. ``under`` is the file's name where
        it is always the same one.
        """
        parts: list[R] = []
        results: list[ItemResult] = []
        for key, item in batch:
            try:
                part = render(item)
            except UnicodeError:
                message = "holds half a character, which no file can hold; correct it where it comes from"
                results.append(ItemResult(key=key, verdict=Verdict.REFUSED, message=message))
            else:
                parts.append(part)
                results.append(ItemResult(key=key, verdict=Verdict.ACCEPTED))
        failure = self._gone() or self._write(frame(parts), under) if parts else ""
        return [_failed(result, failure) for result in results] if failure else results

    def _write(self, data: bytes, under: str) -> str:
        """What kept the file from being written; blank when it is there, whole and durable."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write_whole(data, under)
        except OSError as error:
            return f"{error.filename or self.folder}: cannot be written ({error.strerror or error})"
        self._clear()
        return ""

    def _clear(self) -> None:
        """Delete the files of ours that were kept long enough. What cannot be deleted now can be later."""
        if self._kept is None:
            return
        oldest = self._clock() - self._kept
        for file in self.folder.glob(f"*-{self._ending}"):
            with suppress(ValueError, OSError):
                if datetime.strptime(file.name.partition("-")[0], _STAMP).replace(tzinfo=UTC) < oldest:
                    file.unlink()

    def _write_whole(self, data: bytes, under: str) -> None:
        temporary, final = self._claim_name() if not under else (self.folder / f".{under}.tmp", self.folder / under)
        try:
            with temporary.open("wb") as opened:
                opened.write(data)
                opened.flush()
                os.fsync(opened.fileno())
            temporary.replace(final)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        _sync_folder(self.folder)

    def _claim_name(self) -> tuple[Path, Path]:
        """A temporary name nobody else has, and the final one it stands for.

        The temporary file, created exclusively, claims the final name; that one is looked at only afterwards,
        so of two writers with the same name in mind one moves on to the next microsecond.
        """
        at = self._clock().astimezone(UTC)
        while True:
            final = self.folder / f"{at.strftime(_STAMP)}-{self._ending}"
            temporary = self.folder / f".{final.name}.tmp"
            at += timedelta(microseconds=1)
            try:
                temporary.touch(exist_ok=False)
            except FileExistsError:
                continue
            if not final.exists():
                return temporary, final
            temporary.unlink(missing_ok=True)


class WrittenIndex:
    """What was written last under each key, so that the same thing is not written twice.

    A text file with one ``digest key`` line after another, the last of a key counts. It is added to after the
    file it speaks of is in place: a crash in between writes that file's content once more, never not at all.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, str]:
        """The last digest of each key (as :func:`one_line` shows it).

        Empty when the file is missing or unreadable: then all is written again.
        """
        make_private(self._path)
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return {}
        pairs = (line.partition(" ") for line in lines)
        return {key: digest for digest, _, key in pairs if key}

    def add(self, digests: Sequence[tuple[str, str]]) -> None:
        """Note what has been written. Failing to is no failure: it would only be written once more."""
        if not digests:
            return
        with (
            suppress(OSError),
            open(self._path, "a", encoding="utf-8", newline="", opener=open_privately) as opened,
        ):
            # The line break comes first, so that a line cut off by a crash spoils only itself.
            opened.writelines(f"\n{digest} {one_line(key)}" for key, digest in digests)
            opened.flush()
            os.fsync(opened.fileno())


def _failed(result: ItemResult, failure: str) -> ItemResult:
    if result.verdict is not Verdict.ACCEPTED:
        return result
    return ItemResult(key=result.key, verdict=Verdict.FAILED, message=failure)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system lets folders be opened."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
